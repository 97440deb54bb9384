"""The results framework as a grid: results with their indicators down, periods across."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from aps_desktop.db.connection import Connection, placeholders
from aps_desktop.db.queries import results_reading as reading
from aps_desktop.db.queries.results_reading import IndicatorRow, TargetRow, ValueRow
from aps_desktop.domain.results import (
    PERCENTAGE,
    Progress,
    Reading,
    Split,
    Total,
    total,
    words_of,
)
from aps_desktop.domain.values import Period, show_number
from aps_desktop.services import reporting_matrix as matrix
from aps_desktop.services.locked_periods import locked_time

MISSING, PARTS = "missing", "parts"
_WORST = ("returned", "draft", "pending", "approved")
"""Of a cell with several values, the state that is shown is the first of these that occurs."""
_MOST = 500


@dataclass(frozen=True)
class GridColumn:
    """One period: how it is headed, and whether it is locked, over, or past its due day."""

    period: Period
    label: str
    locked: bool = False
    overdue: bool = False


@dataclass(frozen=True)
class GridCell:
    """What an indicator says in a period. `status` is a review state, `MISSING` or "".

    `edit` is the text that typing begins with; `values` are the stored values behind it;
    `own` says whether the cell itself is stored (and not only its parts).
    """

    words: str = ""
    edit: str = ""
    status: str = ""
    total: Total = field(default_factory=lambda: Total(None))
    values: tuple[ValueRow, ...] = ()
    own: bool = False
    amendments: int = 0
    marks: tuple[str, ...] = ()


@dataclass(frozen=True)
class GridLine:
    """A result (a heading) or an indicator with its cells, in the order of the columns.

    `result` is the row number of a heading's result, `goal` the target that is shown; the last
    line, `total`, stands for all indicators of the project or programme.
    """

    title: str
    code: str = ""
    depth: int = 0
    level: str = ""
    row: IndicatorRow | None = None
    baseline: str = ""
    target: str = ""
    target_note: str = ""
    progress: Progress = field(default_factory=lambda: Progress(None, None))
    cells: tuple[GridCell, ...] = ()
    result: int | None = None
    goal: TargetRow | None = None
    total: bool = False


@dataclass(frozen=True)
class ResultsGrid:
    """Everything that the page shows; `years` are those to choose from, newest first."""

    lines: tuple[GridLine, ...]
    columns: tuple[GridColumn, ...]
    years: tuple[int, ...]
    year: int
    states: tuple[tuple[UUID, str], ...]
    more: int = 0


def load(
    c: Connection, kind: str, id: UUID, today: date, year: int | None, state: UUID | None
) -> ResultsGrid:
    """The grid of a project or programme (`kind`) for a year; of one state, if named."""
    rid = c.value("SELECT rid FROM record WHERE uuid = ?", (id.bytes,))
    where = reading.OWNED[kind]
    rows = reading.indicators(c, where, [rid] * where.count("?"))
    shown = rows[:_MOST]
    rids = [row.rid for row in shown]
    values, goals = reading.values(c, rids), reading.targets(c, rids)
    states = [
        (reading.uuid(i), n) for i, n in c.all("SELECT id, name FROM member_state ORDER BY 2")
    ]
    name = next((n for i, n in states if i == state), "")
    years = _years(c, values, today)
    chosen = year if year in years else _best_year(years, values, today)
    columns = _columns(c, values, chosen, today)
    waiting = _amendments(c, rids, name)
    marks = _marks(c, rids)
    narrowed = {
        rid: (_of_state(c, values.get(rid, []), goals.get(rid, []), name, state)) for rid in rids
    }
    lines = [
        _indicator_line(row, *narrowed[row.rid], columns, chosen, waiting, marks) for row in shown
    ]
    tree = _tree(c, kind, rid, shown, lines)
    if tree:
        tree.append(GridLine(f"All of the {kind}", total=True))
    return ResultsGrid(
        tuple(tree), tuple(columns), tuple(years), chosen, tuple(states), len(rows) - len(shown)
    )


def _of_state(
    c: Connection, values: list[ValueRow], goals: list[TargetRow], name: str, state: UUID | None
) -> tuple[list[ValueRow], list[TargetRow]]:
    """All values, or those of one state as if they were the whole (its own parts stay parts)."""
    if state is None:
        return values, goals
    rid = c.value("SELECT rid FROM record WHERE uuid = ?", (state.bytes,))
    mine = []
    for one in values:
        split = one.reading.split
        if split.member_state == name:
            rest = Split("", split.sex, split.age_band, split.dimension, split.word)
            mine.append(reading.with_split(one, rest))
    return mine, [reading.for_all(goal) for goal in goals if goal.member_state == rid]


# Columns ------------------------------------------------------------------------------------------


def _years(c: Connection, values: dict[int, list[ValueRow]], today: date) -> list[int]:
    found = {one.reading.period.start.year for ones in values.values() for one in ones}
    found |= {one.period.start.year for one in matrix.calendars(c)}
    return sorted(found | {today.year}, reverse=True)


def _best_year(years: list[int], values: dict[int, list[ValueRow]], today: date) -> int:
    """This year, unless values end earlier."""
    said = {one.reading.period.start.year for ones in values.values() for one in ones}
    if said and today.year not in said:
        return max((y for y in said if y <= today.year), default=max(said))
    return today.year if today.year in years else years[0]


def _columns(
    c: Connection, values: dict[int, list[ValueRow]], year: int, today: date
) -> list[GridColumn]:
    """The calendar's periods of the year and those that have values, in order; no duplicates."""
    calendars = {one.period: one for one in matrix.calendars(c) if one.period.start.year == year}
    spans = set(calendars)
    for ones in values.values():
        spans |= {o.reading.period for o in ones if o.reading.period.start.year == year}
    if not spans:
        spans = {Period.quarter(year, quarter) for quarter in (1, 2, 3, 4)}
    found = []
    locked = locked_time(c)
    for span in sorted(spans, key=lambda p: (p.end, p.start)):
        known = calendars.get(span)
        due = known.due if known and known.due else span.end
        found.append(GridColumn(span, str(span), locked.holds(span), bool(due < today)))
    return found


