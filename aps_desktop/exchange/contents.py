"""What a column's cells look like: whether they could be values of a field."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from aps_desktop.domain.errors import InvalidValue, UserError
from aps_desktop.domain.fields import Field, Kind
from aps_desktop.exchange import amounts
from aps_desktop.exchange.cells import NO_RESULT, Cell, Sheet, cell_text, is_blank
from aps_desktop.exchange.dates import Reader
from aps_desktop.exchange.detect import Table
from aps_desktop.exchange.parse import ParseContext, Resolver, parser

_SAMPLE = 60
_DATE_LIKE = re.compile(r"\d{1,4}([-/.])\d{1,2}\1\d{1,4}")


@dataclass(frozen=True)
class Column:
    """A sample of a column's cells and the shares of them that read as something."""

    cells: tuple[Cell, ...]
    dates: float
    numbers: float
    currencies: float
    length: float
    ranges: bool = False

    @property
    def is_empty(self) -> bool:
        return not self.cells


def columns_of(sheet: Sheet, table: Table) -> tuple[Column, ...]:
    """A profile of every column with a header."""
    step = max(1, len(table.rows) // 400)
    rows = table.rows[::step]
    profiles = []
    for column in range(len(table.headers)):
        cells: list[Cell] = []
        for row in rows:
            cell = sheet.at(row, column)
            if not is_blank(cell) and not _says_nothing(cell):
                cells.append(cell)
                if len(cells) == _SAMPLE:
                    break
        profiles.append(_profile(cells))
    return tuple(profiles)


def _says_nothing(cell: Cell) -> bool:
    return isinstance(cell, str) and (
        cell == NO_RESULT or amounts.is_no_value(cell) or amounts.is_pending(cell)
    )


def _profile(cells: Sequence[Cell]) -> Column:
    reader = Reader(allow_buddhist=True)
    return Column(
        tuple(cells),
        _share(cells, lambda c: isinstance(c, date) or (isinstance(c, str) and _day(reader, c))),
        _share(cells, _amount),
        _share(cells, lambda c: isinstance(c, str) and amounts.currency_code(c)),
        sum(len(cell_text(c)) for c in cells) / max(1, len(cells)),
        _share(cells, lambda c: isinstance(c, str) and reader.is_range(c)) > 0,
    )  # fmt: skip


def _day(reader: Reader, text: str) -> object:
    """Also a date that does not exist is meant as a date."""
    return _DATE_LIKE.fullmatch(text.strip()) or reader.day(text)


def _amount(cell: Cell) -> object:
    return isinstance(cell, str | int | float) and amounts.read_money(cell, default="USD")


def _share(cells: Sequence[Cell], test: Callable[[Cell], object]) -> float:
    good = 0
    for cell in cells:
        try:
            good += bool(test(cell))
        except InvalidValue:
            continue
    return good / max(1, len(cells))


def fitness(field: Field, column: Column, resolver: Resolver) -> float:
    """Points to add to a heading's score: positive when the cells read as the field's kind."""
    if column.is_empty:
        return -8 if field.required else 0
    match field.kind:
        case Kind.DATE:
            return 4 if column.dates >= 0.5 else -35 if column.dates < 0.2 else -4
        case Kind.NUMBER | Kind.PERCENT | Kind.MONEY:
            if column.dates > 0.6 and column.numbers < 0.6:
                return -35
            return 3 if column.numbers >= 0.5 else -35 if column.numbers < 0.2 else -4
        case Kind.TEXT | Kind.LONG_TEXT:
            return -12 if column.dates > 0.8 and column.numbers < 0.2 else 0
        case Kind.TAGS | Kind.FILE:
            return -12 if column.dates > 0.8 or column.numbers > 0.8 else 0
    share = _readable(field, column, resolver)
    if field.kind in (Kind.REFERENCE, Kind.REFERENCES):
        return 6 if share >= 0.4 else 0 if share else -2
    return 5 if share >= 0.7 else 0 if share >= 0.3 else -30


def _readable(field: Field, column: Column, resolver: Resolver) -> float:
    read = parser(field, ParseContext(resolver))

    def test(cell: Cell) -> bool:
        try:
            read(cell, "")
        except UserError:
            return False
        return True

    cells = column.cells[:20]
    return sum(map(test, cells)) / len(cells)
