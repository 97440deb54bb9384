"""A line over the form that says what concerns all of it, with one button."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from aps_desktop.views.plain_label import PlainLabel


class FormBanner(QFrame):
    """`pressed` carries the kind of what was asked."""

    pressed = Signal(str)

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
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 6, 16, 6)
        row.addWidget(self.words, 1)
        row.addWidget(self.button)
        self.hide()

    def ask(self, kind: str, words: str, button: str) -> None:
        """Shows words and a button; `kind` comes back with `pressed`."""
        self.kind = kind
        self.words.setText(words)
        self.button.setText(button)
        self.button.setVisible(bool(button))
        self.setAccessibleName(words)
        self.show()

    def say_nothing(self) -> None:
        self.kind = ""
        self.hide()

    def _on_clicked(self) -> None:
        self.pressed.emit(self.kind)
