"""Brings an IATI file in: read at once, looked at by activity, written as one step."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog, QTabWidget, QVBoxLayout, QWidget

from aps_desktop.domain.changes import Applied
from aps_desktop.domain.entities import entity as entity_of
from aps_desktop.models.rows_model import RowsModel
from aps_desktop.services import iati_codes, iati_import, importing, importing_lines
from aps_desktop.services.iati_import import IatiPlan
from aps_desktop.services.importing_lines import Line
from aps_desktop.services.importing_types import Verdict
from aps_desktop.views.changes_table import rows_table
from aps_desktop.views.fitting import fit
from aps_desktop.views.iati_import_unknown import Choices, UnknownPage
from aps_desktop.views.iati_parts import IatiWindow, ProblemTable
from aps_desktop.views.plain_label import PlainLabel
from aps_desktop.views.sync_pane_parts import button, tell

if TYPE_CHECKING:
    from aps_desktop.db.connection import Connection
    from aps_desktop.db.engine import Database
    from aps_desktop.tasks.jobs import Cancelled, Progress
    from aps_desktop.views.context import Context

_MOST = 5_000
Read = tuple[IatiPlan, Choices]


class IatiImportDialog(IatiWindow):
    """Nothing is written before its button; what was written can be taken back here too."""

    def __init__(self, context: Context, path: Path, parent: QWidget | None = None) -> None:
        super().__init__("iati_import", "Import IATI", context, parent)
        fit(self, 1080, 680)
        self._path = path
        self.plan: IatiPlan | None = None
        self.undone = ""
        self._pages()
        self.undo_button = button("Undo import", "iati_import_undo", "", self)
        self.split_button = button("Split the file…", "iati_import_split", "primary", self)
        self.apply_button = button("Import", "iati_import_apply", "primary", self)
        self.foot.insertWidget(0, self.undo_button)
        self.foot.addWidget(self.split_button)
        self.foot.addWidget(self.apply_button)
        self.split_button.clicked.connect(self._on_split)
        self.apply_button.clicked.connect(self._on_apply)
        self.undo_button.clicked.connect(self._on_undo)
        self.unknown.answered.connect(self._on_answered)
        self.problems.record_wanted.connect(context.show_record)
        self.undo_button.hide()
        self.read()

    def _pages(self) -> None:
        self.tabs = QTabWidget(self.page)
        self.tabs.setObjectName("iati_import_tabs")
        self.tabs.setAccessibleName("What the import would do")
        self.activities = RowsModel(
            ("Line", "Identifier", "Title", "New", "Changed", "The same", "Refused", "Problems"),
            numbers=(0, 3, 4, 5, 6, 7), parent=self,
        )  # fmt: skip
        self.changes = RowsModel(("What", "Record", "Field", "Here → in the file"), parent=self)
        self.problems = ProblemTable(self.tabs)
        self.unknown = UnknownPage(self.tabs)
        tables = (
            ("Activities", rows_table("iati_activities", "Activities", self.activities,
                                      (70, 230, 0, 70, 80, 80, 76, 84), self.tabs)),
            ("Changes", rows_table("iati_changes", "Changed fields", self.changes,
                                   (150, 260, 180, 0), self.tabs)),
        )  # fmt: skip
        for words, widget in (*tables, ("Problems", self.problems), ("Not known", self.unknown)):
            self.tabs.addTab(widget, words)
        column = QVBoxLayout(self.page)
        column.setContentsMargins(0, 0, 0, 0)
        self.summary = PlainLabel("", self.page, role="muted", wrap=True)
        self.summary.setObjectName("iati_import_summary")
        column.addWidget(self.summary)
        column.addWidget(self.tabs)
        self.summary.hide()
        self.tabs.hide()

    # Reading ------------------------------------------------------------------------------------

    def read(self) -> None:
        """Reads and compares the file."""
        self.plan = None
        self.apply_button.hide()
        self.split_button.hide()
        self.begin(f"Reading {self._path.name}", partial(_read, self._path), self._on_read)

    def _on_read(self, found: Read) -> None:
        self.plan, choices = found
        plan = self.plan
        count = sum(1 for one in plan.activities if one.identifier)
        self.heading.setText(
            f"{self._path.name}: {count:,} activit{'y' if count == 1 else 'ies'}, "
            f"IATI {plan.version}"
        )
        self._show_tables(plan, choices)
        self.context.runner.query(
            partial(_changes, plan), self._on_changes, owner=self, key="iati_changes"
        )
        number = plan.count(Verdict.NEW) + plan.count(Verdict.CHANGED)
        self.apply_button.setText(f"Import {number:,} record{'' if number == 1 else 's'}")
        self.apply_button.setVisible(bool(number))
        self.apply_button.setEnabled(not self.context.db.read_only)
        self.apply_button.setDefault(True)
        self.close_button.setText("Cancel" if number else "Close")
        if not plan.activities:
            tell(self.problem, "No activity stands in the file.", "attention")
        elif not number and plan.complete:
            tell(self.problem, "Everything in the file is here already.", "ok")
        elif not number:
            tell(self.problem, "Nothing of the file can come in: see “Problems”.", "attention")
        elif not plan.complete:
            unknown = "Some codes or organisations are not known: see “Not known”."
            lost = "Not everything in the file can come in: see “Problems”."
            words = [*([unknown] if plan.unknown else []), *([lost] if plan.lost else [])]
            tell(self.problem, " ".join(words), "attention")

    def _show_tables(self, plan: IatiPlan, choices: Choices) -> None:
        self.tabs.show()
        told = [f"{words}: {kinds}." for words, verdict in (
            ("New", Verdict.NEW), ("Changed", Verdict.CHANGED), ("Refused", Verdict.REFUSED)
        ) if (kinds := _kinds(plan, verdict))]  # fmt: skip
        self.summary.setText(" ".join(told))
        self.summary.setVisible(bool(told))
        self.activities.show([(one, _line(one)) for one in plan.activities[:_MOST]])
        problems = plan.problems
        self.problems.show_problems(problems, len(problems))
        self.unknown.show_unknown(plan.unknown, choices)
        counts = (
            len(plan.activities), plan.count(Verdict.CHANGED), len(problems), len(plan.unknown)
        )  # fmt: skip
        words = ("Activities", "Changed records", "Problems", "Not known")
        for at, (count, text) in enumerate(zip(counts, words, strict=True)):
            self.tabs.setTabText(at, f"{text} ({count:,})")
            self.tabs.setTabVisible(at, bool(count) or at == 0)

    def _on_changes(self, found: list[Line]) -> None:
        self.changes.show([(one, (one.what, one.title, one.field, one.detail)) for one in found])

    def failed(self, error: Exception) -> None:
        self.heading.setText(f"“{self._path.name}” was not imported")
        super().failed(error)
        self.split_button.setVisible(isinstance(error, iati_import.TooLarge))
        if self.plan is not None:  # such as: somebody has changed something meanwhile
            self.plan = None
            self.apply_button.setText("Read the file again")
            self.apply_button.show()

    # A file that is too large -------------------------------------------------------------------

    def _on_split(self) -> None:
        chosen = QFileDialog.getExistingDirectory(
            self, "Folder for the parts", str(self._path.parent)
        )
        if chosen:
            self.split(Path(chosen))

    def split(self, folder: Path) -> None:
        """Takes the file apart into files that can be imported."""
        self.split_button.hide()
        work = partial(_split, self._path, folder)
        self.begin(f"Splitting {self._path.name}", work, self._on_parts)

    def _on_parts(self, parts: list[Path]) -> None:
        self.heading.setText(f"{len(parts):,} part{'' if len(parts) == 1 else 's'} written")
        names = ", ".join(f"“{part.name}”" for part in parts[:10])
        words = f"Import them one after another: {names}, in {parts[0].parent}."
        tell(self.problem, words, "ok")

    # Answers, writing, undoing ------------------------------------------------------------------

    def _on_answered(self, answers: dict[tuple[str, str], str]) -> None:
        self.context.runner.mutate(
            partial(_remember, answers), self._on_remembered, self.failed, owner=self
        )

    def _on_remembered(self, _: Applied) -> None:
        self.read()

    def _on_apply(self) -> None:
        if self.plan is None:
            self.read()
        else:
            self.apply_button.hide()
            self.begin(f"Importing {self._path.name}", partial(_apply, self.plan), self._on_applied)

    def _on_applied(self, result: tuple[IatiPlan, Applied]) -> None:
        plan = result[0]
        self.context.backup_made.emit()
        number = plan.count(Verdict.NEW) + plan.count(Verdict.CHANGED)
        self.heading.setText(f"{number:,} record{'' if number == 1 else 's'} imported")
        words = "One step that can be undone; a backup was made before."
        if plan.lost:
            words = f"{words} Not everything in the file came in: see “Problems”."
        tell(self.problem, words, "attention" if plan.lost else "ok")
        self.undo_button.show()
        self.undone = plan.label
        self.close_button.setText("Close")
        self.close_button.setFocus()

    def _on_undo(self) -> None:
        self.context.runner.mutate(
            partial(_undo, self.undone), self._on_undone, self._on_not_undone, owner=self
        )

    def _on_not_undone(self, error: Exception) -> None:
        super().failed(error)

    def _on_undone(self, applied: Applied) -> None:
        self.heading.setText("The import was undone")
        tell(self.problem, "Everything is as it was before. Redo brings it back.", "ok")
        self.undo_button.hide()
        self.summary.hide()
        self.context.say(f"Undone: {applied.label}", "ok")


def _line(one: iati_import.ActivityReport) -> tuple[str, ...]:
    counts = (one.counts.get(verdict, 0) for verdict in iati_import.PART_VERDICTS)
    shown = (f"{count:,}" if count else "–" for count in (*counts, len(one.problems)))
    return f"{one.line:,}", one.identifier, one.title, *shown


def _kinds(plan: IatiPlan, verdict: Verdict) -> str:
    """How many records of each kind: "1 project, 6 budget lines"."""
    found = []
    for sheet in plan.plan.sheets:
        number = sheet.count(verdict)
        if verdict is Verdict.REFUSED:
            number += sheet.count(Verdict.WAITING)
        if number and sheet.records:
            kind = entity_of(sheet.records[0].entity)
            found.append(f"{number:,} {(kind.label if number == 1 else kind.plural).lower()}")
    return ", ".join(found)


def _read(path: Path, db: Database, progress: Progress, cancelled: Cancelled) -> Read:
    plan = iati_import.plan(db, path, progress, cancelled)
    kinds = {kind for kind, _ in plan.unknown}
    return plan, {kind: iati_codes.choices(db.reader(), kind) for kind in kinds}


def _changes(plan: IatiPlan, c: Connection) -> list[Line]:
    return importing_lines.lines(c, plan.plan, Verdict.CHANGED)


def _remember(answers: dict[tuple[str, str], str], db: Database) -> Applied:
    iati_codes.remember(db, answers)
    return Applied(0, "")


def _apply(
    plan: IatiPlan, db: Database, progress: Progress, cancelled: Cancelled
) -> tuple[IatiPlan, Applied]:
    done = iati_import.apply(db, plan, progress, cancelled)
    return done, done.applied or Applied(0, "")


def _split(
    path: Path, folder: Path, _db: Database, _progress: Progress, stopped: Cancelled
) -> list[Path]:
    return iati_import.split(path, folder, stopped)


def _undo(label: str, db: Database) -> Applied:
    return importing.undo(db, label)
