"""Reads a whole column at once: quick ways for plain cells, and each odd text read only once."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from aps_desktop.domain.errors import InvalidValue, UserError
from aps_desktop.domain.fields import Field, Kind
from aps_desktop.domain.money import Money, minor_digits
from aps_desktop.domain.values import TEXT_LIMIT
from aps_desktop.exchange.amounts import currency_code
from aps_desktop.exchange.cells import PERCENT, Cell, cell_text
from aps_desktop.exchange.mapping import Target
from aps_desktop.exchange.parse import ParseContext, Parser, Read, parse_money, parser

_EXACT_FLOAT = 1e13
_TEXTS = frozenset({str, type(None)})
_REFERENCES = frozenset({Kind.REFERENCE, Kind.REFERENCES})


@dataclass
class ReadColumn:
    """The values of one column for some rows; errors and notes by their place in it. `full` says
    that none is missing: whoever knows it, tells."""

    values: list[Read]
    errors: dict[int, UserError] = field(default_factory=dict)
    notes: dict[int, str] = field(default_factory=dict)
    full: bool = False


ColumnReader = Callable[[Sequence[Cell], Sequence[Cell], Sequence[str]], ReadColumn]
"""Takes the cells, the cells of the currency column and the marks (both may be empty)."""


def column_reader(spec: Field, target: Target, context: ParseContext) -> ColumnReader:
    """The reader for the cells that fill one field."""
    if spec.kind is Kind.MONEY:
        return _MoneyColumn(spec, target, context).read
    read = parser(spec, context)
    if spec.kind is Kind.TEXT:
        return _Column(read, plain_text, kind=str).read
    if spec.kind is Kind.DATE:
        return _Column(read, _plain_date, kind=date, remembered=True).read
    if spec.kind is Kind.LONG_TEXT:
        return _Column(read, _plain_long_text, kind=str, barred="]").read
    if spec.kind in (Kind.NUMBER, Kind.PERCENT):
        return _Column(read, None).read
    # What a reference finds may change as rows are planned: it is remembered for a chunk alone.
    return _Column(read, None, few=True, remembered=spec.kind not in _REFERENCES).read


class _Column:
    """`quick` gives a value for a plain cell, or None for what needs the full reader.

    A column with the sign `barred` in it is not taken as it is.
    """

    def __init__(
        self,
        read: Parser,
        quick: Callable[[Cell], Read] | None,
        *,
        kind: type | None = None,
        barred: str = "#",
        few: bool = False,
        remembered: bool = False,
    ) -> None:
        self._parse = read
        self._quick = quick
        self._kind = kind
        self._barred = barred
        self._few = few
        self._remembered = remembered
        self._known: dict[str, tuple[Read, str] | UserError] = {}

    def read(self, cells: Sequence[Cell], _: Sequence[Cell], marks: Sequence[str]) -> ReadColumn:
        if marks:
            return self._slowly(cells, marks, [None] * len(cells), range(len(cells)))
        if self._quick:
            quick = self._quick
            if set(map(type, cells)) == {self._kind} and _all_plain(cells, self._barred):
                plain: list[Any] = list(cells)
                return ReadColumn(plain, full=True)
            values = [None if cell is None else quick(cell) for cell in cells]
            todo = [i for i, v in enumerate(values) if v is None and cells[i] is not None]
            return self._slowly(cells, marks, values, todo)
        if self._few and set(map(type, cells)) <= _TEXTS:
            return self._by_text(cells)
        return self._slowly(cells, marks, [None] * len(cells), range(len(cells)))

    def _by_text(self, cells: Sequence[Cell]) -> ReadColumn:
        """A column of few texts, each read once."""
        meaning: dict[Cell, Read] = {}
        odd: dict[Cell, str | UserError] = {}
        for cell in set(cells):
            try:
                meaning[cell], note = self._one(cell, "")
            except UserError as error:
                meaning[cell], odd[cell] = None, error
            else:
                if note:
                    odd[cell] = note
        column = ReadColumn([meaning[cell] for cell in cells])
        column.full = all(value is not None for value in meaning.values())
        if odd:
            for i, cell in enumerate(cells):
                if cell in odd:
                    self._keep(column, i, odd[cell])
        return column

    @staticmethod
    def _keep(column: ReadColumn, i: int, what: str | UserError) -> None:
        if isinstance(what, str):
            column.notes[i] = what
        else:
            column.errors[i] = what

    def _slowly(
        self, cells: Sequence[Cell], marks: Sequence[str], values: list[Read], todo: Iterable[int]
    ) -> ReadColumn:
        column = ReadColumn(values)
        for i in todo:
            try:
                values[i], note = self._one(cells[i], marks[i] if marks else "")
            except UserError as error:
                column.errors[i] = error
            else:
                if note:
                    column.notes[i] = note
        return column

    def _one(self, cell: Cell, mark: str) -> tuple[Read, str]:
        if not self._remembered or mark or not isinstance(cell, str):
            return self._parse(cell, mark)
        found = self._known.get(cell)
        if found is None:
            try:
                found = self._parse(cell, "")
            except UserError as error:
                found = error
            self._known[cell] = found
        if isinstance(found, UserError):
            raise found
        return found


class _MoneyColumn:
    def __init__(self, spec: Field, target: Target, context: ParseContext) -> None:
        self._spec = spec
        self._target = target
        self._context = context
        self._codes: dict[Cell, str] = {}

    def read(
        self, cells: Sequence[Cell], currencies: Sequence[Cell], marks: Sequence[str]
    ) -> ReadColumn:
        column = ReadColumn([None] * len(cells), full=True)
        for i, cell in enumerate(cells):
            if cell is None:
                column.full = False
                continue
            written = currencies[i] if currencies else self._target.currency
            try:
                money: Read = self._quick(cell, written, marks[i] if marks else "")
                if money is None:
                    money, note = self._slow(cell, written, marks[i] if marks else "")
                    if note:
                        column.notes[i] = note
                column.values[i] = money
                column.full = column.full and money is not None
            except UserError as error:
                column.errors[i] = error
                column.full = False
        return column

    def _quick(self, cell: Cell, written: Cell, mark: str) -> Money | None:
        """A number of whole minor units in a known currency; the usual case, ten times faster."""
        if type(cell) is not float or mark or self._target.scale or abs(cell) > _EXACT_FLOAT:
            return None
        code = self._codes.get(written)
        if code is None:
            code = self._codes[written] = currency_code(written) if type(written) is str else ""
        if not code:
            return None
        factor: int = 10 ** minor_digits(code)
        minor = round(cell * factor)
        return Money(minor, code) if minor / factor == cell else None

    def _slow(self, cell: Cell, written: Cell, mark: str) -> tuple[Read, str]:
        value, note = parse_money(
            self._spec, cell, self._context, mark=mark, currency=cell_text(written).strip()
        )
        if self._target.scale and isinstance(value, Money):
            value = Money.of(value.amount.scaleb(self._target.scale), value.currency)
        return value, note


def _all_plain(cells: Sequence[Cell], barred: str) -> bool:
    """Whether a column of nothing but dates or texts can be taken as it is.

    Looking at all its texts as one is ten times as quick as looking at each.
    """
    days = [cell for cell in cells if type(cell) is date]
    if days:
        return min(days).year >= 1900 and max(days).year <= 2200
    texts = [cell for cell in cells if type(cell) is str]
    whole = "|".join(texts)
    return (
        whole.isprintable()
        and "#" not in whole
        and barred not in whole
        and whole.strip() == whole
        and not ("  " in whole or " |" in whole or "| " in whole or "||" in whole)
        and (whole.isascii() or unicodedata.is_normalized("NFC", whole))
        and max(map(len, texts)) <= TEXT_LIMIT
    )


def plain_text(cell: Cell) -> Read:
    """Text that cleaning would leave as it is; None for any other."""
    if (
        type(cell) is not str
        or "#" in cell
        or not cell.isprintable()
        or len(cell) > TEXT_LIMIT
        or "  " in cell
    ):
        return None
    if not cell.isascii() and not unicodedata.is_normalized("NFC", cell):
        return None
    return cell.strip() or None


def _plain_long_text(cell: Cell) -> Read:
    """As `plain_text`; a bracket at the end may say that the text continues elsewhere."""
    return None if type(cell) is not str or "]" in cell else plain_text(cell)


def _plain_date(cell: Cell) -> Read:
    return cell if type(cell) is date and 1900 <= cell.year <= 2200 else None


def is_percent(error: UserError, cell: Cell, mark: str) -> bool:
    """Whether a number was refused only because it is written as a percentage."""
    written = mark == PERCENT or cell_text(cell).rstrip().endswith("%")
    return isinstance(error, InvalidValue) and written
