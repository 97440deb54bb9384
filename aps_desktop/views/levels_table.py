"""The look of the three levels' tables: signs for compliance, bars for the way to a target."""

from __future__ import annotations

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    Qt,
    Signal,
)
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

from aps_desktop.domain.results_bands import BEHIND, NEAR, REACHED, UNDER_WAY
from aps_desktop.models.levels_model import SHARE, STATUS, record_of
from aps_desktop.views import icons, theme

_Index = QModelIndex | QPersistentModelIndex
_LEFT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
_RIGHT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)
_DISPLAY = int(Qt.ItemDataRole.DisplayRole)
_ICON, _PAD, _BAR = 14, 8, 54
LOOKS = {
    "complied": ("ok", "ok", "ok_soft"),
    "partly": ("group", "attention", "attention_soft"),
    "ongoing": ("clock", "accent", "accent_soft"),
    "delayed": ("late", "late", "late_soft"),
    "not_started": ("minus", "text_muted", "hover"),
    "not_applicable": ("close", "text_muted", "surface"),
    REACHED: ("ok", "ok", ""), NEAR: ("clock", "accent", ""), UNDER_WAY: ("clock", "accent", ""),
    BEHIND: ("late", "late", ""),
}  # fmt: skip
"""Status or band -> (icon, token of the ink, token of the ground)."""


class LevelsDelegate(QStyledItemDelegate):
    """A cell with a status shows its sign on its ground; one with a share a small bar."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        tokens, rect = theme.tokens(), option.rect
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        if selected:
            painter.fillRect(rect, theme.colour(tokens.selection))
        icon, ink, ground = LOOKS.get(str(index.data(STATUS) or ""), ("", "", ""))
        inner = rect.adjusted(_PAD, 0, -_PAD, 0)
        if ground and not selected:
            painter.fillRect(rect.adjusted(1, 1, -1, -1), theme.colour(getattr(tokens, ground)))
        if icon:
            ratio = painter.device().devicePixelRatioF()
            drawn = icons.pixmap(icon, _ICON, getattr(tokens, ink), ratio)
            left = rect.left() + (rect.width() - _ICON) // 2 if ground else inner.left()
            painter.drawPixmap(left, rect.top() + (rect.height() - _ICON) // 2, drawn)
            inner.setLeft(inner.left() + _ICON + 4)
        share = index.data(SHARE)
        if share is not None and inner.width() > _BAR + 40:
            self._bar(painter, inner, float(share), ink or "accent")
            inner.setLeft(inner.left() + _BAR + 6)
        painter.setPen(theme.colour(tokens.selection_text if selected else tokens.text))
        text = str(index.data(_DISPLAY) or "")
        words = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, inner.width())
        number = text[:1].isdigit() or text[:1] == "-" or share is not None
        painter.drawText(inner, _RIGHT if number and index.column() else _LEFT, words)
        painter.setPen(theme.colour(tokens.hover))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(theme.colour(tokens.accent))
            painter.drawRect(rect.adjusted(0, 0, -1, -1))
        painter.restore()

    @staticmethod
    def _bar(painter: QPainter, inner: QRect, share: float, hue: str) -> None:
        tokens = theme.tokens()
        top = inner.center().y() - 3
        painter.fillRect(QRect(inner.left(), top, _BAR, 7), theme.colour(tokens.hover))
        done = round(_BAR * min(1.0, max(0.0, share)))
        painter.fillRect(QRect(inner.left(), top, done, 7), theme.colour(getattr(tokens, hue)))


class LevelsTable(QTableView):
    """`opened` carries (entity, id) of the row or cell that was activated."""

    opened = Signal(str, object)

    def __init__(
        self, model: QAbstractTableModel, name: str, words: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setModel(model)
        self.setObjectName(name)
        self.setAccessibleName(words)
        self.setItemDelegate(LevelsDelegate(self))
        self.setShowGrid(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(theme.ROW_HEIGHT)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setMinimumSectionSize(36)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.activated.connect(self._on_activated)
        self._widths: tuple[int, ...] = ()
        model.modelReset.connect(self.fit)

    def set_widths(self, widths: tuple[int, ...]) -> None:
        """Widths of the columns behind the first, which takes the rest; the last one repeats."""
        self._widths = widths
        self.fit()

    def fit(self) -> None:
        columns = self.model().columnCount()
        if not columns or not self._widths:
            return
        rest = 0
        for column in range(1, columns):
            width = self._widths[min(column - 1, len(self._widths) - 1)]
            self.setColumnWidth(column, width)
            rest += width
        self.setColumnWidth(0, max(220, self.viewport().width() - rest))

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)
        self.fit()

    def _on_activated(self, index: QModelIndex) -> None:
        record = record_of(index)
        if record is not None:
            self.opened.emit(*record)
