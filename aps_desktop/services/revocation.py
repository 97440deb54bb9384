"""Taking back what a computer did after the point up to which its work is good.

Nothing leaves the log: the secretariat appends changes that put back what stood before. They travel
like any other change, and what others wrote over the bad changes since stays.
"""

from __future__ import annotations

from uuid import UUID

from aps_desktop.db import log
from aps_desktop.db.connection import Connection
from aps_desktop.db.engine import Database
from aps_desktop.db.unit_of_work import Work
from aps_desktop.domain.changes import SECRETARIAT, Applied, Why
from aps_desktop.domain.entities import BY_NUMBER
from aps_desktop.domain.errors import NotFound, UserError
from aps_desktop.domain.fields import BIRTH, LIFE
from aps_desktop.domain.office_names import the_office
from aps_desktop.services import trusting


def revert(db: Database, device: str, after: int) -> Applied:
    """Puts back what a computer changed after its bundle number `after` (0: all it ever did)."""
    c = db.reader()
    office = c.value("SELECT d.office FROM local_state l JOIN device d ON d.ord = l.device")
    if office != SECRETARIAT:
        raise UserError(
            "Only the secretariat can take back what a computer did.",
            "Tell the secretariat by phone.",
        )
    entry = trusting.listed(trusting.store(db), device)
    last = trusting.last_change(c, entry.device, after)
    if last is None:
        raise NotFound(
            f"No bundle of “{entry.name}” up to number {after} was merged here.",
            "See the history of bundles for its numbers.",
        )
    label = f"take back what “{entry.name}” of {the_office(entry.office)} did after bundle {after}"
    with db.writing() as c:
        number = c.value("SELECT ord FROM device WHERE uuid = ?", (bytes.fromhex(entry.device),))
        work = Work(db, c, label, Why.REVERT)
        if number is not None:
            _Reverting(work, log.dot_of(number, last), log.dot_of(number + 1, 0)).run()
        return work.finish()


class _Reverting:
    """The bad changes are those with dots between `low` and `high`."""

    def __init__(self, work: Work, low: int, high: int) -> None:
        self._work = work
        self._c: Connection = work.c
        self._low, self._high = low, high

    def _bad(self, dot: int | None) -> bool:
        return dot is not None and self._low < dot < self._high

    def run(self) -> None:
        cells = [
            cell
            for (cell,) in self._c.all(
                "SELECT DISTINCT cell FROM op WHERE dot > ? AND dot < ? ORDER BY cell",
                (self._low, self._high),
            )
        ]
        born = {log.rid_of_cell(x) for x in cells if log.field_of_cell(x) == BIRTH}
        gone = {log.rid_of_cell(x) for x in cells if log.field_of_cell(x) == LIFE}
        for cell in cells:
            number, rid = log.field_of_cell(cell), log.rid_of_cell(cell)
            if number not in (BIRTH, LIFE) and rid not in born:
                self._field(rid, number)
        for rid in sorted(gone - born):
            self._life(rid)
        for rid in sorted(born, reverse=True):  # parts were made after their wholes
            if self._bad(self._c.value("SELECT birth FROM record WHERE rid = ?", (rid,))):
                self._work.delete(rid)

    def _field(self, rid: int, number: int) -> None:
        tid, uuid, alive = self._c.one(
            "SELECT tid, uuid, alive FROM record WHERE rid = ?", (rid,)
        ) or (0, b"", 0)
        kind = BY_NUMBER.get(tid)
        field = kind.by_number.get(number) if kind else None
        heads = [dot for dot, _ in log.heads(self._c, rid, number)]
        bad = [dot for dot in heads if self._bad(dot)]
        if kind is None or field is None or not bad or not alive:
            return
        good = [dot for dot in heads if not self._bad(dot)]
        first, *others = [good[0], *bad] if good else bad
        before = good[0] if good else self._before(first)
        wire = log.wire_of(self._c, before, number) if before else None
        work = self._work
        dot = work.append(rid, UUID(bytes=bytes(uuid)), tid, number, first, wire)
        work.append_parents(dot, others)
        work.flush()
        work.resettle(kind, rid, field)

    def _before(self, dot: int | None) -> int | None:
        """The newest change below that is not a bad one."""
        while self._bad(dot):
            dot = self._c.value("SELECT prev FROM op WHERE dot = ?", (dot,))
        return dot

    def _life(self, rid: int) -> None:
        """A record that the bad changes deleted comes back, one that they brought back goes."""
        last = self._c.one(
            "SELECT o.dot, o.val FROM history h JOIN op o ON o.dot = h.dot WHERE h.cell = ? "
            "ORDER BY o.hlc DESC, o.dot DESC LIMIT 1",
            (log.cell_of(rid, LIFE),),
        )
        alive = self._c.value("SELECT alive FROM record WHERE rid = ?", (rid,))
        if last is None or not self._bad(last[0]):
            return
        if last[1] == "0" and not alive:
            self._work.restore(rid)
        elif last[1] == "1" and alive:
            self._work.delete(rid)
