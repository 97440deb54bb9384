"""Dates and periods as desk officers write them."""

from __future__ import annotations

import calendar
import re
from datetime import date, datetime, timedelta

from aps_desktop.domain.errors import InvalidValue
from aps_desktop.domain.values import Period, show_date
from aps_desktop.exchange.cells import Cell, ascii_digits, cell_text
from aps_desktop.exchange.date_words import (
    MONTH_NAME,
    both_ends,
    certain_day,
    is_thai,
    month_number,
    without_labels,
)

_FIRST_YEAR, _LAST_YEAR = 1900, 2200
_BUDDHIST = range(2400, 2701)
_SERIALS = range(14_611, 109_575)
_EPOCH = date(1899, 12, 30)
DATE_HINT = "Write a date such as 23 Nov 2026 or 2026-11-23."
PERIOD_HINT = "Write a year, a quarter such as Q2 2026, or two dates."

_ISO = re.compile(r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})")
_NUMERIC = re.compile(r"(?P<a>\d{1,2})\s?[-/. ]\s?(?P<b>\d{1,2})\s?[-/. ]\s?(?P<y>\d{4}|\d{2})")
_DAY_MONTH = re.compile(
    rf"(?P<d>\d{{1,2}})(?:st|nd|rd|th|er)?[-/. ]*(?:(?:of|de) )?{MONTH_NAME}[-/., ]*"
    r"(?P<y>\d{4}|\d{2})",
    re.I,
)
_MONTH_DAY = re.compile(
    rf"{MONTH_NAME}[-/. ]*(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[, ]+(?P<y>\d{{4}})", re.I
)
_MONTH_YEAR = re.compile(rf"{MONTH_NAME}[-/., '’]*(?P<y>\d{{4}}|\d{{2}})", re.I)
_YEAR_MONTH = re.compile(r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})")
_MONTH_NUMBER = re.compile(r"(?P<m>\d{1,2})[-/.](?P<y>\d{4})")
_QUARTER_WORD = r"(?:Q|QTR|QUARTER|TW|TRIWULAN) ?"
_YEAR = re.compile(r"(?:FY|CY|YEAR|TAHUN)? ?(?P<y>\d{4})")
_QUARTER = re.compile(rf"{_QUARTER_WORD}(?P<n>[1-4])(?:[ /.,'’-]*(?P<y>\d{{4}}|\d{{2}}))?")
_QUARTER_LAST = re.compile(rf"(?P<y>\d{{4}})[ /.-]*{_QUARTER_WORD}(?P<n>[1-4])")
_QUARTER_FIRST = re.compile(
    r"(?P<n>[1-4]) ?(?:Q|(?:ST|ND|RD|TH) Q\w*)(?:[ /.,'’-]*(?P<y>\d{4}|\d{2}))?"
)
_HALF = re.compile(r"(?:H|S|HALF|SEMESTER) ?(?P<n>[12])(?:[ /.,'’-]*(?P<y>\d{4}|\d{2}))?")
_SPANS = ((_QUARTER, 3), (_QUARTER_LAST, 3), (_QUARTER_FIRST, 3), (_HALF, 6))
_TIME = re.compile(r"[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( ?[ap]m)?(Z|[+-]\d{2}:?\d{2})?$", re.I)
_WEEKDAY = re.compile(r"^(mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,? +", re.I)
_ERA = re.compile(r"\b(B\.?E\.?|พ\.ศ\.|A\.?D\.?|C\.?E\.?)(?=\s|\d|$)\s*|พ\.ศ\.\s*", re.I)


