"""The values a field can hold, their canonical text in the log, and how people read and type them.

Canonical ("wire") text is the one form that the change log, bundles and the digest carry: two
values are equal exactly when their wire texts are equal.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from uuid import UUID

from aps_desktop.domain.errors import InvalidValue
from aps_desktop.domain.fields import Field, Kind
from aps_desktop.domain.money import CURRENCIES, Money, format_money

TEXT_LIMIT = 1_000
LONG_TEXT_LIMIT = 1_000_000
_INT_LIMIT = 2**63 - 1
_CHOICE_KEY = re.compile(r"[\w.+-]{1,60}").fullmatch
_SHA256 = re.compile(r"[0-9a-f]{64}").fullmatch
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A span of days, both ends included."""

    start: date
    end: date

    @classmethod
    def quarter(cls, year: int, quarter: int) -> Period:
        return cls.months(year, 3 * quarter - 2, 3)

    @classmethod
    def year(cls, year: int) -> Period:
        return cls(date(year, 1, 1), date(year, 12, 31))

    @classmethod
    def months(cls, year: int, first: int, count: int) -> Period:
        """`count` months from month `first` (1 to 12) of a year."""
        after = first - 1 + count
        return cls(
            date(year, first, 1), date(year + after // 12, after % 12 + 1, 1) - timedelta(days=1)
        )

    def __str__(self) -> str:
        return _period_words(self)


@dataclass(frozen=True, slots=True)
class FileRef:
    """A file by the SHA-256 of its bytes (hex), and the name it goes by."""

    sha256: str
    name: str


Value = (
    str
    | int
    | Decimal
    | Money
    | date
    | Period
    | bool
    | UUID
    | FileRef
    | frozenset[str]
    | frozenset[UUID]
    | None
)
"""What a field holds in Python: str for text and choice, Decimal (int when it has no decimals) for
number and percent, UUID for a reference, frozensets for tags and references, None for nothing."""

_INVISIBLE = dict.fromkeys(
    [*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0xFEFF, 0]
)


def clean_text(text: str, *, lines: bool = False) -> str:
    """Normalised text (NFC) without control and direction-override characters.

    Zero-width joiners and spaces stay: Khmer, Burmese and Tamil are written with them.
    """
    if text.isprintable() and unicodedata.is_normalized("NFC", text):
        return text.strip() if "  " not in text or lines else re.sub(r" {2,}", " ", text).strip()
    text = text.encode("utf-8", "replace").decode("utf-8")
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = text.translate(_INVISIBLE)
    if lines:
        return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) != "Cc").strip()
    text = "".join(" " if unicodedata.category(c) == "Cc" else c for c in text)
    return re.sub(r" {2,}", " ", text).strip()


def to_wire(field: Field, value: Value) -> str | None:
    """The canonical text of a value (sets: see `members`). InvalidValue if it cannot be."""
    if value is None or value == "":
        return None
    try:
        return _WRITERS[field.kind](field, value)
    except InvalidValue as error:
        raise InvalidValue(
            f"{field.label}: {error.message}", error.hint, field=field.name
        ) from error
    except (TypeError, AttributeError, ValueError, ArithmeticError) as error:
        raise InvalidValue(
            f"{field.label}: “{value}” is not {_KIND_WORDS[field.kind]}.",
            _KIND_HINTS[field.kind],
            field=field.name,
        ) from error


def from_wire(field: Field, wire: str | None) -> Value:
    """The value of a canonical text. InvalidValue on text that is not canonical for the field."""
    if wire is None:
        return None
    try:
        value = _READERS[field.kind](field, wire)
    except (ValueError, ArithmeticError) as error:
        raise InvalidValue(
            f"{field.label}: “{wire[:80]}” is not valid.", field=field.name
        ) from error
    if to_wire(field, value) != wire:
        raise InvalidValue(f"{field.label}: “{wire[:80]}” is not canonical.", field=field.name)
    return value


