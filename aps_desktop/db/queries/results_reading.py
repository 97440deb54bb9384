"""Reads indicators with their readings and targets, as the arithmetic of `domain.results` takes it.

Everything that shows or adds up results reads through here: the grid, the figures behind charts,
the checks and the reports say the same numbers for that reason.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any
from uuid import UUID

from aps_desktop.db.connection import Connection, placeholders
from aps_desktop.db.queries import stored_values
from aps_desktop.domain.entities import entity
from aps_desktop.domain.errors import InvalidValue
from aps_desktop.domain.results import (
    NUMBER,
    SUM,
    WHOLE,
    Measure,
    Progress,
    Reading,
    Scale,
    Split,
    Total,
    over_time,
    parse_scale,
    progress,
    total,
)
from aps_desktop.domain.values import Period, unscaled

REPORTED = ("pending", "approved")
"""The review states in which a value counts: drafts and returned values are not yet said."""
OWNED = {
    "project": "WHERE t.project = ?",
    "programme": "WHERE t.programme = ? "
    "OR t.project IN (SELECT rid FROM project WHERE programme = ?)",
}
"""The indicators of a project or programme, by its row number."""
_PIECE = 500
period_of = stored_values.period_of
stored_period = stored_values.stored_period
uuid = stored_values.uuid
_DECIMALS = entity("indicator_value").field("value")


@dataclass(frozen=True)
class IndicatorRow:
    """An indicator with its measure. References are row numbers, None where there is none."""

    rid: int
    id: UUID
    code: str
    title: str
    measure: Measure
    project: int | None
    result: int | None
    programme: int | None
    body: int | None
    level: str
    kpi: bool
    towards: int | None
    over_100: bool
    lowest: Decimal | None
    highest: Decimal | None

    @property
    def label(self) -> str:
        return f"{self.code} · {self.title}" if self.code else self.title


@dataclass(frozen=True)
class ValueRow:
    """One stored value: its record, its review state, and what it reads."""

    rid: int
    id: UUID
    indicator: int
    status: str
    correction: bool
    reading: Reading


@dataclass(frozen=True)
class TargetRow:
    """One target; the revised one counts where there is one. `member_state` is a row number."""

    id: UUID
    indicator: int
    period: Period
    first: Decimal | None
    revised: Decimal | None
    reason: str
    member_state: int | None

    @property
    def value(self) -> Decimal | None:
        return self.first if self.revised is None else self.revised


@dataclass
class Standing:
    """Where an indicator stands: the latest figure, the target that is meant, and the way done."""

    row: IndicatorRow
    actual: Total
    period: Period | None
    target: TargetRow | None
    progress: Progress
    totals: dict[Period, Total] = field(default_factory=dict)


def indicators(c: Connection, where: str = "", params: Sequence[Any] = ()) -> list[IndicatorRow]:
    """The indicators for a WHERE clause on `t` (with its leading word), by code and title."""
    rows = c.all(
        "SELECT t.rid, t.id, t.code, t.title, t.project, t.result, t.programme, t.body, "
        "t.me_level, t.kpi, t.counts_towards, t.over_100, t.lowest, t.highest, t.measure_type, "
        "t.direction, t.accumulation, t.aggregation, t.unit, t.baseline, t.scale "
        f"FROM indicator t {where} ORDER BY t.code, t.title",
        params,
    )
    return [_indicator(row) for row in rows]


def values(
    c: Connection,
    rids: Sequence[int],
    *,
    since: date | None = None,
    until: date | None = None,
    statuses: Sequence[str] = (),
) -> dict[int, list[ValueRow]]:
    """The values of indicators by row number, oldest period first; of all review states, unless
    `statuses` are named. `since` and `until` bound the first day of the period."""
    found: dict[int, list[ValueRow]] = defaultdict(list)
    extra, more = "", []
    if since:
        extra, more = " AND v.period >= ?", [since.isoformat()]
    if until:
        extra, more = f"{extra} AND v.period < ?", [*more, f"{until.isoformat()}~"]
    if statuses:
        extra += f" AND v.status IN ({placeholders(statuses)})"
        more = [*more, *statuses]
    names = state_names(c)
    ways: dict[int, str] = dict(c.all("SELECT rid, name FROM disaggregation_dimension"))
    for part in pieces(rids):
        marks = placeholders(part)
        rows = c.all(
            "SELECT v.rid, v.id, v.indicator, v.status, v.correction, v.period, v.value, "
            "v.numerator, v.denominator, v.text, v.yes, v.member_state, v.sex, v.age_band, "
            f"v.dimension, v.dimension_value FROM indicator_value v WHERE v.indicator IN ({marks})"
            f"{extra} ORDER BY v.indicator, v.period, v.rid",
            [*part, *more],
        )
        for row in rows:
            found[row[2]].append(_value(row, names, ways))
    return found


def targets(c: Connection, rids: Sequence[int]) -> dict[int, list[TargetRow]]:
    """The targets of indicators by row number, oldest first."""
    found: dict[int, list[TargetRow]] = defaultdict(list)
    for part in pieces(rids):
        marks = placeholders(part)
        rows = c.all(
            "SELECT t.id, t.indicator, t.period, t.value, t.revised_value, t.reason, "
            f"t.member_state FROM target t WHERE t.indicator IN ({marks}) "
            "ORDER BY t.indicator, t.period, t.rid",
            part,
        )
        for id, indicator, period, value, revised, reason, state in rows:
            found[indicator].append(
                TargetRow(
                    uuid(id), indicator, period_of(period), number(value), number(revised),
                    reason or "", state,
                )
            )  # fmt: skip
    return found


def standing(
    row: IndicatorRow, readings: Iterable[ValueRow], goals: Sequence[TargetRow]
) -> Standing:
    """Where an indicator stands by its readings (those that count) and its targets for the whole.

    The target is the one of the period of the newest value, or of the longer time that it is in;
    its figure is that of the same time. Where there is none: for what accumulates or is a level the
    next one, else the last.
    """
    by_period: dict[Period, list[Reading]] = defaultdict(list)
    for one in readings:
        by_period[one.reading.period].append(one.reading)
    totals = {period: total(row.measure, ones) for period, ones in sorted(by_period.items())}
    said = [period for period, one in totals.items() if one.value is not None]
    whole = [goal for goal in goals if goal.member_state is None and goal.value is not None]
    if not said:
        goal = whole[-1] if whole else None
        aimed = goal.value if goal else None
        return Standing(row, Total(None), None, goal, progress(row.measure, aimed, None), totals)
    last = said[-1]
    goal = target_of(row.measure, whole, last)
    actual = totals[last]
    if goal is not None and is_flow(row.measure) and goal.period != last:
        inside = [(str(p), t) for p, t in totals.items() if within(p, goal.period)]
        actual = over_time(row.measure, inside)
    way = progress(row.measure, goal.value if goal else None, actual.value)
    return Standing(row, actual, last, goal, way, totals)


def target_of(measure: Measure, goals: Sequence[TargetRow], period: Period) -> TargetRow | None:
    """The target that a period's value is measured by; `goals` are of the whole, oldest first."""
    around = [goal for goal in goals if within(period, goal.period)]
    if around:
        return min(around, key=lambda goal: goal.period.end - goal.period.start)
    if is_flow(measure):
        return None
    later = [goal for goal in goals if goal.period.end >= period.end]
    return later[0] if later else (goals[-1] if goals else None)


