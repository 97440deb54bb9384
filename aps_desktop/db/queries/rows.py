"""Rows of a list as they come from the database, and the texts that people read in them.

A page holds what was stored; texts are made for the rows that are looked at, since a formatted page
of 256 rows costs fifteen times what reading it does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

from aps_desktop.db.connection import Connection, Row, placeholders
from aps_desktop.db.layout import value_of
from aps_desktop.db.queries.labels import cell_sql
from aps_desktop.domain.entities import entity
from aps_desktop.domain.fields import Field, Kind
from aps_desktop.domain.money import format_money
from aps_desktop.domain.values import show

Show = Callable[[Row], str]

_HEAD = 2
"""A raw row begins with the row number and the record's id."""


def read(c: Connection, name: str, fields: Sequence[str], rids: Iterable[int]) -> dict[int, Row]:
    """Raw rows (rid, id, stored columns ...) by row number; a record that is gone is missing."""
    wanted = list(rids)
    if not wanted:
        return {}
    kind = entity(name)
    columns = [sql for field in fields for sql in cell_sql(c, kind.field(field))]
    marks = placeholders(wanted)
    rows = c.all(
        f"SELECT {', '.join(['t.rid', 't.id', *columns])} "
        f"FROM {kind.name} t WHERE t.rid IN ({marks})",
        wanted,
    )
    return {row[0]: row for row in rows}


def slots(name: str, fields: Sequence[str]) -> list[int]:
    """Where in a raw row each field's first column is."""
    kind = entity(name)
    found, at = [], _HEAD
    for field in fields:
        found.append(at)
        at += 2 if kind.field(field).kind is Kind.MONEY else 1
    return found


def showers(name: str, fields: Sequence[str]) -> list[Show]:
    """For each field a function from a raw row to the text that is shown."""
    kind = entity(name)
    return [
        _shower(kind.field(field), at)
        for field, at in zip(fields, slots(name, fields), strict=True)
    ]


def show_stored(field: Field, part: Sequence[Any]) -> str:
    """A field's stored columns as text; references and sets arrive as text already."""
    return _shower(field, 0)(tuple(part))


def _shower(field: Field, at: int) -> Show:
    if field.kind is Kind.MONEY:

        def money(row: Row) -> str:
            return format_money(row[at], row[at + 1]) if row[at] is not None else ""

        return money
    if field.is_set or field.kind in (Kind.REFERENCE, Kind.TEXT):

        def text(row: Row) -> str:
            return str(row[at]) if row[at] is not None else ""

        return text
    if field.kind is Kind.LONG_TEXT:

        def line(row: Row) -> str:
            return " ".join(row[at][:_LINE].split()) if row[at] is not None else ""

        return line

    def other(row: Row) -> str:
        return _words(field, row[at]) if row[at] is not None else ""

    return other


_LINE = 300
"""A list shows one line of a long text; more than this never fits."""


@lru_cache(maxsize=16_384)
def _words(field: Field, stored: Any) -> str:
    return show(field, value_of(field, (stored,)))
