"""The table of the missing-and-late matrix: a sign and a colour for each cell."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from aps_desktop.models.reporting_matrix_model import CELL, NAME, ReportingMatrixModel
from aps_desktop.services.reporting_matrix import Cell
from aps_desktop.views import icons, theme

_Index = QModelIndex | QPersistentModelIndex
_LEFT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
_RIGHT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)
_DISPLAY = int(Qt.ItemDataRole.DisplayRole)
_ICON, _PAD = 12, 5
_NAME, _CELL, _ALL = 150, 54, 68


def look(cell: Cell) -> tuple[str, str, str]:
    """(icon, token of the ink, token of the ground) of a cell."""
    if not cell.missing:
        return "ok", "ok", "ok_soft"
    if cell.late:
        return "late", "late", "late_soft"
    if cell.returned:
        return "undo", "attention", "attention_soft"
    return "clock", "text_muted", "surface"


class MatrixDelegate(QStyledItemDelegate):
    """Draws "2/5" with its sign; the totals in bold."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        tokens, rect = theme.tokens(), option.rect
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        cell: Cell | None = index.data(CELL)
        bold = index.row() == 0 or index.column() == 1
        painter.save()
        ground = "selection" if selected else look(cell)[2] if cell else "surface"
        painter.fillRect(rect.adjusted(1, 1, -1, -1), theme.colour(getattr(tokens, ground)))
        painter.setFont(theme.font(bold=bold))
        painter.setPen(theme.colour(tokens.selection_text if selected else tokens.text))
        inner = rect.adjusted(_PAD, 0, -_PAD, 0)
        text = str(index.data(_DISPLAY) or "")
        if cell is not None:
            icon, ink, _ = look(cell)
            ratio = painter.device().devicePixelRatioF()
            drawn = icons.pixmap(icon, _ICON, getattr(tokens, ink), ratio)
            top = rect.top() + (rect.height() - _ICON) // 2
            painter.drawPixmap(inner.left(), top, drawn)
            inner = inner.adjusted(_ICON + 2, 0, 0, 0)
        words = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, inner.width())
        painter.drawText(inner, _LEFT if index.column() == NAME else _RIGHT, words)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(theme.colour(tokens.accent))
            painter.drawRect(rect.adjusted(0, 0, -1, -1))
        painter.restore()


class MatrixTable(QTableView):
    """`chosen` says that another cell is the current one, `asked` that Enter was pressed there."""

    chosen = Signal()
    asked = Signal()

    def __init__(self, model: ReportingMatrixModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModel(model)
        self.setObjectName("reporting_matrix")
        self.setAccessibleName("Reported values by body or project and member state")
        self.setItemDelegate(MatrixDelegate(self))
        self.setShowGrid(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(theme.ROW_HEIGHT)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setMinimumSectionSize(48)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        model.modelReset.connect(self.fit)
        self.activated.connect(self._on_activated)

    def fit(self) -> None:
        """States share the room that the names leave."""
        columns = self.model().columnCount()
        if not columns:
            return
        room = (self.viewport().width() - _NAME - _ALL) // max(1, columns - 2)
        for column in range(2, columns):
            self.setColumnWidth(column, max(_CELL, min(room, 92)))
        self.horizontalHeader().setSectionResizeMode(NAME, QHeaderView.ResizeMode.Interactive)
        self.setColumnWidth(1, _ALL)
        self.setColumnWidth(NAME, _NAME)

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)
        self.fit()

    def currentChanged(self, current: QModelIndex, previous: QModelIndex) -> None:
        super().currentChanged(current, previous)
        self.chosen.emit()

    def _on_activated(self, index: QModelIndex) -> None:
        del index
        self.asked.emit()
