"""The arithmetic of results: what a value counts, what its parts add up to, how far a target is.

Decimals only. What is not known is said, never guessed: a figure that cannot be worked out is None
and comes with words that say why. Percentages are 0 to 100, shares (`Progress.share`) 0 to 1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from aps_desktop.domain.errors import InvalidValue
from aps_desktop.domain.values import Period, show_number

ZERO, ONE, HUNDRED = Decimal(0), Decimal(1), Decimal(100)
NUMBER, PERCENTAGE, QUALITATIVE, YES_NO = "number", "percentage", "qualitative", "yes_no"
DECREASE, CUMULATIVE = "decrease", "cumulative"
SUM, AVERAGE, RATIO, LATEST, NONE = "sum", "average", "ratio", "latest", "none"

_SCALE_STEP = re.compile(r"(?P<word>[^=]+?)(?:\s*=\s*(?P<value>-?[\d.]+))?\s*")

Scale = tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True)
class Measure:
    """What of an indicator counts for its arithmetic."""

    type: str = NUMBER
    direction: str = "increase"
    accumulation: str = "per_period"
    aggregation: str = SUM
    unit: str = ""
    baseline: Decimal | None = None
    scale: Scale = ()

    @property
    def less_is_better(self) -> bool:
        return self.direction == DECREASE


@dataclass(frozen=True, slots=True)
class Split:
    """Of which part a value speaks; all empty: of the whole."""

    member_state: str = ""
    sex: str = ""
    age_band: str = ""
    dimension: str = ""
    word: str = ""

    @property
    def whole(self) -> bool:
        return not (self.member_state or self.sex or self.age_band or self.dimension or self.word)

    @property
    def by(self) -> str:
        """The dimension of which this is a part; "" for the whole, or a crossing of several."""
        ways = {
            "member_state": self.member_state, "sex": self.sex, "age_band": self.age_band,
            self.dimension or "dimension": self.word or self.dimension,
        }  # fmt: skip
        filled = [name for name, part in ways.items() if part]
        return filled[0] if len(filled) == 1 else ""


WHOLE = Split()


@dataclass(frozen=True, slots=True)
class Reading:
    """One value as it was reported. `label` says where it is from."""

    period: Period
    value: Decimal | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    text: str = ""
    yes: bool | None = None
    split: Split = WHOLE
    label: str = ""


@dataclass(frozen=True, slots=True)
class Input:
    """One figure that went into another; a ratio keeps its two numbers."""

    label: str
    value: Decimal
    numerator: Decimal | None = None
    denominator: Decimal | None = None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What was not counted, and why."""

    label: str
    why: str


