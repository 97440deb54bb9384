"""What narrows a list, in words, each with a cross: also filters on columns that are not shown."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QToolButton, QWidget

from aps_desktop.views import icons, theme

_MOST = 60


class FilterChips(QWidget):
    """`removed` carries the field whose filter is to go, "" for all."""

    removed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("filter_chips")
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(theme.GRID, 0, theme.GRID, 4)
        self._row.setSpacing(4)
        self.hide()

    def show_words(self, words: Mapping[str, str]) -> None:
        """A chip for each field; hidden when there are none."""
        while (item := self._row.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for name, text in words.items():
            chip = QToolButton(self)
            chip.setObjectName(f"chip_{name}")
            chip.setProperty("chip", "neutral")
            chip.setProperty("field", name)
            chip.setText(text if len(text) <= _MOST else text[: _MOST - 1] + "…")
            chip.setAccessibleName(f"Remove filter {text}")
            chip.setIcon(icons.icon("close"))
            chip.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            chip.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
            chip.clicked.connect(self._on_clicked)
            self._row.addWidget(chip)
        if len(words) > 1:
            everything = QPushButton("Clear filters", self)
            everything.setObjectName("clear_filters")
            everything.setProperty("kind", "quiet")
            everything.setProperty("field", "")
            everything.clicked.connect(self._on_clicked)
            self._row.addWidget(everything)
        self._row.addStretch()
        self.setVisible(bool(words))

    def _on_clicked(self) -> None:
        self.removed.emit(self.sender().property("field"))
