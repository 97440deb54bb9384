"""What reports are put together from: tables of records, facts of one, up to a document class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

import msgspec

from aps_desktop.db.connection import Connection, Row
from aps_desktop.db.layout import value_of
from aps_desktop.db.queries import lists, rows
from aps_desktop.db.queries.lists import Filter, ListQuery
from aps_desktop.domain.entities import entity
from aps_desktop.domain.fields import Field, Kind
from aps_desktop.domain.money import Money
from aps_desktop.domain.values import Value, show
from aps_desktop.reports.document import Amount, Cell, Column, Day, Facts, Number, Table
from aps_desktop.services.bundle_scope import CLASSES
from aps_desktop.services.records import Record

DEFAULT_CLASS = "limited"
"""The class of what nobody has classed."""
_MOST = 500
"""Rows of a table in a report; more are counted, and belong into a list or a workbook."""
_WIDE = frozenset({Kind.LONG_TEXT, Kind.TEXT, Kind.REFERENCES})
_NUMBERS = frozenset({Kind.NUMBER, Kind.MONEY, Kind.PERCENT})


@dataclass(frozen=True)
class Reader:
    """Reads for one report: on which day, and nothing above `max_class`."""

    c: Connection
    day: date
    max_class: str = DEFAULT_CLASS

    def allowed(self, name: str) -> tuple[Filter, ...]:
        """The filter that keeps records above the class out, for an entity that has one."""
        if "document_class" not in entity(name).by_name:
            return ()
        values: list[str | None] = [*CLASSES[: CLASSES.index(self.max_class) + 1]]
        if DEFAULT_CLASS in values:
            values.append(None)
        return (Filter("document_class", "any_of", tuple(values)),)

    def rids(
        self,
        name: str,
        filters: Sequence[Filter] = (),
        sort: Sequence[tuple[str, bool]] = (),
        limit: int | None = None,
    ) -> list[int]:
        """Row numbers of what may be shown, in order."""
        query = ListQuery(name, (), tuple(sort), (*filters, *self.allowed(name)))
        return list(lists.ids(self.c, query, limit=limit))

    def count(self, name: str, *filters: Filter) -> int:
        """How many records may be shown."""
        query = ListQuery(name, (), (), (*filters, *self.allowed(name)))
        return lists.count(self.c, query)

    def groups(self, name: str, field: str, *filters: Filter) -> list[tuple[str, int]]:
        """(shown value, records) of each value of a field."""
        query = ListQuery(name, (), (), (*filters, *self.allowed(name)), group=field)
        return lists.groups(self.c, query)

    def table(
        self,
        name: str,
        fields: Sequence[str],
        filters: Sequence[Filter] = (),
        sort: Sequence[tuple[str, bool]] = (),
        *,
        caption: str = "",
        empty: str = "",
    ) -> Table:
        """The records as a table; says how many more there are when it is cut."""
        kind = entity(name)
        rids = self.rids(name, filters, sort)
        cells = self.cells(name, fields, rids[:_MOST])
        if len(rids) > _MOST:
            more = f"The first {_MOST:,} of {len(rids):,}."
            caption = f"{caption} {more}".strip()
        none = empty or f"No {kind.plural.lower()} recorded."
        return narrowed(Table(columns(name, fields), tuple(cells), caption, empty=none))

    def cells(
        self, name: str, fields: Sequence[str], rids: Sequence[int]
    ) -> list[tuple[Cell, ...]]:
        """One row of cells for each record that is there."""
        kind = entity(name)
        wanted = [kind.field(field) for field in fields]
        raw = rows.read(self.c, name, fields, rids)
        slots = rows.slots(name, fields)
        return [
            tuple(_stored_cell(f, raw[rid], at) for f, at in zip(wanted, slots, strict=True))
            for rid in rids
            if rid in raw
        ]


def narrowed(table: Table) -> Table:
    """Without the columns in which nothing stands: they only take room."""
    filled = [
        at
        for at in range(len(table.columns))
        if at == 0 or any(row[at] not in (None, "") for row in table.rows)
    ]
    rows = tuple(tuple(row[at] for at in filled) for row in table.rows)
    heads = tuple(table.columns[at] for at in filled)
    return msgspec.structs.replace(table, columns=heads, rows=rows)


def columns(name: str, fields: Sequence[str]) -> tuple[Column, ...]:
    """The headings of fields; texts get more room than dates and numbers."""
    kind = entity(name)
    made = []
    for field in (kind.field(one) for one in fields):
        share = 5 if field.kind in _WIDE and field.name != kind.code else 3
        made.append(Column(field.label, field.kind in _NUMBERS, share))
    return tuple(made)


def facts(record: Record, names: Sequence[str]) -> Facts:
    """What stands in fields of a record; empty ones are left out."""
    kind = entity(record.entity)
    found = [(kind.field(name), record.values.get(name)) for name in names]
    filled = [(f, v) for f, v in found if v is not None and v != frozenset()]
    return Facts(tuple((f.label, _value_cell(f, v, record)) for f, v in filled))


def cell_of(field: Field, value: Value) -> Cell:
    """A value that is no reference as a cell."""
    if isinstance(value, Money):
        return Amount.of(value)
    if isinstance(value, date):
        return Day(value)
    if isinstance(value, Decimal) or (isinstance(value, int) and not isinstance(value, bool)):
        return Number(Decimal(value), "%" if field.kind is Kind.PERCENT else "")
    return show(field, value)


def _value_cell(field: Field, value: Value, record: Record) -> Cell:
    if isinstance(value, UUID):
        return record.labels.get(value, "")
    if isinstance(value, frozenset):
        named = (record.labels.get(v, "") if isinstance(v, UUID) else str(v) for v in value)
        return ", ".join(sorted(named))
    return cell_of(field, value)


def _stored_cell(field: Field, row: Row, at: int) -> Cell:
    """A cell of a raw row; references and sets arrive in it as text."""
    if row[at] is None:
        return None
    if field.is_set or field.kind is Kind.REFERENCE:
        return str(row[at])
    stored = tuple(row[at : at + 2]) if field.kind is Kind.MONEY else (row[at],)
    return cell_of(field, value_of(field, stored))
