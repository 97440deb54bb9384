"""Uniting two records of one organisation or person; later bundles with the old id obey it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from aps_desktop.db import log
from aps_desktop.db.connection import Connection
from aps_desktop.db.engine import Database
from aps_desktop.db.layout import MEMBER, field_columns
from aps_desktop.db.unit_of_work import Work, apply
from aps_desktop.domain.changes import (
    SECRETARIAT,
    Applied,
    Change,
    ChangeSet,
    Separate,
    Unite,
    Update,
    Why,
)
from aps_desktop.domain.entities import BY_NUMBER, entity, references_to
from aps_desktop.domain.errors import InvalidValue, NotFound
from aps_desktop.domain.fields import SAME_AS, Entity, Field
from aps_desktop.domain.values import show
from aps_desktop.services import frozen, records
from aps_desktop.services.history import title_in_log
from aps_desktop.services.records import Record


@dataclass(frozen=True, slots=True)
class Taken:
    """A field that the survivor leaves empty, and the duplicate's value for it in words."""

    field: str
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Differing:
    """A field of which the two say different things: the survivor's value stays."""

    label: str
    kept: str
    left: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What uniting would do. `moves` counts the records that refer to the duplicate, by entity."""

    entity: str
    id: UUID
    title: str
    into: UUID
    into_title: str
    moves: dict[str, int]
    takes: tuple[Taken, ...]
    differs: tuple[Differing, ...]
    owner: str
    proposes: bool


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A record that another one stands for."""

    entity: str
    id: UUID
    title: str
    into: UUID
    into_title: str
    code: str


def plan(c: Connection, name: str, id: UUID, into: UUID) -> Plan:
    """Looks at two records that may be one. InvalidValue where they cannot be."""
    kind = entity(name)
    if not kind.unites:
        way = "Reverse" if name == frozen.NAME else "Delete"
        raise InvalidValue(f"{kind.plural} cannot be united.", f"{way} the one that is too many.")
    old, new = records.get(c, name, id), records.get(c, name, into)
    if old.id == new.id:
        raise InvalidValue("These two are one record already.", "Choose two different ones.")
    _refuse_family(c, kind, old, new)
    owner = str(c.value("SELECT office FROM record WHERE rid = ?", (old.rid,)) or "")
    office = str(
        c.value("SELECT d.office FROM local_state l JOIN device d ON d.ord = l.device") or ""
    )
    return Plan(
        *(name, old.id, _called(kind, old), new.id, _called(kind, new), _moves(c, old)),
        *(_takes(kind, old, new), _differs(kind, old, new), owner),
        proposes=bool(owner and office) and office not in (owner, SECRETARIAT),
    )


def unite(db: Database, wanted: Plan, take: Collection[str] | None = None) -> Applied:
    """Unites the two of a plan in one step that travels and can be undone.

    `take` names the fields whose empty place gets the duplicate's value; by default all of them.
    """
    chosen = {t.field for t in wanted.takes} if take is None else set(take)
    old = records.get(db.reader(), wanted.entity, wanted.id)
    changes: list[Change] = [
        Update(wanted.entity, wanted.into, t.field, old.values[t.field])
        for t in wanted.takes
        if t.field in chosen
    ]
    changes.append(Unite(wanted.entity, wanted.id, wanted.into))
    label = f"unite {old_name(wanted.title)} with {old_name(wanted.into_title)}"
    return apply(db, ChangeSet(label, tuple(changes)))


def leave(db: Database, name: str, id: UUID) -> Applied:
    """What was edited in a duplicate meanwhile has been looked at: the uniting has seen it now."""
    with db.writing() as c:
        one = next((d for d in united(c, name) if d.id == id), None)
        label = f"leave the later edits of {old_name(one.title)}" if one else ""
        work = Work(db, c, label, Why.RESOLVE)
        row = c.one("SELECT rid, office FROM record WHERE uuid = ?", (id.bytes,)) or (0, "")
        for member, uuid, birth in c.all(
            "SELECT m.rid, r.uuid, r.birth FROM set_member m JOIN record r ON r.rid = m.rid "
            f"WHERE m.owner = ? AND m.field_number = {SAME_AS}",
            (row[0],),
        ):
            dot = work.append_life(member, _uuid(uuid), MEMBER.number, "1", log.seen_of(c, row[0]))
            work.append_parents(dot, [birth])  # so that undoing it does not separate the two
            if not work.allowed(row[1]):
                work.append_proposal(dot)
        return work.finish()


def separate(db: Database, name: str, id: UUID) -> Applied:
    """A duplicate stands for itself again. NotFound when it was united with nothing."""
    one = next((d for d in united(db.reader(), name) if d.id == id), None)
    if one is None:
        kind = entity(name)
        raise NotFound(f"This {kind.label.lower()} was not united with another.")
    label = f"separate {old_name(one.title)} from {old_name(one.into_title)}"
    return apply(db, ChangeSet(label, (Separate(name, id),)))


