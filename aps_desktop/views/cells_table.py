"""The frame of tables that draw their own cells: one cell chosen, no grid, widths that we fit."""

from __future__ import annotations

from PySide6.QtCore import QAbstractTableModel, QRect, Qt
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

from aps_desktop.views import icons, theme

LEFT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
RIGHT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)
DISPLAY = int(Qt.ItemDataRole.DisplayRole)


class CellsTable(QTableView):
    """`fit` gives the columns their widths; it is called with each new size and content."""

    def __init__(
        self,
        model: QAbstractTableModel,
        delegate: QStyledItemDelegate,
        name: str,
        words: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setModel(model)
        self.setObjectName(name)
        self.setAccessibleName(words)
        delegate.setParent(self)
        self.setItemDelegate(delegate)
        self.setShowGrid(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(theme.ROW_HEIGHT)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        model.modelReset.connect(self.fit)

    def fit(self) -> None:
        """Gives the columns their widths."""

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)
        self.fit()


def is_selected(option: QStyleOptionViewItem) -> bool:
    return bool(option.state & QStyle.StateFlag.State_Selected)


def draw_icon(painter: QPainter, name: str, hue: str, size: int, left: int, rect: QRect) -> None:
    """A sign, in the middle of the height of its cell; `hue` is a token of the theme."""
    ratio = painter.device().devicePixelRatioF()
    drawn = icons.pixmap(name, size, getattr(theme.tokens(), hue), ratio)
    painter.drawPixmap(left, rect.top() + (rect.height() - size) // 2, drawn)


def draw_words(painter: QPainter, text: str, room: QRect, flags: int) -> None:
    """A text in its room, cut off at the end where it is too long."""
    words = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room.width())
    painter.drawText(room, flags, words)


def draw_focus(painter: QPainter, option: QStyleOptionViewItem) -> None:
    """A frame around the cell that has the keyboard."""
    if option.state & QStyle.StateFlag.State_HasFocus:
        painter.setPen(theme.colour(theme.tokens().accent))
        painter.drawRect(option.rect.adjusted(0, 0, -1, -1))
