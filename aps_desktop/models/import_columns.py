"""The columns of a sheet that is to be imported: heading, what is in it, what it becomes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from aps_desktop.services.importing_samples import LATER, Sample

_DISPLAY = Qt.ItemDataRole.DisplayRole.value
_ACROSS = Qt.Orientation.Horizontal
_HEADINGS = ("Column", "In the workbook", "Becomes", "Understood as")
_Index = QModelIndex | QPersistentModelIndex

COLUMN, RAW, BECOMES, UNDERSTOOD = range(4)


class ImportColumns(QAbstractTableModel):
    """One row for each column with a heading; the third cell is the place of a choice."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[tuple[int, str, str, str]] = []

    def show(
        self,
        headers: Sequence[str],
        groups: Sequence[str],
        samples: Mapping[int, Sequence[Sample]],
    ) -> None:
        """Replaces what is shown; columns without a heading and without cells are left out."""
        self.beginResetModel()
        self._rows = [
            (column, _heading(header, groups[column]), *_texts(samples.get(column, ())))
            for column, header in enumerate(headers)
            if header
        ]
        self.endResetModel()

    def update(self, samples: Mapping[int, Sequence[Sample]]) -> None:
        """Shows other samples in the same rows."""
        self._rows = [
            (column, head, *_texts(samples.get(column, ()))) for column, head, _, _ in self._rows
        ]
        if self._rows:
            self.dataChanged.emit(
                self.index(0, RAW), self.index(len(self._rows) - 1, UNDERSTOOD), [_DISPLAY]
            )

    def column_of(self, row: int) -> int:
        """The sheet's column (from 0) that a row shows."""
        return self._rows[row][0]

    def heading_of(self, row: int) -> str:
        return self._rows[row][1]

    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(_HEADINGS)

    def data(self, index: _Index, role: int = _DISPLAY) -> Any:
        if role != _DISPLAY or not index.isValid():
            return None
        _, heading, raw, understood = self._rows[index.row()]
        return (heading, raw, "", understood)[index.column()]

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> Any:
        if role == _DISPLAY and orientation == _ACROSS:
            return _HEADINGS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole.value and orientation == _ACROSS:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None


def _heading(header: str, group: str) -> str:
    return f"{group} › {header}" if group else header


def _texts(samples: Sequence[Sample]) -> tuple[str, str]:
    """What stands in the cells, and what it means; doubtful ones say so."""
    raw = "  ·  ".join(sample.raw for sample in samples)
    understood = []
    for sample in samples:
        if sample.understood and sample.note:
            understood.append(f"{sample.understood} (?)")
        elif sample.understood:
            understood.append(sample.understood)
        elif sample.note:
            understood.append(sample.note if sample.note == LATER else f"✕ {sample.note}")
    return raw, "  ·  ".join(dict.fromkeys(understood))
