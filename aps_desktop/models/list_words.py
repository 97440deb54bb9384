"""What narrows a list, in words; and typed bounds as the values that the database compares."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from aps_desktop.db.layout import value_of
from aps_desktop.db.queries.lists import Filter
from aps_desktop.domain.errors import InvalidValue
from aps_desktop.domain.fields import Field, Kind
from aps_desktop.domain.money import CURRENCIES, Money
from aps_desktop.domain.values import Period, scaled, show, show_date, show_number
from aps_desktop.services import parsing

_YES_NO = (("1", "Yes"), ("0", "No"))
_DAYS = frozenset({Kind.DATE, Kind.PERIOD})


def choice_words(field: Field) -> tuple[tuple[str, str], ...]:
    """(key, words) of what can be chosen in a filter."""
    return _YES_NO if field.kind is Kind.YES_NO else field.choices


def read_bound(field: Field, op: str, text: str) -> Any:
    """A typed "from" or "to" as the value to compare with. InvalidValue when it is none.

    A year or a quarter typed for a day means its first day, or its last for "to".
    """
    if field.kind in _DAYS:
        return _read_day(field, op, text)
    if field.kind is Kind.MONEY:
        return str(_amount(field, text))
    value, _ = parsing.read(field, text, date.today())
    if value is None or isinstance(value, (str, bool)):
        raise InvalidValue("This is not a number.", "Type a number such as 1,250.5.")
    return scaled(field, value)  # type: ignore[arg-type]


def _read_day(field: Field, op: str, text: str) -> str:
    day_field = Field(field.number, field.name, field.label, Kind.DATE)
    period_field = Field(field.number, field.name, field.label, Kind.PERIOD)
    try:
        value, _ = parsing.read(day_field, text, date.today())
    except InvalidValue:
        value, _ = parsing.read(period_field, text, date.today())
    if isinstance(value, Period):
        value = value.start if op == "from" else value.end
    if not isinstance(value, date):
        raise InvalidValue("This is not a date.", "Type a date such as 23 Nov 2026.")
    return value.isoformat()


def _amount(field: Field, text: str) -> Any:
    value, _ = parsing.read(field, text, date.today(), currency="USD")
    if not isinstance(value, Money):
        raise InvalidValue("This is not an amount.", "Type an amount such as 250,000.")
    return value.amount


def bound_words(field: Field, stored: Any) -> str:
    """A bound as people read it."""
    if field.kind in _DAYS:
        return show_date(date.fromisoformat(str(stored)))
    if field.kind is Kind.MONEY:
        return show_number(Decimal(str(stored)))
    return show(field, value_of(field, (stored,)))


def filter_words(field: Field, filters: Sequence[Filter], named: str = "") -> str:
    """ "Status: Delayed or Draft", "Starts: from 1 Jan 2026"; `named` is a record's name."""
    return f"{field.label}: {' and '.join(_words(field, f, named) for f in filters)}"


def _currencies(codes: Sequence[str]) -> str:
    """ "in EUR or JPY"; where most are let through, those that are not."""
    others = sorted(CURRENCIES.difference(codes))
    if len(others) < len(codes):
        return f"not in {' or '.join(others)}"
    return f"in {' or '.join(codes)}"


def _words(field: Field, item: Filter, named: str) -> str:
    match item.op:
        case "contains":
            return f"contains “{item.values[0]}”"
        case "currency":
            return _currencies(item.values)
        case "either":
            return str(item.values[0])
        case "empty":
            return "empty"
        case "filled":
            return "filled"
        case "from":
            return f"from {bound_words(field, item.values[0])}"
        case "to":
            return f"up to {bound_words(field, item.values[0])}"
    if named or field.kind in (Kind.REFERENCE, Kind.REFERENCES):
        return named or "the chosen record"
    words = dict(choice_words(field))
    return " or ".join(words.get(str(v), str(v)) if v is not None else "empty" for v in item.values)
