"""The filter bar of the dashboards: year, pillar, body, partner and member state."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QCompleter, QHBoxLayout, QPushButton, QSizePolicy, QWidget

from aps_desktop.services.dashboard_selection import Choices, Selection

_FIELDS = (
    ("year", "All years", "Year", 92),
    ("pillar", "All pillars", "Pillar", 112),
    ("body", "All bodies", "Body", 150),
    ("partner", "All partners", "Partner", 150),
    ("state", "All states", "Member state", 140),
)
_PARTS = {"year": "years", "pillar": "pillars", "body": "bodies", "partner": "partners",
          "state": "states"}  # fmt: skip


class FilterBar(QWidget):
    """`changed` carries the new Selection; it is shared by all tabs."""

    changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("dashboard_filters")
        self.selection = Selection()
        self.boxes: dict[str, QComboBox] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for name, everything, words, width in _FIELDS:
            box = QComboBox(self)
            box.setObjectName(f"filter_{name}")
            box.setAccessibleName(f"{words}: narrows all charts")
            box.setMinimumWidth(width)
            box.setMaximumWidth(width + 70)
            box.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
            box.addItem(everything, None)
            box.activated.connect(self._on_activated)
            self.boxes[name] = box
            row.addWidget(box, 1)
        for name in ("body", "partner"):
            self._make_typable(self.boxes[name])
        self.clear = QPushButton("Clear", self)
        self.clear.setObjectName("clear_dashboard_filters")
        self.clear.setAccessibleName("Clear all filters of the dashboards")
        self.clear.setProperty("kind", "quiet")
        self.clear.clicked.connect(self._on_cleared)
        self.clear.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        row.addWidget(self.clear)
        row.addStretch()

    def _make_typable(self, box: QComboBox) -> None:
        """Long lists are found by typing any part of a name."""
        box.setEditable(True)
        box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        completer = box.completer()
        completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.activated.connect(self._on_activated)
        box.lineEdit().setAccessibleName(box.accessibleName())
        box.lineEdit().editingFinished.connect(self._on_left)

    def show_choices(self, choices: Choices) -> None:
        """Fills the lists; what is chosen stays chosen."""
        for name, everything, _, _ in _FIELDS:
            box = self.boxes[name]
            box.blockSignals(True)
            box.clear()
            box.addItem(everything, None)
            for key, words in getattr(choices, _PARTS[name]):
                box.addItem(words, key)
            box.blockSignals(False)
        self.show_selection(self.selection)

    def show_selection(self, selection: Selection) -> None:
        """Shows what narrows the charts, without telling anybody."""
        self.selection = selection
        for name, box in self.boxes.items():
            box.blockSignals(True)
            box.setCurrentIndex(max(0, box.findData(getattr(selection, name))))
            if box.isEditable():
                box.lineEdit().setCursorPosition(0)
            box.blockSignals(False)
        self.clear.setEnabled(bool(selection.plain()))

    def choose(self, **values: Any) -> None:
        """Chooses as a click would."""
        self._tell(replace(self.selection, **values))

    def _on_activated(self) -> None:
        chosen = {name: self._chosen(box) for name, box in self.boxes.items()}
        self._tell(Selection(**chosen))

    def _on_left(self) -> None:
        """What was typed and is no name gives way to what is chosen."""
        box = self.sender().parent()
        if box.findText(box.currentText()) < 0:
            self.show_selection(self.selection)
        else:
            self._on_activated()

    def _chosen(self, box: QComboBox) -> Any:
        at = box.findText(box.currentText()) if box.isEditable() else box.currentIndex()
        return box.itemData(at) if at >= 0 else getattr(self.selection, box.objectName()[7:])

    def _on_cleared(self) -> None:
        self._tell(Selection())

    def _tell(self, selection: Selection) -> None:
        if selection != self.selection:
            self.show_selection(selection)
            self.changed.emit(selection)
