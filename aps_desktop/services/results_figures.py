"""The figures of monitoring that charts and reports draw, from the same readings as the lists.

Values count that are reported (pending or approved); drafts and returned ones do not. Every figure
takes the same `Filters`; numbers are Decimals, shares 0 to 1.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from aps_desktop.db.connection import Connection
from aps_desktop.domain.results import words_of
from aps_desktop.domain.values import Period
from aps_desktop.services import reporting_matrix as matrix
from aps_desktop.services import results_reading as reading
from aps_desktop.services.results_reading import REPORTED, Standing, pieces

REACHED, NEAR, UNDER_WAY, BEHIND, UNKNOWN = "reached", "near", "under_way", "behind", "unknown"
BANDS = (
    (REACHED, "Target reached"),
    (NEAR, "At least three quarters of the way"),
    (UNDER_WAY, "Under way"),
    (BEHIND, "Further away than at the start"),
    (UNKNOWN, "Cannot be said"),
)
_AT_A_TIME, _TURN = 15, 0.001
"""Indicators that are worked out in one go (some milliseconds), and the seconds between."""


@dataclass(frozen=True)
class Filters:
    """What figures are narrowed to. `year` takes the periods that begin in it."""

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
class StateCell:
    """What one state reported for an indicator last; `share` of its own target's way, if known."""

    value: Decimal
    words: str
    period: Period
    share: Decimal | None
    met: bool | None


@dataclass(frozen=True)
class StatesByIndicator:
    """Rows are indicators (id, label), columns states (id, name); `cells` by (indicator, state)."""

    indicators: tuple[tuple[UUID, str], ...]
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


def progress(
    c: Connection, filters: Filters = Filters(), limit: int | None = None
) -> list[IndicatorFigure]:
    """The indicators that a filter leaves, with how far each is; by code. `limit` takes the first.

    With a member state: that state's own values, against its own targets.
    """
    return [_figure(one) for one in standings(c, filters, limit)]


def bands(figures: list[IndicatorFigure]) -> list[tuple[str, str, int]]:
    """(key, words, how many) of every band, in their order."""
    return [(key, words, sum(one.band == key for one in figures)) for key, words in BANDS]


def standings(c: Connection, filters: Filters, limit: int | None = None) -> list[Standing]:
    """As `progress`, with everything that went into each figure."""
    where, params = scope(c, filters)
    if limit is not None:
        where = f"{where} {'AND' if where else 'WHERE'} t.rid IN (" + (
            f"SELECT t.rid FROM indicator t {where} ORDER BY t.code, t.title LIMIT ?)"
        )
        params = [*params, *params, limit]
    rows = reading.indicators(c, where, params)
    made: list[Standing] = []
    for at in range(0, len(rows), _AT_A_TIME):
        if at:  # this is Python's own work: in a thread, the window must have its turns meanwhile
            time.sleep(_TURN)
        made += _standings(c, filters, rows[at : at + _AT_A_TIME])
    return made


def _standings(
    c: Connection, filters: Filters, rows: Sequence[reading.IndicatorRow]
) -> list[Standing]:
    rids = [row.rid for row in rows]
    since = date(filters.year, 1, 1) if filters.year else None
    until = date(filters.year, 12, 31) if filters.year else None
    found = reading.values(c, rids, since=since, until=until, statuses=REPORTED)
    goals = reading.targets(c, rids)
    if filters.member_state is not None:
        _narrow_to_state(c, filters.member_state, found, goals)
    return [reading.standing(r, found.get(r.rid, ()), goals.get(r.rid, ())) for r in rows]


def states_by_indicator(
    c: Connection, filters: Filters = Filters(), limit: int = 40
) -> StatesByIndicator:
    """The newest value of each state for the indicators that most states report, `limit` rows."""
    states = c.all("SELECT rid, id, name FROM member_state ORDER BY name")
    rids = _reported_by_states(c, filters, limit)
    rows = {r.rid: r for part in pieces(rids) for r in reading.indicators(
        c, f"WHERE t.rid IN ({','.join('?' * len(part))})", part)}  # fmt: skip
    ordered = [rows[rid] for rid in rids if rid in rows]
    since = date(filters.year, 1, 1) if filters.year else None
    until = date(filters.year, 12, 31) if filters.year else None
    found = reading.values(c, rids, since=since, until=until, statuses=REPORTED)
    goals = reading.targets(c, rids)
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
        tuple((row.id, row.label) for row in ordered),
        tuple((reading.uuid(id), name) for _, id, name in states),
        cells,
    )


def reporting_rate(
    c: Connection, filters: Filters, today: date, *, by: str = "period"
) -> list[Rate]:
    """Of the values asked for, how many came: by "period", "member_state", "body" or "project"."""
    rates: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for calendar in matrix.calendars(c):
        if filters.year and calendar.period.start.year != filters.year:
            continue
        for one in matrix.requests(c, calendar, today, matrix_filters(filters)):
            label = {
                "period": calendar.name, "member_state": one.state, "body": one.body,
                "project": one.project,
            }[by] or "—"  # fmt: skip
            sums = rates[label]
            sums[0] += one.expected
            sums[1] += one.reported
            sums[2] += one.missing if one.late else 0
    return [Rate(label, *sums) for label, sums in rates.items()]


