"""Asks for a comment that a decision needs."""

from __future__ import annotations

from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from aps_desktop.views.plain_label import PlainLabel


class CommentDialog(QDialog):
    """A question, room for the answer, and the verb that takes it."""

    def __init__(self, title: str, question: str, verb: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("comment_dialog")
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.text = QPlainTextEdit(self)
        self.text.setObjectName("comment_text")
        self.text.setAccessibleName(question)
        self.text.setTabChangesFocus(True)
        self.text.setMinimumSize(380, 90)
        self.text.textChanged.connect(self._on_typed)
        self.take = QPushButton(verb, self)
        self.take.setObjectName("comment_take")
        self.take.setProperty("kind", "primary")
        self.take.setEnabled(False)
        buttons = QDialogButtonBox(self)
        buttons.addButton("Cancel", QDialogButtonBox.ButtonRole.RejectRole)
        buttons.addButton(self.take, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 22, 24, 18)
        layout.setSpacing(12)
        layout.addWidget(PlainLabel(question, self, role="strong", wrap=True))
        layout.addWidget(self.text)
        layout.addWidget(buttons)

    def _on_typed(self) -> None:
        self.take.setEnabled(bool(self.text.toPlainText().strip()))


def ask_comment(title: str, question: str, verb: str, parent: QWidget | None = None) -> str:
    """The comment; empty when it was cancelled."""
    dialog = CommentDialog(title, question, verb, parent)
    done = dialog.exec() == QDialog.DialogCode.Accepted
    words = dialog.text.toPlainText().strip() if done else ""
    dialog.deleteLater()
    return words
