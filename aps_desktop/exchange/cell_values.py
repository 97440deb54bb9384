"""From a field's value to what a cell holds, so that reading the cell gives the value back."""

from __future__ import annotations

import re
from collections.abc import Callable
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
_DAY_ZERO = date(1899, 12, 30).toordinal()


def cell_writer(spec: Field, label: Label) -> Callable[[Value], Cell]:
    """What turns this field's values into cells; MONEY gives the amount alone."""
    if spec.kind is Kind.CHOICE:
        return _choices(spec)
    if spec.kind is Kind.PERIOD:
        return lambda v: _period(spec, v) if isinstance(v, Period) else None
    if spec.kind is Kind.REFERENCE:
        return lambda v: _labelled(spec, v, label) if isinstance(v, UUID) else None
    if spec.kind in SET_KINDS:
        return lambda v: _listed(spec, v, label)
    return _PLAIN[spec.kind]


def amount_cell(minor: int, currency: str) -> Cell:
    """The cell of so many minor units."""
    if -_EXACT < minor < _EXACT:
        factor: int = 10 ** minor_digits(currency)
        return minor / factor
    return _number(Money(minor, currency).amount)


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
    """A spreadsheet's number of the day; before March 1900 they disagree, so there it is text."""
    if not isinstance(value, date):
        return None
    return value.toordinal() - _DAY_ZERO if value >= _EXCEL_START else value.isoformat()


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
    return amount_cell(value.minor, value.currency) if isinstance(value, Money) else None


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
