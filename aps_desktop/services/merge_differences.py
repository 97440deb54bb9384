"""What a merge changes, field by field: what is here, what came, and what becomes of both."""

from __future__ import annotations

from dataclasses import dataclass

from aps_desktop.db import log, namesakes
from aps_desktop.db.connection import Connection, Row
from aps_desktop.db.layout import MEMBER
from aps_desktop.domain.entities import BY_NUMBER
from aps_desktop.domain.fields import BIRTH, LIFE
from aps_desktop.services import audit
from aps_desktop.services.history import words

MOST = 200
CONFLICT, PROPOSAL, WAITS = "conflict", "proposal", "waits"
_COLUMNS = (
    "o.prev, o.cell, o.val, r.rid, r.uuid, r.tid, o.dot, t.office, t.officer, t.wall, o.merge"
)


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of one record, or a record as a whole. `fate` is "" where it simply takes effect.

    `id` is the record's, `at` when it was changed, in milliseconds since 1970.
    """

    entity: str
    id: str
    record: str
    event: str
    field: str
    before: str
    after: str
    office: str
    officer: str
    at: int
    fate: str = ""


def just_merged(c: Connection, *, conflicts: bool, most: int = MOST) -> tuple[Difference, ...]:
    """What the merge that this transaction has just made brought; `conflicts` stand first, if any.

    It reads the temporary tables of `sync.merge`. What a later change of the same bundle replaced
    is left out, and so are the parts of sets that came with their record.
    """
    dots = _dots(c, "SELECT n.dot FROM n ORDER BY n.cell, n.dot", most)
    if conflicts:  # else looking for them would read all that was touched
        in_conflict = "SELECT n.dot FROM t JOIN n ON n.cell = t.cell WHERE t.extra > 0"
        dots = _dots(c, in_conflict, most) + dots
    found = (_difference(c, dot) for dot in dict.fromkeys(dots))
    told = [one for one in found if one is not None]
    return tuple(sorted(told, key=lambda one: one.fate != CONFLICT)[:most])


def _dots(c: Connection, sql: str, most: int) -> list[int]:
    return [dot for (dot,) in c.all(f"{sql} LIMIT {int(most)}")]


def _difference(c: Connection, dot: int) -> Difference | None:
    op = c.one(
        f"SELECT {_COLUMNS} FROM op o JOIN record r ON r.rid = (o.cell >> 10) "
        "JOIN txn t ON t.device = (o.dot >> 40) AND t.n = o.txn WHERE o.dot = ?",
        (dot,),
    )
    change = audit.change_of(c, op) if op is not None else None
    if op is None or change is None or _comes_with_its_record(c, op):
        return None
    fate, before = _fate(c, op, change.old)
    if fate is None:
        return None
    return Difference(
        change.entity, str(change.id), change.record, change.event, change.field, before,
        change.new, op[7], op[8] or "", op[9], fate,
    )  # fmt: skip


def _comes_with_its_record(c: Connection, op: Row) -> bool:
    """A tag or a member of a list whose record is new too: the record says enough."""
    if op[5] != MEMBER.number:
        return False
    return c.value(
        "SELECT 1 FROM record m JOIN record r ON r.rid = m.parent "
        "JOIN n ON n.cell = (r.rid << 10) AND n.dot = r.birth "
        "WHERE m.rid = ?",
        (op[3],),
    ) is not None  # fmt: skip


def _fate(c: Connection, op: Row, old: str) -> tuple[str | None, str]:
    """(what becomes of a change, what stands here now); None for one that was replaced since."""
    cell, dot = op[1], op[6]
    if namesakes.is_apart(op[4]):
        return WAITS, ""
    for table, fate in (("op_held", WAITS), ("op_proposal", PROPOSAL)):
        if c.value(f"SELECT 1 FROM {table} WHERE dot = ?", (dot,)):
            return fate, _shown(c, op) if fate == PROPOSAL else old
    number = log.field_of_cell(cell)
    if number in (BIRTH, LIFE) or op[5] not in BY_NUMBER:
        return "", old
    heads = [one for one, _ in log.heads(c, op[3], number)]
    if dot not in heads:
        return None, old
    field = BY_NUMBER[op[5]].by_number[number]
    others = {one: log.wire_of(c, one, number) for one in heads if one != dot}
    apart = [one for one, wire in others.items() if wire != op[2]]
    if apart:
        # Where both values came with the bundle, what stood here until then is neither of them.
        came = {
            one for one in apart if c.value("SELECT merge FROM op WHERE dot = ?", (one,)) == op[10]
        }
        ours = [others[one] for one in apart if one not in came]
        return CONFLICT, words(c, field, ours[0] if ours else _before(c, op, number))
    return "", words(c, field, _before(c, op, number))


def _before(c: Connection, op: Row, number: int) -> str | None:
    """What a field said before the merge: the nearest value that did not come with it."""
    at = op[0]
    while at is not None:
        row = c.one("SELECT prev, merge, val, cell FROM op WHERE dot = ?", (at,))
        if row is None or row[1] != op[10]:
            return log.wire_in(row[2], row[3], number) if row else None
        at = row[0]
    return None


def _shown(c: Connection, op: Row) -> str:
    """What a field of a proposal shows now; "" for records and members of sets."""
    kind, number = BY_NUMBER.get(op[5]), log.field_of_cell(op[1])
    field = kind.by_number.get(number) if kind else None
    return words(c, field, log.shown_wire(c, op[3], number)[0]) if field else ""
