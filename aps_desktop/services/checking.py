"""Checks a database against its own change log, and mends it from there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from aps_desktop.db import rebuild
from aps_desktop.db.check import Problem, Progress
from aps_desktop.db.check import check as check_database
from aps_desktop.db.engine import Database
from aps_desktop.services import backup


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found; after a repair: what is left, how much was mended, and the backup."""

    problems: tuple[Problem, ...]
    mended: int = 0
    backup: Path | None = None

    @property
    def ok(self) -> bool:
        return not self.problems


def check(db: Database, progress: Progress | None = None) -> Checked:
    """Everything that is wrong with the database; nothing is changed."""
    with db.snapshot() as c:
        return Checked(tuple(check_database(c, progress)))


def repair(db: Database, progress: Progress | None = None) -> Checked:
    """Works the tables out anew from the change log, after a backup, in one transaction.

    What the log itself or the file has lost cannot be mended so: a backup must be restored.
    """
    before = check(db, progress)
    if not any(problem.mendable for problem in before.problems):
        return before
    kept = backup.before(db, "repair")
    with db.writing() as c:
        rebuild.rebuild(c)
    after = check(db, progress)
    return Checked(after.problems, len(before.problems) - len(after.problems), kept)
