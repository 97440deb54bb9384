"""A table of figures for a view: sorted by any column, the sum always on top."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from aps_desktop.domain.money import Money
from aps_desktop.services.sheet_cells import Column, Line, Sheet, SheetCell

_DISPLAY = Qt.ItemDataRole.DisplayRole.value
_TIP = Qt.ItemDataRole.ToolTipRole.value
_ALIGNMENT = Qt.ItemDataRole.TextAlignmentRole.value
_ACCESSIBLE = Qt.ItemDataRole.AccessibleTextRole.value
FIGURE = Qt.ItemDataRole.UserRole.value + 1
TOTAL = FIGURE + 1
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_DESCENDING = Qt.SortOrder.DescendingOrder
Index = QModelIndex | QPersistentModelIndex


class FiguresModel(QAbstractTableModel):
    """Shows one `Sheet`; sorting is done here, since there are few rows."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self.columns: tuple[Column, ...] = ()
        self.lines: list[Line] = []
        self._given: tuple[Line, ...] = ()
        self._sorted: tuple[int, Qt.SortOrder] | None = None

    def show(self, sheet: Sheet) -> None:
        """Replaces what is shown; the order that was chosen stays while the columns do."""
        self.beginResetModel()
        if sheet.columns != self.columns:
            self._sorted = None
        self.columns, self._given = sheet.columns, sheet.lines
        self._arrange()
        self.endResetModel()

    def figure(self, index: Index) -> SheetCell | None:
        """The cell at an index."""
        return self.lines[index.row()].cells[index.column()] if index.isValid() else None

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.lines)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = _DISPLAY) -> Any:
        figure = self.figure(index)
        if figure is None:
            return None
        if role == _DISPLAY:
            return figure.text
        if role == FIGURE:
            return figure
        if role == TOTAL:
            return self.lines[index.row()].total
        if role == _TIP:
            return figure.tip or None
        if role == _ACCESSIBLE:
            return f"{self.columns[index.column()].title}: {figure.text}"
        if role == _ALIGNMENT:
            return _RIGHT if self.columns[index.column()].right else _LEFT
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> Any:
        if orientation != Qt.Orientation.Horizontal or section >= len(self.columns):
            return None
        column = self.columns[section]
        if role == _DISPLAY:
            return column.title
        if role == _TIP:
            return column.why or None
        return (_RIGHT if column.right else _LEFT) if role == _ALIGNMENT else None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sorts by a column; -1 brings back the order in which the rows were given."""
        self.layoutAboutToBeChanged.emit()
        self._sorted = (column, order) if 0 <= column < len(self.columns) else None
        self._arrange()
        self.layoutChanged.emit()

    def shown(self) -> Sheet:
        """What is shown, in the order in which it is; on paper the sum comes last."""
        return Sheet(self.columns, tuple(sorted(self.lines, key=lambda line: line.total)))

    def _arrange(self) -> None:
        lines = [line for line in self._given if not line.total]
        if self._sorted is not None:
            column, order = self._sorted
            filled = [line for line in lines if line.cells[column].value is not None]
            bare = [line for line in lines if line.cells[column].value is None]
            filled.sort(key=lambda line: _key(line.cells[column]), reverse=order == _DESCENDING)
            lines = filled + bare
        self.lines = [line for line in self._given if line.total] + lines


def _key(figure: SheetCell) -> tuple[int, str, Any]:
    """Orders unlike values without comparing them: amounts stand by their currency."""
    value = figure.value
    match value:
        case Money():
            return 1, value.currency, value.minor
        case int() | Decimal():
            return 0, "", value
        case date():
            return 2, "", value
    return 3, "", str(value).casefold()
