"""Conflicts: fields changed apart; each keeps all its values until somebody settles it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from aps_desktop.db import log
from aps_desktop.db.connection import Connection
from aps_desktop.db.engine import Database
from aps_desktop.db.log_writer import kind_of
from aps_desktop.db.queries import lists
from aps_desktop.db.unit_of_work import Work
from aps_desktop.domain.changes import Applied, Why
from aps_desktop.domain.entities import BY_NUMBER
from aps_desktop.domain.errors import NotFound
from aps_desktop.services.history import called, words


@dataclass(frozen=True, slots=True)
class Version:
    """One of the values in a conflict: who gave it, when, on which device."""

    dot: int
    wire: str | None
    value: str
    office: str
    officer: str
    device: str
    at: int
    mine: bool
    shown: bool


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field with several values that nobody has settled. `base` is what they all started from.

    `title` is what the record is called in short, `named` its whole name. `proposals` are what
    offices that do not own the record would have it say: settling the conflict answers them too.
    """

    id: str
    entity: str
    record: UUID
    title: str
    field: str
    label: str
    base: str
    base_wire: str | None
    versions: tuple[Version, ...]
    proposals: tuple[Version, ...] = ()
    named: str = ""


def open_conflicts(
    c: Connection, *, record: UUID | None = None, limit: int | None = None
) -> list[Conflict]:
    """The conflicts of this database (or of one record), by record and field."""
    where, params = "", []
    if record is not None:
        rid = c.value("SELECT rid FROM record WHERE uuid = ?", (record.bytes,))
        where, params = " AND c.cell BETWEEN ? AND ?", list(log.cells_of(rid or 0))
    rows = c.all(
        "SELECT c.cell, r.uuid, r.tid FROM cell c JOIN record r ON r.rid = (c.cell >> 10) "
        f"WHERE c.extra > 0 AND r.alive = 1{where} ORDER BY c.cell",
        params,
    )
    found: list[Conflict] = []
    for cell, uuid, tid in rows:
        conflict = _conflict(c, cell, UUID(bytes=bytes(uuid)), tid)
        if conflict is not None:
            found.append(conflict)
        if limit is not None and len(found) >= limit:
            break
    return found


def count(c: Connection) -> int:
    """How many fields are in conflict."""
    return len(open_conflicts(c))


def by_id(c: Connection, id: str) -> Conflict:
    """A conflict by its id. NotFound when it is settled already, perhaps elsewhere."""
    record, _, number = id.partition(":")
    try:
        found = open_conflicts(c, record=UUID(record))
    except ValueError:
        found = []
    for conflict in found:
        if conflict.id == f"{UUID(record)}:{number}":
            return conflict
    raise NotFound(
        f"There is no open conflict “{id}”.", "It may have been settled already; list them again."
    )


def settle(db: Database, answers: Sequence[tuple[Conflict, str | None]]) -> Applied:
    """Settles conflicts, each with the canonical text to keep, in one step that travels."""
    with db.writing() as c:
        label = f"settle {answers[0][0].label.lower()} of {answers[0][0].title}"
        if len(answers) > 1:
            label = f"settle {len(answers)} conflicts"
        work = Work(db, c, label, Why.RESOLVE)
        for conflict, wire in answers:
            rid, tid = c.one(
                "SELECT rid, tid FROM record WHERE uuid = ?", (conflict.record.bytes,)
            ) or (0, 0)
            kind = kind_of(tid)
            work.write(kind, rid, kind.field(conflict.field), wire, settles=True)
        return work.finish()


def choice(conflict: Conflict, take: str) -> str | None:
    """The canonical text that "mine", "theirs" or "base" means. NotFound where there is none."""
    if take == "base":
        return conflict.base_wire
    wanted = [v for v in conflict.versions if v.mine == (take == "mine")]
    if not wanted:
        raise NotFound(f"No value in this conflict is “{take}”.", "Give the value itself.")
    return wanted[0].wire


