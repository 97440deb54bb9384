"""The checks of values: what is wrong or doubtful among all that there are.

The rules are `db/value_doubts`. An error refuses a value at entry and at import; a warning is
shown. What is listed here is both, for values that came by a merge too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from aps_desktop.db import value_doubts
from aps_desktop.db.connection import Connection, placeholders
from aps_desktop.db.queries import results_reading as reading
from aps_desktop.db.queries.results_reading import IndicatorRow
from aps_desktop.db.value_doubts import Doubt
from aps_desktop.domain.results import Reading, total
from aps_desktop.domain.results_checks import check_parts

__all__ = ["RULES", "Doubt", "Found", "Looked", "batch", "doubts", "look", "sums"]

doubts = value_doubts.doubts
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
_SELECT = (
    "SELECT d.indicator, d.value, d.severity, d.rule, d.field, d.words FROM value_doubt d "
    "JOIN indicator i ON i.rid = d.indicator"
)
_ORDER = "i.code, i.title, d.indicator, d.number LIMIT ?"


@dataclass(frozen=True)
class Found:
    """A doubt about a value that there is, and where that value stands."""

    doubt: Doubt
    id: UUID
    indicator: UUID
    label: str
    where: str


@dataclass(frozen=True)
class Looked:
    """By rule, the first of what is doubtful, in the indicators' order; and how many there are."""

    found: Mapping[str, tuple[Found, ...]]
    numbers: Mapping[str, int]
    wrong: int

    @property
    def doubtful(self) -> int:
        return sum(self.numbers.values()) - self.wrong


def look(c: Connection, each: Mapping[str, int]) -> Looked:
    """What is wrong or doubtful, so many of every rule."""
    numbers: dict[str, int] = {}
    wrong = 0
    for rule, severity, number in c.all(
        "SELECT rule, severity, count(*) FROM value_doubt GROUP BY rule, severity"
    ):
        numbers[rule] = numbers.get(rule, 0) + number
        wrong += number if severity == "error" else 0
    rows = []
    for rule in numbers:
        rows += c.all(f"{_SELECT} WHERE d.rule = ? ORDER BY {_ORDER}", (rule, each[rule]))
    found = _found(c, rows)
    by_rule = {rule: tuple(o for o in found if o.doubt.rule == rule) for rule in numbers}
    return Looked(by_rule, numbers, wrong)


def batch(c: Connection, limit: int = 1000) -> list[Found]:
    """So many doubtful values, errors first, then in the indicators' order."""
    return _found(c, c.all(f"{_SELECT} ORDER BY d.severity, {_ORDER}", (limit,)))


def _found(c: Connection, rows: Sequence[tuple[Any, ...]]) -> list[Found]:
    """The doubts with the names of their indicators, periods and parts, as they are now."""
    rids = sorted({row[0] for row in rows})
    indicators = {}
    for part in reading.pieces(rids):
        marks = placeholders(part)
        for one in reading.indicators(c, f"WHERE t.rid IN ({marks})", part):
            indicators[one.rid] = one
    values = {each.rid: each for some in reading.values(c, rids).values() for each in some}
    found = []
    for indicator, value, severity, rule, field, words in rows:
        row, said = indicators[indicator], values[value]
        doubt = Doubt(rule, words, severity, field)
        found.append(Found(doubt, said.id, row.id, row.label, said.reading.label))
    return found


def sums(row: IndicatorRow, readings: Sequence[Reading]) -> list[str]:
    """What the parts of one period add up to beside the whole, and how the figure came about."""
    said = [check.words for check in check_parts(row.measure, readings) if check.words]
    found = total(row.measure, readings)
    if len(found.inputs) > 1:
        said.append(found.how[:1].upper() + found.how[1:] + ".")
    return said
