"""What reports are put together from: tables of records, facts of one, up to a document class."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

import msgspec

from aps_desktop.db.connection import Connection, Row, placeholders
from aps_desktop.db.layout import field_columns, value_of
from aps_desktop.db.queries import lists, rows
from aps_desktop.db.queries.conditions import where
from aps_desktop.db.queries.lists import Filter, ListQuery
from aps_desktop.domain.entities import entity
from aps_desktop.domain.fields import Entity, Field, Kind
from aps_desktop.domain.money import Money
from aps_desktop.domain.values import Value, show
from aps_desktop.reports.document import Amount, Cell, Column, Day, Facts, Number, Table
from aps_desktop.services.bundle_classes import CLASSES
from aps_desktop.services.provisional import Unsettled
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
    unsettled: Unsettled = dataclasses.field(default_factory=Unsettled)

    def allowed(self, name: str) -> tuple[Filter, ...]:
        """The filters that keep records above the class out; none for what cannot be classed.

        A record without a class of its own has that of what it is part of, or is about.
        """
        values: list[str | None] = [*CLASSES[: CLASSES.index(self.max_class) + 1]]
        if DEFAULT_CLASS in values:
            values.append(None)
        if "document_class" in entity(name).by_name:
            return (Filter("document_class", "any_of", tuple(values)),)
        return tuple(
            Filter(path, "either", ("Class", ((path, "empty", ()),), (
                (f"{path}.document_class", "any_of", tuple(values)),
            )))
            for path in _classed_by(entity(name))
        )  # fmt: skip

    def shown(self, name: str, rids: Collection[int]) -> set[int]:
        """Of these row numbers those that may be shown."""
        test, params = where(self.c, entity(name), self.allowed(name), "")
        if not test or not rids:
            return set(rids)
        marks = placeholders(rids)
        found = self.c.all(
            f"SELECT t.rid FROM {name} t{test} AND t.rid IN ({marks})", [*params, *rids]
        )
        return {row[0] for row in found}

    def ids(self, name: str) -> set[UUID]:
        """The ids of all records that may be shown."""
        test, params = where(self.c, entity(name), self.allowed(name), "")
        found = self.c.each(f"SELECT t.id FROM {name} t{test}", params)
        return {UUID(bytes=bytes(id)) for (id,) in found}

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
        """One row of cells for each record that is there.

        A reference to a record above the class is left blank: even its title would tell of it.
        """
        kind = entity(name)
        self.unsettled.read(self.c, name, rids, fields)
        wanted = [kind.field(field) for field in fields]
        raw = rows.read(self.c, name, fields, rids)
        slots = rows.slots(name, fields)
        blank = {f.name: self._pointing_above(name, f, list(raw)) for f in wanted}
        return [
            tuple(
                None if rid in blank[f.name] else _stored_cell(f, raw[rid], at)
                for f, at in zip(wanted, slots, strict=True)
            )
            for rid in rids
            if rid in raw
        ]

    def facts(self, record: Record, names: Sequence[str]) -> Facts:
        """What stands in fields of a record, without empty ones and names above the class."""
        kind = entity(record.entity)
        self.unsettled.read(self.c, record.entity, [record.rid], names)
        found = [(kind.field(name), record.values.get(name)) for name in names]
        above = {f.name for f, _ in found if self._pointing_above(kind.name, f, [record.rid])}
        return Facts(tuple(
            (f.label, _value_cell(f, v, record))
            for f, v in found
            if v is not None and v != frozenset() and f.name not in above
        ))  # fmt: skip

    def _pointing_above(self, name: str, field: Field, rids: Sequence[int]) -> set[int]:
        """Of these records those whose reference leads to one above the class."""
        if field.kind is not Kind.REFERENCE or not rids or not self.allowed(field.target):
            return set()
        column = field_columns(field)[0]
        marks = placeholders(rids)
        pairs = self.c.all(
            f"SELECT rid, {column} FROM {name} WHERE {column} IS NOT NULL AND rid IN ({marks})",
            rids,
        )
        seen = self.shown(field.target, {to for _, to in pairs})
        return {rid for rid, to in pairs if to not in seen}


def _classed_by(kind: Entity) -> list[str]:
    """Paths to the records whose class is that of an entity without one: its owner, or those that
    it refers to."""
    owners = (kind.owner,) if kind.owner else kind.columns
    paths = []
    for field in owners:
        if field.kind is not Kind.REFERENCE:
            continue
        target = entity(field.target)
        if "document_class" in target.by_name:
            paths.append(field.name)
        elif field.part_of and target is not kind:
            paths += [f"{field.name}.{path}" for path in _classed_by(target)]
    return paths


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
        # A code stays on one line, so does that of another record, and an amount.
        code = field.name == kind.code or field.kind is Kind.REFERENCE
        share = 4 if code or field.kind is Kind.MONEY else 5 if field.kind in _WIDE else 3
        made.append(Column(field.label, field.kind in _NUMBERS, share))
    return tuple(made)


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
