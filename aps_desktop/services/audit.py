"""The change log for people: who did what when, filtered, and what one step changed."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from aps_desktop.db import log, namesakes
from aps_desktop.db.connection import Connection, Row
from aps_desktop.db.layout import MEMBER
from aps_desktop.domain.entities import BY_NUMBER
from aps_desktop.domain.fields import BIRTH, LIFE, Entity
from aps_desktop.services.history import called, title_in_log, words

_WORDS = {
    "edit": "Edited",
    "import": "Imported",
    "undo": "Undone",
    "redo": "Done again",
    "merge": "Merged",
    "resolve": "Settled",
    "revert": "Taken back",
    "setup": "Set up",
}


@dataclass(frozen=True, slots=True)
class AuditStep:
    """One transaction. `at` is milliseconds since 1970; `device` and `number` name it here."""

    device: int
    number: int
    stamp: int
    at: int
    officer: str
    office: str
    device_name: str
    why: str
    label: str
    changes: int

    @property
    def what(self) -> str:
        """The kind of work in a word, with what it was."""
        return f"{_WORDS.get(self.why, self.why)}: {self.label}" if self.label else self.why


@dataclass(frozen=True, slots=True)
class AuditChange:
    """One change of a step: the record by entity, id and name, and what became of it."""

    entity: str
    id: UUID
    record: str
    event: str
    field: str
    old: str
    new: str


def page(
    c: Connection,
    *,
    office: str = "",
    officer: str = "",
    before: int | None = None,
    limit: int = 200,
    shipped: bool = True,
) -> list[AuditStep]:
    """The newest steps, newest first; `before` is the stamp of the last one already shown.

    Without `shipped` the lists that came with the program are left out.
    """
    tests, params = ["1 = 1"], list[str | int]()
    for column, wanted in (("t.office", office), ("t.officer", officer)):
        if wanted:
            tests.append(f"{column} = ?")
            params.append(wanted)
    if not shipped:
        tests.append("d.status <> 'shipped'")
    if before is not None:
        tests.append("t.hlc < ?")
        params.append(before)
    rows = c.all(
        "SELECT t.device, t.n, t.hlc, t.wall, t.officer, t.office, d.name, t.why, t.label, "
        "t.last_seq - t.first_seq + 1 FROM txn t JOIN device d ON d.ord = t.device "
        f"WHERE {' AND '.join(tests)} ORDER BY t.hlc DESC LIMIT {int(limit)}",
        params,
    )
    return [AuditStep(*row) for row in rows]


def people(c: Connection) -> tuple[list[str], list[str]]:
    """(offices, officers) that occur in the log."""
    rows = c.all("SELECT DISTINCT office, officer FROM txn")
    offices = sorted({row[0] for row in rows if row[0]})
    return offices, sorted({row[1] for row in rows if row[1]})


def changes_of(c: Connection, device: int, number: int, *, limit: int = 300) -> list[AuditChange]:
    """What a step changed, in its order; at most `limit` changes."""
    span = c.one("SELECT first_seq, last_seq FROM txn WHERE device = ? AND n = ?", (device, number))
    if span is None:
        return []
    ops = c.all(
        "SELECT o.prev, o.cell, o.val, r.rid, r.uuid, r.tid FROM op o JOIN record r "
        "ON r.rid = (o.cell >> 10) WHERE o.dot BETWEEN ? AND ? ORDER BY o.dot LIMIT ?",
        (log.dot_of(device, span[0]), log.dot_of(device, span[1]), limit),
    )
    found = (change_of(c, op) for op in ops)
    return [change for change in found if change is not None]


def change_of(c: Connection, op: Row) -> AuditChange | None:
    """An op (prev, cell, val, its record's rid, uuid, tid) in words; None for an unknown kind."""
    _, cell, val, rid, uuid, tid = op[:6]
    number = log.field_of_cell(cell)
    if tid == MEMBER.number:
        return _member(c, rid, number, val)
    kind = BY_NUMBER.get(tid)
    if kind is None:
        return None
    id = UUID(bytes=namesakes.id_of(uuid))
    name = called(c, id)
    if number == BIRTH:
        return AuditChange(kind.name, id, name, f"New {kind.label.lower()}", "", "", "")
    if number == LIFE:
        if val == "0":  # it has no row, so what it was called is in the log alone
            return AuditChange(kind.name, id, title_in_log(c, kind, rid), "Deleted", "", "", "")
        return AuditChange(kind.name, id, name, "Restored", "", "", "")
    field = kind.by_number.get(number)
    if field is None:
        return None
    before = c.one("SELECT val, cell FROM op WHERE dot = ?", (op[0],)) if op[0] else None
    old = log.wire_in(before[0], before[1], number) if before else None
    return AuditChange(
        kind.name, id, name, "Changed", field.label, words(c, field, old), words(c, field, val)
    )


def _member(c: Connection, rid: int, number: int, val: str | None) -> AuditChange | None:
    """A set's change, told as one of the record that has the set."""
    row = c.one(
        "SELECT p.uuid, p.tid, o.val FROM record r JOIN record p ON p.rid = r.parent "
        "JOIN op o ON o.dot = r.birth WHERE r.rid = ?",
        (rid,),
    )
    if row is None or row[1] not in BY_NUMBER:
        return None
    kind: Entity = BY_NUMBER[row[1]]
    image = log.read_image(row[2])
    field = kind.by_number.get(int(image.get(2, "0")))
    if field is None:
        return None
    id = UUID(bytes=bytes(row[0]))
    shown = words(c, field, image.get(3) or image.get(4))
    gone = number == LIFE and val == "0"
    old, new = (shown, "") if gone else ("", shown)
    event = "Removed" if gone else "Added"
    return AuditChange(kind.name, id, called(c, id), event, field.label, old, new)
