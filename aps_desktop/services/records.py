"""What an officer does with records: see, make, change, delete, take back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from aps_desktop.db import steps
from aps_desktop.db import undo as undo_stack
from aps_desktop.db.connection import Connection, placeholders
from aps_desktop.db.engine import Database
from aps_desktop.db.layout import column_names, field_columns, value_of
from aps_desktop.db.queries.labels import label_sql
from aps_desktop.db.standing import found_sql
from aps_desktop.db.unit_of_work import apply
from aps_desktop.db.work_lookups import set_members
from aps_desktop.domain.changes import Applied, Change, ChangeSet, Create, Delete, Update
from aps_desktop.domain.entities import entity, references_to
from aps_desktop.domain.errors import InvalidValue, NotFound, UserError
from aps_desktop.domain.fields import Entity, Field, Kind
from aps_desktop.domain.rules import Problem, check_record
from aps_desktop.domain.values import Value, from_wire
from aps_desktop.services import frozen


@dataclass(frozen=True)
class Record:
    """One record as it is now. `labels` holds what its references are called, by record id."""

    entity: str
    id: UUID
    rid: int
    title: str
    values: Mapping[str, Value]
    labels: Mapping[UUID, str]


def get(c: Connection, name: str, id: UUID, *, named: bool = True) -> Record:
    """A record by its id, or what stands for it. NotFound when it is not there or was deleted.

    Without `named` its references are not called by their names, which takes most of the time.
    """
    kind = entity(name)
    columns = ", ".join(f"t.{n}" for n in column_names(kind))
    row = c.one(
        f"SELECT t.id, t.rid, {label_sql(kind, 't')}, {columns} FROM {kind.name} t "
        f"WHERE t.rid = {found_sql('?')}",
        (id.bytes,),
    )
    if row is None:
        raise NotFound(f"There is no {kind.label.lower()} with the id {id}.")
    id, row = UUID(bytes=bytes(row[0])), row[1:]
    values: dict[str, Value] = {}
    labels: dict[UUID, str] = {}
    called = labels if named else None
    at = 2
    for field in kind.columns:
        width = len(field_columns(field))
        values[field.name] = _value(c, field, row[at : at + width], called)
        at += width
    for field in kind.sets:
        values[field.name] = _set(c, field, row[0], called)
    return Record(name, id, row[0], row[1] or kind.label, values, labels)


def by_rid(c: Connection, name: str, rid: int) -> Record:
    """A record by its local row number."""
    uuid = c.value(f"SELECT id FROM {entity(name).name} WHERE rid = ?", (rid,))
    if uuid is None:
        raise NotFound(f"This {entity(name).label.lower()} is no longer there.")
    return get(c, name, UUID(bytes=bytes(uuid)))


def find_id(c: Connection, name: str, text: str) -> UUID:
    """A record's id from what a person types: an id, or a code, or a whole title."""
    kind = entity(name)
    try:
        return UUID(text)
    except ValueError:
        pass
    names = [n for n in dict.fromkeys((kind.code, *kind.title, *kind.key)) if n in kind.by_name]
    texts = [n for n in names if kind.by_name[n].kind is Kind.TEXT]
    for column in texts:
        rows = c.all(f"SELECT id FROM {kind.name} WHERE lower({column}) = lower(?)", (text,))
        if len(rows) == 1:
            return UUID(bytes=bytes(rows[0][0]))
        if rows:
            raise InvalidValue(f"“{text}” names {len(rows)} records.", "Give the id instead.")
    raise NotFound(f"There is no {kind.label.lower()} “{text}”.", "Check the code, or give its id.")


def problems(name: str, values: Mapping[str, Value]) -> list[Problem]:
    """What is wrong or doubtful about a record's values."""
    return check_record(entity(name), values)


def new(db: Database, name: str, values: Mapping[str, Value]) -> UUID:
    """A new record; fields not given take their default. InvalidValue when it cannot be."""
    id = db.ids.new()
    create(db, name, id, values)
    return id


