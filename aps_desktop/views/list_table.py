"""The table of a list: fixed row height, one selection of whole rows, everything by keyboard."""

from __future__ import annotations

from array import array
from dataclasses import dataclass

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QItemSelectionRange,
    QModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QContextMenuEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QToolTip, QWidget

from aps_desktop.models.list_model import ListModel
from aps_desktop.views import theme
from aps_desktop.views.list_header import ListHeader
from aps_desktop.views.list_paint import ListPainter
from aps_desktop.views.plain_label import plain_tip

_ROWS = QItemSelectionModel.SelectionFlag.Rows
_SELECT = QItemSelectionModel.SelectionFlag.Select | _ROWS
_ONLY = QItemSelectionModel.SelectionFlag.ClearAndSelect | _ROWS
_NO_UPDATE = QItemSelectionModel.SelectionFlag.NoUpdate
_PIXELS = QAbstractItemView.ScrollMode.ScrollPerPixel
_FOLLOWED = 2_000
"""So many selected rows are found again when rows move; more, and the selection is let go."""

_APART = "Two offices changed it apart: settle it in its form."
_OPEN = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_CTRL = Qt.KeyboardModifier.ControlModifier
_SHIFT = Qt.KeyboardModifier.ShiftModifier
_WISHES = {
    (Qt.Key.Key_Insert, False): "new",
    (Qt.Key.Key_N, True): "new",
    (Qt.Key.Key_Delete, False): "delete",
    (Qt.Key.Key_F, True): "find",
    (Qt.Key.Key_C, True): "copy",
}


@dataclass(frozen=True, slots=True)
class _Held:
    """Row numbers of what was selected, current, and (with its offset) at the top."""

    selected: tuple[int, ...]
    current: int | None
    top: tuple[int, int] | None


