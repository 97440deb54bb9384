"""Amounts and numbers between the canonical text of a field and what IATI writes."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from aps_desktop.domain.money import minor_digits

_HUNDRED = Decimal(100)
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
"""The only way in which a comma may stand in a number: decimal commas are not of the standard."""
_MOST_DIGITS = 30
"""Before or behind the point: more than any amount or value has."""


def money(wire: str) -> tuple[str, str]:
    """(amount, currency) of "USD 12345": ("123.45", "USD")."""
    currency, minor = wire[:3], int(wire[4:])
    return plain(minor, minor_digits(currency)), currency


def plain(scaled: int, digits: int) -> str:
    """A scaled whole number as a decimal: 12345 with 2 digits is "123.45"."""
    if not digits:
        return str(scaled)
    whole, rest = divmod(abs(scaled), 10**digits)
    return f"{'-' if scaled < 0 else ''}{whole}.{rest:0{digits}d}"


def number(wire: str, decimals: int) -> str:
    """A number field's canonical text as a decimal without trailing zeros."""
    shown = plain(int(wire), decimals)
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def shares(count: int) -> list[str]:
    """Percentages for so many equal parts; together they are exactly 100."""
    part = (_HUNDRED / count).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    last = _HUNDRED - part * (count - 1)
    return [f"{one.normalize():f}" for one in [part] * (count - 1) + [last]]


def decimal(text: str | None) -> Decimal | None:
    """A number as IATI files write it; None where there is none. ValueError for anything else."""
    if text is None or not text.strip():
        return None
    cleaned = text.strip().replace(" ", "").replace("\u00a0", "")
    if "," in cleaned:
        if not _GROUPED.fullmatch(cleaned):
            raise ValueError(text)
        cleaned = cleaned.replace(",", "")
    try:
        value = Decimal(cleaned)
    except InvalidOperation as error:
        raise ValueError(text) from error
    if not value.is_finite() or abs(value.adjusted()) > _MOST_DIGITS:
        raise ValueError(text)
    return value