def united(c: Connection, name: str = "") -> list[Duplicate]:
    """What was united, by entity and title; of one entity if named."""
    found = []
    for uuid, tid, rid, into, survivor in c.all(
        "SELECT o.uuid, s.tid, o.rid, s.uuid, s.rid FROM united u CROSS JOIN record o "
        "CROSS JOIN record s WHERE o.rid = u.rid AND s.rid = u.survivor"
    ):
        kind = BY_NUMBER.get(tid)
        if kind is not None and name in ("", kind.name):
            code = _code_in_log(c, kind, rid)
            old, new = (_with_code(c, kind, one) for one in (rid, survivor))
            found.append(Duplicate(kind.name, _uuid(uuid), old, _uuid(into), new, code))
    return sorted(found, key=lambda d: (d.entity, d.title, d.id))


def _with_code(c: Connection, kind: Entity, rid: int) -> str:
    """A record's name from the log, after its code: the names of the two may be the same."""
    title, code = title_in_log(c, kind, rid), _code_in_log(c, kind, rid)
    return title if not code or code == title else f"{code} · {title}"


def _code_in_log(c: Connection, kind: Entity, rid: int) -> str:
    if not kind.code:
        return ""
    return log.images(c, [rid]).get(rid, {}).get(kind.by_name[kind.code].number) or ""


def old_name(title: str) -> str:
    """A title short enough for a step's label."""
    return title if len(title) <= 40 else f"{title[:39]}…"


def later_edits(c: Connection) -> list[tuple[Duplicate, Field, str | None]]:
    """Fields of duplicates that somebody edited without knowing of the uniting, with their text.

    What a uniting had seen of the duplicate stands in the log with it.
    """
    found = []
    for one in united(c):
        rid = c.value("SELECT rid FROM record WHERE uuid = ?", (one.id.bytes,))
        kind = entity(one.entity)
        seen: dict[int, int] = {}
        for device, upto in c.all(
            "SELECT s.device, s.seq FROM set_member m JOIN history h ON h.cell BETWEEN "
            "(m.rid << 10) AND ((m.rid << 10) | 1023) JOIN op_seen s ON s.dot = h.dot "
            f"JOIN op o ON o.dot = h.dot WHERE m.owner = ? AND m.field_number = {SAME_AS} "
            "AND NOT ((o.cell & 1023) = 1023 AND o.val = '0')",
            (rid,),
        ):
            seen[device] = max(seen.get(device, 0), upto)
        for number in sorted(kind.by_number):
            heads = log.heads(c, rid, number)
            if heads and log.sequence_of(heads[0][0]) > seen.get(log.device_of(heads[0][0]), 0):
                field = kind.by_number[number]
                if not field.is_set and log.field_of_cell(_cell(c, heads[0][0])) == number:
                    found.append((one, field, log.wire_of(c, heads[0][0], number)))
    return found


def _cell(c: Connection, dot: int) -> int:
    return int(c.value("SELECT cell FROM op WHERE dot = ?", (dot,)) or 0)


def _refuse_family(c: Connection, kind: Entity, old: Record, new: Record) -> None:
    """In a tree neither may stand above the other: the survivor would stand above itself."""
    if not kind.tree:
        return
    column = field_columns(kind.by_name[kind.tree])[0]
    for low, high in ((old, new), (new, old)):
        at: int | None = low.rid
        passed: set[int] = set()
        while at is not None and at not in passed:
            passed.add(at)
            at = c.value(f"SELECT {column} FROM {kind.name} WHERE rid = ?", (at,))
            if at == high.rid:
                raise InvalidValue(
                    f"{high.title} stands above {low.title}.",
                    f"Give the lower one another {kind.by_name[kind.tree].label.lower()} first.",
                )


def _called(kind: Entity, record: Record) -> str:
    """With its code, since the names of the two may be the same."""
    code = record.values.get(kind.code) if kind.code and kind.code not in kind.title else None
    return f"{code} · {record.title}" if code else record.title


def _moves(c: Connection, old: Record) -> dict[str, int]:
    moves: dict[str, int] = {}
    for user, field in references_to(old.entity):
        if field.is_set:
            number = c.value(
                "SELECT count(*) FROM set_member m JOIN record r ON r.rid = m.owner "
                "WHERE m.member = ? AND r.tid = ? AND m.field_number = ?",
                (old.rid, user.number, field.number),
            )
        else:
            number = c.value(
                f"SELECT count(*) FROM {user.name} WHERE {field_columns(field)[0]} = ?", (old.rid,)
            )
        if number:
            moves[user.name] = moves.get(user.name, 0) + number
    return moves


def _takes(kind: Entity, old: Record, new: Record) -> tuple[Taken, ...]:
    return tuple(
        Taken(f.name, f.label, _words(f, old))
        for f in kind.columns
        if old.values[f.name] is not None and new.values[f.name] is None
        and old.values[f.name] not in (old.id, new.id)
    )  # fmt: skip


def _differs(kind: Entity, old: Record, new: Record) -> tuple[Differing, ...]:
    return tuple(
        Differing(f.label, _words(f, new), _words(f, old))
        for f in kind.columns
        if None not in (old.values[f.name], new.values[f.name])
        and old.values[f.name] != new.values[f.name]
    )


def _words(field: Field, record: Record) -> str:
    value = record.values[field.name]
    return record.labels.get(value, "") if isinstance(value, UUID) else show(field, value)


def _uuid(data: bytes) -> UUID:
    return UUID(bytes=bytes(data))
