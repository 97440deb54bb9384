"""From a field's value to what a cell holds, so that reading the cell gives the value back."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from aps_desktop.domain.errors import InvalidValue
from aps_desktop.domain.fields import SET_KINDS, Field, Kind
from aps_desktop.domain.money import Money, minor_digits
from aps_desktop.domain.values import FileRef, Period, Value, to_wire
from aps_desktop.exchange.cells import Cell
from aps_desktop.exchange.parse import id_text
from aps_desktop.exchange.words import join_list, read_choice

Label = Callable[[str, UUID], str]
"""The code or name by which the resolver finds a record again: (entity, id) -> text, "" if none."""

DATE_LOOK = "dd mmm yyyy"
_DIGITS = 15
_EXACT = 10**_DIGITS
_EXCEL_START = date(1900, 3, 1)


def cell_writer(spec: Field, label: Label) -> Callable[[Value], Cell]:
    """What turns this field's values into cells; MONEY gives the amount, see `currency_cell`."""
    if spec.kind is Kind.CHOICE:
        return _choices(spec)
    if spec.kind is Kind.PERIOD:
        return lambda v: _period(spec, v) if isinstance(v, Period) else None
    if spec.kind is Kind.REFERENCE:
        return lambda v: _labelled(spec, v, label) if isinstance(v, UUID) else None
    if spec.kind in SET_KINDS:
        return lambda v: _listed(spec, v, label)
    return _PLAIN[spec.kind]


def column_writer(spec: Field, label: Label) -> Callable[[Sequence[Value]], list[Cell]]:
    """As `cell_writer`, for many values at once: the usual ones take no call for each."""
    write = cell_writer(spec, label)

    def slowly(values: Sequence[Value]) -> list[Cell]:
        return [None if v is None else write(v) for v in values]

    if spec.kind in (Kind.TEXT, Kind.LONG_TEXT):
        return lambda values: [v if isinstance(v, str) else None for v in values]
    if spec.kind is Kind.MONEY:
        return lambda values: [_quick_amount(v) for v in values]
    if spec.kind in (Kind.CHOICE, Kind.REFERENCE):
        known = _Known(write)
        return lambda values: [known[v] for v in values]
    return slowly


class _Known(dict[Value, Cell]):
    """The cells of values of which there are few: each is made once."""

    def __init__(self, write: Callable[[Value], Cell]) -> None:
        super().__init__({None: None})
        self._write = write

    def __missing__(self, value: Value) -> Cell:
        cell = self[value] = self._write(value)
        return cell


def _quick_amount(value: Value) -> Cell:
    if not isinstance(value, Money):
        return None
    if -_EXACT < value.minor < _EXACT:
        factor: int = 10 ** minor_digits(value.currency)
        return value.minor / factor
    return _amount(value)


def currency_cell(value: Value) -> Cell:
    return value.currency if isinstance(value, Money) else None


def number_format(spec: Field) -> str:
    """The spreadsheet's number format for the field's column; "" for the general one."""
    if spec.kind is Kind.DATE:
        return DATE_LOOK
    if spec.kind is Kind.MONEY:
        return "#,##0.00"
    if spec.kind is Kind.PERCENT:
        return "0." + "0" * spec.decimals + "%" if spec.decimals else "0%"
    return ""


def _same(value: Value) -> Cell:
    return value if isinstance(value, str) else None


def _number(value: Value) -> Cell:
    """A number when a spreadsheet keeps all its digits, text when it would not."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    if isinstance(value, int):
        return value if len(str(abs(value))) <= _DIGITS else str(value)
    if len(value.normalize().as_tuple().digits) <= _DIGITS:
        return float(value)
    return f"{value:f}"


def _date(value: Value) -> Cell:
    """A date; before March 1900 spreadsheets disagree, so there it is text."""
    if not isinstance(value, date):
        return None
    return value if value >= _EXCEL_START else value.isoformat()


def _choices(spec: Field) -> Callable[[Value], Cell]:
    """Labels, but the key itself where its label would be read as another choice."""
    texts: dict[str, str] = {}
    for key, label in spec.choices:
        try:
            texts[key] = label if read_choice(spec.choices, label)[0] == key else key
        except InvalidValue:
            texts[key] = key
    return lambda value: texts.get(value, value) if isinstance(value, str) else None


def _labelled(spec: Field, value: UUID, label: Label) -> str:
    return label(spec.target, value) or id_text(value)


def _listed(spec: Field, value: Value, label: Label) -> Cell:
    if not isinstance(value, frozenset) or not value:
        return None
    return join_list(sorted(_labelled(spec, v, label) if isinstance(v, UUID) else v for v in value))


def _period(spec: Field, value: Period) -> str:
    """Words where they say it exactly, otherwise the two dates."""
    words = str(value)
    if re.fullmatch(r"\d{4}|Q\d \d{4}|\w{3} \d{4}", words):
        return words
    return (to_wire(spec, value) or "").replace("/", " – ")


def _percent(value: Value) -> Cell:
    return _number(Decimal(value) / 100) if isinstance(value, Decimal | int) else None


def _amount(value: Value) -> Cell:
    return _number(value.amount) if isinstance(value, Money) else None


def _file(value: Value) -> Cell:
    return f"{value.name} (sha256 {value.sha256})" if isinstance(value, FileRef) else None


def _yes_no(value: Value) -> Cell:
    return value if isinstance(value, bool) else None


_PLAIN: dict[Kind, Callable[[Value], Cell]] = {
    Kind.TEXT: _same,
    Kind.LONG_TEXT: _same,
    Kind.NUMBER: _number,
    Kind.PERCENT: _percent,
    Kind.MONEY: _amount,
    Kind.DATE: _date,
    Kind.FILE: _file,
    Kind.YES_NO: _yes_no,
}
