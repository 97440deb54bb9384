"""Typed text becomes a value, and the text of a value reads back as that value."""

from datetime import date
from decimal import Decimal

import pytest

from aps_desktop.domain.errors import InvalidValue
from aps_desktop.domain.fields import Field, Kind
from aps_desktop.domain.money import Money
from aps_desktop.domain.values import Period, Value
from aps_desktop.services.parsing import edit_text, read

TODAY = date(2026, 11, 23)
CHOICES = (("ongoing", "Ongoing"), ("on_hold", "On hold"))


def field(kind: Kind, name: str = "f") -> Field:
    decimals = 2 if kind in (Kind.NUMBER, Kind.PERCENT) else 0
    return Field(1, name, "Label", kind, decimals=decimals, choices=CHOICES)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (Kind.TEXT, "  Two\u202e words\x00 ", "Two words"),
        (Kind.LONG_TEXT, "one\r\ntwo", "one\ntwo"),
        (Kind.NUMBER, "1,250.5", Decimal("1250.5")),
        (Kind.NUMBER, "1.2 million", Decimal(1_200_000)),
        (Kind.PERCENT, "72.5 %", Decimal("72.5")),
        (Kind.MONEY, "USD 1.2m", Money(120_000_000, "USD")),
        (Kind.MONEY, "(1,234.50)", Money(-123_450, "SGD")),
        (Kind.MONEY, "EUR 5", Money(500, "EUR")),
        (Kind.DATE, "23/11/2026", date(2026, 11, 23)),
        (Kind.DATE, "23 nov", date(2026, 11, 23)),
        (Kind.DATE, "Nov 23", date(2026, 11, 23)),
        (Kind.DATE, "2026-11-23", date(2026, 11, 23)),
        (Kind.DATE, "23/11/2569", date(2026, 11, 23)),
        (Kind.DATE, "today", date(2026, 11, 23)),
        (Kind.DATE, "+2 weeks", date(2026, 12, 7)),
        (Kind.PERIOD, "Q2", Period.quarter(2026, 2)),
        (Kind.PERIOD, "2025", Period.year(2025)),
        (Kind.PERIOD, "1 Jan 2026 – 30 Jun 2026", Period(date(2026, 1, 1), date(2026, 6, 30))),
        (Kind.CHOICE, "on hold", "on_hold"),
        (Kind.YES_NO, "yes", True),
        (Kind.TAGS, "flood, early warning", frozenset({"flood", "early warning"})),
        (Kind.DATE, "", None),
        (Kind.NUMBER, "n/a", None),
    ],
)
def test_what_is_typed_is_understood(kind: Kind, text: str, value: Value) -> None:
    assert read(field(kind), text, TODAY, currency="SGD")[0] == value


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Kind.DATE, "31/2/2026"),
        (Kind.DATE, "soon"),
        (Kind.NUMBER, "ten"),
        (Kind.MONEY, "12 apples"),
        (Kind.PERIOD, "Q5 2026"),
        (Kind.CHOICE, "purple"),
    ],
)
def test_what_cannot_be_is_refused_and_names_its_field(kind: Kind, text: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        read(field(kind, "end"), text, TODAY)
    assert refused.value.field == "end"
    assert refused.value.message


def test_a_doubtful_day_says_how_it_was_read() -> None:
    assert read(field(Kind.DATE), "3/4/2026", TODAY) == (
        date(2026, 4, 3),
        "“3/4/2026” read as 3 Apr 2026 (day first)",
    )


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Kind.TEXT, "Two words"),
        (Kind.NUMBER, Decimal("-1250.5")),
        (Kind.NUMBER, Decimal(1_000_000)),
        (Kind.PERCENT, Decimal("72.5")),
        (Kind.MONEY, Money(-123_450, "SGD")),
        (Kind.DATE, date(2026, 2, 28)),
        (Kind.PERIOD, Period.quarter(2026, 2)),
        (Kind.PERIOD, Period.months(2026, 5, 1)),
        (Kind.PERIOD, Period(date(2026, 1, 3), date(2027, 2, 1))),
        (Kind.CHOICE, "on_hold"),
        (Kind.YES_NO, False),
        (Kind.TAGS, frozenset({"flood", "early warning"})),
    ],
)
def test_the_text_of_a_value_reads_back(kind: Kind, value: Value) -> None:
    one = field(kind)
    assert read(one, edit_text(one, value), TODAY, currency="SGD") == (value, "")
