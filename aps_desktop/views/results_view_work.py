"""What the results grid reads and writes: plain functions, they run beside the window."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

from aps_desktop.db.connection import Connection
from aps_desktop.db.engine import Database
from aps_desktop.domain.changes import Applied
from aps_desktop.domain.values import FileRef, Period
from aps_desktop.services import (
    amendments,
    files,
    indicator_goals,
    indicator_values,
    results_cell,
    results_grid,
    results_sums,
)
from aps_desktop.services.indicator_goals import Aim
from aps_desktop.services.indicator_values import Entered, Place, Reviewed
from aps_desktop.services.results_cell import CellDetail
from aps_desktop.services.results_grid import ResultsGrid
from aps_desktop.services.results_sums import Sums


def load(
    kind: str, id: UUID, day: Any, year: int | None, state: UUID | None, c: Connection
) -> ResultsGrid:
    return results_grid.load(c, kind, id, day, year, state)


def cell(indicator: UUID, period: Period, state: UUID | None, c: Connection) -> CellDetail | None:
    return results_cell.load(c, indicator, period, state)


def sums(result: int, period: Period, c: Connection) -> Sums | None:
    return results_sums.load(c, result, period)


def all_sums(kind: str, id: UUID, period: Period, c: Connection) -> Sums | None:
    return results_sums.load_all(c, kind, id, period)


def baseline(indicator: UUID, text: str, db: Database) -> Applied:
    return indicator_goals.set_baseline(db, indicator, text)


def target(aim: Aim, text: str, reason: str, db: Database) -> Applied:
    return indicator_goals.set_target(db, aim, text, reason)


def enter(
    cells: list[tuple[Place, str]], correction: bool, db: Database
) -> tuple[Applied, Entered]:
    entered = indicator_values.enter(db, cells, correction=correction)
    return entered.applied, entered


def reviewed(ids: list[UUID], to: str, comment: str, db: Database) -> tuple[Applied, Reviewed]:
    reviewed = indicator_values.review(db, ids, to, comment)
    return reviewed.applied, reviewed


def annotate(id: UUID, field: str, value: Any, db: Database) -> Applied:
    return indicator_values.annotate(db, id, field, value)


def attach(id: UUID, path: Path, db: Database) -> Applied:
    ref: FileRef = files.add(db, path)
    return indicator_values.annotate(db, id, "evidence", ref)


def correct(id: UUID, db: Database) -> Applied:
    return indicator_values.mark_correction(db, [id])


def decide(id: UUID, accept: bool, comment: str, db: Database) -> Applied:
    return amendments.decide(db, [id], accept=accept, comment=comment)