# Lines --------------------------------------------------------------------------------------------


def _indicator_line(
    row: IndicatorRow,
    values: list[ValueRow],
    goals: list[TargetRow],
    columns: Sequence[GridColumn],
    year: int,
    waiting: dict[tuple[int, Period], int],
    marks: dict[UUID, tuple[str, ...]],
) -> GridLine:
    in_year = [one for one in values if one.reading.period.start.year == year]
    counted = [one for one in in_year if one.status in reading.REPORTED]
    standing = reading.standing(row, counted, goals)
    cells = tuple(_cell(row, column, in_year, waiting, marks) for column in columns)
    goal = standing.target
    return GridLine(
        row.title, row.code, 0, "", row, words_of(row.measure, row.measure.baseline),
        words_of(row.measure, goal.value) if goal else "", _target_note(row, goal),
        standing.progress, cells, goal=goal,
    )  # fmt: skip


def _target_note(row: IndicatorRow, goal: TargetRow | None) -> str:
    if goal is None:
        return ""
    words = f"For {goal.period}."
    if goal.revised is not None:
        words += f" Revised from {words_of(row.measure, goal.first)}: {goal.reason}"
    return words


def _cell(
    row: IndicatorRow,
    column: GridColumn,
    values: list[ValueRow],
    waiting: dict[tuple[int, Period], int],
    marks: dict[UUID, tuple[str, ...]],
) -> GridCell:
    ones = [one for one in values if one.reading.period == column.period]
    late = waiting.get((row.rid, column.period), 0)
    if not ones:
        return GridCell(status=MISSING if column.overdue else "", amendments=late)
    found = total(row.measure, [one.reading for one in ones])
    whole = [one for one in ones if one.reading.split.whole]
    known = {one.status for one in (whole or ones)}
    status = next((state for state in _WORST if state in known), "draft")
    words = words_of(row.measure, found.value) or (ones[-1].reading.text or "")
    signs = tuple(dict.fromkeys(mark for one in ones for mark in marks.get(one.id, ())))
    edit = edit_text(row, whole[-1].reading) if whole else ""
    return GridCell(words, edit, status, found, tuple(ones), bool(whole), late, signs)


