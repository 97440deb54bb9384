"""Questions and bad news: plain text, verbs on buttons, a report that holds no data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from aps_desktop.fault_report import report
from aps_desktop.views import icons, theme
from aps_desktop.views.plain_label import PlainLabel

if TYPE_CHECKING:
    from aps_desktop.domain.errors import UserError

_ROLE = QDialogButtonBox.ButtonRole


class Notice(QDialog):
    """What happened and what to do about it; optionally a decision between two verbs."""

    def __init__(
        self,
        title: str,
        text: str,
        *,
        do: str = "",
        leave: str = "Close",
        danger: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("notice")
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)
        self.buttons = QDialogButtonBox(self)
        closing = self.buttons.addButton(leave, _ROLE.RejectRole)
        if do:
            doing = QPushButton(do)
            doing.setProperty("kind", "danger" if danger else "primary")
            self.buttons.addButton(doing, _ROLE.AcceptRole)
            closing.setDefault(danger)
            doing.setDefault(not danger)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 22, 24, 18)
        layout.setSpacing(18)
        layout.addLayout(self._said(title, text))
        layout.addWidget(self.buttons)

    def _said(self, title: str, text: str) -> QHBoxLayout:
        picture = QLabel(self)
        picture.setPixmap(
            icons.pixmap("attention", 28, theme.tokens().attention, self.devicePixelRatioF())
        )
        words = QVBoxLayout()
        words.setSpacing(6)
        words.addWidget(PlainLabel(title, role="heading", wrap=True))
        body = PlainLabel(text, wrap=True)
        body.setObjectName("notice_text")
        body.setMinimumWidth(380)
        words.addWidget(body)
        across = QHBoxLayout()
        across.setSpacing(16)
        across.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        across.addLayout(words, 1)
        return across


def tell(error: UserError, title: str, parent: QWidget | None = None) -> None:
    """Says why something did not go, and what to do."""
    Notice(title, str(error), parent=parent).exec()


def ask(
    title: str, text: str, do: str, *, danger: bool = False, parent: QWidget | None = None
) -> bool:
    """Whether the officer wants to do it; `do` is the button's verb."""
    notice = Notice(title, text, do=do, leave="Cancel", danger=danger, parent=parent)
    return notice.exec() == QDialog.DialogCode.Accepted


class ErrorWindow(QDialog):
    """A bug: nothing is lost, here is a report to copy."""

    def __init__(self, traceback: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("error_window")
        self.setWindowTitle("Something went wrong")
        self.setAccessibleName("Something went wrong")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.report = report(traceback)
        text = QPlainTextEdit(self.report, self)
        text.setObjectName("error_report")
        text.setAccessibleName("Report")
        text.setReadOnly(True)
        text.setMinimumSize(620, 220)
        self._copy = QPushButton("Copy the report", self)
        self._copy.setObjectName("copy_report")
        self._copy.setProperty("kind", "primary")
        self._copy.clicked.connect(self._on_copy)
        close = QPushButton("Go on working", self)
        close.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(close)
        buttons.addWidget(self._copy)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 22, 24, 18)
        layout.setSpacing(12)
        layout.addWidget(PlainLabel("Something went wrong", role="heading"))
        words = (
            "This is a fault of the program, not of yours. What was saved is safe. The report "
            "below names places in the program only, none of your data; send it to whoever looks "
            "after APS Desktop in your office."
        )
        layout.addWidget(PlainLabel(words, wrap=True))
        layout.addWidget(text, 1)
        layout.addLayout(buttons)

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self.report)
        self._copy.setText("Copied")
