"""Adding indicators up the tree of results, projects and programmes, without counting twice."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from aps_desktop.domain.results import (
    CUMULATIVE,
    LATEST,
    NONE,
    PERCENTAGE,
    SUM,
    Input,
    LeftOut,
    Measure,
    Total,
    combined,
)


@dataclass(frozen=True)
class Leaf:
    """One indicator: what it reached by itself, and the indicator that it counts towards."""

    label: str
    measure: Measure
    own: Total
    towards: Hashable = None


@dataclass(frozen=True)
class Group:
    """Indicators of one unit that can be added: their total, with inputs and what is left out."""

    unit: str
    type: str
    total: Total


_Kind = tuple[str, str, str]


def aggregate(leaves: Mapping[Hashable, Leaf], key: Hashable) -> Total:
    """What an indicator stands at: its own value, else those that count towards it, added up.

    An own value holds what counts towards it already, so those are left out and named. A circle
    ends where it closes.
    """
    return _aggregate(leaves, key, _children(leaves), frozenset())


def add_up(leaves: Mapping[Hashable, Leaf], keys: Sequence[Hashable]) -> list[Group]:
    """The totals of some indicators (those of a project, a result, a programme), unit by unit.

    One that counts towards another of them is in that one already; it is left out and named.
    """
    place = {key: at for at, key in enumerate(dict.fromkeys(keys))}
    children = _children(leaves)
    inputs: dict[_Kind, list[Input]] = {}
    left: dict[_Kind, list[LeftOut]] = {}
    units: dict[_Kind, str] = {}
    for key in place:
        leaf = leaves[key]
        kind = _kind(leaf.measure)
        units.setdefault(kind, leaf.measure.unit)
        above = _counted_in(leaves, key, place)
        if above is not None:
            words = f"already counted in “{leaves[above].label}”"
            left.setdefault(kind, []).append(LeftOut(leaf.label, words))
            continue
        found = _aggregate(leaves, key, children, frozenset())
        if found.value is None:
            left.setdefault(kind, []).append(LeftOut(leaf.label, found.how or "no value"))
        else:
            one = Input(leaf.label, found.value, found.numerator, found.denominator)
            inputs.setdefault(kind, []).append(one)
    return [
        Group(unit, kind[1], combined(kind[2], inputs.get(kind, ()), left.get(kind, ()),
                                      percent=kind[1] == PERCENTAGE))
        for kind, unit in units.items()
    ]  # fmt: skip


def _aggregate(
    leaves: Mapping[Hashable, Leaf],
    key: Hashable,
    children: Mapping[Hashable, list[Hashable]],
    path: frozenset[Hashable],
) -> Total:
    leaf = leaves[key]
    below = [one for one in children.get(key, ()) if one not in path and one != key]
    if leaf.own.value is not None:
        inside = tuple(
            LeftOut(leaves[one].label, f"already counted in “{leaf.label}”") for one in below
        )
        own = leaf.own
        left = (*own.left_out, *inside)
        return Total(own.value, own.inputs, left, own.how, own.numerator, own.denominator)
    inputs: list[Input] = []
    left_out: list[LeftOut] = list(leaf.own.left_out)
    for one in below:
        child = leaves[one]
        if _kind(child.measure)[:2] != _kind(leaf.measure)[:2]:
            what = child.measure.unit or child.measure.type
            left_out.append(LeftOut(child.label, f"it is measured in another unit ({what})"))
            continue
        found = _aggregate(leaves, one, children, path | {key})
        if found.value is None:
            left_out.append(LeftOut(child.label, found.how or "no value"))
            continue
        inputs.append(Input(child.label, found.value, found.numerator, found.denominator))
    how = _across(leaf.measure)
    return combined(how, inputs, left_out, percent=leaf.measure.type == PERCENTAGE)


def _counted_in(
    leaves: Mapping[Hashable, Leaf], key: Hashable, place: Mapping[Hashable, int]
) -> Hashable | None:
    """Which of the indicators to be added holds this one already; of a circle, the first counts."""
    for above in _above(leaves, key):
        if above in place and (key not in _above(leaves, above) or place[above] < place[key]):
            return above
    return None


def _across(measure: Measure) -> str:
    """How indicators are added to one another. Between them there is no time: the latest of what
    accumulates is added, the latest of a level (days, cases) is not, since nobody said how."""
    if measure.aggregation != LATEST:
        return measure.aggregation
    return SUM if measure.accumulation == CUMULATIVE else NONE


def _kind(measure: Measure) -> _Kind:
    return measure.unit.strip().casefold(), measure.type, _across(measure)


def _children(leaves: Mapping[Hashable, Leaf]) -> dict[Hashable, list[Hashable]]:
    found: dict[Hashable, list[Hashable]] = {}
    for key, leaf in leaves.items():
        if leaf.towards is not None and leaf.towards in leaves:
            found.setdefault(leaf.towards, []).append(key)
    return found


def _above(leaves: Mapping[Hashable, Leaf], key: Hashable) -> Iterator[Hashable]:
    """The indicators that one counts towards, the nearest first; a circle ends where it closes."""
    seen = {key}
    above = leaves[key].towards
    while above is not None and above in leaves and above not in seen:
        seen.add(above)
        yield above
        above = leaves[above].towards
