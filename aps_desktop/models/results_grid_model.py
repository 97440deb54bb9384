"""The results grid as a table: result lines as headings, indicators with a cell for each period."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from aps_desktop.domain.results import Progress
from aps_desktop.domain.values import Period, show_number
from aps_desktop.services.indicator_goals import Aim
from aps_desktop.services.indicator_values import Place, Refused
from aps_desktop.services.results_grid import MISSING, GridCell, GridLine, ResultsGrid

_DISPLAY = int(Qt.ItemDataRole.DisplayRole)
_EDIT = int(Qt.ItemDataRole.EditRole)
_TIP = int(Qt.ItemDataRole.ToolTipRole)
_ACCESSIBLE = int(Qt.ItemDataRole.AccessibleTextRole)
LINE = int(Qt.ItemDataRole.UserRole)
CELL = LINE + 1
PROBLEM = LINE + 2
_SHOWN = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
_Index = QModelIndex | QPersistentModelIndex

NAME, BASELINE, TARGET, FIRST = 0, 1, 2, 3
_HEADS = ("Result and indicator", "Baseline", "Target")
STATUS_WORDS = {
    "draft": "draft", "pending": "waits for review", "returned": "returned", "approved": "approved",
    MISSING: "not reported", "": "",
}  # fmt: skip


class ResultsGridModel(QAbstractTableModel):
    """`typed` carries [(Place, text), ...] of cells to be written, `baseline_typed` an indicator's
    id and the text, `target_typed` an `Aim` and the text.

    What was refused stays in its cell as it was typed, with the reason, until it is typed anew.
    """

    typed = Signal(object)
    baseline_typed = Signal(object, str)
    target_typed = Signal(object, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._grid = ResultsGrid((), (), (), 0, ())
        self._state: UUID | None = None
        self._refused: dict[Place, Refused] = {}

    def show(self, grid: ResultsGrid, state: UUID | None) -> None:
        """Shows what is stored; the shape of the table stays where it is the same."""
        same = self._shape(grid) == self._shape(self._grid)
        if not same:
            self.beginResetModel()
        self._grid, self._state = grid, state
        if not same:
            self.endResetModel()
        elif grid.lines:
            last = self.index(len(grid.lines) - 1, self.columnCount() - 1)
            self.dataChanged.emit(self.index(0, 0), last)
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, self.columnCount() - 1)

    def _shape(self, grid: ResultsGrid) -> tuple[int, int]:
        return len(grid.lines), len(grid.columns)

    def refuse(self, refused: tuple[Refused, ...]) -> None:
        """Keeps what could not be written, with the reason."""
        self._refused |= {one.place: one for one in refused}
        self._all_changed()

    def forget(self) -> None:
        """Lets go of what was refused: another record is shown."""
        self._refused.clear()

    def settled(self, places: list[Place]) -> None:
        """These cells were typed anew."""
        for place in places:
            self._refused.pop(place, None)

    def problem(self) -> str:
        """The newest reason why something was not written; empty when all was."""
        return list(self._refused.values())[-1].why if self._refused else ""

    def falls(self) -> list[tuple[Place, str]]:
        """What was refused only because a cumulative value falls, as it was typed."""
        return [(one.place, one.typed) for one in self._refused.values() if one.falls]

    def _all_changed(self) -> None:
        if self._grid.lines:
            last = self.index(len(self._grid.lines) - 1, self.columnCount() - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    # Places -------------------------------------------------------------------------------------

    def line(self, row: int) -> GridLine:
        return self._grid.lines[row]

    def cell(self, row: int, column: int) -> GridCell | None:
        """The cell of an indicator in a period; None for headings and for other columns."""
        line = self._grid.lines[row]
        at = column - FIRST
        if line.row is None or not 0 <= at < len(self._grid.columns):
            return None
        return line.cells[at]

    def place(self, row: int, column: int) -> Place | None:
        """Where a cell is written."""
        if self.cell(row, column) is None:
            return None
        line = self._grid.lines[row]
        return Place(line.row.id, self._grid.columns[column - FIRST].period, self._state)

    def period(self, column: int) -> Period | None:
        """The period of a column; None for the others."""
        at = column - FIRST
        return self._grid.columns[at].period if 0 <= at < len(self._grid.columns) else None

    def is_goal(self, row: int, column: int) -> bool:
        """Whether a cell is an indicator's target, or its baseline, which a state has none of."""
        if self._grid.lines[row].row is None:
            return False
        return column == TARGET or (column == BASELINE and self._state is None)

    def is_locked(self, column: int) -> bool:
        at = column - FIRST
        return 0 <= at < len(self._grid.columns) and self._grid.columns[at].locked

    # Qt -----------------------------------------------------------------------------------------

    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._grid.lines)

    def columnCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else FIRST + len(self._grid.columns) + 1

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        at = section - FIRST
        columns = self._grid.columns
        if role == _DISPLAY:
            if 0 <= at < len(columns):
                return f"{columns[at].label}\nlocked" if columns[at].locked else columns[at].label
            if section < FIRST:
                return _HEADS[section]
            return "Way done"
        if role == _TIP and self.is_locked(section):
            return "This period is locked: what is typed becomes an amendment."
        return None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        row, column = index.row(), index.column()
        if self.cell(row, column) is None and not self.is_goal(row, column):
            return _SHOWN
        return _SHOWN | Qt.ItemFlag.ItemIsEditable

    def data(self, index: _Index, role: int = _DISPLAY) -> Any:
        if not index.isValid():
            return None
        row, column = index.row(), index.column()
        line = self._grid.lines[row]
        if role == LINE:
            return line
        cell = self.cell(row, column)
        refused = self._refused.get(self.place(row, column)) if cell and self._refused else None
        if role == CELL:
            return cell
        if role == PROBLEM:
            return refused.why if refused else None
        if role in (_DISPLAY, _EDIT):
            if cell is not None:
                return refused.typed if refused else (cell.edit if role == _EDIT else cell.words)
            return self._words(line, column)
        if role == _TIP:
            return refused.why if refused else self._tip(row, cell, column)
        if role == _ACCESSIBLE and cell is not None:
            return ", ".join(w for w in (cell.words or "empty", STATUS_WORDS[cell.status]) if w)
        return None

    def setData(self, index: _Index, value: Any, role: int = _EDIT) -> bool:
        if role != _EDIT or not index.isValid():
            return False
        shown, typed = self.data(index, _EDIT), str(value)
        if typed.strip() == str(shown or "").strip():
            return False
        row, column = index.row(), index.column()
        line, place = self._grid.lines[row], self.place(row, column)
        if place is not None:
            self.typed.emit([(place, typed)])
        elif not self.is_goal(row, column):
            return False
        elif column == BASELINE:
            self.baseline_typed.emit(line.row.id, typed)
        else:
            self.target_typed.emit(Aim(line.row.id, self._grid.year, self._state, line.goal), typed)
        return True

    def _words(self, line: GridLine, column: int) -> str:
        if column == NAME:
            return f"{line.code}  {line.title}" if line.code else line.title
        if line.row is None:
            return ""
        if column == BASELINE:
            return line.baseline
        return line.target if column == TARGET else progress_words(line.progress)

    def _tip(self, row: int, cell: GridCell | None, column: int) -> str:
        line = self._grid.lines[row]
        if cell is not None:
            parts = [STATUS_WORDS[cell.status].capitalize(), cell.total.how if cell.words else ""]
            if cell.amendments:
                parts.append(f"{cell.amendments} waiting amendments")
            return ". ".join(part for part in parts if part)
        if line.row is None:
            return ""
        if column == NAME:
            unit = f" ({line.row.measure.unit})" if line.row.measure.unit else ""
            return f"{line.title}{unit}"
        if self.is_goal(row, column):
            how = "Type to change it." if column == BASELINE else "Type to set or revise it."
            return f"{line.target_note} {how}".strip() if column != BASELINE else how
        return line.progress.note if column >= FIRST else line.target_note


def progress_words(progress: Progress) -> str:
    """ "75 %", "Reached", or what can be said without a share."""
    if progress.share is not None:
        return f"{show_number(round(progress.share * 100))} %"
    return "" if progress.met is None else "Reached" if progress.met else "Not reached"
