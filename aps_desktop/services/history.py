"""Who changed what, when, from which office: read from the change log."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from aps_desktop.db import log
from aps_desktop.db.connection import Connection, Row
from aps_desktop.db.engine import Database
from aps_desktop.db.layout import MEMBER
from aps_desktop.db.queries.labels import label_sql
from aps_desktop.db.standing import standing
from aps_desktop.domain.changes import Applied
from aps_desktop.domain.entities import BY_NUMBER, entity
from aps_desktop.domain.errors import InvalidValue, NotFound
from aps_desktop.domain.fields import BIRTH, LIFE, SAME_AS, Entity, Field, Kind
from aps_desktop.domain.values import from_wire, members, show
from aps_desktop.services import records


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One change of one record. `at` is milliseconds since 1970 by the clock of who made it.

    `was` and `became` are the canonical texts behind `old` and `new` (a set: the member's).
    `proposed`: who made it does not own the record, so that it changed nothing by itself.
    `counts`: not so where its computer was revoked from an earlier change on.
    """

    at: int
    officer: str
    office: str
    device: str
    why: str
    step: str
    event: str
    field: str
    label: str
    old: str
    new: str
    was: str | None = None
    became: str | None = None
    proposed: bool = False
    counts: bool = True


@dataclass(frozen=True, slots=True)
class Step:
    """One transaction of the log: who did what, when, and how many changes it made."""

    device: str
    number: int
    at: int
    officer: str
    office: str
    why: str
    label: str
    changes: int


def of_record(c: Connection, name: str, id: UUID) -> list[HistoryEntry]:
    """A record's changes, newest first, its sets' included. Deleted records have one too."""
    kind = entity(name)
    row = c.one(
        "SELECT rid, tid FROM record WHERE uuid = ? AND (birth IS NOT NULL OR EXISTS "
        "(SELECT 1 FROM op_revoked o WHERE o.cell = (rid << 10)))",
        (id.bytes,),
    )
    if row is None or row[1] != kind.number:
        raise NotFound(f"There is no {kind.label.lower()} with the id {id}.")
    rid = row[0]
    entries = [e for r in _ops(c, rid) for e in _entries(c, kind, rid, r)]
    children = c.all("SELECT rid FROM record WHERE parent = ? AND tid = ?", (rid, MEMBER.number))
    for (member,) in children:
        entries += [e for r in _ops(c, member) for e in _member_entries(c, kind, member, r)]
    for old, member in c.all(
        "SELECT u.rid, m.rid FROM united u JOIN set_member m ON m.owner = u.rid "
        f"AND m.field_number = {SAME_AS} WHERE u.survivor = ?",
        (rid,),
    ):
        entries += [_stands_for(op, title_in_log(c, kind, old)) for op in _ops(c, member)]
    entries.sort(key=lambda e: e[0], reverse=True)
    return [entry for _, entry in entries]


def put_back(db: Database, name: str, id: UUID, entry: HistoryEntry) -> Applied:
    """Gives a field the value it had before a change, as a new edit of today."""
    field = entity(name).field(entry.field)
    if not field.is_set:
        return records.put(db, name, id, {field.name: from_wire(field, entry.was)})
    now = members(field, records.get(db.reader(), name, id).values.get(field.name))
    before = (now | {entry.was}) - {entry.became} - {None}
    as_member = UUID if field.kind is Kind.REFERENCES else str
    value = frozenset(as_member(str(wire)) for wire in before)
    return records.put(db, name, id, {field.name: value})  # type: ignore[dict-item]


def steps(c: Connection, *, limit: int = 500, before: int | None = None) -> list[Step]:
    """The newest transactions of all devices in this database, newest first."""
    where = "WHERE t.hlc < ?" if before is not None else ""
    rows = c.all(
        "SELECT d.name, t.n, t.wall, t.officer, t.office, t.why, t.label, "
        "t.last_seq - t.first_seq + 1 FROM txn t JOIN device d ON d.ord = t.device "
        f"{where} ORDER BY t.hlc DESC LIMIT {int(limit)}",
        (before,) if before is not None else (),
    )
    return [Step(*row) for row in rows]


_Op = Row
_Dated = tuple[tuple[int, int], HistoryEntry]


def _ops(c: Connection, rid: int) -> list[_Op]:
    said = (
        "SELECT o.dot, o.prev, o.cell, o.val, t.wall, t.officer, t.office, d.name, t.why, "
        "t.label, o.hlc, o.dot IN (SELECT dot FROM op_proposal), {counts} FROM {changes} "
        "JOIN txn t ON t.device = (o.dot >> 40) AND t.n = o.txn "
        "JOIN device d ON d.ord = t.device WHERE {cell} BETWEEN ? AND ?"
    )
    there = said.format(counts=1, changes="history h JOIN op o ON o.dot = h.dot", cell="h.cell")
    found = c.all(there, log.cells_of(rid))
    if c.value("SELECT 1 FROM op_revoked LIMIT 1") is not None:
        beyond = said.format(counts=0, changes="op_revoked o", cell="o.cell")
        found += c.all(beyond, log.cells_of(rid))
    return found


