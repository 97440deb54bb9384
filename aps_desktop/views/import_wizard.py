"""Brings a workbook in, in four calm steps: file, sheets and columns, preview, done."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from aps_desktop.domain.changes import Applied
from aps_desktop.services import importing
from aps_desktop.services.importing_types import FoundWorkbook, ImportReport, Plan, Verdict
from aps_desktop.views.context import OK, Context
from aps_desktop.views.fitting import fit
from aps_desktop.views.import_wizard_done import DonePage
from aps_desktop.views.import_wizard_file import FilePage
from aps_desktop.views.import_wizard_preview import PreviewPage
from aps_desktop.views.import_wizard_sheets import SheetsPage
from aps_desktop.views.plain_label import PlainLabel

if TYPE_CHECKING:
    from aps_desktop.db.engine import Database
    from aps_desktop.tasks.jobs import Cancelled, Job, Progress

STEPS = ("File", "Sheets and columns", "Preview", "Done")
FILE, SHEETS, PREVIEW, DONE = range(4)


class ImportWizard(QDialog):
    """All work runs beside the window; nothing is written before the third step's button."""

    def __init__(
        self, context: Context, path: Path | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("import_wizard")
        self.setWindowTitle("Import a workbook")
        self.setAccessibleName("Import a workbook")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        fit(self, 1180, 700)
        self._context = context
        self._job: Job | None = None
        self._plan: Plan | None = None
        self._report: ImportReport | None = None
        self._step = FILE
        self.file = FilePage(self)
        self.sheets = SheetsPage(context, self)
        self.preview = PreviewPage(context, self)
        self.done_page = DonePage(self)
        self.pages = QStackedWidget(self)
        for page in (self.file, self.sheets, self.preview, self.done_page):
            self.pages.addWidget(page)
        self._build()
        self._connect()
        self.show_step(FILE)
        self.file.ask()
        if path is not None:
            self.read(path)

    def _build(self) -> None:
        self.steps = [PlainLabel(f"{n}  {words}", self) for n, words in enumerate(STEPS, 1)]
        trail = QHBoxLayout()
        trail.setSpacing(20)
        for label in self.steps:
            trail.addWidget(label)
        trail.addStretch(1)
        self.name = PlainLabel("", self, role="muted")
        self.name.setObjectName("import_file_name")
        trail.addWidget(self.name)
        self.told = PlainLabel("", self, role="muted")
        self.told.setObjectName("import_told")
        self.back = QPushButton("Back", self)
        self.back.setObjectName("import_back")
        self.next = QPushButton("Next", self)
        self.next.setObjectName("import_next")
        self.next.setProperty("kind", "primary")
        self.cancel = QPushButton("Cancel", self)
        self.cancel.setObjectName("import_cancel")
        for button in (self.back, self.next, self.cancel):
            button.setAutoDefault(False)
        self.next.setDefault(True)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self.told, 1)
        for button in (self.cancel, self.back, self.next):
            foot.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 18, 24, 16)
        column.setSpacing(16)
        column.addLayout(trail)
        column.addWidget(self.pages, 1)
        column.addLayout(foot)

    def _connect(self) -> None:
        self.file.file_chosen.connect(self.read)
        self.file.stop_requested.connect(self._on_stop)
        self.sheets.changed.connect(self._tell)
        self.preview.save_requested.connect(self._on_save)
        self.done_page.save_requested.connect(self._on_save)
        self.done_page.undo_requested.connect(self._on_undo)
        self.back.clicked.connect(self._on_back)
        self.next.clicked.connect(self._on_next)
        self.cancel.clicked.connect(self.reject)

    # Steps --------------------------------------------------------------------------------------

    def step(self) -> int:
        """Which step is shown."""
        return self._step

    def busy(self) -> bool:
        """Whether something is being read, checked or written."""
        return self._job is not None

    def show_step(self, step: int) -> None:
        self._step = step
        self.pages.setCurrentIndex(step)
        for number, label in enumerate(self.steps):
            label.setProperty("role", "strong" if number == step else "muted")
            label.style().unpolish(label)
            label.style().polish(label)
            label.setAccessibleDescription("current step" if number == step else "")
        self._tell()

    def _tell(self) -> None:
        """Which buttons make sense now, and what the next one does."""
        working = self.busy()
        self.back.setVisible(self._step in (SHEETS, PREVIEW) and not working)
        self.next.setVisible(self._step != FILE and not working)
        self.cancel.setVisible(self._step != DONE)
        self.told.setText("")
        if self._step == SHEETS:
            self.next.setText("Check all rows")
            self.next.setEnabled(self.sheets.ready())
        elif self._step == PREVIEW and self._plan is not None:
            self._tell_preview(self._plan)
        elif self._step == DONE:
            self.next.setText("Close")
            self.next.setEnabled(True)

    def _tell_preview(self, plan: Plan) -> None:
        number = plan.count(Verdict.NEW) + plan.count(Verdict.CHANGED)
        self.next.setText(f"Import {number:,} record{'' if number == 1 else 's'}")
        self.next.setEnabled(bool(number))
        self.told.setText(
            "One step that can be undone; a backup is made first." if number
            else "There is nothing to write."
        )  # fmt: skip

    # Work ---------------------------------------------------------------------------------------

    def read(self, path: Path) -> None:
        """Reads a file and goes on to its sheets."""
        self.name.setText(path.name)
        self._begin(f"Reading {path.name}", partial(_read, path), self._on_read)

    def _begin(self, heading: str, work: object, done: object) -> None:
        self.pages.setCurrentWidget(self.file)
        self.file.work(heading)
        finished = False

        def ended(result: object) -> None:
            nonlocal finished
            finished = True
            self._job = None
            done(result)

        def failed(error: Exception) -> None:
            nonlocal finished
            finished = True
            self._job = None
            self._on_failed(error)

        job = self._context.runner.long(
            work, ended, failed, owner=self, progressed=self.file.progress
        )
        self._job = None if finished else job
        self._tell()

    def _on_failed(self, error: Exception) -> None:
        if self._step == FILE:
            self.file.ask(str(error))
            self._tell()
        else:
            self.show_step(self._step)
            self.told.setText(str(error))

    def _on_stop(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._job = None
        if self._step == FILE:
            self.file.ask()
        self.show_step(self._step)

    def _on_read(self, found: FoundWorkbook) -> None:
        self.sheets.show_workbook(found)
        self.show_step(SHEETS)

    def _on_planned(self, plan: Plan) -> None:
        self._plan = plan
        self.preview.show_plan(plan)
        self.show_step(PREVIEW)

    def _on_applied(self, result: tuple[ImportReport, Applied]) -> None:
        self._report = result[0]
        self._context.backup_made.emit()
        self.done_page.show_report(self._report)
        self.show_step(DONE)
        self.next.setFocus()

    # Buttons ------------------------------------------------------------------------------------

    def _on_next(self) -> None:
        if self._step == SHEETS:
            found = self.sheets.workbook()
            if found is not None:
                self._begin("Checking all rows", partial(_plan, found), self._on_planned)
        elif self._step == PREVIEW and self._plan is not None:
            self._begin("Importing", partial(_apply, self._plan), self._on_applied)
            self.file.stop.setEnabled(True)
        elif self._step == DONE:
            self.accept()

    def _on_back(self) -> None:
        if self._step == SHEETS:
            self.file.ask()
        self.show_step(self._step - 1)

    def _on_save(self) -> None:
        if self._plan is None:
            return
        source = self._plan.found.path
        chosen, _ = QFileDialog.getSaveFileName(
            self, "Save refused rows", f"{source.stem} – refused rows.xlsx", "Workbook (*.xlsx)"
        )
        if chosen:
            self.save_refused(Path(chosen))

    def save_refused(self, target: Path) -> None:
        """Writes the refused rows as a workbook, in the background."""
        target = target if target.suffix.lower() == ".xlsx" else target.with_suffix(".xlsx")
        work = partial(_save, self._plan, target)
        self._context.runner.long(work, self._on_saved, self._on_not_saved, owner=self)

    def _on_saved(self, rows: int) -> None:
        self.told.setText(f"{rows:,} rows saved, with the reasons beside them.")

    def _on_not_saved(self, error: Exception) -> None:
        self.told.setText(str(error))

    def _on_undo(self) -> None:
        if self._report is not None:
            self._context.runner.mutate(
                partial(_undo, self._report.label), self._on_undone, self._on_not_saved, owner=self
            )

    def _on_undone(self, applied: Applied) -> None:
        self.done_page.show_undone()
        self._context.say(f"Undone: {applied.label}", OK)

    def done(self, result: int) -> None:
        """However the window closes: work that nobody waits for ends."""
        if self._job is not None:
            self._job.cancel()
            self._job = None
        super().done(result)


def _read(path: Path, db: Database, progress: Progress, cancelled: Cancelled) -> FoundWorkbook:
    return importing.read(db, path, progress, cancelled)


def _plan(found: FoundWorkbook, db: Database, progress: Progress, cancelled: Cancelled) -> Plan:
    return importing.plan(db, found, progress, cancelled)


def _apply(
    plan: Plan, db: Database, progress: Progress, cancelled: Cancelled
) -> tuple[ImportReport, Applied]:
    report = importing.apply(db, plan, progress, cancelled)
    return report, report.applied or Applied(0, "")


def _save(plan: Plan, target: Path, db: Database, progress: Progress, cancelled: Cancelled) -> int:
    del db, progress, cancelled
    return importing.save_refused(plan, target)


def _undo(label: str, db: Database) -> Applied:
    return importing.undo(db, label)
