"""What the database holds now of the records that a workbook names: many at once, as values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from aps_desktop.db.connection import Connection
from aps_desktop.db.layout import field_columns, value_of
from aps_desktop.domain.fields import Entity, Field, Kind
from aps_desktop.domain.money import Money
from aps_desktop.domain.values import Value, scaled, to_wire

_PART = 500


def chunks(items: Iterable[Any]) -> Iterator[list[Any]]:
    """The items in lists that fit into one IN (...)."""
    rest = list(items)
    for start in range(0, len(rest), _PART):
        yield rest[start : start + _PART]


def rids_of(c: Connection, ids: Iterable[UUID]) -> dict[UUID, tuple[int, int, bool]]:
    """(row number, entity number, alive) of the records that are known."""
    found = {}
    for part in chunks(dict.fromkeys(ids)):
        marks = ",".join("?" * len(part))
        sql = f"SELECT uuid, rid, tid, alive FROM record WHERE uuid IN ({marks})"
        for uuid, rid, tid, alive in c.all(sql, [id.bytes for id in part]):
            found[UUID(bytes=bytes(uuid))] = (rid, tid, bool(alive))
    return found


def values_of(
    c: Connection, kind: Entity, fields: Sequence[Field], rids: Iterable[int]
) -> dict[int, tuple[UUID, dict[str, Value]]]:
    """(id, values of these fields) by row number; empty fields are missing."""
    columns = [f for f in fields if not f.is_set]
    sets = [f for f in fields if f.is_set]
    listed = [sql for f in columns for sql in _column_sql(f)]
    readers = _readers(columns)
    found: dict[int, tuple[UUID, dict[str, Value]]] = {}
    for part in chunks(rids):
        marks = ",".join("?" * len(part))
        head = ", ".join(["t.rid", "t.id", *listed])
        for row in c.all(f"SELECT {head} FROM {kind.name} t WHERE t.rid IN ({marks})", part):
            values = {name: read(row) for name, at, read in readers if row[at] is not None}
            found[row[0]] = (UUID(bytes=bytes(row[1])), values)
        for spec in sets:
            _read_set(c, spec, part, found)
    return found


def _column_sql(spec: Field) -> list[str]:
    names = [f"t.{name}" for name in field_columns(spec)]
    if spec.kind is Kind.REFERENCE:
        return [f"(SELECT x.uuid FROM record x WHERE x.rid = {names[0]})"]
    return names


def _readers(columns: Sequence[Field]) -> list[tuple[str, int, Callable[[Sequence[Any]], Value]]]:
    found = []
    at = 2
    for spec in columns:
        found.append((spec.name, at, _reader(spec, at)))
        at += len(field_columns(spec))
    return found


def _reader(spec: Field, at: int) -> Callable[[Sequence[Any]], Value]:
    if spec.kind in (Kind.TEXT, Kind.LONG_TEXT, Kind.CHOICE):
        return lambda row: row[at]
    if spec.kind is Kind.DATE:
        return lambda row: date.fromisoformat(row[at])
    if spec.kind is Kind.MONEY:
        return lambda row: Money(row[at], row[at + 1])
    if spec.kind is Kind.REFERENCE:
        return lambda row: _uuid(bytes(row[at]))
    return lambda row: value_of(spec, (row[at],))


@lru_cache(maxsize=65_536)
def _uuid(raw: bytes) -> UUID:
    """Few records are referred to by very many."""
    return UUID(bytes=raw)


def _read_set(
    c: Connection, spec: Field, rids: list[int], found: dict[int, tuple[UUID, dict[str, Value]]]
) -> None:
    tags = spec.kind is Kind.TAGS
    marks = ",".join("?" * len(rids))
    member = "m.word" if tags else "(SELECT x.uuid FROM record x WHERE x.rid = m.member)"
    members: dict[int, list[Any]] = {}
    sql = (
        f"SELECT m.owner, {member} FROM set_member m "
        f"WHERE m.owner IN ({marks}) AND m.field_number = ?"
    )
    for owner, one in c.all(sql, [*rids, spec.number]):
        if one is not None:
            members.setdefault(owner, []).append(one if tags else UUID(bytes=bytes(one)))
    for owner, ones in members.items():
        if owner in found:
            found[owner][1][spec.name] = frozenset(ones)


# Keys -------------------------------------------------------------------------------------------


def key_part(spec: Field, rid_of: Callable[[UUID], int | None]) -> Callable[[Any], Any]:
    """A value as it is compared in keys: texts without case, references by row number."""
    match spec.kind:
        case Kind.TEXT | Kind.LONG_TEXT:
            return lambda v: v.casefold()
        case Kind.MONEY:
            return lambda v: (v.minor, v.currency)
        case Kind.REFERENCE:
            return rid_of
        case Kind.NUMBER | Kind.PERCENT:
            return lambda v: scaled(spec, v)
        case Kind.YES_NO:
            return int
        case Kind.CHOICE:
            return lambda v: v
    return lambda v: to_wire(spec, v)


def stored_keys(
    c: Connection, kind: Entity, fields: Sequence[Field], only: tuple[str, list[int]] | None
) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """(row number, key) of the entity's records, in order of row number.

    `only` narrows them to those that refer to these row numbers by that reference field.
    """
    listed = [name for f in fields for name in field_columns(f)]
    sql = f"SELECT rid, {', '.join(listed)} FROM {kind.name}"
    shape = _key_shape(fields)
    if only is None:
        for row in c.each(f"{sql} ORDER BY rid"):
            yield row[0], shape(row)
        return
    name, targets = only
    for part in chunks(targets):
        marks = ",".join("?" * len(part))
        for row in c.each(f"{sql} WHERE {name} IN ({marks}) ORDER BY rid", part):
            yield row[0], shape(row)


def _key_shape(fields: Sequence[Field]) -> Callable[[Sequence[Any]], tuple[Any, ...]]:
    steps: list[Callable[[Sequence[Any]], Any]] = []
    at = 1
    for spec in fields:
        steps.append(_shape_of(spec, at))
        at += len(field_columns(spec))
    return lambda row: tuple([step(row) for step in steps])


def _shape_of(spec: Field, at: int) -> Callable[[Sequence[Any]], Any]:
    if spec.kind in (Kind.TEXT, Kind.LONG_TEXT):
        return lambda row: row[at].casefold() if row[at] is not None else None
    if spec.kind is Kind.MONEY:
        return lambda row: (row[at], row[at + 1]) if row[at] is not None else None
    return lambda row: row[at]
