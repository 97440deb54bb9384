"""What the figures of a table of exchange rates are: units for a dollar, or dollars for a unit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

UNITS, DIRECT = "units", "direct"
"""Units of a currency for one of the base, or of the base for one unit of the currency."""
_ABOUT_RATES = re.compile(
    r"\b(exchange|rates?|fxref|eurofxref|inforeuro|ecb|fx|forex|kurs|nilai tukar|tukaran|tỷ giá"
    r"|taux|taxas?|câmbio|cambio|units? per|per usd|per (?:us )?(?:dollar|unit))\b"
    r"|อัตรา|អត្រា|ອັດຕາ|ငွေလဲ",
    re.I,
)
_DOLLAR = r"(?:us ?\$|\$|usd|us dollars?|u\.s\. dollars?|united states dollars?|dollars?)"
_PER_DOLLAR = re.compile(
    rf"\b(?:per|for|to|against|/) ?(?:1|one|a|the)? ?{_DOLLAR}|(?:\b1|\bone) ?{_DOLLAR} ?="
    r"|\b1 ?usd\b|\bun operational|operational rates?|\bun rates?\b|\bunore\b|\busd 1\b",
    re.I,
)
_DOLLARS_FOR = re.compile(
    rf"{_DOLLAR}[)\]]? ?(?:per|for|/) ?(?:1|one|a)? ?(?:foreign|local)? ?(?:currency)? ?units?\b"
    rf"|\bin {_DOLLAR}|{_DOLLAR}[)\]]? (?:equivalent|value)|\(usd\)|usd per (?!usd)",
    re.I,
)
_OF_EURO = re.compile(
    r"\b(?:per|for|/) ?(?:1|one)? ?(?:eur|euro)\b|1 ?(?:eur|euro) ?=|euro foreign|fxref|\becb\b"
    r"|inforeuro|european central bank",
    re.I,
)
WEAK = frozenset(
    "JPY KRW IDR VND LAK KHR PHP THB INR MMK PKR BDT LKR NPR TWD RUB TRY CNY HKD MYR SEK NOK DKK"
    " ZAR MXN HUF CZK PLN ISK".split()
)
"""Of these a dollar, a euro and a pound have bought several as long as anybody remembers."""
_OTHER = re.compile(
    r"\b(amounts?|budgets?|disburs\w*|expend\w*|totals?|balances?|payments?|paid|projects?|titles?"
    r"|activit\w+|descriptions?|funds?|partners?|vendors?|invoices?|costs?|quantity|receipts?)\b",
    re.I,
)
"""Headings of tables in which a currency says of what money an amount is."""
_MANY, _FEW = Decimal("1.5"), Decimal("0.67")


def speaks_of_rates(words: str) -> bool:
    """Whether a table's name, titles or headings say that it holds rates."""
    return _ABOUT_RATES.search(words) is not None


def of_something_else(headings: str) -> bool:
    """Whether the headings are those of a list of payments, budgets or the like."""
    return _OTHER.search(headings) is not None


def of_euro(words: str) -> bool:
    """Whether the euro is what the figures are quoted for."""
    return _OF_EURO.search(words) is not None


def said(words: str) -> str:
    """UNITS or DIRECT, as the words say of the dollar; "" where they say neither or both."""
    direct, units = _DOLLARS_FOR.search(words), _PER_DOLLAR.search(words)
    if bool(direct) == bool(units):
        return ""
    return DIRECT if direct else UNITS


def shown(figures: Mapping[str, Decimal]) -> str:
    """UNITS or DIRECT by the sizes of the figures against the dollar; "" where they tell nothing.

    A yen has been worth less than a dollar all along: 151 is yen, 0.0066 is dollars.
    """
    sizes = [value for code, value in figures.items() if code in WEAK]
    if sizes and all(value > _MANY for value in sizes):
        return UNITS
    return DIRECT if sizes and all(value < _FEW for value in sizes) else ""


def quoted(words: str, figures: Mapping[str, Decimal]) -> str:
    """How the figures are quoted: as words and sizes agree, or the one that says something."""
    told, seen = said(words), shown(figures)
    if told and seen and told != seen:
        return ""
    return told or seen
