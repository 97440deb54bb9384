"""The figures of monitoring that charts and reports draw, from the same readings as the lists.

Values count that are reported (pending or approved); drafts and returned ones do not. Every figure
takes the same `Filters`; numbers are Decimals, shares 0 to 1.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from aps_desktop.db.connection import Connection, placeholders
from aps_desktop.db.queries import results_reading as reading
from aps_desktop.db.queries.results_reading import REPORTED, pieces
from aps_desktop.domain.results import NO_VALUE, words_of
from aps_desktop.domain.results_bands import BANDS, UNKNOWN
from aps_desktop.domain.values import Period
from aps_desktop.services import reporting_matrix as matrix
from aps_desktop.services.funding import with_parts


@dataclass(frozen=True)
class Filters:
    """What figures are narrowed to. `year` takes the periods that begin in it; a body stands for
    itself and all below it."""

    year: int | None = None
    pillar: str = ""
    body: UUID | None = None
    partner: UUID | None = None
    member_state: UUID | None = None
    kpi_only: bool = False
    level: str = ""


@dataclass(frozen=True)
class IndicatorFigure:
    """One indicator's way to its target. `band` is a key of `BANDS`; `note` says what is amiss."""

    id: UUID
    code: str
    title: str
    unit: str
    type: str
    less_is_better: bool
    baseline: Decimal | None
    target: Decimal | None
    actual: Decimal | None
    period: Period | None
    target_period: Period | None
    share: Decimal | None
    met: bool | None
    band: str
    note: str
    actual_words: str
    target_words: str = ""
    baseline_words: str = ""


@dataclass(frozen=True)
class Named:
    """An indicator and the code of its project, "" where it has none."""

    id: UUID
    code: str
    title: str
    project: str

    @property
    def label(self) -> str:
        return " · ".join(filter(None, (self.code, self.title, self.project)))


@dataclass(frozen=True)
class StateCell:
    """What one state reported for an indicator last; `share` of its own target's way, if known."""

    value: Decimal
    words: str
    period: Period
    share: Decimal | None
    met: bool | None


@dataclass(frozen=True)
class StatesByIndicator:
    """Rows are indicators, columns states (id, name); `cells` by (indicator, state)."""

    indicators: tuple[Named, ...]
    states: tuple[tuple[UUID, str], ...]
    cells: dict[tuple[UUID, UUID], StateCell] = field(default_factory=dict)


@dataclass(frozen=True)
class Rate:
    """How many values were asked for, and how many came."""

    label: str
    expected: int
    reported: int
    late: int

    @property
    def share(self) -> Decimal | None:
        return Decimal(self.reported) / self.expected if self.expected else None


@dataclass(frozen=True)
class Band:
    """A band of `BANDS` with its indicators' codes ("" where one has none)."""

    key: str
    words: str
    codes: tuple[str, ...]

    @property
    def number(self) -> int:
        return len(self.codes)


@dataclass(frozen=True)
class Way(Named):
    """One indicator that is some part of its way to the target; `share` 1 is there."""

    unit: str
    band: str
    share: Decimal
    actual: str
    target: str


_PROJECT = "coalesce(p.code, p.title, '')"


def progress(
    c: Connection, filters: Filters = Filters(), limit: int | None = None
) -> list[IndicatorFigure]:
    """The indicators that a filter leaves, with how far each is; by code. `limit` takes the first.

    With a member state: that state's own values, against its own targets.
    """
    where, params = scope(c, filters)
    rows = c.all(
        f"SELECT t.rid FROM indicator_standing z JOIN indicator t ON t.rid = z.indicator {where} "
        "ORDER BY t.code, t.title" + (" LIMIT ?" if limit is not None else ""),
        [*params, *([limit] if limit is not None else ())],
    )
    found: list[IndicatorFigure] = []
    for part in pieces([int(row[0]) for row in rows]):
        marks = placeholders(part)
        kept = _kept(c, filters, f"{where} AND z.indicator IN ({marks})", [*params, *part])
        indicators = reading.indicators(c, f"WHERE t.rid IN ({marks})", part)
        found += [_figure(row, kept[row.rid]) for row in indicators]
    return found


def bands(c: Connection, filters: Filters = Filters()) -> list[Band]:
    """Every band, in its order, with its indicators by code."""
    where, params = scope(c, filters)
    joined, year = _of_year(filters)
    rows = c.all(
        f"SELECT coalesce(s.band, '{UNKNOWN}'), coalesce(t.code, '') FROM indicator_standing z "
        f"{joined} JOIN indicator t ON t.rid = z.indicator {where} ORDER BY t.code",
        [*year, *params],
    )
    codes: dict[str, list[str]] = defaultdict(list)
    for key, code in rows:
        codes[key].append(code)
    return [Band(key, words, tuple(codes[key])) for key, words in BANDS]