def as_whole(one: ValueRow) -> ValueRow:
    """A part's value as if it were the whole: for one state alone."""
    return with_split(one, WHOLE)


def with_split(one: ValueRow, split: Split) -> ValueRow:
    """A value as if it spoke of another part."""
    return replace(one, reading=replace(one.reading, split=split))


def for_all(goal: TargetRow) -> TargetRow:
    """One state's target as if it were the whole's."""
    return replace(goal, member_state=None)


def is_flow(measure: Measure) -> bool:
    """Whether each period brings new ones (people trained), so that a year is the sum."""
    return measure.type == NUMBER and measure.accumulation != "cumulative" and (
        measure.aggregation == SUM
    )  # fmt: skip


def within(inner: Period, outer: Period) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def state_names(c: Connection) -> dict[int, str]:
    """Member states by row number, in their names' order."""
    return dict(c.all("SELECT rid, name FROM member_state ORDER BY name"))


def pieces(rids: Sequence[int]) -> Iterator[list[int]]:
    """Row numbers in lists that fit one statement."""
    for at in range(0, len(rids), _PIECE):
        yield list(rids[at : at + _PIECE])


def number(stored: int | None) -> Decimal | None:
    """A stored number of four decimals."""
    return None if stored is None else Decimal(unscaled(_DECIMALS, stored))


def scale_of(text: str | None) -> Scale:
    """A scale as it is written down; one that cannot be read counts nothing."""
    try:
        return parse_scale(text or "")
    except InvalidValue:
        return ()


def _indicator(row: tuple[Any, ...]) -> IndicatorRow:
    type, direction, accumulation, aggregation, unit, baseline, scale = row[14:]
    measure = Measure(
        type or NUMBER, direction or "increase", accumulation or "per_period",
        aggregation or SUM, unit or "", number(baseline), scale_of(scale),
    )  # fmt: skip
    return IndicatorRow(
        row[0], uuid(row[1]), row[2] or "", row[3] or "", measure, row[4], row[5], row[6], row[7],
        row[8] or "", bool(row[9]), row[10], bool(row[11]), number(row[12]), number(row[13]),
    )  # fmt: skip


def _value(row: tuple[Any, ...], names: dict[int, str], ways: dict[int, str]) -> ValueRow:
    rid, id, indicator, status, correction, period, value, top, bottom, text, yes = row[:11]
    state, sex, age, dimension, word = row[11:]
    split = _split(
        names.get(state, "") if state else "", sex or "", age or "",
        ways.get(dimension, "") if dimension else "", word or "",
    )  # fmt: skip
    span = period_of(period)
    reading = Reading(
        span, number(value), number(top), number(bottom), text or "",
        None if yes is None else bool(yes), split, _label(span, split),
    )  # fmt: skip
    return ValueRow(rid, uuid(id), indicator, status or "draft", bool(correction), reading)


@lru_cache(maxsize=4096)
def _label(span: Period, split: Split) -> str:
    return str(span) if split.whole else f"{span}, {of_which(split)}"


@lru_cache(maxsize=4096)
def _split(state: str, sex: str, age: str, dimension: str, word: str) -> Split:
    return Split(state, sex, age, dimension, word)


def of_which(split: Split) -> str:
    """A part in words: "Viet Nam, female"."""
    spec = entity("indicator_value")
    sex = spec.field("sex").choice_label(split.sex).lower() if split.sex else ""
    age = spec.field("age_band").choice_label(split.age_band).lower() if split.age_band else ""
    return ", ".join(word for word in (split.member_state, sex, age, split.word) if word)
