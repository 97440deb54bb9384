"""Making a bundle: for whom, how much of the records, where to, and what came of it."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from aps_desktop.domain.changes import Applied
from aps_desktop.domain.office_names import the_office
from aps_desktop.services import making
from aps_desktop.services.making import Choices, Made, Wanted
from aps_desktop.services.merge_report import many
from aps_desktop.views.export_bundle_dialog_form import ExportForm
from aps_desktop.views.fitting import fit, scrolled
from aps_desktop.views.plain_label import PlainLabel
from aps_desktop.views.sync_pane_parts import Card, button, progress_bar, said, tell

if TYPE_CHECKING:
    from aps_desktop.db.engine import Database
    from aps_desktop.tasks.jobs import Cancelled, Progress
    from aps_desktop.views.context import Context


class ExportBundleDialog(QDialog):
    """A form, then what was made."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.context = context
        self.made: Made | None = None
        self._choices: Choices | None = None
        self._busy = False
        self.setObjectName("export_bundle")
        self.setWindowTitle("Make a bundle")
        self.setAccessibleName("Make a bundle")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        fit(self, 600, 620)
        self.heading = PlainLabel("Make a bundle", self, role="title", wrap=True)
        self.problem = PlainLabel("", self, wrap=True)
        self.problem.setObjectName("export_problem")
        self.problem.hide()
        self.lacks = PlainLabel("", self, role="muted", wrap=True)
        self.lacks.setObjectName("export_lacks")
        self.form = ExportForm(self)
        self.result_page = QWidget(self)
        self.pages = QStackedWidget(self)
        self.pages.addWidget(scrolled(self.form, "export_scroll", "What and for whom", self))
        self.pages.addWidget(self.result_page)
        self._bar = progress_bar(self)
        self.make = button("Make the bundle", "export_make", "primary", self)
        self.show_folder = button("Show in folder", "export_show", "primary", self)
        self.leave = button("Cancel", "export_close", "", self)
        self.show_folder.hide()
        self._lay_out()
        self._connect()
        context.runner.mutate(_choices, self._on_choices, self._on_failed, owner=self)

    def _lay_out(self) -> None:
        foot = QHBoxLayout()
        foot.addWidget(self.lacks, 1)
        for one in (self.leave, self.show_folder, self.make):
            foot.addWidget(one)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 18)
        layout.setSpacing(12)
        for widget in (self.heading, self.problem):
            layout.addWidget(widget)
        layout.addWidget(self.pages, 1)
        layout.addWidget(self._bar)
        layout.addLayout(foot)

    def _connect(self) -> None:
        self.make.setDefault(True)
        self.make.setEnabled(False)
        self.make.clicked.connect(self._on_make)
        self.leave.clicked.connect(self.reject)
        self.show_folder.clicked.connect(self._on_show_folder)
        self.form.browse_wanted.connect(self._on_browse)
        self.form.changed.connect(self._on_form_changed)

    def _on_choices(self, result: tuple[Choices, Applied]) -> None:
        self._choices = result[0]
        kept = self.context.ui_state.get("bundle_folder", "")
        folder = Path(kept) if kept and Path(kept).is_dir() else Path.home()
        self.form.begin(self._choices, folder)
        self._on_form_changed()

    def _on_form_changed(self) -> None:
        if self._choices is None:
            return
        name = making.file_name(self._choices, self.form.offices(), datetime.now())
        self.form.show_name(name)
        lacks = self.form.lacks()
        self.lacks.setText(lacks)
        self.make.setEnabled(not lacks and not self._busy)

    def _on_browse(self) -> None:
        chosen = QFileDialog.getExistingDirectory(
            self, "Where to put the bundle", str(self.form.folder())
        )
        if chosen:
            self.form.set_folder(Path(chosen))

    # Making -------------------------------------------------------------------------------------

    def _on_make(self) -> None:
        wanted = self.form.wanted()
        self.context.ui_state.put("bundle_folder", str(wanted.folder))
        self._busy = True
        tell(self.problem, "")
        self.make.setEnabled(False)
        self._bar.show()
        self.context.runner.long(partial(_make, wanted), self._on_made, self._on_failed, owner=self)

    def _on_failed(self, error: Exception) -> None:
        self._busy = False
        self._bar.hide()
        tell(self.problem, str(error), "late")
        self._on_form_changed()
        self.make.setFocus()  # it lost the keyboard when it was greyed out

    def _on_made(self, result: tuple[Made, Applied]) -> None:
        made = self.made = result[0]
        self._busy = False
        self._bar.hide()
        self.heading.setText(f"Bundle {made.exported.sequence:,} is ready")
        lines = QVBoxLayout(self.result_page)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.addWidget(self._result(made))
        lines.addWidget(PlainLabel(_NEXT, self.result_page, role="muted", wrap=True))
        lines.addStretch(1)
        self.pages.setCurrentWidget(self.result_page)
        self.make.hide()
        self.lacks.setText("")
        self.show_folder.show()
        self.leave.setText("Close")
        self.show_folder.setDefault(True)
        self.show_folder.setFocus()

    def _result(self, made: Made) -> Card:
        exported = made.exported
        card = Card("export_result", self.result_page)
        parts = [many(exported.changes, "change"), many(exported.files, "file")]
        card.lines.addWidget(
            PlainLabel(" · ".join([*parts, size(exported.bytes)]), card, role="strong")
        )
        for file in made.files:
            card.lines.addWidget(PlainLabel(file.name, card, wrap=True))
        if narrowed := self.form.narrowed():
            card.lines.addWidget(PlainLabel(narrowed[0].upper() + narrowed[1:], card, wrap=True))
        offices = ", ".join(the_office(code) for code in self.form.offices())
        if exported.encrypted:
            whom = f"computers of {offices}" if offices else "the computers on the office list"
            words = f"Encrypted: only {whom} can read it."
            card.lines.addWidget(said(words, "ok", card))
        else:
            card.lines.addWidget(said(_OPEN, "attention", card))
        if not exported.changes:
            words = "There is nothing new in it: they have confirmed all of your changes."
            card.lines.addWidget(said(words, "", card))
        return card

    def _on_show_folder(self) -> None:
        folder = str(self.made.files[0].parent)
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(folder)):
            self.context.say("The folder could not be shown.", "attention")

    def reject(self) -> None:
        if not self._busy:
            super().reject()


_OPEN = (
    "Not encrypted, since no other office's computer is on the list here: whoever finds the stick "
    "or the mail can read it."
)
_NEXT = (
    "Send it by mail or carry it on a stick. What the others have is known here when a bundle "
    "comes back from them."
)


def _choices(db: Database) -> tuple[Choices, Applied]:
    return making.choices(db), Applied(0, "", {})


def _make(
    wanted: Wanted, db: Database, progress: Progress, cancelled: Cancelled
) -> tuple[Made, Applied]:
    """The history of bundles has a line more: pages read it again."""
    made = making.make(db, wanted)
    return made, Applied(0, "", {"bundle_log": frozenset()})


def size(count: int) -> str:
    """A file's size in words."""
    return f"{count / 1_000_000:,.1f} MB" if count >= 100_000 else f"{count / 1000:,.1f} kB"
