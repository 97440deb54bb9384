"""One value of a conflict: its key, its words, who gave it and when."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from aps_desktop.services.text_merge import Piece
from aps_desktop.views.conflict_window_text import DiffView
from aps_desktop.views.form_field import restyle
from aps_desktop.views.plain_label import PlainLabel
from aps_desktop.views.sync_pane_parts import Card, button, chip

_EMPTY = "(empty)"


class ValueCard(Card):
    """`picked` carries the card's number."""

    picked = Signal(str)

    def __init__(
        self,
        number: int,
        title: str,
        value: str,
        meta: str,
        *,
        shown: bool,
        long: bool,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(f"value_{number}", parent)
        self.number = number
        self._head(title, shown=shown)
        self.meta = PlainLabel(meta, self, role="small", wrap=True)
        self.text = DiffView("value_text", f"{title}: text", self) if long else None
        self._value(value)
        self.lines.addWidget(self.meta)
        if not long:
            self.lines.addStretch(1)
        self.take = self._foot()
        self.setAccessibleName(f"{title}: {value or _EMPTY}")
        self.setAccessibleDescription(f"{meta}. Key {number}.")
        self.setMinimumWidth(170)

    def _head(self, title: str, *, shown: bool) -> None:
        head = QHBoxLayout()
        name = PlainLabel(title, self, role="strong", wrap=True)
        name.setObjectName("value_title")
        head.addWidget(name, 1)
        if shown:
            head.addWidget(chip("Shown now", "neutral", self), 0, Qt.AlignmentFlag.AlignTop)
        self.lines.addLayout(head)

    def _value(self, value: str) -> None:
        if self.text is not None:
            self.text.show_text(value)
            self.lines.addWidget(self.text, 1)
            return
        words = PlainLabel(value or _EMPTY, self, role="heading" if value else "muted", wrap=True)
        words.setObjectName("value_words")
        self.lines.addWidget(words)

    def _foot(self) -> QPushButton:
        take = button(f"Take this ({self.number})", f"take_{self.number}", "", self)
        take.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        take.clicked.connect(self._on_take)
        foot = QVBoxLayout()
        foot.setContentsMargins(0, 6, 0, 0)
        foot.addWidget(take, 0, Qt.AlignmentFlag.AlignLeft)
        self.lines.addLayout(foot)
        return take

    def show_pieces(self, pieces: list[Piece]) -> None:
        """Marks what this text changed against the one before."""
        if self.text is not None:
            self.text.show_pieces(pieces)

    def choose(self, chosen: bool) -> None:
        """Shows that this value is the one to keep; in words too."""
        self.setProperty("chosen", chosen)
        self.take.setText(f"Taken ({self.number})" if chosen else f"Take this ({self.number})")
        self.take.setProperty("kind", "primary" if chosen else "")
        restyle(self.take)
        restyle(self)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.picked.emit(str(self.number))
        super().mousePressEvent(event)

    def _on_take(self) -> None:
        self.picked.emit(str(self.number))
