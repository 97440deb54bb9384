"""Values of locked periods that a merge brought although they were sent after the lock.

A merge never refuses them, so that all offices keep the same state; they are listed here until
somebody keeps one, or puts the value before back and lets the late one wait as an amendment.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from aps_desktop.db import log
from aps_desktop.db.connection import Connection
from aps_desktop.db.engine import Database
from aps_desktop.db.queries.results_reading import period_of, uuid
from aps_desktop.db.unit_of_work import apply
from aps_desktop.domain.changes import Applied, Change, ChangeSet, Create, Delete, Update
from aps_desktop.domain.clock import stamp_millis, today
from aps_desktop.domain.entities import entity
from aps_desktop.domain.values import Value, from_wire, show
from aps_desktop.services import records
from aps_desktop.services.locked_periods import FIGURES, VALUE, Gate, LockedTime

BY_MERGE = "Came by a merge after the period was locked."
_KIND = entity(VALUE)
_LOCKED = entity("period_calendar").field("locked").number


@dataclass(frozen=True)
class LateValue:
    """A figure that came late; `new` when the whole value is new, so that nothing was before."""

    id: UUID
    label: str
    field: str
    before: str
    now: str
    office: str
    new: bool
    wire_before: str | None = None


def late_values(c: Connection) -> list[LateValue]:
    """What was sent after its period was locked, and nobody has looked at yet."""
    found: list[LateValue] = []
    for period, at in _locks(c).items():
        if c.value("SELECT 1 FROM bundle_log WHERE direction = 'in' AND at > ? LIMIT 1", (at,)):
            found += _new_values(c, period, at)
            for name in FIGURES:
                found += _changed(c, period, at, name)
    return found


def settle(db: Database, one: LateValue, *, keep: bool) -> Applied:
    """Keeps a late figure, or puts the one before back and lets the late one wait as amendment."""
    c = db.reader()
    record = records.get(c, VALUE, one.id)
    waits = Gate(db, c, BY_MERGE).amendment(one.id, record.values, one.before)
    if keep:
        done: dict[str, Value] = {
            **waits.values, "status": "accepted", "decided_on": today(db.clock),
        }  # fmt: skip
        made = Create(waits.entity, waits.id, done)
        return apply(db, ChangeSet("keep a late value", (made,)))
    changes: tuple[Change, ...]
    if one.new:
        rest = {name: value for name, value in waits.values.items() if name != "amends"}
        changes = (Delete(VALUE, one.id), Create(waits.entity, waits.id, rest))
    else:
        old = from_wire(_KIND.field(one.field), one.wire_before)
        changes = (Update(VALUE, one.id, one.field, old), waits)
    return apply(db, ChangeSet("put back the value before the lock", changes))


def _locks(c: Connection) -> dict[str, int]:
    """The locked periods of values, as stored, and since when each of their days is locked, in
    milliseconds since 1970."""
    rows = c.all(
        "SELECT k.period, coalesce(d.hlc, o.hlc) FROM period_calendar k "
        "JOIN record r ON r.rid = k.rid JOIN op o ON o.dot = r.birth "
        "LEFT JOIN cell d ON d.cell = k.rid * 1024 + ? "
        "WHERE k.locked = 1 AND k.period IS NOT NULL",
        (_LOCKED,),
    )
    made = sorted((stamp_millis(stamp), period_of(period)) for period, stamp in rows)
    open_ones = [row[0] for row in c.all("SELECT DISTINCT period FROM indicator_value")] if (
        made) else []  # fmt: skip
    since: dict[str, int] = {}
    for number, (at, _) in enumerate(made, 1):
        locked = LockedTime(period for _, period in made[:number])
        held = [text for text in open_ones if text and locked.holds(period_of(text))]
        since |= dict.fromkeys(held, at)
        open_ones = [text for text in open_ones if text not in since]
    return since


_LOOKED_AT = (
    "AND NOT EXISTS (SELECT 1 FROM value_amendment a WHERE a.amends = v.rid "
    "AND (a.status <> 'pending' OR a.reason = ?)) ORDER BY i.code, i.title"
)


def _new_values(c: Connection, period: str, at: int) -> Iterator[LateValue]:
    rows = c.all(
        "SELECT v.rid, v.id, i.code, i.title, t.office FROM indicator_value v "
        "JOIN record r ON r.rid = v.rid JOIN op o ON o.dot = r.birth "
        "JOIN bundle_log b ON b.n = o.merge AND b.direction = 'in' "
        "JOIN indicator i ON i.rid = v.indicator "
        "LEFT JOIN txn t ON t.device = (o.dot >> 40) AND t.n = o.txn "
        f"WHERE v.period = ? AND o.merge <> 0 AND b.at > ? {_LOOKED_AT}",
        (period, at, BY_MERGE),
    )
    for rid, id, code, title, office in rows:
        for name in FIGURES:
            wire, _ = log.shown_wire(c, rid, _KIND.field(name).number)
            if wire is not None:
                label = f"{code or title}, {period_of(period)}"
                now = _words(name, wire)
                yield LateValue(uuid(id), label, name, "", now, office or "", True)
                break


def _changed(c: Connection, period: str, at: int, name: str) -> Iterator[LateValue]:
    number = _KIND.field(name).number
    rows = c.all(
        "SELECT v.id, i.code, i.title, t.office, o.val, o.prev FROM indicator_value v "
        "JOIN cell d ON d.cell = v.rid * 1024 + ? JOIN op o ON o.dot = d.dot "
        "JOIN bundle_log b ON b.n = o.merge AND b.direction = 'in' "
        "JOIN indicator i ON i.rid = v.indicator "
        "LEFT JOIN txn t ON t.device = (o.dot >> 40) AND t.n = o.txn "
        f"WHERE v.period = ? AND o.merge <> 0 AND b.at > ? {_LOOKED_AT}",
        (number, period, at, BY_MERGE),
    )
    for id, code, title, office, wire, prev in rows:
        old = log.wire_of(c, prev, number) if prev else None
        label = f"{code or title}, {period_of(period)}"
        before, now = _words(name, old), _words(name, wire)
        yield LateValue(uuid(id), label, name, before, now, office or "", False, old)


def _words(name: str, wire: str | None) -> str:
    field = _KIND.field(name)
    return show(field, from_wire(field, wire))
