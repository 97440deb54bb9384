"""The lines of a meeting's minutes, with an empty one at the end for the next decision."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from aps_desktop.domain.entities import entity
from aps_desktop.domain.errors import InvalidValue
from aps_desktop.domain.values import show_date
from aps_desktop.services import parsing
from aps_desktop.services.minutes import Line

_DISPLAY = int(Qt.ItemDataRole.DisplayRole)
_EDIT = int(Qt.ItemDataRole.EditRole)
_TIP = int(Qt.ItemDataRole.ToolTipRole)
_FLAGS = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEditable
_Index = QModelIndex | QPersistentModelIndex

PROBLEM_ROLE = int(Qt.ItemDataRole.UserRole)
"""What is wrong with a cell, in words; None when nothing is."""

COLUMNS = ("Item", "Type", "Decision", "Responsible", "Due")
_NAMES = ("item", "type", "text", "responsible", "due")
ITEM, TYPE, TEXT, RESPONSIBLE, DUE = range(5)


class MinutesModel(QAbstractTableModel):
    """`line_changed` carries (row, Line) of a line that is to be written.

    What cannot be stays in its cell as it was typed, with the reason.
    """

    line_changed = Signal(int, object)

    def __init__(self, today: date, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._today = today
        self._lines: list[Line] = [Line()]
        self._typed: dict[tuple[int, int], tuple[str, str]] = {}
        self._type = entity("decision").field("type")
        self._due = entity("action_item").field("due")

    def show(self, lines: tuple[Line, ...]) -> None:
        """Shows what is stored; the line that is being begun at the end stays."""
        self.beginResetModel()
        begun = self._lines[-1] if self._lines[-1].decision is None else Line()
        self._typed = {}
        self._lines = [*lines, begun]
        self.endResetModel()

    def forget(self) -> None:
        """Lets go of all lines: another meeting is shown."""
        self.beginResetModel()
        self._lines, self._typed = [Line()], {}
        self.endResetModel()

    def line(self, row: int) -> Line:
        return self._lines[row]

    def begin(self, item: str) -> int:
        """Starts the line at the end for an agenda item; its row."""
        row = len(self._lines) - 1
        if not self._lines[row].item:
            self._lines[row] = replace(self._lines[row], item=item)
            self.dataChanged.emit(self.index(row, ITEM), self.index(row, ITEM))
        return row

    def written(self, row: int, line: Line) -> None:
        """Takes over the ids of a line that was just written; what was typed since stays."""
        if row < len(self._lines):
            ids = {"decision": line.decision, "action": line.action}
            self._lines[row] = replace(self._lines[row], **ids)

    def has_problems(self) -> bool:
        """Whether something is typed that could not be taken."""
        return bool(self._typed)

    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._lines)

    def columnCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> Any:
        if role == _DISPLAY and orientation == Qt.Orientation.Horizontal:
            return COLUMNS[section]
        return None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        return _FLAGS if index.isValid() else Qt.ItemFlag.NoItemFlags

    def data(self, index: _Index, role: int = _DISPLAY) -> Any:
        typed = self._typed.get((index.row(), index.column()))
        if role in (_DISPLAY, _EDIT):
            return typed[0] if typed else self._words(index.row(), index.column())
        if role in (PROBLEM_ROLE, _TIP):
            return typed[1] if typed else None
        return None

    def setData(self, index: _Index, value: Any, role: int = _EDIT) -> bool:
        if role != _EDIT:
            return False
        row, column = index.row(), index.column()
        text = str(value).strip()
        if text == self.data(index, _EDIT):
            return True
        self._typed.pop((row, column), None)
        try:
            self._lines[row] = replace(
                self._lines[row], **{_NAMES[column]: self._read(column, text)}
            )
        except InvalidValue as error:
            self._typed[row, column] = (text, str(error))
        self.dataChanged.emit(index, index)
        if (row, column) not in self._typed and self._lines[row].text:
            self._open_next(row)
            self.line_changed.emit(row, self._lines[row])
        return True

    def _open_next(self, row: int) -> None:
        """A line with a text is a line of its own: the next empty one opens behind it."""
        if row == len(self._lines) - 1:
            self.beginInsertRows(QModelIndex(), row + 1, row + 1)
            self._lines.append(Line())
            self.endInsertRows()

    def _read(self, column: int, text: str) -> Any:
        if column == TYPE:
            return parsing.read(self._type, text, self._today)[0] or ""
        if column == DUE:
            return parsing.read(self._due, text, self._today)[0]
        if column == TEXT and not text:
            raise InvalidValue("The decision has no text.", "Delete it in its own list instead.")
        return text

    def _words(self, row: int, column: int) -> str:
        line = self._lines[row]
        if column == TYPE:
            return self._type.choice_label(line.type) if line.type else ""
        if column == DUE:
            return show_date(line.due) if line.due else ""
        return str(getattr(line, _NAMES[column]))
