"""Validates files of IATI offline, and takes newer code lists in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from aps_desktop.db.engine import Database
from aps_desktop.domain.clock import SystemClock, today
from aps_desktop.exchange import iati_lists, iati_process
from aps_desktop.exchange.iati_problem import ERROR, Problem
from aps_desktop.services.importing_types import Cancelled, never


@dataclass(frozen=True)
class Validated:
    """What a check found. `problems` are listed up to a limit, `problem_count` counts all."""

    file: Path
    activities: int
    problems: tuple[Problem, ...]
    problem_count: int

    @property
    def valid(self) -> bool:
        return not any(problem.level == ERROR for problem in self.problems)

    def as_json(self) -> dict[str, Any]:
        """The document of `iati validate --json`."""
        return {
            "file": str(self.file),
            "activities": self.activities,
            "valid": self.valid,
            "problems": [msgspec.structs.asdict(one) for one in self.problems],
            "problem_count": self.problem_count,
        }


def validate(path: Path, db: Database | None = None, cancelled: Cancelled = never) -> Validated:
    """Checks a file against the schema, the rule set and the code lists of 2.03.

    UserError when it is no file of activities that can be read, or when `cancelled` says so.
    """
    clock = db.clock if db else SystemClock()
    count, total, told = iati_process.check(Path(path), today(clock), cancelled)
    return Validated(Path(path), count, tuple(told), total)


def take_lists(path: Path, cancelled: Cancelled = never) -> list[str]:
    """Puts newer code lists, rules or schemas beside the shipped ones; their names.

    UserError when `cancelled` says so; then the lists are as they were.
    """
    folder, day = iati_lists.own_folder(), today(SystemClock())
    return iati_process.take_lists(Path(path), folder, day, cancelled)
