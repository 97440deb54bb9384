"""Others' edits of an office's records: they wait until the owner accepts or declines them.

An answer is an op that names the proposals it answers, so that it travels like any other change.
A proposal that its own office declines is withdrawn by the same means.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from aps_desktop.db import log
from aps_desktop.db.connection import Connection, Row
from aps_desktop.db.engine import Database
from aps_desktop.db.layout import MEMBER
from aps_desktop.db.log_writer import kind_of
from aps_desktop.db.unit_of_work import Work
from aps_desktop.domain.changes import SECRETARIAT, Applied, Why
from aps_desktop.domain.entities import BY_NUMBER
from aps_desktop.domain.errors import NotFound, UserError
from aps_desktop.domain.fields import BIRTH, LIFE
from aps_desktop.services import records
from aps_desktop.services.history import called, words

VALUE, ADD, REMOVE, DELETE, RESTORE = "value", "add", "remove", "delete", "restore"


@dataclass(frozen=True, slots=True)
class Proposal:
    """One edit that waits. `record` is what people see; `target` the row that the op is about.

    `also` are proposals that belong to this one: the parts of a record that is to be deleted.
    """

    id: str
    dot: int
    entity: str
    record: UUID
    rid: int
    title: str
    field: str
    label: str
    event: str
    now: str
    value: str
    wire: str | None
    target: int
    number: int
    owner: str
    office: str
    officer: str
    device: str
    at: int
    may_answer: bool
    own: bool
    also: tuple[tuple[int, int], ...] = ()

    @property
    def words(self) -> str:
        """What is proposed, as people say it."""
        value = f"“{self.value}”" if self.value else "nothing"
        return {
            VALUE: f"change to {value}",
            ADD: f"add {value}",
            REMOVE: f"remove {value}",
            DELETE: "delete this record",
            RESTORE: "bring this record back",
        }[self.event]


_WAITING = (
    "SELECT o.dot, o.cell, o.val, r.rid, r.uuid, r.tid, r.alive, r.parent, r.office, t.office, "
    "t.officer, t.wall, d.name, d.uuid, o.txn FROM op_proposal p CROSS JOIN op o "
    "JOIN record r ON r.rid = (o.cell >> 10) "
    "JOIN txn t ON t.device = (o.dot >> 40) AND t.n = o.txn JOIN device d ON d.ord = t.device "
    "WHERE o.dot = p.dot AND o.dot NOT IN (SELECT dot FROM op_held) {where} "
    "ORDER BY r.rid, o.cell, o.hlc"
)


def waiting(c: Connection, *, record: UUID | None = None) -> list[Proposal]:
    """The proposals that nobody has answered yet (about one record), by record and field."""
    if c.value("SELECT 1 FROM op_proposal LIMIT 1") is None:
        return []
    where, params = "", []
    if record is not None:
        rid = c.value("SELECT rid FROM record WHERE uuid = ?", (record.bytes,)) or 0
        where, params = "AND (r.rid = ? OR r.parent = ?)", [rid, rid]
    office = str(
        c.value("SELECT d.office FROM local_state l JOIN device d ON d.ord = l.device") or ""
    )
    done = log.answered(c)
    rows = [row for row in c.all(_WAITING.format(where=where), params) if row[0] not in done]
    found = [one for row in rows if (one := _proposal(c, row, office)) is not None]
    if record is not None:
        found = [one for one in found if one.record == record]
    return _parts_with_wholes(c, found)


def count(c: Connection) -> int:
    """How many proposals wait for an answer of this office."""
    return sum(one.may_answer and not one.own for one in waiting(c))


def by_id(c: Connection, id: str) -> Proposal:
    """A waiting proposal by its id. NotFound when it was answered already."""
    for one in waiting(c):
        if one.id == id:
            return one
    raise NotFound(f"No proposal “{id}” waits here.", "It may be answered already; list them.")


def accept(db: Database, wanted: Sequence[Proposal]) -> Applied:
    """Does what was proposed, as one step that travels; deletions are steps of their own."""
    _refuse_strangers(wanted)
    plain = [one for one in wanted if one.event != DELETE]
    done: list[Applied] = []
    for one in wanted:
        if one.event == DELETE:
            done.append(records.delete(db, one.entity, [one.record]))
    if plain:
        done.append(_answer(db, plain, accepted=True))
    return _together(done)


def decline(db: Database, wanted: Sequence[Proposal]) -> Applied:
    """Keeps what is there, as one step that travels; an own proposal is withdrawn."""
    _refuse_strangers([one for one in wanted if not one.own])
    return _answer(db, wanted, accepted=False)


def _refuse_strangers(wanted: Iterable[Proposal]) -> None:
    for one in wanted:
        if not one.may_answer:
            raise UserError(
                f"{one.title} belongs to {one.owner}, which decides about it.",
                "The secretariat can decide too.",
            )


def _answer(db: Database, wanted: Sequence[Proposal], *, accepted: bool) -> Applied:
    verb = "accept" if accepted else "decline"
    label = f"{verb} {len(wanted)} proposals"
    if len(wanted) == 1:
        what = wanted[0].label.lower() or "deletion"
        label = f"{verb} the proposed {what} of {wanted[0].title}"
    touched: dict[str, set[int]] = {}
    with db.writing() as c:
        work, done = Work(db, c, label, Why.RESOLVE), log.answered(c)
        for one in wanted:
            if one.dot in done:
                work.skipped.append(f"{one.title}: answered already")
                continue
            if one.event == VALUE:
                _answer_value(work, one, accepted=accepted)
            elif accepted:
                _do(work, one)
            else:
                for dot, rid in ((one.dot, one.target), *one.also):
                    work.keep(rid, [dot])
            touched.setdefault(one.entity, set()).add(one.rid)
        applied = work.finish()
    return _together([applied, Applied(0, "", {n: frozenset(r) for n, r in touched.items()})])


def _answer_value(work: Work, one: Proposal, *, accepted: bool) -> None:
    kind = kind_of(
        work.c.value("SELECT tid FROM record WHERE rid = ?", (one.target,)),
    )
    wire = one.wire if accepted else log.shown_wire(work.c, one.target, one.number)[0]
    work.write(kind, one.target, kind.by_number[one.number], wire, settles=True)


def _do(work: Work, one: Proposal) -> None:
    if one.event == REMOVE:
        work.delete(one.target)
    else:
        work.restore(one.target)


def _together(parts: Sequence[Applied]) -> Applied:
    touched: dict[str, frozenset[int]] = {}
    for part in parts:
        for name, rids in part.touched.items():
            touched[name] = touched.get(name, frozenset()) | rids
    labels = [part.label for part in parts if part.label]
    return Applied(
        max((part.number for part in parts), default=0),
        ", ".join(labels),
        touched,
        tuple(word for part in parts for word in part.skipped),
        sum(part.proposed for part in parts),
    )


# Reading ----------------------------------------------------------------------------------------


def _proposal(c: Connection, row: Row, office: str) -> Proposal | None:
    """None for one that needs no answer any more: it is so already, or its record is gone."""
    dot, cell, val, rid, _, tid, alive, parent, owner, by, officer, at, device, uuid, _ = row
    number = log.field_of_cell(cell)
    if tid == MEMBER.number:
        said = _about_member(c, rid, number, val, alive, parent)
    elif tid in BY_NUMBER:
        said = _about_record(c, row, number, alive)
    else:
        said = None
    if said is None:
        return None
    entity, shown_rid, record, field, label, event, now, value, wire = said
    return Proposal(
        f"{bytes(uuid).hex()}:{log.sequence_of(dot)}",
        *(dot, entity, record, shown_rid, called(c, record), field, label, event, now, value),
        *(wire, rid, number, owner or "", by, officer or "", device or "", at),
        may_answer=office in (owner, SECRETARIAT),
        own=by == office,
    )


_Said = tuple[str, int, UUID, str, str, str, str, str, str | None]


def _about_record(c: Connection, row: Row, number: int, alive: int) -> _Said | None:
    _, _, val, rid, uuid, tid, *_ = row
    kind, record = BY_NUMBER[tid], UUID(bytes=bytes(uuid))
    if number == LIFE:
        if bool(alive) == (val == "1"):
            return None
        event = RESTORE if val == "1" else DELETE
        return kind.name, rid, record, "", "", event, "", "", None
    field = kind.by_number.get(number)
    shown = log.shown_wire(c, rid, number)[0]
    if field is None or number == BIRTH or not alive or shown == val:
        return None
    now, value = words(c, field, shown), words(c, field, val)
    return kind.name, rid, record, field.name, field.label, VALUE, now, value, val


def _about_member(
    c: Connection, rid: int, number: int, val: str | None, alive: int, parent: int | None
) -> _Said | None:
    """A proposed addition to, or removal from, a set of the record that has it."""
    adds = number == BIRTH or val == "1"
    owner = c.one("SELECT uuid, tid, alive FROM record WHERE rid = ?", (parent,))
    if number not in (BIRTH, LIFE) or bool(alive) == adds or owner is None or not owner[2]:
        return None
    kind, record = BY_NUMBER.get(owner[1]), UUID(bytes=bytes(owner[0]))
    image = log.images(c, [rid]).get(rid, {})
    field = kind.by_number.get(int(image.get(2, "0"))) if kind else None
    if kind is None or field is None or parent is None:
        return None
    wire = image.get(3) or image.get(4)
    event = ADD if adds else REMOVE
    return (
        *(kind.name, parent, record, field.name, field.label, event),
        *("", words(c, field, wire), wire),
    )  # fmt: skip


def _parts_with_wholes(c: Connection, found: list[Proposal]) -> list[Proposal]:
    """Proposed deletions of parts go with that of their whole: one decision, not forty."""
    doomed = {one.rid: one for one in found if one.event == DELETE}
    if len(doomed) < 2:
        return found
    also: dict[int, list[tuple[int, int]]] = {}
    for rid, one in doomed.items():
        top, at = rid, rid
        while True:
            at = c.value("SELECT parent FROM record WHERE rid = ?", (at,)) or 0
            if not at:
                break
            top = at if at in doomed else top
        if top != rid:
            also.setdefault(top, []).append((one.dot, rid))
    inner = {rid for parts in also.values() for _, rid in parts}
    return [
        replace(one, also=tuple(also.get(one.rid, ()))) if one.event == DELETE else one
        for one in found
        if not (one.event == DELETE and one.rid in inner)
    ]