def take_office(conflicts: Iterable[Conflict], office: str) -> list[tuple[Conflict, str | None]]:
    """For settling in bulk: the value that an office gave, where it gave one."""
    found = []
    for conflict in conflicts:
        wires = [version.wire for version in conflict.versions if version.office == office]
        if wires:  # the office's newest, where two of its computers differ
            found.append((conflict, wires[0]))
    return found


def _conflict(c: Connection, cell: int, record: UUID, tid: int) -> Conflict | None:
    """None where all heads say the same: that needs nobody's decision."""
    rid, number = log.rid_of_cell(cell), log.field_of_cell(cell)
    if tid not in BY_NUMBER or number not in BY_NUMBER[tid].by_number:
        return None
    kind = BY_NUMBER[tid]
    field = kind.by_number[number]
    heads = [dot for dot, _ in log.heads(c, rid, number)]
    wires = [log.wire_of(c, dot, number) for dot in heads]
    if len(set(wires)) < 2:
        return None
    base = _base(c, [_said_first(c, *one) for one in zip(heads, wires, strict=True)], number)
    own = c.value("SELECT device FROM local_state")
    versions = tuple(
        _version(c, dot, wire, words(c, field, wire), own, shown=at == 0)
        for at, (dot, wire) in enumerate(zip(heads, wires, strict=True))
    )
    proposed = [(dot, log.wire_of(c, dot, number)) for dot in log.proposals(c, rid, number)]
    proposals = tuple(
        _version(c, dot, wire, words(c, field, wire), own, shown=False)
        for dot, wire in proposed
        if wire not in wires
    )
    return Conflict(
        *(f"{record}:{number}", kind.name, record, called(c, record), field.name, field.label),
        *(words(c, field, base), base, versions, proposals),
        lists.labels_of(c, kind.name, [rid]).get(rid, (b"", ""))[1],
    )


def _version(
    c: Connection, dot: int, wire: str | None, value: str, own: int, *, shown: bool
) -> Version:
    first = _said_first(c, dot, wire)
    row = c.one(
        "SELECT t.office, t.officer, d.name, t.wall FROM op o "
        "JOIN txn t ON t.device = (o.dot >> 40) AND t.n = o.txn "
        "JOIN device d ON d.ord = t.device WHERE o.dot = ?",
        (first,),
    ) or ("", "", "", 0)
    office, officer, device, at = row
    mine = log.device_of(first) == own
    return Version(dot, wire, value, office, officer, device, at, mine, shown)


def _said_first(c: Connection, dot: int, wire: str | None) -> int:
    """Who said a value: where taking a settlement back says it again, whoever had said it before.

    The settlement names all that it settled.
    """
    row = c.one(
        "SELECT o.prev, o.cell & 1023 FROM op o JOIN txn t ON t.device = (o.dot >> 40) "
        "AND t.n = o.txn WHERE o.dot = ? AND t.why = ?",
        (dot, str(Why.UNDO)),
    )
    if row is None or row[0] is None:
        return dot
    settled = c.all(
        "SELECT prev FROM op WHERE dot = ? AND prev IS NOT NULL "
        "UNION SELECT parent FROM op_parent WHERE dot = ?",
        (row[0], row[0]),
    )
    before = [one for (one,) in settled if log.wire_of(c, one, row[1]) == wire]
    return _said_first(c, max(before), wire) if len(settled) > 1 and before else dot


def _base(c: Connection, heads: Sequence[int], number: int) -> str | None:
    """What the heads have in common: the nearest op that all of them come from."""
    lines = [_ancestors(c, dot) for dot in heads]
    common = set(lines[0]).intersection(*lines[1:])
    nearest = next((dot for dot in lines[0] if dot in common), None)
    return log.wire_of(c, nearest, number) if nearest else None


def _ancestors(c: Connection, dot: int) -> list[int]:
    line: list[int] = []
    at: int | None = dot
    while at is not None and len(line) < 10_000:
        line.append(at)
        at = c.value("SELECT prev FROM op WHERE dot = ?", (at,))
    return line