def edit_text(row: IndicatorRow, one: Reading) -> str:
    """A reading as it is typed again: "30/40", "72.5", "Yes", a word."""
    if row.measure.type == PERCENTAGE and one.numerator is not None and one.denominator is not None:
        return f"{show_number(one.numerator)}/{show_number(one.denominator)}"
    if one.yes is not None:
        return "Yes" if one.yes else "No"
    return one.text or ("" if one.value is None else show_number(one.value))


def _tree(
    c: Connection, kind: str, rid: int, rows: Sequence[IndicatorRow], lines: list[GridLine]
) -> list[GridLine]:
    """The results in their order with their indicators below; the others come first."""
    column = "programme" if kind == "programme" else "project"
    results = c.all(
        "SELECT r.rid, r.code, r.title, r.level, r.parent FROM result r "
        f"WHERE r.{column} = ? ORDER BY r.sort_order, r.code, r.title",
        (rid,),
    )
    known = {row[0] for row in results}
    mine: dict[int | None, list[GridLine]] = defaultdict(list)
    for row, line in zip(rows, lines, strict=True):
        mine[row.result if row.result in known else None].append(line)
    below: dict[int | None, list[tuple[Any, ...]]] = defaultdict(list)
    for one in results:
        below[one[4] if one[4] in known and one[4] != one[0] else None].append(one)
    found: list[GridLine] = []
    seen: set[int] = set()

    def put(one: tuple[Any, ...], depth: int) -> None:
        if one[0] in seen:
            return
        seen.add(one[0])
        found.append(GridLine(one[2] or "", one[1] or "", depth, one[3] or "", result=one[0]))
        found.extend(_deeper(line, depth + 1) for line in mine[one[0]])
        for child in below[one[0]]:
            put(child, depth + 1)

    for one in below[None]:
        put(one, 0)
    for one in results:  # a circle of results has no top
        put(one, 0)
    return [*mine[None], *found]


def _deeper(line: GridLine, depth: int) -> GridLine:
    return replace(line, depth=depth)


# What else a cell shows ---------------------------------------------------------------------------


def _amendments(c: Connection, rids: Sequence[int], state: str) -> dict[tuple[int, Period], int]:
    """How many amendments wait, by indicator and period."""
    found: dict[tuple[int, Period], int] = defaultdict(int)
    for part in reading.pieces(rids):
        marks = placeholders(part)
        rows = c.all(
            "SELECT a.indicator, a.period, s.name FROM value_amendment a "
            "LEFT JOIN member_state s ON s.rid = a.member_state "
            f"WHERE a.indicator IN ({marks}) AND a.status = 'pending'",
            part,
        )
        for indicator, period, name in rows:
            if period and (not state or name == state):
                found[indicator, reading.period_of(period)] += 1
    return found


def _marks(c: Connection, rids: Sequence[int]) -> dict[UUID, tuple[str, ...]]:
    """The values with a comment or evidence: {"comment"}, {"evidence"}, {"correction"}."""
    found: dict[UUID, tuple[str, ...]] = {}
    for part in reading.pieces(rids):
        marks = placeholders(part)
        rows = c.all(
            "SELECT v.id, v.comment, v.evidence, v.correction FROM indicator_value v "
            f"WHERE v.indicator IN ({marks}) AND (v.comment IS NOT NULL OR v.evidence IS NOT NULL "
            "OR v.correction = 1)",
            part,
        )
        for id, *held in rows:
            names = ("comment", "evidence", "correction")
            said = tuple(n for n, value in zip(names, held, strict=True) if value)
            found[reading.uuid(id)] = said
    return found
