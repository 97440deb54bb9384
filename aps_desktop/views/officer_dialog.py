"""Asks who is working: a name beside changes, no lock."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCompleter,
    QDialog,
    QDialogButtonBox,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from aps_desktop.services import working
from aps_desktop.views.context import OK
from aps_desktop.views.plain_label import PlainLabel

if TYPE_CHECKING:
    from aps_desktop.db.engine import Database
    from aps_desktop.views.context import Context

_WHAT = "The name stands beside every change that is made from now on, in every office."
_NO_LOCK = (
    "It is a name and no lock: it does not keep out a person who uses this computer with your "
    "account. Lock the screen, encrypt the disk, and use a passphrase for this database."
)


class OfficerDialog(QDialog):
    """One name; those that the database knows are offered while one types."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.setObjectName("officer_dialog")
        self.setWindowTitle("Who is working")
        self.setMinimumWidth(440)
        self.name = QLineEdit(self)
        self.name.setObjectName("officer_name")
        self.name.setAccessibleName("Your name")
        self.name.setMaxLength(working.LONGEST)
        c = context.runner.window_connection()
        self.name.setText(working.officer(c))
        self.name.selectAll()
        names = QCompleter(working.known(c), self)
        names.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        names.setFilterMode(Qt.MatchFlag.MatchContains)
        self.name.setCompleter(names)
        self.take = QPushButton("Work under this name", self)
        self._lay_out()
        self._on_typed()

    def _lay_out(self) -> None:
        label = PlainLabel("Your &name", self)
        label.setBuddy(self.name)
        self.take.setObjectName("officer_take")
        self.take.setProperty("kind", "primary")
        self.take.setDefault(True)
        buttons = QDialogButtonBox(self)
        buttons.addButton(self.take, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton("Cancel", QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self._on_taken)
        buttons.rejected.connect(self.reject)
        self.name.textChanged.connect(self._on_typed)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(28, 24, 28, 20)
        layout.setSpacing(8)
        layout.addWidget(PlainLabel("Who is working?", self, role="heading"))
        layout.addWidget(label)
        layout.addWidget(self.name)
        for words in (_WHAT, _NO_LOCK):
            note = PlainLabel(words, self, wrap=True)
            note.setProperty("role", "hint")
            layout.addWidget(note)
        layout.addSpacing(8)
        layout.addWidget(buttons)

    def _on_typed(self) -> None:
        self.take.setEnabled(bool(self.name.text().strip()))

    def _on_taken(self) -> None:
        self.take.setEnabled(False)
        self._context.runner.long(
            partial(_name, self.name.text()), self._on_named, self._on_failed, owner=self
        )

    def _on_failed(self, error: Exception) -> None:
        self.take.setEnabled(True)
        self._context.show_failure(error)

    def _on_named(self, name: str) -> None:
        self._context.officer_named.emit(name)
        self._context.say(f"Changes are now made by {name}.", OK)
        self.accept()


def _name(name: str, db: Database, progress: object, cancelled: object) -> str:
    return working.name_officer(db, name)