class Reader:
    """Reads dates and periods under one set of declared habits; results carry a note on doubt."""

    def __init__(
        self, *, day_first: bool = True, allow_buddhist: bool = False, year: int | None = None
    ) -> None:
        self._day_first = day_first
        self._allow_buddhist = allow_buddhist
        self._year = year

    def day(self, cell: Cell, *, last: bool = False) -> tuple[date, str]:
        """The day, and a note when it had to be interpreted; `last` takes a month's last day."""
        if isinstance(cell, (datetime, date)):
            day = cell.date() if isinstance(cell, datetime) else cell
            return self._in_era(cell_text(cell), day.year, day.month, day.day)
        if isinstance(cell, (int, float)) and not isinstance(cell, bool):
            return self._serial(cell)
        text = _tidy(cell_text(cell))
        if len(text) == 5 and text.isascii() and text.isdigit() and int(text) in _SERIALS:
            return self._serial(int(text))  # a spreadsheet's number of a day, kept as text
        found = self._numeric(text) or self._worded(text)
        if found:
            return found
        span = self._span(text, None)
        if span and (span.end - span.start).days < 93:
            day = span.end if last else span.start
            return day, f"“{text}” taken as {show_date(day)}"
        if days := self._days(text):
            which = "last" if last else "first"
            return days[last], f"“{text}” taken as {show_date(days[last])}, its {which} day"
        if span:
            raise InvalidValue(f"“{text}” is not one day.", DATE_HINT)
        raise InvalidValue(f"“{cell_text(cell)}” is not a date.", DATE_HINT)

    def is_range(self, text: str) -> bool:
        """Whether a text names two days."""
        return self._days(_tidy(text)) is not None

    def _days(self, text: str) -> tuple[date, date] | None:
        """The first and the last day of "19-22 January 2026"."""
        for ends in both_ends(text):
            first, last = (self._numeric(e) or self._worded(e) for e in map(_no_weekday, ends))
            if first and last:
                if last[0] < first[0]:
                    raise InvalidValue(f"“{text}” ends before it starts.", DATE_HINT)
                return first[0], last[0]
        return None

    def period(self, cell: Cell) -> tuple[Period, str]:
        """The period; a bare quarter or month takes the reader's year."""
        if isinstance(cell, (datetime, date)):
            return Period.months(cell.year, cell.month, 1), ""
        text = _tidy(cell_text(cell))
        span = self._span(text, self._year)
        if span:
            return span, ""
        for pattern in (r"\s+[-–—]\s+", r"\s*[–—]\s*", r"\s+(?:to|until|till)\s+", r"/", r"-"):
            ends = re.split(pattern, text, flags=re.I)
            if len(ends) == 2 and all(ends):
                both = self._between(*ends)
                if both:
                    return both, ""
        found = self._numeric(text) or self._worded(text)
        if found:
            return Period(found[0], found[0]), found[1]
        raise InvalidValue(f"“{cell_text(cell)}” is not a period.", PERIOD_HINT)

    def _between(self, first: str, second: str) -> Period | None:
        second_span = self._one_end(second, self._year)
        if second_span is None:
            return None
        first_span = self._one_end(first, second_span.end.year)
        if first_span is None:
            return None
        if second_span.end < first_span.start:
            raise InvalidValue("The period ends before it starts.", "Exchange the two ends.")
        return Period(first_span.start, second_span.end)

    def _one_end(self, text: str, year: int | None) -> Period | None:
        span = self._span(text, year)
        if span is None:
            try:
                found = self._numeric(text) or self._worded(text)
            except InvalidValue:
                return None
            span = Period(found[0], found[0]) if found else None
        return span

    def _serial(self, number: float) -> tuple[date, str]:
        if int(number) in _SERIALS:
            day = _EPOCH + timedelta(days=int(number))
            return day, f"the number {number:g} taken as {show_date(day)}"
        if certain := certain_day(f"{number:.0f}"):
            return self._in_era(f"{number:.0f}", *certain)
        if _FIRST_YEAR <= number <= _LAST_YEAR:
            raise InvalidValue(f"{number:g} is a year, not a day.", DATE_HINT)
        raise InvalidValue(f"{number:g} is not a date.", DATE_HINT)

    def _numeric(self, text: str) -> tuple[date, str] | None:
        if m := _ISO.fullmatch(text):
            return self._in_era(text, int(m["y"]), int(m["m"]), int(m["d"]))
        if certain := certain_day(text):
            return self._in_era(text, *certain)
        m = _NUMERIC.fullmatch(text)
        if not m:
            return None
        first, second, year = int(m["a"]), int(m["b"]), full_year(m["y"])
        day_first = self._day_first or "." in text  # nobody writes 3.12.2026 months first
        day, month = (first, second) if day_first else (second, first)
        order = "day" if day_first else "month"
        if month > 12 >= day:
            raise InvalidValue(
                f"“{text}” is not a date when the {order} comes first.",
                "Declare the order of day and month, or write the month as a word.",
            )
        result, note = self._in_era(text, year, month, day)
        if not note and first <= 12 and second <= 12 and first != second:
            note = f"“{text}” read as {show_date(result)} ({order} first)"
        return result, note

    def _worded(self, text: str) -> tuple[date, str] | None:
        for pattern in (_DAY_MONTH, _MONTH_DAY):
            m = pattern.fullmatch(text)
            month = m and month_number(m["mon"])
            if m and month:
                short = len(m["y"]) == 2 and is_thai(m["mon"])
                year = 2500 + int(m["y"]) if short else full_year(m["y"])
                return self._in_era(text, year, month, int(m["d"]))
        return None

    def _in_era(self, text: str, year: int, month: int, day: int) -> tuple[date, str]:
        if not 1 <= month <= 12 or not 1 <= day <= 31:
            raise InvalidValue(f"“{text}” is not a date.", DATE_HINT)
        note = ""
        if year in _BUDDHIST:
            year = self._western(text, year)
            note = f"“{text}” taken as a Buddhist-era date, {year}"
        if not _FIRST_YEAR <= year <= _LAST_YEAR:
            raise InvalidValue(f"The year of “{text}” cannot be right.", DATE_HINT)
        days = calendar.monthrange(year, month)[1]
        if day > days:
            name = calendar.month_name[month]
            raise InvalidValue(
                f"“{text}” does not exist: {name} {year} has {days} days.", "Correct the day."
            )
        return date(year, month, day), note

    def _western(self, text: str, year: int) -> int:
        if not self._allow_buddhist:
            raise InvalidValue(
                f"“{text}” looks like a Buddhist-era year ({year} is {year - 543}).",
                f"Write {year - 543}, or allow Buddhist-era years for this workbook.",
            )
        return year - 543

    def _span(self, text: str, year: int | None) -> Period | None:
        """A year, half, quarter or month."""
        plain = re.sub(r"[\s_]+", " ", text.upper()).strip()
        if m := _YEAR.fullmatch(plain):
            y = self._span_year(text, m["y"])
            return Period.year(y) if y else None
        for pattern, months in _SPANS:
            if m := pattern.fullmatch(plain):
                y = self._span_year(text, m["y"]) if m["y"] else year or 0
                first = (int(m["n"]) - 1) * months + 1
                return Period.months(y, first, months) if y else None
        return self._month_span(text, year)

    def _month_span(self, text: str, year: int | None) -> Period | None:
        if year and month_number(text):
            return Period.months(year, month_number(text), 1)
        if m := _MONTH_YEAR.fullmatch(text):
            month, y = month_number(m["mon"]), self._span_year(text, m["y"])
            return Period.months(y, month, 1) if month and y else None
        for pattern in (_YEAR_MONTH, _MONTH_NUMBER):
            m = pattern.fullmatch(text)
            if m and 1 <= int(m["m"]) <= 12:
                y = self._span_year(text, m["y"])
                return Period.months(y, int(m["m"]), 1) if y else None
        return None

    def _span_year(self, text: str, written: str) -> int:
        year = full_year(written)
        if year in _BUDDHIST:
            year = self._western(text, year)
        return year if _FIRST_YEAR <= year <= _LAST_YEAR else 0


def full_year(written: str) -> int:
    """Two digits mean 1970 to 2069."""
    year = int(written)
    return year if len(written) > 2 else year + (2000 if year < 70 else 1900)


def _tidy(text: str) -> str:
    text = without_labels(" ".join(ascii_digits(text).split()).strip(" ,;"))
    return _no_weekday(_TIME.sub("", _ERA.sub("", text)).strip(" ,;"))


def _no_weekday(text: str) -> str:
    return _WEEKDAY.sub("", text).strip(" ,;")