def matrix_filters(filters: Filters) -> matrix.Narrow:
    """The same filters for the requests that were made."""
    return matrix.Narrow(filters.pillar, filters.body, filters.partner, filters.member_state)


def scope(c: Connection, filters: Filters) -> tuple[str, list[Any]]:
    """A WHERE clause on `indicator t` ("" for none) and its parameters."""
    tests: list[str] = []
    params: list[Any] = []
    projects, values = project_scope(c, filters.pillar, filters.body, filters.partner)
    if projects:
        own = []
        if filters.pillar:
            own.append("t.body IN (SELECT rid FROM body WHERE pillar = ?)")
        if filters.body:
            own.append("t.body = ?")
        alone = f" OR (t.project IS NULL AND {' AND '.join(own)})" if (
            own and not filters.partner) else ""  # fmt: skip
        tests.append(f"(t.project IN (SELECT p.rid FROM project p WHERE {projects}){alone})")
        params += values
        if alone:
            params += [filters.pillar] if filters.pillar else []
            params += [_rid(c, filters.body)] if filters.body else []
    if filters.member_state:
        tests.append(
            "t.rid IN (SELECT v.indicator FROM indicator_value v WHERE v.member_state = ?)"
        )
        params.append(_rid(c, filters.member_state))
    if filters.kpi_only:
        tests.append("t.kpi = 1")
    if filters.level:
        tests.append("t.me_level = ?")
        params.append(filters.level)
    return ("WHERE " + " AND ".join(tests) if tests else ""), params


def project_scope(
    c: Connection, pillar: str, body: UUID | None, partner: UUID | None
) -> tuple[str, list[Any]]:
    """Conditions on `project p` and their parameters; a partner's projects by their fund."""
    tests: list[str] = []
    params: list[Any] = []
    if pillar:
        tests.append("p.pillar = ?")
        params.append(pillar)
    if body:
        tests.append("p.sponsoring_body = ?")
        params.append(_rid(c, body))
    if partner:
        tests.append(
            "p.fund IN (SELECT f.rid FROM fund f WHERE f.partner = ? "
            "UNION SELECT k.fund FROM contribution k WHERE k.partner = ?)"
        )
        params += [_rid(c, partner)] * 2
    return " AND ".join(tests), params


def _rid(c: Connection, id: UUID | None) -> int | None:
    if id is None:
        return None
    found = c.value("SELECT rid FROM record WHERE uuid = ?", (id.bytes,))
    return -1 if found is None else int(found)


def _narrow_to_state(
    c: Connection,
    state: UUID,
    found: dict[int, list[reading.ValueRow]],
    goals: dict[int, list[reading.TargetRow]],
) -> None:
    """Leaves one state's own values and targets, as if they were the whole."""
    rid = _rid(c, state)
    name = c.value("SELECT name FROM member_state WHERE rid = ?", (rid,))
    for ones in found.values():
        ones[:] = [
            reading.as_whole(one) for one in ones
            if one.reading.split.by == "member_state" and one.reading.split.member_state == name
        ]  # fmt: skip
    for targets in goals.values():
        targets[:] = [reading.for_all(one) for one in targets if one.member_state == rid]


def _reported_by_states(c: Connection, filters: Filters, limit: int) -> list[int]:
    where, params = scope(c, filters)
    marks = ",".join("?" * len(REPORTED))
    bounds, more = "", []
    if filters.year:
        bounds = " AND v.period >= ? AND v.period < ?"
        more = [f"{filters.year}-01-01", f"{filters.year}-12-31~"]
    within = f" AND v.indicator IN (SELECT t.rid FROM indicator t {where})" if where else ""
    rows = c.all(
        "SELECT v.indicator, count(DISTINCT v.member_state) FROM indicator_value v "
        f"WHERE v.member_state IS NOT NULL AND v.status IN ({marks}){bounds}{within} "
        "GROUP BY v.indicator ORDER BY 2 DESC, 1 LIMIT ?",
        [*REPORTED, *more, *(params if where else ()), limit],
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


def _figure(one: Standing) -> IndicatorFigure:
    row, way = one.row, one.progress
    return IndicatorFigure(
        row.id, row.code, row.title, row.measure.unit, row.measure.type,
        row.measure.less_is_better, row.measure.baseline,
        one.target.value if one.target else None, one.actual.value, one.period,
        one.target.period if one.target else None, way.share, way.met, band(one), way.note,
        words_of(row.measure, one.actual.value),
        words_of(row.measure, one.target.value) if one.target else "",
        words_of(row.measure, row.measure.baseline),
    )  # fmt: skip


def band(one: Standing) -> str:
    """Which band a standing falls into."""
    share, met = one.progress.share, one.progress.met
    if met:
        return REACHED
    if share is None:
        return UNKNOWN
    if share < 0:
        return BEHIND
    return NEAR if share >= Decimal("0.75") else UNDER_WAY
