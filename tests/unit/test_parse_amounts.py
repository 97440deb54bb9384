"""Numbers and amounts of money as desk officers write them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aps_desktop.domain.errors import InvalidValue
from aps_desktop.domain.money import CURRENCIES, Money, format_money
from aps_desktop.domain.values import show_number
from aps_desktop.exchange import amounts
from aps_desktop.exchange.headings import money_heading


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        (1234.5, "1234.5"),
        (0.1 + 0.2, "0.3"),
        (12, "12"),
        ("1,234.56", "1234.56"),
        ("(1,234.56)", "-1234.56"),
        ("-1,234.56", "-1234.56"),
        ("−5", "-5"),
        ("5-", "-5"),
        ("1.234,56", "1234.56"),
        ("1 234,56", "1234.56"),
        ("1\u202f234\u202f567", "1234567"),
        ("1'234.5", "1234.5"),
        ("12,5", "12.5"),
        ("1,234", "1234"),
        ("1,234,567", "1234567"),
        ("1.234.567", "1234567"),
        ("12,34,567", "1234567"),
        ("0.123", "0.123"),
        (".5", "0.5"),
        ("1.2E+06", "1200000"),
        ("๑,๒๓๔.๕๐", "1234.5"),
        ("1.5 million", "1500000"),
        ("2 juta", "2000000"),
    ],
)
def test_number_is_read(cell, number):
    assert amounts.read_number(cell)[0] == Decimal(number)


def test_an_ambiguous_number_follows_what_is_declared_and_is_noted():
    assert amounts.read_number("1.234") == (
        Decimal("1.234"),
        "“1.234” read as 1.234 (decimal point)",
    )
    value, note = amounts.read_number("1.234", decimal_comma=True)
    assert value == 1234
    assert "thousands" in note
    assert amounts.read_number("1,234", decimal_comma=True)[0] == Decimal("1.234")


@pytest.mark.parametrize(
    "cell",
    [
        "abc",
        "72%",
        "1,23,4",
        "1..2",
        "12 34",
        "1.2.3,4,5",
        "3 of 5",
        "10-12",
        True,
        "USD 5",
        "5 km",
    ],
)
def test_number_is_refused(cell):
    with pytest.raises(InvalidValue) as caught:
        amounts.read_number(cell)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("cell", "number"), [("72%", 72), ("72 per cent", 72), (72, 72), ("12,5 %", 12.5)]
)
def test_percent_is_read(cell, number):
    assert amounts.read_percent(cell)[0] == Decimal(str(number))


@pytest.mark.parametrize(
    ("cell", "money"),
    [
        ("EUR 236,251.08", "EUR 236251.08"),
        ("EUR2.24m", "EUR 2240000"),
        ("USD 1.2 million", "USD 1200000"),
        ("USD 1.2 m", "USD 1200000"),
        ("US$1.2mn", "USD 1200000"),
        ("1,234.50 USD", "USD 1234.50"),
        ("US$ (1,234.50)", "USD -1234.50"),
        ("(USD 1,234.50)", "USD -1234.50"),
        ("-$5", "USD -5"),
        ("S$ 1,000", "SGD 1000"),
        ("A$1,000", "AUD 1000"),
        ("RM1,000.50", "MYR 1000.50"),
        ("Rp 1.500.000", "IDR 1500000"),
        ("Rp. 1.500.000,00", "IDR 1500000"),
        ("38.668.759 ₫", "VND 38668759"),
        ("Rp 1.500", "IDR 1500"),
        ("JPY 53,583", "JPY 53583"),
        ("JPY 53.5", "JPY 54"),
        ("VND 38,668,759,996.00", "VND 38668759996"),
        ("฿1,000", "THB 1000"),
        ("₱500.25", "PHP 500.25"),
        ("1 000 000 kip", "LAK 1000000"),
        ("€0.10m", "EUR 100000"),
        ("usd 5", "USD 5"),
        ("Rp 2 juta", "IDR 2000000"),
        ("1,5 triệu VND", "VND 1500000"),
    ],
)
def test_money_is_read(cell, money):
    currency, amount = money.split()
    assert amounts.read_money(cell)[0] == Money.of(amount, currency)


def test_currency_column_and_amount_must_agree():
    assert amounts.read_money("EUR 5", currency="eur")[0] == Money(500, "EUR")
    assert amounts.read_money(5, currency="usd")[0] == Money(500, "USD")
    assert amounts.read_money("$5", currency="SGD")[0] == Money(500, "SGD")
    with pytest.raises(InvalidValue, match="its currency column says USD"):
        amounts.read_money("EUR 5", currency="USD")
    with pytest.raises(InvalidValue, match="not a currency") as caught:
        amounts.read_money(500, currency="XXQ")
    assert caught.value.field == "currency"
    with pytest.raises(InvalidValue, match="has no currency"):
        amounts.read_money(500)


def test_fractions_of_a_yen_are_rounded_and_noted():
    assert amounts.read_money(183537.76, currency="JPY") == (
        Money(183538, "JPY"),
        "rounded to whole JPY",
    )
    assert amounts.read_money("1.005", currency="USD")[1].endswith("rounded to 2 decimals")


@pytest.mark.parametrize("cell", ["TBC", "abc 5", "5 apples", "EUR 5 USD", "", "1 2 3"])
def test_money_is_refused(cell):
    with pytest.raises(InvalidValue):
        amounts.read_money(cell)


@pytest.mark.parametrize(
    ("header", "meaning"),
    [
        ("Approved budget", ("", 0)), ("Budget (USD)", ("USD", 0)), ("Budget in US$", ("USD", 0)),
        ("Amount (USD '000)", ("USD", 3)), ("USD million", ("USD", 6)), ("Rp juta", ("IDR", 6)),
    ],
)  # fmt: skip
def test_heading_tells_currency_and_scale(header, meaning):
    assert money_heading(header) == meaning


@given(st.integers(-(10**17), 10**17), st.sampled_from(sorted(CURRENCIES)))
def test_money_shown_is_read_back(minor, currency):
    assert amounts.read_money(format_money(minor, currency))[0] == Money(minor, currency)


@given(
    st.decimals(
        allow_nan=False, allow_infinity=False, places=4, min_value=-(10**12), max_value=10**12
    )
)
def test_number_shown_is_read_back(number):
    assert amounts.read_number(show_number(number))[0] == number


@given(st.text())
def test_any_text_is_a_number_or_a_refusal(text):
    for read in (amounts.read_number, amounts.read_money, amounts.read_percent):
        try:
            read(text)
        except InvalidValue:
            continue