def members(field: Field, value: Value) -> frozenset[str]:
    """The wire texts of a set's members."""
    if not value:
        return frozenset()
    if not isinstance(value, (frozenset, set, list, tuple)):
        raise InvalidValue(f"{field.label}: “{value}” is not a set.", field=field.name)
    if field.kind is Kind.TAGS:
        return frozenset(tag for tag in (clean_text(str(v)) for v in value) if tag)
    return frozenset(v.hex if isinstance(v, UUID) else UUID(str(v)).hex for v in value)


def scaled(field: Field, value: Decimal | int | str) -> int:
    """A number as the integer the database keeps: value x 10^decimals, rounded once."""
    exact = Decimal(value).scaleb(field.decimals)
    result = int(exact.quantize(Decimal(1), rounding=ROUND_HALF_EVEN))
    if abs(result) > _INT_LIMIT:
        raise InvalidValue(f"“{value}” is too large.", "Check the digits.")
    return result


def unscaled(field: Field, stored: int) -> Decimal | int:
    """The number that a stored integer means."""
    return Decimal(stored).scaleb(-field.decimals) if field.decimals else stored


def _write_text(_: Field, value: Value) -> str | None:
    if not isinstance(value, str):
        raise TypeError
    text = clean_text(value)
    if len(text) > TEXT_LIMIT:
        raise InvalidValue(f"is longer than {TEXT_LIMIT} characters.", "Shorten the text.")
    return text or None


def _write_long(_: Field, value: Value) -> str | None:
    if not isinstance(value, str):
        raise TypeError
    text = clean_text(value, lines=True)
    if len(text) > LONG_TEXT_LIMIT:
        raise InvalidValue("is longer than a million characters.", "Attach it as a file.")
    return text or None


def _write_number(field: Field, value: Value) -> str:
    if isinstance(value, bool) or not isinstance(value, (int, Decimal, str)):
        raise TypeError
    number = Decimal(value)
    if not number.is_finite():
        raise InvalidOperation
    if field.decimals == 0 and number != number.to_integral_value():
        raise InvalidValue(f"“{value}” is not a whole number.", "Type a whole number.")
    return str(scaled(field, number))


def _write_money(_: Field, value: Value) -> str:
    if not isinstance(value, Money):
        raise TypeError
    if value.currency not in CURRENCIES:
        raise InvalidValue(f"“{value.currency}” is not a currency code.")
    return f"{value.currency} {value.minor}"


def _write_date(_: Field, value: Value) -> str:
    day = value if isinstance(value, date) else date.fromisoformat(str(value))
    return date(day.year, day.month, day.day).isoformat()


def _write_period(_: Field, value: Value) -> str:
    period = value if isinstance(value, Period) else _read_period_wire(str(value))
    if period.end < period.start:
        raise InvalidValue("ends before it starts.", "Exchange the two dates.")
    return f"{period.start.isoformat()}/{period.end.isoformat()}"


def _write_choice(field: Field, value: Value) -> str:
    if not isinstance(value, str) or not _CHOICE_KEY(value):
        raise TypeError
    return value


def _write_reference(_: Field, value: Value) -> str:
    return value.hex if isinstance(value, UUID) else UUID(str(value)).hex


def _write_yes_no(_: Field, value: Value) -> str:
    if value not in (True, False, "0", "1"):
        raise TypeError
    return "1" if value in (True, "1") else "0"


def _write_file(_: Field, value: Value) -> str:
    if not isinstance(value, FileRef) or not _SHA256(value.sha256):
        raise TypeError
    return f"{value.sha256} {clean_text(value.name)[:200]}"


def _write_set(field: Field, _: Value) -> str:
    raise InvalidValue(f"{field.label} is a set; its members are separate rows.")


def _read_period_wire(wire: str) -> Period:
    start, end = wire.split("/")
    return Period(date.fromisoformat(start), date.fromisoformat(end))


def _read_money(_: Field, wire: str) -> Money:
    currency, minor = wire.split(" ")
    return Money(int(minor), currency)


def _read_file(_: Field, wire: str) -> FileRef:
    sha256, name = wire.split(" ", 1)
    return FileRef(sha256, name)


