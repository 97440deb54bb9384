"""The first rows of a sheet as they stand, with the row of headings marked."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QFont

from aps_desktop.exchange.cells import Sheet, cell_text, column_letters

_DISPLAY = Qt.ItemDataRole.DisplayRole.value
_FONT = Qt.ItemDataRole.FontRole.value
_BACKGROUND = Qt.ItemDataRole.BackgroundRole.value
_ACROSS = Qt.Orientation.Horizontal
_Index = QModelIndex | QPersistentModelIndex
_BELOW = 4
_COLUMNS = 40


class ImportGrid(QAbstractTableModel):
    """A few rows around the headings. `mark` is their background, `font` the headings' own."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sheet: Sheet | None = None
        self._header = -1
        self._first = 0
        self._count = 0
        self.mark = QColor()
        self.font = QFont()

    def show(self, sheet: Sheet, header_row: int) -> None:
        """Shows the rows around the headings; -1 where none were found."""
        self.beginResetModel()
        self._sheet = sheet
        self._header = header_row
        self._first = max(header_row - 3, 0)
        self._count = max(0, min(len(sheet.rows), max(header_row, 4) + 1 + _BELOW) - self._first)
        self.endResetModel()

    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else self._count

    def columnCount(self, parent: _Index | None = None) -> int:
        if self._sheet is None or (parent is not None and parent.isValid()):
            return 0
        return min(self._sheet.width, _COLUMNS)

    def data(self, index: _Index, role: int = _DISPLAY) -> Any:
        if self._sheet is None or not index.isValid():
            return None
        row = self._first + index.row()
        if role == _DISPLAY:
            return " ".join(cell_text(self._sheet.at(row, index.column())).split())[:120]
        if row == self._header and role == _FONT:
            return self.font
        if row == self._header and role == _BACKGROUND:
            return self.mark
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> Any:
        if role != _DISPLAY:
            return None
        if orientation == _ACROSS:
            return column_letters(section)
        return str(self._first + section + 1)
