"""One part of a sheet's rows: which columns fill its record, and what they hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from aps_desktop.domain.errors import InvalidValue, UserError
from aps_desktop.domain.fields import Entity, Field, Kind
from aps_desktop.domain.money import Money
from aps_desktop.domain.rules import PAIRS
from aps_desktop.domain.values import show_date
from aps_desktop.exchange.column_readers import ColumnReader, ReadColumn, column_reader
from aps_desktop.exchange.mapping import CURRENCY, RECORD_ID, VALUE, SheetMapping
from aps_desktop.exchange.parse import NoValue, ParseContext, Read, parse_cell


class PartPlan:
    """One part of a sheet's rows, with the readers of its columns."""

    def __init__(
        self, number: int, entity: Entity, mapping: SheetMapping, context: ParseContext
    ) -> None:
        self.number = number
        self.entity = entity
        self.part = mapping.parts[number]
        mine = [t for t in mapping.targets if t.part == number]
        self.targets = [t for t in mine if t.role == VALUE]
        self.names = tuple(t.field for t in self.targets)
        self.columns = tuple(t.column for t in self.targets)
        self.currency = {t.field: t.column for t in mine if t.role == CURRENCY}
        self.id_column = next((t.column for t in mine if t.role == RECORD_ID), None)
        self.readers: list[ColumnReader] = [
            column_reader(
                entity.field(t.field), t, replace(context, habits=t.habits(context.habits))
            )
            for t in self.targets
        ]
        self.constants = {
            name: parse_cell(entity.field(name), text, context)
            for name, text in self.part.constants.items()
        }
        self.required = tuple(
            f.name for f in entity.fields
            if f.required and not f.default and f.name not in self.constants
            and f.name not in self.part.links
        )  # fmt: skip
        self.required_names = frozenset(self.required)
        pairs = date_pairs(entity)
        self.in_order = dates_in_order(pairs)
        self._plain = (
            self.id_column is None
            and not (self.part.links or self.part.constants or self.part.only_with)
            and not self.part.optional
            and len(set(self.names)) == len(self.names)
            and not any({first.name, last.name} <= {*self.names} for first, last in pairs)
        )

    def label(self, name: str) -> str:
        return self.entity.field(name).label

    def values(self, columns: Sequence[ReadColumn], rows: int) -> list[dict[str, Read]]:
        """What each row holds, without what is blank."""
        if not columns:
            return [{} for _ in range(rows)]
        names = self.names
        whole = all(column.full for column in columns)
        found = zip(*(column.values for column in columns), strict=True)
        if whole:
            return [dict(zip(names, row, strict=True)) for row in found]
        return [
            {name: value for name, value in zip(names, row, strict=True) if value is not None}
            for row in found
        ]

    def keys(self, columns: Sequence[ReadColumn]) -> list[tuple[object, ...]] | None:
        """The records' keys as `Planned.claim` makes them, where every row has one and its record
        needs no look at its cells; else None."""
        if not self._plain or not self.entity.key or not {*self.entity.key} <= {*self.names}:
            return None
        parts: list[list[object]] = []
        for name in self.entity.key:
            column = columns[self.names.index(name)]
            if not column.full:
                return None
            if self.entity.by_name[name].kind is Kind.MONEY:
                parts += map(list, zip(*map(_parts_of, column.values), strict=True))
            else:
                values = column.values
                parts.append([v.casefold() if type(v) is str else v for v in values])
        return list(zip(*parts, strict=True))

    def has_its_value(
        self, values: Mapping[str, Read], errors: list[tuple[int, UserError]]
    ) -> bool:
        """Whether the cell that makes the record holds something: no dash, and not nothing."""
        value = values.get(self.part.only_with)
        if value is None:
            column = self.columns[self.names.index(self.part.only_with)]
            return any(at == column and not isinstance(e, NoValue) for at, e in errors)
        return not (isinstance(value, Money) and not value.minor)


def _parts_of(value: Read) -> tuple[int, str]:
    return (value.minor, value.currency) if isinstance(value, Money) else (0, "")


def date_pairs(entity: Entity) -> list[tuple[Field, Field]]:
    """The first and the last of two dates that belong together, by the names of the fields."""
    by_words = (
        (a.name, a.name.replace(first, last))
        for first, last in (("start", "end"), ("from", "to"), ("begin", "end"), ("opens", "closes"))
        for a in entity.fields
        if first in a.name.split("_")
    )
    return [
        (entity.field(a), entity.field(b))
        for a, b in dict.fromkeys((*PAIRS, *by_words))
        if all(n in entity.by_name and entity.field(n).kind is Kind.DATE for n in (a, b))
    ]


def dates_in_order(
    pairs: Sequence[tuple[Field, Field]],
) -> Callable[[Mapping[str, Read]], UserError | None]:
    """A check that the last of two dates is not before the first."""

    def check(values: Mapping[str, Read]) -> UserError | None:
        for first, last in pairs:
            start, end = values.get(first.name), values.get(last.name)
            if isinstance(start, date) and isinstance(end, date) and end < start:
                return InvalidValue(
                    f"{last.label} ({show_date(end)}) is before "
                    f"{first.label.lower()} ({show_date(start)}).",
                    "Correct one of the two dates.",
                    field=last.name,
                )
        return None

    return check
