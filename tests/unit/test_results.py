"""The arithmetic of results: progress whichever way is better, parts, totals, and what is said."""

from decimal import Decimal as D
from typing import Any

import pytest

from aps_desktop.domain import results
from aps_desktop.domain.errors import InvalidValue
from aps_desktop.domain.results import (
    Measure,
    Reading,
    Split,
    counts,
    over_time,
    parse_scale,
    progress,
    total,
)
from aps_desktop.domain.results_checks import check_parts, falls, outlier
from aps_desktop.domain.results_tree import Leaf, add_up
from aps_desktop.domain.values import Period

Q1, Q2, Q3 = (Period.quarter(2026, n) for n in (1, 2, 3))


def measure(**more: Any) -> Measure:
    return Measure(**more)


def reading(value: str | None = None, period: Period = Q1, **more: Any) -> Reading:
    return Reading(period, None if value is None else D(value), label="L", **more)


@pytest.mark.parametrize(
    ("direction", "baseline", "target", "actual", "share", "met"),
    [
        ("increase", "20", "100", "60", "0.5", False),
        ("increase", "20", "100", "120", "1.25", True),
        ("increase", "20", "100", "10", "-0.125", False),
        ("decrease", "90", "45", "60", None, False),
        ("decrease", "24", "0", "6", "0.75", False),
        ("decrease", "24", "0", "0", "1", True),
        ("increase", "0", "0", "0", "1", True),
        ("decrease", "10", "10", "12", None, False),
        ("increase", "50", "20", "30", None, True),
        ("decrease", None, "0", "0", None, True),
        ("increase", None, "100", "60", None, False),
    ],
)
def test_progress_is_right_whichever_way_is_better(
    direction: str, baseline: str | None, target: str, actual: str, share: str | None, met: bool
) -> None:
    one = measure(direction=direction, baseline=None if baseline is None else D(baseline))
    found = progress(one, D(target), D(actual))
    assert found.met is met
    if (direction, baseline, actual) == ("decrease", "90", "60"):
        assert found.share == D(30) / D(45)
    elif share is None:
        assert found.share is None
        assert found.note
    else:
        assert found.share == D(share)


def test_what_is_missing_is_said() -> None:
    assert progress(measure(), None, D(1)).note == "No target."
    assert progress(measure(), D(1), None).note == "No value yet."
    assert "No baseline" in progress(measure(), D(1), D(0)).note


def test_a_percentage_is_its_numerator_by_its_denominator() -> None:
    one = measure(type="percentage", aggregation="ratio")
    assert counts(one, reading("99", numerator=D(1), denominator=D(4))) == 25
    assert counts(one, reading("60", numerator=D(1), denominator=D(0))) == 60
    parts = [
        reading(None, numerator=D(1), denominator=D(10), split=Split(member_state="Viet Nam")),
        reading(None, numerator=D(90), denominator=D(90), split=Split(member_state="Thailand")),
    ]
    found = total(one, parts)
    assert found.value == 91
    assert found.how == "91 of 100"
    assert len(found.inputs) == 2


def test_words_of_a_scale_count_in_their_order() -> None:
    scale = parse_scale("Weak; Fair; Strong = 5")
    assert scale == (("Weak", D(1)), ("Fair", D(2)), ("Strong", D(5)))
    one = measure(type="qualitative", scale=scale)
    assert counts(one, reading(text="strong ")) == 5
    assert counts(one, reading(text="excellent")) is None
    assert results.words_of(one, D(2)) == "Fair"
    for wrong in ("Weak; weak", "Weak = 3; Fair = 2", "Weak = x"):
        with pytest.raises(InvalidValue):
            parse_scale(wrong)


def test_parts_stand_for_the_whole_only_where_there_is_none() -> None:
    states = [
        reading("4", split=Split(member_state="Viet Nam")),
        reading("6", split=Split(member_state="Thailand")),
    ]
    women = [reading("7", split=Split(sex="female"))]
    added = total(measure(), [*women, *states])
    assert added.value == 10
    assert [one.why for one in added.left_out] == ["counted by member state already"]
    whole = total(measure(), [*states, reading("12")])
    assert whole.value == 12
    assert [one.why for one in whole.left_out] == ["already in the whole"] * 2


def test_parts_that_exceed_the_whole_are_wrong() -> None:
    parts = [reading("7", split=Split(sex="female")), reading("6", split=Split(sex="male"))]
    (found,) = check_parts(measure(), [reading("10"), *parts])
    assert found.wrong
    assert found.words == "The parts by sex add up to 13, more than the whole."
    (found,) = check_parts(measure(), [reading("20"), *parts])
    assert not found.wrong
    assert found.words == "7 of the whole are not broken down by sex."


def test_time_adds_up_what_comes_anew_and_takes_the_last_of_what_accumulates() -> None:
    quarters = [(str(p), total(measure(), [reading(n, p)])) for p, n in ((Q1, "5"), (Q2, "8"))]
    assert over_time(measure(), quarters).value == 13
    last = over_time(
        measure(accumulation="cumulative"), [*quarters, ("Q3 2026", total(measure(), []))]
    )
    assert last.value == 8
    assert ("Q3 2026", "no value") in [(one.label, one.why) for one in last.left_out]


def test_a_cumulative_value_below_the_one_before_is_seen() -> None:
    assert falls(measure(accumulation="cumulative"), D(10), D(9))
    assert not falls(measure(), D(10), D(9))
    assert not falls(measure(accumulation="cumulative"), None, D(9))


def test_outliers_stand_out_from_the_indicators_own_history() -> None:
    history = [D(n) for n in (40, 42, 39, 44, 41, 43)]
    assert "far from the 6 earlier values" in outlier(history, D(400))
    assert outlier(history, D(45)) == ""
    assert outlier(history[:4], D(400)) == ""
    assert outlier([D(5)] * 6, D(12)) == "All 6 earlier values were 5."
    assert outlier([D(0)] * 6, D(0)) == ""
    fall = outlier(history, D(-39), steps=True)
    assert fall.startswith("A change of -39 is far from the 6 earlier changes: half of them")


def test_levels_are_not_added_to_one_another() -> None:
    """Days of one project and days of another are no days of both; what accumulates is added."""
    for accumulation, expected in (("per_period", None), ("cumulative", D(30))):
        one = measure(aggregation="latest", accumulation=accumulation, unit="days")
        leaves = {
            n: Leaf(f"I-{n}", one, total(one, [reading(str(10 * n))])) for n in (1, 2)
        }  # fmt: skip
        (group,) = add_up(leaves, [1, 2])
        assert group.total.value == expected
        assert len(group.total.inputs) + len(group.total.left_out) == 2
