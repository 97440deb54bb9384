"""Dates and periods as desk officers write them."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aps_desktop.domain.errors import InvalidValue
from aps_desktop.domain.values import Period, show_date
from aps_desktop.exchange.dates import Reader

READER = Reader()


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        (date(2026, 11, 2), date(2026, 11, 2)),
        (datetime(2026, 11, 2, 9, 30), date(2026, 11, 2)),
        ("2026-11-02", date(2026, 11, 2)),
        ("2026/11/2", date(2026, 11, 2)),
        ("2026-11-02T00:00:00", date(2026, 11, 2)),
        ("02 November 2026", date(2026, 11, 2)),
        ("2 Nov 2026", date(2026, 11, 2)),
        ("2-Nov-26", date(2026, 11, 2)),
        ("2nd of November, 2026", date(2026, 11, 2)),
        ("November 2, 2026", date(2026, 11, 2)),
        ("Mon, 2 November 2026", date(2026, 11, 2)),
        ("14/11/2026", date(2026, 11, 14)),
        ("14.11.26", date(2026, 11, 14)),
        ("08/09/2026", date(2026, 9, 8)),
        ("17 Agustus 2026", date(2026, 8, 17)),
        ("1 Mac 2026", date(2026, 3, 1)),
        ("5 de março 2026".replace("de ", ""), date(2026, 3, 5)),
        ("๒๕/๑๒/๒๐๒๖", date(2026, 12, 25)),
        ("២៥/១២/២០២៦", date(2026, 12, 25)),
        ("໒໕/໑໒/໒໐໒໖", date(2026, 12, 25)),
        ("၂၅/၁၂/၂၀၂၆", date(2026, 12, 25)),
        ("29 Feb 2028", date(2028, 2, 29)),
        (46023, date(2026, 1, 1)),
    ],
)
def test_day_is_read(cell, day):
    assert READER.day(cell)[0] == day


@pytest.mark.parametrize(
    ("cell", "first", "last"),
    [
        ("Mar-24", date(2024, 3, 1), date(2024, 3, 31)),
        ("May 2027", date(2027, 5, 1), date(2027, 5, 31)),
        ("Q2 2026", date(2026, 4, 1), date(2026, 6, 30)),
        ("2026-02", date(2026, 2, 1), date(2026, 2, 28)),
    ],
)
def test_month_means_its_first_or_last_day_and_says_so(cell, first, last):
    assert READER.day(cell) == (first, f"“{cell}” taken as {show_date(first)}")
    assert READER.day(cell, last=True)[0] == last


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("31/02/2026", "February 2026 has 28 days"),
        ("29 Feb 2027", "February 2027 has 28 days"),
        ("04/25/2026", "when the day comes first"),
        ("2026", "not one day"),
        (2026, "is a year"),
        ("not a date", "is not a date"),
        ("14/13/2026", "is not a date"),
        ("00/01/2026", "is not a date"),
        ("1 Jan 1066", "year"),
        ("5 ก.พ. 2569", "Buddhist-era"),
        (date(2569, 2, 5), "Buddhist-era"),
        (True, "is not a date"),
    ],
)
def test_day_is_refused_with_a_reason(cell, words):
    with pytest.raises(InvalidValue, match=words) as caught:
        READER.day(cell)
    assert caught.value.hint


def test_both_readings_of_a_date_are_noted():
    assert READER.day("04/05/2026") == (
        date(2026, 5, 4),
        "“04/05/2026” read as 4 May 2026 (day first)",
    )
    assert READER.day("14/05/2026")[1] == ""
    month_first = Reader(day_first=False)
    assert month_first.day("04/05/2026")[0] == date(2026, 4, 5)
    assert month_first.day("04/25/2026")[0] == date(2026, 4, 25)


def test_buddhist_years_are_converted_when_allowed():
    thai = Reader(allow_buddhist=True)
    assert thai.day("๕ กุมภาพันธ์ พ.ศ. ๒๕๖๙")[0] == date(2026, 2, 5)
    assert thai.day("29/02/2571")[0] == date(2028, 2, 29)
    assert "2026" in thai.day(date(2569, 2, 5))[1]
    assert thai.period("Q1 2569")[0] == Period.quarter(2026, 1)


@pytest.mark.parametrize(
    ("cell", "period"),
    [
        ("2026", Period.year(2026)),
        (2026, Period.year(2026)),
        (2026.0, Period.year(2026)),
        ("FY2026", Period.year(2026)),
        ("Q2 2026", Period.quarter(2026, 2)),
        ("2026 Q2", Period.quarter(2026, 2)),
        ("2026-Q2", Period.quarter(2026, 2)),
        ("Q2/26", Period.quarter(2026, 2)),
        ("2Q2026", Period.quarter(2026, 2)),
        ("2nd Quarter 2026", Period.quarter(2026, 2)),
        ("Quarter 2, 2026", Period.quarter(2026, 2)),
        ("H1 2026", Period.months(2026, 1, 6)),
        ("Semester 2 2026", Period.months(2026, 7, 6)),
        ("Jan-26", Period.months(2026, 1, 1)),
        ("January 2026", Period.months(2026, 1, 1)),
        ("Jan – Mar 2026", Period.months(2026, 1, 3)),
        ("2026-2030", Period(date(2026, 1, 1), date(2030, 12, 31))),
        ("1 Jan 2026 – 15 Feb 2026", Period(date(2026, 1, 1), date(2026, 2, 15))),
        ("2026-01-01/2026-03-31", Period.quarter(2026, 1)),
        ("2026-01-01 – 2026-03-31", Period.quarter(2026, 1)),
        ("3 Mar 2026", Period(date(2026, 3, 3), date(2026, 3, 3))),
    ],
)
def test_period_is_read(cell, period):
    assert READER.period(cell)[0] == period


def test_a_bare_quarter_needs_a_year():
    assert Reader(year=2026).period("Q3")[0] == Period.quarter(2026, 3)
    assert Reader(year=2026).period("March")[0] == Period.months(2026, 3, 1)
    with pytest.raises(InvalidValue):
        READER.period("Q3")


def test_period_that_ends_before_it_starts_is_refused():
    with pytest.raises(InvalidValue, match="ends before it starts"):
        READER.period("2030-2026")


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_what_is_shown_is_read_back(day):
    for text in (
        show_date(day),
        day.isoformat(),
        day.strftime("%d/%m/%Y"),
        day.strftime("%d %B %Y"),
    ):
        assert READER.day(text)[0] == day


@given(st.dates(date(1900, 1, 1), date(2190, 12, 31)), st.integers(0, 3000))
def test_periods_shown_are_read_back(start, days):
    period = Period(start, date.fromordinal(start.toordinal() + days))
    assert READER.period(str(period))[0] == period


@given(st.one_of(st.text(), st.integers(), st.floats(allow_nan=False, allow_infinity=False)))
def test_anything_else_is_a_refusal_and_never_a_crash(cell):
    for read in (READER.day, READER.period, Reader(allow_buddhist=True, year=2026).period):
        try:
            read(cell)
        except InvalidValue:
            continue
