"""Where each indicator stands, as rows: of all years and of each, of the whole and of each state.

A row of year 0 is of all years, one of state 0 of the whole. They hold what figures are narrowed by
(an indicator without a project belongs to its body's pillar), the band, and the way done with its
words, so that dashboards read rows where they would have to read and reckon with every value.
A year in which nothing was reported has no row: what it aimed at stands in that of all years.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from aps_desktop.db.connection import Connection, placeholders
from aps_desktop.db.queries import results_reading as reading
from aps_desktop.db.queries.results_reading import IndicatorRow, TargetRow, ValueRow
from aps_desktop.domain.results import words_of
from aps_desktop.domain.results_bands import band

COLUMNS: tuple[tuple[str, str], ...] = (
    ("indicator", "integer"), ("state", "integer"), ("year", "integer"), ("project", "integer"),
    ("body", "integer"), ("pillar", "text"), ("level", "text"), ("kpi", "integer"),
    ("reported", "integer"), ("band", "text"), ("known", "integer"), ("place", "integer"),
    ("states", "integer"), ("share", "text"), ("met", "integer"), ("note", "text"),
    ("actual", "text"), ("period", "text"), ("target", "text"), ("aim", "text"),
    ("last_target", "text"), ("last_aim", "text"), ("actual_words", "text"),
    ("target_words", "text"),
)  # fmt: skip
"""`place` is the share in millionths, for an order; `met` -1 where it cannot be said; numbers are
decimal texts, "" for none; `aim` is the target's period; `reported` whether a value counts, and
`states`, in rows of the whole, of how many states one does."""
_FURTHEST = 10**15
Owner = tuple[int, int, str]


def rows(c: Connection, rids: Sequence[int]) -> Iterator[tuple[Any, ...]]:
    """The rows of some indicators."""
    marks = placeholders(rids)
    found = reading.indicators(c, f"WHERE t.rid IN ({marks})", rids)
    values, goals = reading.values(c, rids), reading.targets(c, rids)
    owners = _owners(c, rids)
    states = {name: rid for rid, name in reading.state_names(c).items()}
    for row in found:
        mine = _Mine(row, owners[row.rid], goals.get(row.rid, []))
        yield from mine.rows(values.get(row.rid, []), states)


def _owners(c: Connection, rids: Sequence[int]) -> dict[int, Owner]:
    """(project, body, pillar) by indicator: its project's, else those of its own body."""
    marks = placeholders(rids)
    found = c.all(
        "SELECT t.rid, coalesce(t.project, 0), "
        "coalesce(CASE WHEN t.project IS NULL THEN t.body ELSE p.sponsoring_body END, 0), "
        "coalesce(CASE WHEN t.project IS NULL THEN b.pillar ELSE p.pillar END, '') "
        "FROM indicator t LEFT JOIN project p ON p.rid = t.project "
        f"LEFT JOIN body b ON b.rid = t.body WHERE t.rid IN ({marks})",
        rids,
    )
    return {int(rid): (int(project), int(body), pillar) for rid, project, body, pillar in found}


class _Mine:
    """The rows of one indicator."""

    def __init__(self, row: IndicatorRow, owner: Owner, goals: list[TargetRow]) -> None:
        self._row = row
        self._owner = owner
        self._goals = goals

    def rows(self, values: list[ValueRow], states: dict[str, int]) -> Iterator[tuple[Any, ...]]:
        counted = [one for one in values if one.status in reading.REPORTED]
        yield from self._years(0, counted, counted, self._goals)
        named = {one.reading.split.member_state for one in values}
        for name in sorted(named & states.keys()):
            state = states[name]
            said = [one for one in counted if one.reading.split.member_state == name]
            own = [reading.as_whole(o) for o in said if o.reading.split.by == "member_state"]
            goals = [reading.for_all(one) for one in self._goals if one.member_state == state]
            yield from self._years(state, said, own, goals)

    def _years(
        self, state: int, said: list[ValueRow], counted: list[ValueRow], goals: list[TargetRow]
    ) -> Iterator[tuple[Any, ...]]:
        """`said` decide in which years there is a row, `counted` what it says."""
        last = _aim(reading.standing(self._row, (), goals).target)
        states = _states(said) if not state else 0
        yield self._of(state, 0, counted, goals, last, int(bool(said)), states)
        for year in sorted({one.reading.period.start.year for one in said}):
            within = [one for one in counted if one.reading.period.start.year == year]
            states = _states(within) if not state else 0
            yield self._of(state, year, within, goals, last, 1, states)

    def _of(
        self,
        state: int,
        year: int,
        values: list[ValueRow],
        goals: list[TargetRow],
        last: tuple[str, str],
        reported: int,
        states: int,
    ) -> tuple[Any, ...]:
        row, found = self._row, reading.standing(self._row, values, goals)
        way, target, actual = found.progress, found.target, found.actual.value
        share = way.share
        return (
            row.rid, state, year, *self._owner, row.level, int(row.kpi), reported, band(way),
            int(share is not None), _place(share), states, _text(share),
            -1 if way.met is None else int(way.met), way.note, _text(actual),
            reading.stored_period(found.period) if found.period else "",
            *_aim(target), *last,
            words_of(row.measure, actual), words_of(row.measure, target.value if target else None),
        )  # fmt: skip


def _states(values: list[ValueRow]) -> int:
    """Of how many states there are values."""
    return len({one.reading.split.member_state for one in values} - {""})


def _aim(goal: TargetRow | None) -> tuple[str, str]:
    return (_text(goal.value), reading.stored_period(goal.period)) if goal else ("", "")


def _place(share: Decimal | None) -> int:
    millionths = 0 if share is None else share * 1_000_000
    return int(max(-_FURTHEST, min(_FURTHEST, millionths)))


def _text(number: Decimal | None) -> str:
    return "" if number is None else str(number)
