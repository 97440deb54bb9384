"""The table of the missing-and-late matrix: a sign and a colour for each cell."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from aps_desktop.models.reporting_matrix_model import CELL, NAME, ReportingMatrixModel
from aps_desktop.services.reporting_matrix import Cell
from aps_desktop.views import theme
from aps_desktop.views.cells_table import (
    DISPLAY,
    LEFT,
    RIGHT,
    CellsTable,
    draw_focus,
    draw_icon,
    draw_words,
    is_selected,
)

_Index = QModelIndex | QPersistentModelIndex
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
        tokens, rect, selected = theme.tokens(), option.rect, is_selected(option)
        cell: Cell | None = index.data(CELL)
        bold = index.row() == 0 or index.column() == 1
        painter.save()
        ground = "selection" if selected else look(cell)[2] if cell else "surface"
        painter.fillRect(rect.adjusted(1, 1, -1, -1), theme.colour(getattr(tokens, ground)))
        painter.setFont(theme.font(bold=bold))
        painter.setPen(theme.colour(tokens.selection_text if selected else tokens.text))
        inner = rect.adjusted(_PAD, 0, -_PAD, 0)
        if cell is not None:
            icon, ink, _ = look(cell)
            draw_icon(painter, icon, ink, _ICON, inner.left(), rect)
            inner = inner.adjusted(_ICON + 2, 0, 0, 0)
        text = str(index.data(DISPLAY) or "")
        draw_words(painter, text, inner, LEFT if index.column() == NAME else RIGHT)
        draw_focus(painter, option)
        painter.restore()


class MatrixTable(CellsTable):
    """`chosen` says that another cell is the current one, `asked` that Enter was pressed there."""

    chosen = Signal()
    asked = Signal()

    def __init__(self, model: ReportingMatrixModel, parent: QWidget | None = None) -> None:
        words = "Reported values by body or project and member state"
        super().__init__(model, MatrixDelegate(), "reporting_matrix", words, parent)
        header = self.horizontalHeader()
        header.setMinimumSectionSize(48)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.activated.connect(self._on_activated)

    def fit(self) -> None:
        """States share the room that the names leave."""
        columns = self.model().columnCount()
        if not columns:
            return
        room = (self.viewport().width() - _NAME - _ALL) // max(1, columns - 2)
        for column in range(2, columns):
            self.setColumnWidth(column, max(_CELL, min(room, 92)))
        self.setColumnWidth(1, _ALL)
        self.setColumnWidth(NAME, _NAME)

    def currentChanged(self, current: QModelIndex, previous: QModelIndex) -> None:
        super().currentChanged(current, previous)
        self.chosen.emit()

    def _on_activated(self, index: QModelIndex) -> None:
        del index
        self.asked.emit()