def ways(c: Connection, filters: Filters = Filters()) -> list[Way]:
    """The indicators whose way is known, the furthest from their target first."""
    where, params = scope(c, filters)
    joined, year = _of_year(filters)
    rows = c.all(
        f"SELECT t.id, coalesce(t.code, ''), t.title, {_PROJECT}, coalesce(t.unit, ''), s.band, "
        f"s.share, s.actual_words, s.target_words FROM indicator_standing z {joined} "
        f"JOIN indicator t ON t.rid = z.indicator LEFT JOIN project p ON p.rid = t.project {where} "
        "AND s.known = 1 "
        "ORDER BY s.place, t.code, t.title",
        [*year, *params],
    )
    return [
        Way(reading.uuid(id), code, title, project, unit, band, Decimal(share), actual, target)
        for id, code, title, project, unit, band, share, actual, target in rows
    ]


def numbers(c: Connection, filters: Filters = Filters()) -> tuple[int, int]:
    """How many indicators a filter leaves, and how many of them are key ones."""
    where, params = scope(c, filters)
    row = c.one(
        f"SELECT count(*), coalesce(sum(z.kpi), 0) FROM indicator_standing z {where}", params
    )
    return (int(row[0]), int(row[1])) if row else (0, 0)


def _of_year(filters: Filters) -> tuple[str, list[Any]]:
    """A join of the rows `s` of the year of `z`, the rows of all years, and its parameters."""
    return (
        "LEFT JOIN indicator_standing s ON s.indicator = z.indicator AND s.state = z.state "
        "AND s.year = ?",
        [filters.year or 0],
    )


_KEPT = ("share", "met", "note", "actual", "period", "target", "aim", "band")


def _kept(
    c: Connection, filters: Filters, where: str, params: Sequence[Any]
) -> dict[int, tuple[Any, ...]]:
    """What is kept of indicators, as `_KEPT`. A year without values has the last target only."""
    joined, year = _of_year(filters)
    columns = ", ".join(f"s.{name}" for name in _KEPT)
    rows = c.all(
        f"SELECT z.indicator, z.last_target, z.last_aim, {columns} FROM indicator_standing z "
        f"{joined} {where}",
        [*year, *params],
    )
    return {
        int(row[0]): row[3:] if row[3] is not None else (
            "", -1, NO_VALUE, "", "", row[1], row[2], UNKNOWN)
        for row in rows
    }  # fmt: skip


def _figure(row: reading.IndicatorRow, kept: tuple[Any, ...]) -> IndicatorFigure:
    share, met, note, actual, period, target, aim, band = kept
    aimed, reached = _number(target), _number(actual)
    return IndicatorFigure(
        row.id, row.code, row.title, row.measure.unit, row.measure.type,
        row.measure.less_is_better, row.measure.baseline, aimed, reached, _period(period),
        _period(aim), _number(share), None if met < 0 else bool(met), band, note,
        words_of(row.measure, reached), words_of(row.measure, aimed),
        words_of(row.measure, row.measure.baseline),
    )  # fmt: skip


def _number(text: str) -> Decimal | None:
    return Decimal(text) if text else None


def _period(text: str) -> Period | None:
    return reading.period_of(text) if text else None


def states_by_indicator(
    c: Connection, filters: Filters = Filters(), limit: int = 40
) -> StatesByIndicator:
    """The newest value of each state for the indicators that most states report, `limit` rows."""
    states = c.all("SELECT rid, id, name FROM member_state ORDER BY name")
    rids = _reported_by_states(c, filters, limit)
    rows = {r.rid: r for part in pieces(rids) for r in reading.indicators(
        c, f"WHERE t.rid IN ({placeholders(part)})", part)}  # fmt: skip
    ordered = [rows[rid] for rid in rids if rid in rows]
    since = date(filters.year, 1, 1) if filters.year else None
    until = date(filters.year, 12, 31) if filters.year else None
    found = reading.values(c, rids, since=since, until=until, statuses=REPORTED)
    goals = reading.targets(c, rids)
    projects = _projects(c, rids)
    by_name = {name: (rid, reading.uuid(id)) for rid, id, name in states}
    cells: dict[tuple[UUID, UUID], StateCell] = {}
    for row in ordered:
        newest: dict[str, reading.ValueRow] = {}
        for one in found.get(row.rid, ()):
            if one.reading.split.by == "member_state":
                newest[one.reading.split.member_state] = one
        for name, one in newest.items():
            cell = _state_cell(row, one, goals.get(row.rid, ()), by_name[name][0])
            if cell:
                cells[row.id, by_name[name][1]] = cell
    return StatesByIndicator(
        tuple(Named(r.id, r.code, r.title, projects.get(r.rid, "")) for r in ordered),
        tuple((reading.uuid(id), name) for _, id, name in states),
        cells,
    )


