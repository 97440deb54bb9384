"""Typed text -> a field's value, and the text with which a form shows a value for editing.

The spellings are those of workbooks (`exchange.parse`); a form adds what only typing needs: words
such as "today", and a period without a year.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from uuid import UUID

from aps_desktop.domain.errors import InvalidValue
from aps_desktop.domain.fields import Field, Kind
from aps_desktop.domain.money import Money, format_money
from aps_desktop.domain.values import Value, clean_text, show, show_number
from aps_desktop.exchange.parse import Habits, NoValue, ParseContext, parse_cell

_DAY_WORDS = {"today": 0, "now": 0, "tomorrow": 1, "yesterday": -1}
_IN_DAYS = re.compile(r"\+\s?(\d{1,4})\s?(d|days?|w|weeks?)?", re.I)
_NO_YEAR = re.compile(r"(\d{1,2}(st|nd|rd|th)?[ .-]*[^\W\d_]{3,}|[^\W\d_]{3,}[ .]*\d{1,2})\.?")


def read(field: Field, text: str, today: date, *, currency: str = "") -> tuple[Value, str]:
    """The value that was typed, and a note when it had to be interpreted.

    `currency` is the one chosen beside an amount; a currency in the text itself goes before it.
    InvalidValue, with the field's name, when the text is none.
    """
    lines = field.kind is Kind.LONG_TEXT
    text = clean_text(text, lines=lines)
    if not text:
        return None, ""
    if field.kind is Kind.DATE:
        text = _full_date(text, today)
    habits = Habits(allow_buddhist=True, currency=currency, year=today.year)
    context = ParseContext(habits=habits)
    try:
        value = parse_cell(field, text, context)
    except NoValue:
        return None, f"“{text}” says that there is no value: the field is left empty."
    except InvalidValue as error:
        raise InvalidValue(error.message, error.hint, field=field.name) from error
    return value, "; ".join(context.notes)  # type: ignore[return-value]  # drafts are workbooks'


def edit_text(field: Field, value: Value) -> str:
    """A value as the text of its editor; reading that text gives the same value again."""
    match value:
        case None:
            return ""
        case Money():
            return format_money(value.minor, value.currency).split(" ", 1)[1]
        case frozenset() if field.kind is Kind.TAGS:
            return "; ".join(sorted(map(str, value)))
        case _ if field.kind is Kind.PERCENT and not isinstance(value, (str, bool)):
            return show_number(value)  # type: ignore[arg-type]
    return show(field, value)


def shown(field: Field, value: Value, labels: Mapping[UUID, str]) -> str:
    """A value as people read it, references by their names."""
    if isinstance(value, UUID):
        return labels.get(value, "(not here)")
    if isinstance(value, frozenset) and field.kind is Kind.REFERENCES:
        return ", ".join(sorted(labels.get(v, "(not here)") for v in value if isinstance(v, UUID)))
    return show(field, value)


def _full_date(text: str, today: date) -> str:
    """Spells out "tomorrow", "+2 weeks" and a day without its year."""
    word = text.casefold()
    if word in _DAY_WORDS:
        return (today + timedelta(days=_DAY_WORDS[word])).isoformat()
    if later := _IN_DAYS.fullmatch(word):
        days = int(later[1]) * (7 if (later[2] or "d").startswith("w") else 1)
        return (today + timedelta(days=days)).isoformat()
    if _NO_YEAR.fullmatch(text):
        return f"{text.rstrip('.')} {today.year}" if text[0].isdigit() else f"{text}, {today.year}"
    return text
