"""The records that a picker offers, with "new" as its last row."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

_DISPLAY = int(Qt.ItemDataRole.DisplayRole)
_EDIT = int(Qt.ItemDataRole.EditRole)
_FLAGS = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
_Index = QModelIndex | QPersistentModelIndex


class ReferenceModel(QAbstractListModel):
    """Rows of (id, label); the row that makes a new record has no id."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[tuple[UUID | None, str]] = []

    def show(self, found: list[tuple[UUID, str]], new: str = "") -> None:
        """Shows these records; `new` are the words of the last row, none when empty."""
        self.beginResetModel()
        self._rows = [*found, *([(None, new)] if new else [])]
        self.endResetModel()

    def row(self, index: int) -> tuple[UUID | None, str]:
        """(id, label) of a row; the id is None on the row that makes a new record."""
        return self._rows[index]

    def only(self) -> tuple[UUID, str] | None:
        """The one record that was found, None when it is none or several."""
        found = [(id, label) for id, label in self._rows if id is not None]
        return found[0] if len(found) == 1 else None

    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def data(self, index: _Index, role: int = _DISPLAY) -> Any:
        if role in (_DISPLAY, _EDIT):
            return self._rows[index.row()][1]
        return None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        return _FLAGS if index.isValid() else Qt.ItemFlag.NoItemFlags
