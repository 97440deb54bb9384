"""The tables of the three levels of monitoring: measures by state, indicators and their way."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from aps_desktop.domain.entities import entity
from aps_desktop.domain.values import show_date, show_number
from aps_desktop.services.me_levels import Compliance, ComplianceCell
from aps_desktop.services.results_figures import IndicatorFigure

_DISPLAY = int(Qt.ItemDataRole.DisplayRole)
_TIP = int(Qt.ItemDataRole.ToolTipRole)
_ACCESSIBLE = int(Qt.ItemDataRole.AccessibleTextRole)
STATUS = int(Qt.ItemDataRole.UserRole)
SHARE = STATUS + 1
RECORD = STATUS + 2
_SHOWN = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
_Index = QModelIndex | QPersistentModelIndex
MEASURE, BODY, DONE, FIRST = 0, 1, 2, 3
_SAID = ("Measure or key output", "Body", "Complied")


class _Table(QAbstractTableModel):
    """What both tables share: plain rows that can be chosen."""

    def flags(self, index: _Index) -> Qt.ItemFlag:
        return _SHOWN if index.isValid() else Qt.ItemFlag.NoItemFlags


class ComplianceModel(_Table):
    """Rows are measures and key outputs, columns the states; a cell holds a status."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._table = Compliance((), (), {}, ())
        self._status = entity("compliance_status").field("status")

    def show(self, table: Compliance) -> None:
        self.beginResetModel()
        self._table = table
        self.endResetModel()

    def cell(self, row: int, column: int) -> ComplianceCell | None:
        """What a state said of a measure; None where nobody said anything."""
        if column < FIRST:
            return None
        return self._table.cells.get(
            (self._table.rows[row].id, self._table.states[column - FIRST][0])
        )

    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._table.rows)

    def columnCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else FIRST + len(self._table.states)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if section < FIRST:
            return (
                ("Measure or key output", "Body", "Complied")[section] if role == _DISPLAY else None
            )
        name, code = self._table.states[section - FIRST]
        return code if role == _DISPLAY else (name or None) if role == _TIP else None

    def data(self, index: _Index, role: int = _DISPLAY) -> Any:
        if not index.isValid():
            return None
        row, column = self._table.rows[index.row()], index.column()
        cell = self.cell(index.row(), column)
        if role == RECORD:
            return ("compliance_status", cell.id) if cell else (row.entity, row.id)
        if role == STATUS:
            return cell.status if cell else ""
        if role == SHARE:
            return row.share if column == DONE else None
        if role == _DISPLAY:
            done = f"{row.complied}/{row.counted}"
            return {MEASURE: row.label, BODY: row.body, DONE: done}.get(column, "")
        if role in (_TIP, _ACCESSIBLE):
            return self._told(row.label, cell, column)
        return None

    def _told(self, label: str, cell: ComplianceCell | None, column: int) -> str:
        if column < FIRST:
            return label if column == MEASURE else ""
        state = self._table.states[column - FIRST][0] or "The body"
        if cell is None:
            return f"{state}: nothing reported"
        on = f", {show_date(cell.reported)}" if cell.reported else ""
        said = f". {cell.comment}" if cell.comment else ""
        return f"{state}: {self._status.choice_label(cell.status).lower()}{on}{said}"


_HEADS = ("Indicator", "Unit", "Baseline", "Latest", "Period", "Target", "Way done")
_NUMBERS = tuple(_HEADS.index(head) for head in ("Baseline", "Latest", "Target"))
_ALIGNED = int(Qt.ItemDataRole.TextAlignmentRole)
TITLE, UNIT, BASELINE, LATEST, PERIOD, TARGET, WAY = range(7)


class FiguresModel(_Table):
    """Rows are indicators with their way from the baseline to the target."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[IndicatorFigure, ...] = ()

    def show(self, rows: tuple[IndicatorFigure, ...]) -> None:
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def figure(self, row: int) -> IndicatorFigure:
        return self._rows[row]

    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(_HEADS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == _ALIGNED and section in _NUMBERS:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return _HEADS[section] if role == _DISPLAY else None

    def data(self, index: _Index, role: int = _DISPLAY) -> Any:
        if not index.isValid():
            return None
        one, column = self._rows[index.row()], index.column()
        if role == RECORD:
            return "indicator", one.id
        if role == STATUS:
            return one.band if column == WAY else ""
        if role == SHARE:
            return one.share if column == WAY else None
        if role == _DISPLAY:
            return self._words(one, column)
        if role in (_TIP, _ACCESSIBLE):
            return one.note or (one.title if column == TITLE else self._words(one, column))
        return None

    @staticmethod
    def _words(one: IndicatorFigure, column: int) -> str:
        if column == WAY:
            if one.share is not None:
                return f"{show_number(round(one.share * 100))} %"
            return "" if one.met is None else "Reached" if one.met else "Not reached"
        return {
            TITLE: f"{one.code}  {one.title}" if one.code else one.title,
            UNIT: one.unit, BASELINE: one.baseline_words, LATEST: _short(one),
            PERIOD: str(one.period or ""), TARGET: one.target_words,
        }[column]  # fmt: skip


def _short(one: IndicatorFigure) -> str:
    if one.actual is None or one.type in ("yes_no", "qualitative"):
        return one.actual_words
    return show_number(round(one.actual, 2)) + (" %" if one.type == "percentage" else "")


def record_of(index: QModelIndex) -> tuple[str, UUID] | None:
    """The record behind a cell of either table."""
    return index.data(RECORD) if index.isValid() else None
