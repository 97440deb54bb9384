"""Who has reported as a table: a row for each body or project, a column for each member state."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from aps_desktop.services.reporting_matrix import Cell, Matrix

_DISPLAY = int(Qt.ItemDataRole.DisplayRole)
_TIP = int(Qt.ItemDataRole.ToolTipRole)
_ACCESSIBLE = int(Qt.ItemDataRole.AccessibleTextRole)
CELL = int(Qt.ItemDataRole.UserRole)
_SHOWN = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
_Index = QModelIndex | QPersistentModelIndex
ALL_WORDS = "All"
NAME, ALL, FIRST = 0, 1, 2


class ReportingMatrixModel(QAbstractTableModel):
    """The first row and the second column add up the others. `codes` are states' short names."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._matrix: Matrix | None = None
        self._codes: dict[str, str] = {}
        self._rows: list[str] = []
        self._cells: dict[tuple[int, int], Cell] = {}

    def show(self, matrix: Matrix | None, codes: dict[str, str]) -> None:
        self.beginResetModel()
        self._matrix, self._codes = matrix, codes
        self._cells = {}
        self._rows = [ALL_WORDS, *matrix.rows] if matrix and matrix.rows else []
        self.endResetModel()

    def cell(self, row: int, column: int) -> Cell | None:
        """The requests of a cell; of a row or column of totals, all of it. None if there are none.

        Totals are added up when they are first looked at.
        """
        if self._matrix is None or column == NAME or not 0 <= row < len(self._rows):
            return None
        known = self._cells.get((row, column))
        if known is None:
            known = self._cells[row, column] = self._added(row, column)
        return known if known.requests else None

    def _added(self, row: int, column: int) -> Cell:
        matrix = self._matrix
        state = matrix.columns[column - FIRST] if column >= FIRST else None
        if row == 0:
            return matrix.whole() if state is None else matrix.column_total(state)
        name = self._rows[row]
        if state is None:
            return matrix.row_total(name)
        return matrix.cells.get((name, state), Cell())

    def where(self, row: int, column: int) -> str:
        """A cell in words: "ACDM, Viet Nam"."""
        parts = [] if row == 0 else [self._rows[row]]
        if column >= FIRST:
            parts.append(self._matrix.columns[column - FIRST] or "no member state")
        return ", ".join(parts) or "Everybody"

    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index | None = None) -> int:
        if self._matrix is None or (parent is not None and parent.isValid()):
            return 0
        return FIRST + len(self._matrix.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> Any:
        if orientation != Qt.Orientation.Horizontal or self._matrix is None:
            return None
        if role == _DISPLAY:
            if section < FIRST:
                return "" if section == NAME else ALL_WORDS
            state = self._matrix.columns[section - FIRST]
            return self._codes.get(state, state) or "None"
        if role == _TIP and section >= FIRST:
            return self._matrix.columns[section - FIRST] or "Asked of the body or project itself"
        return None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        return _SHOWN if index.isValid() else Qt.ItemFlag.NoItemFlags

    def data(self, index: _Index, role: int = _DISPLAY) -> Any:
        if not index.isValid():
            return None
        row, column = index.row(), index.column()
        if column == NAME:
            return self._rows[row] if role in (_DISPLAY, _TIP) else None
        cell = self.cell(row, column)
        if role == CELL:
            return cell
        if cell is None:
            return None
        if role == _DISPLAY:
            return f"{cell.reported:,}/{cell.expected:,}"
        if role in (_TIP, _ACCESSIBLE):
            return f"{self.where(row, column)}: {in_words(cell)}"
        return None


def in_words(cell: Cell) -> str:
    """ "2 of 5 reported, 3 missing and late, 1 returned"."""
    words = [f"{cell.reported:,} of {cell.expected:,} reported"]
    if cell.missing:
        late = ""
        if cell.late:
            all_late = cell.late == cell.missing
            late = " and late" if all_late else f", {cell.late:,} of them late"
        words.append(f"{cell.missing:,} missing{late}")
    if cell.returned:
        words.append(f"{cell.returned:,} returned")
    return ", ".join(words)
