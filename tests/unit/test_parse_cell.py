"""From cells to the values of every kind of field."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from aps_desktop.domain.errors import InvalidValue
from aps_desktop.domain.fields import Field, Kind
from aps_desktop.domain.money import Money
from aps_desktop.domain.values import FileRef, Period
from aps_desktop.exchange.parse import Habits, NoValue, ParseContext, id_text, parse_cell, parser
from aps_desktop.exchange.words import join_list, read_choice, split_list
from tests.excel_office import STATES, Office, uid


def field(kind, name="x", **more):
    return Field(1, name, name.capitalize(), kind, **more)


def parse(spec, cell, mark="", **habits):
    return parse_cell(spec, cell, ParseContext(Office(), Habits(**habits)), mark=mark)


def test_every_kind_has_a_reader():
    for kind in Kind:
        assert parser(field(kind), ParseContext(Office()))(None, "") == (None, "")


@pytest.mark.parametrize("blank", [None, "", "  ", "\n"])
def test_blank_is_nothing(blank):
    for kind in Kind:
        assert parse(field(kind), blank) is None


@pytest.mark.parametrize("kind", [Kind.NUMBER, Kind.PERCENT, Kind.MONEY, Kind.DATE, Kind.PERIOD])
def test_na_is_no_value_and_tbc_is_refused(kind):
    for text in ("n/a", "N/A", "-", "—", "nil"):
        with pytest.raises(NoValue):
            parse(field(kind), text)
    for text in ("TBC", "tbd", "to be confirmed", "not yet", "pending approval"):
        with pytest.raises(InvalidValue) as caught:
            parse(field(kind), text)
        assert not isinstance(caught.value, NoValue)


def test_percent_formats():
    assert parse(field(Kind.PERCENT), 0.72, "%") == 72
    assert parse(field(Kind.PERCENT, decimals=2), 0.7255, "%") == Decimal("72.55")
    assert parse(field(Kind.PERCENT), "72%") == 72
    with pytest.raises(InvalidValue, match="“72%” is a percentage"):
        parse(field(Kind.NUMBER), 0.72, "%")


def test_numbers_fit_their_field():
    assert parse(field(Kind.NUMBER), 5.0) == 5
    with pytest.raises(InvalidValue, match="whole number"):
        parse(field(Kind.NUMBER), 5.5)
    context = ParseContext(Office())
    assert parse_cell(field(Kind.NUMBER, decimals=2), 1.239, context) == Decimal("1.24")
    assert context.notes == ["rounded to 2 decimals"]
    with pytest.raises(InvalidValue, match="too large"):
        parse(field(Kind.NUMBER), "9" * 25)


def test_money_takes_its_currency_from_number_format_or_habit():
    assert parse(field(Kind.MONEY), 5.5, "EUR") == Money(550, "EUR")
    assert parse(field(Kind.MONEY), 5.5, currency="THB") == Money(550, "THB")
    assert parse(field(Kind.MONEY), "Rp 1.500", currency="USD") == Money(150000, "IDR")


def test_ends_and_due_dates_take_the_last_day_of_a_month():
    for name in ("end", "end_date", "due", "due_date", "valid_until", "deadline"):
        assert parse(field(Kind.DATE, name), "May-27") == date(2027, 5, 31)
    for name in ("start", "date", "tender", "calendar"):
        assert parse(field(Kind.DATE, name), "May-27") == date(2027, 5, 1)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Concept", "concept"), ("concept note", "concept"), ("ON HOLD", "on_hold"),
        ("on-hold", "on_hold"), ("Completion report due", "reporting_due"),
        ("ongoing ", "commenced"), ("Completed", "completed"), ("Endorsed", "endorsed"),
        ("Under appraisal", "under_appraisal"), ("canceled", "cancelled"),
        ("Cancelld", "cancelled"), ("Submitted", "submitted"), ("DRAFT.", "draft"),
    ],
)  # fmt: skip
def test_choices_by_label_key_synonym_and_typing_slip(text, key):
    assert read_choice(STATES, text)[0] == key


def test_unknown_choice_is_refused_with_a_suggestion():
    with pytest.raises(InvalidValue) as caught:
        read_choice(STATES, "Retarned ones")
    assert "Did you mean" in caught.value.hint or "Choices" in caught.value.hint
    with pytest.raises(InvalidValue):
        read_choice(STATES, "banana")


@pytest.mark.parametrize(
    ("cell", "value"),
    [("Yes", True), ("y", True), ("✓", True), (True, True), (1.0, True), ("Ya", True), ("ใช่", True),
     ("No", False), (False, False), ("tidak", False), ("0", False)],
)  # fmt: skip
def test_yes_and_no(cell, value):
    assert parse(field(Kind.YES_NO), cell) is value


def test_references_by_name_and_refusal_with_suggestion():
    body = field(Kind.REFERENCE, target="body")
    assert parse(body, "seom") == uid("SEOM")
    assert parse(body, id_text(UUID(int=7))) == UUID(int=7)
    with pytest.raises(InvalidValue, match="no body “SOMXYZ”") as caught:
        parse(body, "SOMXYZ")
    assert caught.value.hint.startswith("Did you mean SOM")
    bodies = field(Kind.REFERENCES, target="body")
    assert parse(bodies, "SEOM; STOM, ACW") == {uid("SEOM"), uid("STOM"), uid("ACW")}
    with pytest.raises(InvalidValue, match="SOMXYZ"):
        parse(bodies, "SEOM, SOMXYZ")


def test_texts_are_cleaned_and_numbers_become_text():
    assert parse(field(Kind.TEXT), " a\u202eb \n c ") == "ab c"
    assert parse(field(Kind.TEXT), 2024.0) == "2024"
    assert parse(field(Kind.LONG_TEXT), "a\r\nb\n") == "a\nb"
    assert parse(field(Kind.TEXT), "=1+1") == "=1+1"
    with pytest.raises(InvalidValue, match="longer than"):
        parse(field(Kind.TEXT), "x" * 1001)


def test_files_and_periods():
    sha = "ab" * 32
    assert parse(field(Kind.FILE), f"a b.pdf (sha256 {sha})") == FileRef(sha, "a b.pdf")
    with pytest.raises(NoValue, match="cannot bring a file"):
        parse(field(Kind.FILE), "report.pdf")
    assert parse(field(Kind.PERIOD), "Q1", year=2026) == Period.quarter(2026, 1)


@pytest.mark.parametrize(
    "items", [["a"], ["a", "b c"], ["a, b", "c"], ['say "x"', "y;z"], ["1,5", "2"], ["a|b"], ["x,"]]
)
def test_lists_come_back(items):
    assert split_list(join_list(items)) == items
