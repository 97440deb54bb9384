"""The three levels of monitoring: compliance with measures, outcomes (KPIs), and impact."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from aps_desktop.db.connection import Connection
from aps_desktop.db.queries.results_reading import uuid
from aps_desktop.services import results_figures
from aps_desktop.services.results_figures import Filters, IndicatorFigure

COMPLIED, NOT_APPLICABLE = "complied", "not_applicable"
_MOST = 2_000


@dataclass(frozen=True)
class MeasureRow:
    """A measure or key output: its record, what it is called, who leads, and how many complied."""

    entity: str
    id: UUID
    label: str
    body: str
    complied: int
    counted: int

    @property
    def share(self) -> Decimal | None:
        return Decimal(self.complied) / self.counted if self.counted else None


@dataclass(frozen=True)
class ComplianceCell:
    """What one state (or the body) said of a measure: the status, its record, its comment."""

    status: str
    id: UUID
    comment: str
    reported: date | None


@dataclass(frozen=True)
class Compliance:
    """Measures down, states across ("" for what the body itself reports)."""

    rows: tuple[MeasureRow, ...]
    states: tuple[tuple[str, str], ...]
    cells: dict[tuple[UUID, str], ComplianceCell]
    years: tuple[int, ...]
    more: int = 0


@dataclass(frozen=True)
class Levels:
    """What the page shows at once."""

    compliance: Compliance
    outcomes: tuple[IndicatorFigure, ...]
    impact: tuple[IndicatorFigure, ...]
    evaluations: tuple[tuple[UUID, str, str], ...]


def load(c: Connection, filters: Filters) -> Levels:
    """All three levels, with the same filters."""
    outcomes = results_figures.progress(c, replace(filters, kpi_only=True), _MOST)
    impact = results_figures.progress(c, replace(filters, level="impact"), _MOST)
    evaluations = c.all(
        "SELECT id, title, status FROM evaluation WHERE type = 'impact' "
        "ORDER BY ends_on DESC, title"
    )
    return Levels(
        compliance(c, filters), tuple(outcomes), tuple(impact),
        tuple((uuid(id), title or "", status or "") for id, title, status in evaluations),
    )  # fmt: skip


def compliance(c: Connection, filters: Filters) -> Compliance:
    """The newest status of each measure and state in a year (or at all), by body and pillar."""
    where, params = _where(filters)
    rows = c.all(
        "SELECT n.id, n.code, n.title, l.id, l.code, l.measure, coalesce(b.code, b.name, nb.code), "
        "s.name, k.status, k.id, k.comment, k.reported_on "
        "FROM compliance_status k "
        "LEFT JOIN framework_node n ON n.rid = k.framework_node "
        "LEFT JOIN work_plan_line l ON l.rid = k.work_plan_line "
        "LEFT JOIN framework f ON f.rid = n.framework "
        "LEFT JOIN body b ON b.rid = k.body LEFT JOIN body nb ON nb.rid = n.lead_body "
        f"LEFT JOIN member_state s ON s.rid = k.member_state {where} "
        "ORDER BY n.code, n.title, l.code, k.period, k.reported_on, k.rid",
        params,
    )
    cells: dict[tuple[UUID, str], ComplianceCell] = {}
    found: dict[UUID, tuple[str, str, str]] = {}
    for row in rows:
        if row[0] is None and row[3] is None:
            continue
        id, told = _told(row)
        found.setdefault(id, told)
        cells[id, row[7] or ""] = ComplianceCell(
            row[8] or "not_started", uuid(row[9]), row[10] or "",
            date.fromisoformat(row[11]) if row[11] else None,
        )  # fmt: skip
    codes = c.all("SELECT name, code FROM member_state ORDER BY name")
    columns = list(codes)
    if any(state == "" for _, state in cells):
        columns.append(("", "Body"))
    counts: dict[UUID, Counter[str]] = defaultdict(Counter)
    for (id, _), cell in cells.items():
        counts[id][cell.status] += 1
    measures = [_measure(id, told, counts[id]) for id, told in found.items()]
    return Compliance(
        tuple(measures[:_MOST]), tuple(columns), cells, tuple(_years(c)),
        max(0, len(measures) - _MOST),
    )  # fmt: skip


def _told(row: tuple[Any, ...]) -> tuple[UUID, tuple[str, str, str]]:
    """What was reported on, a framework's node or a line of a work plan: entity, label, body."""
    node, line, body = row[:3], row[3:6], row[6] or ""
    name, (id, *named) = ("framework_node", node) if node[0] else ("work_plan_line", line)
    return uuid(id), (name, " ".join(part for part in named if part), body)


def _measure(id: UUID, told: tuple[str, str, str], counts: Counter[str]) -> MeasureRow:
    counted = counts.total() - counts[NOT_APPLICABLE]
    return MeasureRow(told[0], id, told[1], told[2], counts[COMPLIED], counted)


def _where(filters: Filters) -> tuple[str, Sequence[Any]]:
    tests, params = [], []
    if filters.year:
        tests.append("k.period >= ? AND k.period < ?")
        params += [f"{filters.year}-01-01", f"{filters.year}-12-31~"]
    if filters.pillar:
        tests.append("coalesce(f.pillar, b.pillar) = ?")
        params.append(filters.pillar)
    return (f"WHERE {' AND '.join(tests)}" if tests else ""), params


def _years(c: Connection) -> list[int]:
    rows = c.all(
        "SELECT DISTINCT substr(period, 1, 4) FROM compliance_status WHERE period IS NOT NULL "
        "UNION SELECT DISTINCT substr(period, 1, 4) FROM period_calendar WHERE period IS NOT NULL"
    )
    return sorted({int(row[0]) for row in rows}, reverse=True)