class ListTable(QTableView):
    """`row_opened` by Enter or a double click; `wished` carries "new", "delete", "find", "copy".

    `settled`: what was selected before rows moved is selected again.
    """

    row_opened = Signal(int)
    wished = Signal(str)
    menu_requested = Signal(object)
    settled = Signal()
    resized = Signal()

    def __init__(self, model: ListModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("list_table")
        self.setAccessibleName("List")
        header = ListHeader(self)
        self.setHorizontalHeader(header)
        self.setModel(model)
        header.follow(self.horizontalScrollBar())
        self._dress()
        self.marked: frozenset[int] = frozenset()
        self._painter = ListPainter(self)
        self._held: _Held | None = None
        model.keep = self._keep
        model.renewed.connect(self._on_renewed)

    def _dress(self) -> None:
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(_PIXELS)
        self.setVerticalScrollMode(_PIXELS)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)
        rows = self.verticalHeader()
        rows.hide()
        rows.setMinimumSectionSize(theme.ROW_HEIGHT)
        rows.setDefaultSectionSize(theme.ROW_HEIGHT)
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)

    # Painting ------------------------------------------------------------------------------------

    def mark(self, rids: frozenset[int]) -> None:
        """Puts the sign of a conflict before these records."""
        if rids != self.marked:
            self.marked = rids
            self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        self._painter.paint(painter, event.rect())
        painter.end()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange) and hasattr(
            self, "_painter"
        ):
            self._painter.restyle()
            self.viewport().update()

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            index = self.indexAt(event.pos())
            tip = plain_tip(self._tip(index)) if index.isValid() else ""
            QToolTip.showText(event.globalPos(), tip, self.viewport())
            return True
        return super().viewportEvent(event)

    def _tip(self, index: QModelIndex) -> str:
        """What a cell has no room for, and what the sign before its row means."""
        texts = self.model().texts(index.row())
        text = texts[index.column()] if texts else ""
        cut = bool(text) and self._painter.is_cut(text, self.columnWidth(index.column()))
        first = self.horizontalHeader().visualIndex(index.column()) == 0
        marked = first and self.model().rid_at(index.row()) in self.marked
        return "\n".join(filter(None, (text if cut else "", _APART if marked else "")))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.resized.emit()

    # Keys and mouse ------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, control = event.key(), bool(event.modifiers() & _CTRL)
        row = self.currentIndex().row()
        if key in _OPEN and row >= 0:
            self._open(row)
        elif wish := _WISHES.get((key, control)):
            self.wished.emit(wish)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right) and self.model().heading(row):
            self._fold(row, is_open=key == Qt.Key.Key_Right)
        elif key == Qt.Key.Key_Down and row <= 0 and not self.selectionModel().hasSelection():
            self._go(0)  # nothing was chosen yet: the first record is the first
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End) and not event.modifiers() & _SHIFT:
            self._go(0 if key == Qt.Key.Key_Home else self.model().rowCount() - 1)
        else:
            super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        row = self.rowAt(round(event.position().y()))
        if row >= 0 and self.model().heading(row) is None:
            self.row_opened.emit(row)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = self.rowAt(round(event.position().y()))
        left = event.button() == Qt.MouseButton.LeftButton
        if row >= 0 and left and self.model().heading(row) is not None:
            self.model().toggle(row)
            self.selectionModel().setCurrentIndex(self.model().index(row, 0), _NO_UPDATE)
            return
        super().mousePressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_requested.emit(event.globalPos())

    def _open(self, row: int) -> None:
        if self.model().heading(row) is not None:
            self.model().toggle(row)
        else:
            self.row_opened.emit(row)

    def _fold(self, row: int, *, is_open: bool) -> None:
        if self.model().heading(row)[2] != is_open:
            self.model().toggle(row)

    def _go(self, row: int) -> None:
        """To the first or last row, in the column that is in sight: no jump sideways."""
        if row < 0:
            return
        column = max(self.columnAt(0), 0)
        self.select_row(row, column)
        self.scrollTo(self.model().index(row, column))

    # Selection -----------------------------------------------------------------------------------

    def select_row(self, row: int, column: int = 0) -> None:
        """Makes a row the current and only selected one, and brings it into sight."""
        index = self.model().index(row, column)
        self.selectionModel().setCurrentIndex(index, _ONLY)
        self.scrollTo(index)

    def spans(self) -> list[tuple[int, int]]:
        """The selected rows as (first, last), from the top."""
        found: list[tuple[int, int]] = []
        selection = self.selectionModel().selection()
        for first, last in sorted({(span.top(), span.bottom()) for span in selection}):
            if found and first <= found[-1][1] + 1:
                found[-1] = (found[-1][0], max(last, found[-1][1]))
            else:
                found.append((first, last))
        return found

    def selected_count(self) -> int:
        """How many rows are selected."""
        return sum(last - first + 1 for first, last in self.spans())

    def selected_rids(self) -> array[int]:
        """The row numbers of the selected records."""
        return self.model().rids_in(self.spans())

    def _keep(self, refresh: bool) -> tuple[int, ...]:
        """What is to be found again when rows move; the top of the screen only at a refresh."""
        model = self.model()
        few = self.selected_count() <= _FOLLOWED
        selected = tuple(self.selected_rids()) if few else ()
        current = model.rid_at(self.currentIndex().row())
        top, at = self.rowAt(0), None
        if refresh and top >= 0 and (rid := model.rid_at(top)) is not None:
            at = (rid, self.rowViewportPosition(top))
        self._held = _Held(selected, current, at)
        rids = (*selected, current, at[0] if at else None)
        return tuple(dict.fromkeys(rid for rid in rids if rid is not None))

    def _on_renewed(self, rows: dict[int, int]) -> None:
        """Selects again what was selected and shows the same place."""
        held, self._held = self._held, None
        if held is None:
            return
        model, selection = self.model(), self.selectionModel()
        if not selection.hasSelection():
            current = rows.get(held.current) if held.current is not None else None
            if current is not None:
                self.setAutoScroll(False)  # the list is where the officer looks: no jump
                selection.setCurrentIndex(model.index(current, 0), _NO_UPDATE)
                self.setAutoScroll(True)
            spans = QItemSelection()
            last = model.columnCount() - 1
            for row in sorted(rows[rid] for rid in held.selected if rid in rows):
                spans.append(QItemSelectionRange(model.index(row, 0), model.index(row, last)))
            selection.select(spans, _SELECT)
        if held.top is not None and (row := rows.get(held.top[0])) is not None:
            self.verticalScrollBar().setValue(row * theme.ROW_HEIGHT - held.top[1])
        self.settled.emit()
