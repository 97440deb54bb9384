"""What the database holds now of the records that a workbook names: many at once, as values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from aps_desktop.db import log
from aps_desktop.db.connection import Connection, placeholders
from aps_desktop.db.layout import column_names, field_columns, value_of
from aps_desktop.domain.entities import entity
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
    """(row number, entity number, alive) of the records that are known, or stand for them."""
    found = {}
    for part in chunks(dict.fromkeys(ids)):
        marks = placeholders(part)
        sql = (
            "SELECT r.uuid, s.rid, s.tid, s.alive FROM record r LEFT JOIN united u "
            "ON u.rid = r.rid JOIN record s ON s.rid = coalesce(u.survivor, r.rid) "
            f"WHERE r.uuid IN ({marks})"
        )
        for uuid, rid, tid, alive in c.all(sql, [id.bytes for id in part]):
            found[UUID(bytes=bytes(uuid))] = (rid, tid, bool(alive))
    return found


def values_of(
    c: Connection, kind: Entity, fields: Sequence[Field], rids: Iterable[int]
) -> dict[int, tuple[UUID, dict[str, Value]]]:
    """(id, values of these fields) by row number; empty fields are missing."""
    names = [f.name for f in fields]
    found: dict[int, tuple[UUID, dict[str, Value]]] = {}
    for part in chunks(rids):
        known, ids, columns = value_columns(c, kind, fields, part)
        rows = zip(*columns, strict=True) if columns else iter([()] * len(ids))
        for rid, id, row in zip(known, ids, rows, strict=True):
            values = zip(names, row, strict=True)
            found[rid] = id, {name: value for name, value in values if value is not None}
    return found


def now(c: Connection, name: str, id: UUID) -> dict[str, Value]:
    """What one record's fields hold; empty when it is not there."""
    known = rids_of(c, [id]).get(id)
    kind = entity(name)
    found = values_of(c, kind, kind.columns, [known[0]]) if known else {}
    return dict(found[known[0]][1]) if known and known[0] in found else {}


def value_columns(
    c: Connection, kind: Entity, fields: Sequence[Field], rids: Sequence[int]
) -> tuple[list[int], list[UUID], list[Sequence[Value]]]:
    """(row numbers, ids, a column of values for each field) of the records there are, in the order
    of `rids`; None where a field is empty. For as many as fit into one IN (...)."""
    flat = [f for f in fields if not f.is_set]
    listed = ["t.rid", "t.id", *(sql for f in flat for sql in _column_sql(f))]
    marks = placeholders(rids)
    sql = f"SELECT {', '.join(listed)} FROM {kind.name} t WHERE t.rid IN ({marks})"
    by_rid = {row[0]: row for row in c.all(sql, list(rids))}
    known = [rid for rid in rids if rid in by_rid]
    if not known:
        return [], [], [() for _ in fields]
    raw = iter(zip(*map(by_rid.__getitem__, known), strict=True))
    next(raw)
    ids = [UUID(bytes=bytes(id)) for id in next(raw)]
    columns = [
        set_column(c, f, known) if f.is_set
        else _column(f, [next(raw) for _ in field_columns(f)])
        for f in fields
    ]  # fmt: skip
    return known, ids, columns


def _column_sql(spec: Field) -> list[str]:
    names = [f"t.{name}" for name in field_columns(spec)]
    if spec.kind is Kind.REFERENCE:
        return [f"(SELECT x.uuid FROM record x WHERE x.rid = {names[0]})"]
    return names


def _column(spec: Field, raw: Sequence[Sequence[Any]]) -> Sequence[Value]:
    """What the database holds of one field in some records, as values."""
    if spec.kind in (Kind.TEXT, Kind.LONG_TEXT, Kind.CHOICE):
        return raw[0]
    if spec.kind is Kind.MONEY:
        pairs = zip(raw[0], raw[1], strict=True)
        return [None if minor is None else Money(minor, code) for minor, code in pairs]
    if spec.kind is Kind.DATE:
        return [None if text is None else _day(text) for text in raw[0]]
    if spec.kind is Kind.REFERENCE:
        return [None if id is None else _uuid(bytes(id)) for id in raw[0]]
    return [None if one is None else value_of(spec, (one,)) for one in raw[0]]


_day = lru_cache(maxsize=4096)(date.fromisoformat)


@lru_cache(maxsize=65_536)
def _uuid(raw: bytes) -> UUID:
    """Few records are referred to by very many."""
    return UUID(bytes=raw)


def set_column(c: Connection, spec: Field, rids: Sequence[int]) -> list[Value]:
    """What a field's sets hold of these records; None where one is empty."""
    tags = spec.kind is Kind.TAGS
    marks = placeholders(rids)
    member = "m.word" if tags else "(SELECT x.uuid FROM record x WHERE x.rid = m.member)"
    members: dict[int, list[Any]] = {}
    sql = (
        f"SELECT m.owner, {member} FROM set_member m "
        f"WHERE m.owner IN ({marks}) AND m.field_number = ?"
    )
    for owner, one in c.all(sql, [*rids, spec.number]):
        if one is not None:
            members.setdefault(owner, []).append(one if tags else UUID(bytes=bytes(one)))
    return [frozenset(members[rid]) if rid in members else None for rid in rids]


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
        yield from _keys_of_duplicates(c, kind, fields, shape)
        for row in c.each(f"{sql} ORDER BY rid"):
            yield row[0], shape(row)
        return
    name, targets = only
    for part in chunks(targets):
        marks = placeholders(part)
        for row in c.each(f"{sql} WHERE {name} IN ({marks}) ORDER BY rid", part):
            yield row[0], shape(row)


def _keys_of_duplicates(
    c: Connection,
    kind: Entity,
    fields: Sequence[Field],
    shape: Callable[[Sequence[Any]], tuple[Any, ...]],
) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """The keys of united duplicates, which mean the records that stand for them."""
    stands: dict[int, int] = dict(
        c.all("SELECT u.rid, u.survivor FROM united u JOIN record r ON r.rid = u.rid "
              "WHERE r.tid = ?", (kind.number,))
    )  # fmt: skip
    for rid, image in log.images(c, stands).items():
        values = dict(zip(column_names(kind), log.row_values(c, kind, image), strict=True))
        listed = [values[name] for f in fields for name in field_columns(f)]
        yield stands[rid], shape((stands[rid], *listed))


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
