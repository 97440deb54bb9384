"""What is wrong or doubtful about a value, seen beside its indicator and the indicator's others.

The rules of one record alone are in `domain.rules`. What is found of all values is kept as rows of
`value_doubt`: finding it anew would read every value that there is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any, Literal

from aps_desktop.db.connection import Connection, placeholders
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
)
from aps_desktop.domain.results_checks import check_parts, falls, outlier
from aps_desktop.domain.values import Period, show_number

COLUMNS: tuple[tuple[str, str], ...] = (
    ("indicator", "integer"), ("number", "integer"), ("value", "integer"), ("severity", "text"),
    ("rule", "text"), ("field", "text"), ("words", "text"),
)  # fmt: skip
"""`number` counts the doubts about an indicator, in the order of its periods; `value` is the row
number of the value's record."""
Severity = Literal["error", "warning"]
_HISTORY = 24
_STEPS = 4


@dataclass(frozen=True)
class Doubt:
    """One thing that is wrong or doubtful with a value. `field` is where it is mended."""

    rule: str
    words: str
    severity: Severity = "warning"
    field: str = "value"


def rows(c: Connection, rids: Sequence[int]) -> Iterator[tuple[Any, ...]]:
    """The rows of some indicators."""
    found = reading.indicators(c, f"WHERE t.rid IN ({placeholders(rids)})", rids)
    values = reading.values(c, rids)
    for row in found:
        for number, (one, doubt) in enumerate(of_indicator(row, values.get(row.rid, []))):
            said = doubt.severity, doubt.rule, doubt.field, doubt.words
            yield row.rid, number, one.rid, *said


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


def of_indicator(row: IndicatorRow, values: list[ValueRow]) -> Iterator[tuple[ValueRow, Doubt]]:
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
                yield one, doubt
        number = counts(row.measure, read)
        if number is not None:
            past[read.split].append((read.period, number))


def _says_something(one: Reading) -> bool:
    return bool(one.text) or any(
        n is not None for n in (one.value, one.yes, one.numerator)
    )  # fmt: skip
