"""A small read-only table of texts, for lists of some hundred lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

_DISPLAY = Qt.ItemDataRole.DisplayRole.value
_ALIGNMENT = Qt.ItemDataRole.TextAlignmentRole.value
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_TOOL_TIP = Qt.ItemDataRole.ToolTipRole.value
_ACROSS = Qt.Orientation.Horizontal
Index = QModelIndex | QPersistentModelIndex


class RowsModel(QAbstractTableModel):
    """Rows of texts, each with the thing that it shows. `numbers` are columns set to the right."""

    def __init__(
        self, headings: Sequence[str], *, numbers: Sequence[int] = (), parent: Any = None
    ) -> None:
        super().__init__(parent)
        self._headings = tuple(headings)
        self._numbers = frozenset(numbers)
        self._rows: list[tuple[Any, tuple[str, ...]]] = []

    def show(self, rows: Sequence[tuple[Any, tuple[str, ...]]]) -> None:
        """Replaces what is shown."""
        self.beginResetModel()
        self._rows = list(rows)
        self.endResetModel()

    def add(self, rows: Sequence[tuple[Any, tuple[str, ...]]]) -> None:
        """Appends rows at the end."""
        if rows:
            at = len(self._rows)
            self.beginInsertRows(QModelIndex(), at, at + len(rows) - 1)
            self._rows += rows
            self.endInsertRows()

    def thing(self, row: int) -> Any:
        """What a row shows; None when there is no such row."""
        return self._rows[row][0] if 0 <= row < len(self._rows) else None

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._headings)

    def data(self, index: Index, role: int = _DISPLAY) -> Any:
        if role in (_DISPLAY, _TOOL_TIP) and index.isValid():
            return self._rows[index.row()][1][index.column()]
        if role == _ALIGNMENT and index.column() in self._numbers:
            return _RIGHT
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> Any:
        if orientation == _ACROSS:
            if role == _DISPLAY:
                return self._headings[section]
            if role == _ALIGNMENT:
                left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
                return _RIGHT if section in self._numbers else left
        return None
