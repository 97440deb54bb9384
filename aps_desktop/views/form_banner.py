"""A line over the form that says what concerns all of it, with one button or two."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from aps_desktop.views.plain_label import PlainLabel


class FormBanner(QFrame):
    """`pressed` carries the kind of what was asked, `refused` that the second one was pressed."""

    pressed = Signal(str)
    refused = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kind = ""
        self.setObjectName("form_banner")
        self.setProperty("banner", True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.words = PlainLabel("", self, wrap=True)
        self.words.setProperty("status", "attention")
        self.button = QPushButton("", self)
        self.button.setObjectName("form_banner_button")
        self.button.setAutoDefault(False)
        self.button.clicked.connect(self._on_clicked)
        self.second = QPushButton("", self)
        self.second.setObjectName("form_banner_second")
        self.second.setProperty("kind", "quiet")
        self.second.setAutoDefault(False)
        self.second.clicked.connect(self._on_second)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 6, 16, 6)
        row.addWidget(self.words, 1)
        row.addWidget(self.button)
        row.addWidget(self.second)
        self.hide()

    def ask(self, kind: str, words: str, button: str, second: str = "") -> None:
        """Shows words and buttons; `kind` comes back with `pressed` or `refused`."""
        self.kind = kind
        self.words.setText(words)
        self.button.setText(button)
        self.button.setVisible(bool(button))
        self.second.setText(second)
        self.second.setVisible(bool(second))
        self.setAccessibleName(words)
        self.show()

    def say_nothing(self) -> None:
        self.kind = ""
        self.hide()

    def _on_second(self) -> None:
        self.refused.emit(self.kind)

    def _on_clicked(self) -> None:
        self.pressed.emit(self.kind)
