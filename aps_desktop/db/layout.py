"""How a field's value lies in its entity's table: which columns, and the way there and back.

Plain Python without SQLAlchemy, because every list and every edit needs it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from aps_desktop.domain.fields import SAME_AS, Area, Entity, Field, Kind
from aps_desktop.domain.money import Money
from aps_desktop.domain.values import FileRef, Period, Value, unscaled

STORED: dict[Kind, tuple[tuple[str, str], ...]] = {
    Kind.TEXT: (("{}", "text"),),
    Kind.LONG_TEXT: (("{}", "text"),),
    Kind.NUMBER: (("{}", "integer"),),
    Kind.MONEY: (("{}_minor", "integer"), ("{}_currency", "text")),
    Kind.PERCENT: (("{}", "integer"),),
    Kind.DATE: (("{}", "text"),),
    Kind.PERIOD: (("{}", "text"),),
    Kind.CHOICE: (("{}", "text"),),
    Kind.REFERENCE: (("{}", "integer"),),
    Kind.YES_NO: (("{}", "integer"),),
    Kind.FILE: (("{}", "text"),),
}
"""The columns of each kind that lives in its entity's table; sets live in member rows."""

MEMBER = Entity(
    1000,
    "set_member",
    "Set member",
    "Set members",
    Area.ORGANISATION,
    (
        Field(1, "owner", "Record", Kind.REFERENCE, part_of=True),
        Field(2, "field_number", "Field", Kind.NUMBER),
        Field(3, "member", "Member", Kind.REFERENCE),
        Field(4, "word", "Word"),
    ),
    title=("word",),
)
"""One member of one record's set. Its own records, so that sets merge as sets."""


@lru_cache(maxsize=512)
def field_columns(field: Field) -> tuple[str, ...]:
    """The column names that hold a field (none for a set)."""
    return tuple(pattern.format(field.name) for pattern, _ in STORED.get(field.kind, ()))


def entity_columns(entity: Entity) -> Iterator[tuple[str, str, Field]]:
    """(column, "text" or "integer", field) of an entity's table, in order."""
    for field in entity.columns:
        for pattern, stored in STORED[field.kind]:
            yield pattern.format(field.name), stored, field


@lru_cache(maxsize=256)
def column_names(entity: Entity) -> tuple[str, ...]:
    return tuple(name for name, _, _ in entity_columns(entity))


def code_scope(entity: Entity, *, texts: bool = True) -> tuple[str, ...]:
    """The columns within which a code names one record; none if it does so everywhere.

    Without `texts` those of them that an index can hold.
    """
    names = [n for n in entity.key if n != entity.code] if entity.code in entity.key else []
    if not names and entity.owner:
        names = [entity.owner.name]
    if not names and entity.code not in entity.key and "project" in entity.by_name:
        names = ["project"]  # results and indicators are counted within their project
    fields = [entity.by_name[name] for name in names if not entity.by_name[name].is_set]
    long = (Kind.TEXT, Kind.LONG_TEXT)
    return tuple(field_columns(f)[0] for f in fields if texts or f.kind not in long)


@lru_cache(maxsize=256)
def column_places(entity: Entity) -> tuple[int, dict[int, tuple[Field, int, int]]]:
    """How many columns there are, and by field number: the field, its first column, past its last.

    Most fields of a new record are empty, so a row starts empty and gets what there is.
    """
    places: dict[int, tuple[Field, int, int]] = {}
    at = 0
    for field in entity.columns:
        end = at + len(field_columns(field))
        places[field.number] = field, at, end
        at = end
    return at, places


def stored_values(
    field: Field, wire: str | None, rid_of: Callable[[str], int | None]
) -> tuple[Any, ...]:
    """A canonical text as the values of the field's columns; `rid_of` finds a reference's row."""
    kind = field.kind
    if wire is None:
        return (None, None) if kind is Kind.MONEY else (None,)
    if kind is Kind.MONEY:
        return (int(wire[4:]), wire[:3])
    if kind is Kind.REFERENCE:
        return (rid_of(wire),)
    if kind in (Kind.NUMBER, Kind.PERCENT, Kind.YES_NO):
        return (int(wire),)
    return (wire,)


def wire_sql(field: Field, text: str) -> list[tuple[str, str]]:
    """(column, SQL) pairs that turn canonical text `text` (an SQL expression) into column values.

    The set-based twin of `stored_values`, for merges.
    """
    columns = field_columns(field)
    if field.kind is Kind.MONEY:
        return [
            (columns[0], f"CAST(substr({text}, 5) AS BIGINT)"),
            (columns[1], f"substr({text}, 1, 3)"),
        ]
    if field.kind in (Kind.NUMBER, Kind.PERCENT, Kind.YES_NO):
        return [(columns[0], f"CAST({text} AS BIGINT)")]
    return [(columns[0], text)]


def follows(entity: Entity, field: Field, image: Mapping[int, str]) -> bool:
    """Whether a reference shows what stands for its target, should that have been united.

    A set stays its own record's, and a uniting names the two that it is about.
    """
    return entity is not MEMBER or not (field.part_of or image.get(2) == str(SAME_AS))


def value_of(field: Field, stored: tuple[Any, ...], ref: bytes | None = None) -> Value:
    """The Python value of a field's stored columns; `ref` is the referred record's id."""
    first = stored[0]
    if first is None:
        return None
    match field.kind:
        case Kind.MONEY:
            return Money(first, stored[1])
        case Kind.REFERENCE:
            return UUID(bytes=bytes(ref)) if ref is not None else None
        case Kind.NUMBER | Kind.PERCENT:
            return unscaled(field, first)
        case Kind.YES_NO:
            return bool(first)
        case Kind.DATE:
            return date.fromisoformat(first)
        case Kind.PERIOD:
            start, end = first.split("/")
            return Period(date.fromisoformat(start), date.fromisoformat(end))
        case Kind.FILE:
            sha256, name = first.split(" ", 1)
            return FileRef(sha256, name)
    return str(first)
