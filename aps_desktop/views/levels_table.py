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
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from aps_desktop.domain.results_bands import BEHIND, NEAR, REACHED, UNDER_WAY
from aps_desktop.models.levels_model import SHARE, STATUS, record_of
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
        tokens, rect, selected = theme.tokens(), option.rect, is_selected(option)
        painter.save()
        if selected:
            painter.fillRect(rect, theme.colour(tokens.selection))
        icon, ink, ground = LOOKS.get(str(index.data(STATUS) or ""), ("", "", ""))
        inner = rect.adjusted(_PAD, 0, -_PAD, 0)
        if ground and not selected:
            painter.fillRect(rect.adjusted(1, 1, -1, -1), theme.colour(getattr(tokens, ground)))
        if icon:
            left = rect.left() + (rect.width() - _ICON) // 2 if ground else inner.left()
            draw_icon(painter, icon, ink, _ICON, left, rect)
            inner.setLeft(inner.left() + _ICON + 4)
        share = index.data(SHARE)
        if share is not None and inner.width() > _BAR + 40:
            self._bar(painter, inner, float(share), ink or "accent")
            inner.setLeft(inner.left() + _BAR + 6)
        painter.setPen(theme.colour(tokens.selection_text if selected else tokens.text))
        text = str(index.data(DISPLAY) or "")
        number = text[:1].isdigit() or text[:1] == "-" or share is not None
        draw_words(painter, text, inner, RIGHT if number and index.column() else LEFT)
        painter.setPen(theme.colour(tokens.hover))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        draw_focus(painter, option)
        painter.restore()

    @staticmethod
    def _bar(painter: QPainter, inner: QRect, share: float, hue: str) -> None:
        tokens = theme.tokens()
        top = inner.center().y() - 3
        painter.fillRect(QRect(inner.left(), top, _BAR, 7), theme.colour(tokens.hover))
        done = round(_BAR * min(1.0, max(0.0, share)))
        painter.fillRect(QRect(inner.left(), top, done, 7), theme.colour(getattr(tokens, hue)))


class LevelsTable(CellsTable):
    """`opened` carries (entity, id) of the row or cell that was activated."""

    opened = Signal(str, object)

    def __init__(
        self, model: QAbstractTableModel, name: str, words: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(model, LevelsDelegate(), name, words, parent)
        header = self.horizontalHeader()
        header.setMinimumSectionSize(36)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.activated.connect(self._on_activated)
        self._widths: tuple[int, ...] = ()

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

    def _on_activated(self, index: QModelIndex) -> None:
        record = record_of(index)
        if record is not None:
            self.opened.emit(*record)
