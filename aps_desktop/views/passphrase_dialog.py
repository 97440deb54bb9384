"""Sets, changes or removes the passphrase of the open database."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLineEdit,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from aps_desktop.views.plain_label import PlainLabel

_ROLE = QDialogButtonBox.ButtonRole
_JUDGE_AFTER_MS = 250
_WORDS = ("Very weak", "Weak", "Fair", "Good", "Strong")


class PassphraseDialog(QDialog):
    """Asks for the present passphrase where there is one, and for a new one, twice."""

    def __init__(self, *, locked: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.remove = False
        self.setObjectName("passphrase_dialog")
        self.setWindowTitle("Passphrase")
        self.setMinimumWidth(460)
        self._judging = QTimer(self)
        self._judging.setSingleShot(True)
        self._judging.setInterval(_JUDGE_AFTER_MS)
        self._judging.timeout.connect(self._judge)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(28, 24, 28, 20)
        self._layout.setSpacing(8)
        heading = "Change the passphrase" if locked else "Lock the database with a passphrase"
        self._layout.addWidget(PlainLabel(heading, role="heading", wrap=True))
        self.present = self._field("P&resent passphrase", "present_passphrase") if locked else None
        self.new = self._field("&New passphrase", "new_passphrase")
        self.again = self._field("New passphrase a&gain", "new_passphrase_again")
        self._meter = QProgressBar(self)
        self._meter.setObjectName("passphrase_strength")
        self._meter.setAccessibleName("Strength of the passphrase")
        self._meter.setRange(0, 4)
        self._meter.setTextVisible(False)
        self._layout.addWidget(self._meter)
        self._note = PlainLabel(
            "Four unrelated words make a good one. There is no way back in without it; earlier "
            "backups keep the passphrase they were made with.",
            wrap=True,
        )
        self._note.setProperty("role", "hint")
        self._layout.addWidget(self._note)
        self._layout.addSpacing(8)
        self._layout.addWidget(self._buttons(locked=locked))
        self._on_typed()

    def _field(self, label: str, name: str) -> QLineEdit:
        field = QLineEdit(self)
        field.setObjectName(name)
        field.setAccessibleName(label.replace("&", ""))
        field.setEchoMode(QLineEdit.EchoMode.Password)
        words = PlainLabel(label)
        words.setBuddy(field)
        self._layout.addWidget(words)
        self._layout.addWidget(field)
        field.textChanged.connect(self._on_typed)
        return field

    def _buttons(self, *, locked: bool) -> QDialogButtonBox:
        buttons = QDialogButtonBox(self)
        words = "Change the passphrase" if locked else "Lock the database"
        self._accept = buttons.addButton(words, _ROLE.AcceptRole)
        self._remove = None
        if locked:
            self._remove = buttons.addButton("Remove the passphrase", _ROLE.DestructiveRole)
            self._remove.clicked.connect(self._on_remove)
        buttons.addButton("Cancel", _ROLE.RejectRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self._accept.setDefault(True)
        return buttons

    def _on_typed(self) -> None:
        same = bool(self.new.text().strip()) and self.new.text() == self.again.text()
        known = self.present is None or bool(self.present.text())
        self._accept.setEnabled(same and known)
        if self._remove is not None:
            self._remove.setEnabled(known)
        self._judging.start()

    def _on_remove(self) -> None:
        self.remove = True
        self.accept()

    def _judge(self) -> None:
        """Tells the strength; the judge is loaded only now, it is slow to start."""
        from zxcvbn import zxcvbn

        text = self.new.text()
        score = zxcvbn(text[:72])["score"] if text else 0
        self._meter.setValue(score)
        if text:
            self._note.setText(f"{_WORDS[score]}. There is no way back in without it.")
