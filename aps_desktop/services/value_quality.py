"""What is wrong or doubtful about a value, seen beside its indicator and the indicator's others.

The rules of one record alone are in `domain.rules`. An error refuses a value at entry and at
import; a warning is shown. The batch lists both, for values that came by a merge too.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Literal
from uuid import UUID

from aps_desktop.db.connection import Connection
from aps_desktop.db.queries import results_reading as reading
from aps_desktop.db.queries.results_reading import IndicatorRow, ValueRow
from aps_desktop.domain.results import (
    HUNDRED,
    NUMBER,
    PERCENTAGE,
    QUALITATIVE,
    ZERO,
    Reading,
    Split,
    counts,
    scale_value,
    total,
)
from aps_desktop.domain.results_checks import check_parts, falls, outlier
from aps_desktop.domain.values import Period, show_number

Severity = Literal["error", "warning"]
RULES = (
    ("falls", "Cumulative values that fall"),
    ("parts", "Parts that exceed the whole"),
    ("percentage", "Percentages out of range"),
    ("scale", "Words that are not on the scale"),
    ("denominator", "Denominators of zero"),
    ("plausible", "Outside the plausible range"),
    ("outlier", "Far from the indicator's history"),
    ("empty", "Values that say nothing"),
)
_HISTORY = 24
_PART = 500
"""Indicators that are read in one go."""
_AT_A_TIME, _TURN = 15, 0.001
"""Indicators that are looked at in one go (some milliseconds), and the seconds between."""
_STEPS = 4


@dataclass(frozen=True)
class Doubt:
    """One thing that is wrong or doubtful with a value. `field` is where it is mended."""

    rule: str
    words: str
    severity: Severity = "warning"
    field: str = "value"


@dataclass(frozen=True)
class Found:
    """A doubt of the batch, with the value that it is about."""

    doubt: Doubt
    id: UUID
    indicator: UUID
    label: str
    where: str


Past = Sequence[tuple[Period, Decimal]]
"""What the same part counted in earlier periods, oldest first."""


def doubts(
    row: IndicatorRow, one: Reading, others: Sequence[Reading], *, correction: bool = False
) -> list[Doubt]:
    """What is wrong with a reading; `others` are the indicator's other readings, without it."""
    past = sorted(
        (other.period, number) for other in others
        if other.period < one.period and other.split == one.split
        and (number := counts(row.measure, other)) is not None
    )  # fmt: skip
    beside = [other for other in others if other.period == one.period]
    return _judged(row, one, past, beside, correction=correction)


def _judged(
    row: IndicatorRow, one: Reading, past: Past, beside: Sequence[Reading], *, correction: bool
) -> list[Doubt]:
    """The rules; `beside` are the other readings of the same period."""
    measure = row.measure
    number = counts(measure, one)
    found = list(_alone(row, one, number))
    if number is None:
        return found
    if past and falls(measure, past[-1][1], number) and not correction:
        when, before = past[-1]
        words = (
            f"{show_number(number)} is below the {show_number(before)} of {when}, and the "
            "values are cumulative: if it is right, mark it as a correction."
        )
        found.append(Doubt("falls", words, "error"))
    if beside:
        wrong = [check for check in check_parts(measure, [*beside, one]) if check.wrong]
        found += [Doubt("parts", check.words, "error") for check in wrong]
    if measure.type in (NUMBER, PERCENTAGE):
        numbers = [earlier for _, earlier in past[-_HISTORY:]]
        words = _stands_out(measure.accumulation == "cumulative", numbers, number)
        if words:
            found.append(Doubt("outlier", words))
    return found


def _alone(row: IndicatorRow, one: Reading, number: Decimal | None) -> Iterator[Doubt]:
    """What the reading and its indicator say by themselves."""
    if one.denominator == 0:
        yield Doubt("denominator", "The denominator is zero.", "error", "denominator")
    scale = row.measure.scale
    judged = row.measure.type == QUALITATIVE and scale and one.text
    if judged and scale_value(scale, one.text) is None:
        words = f"“{one.text[:60]}” is not on the scale: {', '.join(word for word, _ in scale)}."
        yield Doubt("scale", words, "error", "text")
    if number is None:
        return
    if row.measure.type == PERCENTAGE and not row.over_100 and not ZERO <= number <= HUNDRED:
        words = f"{show_number(round(number, 2))} % is not between 0 and 100 %."
        yield Doubt("percentage", words, "error")
    if row.lowest is not None and number < row.lowest:
        yield Doubt("plausible", f"Below the lowest plausible value, {show_number(row.lowest)}.")
    if row.highest is not None and number > row.highest:
        yield Doubt("plausible", f"Above the highest plausible value, {show_number(row.highest)}.")


