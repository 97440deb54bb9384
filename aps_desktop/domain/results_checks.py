"""Checks of values beside others: parts and whole, cumulative values that fall, outliers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from aps_desktop.domain.results import BY, CUMULATIVE, NUMBER, SUM, ZERO, Measure, Reading, counts
from aps_desktop.domain.values import show_number

_OUTLIER_SCORE = Decimal("3.5")
_MAD_FACTOR = Decimal("0.6745")
_MEAN_FACTOR = Decimal("1.253314")
_FEWEST = 5


@dataclass(frozen=True, slots=True)
class PartsCheck:
    """The parts of one dimension beside the whole. `words` is empty when all is well."""

    by: str
    added: Decimal
    whole: Decimal | None
    words: str = ""
    wrong: bool = False


def check_parts(measure: Measure, readings: Sequence[Reading]) -> list[PartsCheck]:
    """Whether the parts of each dimension add up to the whole; more than the whole is wrong."""
    if measure.type != NUMBER or (
        measure.aggregation != SUM and measure.accumulation != CUMULATIVE
    ):
        return []
    whole = next((counts(measure, one) for one in reversed(readings) if one.split.whole), None)
    sums: dict[str, Decimal] = {}
    for one in readings:
        number = counts(measure, one)
        if one.split.by and number is not None:
            sums[one.split.by] = sums.get(one.split.by, ZERO) + number
    return [_beside(by, added, whole) for by, added in sums.items()]


def _beside(by: str, added: Decimal, whole: Decimal | None) -> PartsCheck:
    name = BY.get(by, by)
    if whole is None or added == whole:
        return PartsCheck(by, added, whole)
    if added > whole:
        words = f"The parts by {name} add up to {show_number(added)}, more than the whole."
        return PartsCheck(by, added, whole, words, wrong=True)
    words = f"{show_number(whole - added)} of the whole are not broken down by {name}."
    return PartsCheck(by, added, whole, words)


def falls(measure: Measure, earlier: Decimal | None, number: Decimal | None) -> bool:
    """Whether a cumulative value is below the one before it."""
    known = earlier is not None and number is not None
    return measure.accumulation == CUMULATIVE and known and number < earlier  # type: ignore[operator]


def outlier(
    history: Sequence[Decimal], number: Decimal, *, fewest: int = _FEWEST, steps: bool = False
) -> str:
    """Why a value stands out from the indicator's own earlier ones; "" when it does not.

    Robust: its distance from their median, measured by the median of their distances (modified
    z-score above 3.5 after Iglewicz and Hoaglin; where more than half are alike, by the mean of the
    distances). Less than `fewest` earlier values say nothing.
    With `steps`, the numbers are changes from one value to the next, and are called so.
    """
    what, before = ("A change of ", "changes") if steps else ("", "values")
    if len(history) < fewest:
        return ""
    middle = _median(history)
    distances = [abs(one - middle) for one in history]
    spread = _median(distances) / _MAD_FACTOR
    if not spread:
        spread = sum(distances, ZERO) / len(distances) * _MEAN_FACTOR
    away = abs(number - middle)
    if spread and away / spread > _OUTLIER_SCORE:
        return (
            f"{what}{show_number(number)} is far from the {len(history)} earlier {before}: "
            f"half of them are within {show_number(round(spread * _MAD_FACTOR, 2))} "
            f"of {show_number(round(middle, 2))}."
        )
    if not spread and away > abs(middle):
        return f"All {len(history)} earlier {before} were {show_number(middle)}."
    return ""


def _median(numbers: Sequence[Decimal]) -> Decimal:
    ordered = sorted(numbers)
    at = len(ordered) // 2
    return ordered[at] if len(ordered) % 2 else (ordered[at - 1] + ordered[at]) / 2