_WRITERS: dict[Kind, Callable[[Field, Value], str | None]] = {
    Kind.TEXT: _write_text,
    Kind.LONG_TEXT: _write_long,
    Kind.NUMBER: _write_number,
    Kind.PERCENT: _write_number,
    Kind.MONEY: _write_money,
    Kind.DATE: _write_date,
    Kind.PERIOD: _write_period,
    Kind.CHOICE: _write_choice,
    Kind.REFERENCE: _write_reference,
    Kind.YES_NO: _write_yes_no,
    Kind.FILE: _write_file,
    Kind.TAGS: _write_set,
    Kind.REFERENCES: _write_set,
}
_READERS: dict[Kind, Callable[[Field, str], Value]] = {
    Kind.TEXT: lambda _, w: w,
    Kind.LONG_TEXT: lambda _, w: w,
    Kind.NUMBER: lambda f, w: unscaled(f, int(w)),
    Kind.PERCENT: lambda f, w: unscaled(f, int(w)),
    Kind.MONEY: _read_money,
    Kind.DATE: lambda _, w: date.fromisoformat(w),
    Kind.PERIOD: lambda _, w: _read_period_wire(w),
    Kind.CHOICE: lambda _, w: w,
    Kind.REFERENCE: lambda _, w: UUID(w),
    Kind.YES_NO: lambda _, w: w == "1",
    Kind.FILE: _read_file,
    Kind.TAGS: lambda _, w: w,
    Kind.REFERENCES: lambda _, w: UUID(w),
}
_KIND_WORDS = {
    Kind.TEXT: "text",
    Kind.LONG_TEXT: "text",
    Kind.NUMBER: "a number",
    Kind.PERCENT: "a percentage",
    Kind.MONEY: "an amount of money",
    Kind.DATE: "a date",
    Kind.PERIOD: "a period",
    Kind.CHOICE: "one of the choices",
    Kind.REFERENCE: "a record",
    Kind.YES_NO: "yes or no",
    Kind.FILE: "a file",
    Kind.TAGS: "a set of words",
    Kind.REFERENCES: "a set of records",
}
_KIND_HINTS = {
    Kind.TEXT: "Type text.",
    Kind.LONG_TEXT: "Type text.",
    Kind.NUMBER: "Type a number such as 1,250.5.",
    Kind.PERCENT: "Type a number such as 72.5.",
    Kind.MONEY: "Type a currency and an amount, such as USD 1,250.00.",
    Kind.DATE: "Type a date such as 23 Nov 2026.",
    Kind.PERIOD: "Type a year, a quarter such as Q2 2026, or two dates.",
    Kind.CHOICE: "Choose from the list.",
    Kind.REFERENCE: "Choose a record from the list.",
    Kind.YES_NO: "Type yes or no.",
    Kind.FILE: "Choose a file.",
    Kind.TAGS: "Type words separated by commas.",
    Kind.REFERENCES: "Choose records from the list.",
}


def show_date(day: date) -> str:
    """ "23 Nov 2026": no order of day and month to guess."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def _period_words(period: Period) -> str:
    start, end = period.start, period.end
    if period == Period.year(start.year):
        return str(start.year)
    for quarter in range(1, 5):
        if period == Period.quarter(start.year, quarter):
            return f"Q{quarter} {start.year}"
    if period == Period.months(start.year, start.month, 1):
        return f"{_MONTHS[start.month - 1]} {start.year}"
    return f"{show_date(start)} – {show_date(end)}"


def show_number(number: Decimal | int) -> str:
    """With thousands separators and without trailing zeros after the point."""
    text = f"{number:,f}" if isinstance(number, Decimal) else f"{number:,}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def show(field: Field, value: Value) -> str:
    """A value as people read it; a reference as its id, since its label takes a query."""
    match value:
        case None:
            return ""
        case bool():
            return "Yes" if value else "No"
        case Money():
            return format_money(value.minor, value.currency)
        case Decimal() | int():
            return show_number(value) + (" %" if field.kind is Kind.PERCENT else "")
        case date():
            return show_date(value)
        case FileRef():
            return value.name
        case frozenset():
            return ", ".join(sorted(str(v) for v in value))
        case str() if field.kind is Kind.CHOICE:
            return field.choice_label(value)
    return str(value)
