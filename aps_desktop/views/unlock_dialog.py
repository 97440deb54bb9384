"""Asks for the passphrase of a locked database."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QLineEdit, QVBoxLayout, QWidget

from aps_desktop.views import icons, theme
from aps_desktop.views.plain_label import PlainLabel

_ROLE = QDialogButtonBox.ButtonRole


class UnlockDialog(QDialog):
    """One field; what was wrong with the last try stands above it."""

    def __init__(self, name: str, problem: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("unlock_dialog")
        self.setWindowTitle("Unlock the database")
        self.setAccessibleName("Unlock the database")
        self.setMinimumSize(QSize(440, 0))
        picture = QLabel(self)
        picture.setPixmap(icons.pixmap("lock", 32, theme.tokens().accent, self.devicePixelRatioF()))
        self.field = QLineEdit(self)
        self.field.setObjectName("passphrase")
        self.field.setAccessibleName("Passphrase")
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        label = PlainLabel("&Passphrase")
        label.setBuddy(self.field)
        wrong = PlainLabel(problem, wrap=True)
        wrong.setObjectName("unlock_problem")
        wrong.setProperty("status", "late")
        wrong.setVisible(bool(problem))
        buttons = QDialogButtonBox(self)
        self._unlock = buttons.addButton("Unlock", _ROLE.AcceptRole)
        buttons.addButton("Cancel", _ROLE.RejectRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self._unlock.setDefault(True)
        self._unlock.setEnabled(False)
        self.field.textChanged.connect(self._on_typed)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(28, 24, 28, 20)
        layout.setSpacing(10)
        layout.addWidget(picture)
        layout.addWidget(PlainLabel(f"{name} is locked", role="heading", wrap=True))
        layout.addWidget(wrong)
        layout.addWidget(label)
        layout.addWidget(self.field)
        layout.addSpacing(8)
        layout.addWidget(buttons)

    def _on_typed(self, text: str) -> None:
        self._unlock.setEnabled(bool(text))