def create(db: Database, name: str, id: UUID, values: Mapping[str, Value]) -> Applied:
    """A new record under an id that the caller chose (a form knows it before it is written)."""
    kind = entity(name)
    filled = frozen.made(db.reader(), name, {**defaults(kind), **values})
    _refuse(kind, filled, kind.by_name)
    label = f"new {kind.label.lower()} {_called(kind, filled)}".strip()
    return apply(db, ChangeSet(label, _admitted(db, (Create(name, id, filled),))))


def defaults(kind: Entity) -> dict[str, Value]:
    """The values a new record starts with."""
    return {f.name: from_wire(f, f.default) for f in kind.columns if f.default}


def put(db: Database, name: str, id: UUID, values: Mapping[str, Value]) -> Applied:
    """Changes fields of a record. InvalidValue names the field that cannot be."""
    kind = entity(name)
    record = get(db.reader(), name, id, named=False)
    unknown = set(values) - set(kind.by_name)
    if unknown:
        raise NotFound(f"{kind.label} has no field {', '.join(sorted(unknown))}.")
    _refuse(kind, {**record.values, **values}, values)
    new = frozen.edited(db.reader(), name, record.values, values)
    changes = _admitted(db, [Update(name, id, field, value) for field, value in new.items()])
    return apply(db, ChangeSet(f"edit {kind.label.lower()} {short_title(record)}", changes))


def put_many(db: Database, name: str, ids: Sequence[UUID], values: Mapping[str, Value]) -> Applied:
    """Gives several records the same values, as one step."""
    kind = entity(name)
    changes: list[Change] = []
    for id in ids:
        record = get(db.reader(), name, id, named=False)
        new = frozen.edited(db.reader(), name, record.values, values)
        _refuse(kind, {**record.values, **new}, new)
        changes += [Update(name, id, field, value) for field, value in new.items()]
    return apply(db, ChangeSet(f"edit {_many(kind, len(ids))}", _admitted(db, changes)))


def _admitted(db: Database, changes: Sequence[Change]) -> tuple[Change, ...]:
    """The changes as they may be written: values of indicators have rules of their own."""
    if all(change.entity != "indicator_value" for change in changes):
        return tuple(changes)
    from aps_desktop.services.value_entry import admitted  # late: the start does without it

    return admitted(db, changes)


def delete(db: Database, name: str, ids: Sequence[UUID]) -> Applied:
    """Deletes records with their parts. UserError while other records refer to them."""
    kind = entity(name)
    c = db.reader()
    doomed: dict[int, tuple[str, UUID]] = {}
    titles = []
    for id in ids:
        record = get(c, name, id)
        frozen.refuse_deletion(name, record.values)
        titles.append(short_title(record))
        _collect(c, kind, record.rid, id, doomed)
    used = _uses(c, doomed)
    if used:
        raise UserError(
            f"{titles[0] if len(titles) == 1 else 'These records'} cannot be deleted: "
            f"still used by {', '.join(used)}.",
            "Change those records first, or mark this one as no longer valid.",
        )
    what = f"{kind.label.lower()} {titles[0]}" if len(ids) == 1 else _many(kind, len(ids))
    changes = tuple(Delete(n, id) for n, id in reversed(doomed.values()))
    return apply(db, ChangeSet(f"delete {what}", _admitted(db, changes)))


def undo(db: Database) -> Applied:
    """Takes back this device's last step. UserError when there is none."""
    return undo_stack.undo(db)


def redo(db: Database) -> Applied:
    """Does again what was last undone. UserError when there is nothing."""
    return undo_stack.redo(db)


def undo_labels(c: Connection) -> tuple[str, str]:
    """What "Undo" and "Redo" would act on, in words; empty when there is nothing."""
    back, again = steps.next_undo(c), steps.next_redo(c)
    return (back[2] if back else ""), (again[2] if again else "")


def short_title(record: Record) -> str:
    """A record's name where there is little room: its code, else its title's beginning."""
    code = entity(record.entity).code
    text = str(record.values.get(code) or record.title) if code else record.title
    return text if len(text) <= 60 else text[:59] + "…"


