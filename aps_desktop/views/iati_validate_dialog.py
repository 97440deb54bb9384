"""Checks an IATI file of anybody, offline, and takes newer code lists in."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from aps_desktop.services import iati_validate
from aps_desktop.services.iati_validate import Validated
from aps_desktop.views.fitting import fit
from aps_desktop.views.iati_parts import IatiWindow, ProblemTable
from aps_desktop.views.sync_pane_parts import button, tell

if TYPE_CHECKING:
    from aps_desktop.db.engine import Database
    from aps_desktop.tasks.jobs import Cancelled, Progress
    from aps_desktop.views.context import Context


class IatiValidateDialog(IatiWindow):
    """Begins to check as soon as it is open."""

    def __init__(self, context: Context, path: Path, parent: QWidget | None = None) -> None:
        super().__init__("iati_validate", "Validate an IATI file", context, parent)
        fit(self, 960, 600)
        self._path = path
        column = QVBoxLayout(self.page)
        column.setContentsMargins(0, 0, 0, 0)
        self.problems = ProblemTable(self.page)
        self.problems.hide()
        column.addWidget(self.problems, 1)
        self.lists = button("Replace code lists from file…", "iati_lists", "", self)
        self.other = button("Another file…", "iati_other", "", self)
        self.foot.insertWidget(0, self.lists)
        self.foot.addWidget(self.other)
        self.lists.clicked.connect(self._on_lists)
        self.other.clicked.connect(self._on_other)
        self.problems.record_wanted.connect(context.show_record)
        self.check()

    def check(self) -> None:
        """Checks the file, again where it was corrected meanwhile."""
        self.problems.hide()
        self.begin(f"Checking {self._path.name}", partial(_check, self._path), self._on_checked)

    def _on_checked(self, done: Validated) -> None:
        count = f"{done.activities:,} activit{'y' if done.activities == 1 else 'ies'}"
        errors = sum(one.level == "error" for one in done.problems)
        self.heading.setText(f"{done.file.name}: {count}")
        if not done.valid:
            more = "at least " if done.problem_count > len(done.problems) else ""
            words = f"Not valid: {more}{errors:,} error{'' if errors == 1 else 's'}."
            tell(self.problem, words, "late")
        elif done.problem_count:
            tell(self.problem, "Valid. The standard advises:", "attention")
        else:
            tell(self.problem, "Valid: schema, rules and code lists of IATI 2.03.", "ok")
        self.problems.show_problems(done.problems, done.problem_count)
        self.problems.setVisible(bool(done.problem_count))

    def failed(self, error: Exception) -> None:
        self.heading.setText(self._path.name)
        super().failed(error)

    def _on_other(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(
            self, "Validate an IATI file", str(self._path.parent),
            "IATI activities (*.xml);;All files (*)",
        )  # fmt: skip
        if chosen:
            self._path = Path(chosen)
            self.check()

    def _on_lists(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(
            self,
            "Replace code lists",
            "",
            "Lists, rules, schema of IATI (*.xml *.zip *.json)",
        )
        if chosen:
            self.take_lists(Path(chosen))

    def take_lists(self, path: Path) -> None:
        """Takes newer lists and checks the file with them."""
        self.begin(f"Reading {path.name}", partial(_take, path), self._on_taken)

    def _on_taken(self, names: list[str]) -> None:
        self.context.say(f"Newer lists are used from now on: {', '.join(names)}.", "ok")
        self.check()


def _check(path: Path, db: Database, _progress: Progress, stopped: Cancelled) -> Validated:
    return iati_validate.validate(path, db, stopped)


def _take(path: Path, _db: Database, _progress: Progress, stopped: Cancelled) -> list[str]:
    return iati_validate.take_lists(path, stopped)