@dataclass(frozen=True)
class Total:
    """A figure with everything that went into it, and what did not."""

    value: Decimal | None
    inputs: tuple[Input, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    how: str = ""
    numerator: Decimal | None = None
    denominator: Decimal | None = None


@dataclass(frozen=True)
class Progress:
    """`share` of the way from baseline to target (1 is there; below 0: further away than at the
    start), None when it cannot be said; `met` whether the target is reached; `note` says why."""

    share: Decimal | None
    met: bool | None
    note: str = ""


# What one value counts ----------------------------------------------------------------------------


def parse_scale(text: str) -> Scale:
    """ "Weak; Fair; Strong = 5": words from the worst to the best, in order of their values.

    A word without a value counts one more than the one before. InvalidValue names what is wrong.
    """
    steps: list[tuple[str, Decimal]] = []
    last = ZERO
    for piece in re.split(r"[;\n]", text):
        if not piece.strip():
            continue
        match = _SCALE_STEP.fullmatch(piece.strip())
        if match is None:
            raise InvalidValue(f"“{piece.strip()}” is not a step of a scale.", _SCALE_HINT)
        try:
            value = Decimal(match["value"]) if match["value"] else last + 1
        except InvalidOperation:
            raise InvalidValue(f"“{match['value']}” is not a number.", _SCALE_HINT) from None
        if steps and value <= last:
            raise InvalidValue(f"“{match['word']}” is not above the step before it.", _SCALE_HINT)
        if match["word"].casefold() in (word.casefold() for word, _ in steps):
            raise InvalidValue(f"“{match['word']}” stands twice in the scale.", _SCALE_HINT)
        steps.append((match["word"], value))
        last = value
    return tuple(steps)


_SCALE_HINT = "Write the words from the worst to the best: Weak = 1; Fair = 2; Strong = 3."


def scale_value(scale: Scale, word: str) -> Decimal | None:
    """What a word of a scale counts; None for a word that is not on it."""
    wanted = word.strip().casefold()
    return next((value for name, value in scale if name.casefold() == wanted), None)


def counts(measure: Measure, reading: Reading) -> Decimal | None:
    """What a reading counts as one number; None when it says nothing that can be counted."""
    if measure.type == YES_NO:
        return None if reading.yes is None else ONE if reading.yes else ZERO
    if measure.type == QUALITATIVE:
        return scale_value(measure.scale, reading.text)
    if measure.type == PERCENTAGE and reading.numerator is not None and reading.denominator:
        return reading.numerator * HUNDRED / reading.denominator
    return reading.value


def words_of(measure: Measure, number: Decimal | None) -> str:
    """A counted number as people read it: "Yes", a word of the scale, "72.5 %", "1,250".

    Two decimals, four below one: what was entered is kept with all that it has.
    """
    if number is None:
        return ""
    if measure.type == YES_NO:
        return "Yes" if number else "No"
    if measure.type == QUALITATIVE:
        known = next((word for word, value in measure.scale if value == number), None)
        return known or show_number(round(number, 2))
    text = show_number(round(number, 2 if abs(number) >= 1 else 4))
    return f"{text} %" if measure.type == PERCENTAGE else text


# Adding up ----------------------------------------------------------------------------------------


def combined(
    aggregation: str, inputs: Sequence[Input], left_out: Sequence[LeftOut] = (), *, percent: bool
) -> Total:
    """Inputs added up the way that an indicator says; for "latest" they are in order of time."""
    dropped = tuple(left_out)
    if not inputs:
        return Total(None, (), dropped, "no value")
    if aggregation == RATIO:
        return _ratio(inputs, dropped, percent=percent)
    if aggregation == AVERAGE:
        total = sum((one.value for one in inputs), ZERO)
        how = f"mean of {_number_of(inputs)}"
        return Total(total / len(inputs), tuple(inputs), dropped, how)
    if aggregation == LATEST:
        passed = (LeftOut(one.label, "a later value stands in its place") for one in inputs[:-1])
        return Total(inputs[-1].value, (inputs[-1],), (*dropped, *passed), "latest value")
    if aggregation == NONE and len(inputs) > 1:
        passed = (LeftOut(one.label, "the indicator is not added up") for one in inputs)
        return Total(None, (), (*dropped, *passed), "not added up")
    total = sum((one.value for one in inputs), ZERO)
    how = f"sum of {_number_of(inputs)}" if len(inputs) > 1 else "as reported"
    return Total(total, tuple(inputs), dropped, how, inputs[0].numerator, inputs[0].denominator)


def _ratio(inputs: Sequence[Input], left_out: tuple[LeftOut, ...], *, percent: bool) -> Total:
    """Sum of the numerators by sum of the denominators: never a mean of percentages."""
    whole = [one for one in inputs if one.numerator is not None and one.denominator]
    without = tuple(
        LeftOut(one.label, "it has no numerator and denominator")
        for one in inputs
        if one not in whole
    )
    dropped = (*left_out, *without)
    top = sum((one.numerator for one in whole if one.numerator is not None), ZERO)
    bottom = sum((one.denominator for one in whole if one.denominator is not None), ZERO)
    if not bottom:
        return Total(None, (), dropped, "no denominator")
    value = top * (HUNDRED if percent else ONE) / bottom
    how = f"{show_number(top)} of {show_number(bottom)}"
    return Total(value, tuple(whole), dropped, how, top, bottom)


def _number_of(inputs: Sequence[Input]) -> str:
    return "1 value" if len(inputs) == 1 else f"{len(inputs):,} values"


def total(measure: Measure, readings: Iterable[Reading]) -> Total:
    """What was reached in one period: the whole as reported, else its parts of one dimension.

    Parts of two dimensions say the same twice, so those of one are added: the first of member
    state, sex, age, own dimensions that has any. Parts beside a reported whole are left out.
    """
    whole: list[Reading] = []
    parts: dict[str, list[Reading]] = {}
    for one in readings:
        (whole if one.split.whole else parts.setdefault(one.split.by, [])).append(one)
    if whole:
        inputs, unread = _inputs(measure, whole)
        if inputs:
            left = [LeftOut(one.label, "already in the whole") for p in parts.values() for one in p]
            return combined(LATEST, inputs, [*unread, *left], percent=_is_percent(measure))
    order: list[str] = [n for n in BY if n in parts]
    order += sorted(n for n in parts if n and n not in order)
    if not order:
        crossed = [LeftOut(one.label, "a crossing of dimensions") for one in parts.get("", ())]
        return Total(None, (), tuple(crossed), "no value")
    chosen = order[0]
    left = [
        LeftOut(one.label, f"counted by {BY.get(chosen, chosen)} already")
        for name, ones in parts.items() if name != chosen for one in ones
    ]  # fmt: skip
    inputs, unread = _inputs(measure, parts[chosen])
    how = measure.aggregation if measure.aggregation != LATEST else SUM
    return combined(how, inputs, [*unread, *left], percent=_is_percent(measure))


BY = {"member_state": "member state", "sex": "sex", "age_band": "age"}
"""The dimensions that every indicator may have, in the order in which parts are added, in words."""


def over_time(measure: Measure, totals: Sequence[tuple[str, Total]]) -> Total:
    """The figure of a longer time from those of the periods in it, in their order.

    Cumulative values hold the earlier ones already, so the last stands for all.
    """
    inputs = [
        Input(label, one.value, one.numerator, one.denominator)
        for label, one in totals if one.value is not None
    ]  # fmt: skip
    missing = [LeftOut(label, "no value") for label, one in totals if one.value is None]
    how = measure.aggregation
    if measure.accumulation == CUMULATIVE or measure.type in (YES_NO, QUALITATIVE):
        how = LATEST
    return combined(how, inputs, missing, percent=_is_percent(measure))


def _inputs(measure: Measure, readings: Sequence[Reading]) -> tuple[list[Input], list[LeftOut]]:
    inputs, unread = [], []
    for one in readings:
        number = counts(measure, one)
        if number is None:
            unread.append(LeftOut(one.label, "it cannot be counted"))
        else:
            inputs.append(Input(one.label, number, one.numerator, one.denominator))
    return inputs, unread


def _is_percent(measure: Measure) -> bool:
    return measure.type == PERCENTAGE


# Progress -----------------------------------------------------------------------------------------


NO_VALUE = "No value yet."


def progress(measure: Measure, target: Decimal | None, actual: Decimal | None) -> Progress:
    """How much of the way from the baseline to the target is done, whichever way is better."""
    if actual is None:
        return Progress(None, None, NO_VALUE)
    if target is None:
        return Progress(None, None, "No target.")
    met = actual <= target if measure.less_is_better else actual >= target
    base = measure.baseline
    if measure.type == YES_NO:
        return Progress(ONE if met else ZERO, met)
    if base is None:
        return Progress(None, met, "No baseline, so the way that is done cannot be said.")
    if base == target:
        kept = "kept" if met else "lost"
        return Progress(ONE if met else None, met, f"The target is the baseline, which is {kept}.")
    if (target > base) == measure.less_is_better:
        return Progress(None, met, "The target is worse than the baseline: check both.")
    return Progress((actual - base) / (target - base), met)
