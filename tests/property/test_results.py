"""Totals, trees and progress, against a model of a few lines that counts each leaf once."""

from collections.abc import Hashable
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from aps_desktop.domain.results import Input, Measure, Total, combined, progress
from aps_desktop.domain.results_tree import Leaf, add_up, aggregate

NUMBERS = st.decimals(min_value=-1000, max_value=1000, places=2)


@st.composite
def trees(draw: st.DrawFn) -> dict[Hashable, Leaf]:
    """Indicators of which some count towards others; any may have an own value. Circles too."""
    size = draw(st.integers(1, 7))
    leaves: dict[Hashable, Leaf] = {}
    for key in range(size):
        own = draw(st.none() | NUMBERS)
        total = Total(None, how="no value") if own is None else Total(own, (Input(f"i{key}", own),))
        towards = draw(st.none() | st.integers(0, size - 1))
        leaves[key] = Leaf(f"i{key}", Measure(), total, towards)
    return leaves


def model(leaves: dict[Hashable, Leaf], key: Hashable, path: tuple[Hashable, ...] = ()) -> set:
    """The leaves that make up an indicator: itself, or what those below it are made of."""
    if leaves[key].own.value is not None:
        return {key}
    below = [k for k, leaf in leaves.items() if leaf.towards == key and k not in (*path, key)]
    return set().union(*(model(leaves, k, (*path, key)) for k in below))


@given(trees(), st.data())
def test_an_indicator_is_the_sum_of_what_it_is_made_of(
    leaves: dict[Hashable, Leaf], data: st.DataObject
) -> None:
    key = data.draw(st.sampled_from(list(leaves)))
    made_of = model(leaves, key)
    expected = sum((leaves[k].own.value for k in made_of), Decimal(0)) if made_of else None
    assert aggregate(leaves, key).value == expected


@given(trees(), st.data())
def test_no_indicator_is_counted_twice(leaves: dict[Hashable, Leaf], data: st.DataObject) -> None:
    keys = data.draw(st.lists(st.sampled_from(list(leaves)), unique=True, min_size=1))
    groups = add_up(leaves, keys)
    assert len(groups) == 1
    total = groups[0].total
    counted = [one.label for one in total.inputs]
    left = [one.label for one in total.left_out]
    assert len(counted) == len(set(counted))
    assert {f"i{key}" for key in keys} == set(counted) | set(left)
    inside: list[Hashable] = []
    for key in keys:
        if f"i{key}" in counted:
            inside += model(leaves, key)
    if not in_a_circle(leaves):
        assert len(inside) == len(set(inside))
    if counted:
        assert total.value == sum((one.value for one in total.inputs), Decimal(0))
    else:
        assert total.value is None


def in_a_circle(leaves: dict[Hashable, Leaf]) -> bool:
    for start, leaf in leaves.items():
        seen, at = {start}, leaf.towards
        while at is not None and at not in seen:
            seen.add(at)
            at = leaves[at].towards
        if at is not None:
            return True
    return False


@given(st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99)), max_size=6))
def test_a_ratio_is_never_a_mean_of_percentages(pairs: list[tuple[int, int]]) -> None:
    inputs = [
        Input(f"{n}", Decimal(0), Decimal(top), Decimal(bottom) if bottom else None)
        for n, (top, bottom) in enumerate(pairs)
    ]
    found = combined("ratio", inputs, percent=True)
    counted = [(top, bottom) for top, bottom in pairs if bottom]
    if not counted:
        assert found.value is None
    else:
        top, bottom = (sum(part) for part in zip(*counted, strict=True))
        assert found.value == Decimal(top) * 100 / bottom
    assert len(found.inputs) + len(found.left_out) == len(pairs)


@given(NUMBERS, NUMBERS, NUMBERS, st.booleans())
def test_progress_is_the_same_way_seen_from_either_side(
    baseline: Decimal, target: Decimal, actual: Decimal, less: bool
) -> None:
    """Turning every number round turns the direction round, and nothing else."""
    one = Measure(direction="decrease" if less else "increase", baseline=baseline)
    other = Measure(direction="increase" if less else "decrease", baseline=-baseline)
    here, there = progress(one, target, actual), progress(other, -target, -actual)
    assert (here.share, here.met) == (there.share, there.met)
    if here.share is not None and baseline != target:
        assert (here.share >= 1) == here.met