def _entry(
    c: Connection, op: _Op, event: str, field: Field, was: str | None, became: str | None
) -> _Dated:
    old, new = words(c, field, was), words(c, field, became)
    dated, one = _event(op, event)
    return dated, replace(
        one, field=field.name, label=field.label, old=old, new=new, was=was, became=became
    )


def _stands_for(op: _Op, title: str) -> _Dated:
    """A duplicate was united with the record, or was separated from it."""
    apart = log.field_of_cell(op[2]) == LIFE and op[3] == "0"
    dated, one = _event(op, "removed" if apart else "added")
    old, new = (title, "") if apart else ("", title)
    return dated, replace(one, label="Stands also for", old=old, new=new)


def _event(op: _Op, event: str) -> _Dated:
    """What happened to the record as a whole."""
    at, officer, office, device, why, step, hlc, proposed, counts = op[4:]
    entry = HistoryEntry(
        *(at, officer, office, device, why, step, event),
        *("", "", "", ""),
        proposed=bool(proposed),
        counts=bool(counts),
    )
    return (hlc, op[0]), entry


def _entries(c: Connection, kind: Entity, rid: int, op: _Op) -> list[_Dated]:
    number = log.field_of_cell(op[2])
    if number == BIRTH:
        image = log.read_image(op[3])
        found = [
            _entry(c, op, "created", f, None, image[f.number])
            for f in kind.columns
            if f.number in image
        ]
        return found or [_event(op, "created")]
    if number == LIFE:
        return [_event(op, "deleted" if op[3] == "0" else "restored")]
    field = kind.by_number.get(number)
    if field is None:
        return []
    before = _said(c, op[1]) if op[1] else None
    old = log.wire_in(before[0], before[1], number) if before else None
    return [_entry(c, op, "changed", field, old, op[3])]


def _said(c: Connection, dot: int) -> Row | None:
    """(text, cell) of a change, also of one that counts no more."""
    sql = "SELECT val, cell FROM {} WHERE dot = ?"
    return c.one(sql.format("op"), (dot,)) or c.one(sql.format("op_revoked"), (dot,))


def _member_entries(c: Connection, kind: Entity, member: int, op: _Op) -> list[_Dated]:
    """Additions to and removals from a set, told as changes of the record that has the set."""
    number = log.field_of_cell(op[2])
    birth = c.value(
        "SELECT o.val FROM record r JOIN op o ON o.dot = r.birth WHERE r.rid = ?", (member,)
    )
    image = log.read_image(birth)
    field = kind.by_number.get(int(image.get(2, "0")))
    if field is None or number not in (BIRTH, LIFE):
        return []
    wire = image.get(3) or image.get(4)
    if number == LIFE and op[3] == "0":
        return [_entry(c, op, "removed", field, wire, None)]
    return [_entry(c, op, "added", field, None, wire)]


def words(c: Connection, field: Field, wire: str | None) -> str:
    """A canonical text as people read it; a reference by the name its record has now."""
    if wire is None:
        return ""
    if field.kind in (Kind.REFERENCE, Kind.REFERENCES):
        return called(c, UUID(wire))
    if field.kind is Kind.TAGS:
        return wire
    try:
        return show(field, from_wire(field, wire))
    except InvalidValue:
        return wire


def called(c: Connection, id: UUID) -> str:
    row = c.one("SELECT rid, tid FROM record WHERE uuid = ?", (id.bytes,))
    if row is None or row[1] not in BY_NUMBER:
        return str(id)
    kind, survivor = BY_NUMBER[row[1]], standing(c, row[0])
    titles = c.one(
        f"SELECT {label_sql(kind, 't', short=True)}, {label_sql(kind, 't')} "
        f"FROM {kind.name} t WHERE t.rid = ?",
        (survivor,),
    )
    if titles is None:
        name = f"(deleted {kind.label.lower()})"
    else:  # not everything has a code
        name = str(titles[0] or titles[1] or f"({kind.label.lower()} without a name)")
    return name if survivor == row[0] else f"{title_in_log(c, kind, row[0])} (now {name})"


def title_in_log(c: Connection, kind: Entity, rid: int) -> str:
    """What a record is called, also when it has no row: from the change log."""
    image = log.images(c, [rid]).get(rid, {})
    names = dict.fromkeys((*kind.title, kind.code))
    words = (image.get(kind.by_name[name].number) for name in names if name)
    return next((word for word in words if word), f"({kind.label.lower()})")
