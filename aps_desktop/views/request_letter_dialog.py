"""Writes the letter that asks for a tranche: what is left open in it, and how it will read."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from uuid import UUID

from PySide6.QtCore import QStandardPaths, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QGridLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from aps_desktop.db.connection import Connection
from aps_desktop.db.engine import Database
from aps_desktop.domain import clock
from aps_desktop.domain.changes import Applied
from aps_desktop.domain.errors import InvalidValue, UserError
from aps_desktop.services import request_letters
from aps_desktop.services.request_letters import Start, Wording
from aps_desktop.views.context import OK, Context
from aps_desktop.views.fitting import fit
from aps_desktop.views.plain_label import PlainLabel

_FOLDER = "letter_folder"
_SIGNATORY = "letter_signatory"
_FIELDS = (
    ("reference", "Reference"),
    ("salutation", "Salutation"),
    ("addressee", "Addressee"),
    ("signatory", "Signed by"),
    ("signatory_post", "Post of the signatory"),
)
_PLACES = ((0, 0), (0, 1), (1, 0), (2, 0), (2, 1))


class RequestLetterDialog(QDialog):
    """The letter is shown as it will read; Ctrl+Enter or the button writes it."""

    def __init__(self, context: Context, tranche: UUID, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._tranche = tranche
        self._start: Start | None = None
        self.setObjectName("request_letter")
        self.setWindowTitle("Write the request letter")
        fit(self, 640, 620)
        self.lines = {name: self._line(name, label) for name, label in _FIELDS}
        self.preview = QPlainTextEdit(self)
        self.preview.setObjectName("letter_preview")
        self.preview.setAccessibleName("The letter as it will read")
        self.preview.setReadOnly(True)
        self.error = PlainLabel("", self, wrap=True)
        self.error.setObjectName("letter_error")
        self.error.setProperty("status", "late")
        self.error.hide()
        self._lay_out()
        context.runner.query(
            partial(_begin, tranche, clock.today(context.db.clock)),
            self._on_begun,
            self._on_refused,
            owner=self,
        )

    def _line(self, name: str, label: str) -> QLineEdit:
        line = QLineEdit(self)
        line.setObjectName(f"letter_{name}")
        line.setAccessibleName(label)
        line.textEdited.connect(self._show_preview)
        return line

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(4)
        for number, (name, label) in enumerate(_FIELDS):
            words = PlainLabel(label, self, role="small")
            words.setBuddy(self.lines[name])
            wide = name == "addressee"
            row, column = _PLACES[number]
            grid.addWidget(words, 2 * row, column, 1, 2 if wide else 1)
            grid.addWidget(self.lines[name], 2 * row + 1, column, 1, 2 if wide else 1)
        buttons = QDialogButtonBox(self)
        self.write_button = QPushButton("Save and attach the letter…", self)
        self.write_button.setObjectName("write_letter")
        self.write_button.setProperty("kind", "primary")
        self.write_button.setShortcut("Ctrl+Return")
        self.write_button.setEnabled(False)
        self.write_button.clicked.connect(self._on_write)
        buttons.addButton(self.write_button, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(10)
        column.addLayout(grid)
        column.addWidget(PlainLabel("How it will read", self, role="small"))
        column.addWidget(self.preview, 1)
        column.addWidget(self.error)
        column.addWidget(buttons)

    def wording(self) -> Wording:
        """What stands in the fields."""
        typed = {name: line.text().strip() for name, line in self.lines.items()}
        return Wording(on=self._start.wording.on, **typed)

    def _on_begun(self, start: Start) -> None:
        self._start = start
        kept = self._context.ui_state.get(_SIGNATORY, [])
        signatory = kept if isinstance(kept, list) and len(kept) == 2 else ["", ""]
        wording = replace(
            start.wording, signatory=str(signatory[0]), signatory_post=str(signatory[1])
        )
        for name, line in self.lines.items():
            line.setText(getattr(wording, name))
            line.setCursorPosition(0)
        if start.missing:
            self._say(f"Missing in the records: {', '.join(start.missing)}.")
        self.lines["addressee"].setFocus()
        self._show_preview()

    def _show_preview(self) -> None:
        if self._start is not None:
            self._context.runner.query(
                partial(_words, self._tranche, self.wording()),
                self._on_words,
                self._on_refused,
                owner=self,
                key="preview",
            )

    def _on_words(self, words: str) -> None:
        at = self.preview.verticalScrollBar().value()
        self.preview.setPlainText(words)
        self.preview.verticalScrollBar().setValue(at)
        self.write_button.setEnabled(not self._context.db.read_only)

    def _on_write(self) -> None:
        documents = QStandardPaths.StandardLocation.DocumentsLocation
        folder = self._context.ui_state.get(_FOLDER, "") or QStandardPaths.writableLocation(
            documents
        )
        chosen, _ = QFileDialog.getSaveFileName(
            self,
            "Save the letter",
            str(Path(folder) / self._start.file_name),
            "Word document (*.docx)",
        )
        if chosen:
            target = Path(chosen)
            self.write(target if target.suffix.lower() == ".docx" else Path(f"{target}.docx"))

    def write(self, target: Path) -> None:
        """Writes the letter to that file and attaches it to the tranche."""
        wording = self.wording()
        self._context.ui_state.put(_FOLDER, str(target.parent))
        self._context.ui_state.put(_SIGNATORY, [wording.signatory, wording.signatory_post])
        self.write_button.setEnabled(False)
        self._context.runner.long(
            partial(_write, self._tranche, wording, target),
            self._on_written,
            self._on_refused,
            owner=self,
        )

    def _on_written(self, result: tuple[Applied, Path]) -> None:
        target = result[1]
        self._context.say(
            f"“{target.name}” is written and attached.", OK, "Open it", partial(_open, target)
        )
        self.accept()

    def _on_refused(self, error: Exception) -> None:
        if not isinstance(error, UserError):
            raise error
        missing = isinstance(error, InvalidValue)
        self.write_button.setEnabled(self._start is not None and not missing)
        self._say(str(error))

    def _say(self, words: str) -> None:
        self.error.setText(words)
        self.error.show()


def _begin(tranche: UUID, today: object, c: Connection) -> Start:
    return request_letters.start(c, tranche, today)


def _words(tranche: UUID, wording: Wording, c: Connection) -> str:
    return request_letters.as_text(request_letters.compose(c, tranche, wording))


def _write(
    tranche: UUID, wording: Wording, target: Path, db: Database, progress: object, stopped: object
) -> tuple[Applied, Path]:
    del progress, stopped
    return request_letters.write(db, tranche, wording, target)


def _open(target: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(target)))