def _projects(c: Connection, rids: Sequence[int]) -> dict[int, str]:
    """The codes of indicators' projects."""
    found: dict[int, str] = {}
    for part in pieces(rids):
        rows = c.all(
            f"SELECT t.rid, {_PROJECT} FROM indicator t JOIN project p ON p.rid = t.project "
            f"WHERE t.rid IN ({placeholders(part)})",
            part,
        )
        found.update((int(rid), str(code)) for rid, code in rows)
    return found


_RATES = {
    "period": ("k.name", "", "k.period DESC, k.name"),
    "member_state": ("m.name", "LEFT JOIN member_state m ON m.rid = f.state", "1"),
    "body": ("coalesce(b.code, b.name)", "LEFT JOIN body b ON b.rid = f.body", "1"),
    "project": ("coalesce(p.code, p.title)", "LEFT JOIN project p ON p.rid = f.project", "1"),
}
"""What rates are by: the label, its join, and the order."""


def reporting_rate(
    c: Connection, filters: Filters, today: date, *, by: str = "period"
) -> list[Rate]:
    """Of the values asked for, how many came: by "period", "member_state", "body" or "project"."""
    label, joined, order = _RATES[by]
    where, params = matrix.narrowed(c, matrix_filters(filters))
    if filters.year:
        where += " AND k.period >= ? AND k.period < ?"
        params += [f"{filters.year}-01-01", f"{filters.year}-12-31~"]
    came = "CASE WHEN f.reported < f.expected THEN f.reported ELSE f.expected END"
    keys = f"{label}, k.period" if by == "period" else label
    rows = c.all(
        f"SELECT {label}, sum(f.expected), sum({came}), sum(CASE WHEN f.due <> '' AND f.due < ? "
        f"THEN f.expected - {came} ELSE 0 END) FROM request_standing f "
        f"JOIN period_calendar k ON k.rid = f.calendar {joined} "
        f"WHERE k.period IS NOT NULL{where} GROUP BY {keys} ORDER BY {order}",
        [today.isoformat(), *params],
    )
    return [Rate(name or "—", *map(int, sums)) for name, *sums in rows]


def matrix_filters(filters: Filters) -> matrix.Narrow:
    """The same filters for the requests that were made."""
    return matrix.Narrow(filters.pillar, filters.body, filters.partner, filters.member_state)


def scope(c: Connection, filters: Filters) -> tuple[str, list[Any]]:
    """A WHERE clause on `indicator_standing z` that leaves one row of all years an indicator."""
    state = _rid(c, filters.member_state) if filters.member_state else 0
    tests = ["z.state = ? AND z.year = 0"]
    params: list[Any] = [state]
    if filters.pillar:
        tests.append("z.pillar = ?")
        params.append(filters.pillar)
    if filters.body:
        bodies = with_parts(c, "body", (_rid(c, filters.body),))
        tests.append(f"z.body IN ({placeholders(bodies)})")
        params += bodies
    if filters.partner:
        tests.append(f"z.project IN ({matrix.PARTNERS_PROJECTS})")
        params.append(filters.partner.bytes)
    if filters.kpi_only:
        tests.append("z.kpi = 1")
    if filters.level:
        tests.append("z.level = ?")
        params.append(filters.level)
    return f"WHERE {' AND '.join(tests)}", params


def _rid(c: Connection, id: UUID) -> int:
    """A record's row number; one that is no record's for an unknown one."""
    found = c.value("SELECT rid FROM record WHERE uuid = ?", (id.bytes,))
    return -1 if found is None else int(found)


def _reported_by_states(c: Connection, filters: Filters, limit: int) -> list[int]:
    """The indicators that most states report, in the year or at all."""
    where, params = scope(c, filters)
    rows = c.all(
        "SELECT s.indicator FROM indicator_standing s JOIN indicator_standing z "
        f"ON z.indicator = s.indicator {where} AND s.state = 0 AND s.year = ? AND s.states > 0 "
        "ORDER BY s.states DESC, s.indicator LIMIT ?",
        [*params, filters.year or 0, limit],
    )
    return [int(row[0]) for row in rows]


def _state_cell(
    row: reading.IndicatorRow,
    one: reading.ValueRow,
    goals: list[reading.TargetRow] | tuple[()],
    state: int,
) -> StateCell | None:
    own = [reading.for_all(goal) for goal in goals if goal.member_state == state]
    found = reading.standing(row, [reading.as_whole(one)], own)
    number = found.actual.value
    if number is None:
        return None
    words = words_of(row.measure, number)
    way = found.progress
    return StateCell(number, words, one.reading.period, way.share, way.met)