def _value(
    c: Connection, field: Field, stored: tuple[object, ...], labels: dict[UUID, str] | None
) -> Value:
    if field.kind is not Kind.REFERENCE or stored[0] is None:
        return value_of(field, stored)
    found = _named(c, field.target, stored[0]) if labels is not None else None
    if found is None:  # not asked for; or it was deleted, or has not arrived
        uuid = c.value("SELECT uuid FROM record WHERE rid = ?", (stored[0],))
        found = UUID(bytes=bytes(uuid)), "(not here)"
    if labels is not None:
        labels[found[0]] = found[1]
    return found[0]


def _set(c: Connection, field: Field, rid: int, labels: dict[UUID, str] | None) -> Value:
    wires = [wire for wire, _ in set_members(c, rid, field)]
    if field.kind is Kind.TAGS:
        return frozenset(wires)
    ids = frozenset(UUID(wire) for wire in wires)
    if ids and labels is not None:
        labels.update(dict.fromkeys(ids, "(not here)"))
        kind, known = entity(field.target), [id.bytes for id in ids]
        for uuid, *words in c.all(
            f"SELECT r.uuid, {_words(kind)} FROM record r JOIN {kind.name} t ON t.rid = r.rid "
            f"WHERE r.uuid IN ({placeholders(known)})",
            known,
        ):
            labels[UUID(bytes=bytes(uuid))] = _label(kind, *words)
    return ids


def _named(c: Connection, target: str, rid: object) -> tuple[UUID, str] | None:
    kind = entity(target)
    row = c.one(f"SELECT t.id, {_words(kind)} FROM {kind.name} t WHERE t.rid = ?", (rid,))
    return (UUID(bytes=bytes(row[0])), _label(kind, *row[1:])) if row else None


def _words(kind: Entity) -> str:
    return f"{label_sql(kind, 't')}, {label_sql(kind, 't', short=True)}"


def _label(kind: Entity, title: str | None, code: str | None) -> str:
    title = title or kind.label
    return f"{code} · {title}" if code and code != title and kind.code not in kind.title else title


def _refuse(kind: Entity, values: Mapping[str, Value], touched: Mapping[str, object]) -> None:
    """Raises the first error that concerns a field the officer has just touched."""
    for problem in check_record(kind, values):
        if problem.severity == "error" and problem.field in touched:
            raise InvalidValue(problem.message, field=problem.field)


def _called(kind: Entity, values: Mapping[str, Value]) -> str:
    for name in dict.fromkeys((kind.code, *kind.title)):
        value = values.get(name)
        if isinstance(value, str) and value:
            return value[:60]
    return ""


def _many(kind: Entity, number: int) -> str:
    return f"{number:,} {kind.plural.lower()}" if number != 1 else f"1 {kind.label.lower()}"


def _collect(
    c: Connection, kind: Entity, rid: int, id: UUID, doomed: dict[int, tuple[str, UUID]]
) -> None:
    """A record and everything that is a part of it, the whole before its parts."""
    if rid in doomed:
        return
    doomed[rid] = (kind.name, id)
    for part, field in references_to(kind.name):
        if field.part_of:
            rows = c.all(f"SELECT rid, id FROM {part.name} WHERE {field.name} = ?", (rid,))
            for part_rid, part_id in rows:
                _collect(c, part, part_rid, UUID(bytes=bytes(part_id)), doomed)


def _uses(c: Connection, doomed: Mapping[int, tuple[str, UUID]]) -> list[str]:
    """Who still refers to the doomed records, in words."""
    counts: dict[str, int] = {}
    for rid, (name, _) in doomed.items():
        for user, field in references_to(name):
            if field.part_of:
                continue
            if field.is_set:
                rows = c.all("SELECT owner FROM set_member WHERE member = ?", (rid,))
                rows = [
                    r for r in rows
                    if c.value(f"SELECT 1 FROM {user.name} WHERE rid = ?", (r[0],))
                ]  # fmt: skip
            else:
                rows = c.all(f"SELECT rid FROM {user.name} WHERE {field.name} = ?", (rid,))
            others = [r[0] for r in rows if r[0] not in doomed]
            if others:
                counts[user.name] = counts.get(user.name, 0) + len(others)
    return [_many(entity(name), number) for name, number in counts.items()]