def _stands_out(cumulative: bool, past: list[Decimal], number: Decimal) -> str:
    """Why a value stands out: both it and its step from the one before are unusual.

    The step alone tells where values are cumulative; the value alone would flag steady growth.
    """
    if not past:
        return ""
    steps = [later - earlier for earlier, later in pairwise(past)]
    step = outlier(steps, number - past[-1], fewest=_STEPS, steps=True)
    if cumulative or not step:
        return step
    return outlier(past, number)


@dataclass(frozen=True)
class Looked:
    """What was found among the first `done` of `total` indicators, errors first."""

    found: tuple[Found, ...]
    done: int
    total: int

    @property
    def whole(self) -> bool:
        return self.done >= self.total

    def with_more(self, more: Looked) -> Looked:
        """Together with what was found in the indicators behind these."""
        both = sorted((*self.found, *more.found), key=_errors_first)
        return Looked(tuple(both), more.done, more.total)


def look(c: Connection, start: int = 0, limit: int = 1000) -> Looked:
    """Everything doubtful about the values of the indicators from place `start` on, by code.

    Looks at whole parts of the indicators until `limit` are found; `done` says where to go on.
    """
    rows = reading.indicators(c)
    found: list[Found] = []
    done = start
    while done < len(rows) and len(found) < limit:
        part = rows[done : done + _PART]
        values = reading.values(c, [row.rid for row in part])
        for number, row in enumerate(part):
            if number % _AT_A_TIME == 0:  # Python's own work: the window must have its turns
                time.sleep(_TURN)
            found += _of_indicator(row, values.get(row.rid, []))
        done += len(part)
    return Looked(tuple(sorted(found, key=_errors_first)), done, len(rows))


def batch(c: Connection, limit: int = 1000) -> list[Found]:
    """So many doubtful values, errors first, then in the indicators' order."""
    return list(look(c, 0, limit).found[:limit])


def _errors_first(one: Found) -> bool:
    return one.doubt.severity != "error"


def _of_indicator(row: IndicatorRow, values: list[ValueRow]) -> Iterator[Found]:
    """The doubts about an indicator's values, which are in the order of their periods."""
    by_period: dict[Period, list[Reading]] = defaultdict(list)
    for one in values:
        by_period[one.reading.period].append(one.reading)
    past: dict[Split, list[tuple[Period, Decimal]]] = defaultdict(list)
    said: set[tuple[str, Period, str]] = set()
    for one in values:
        read = one.reading
        mine = past[read.split]
        if mine and mine[-1][0] == read.period:  # the same part twice in one period
            mine = mine[:-1]
        beside = [other for other in by_period[read.period] if other is not read]
        found = _judged(row, read, mine, beside, correction=one.correction)
        if not _says_something(read):
            found.append(Doubt("empty", "No value is given."))
        for doubt in found:
            key = (doubt.rule, read.period, doubt.words)
            if key not in said:
                said.add(key)
                yield Found(doubt, one.id, row.id, row.label, read.label)
        number = counts(row.measure, read)
        if number is not None:
            past[read.split].append((read.period, number))


def _says_something(one: Reading) -> bool:
    return bool(one.text) or any(
        n is not None for n in (one.value, one.yes, one.numerator)
    )  # fmt: skip


def sums(row: IndicatorRow, readings: Sequence[Reading]) -> list[str]:
    """What the parts of one period add up to beside the whole, and how the figure came about."""
    said = [check.words for check in check_parts(row.measure, readings) if check.words]
    found = total(row.measure, readings)
    if len(found.inputs) > 1:
        said.append(found.how[:1].upper() + found.how[1:] + ".")
    return said
