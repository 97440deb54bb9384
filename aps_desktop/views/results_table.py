"""The table of the results grid: how its cells look, typing, copying and pasting."""

from __future__ import annotations

import csv
import io

from PySide6.QtCore import (
    QItemSelection,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    Qt,
    Signal,
)
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QPainter
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractItemView,
    QHeaderView,
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from aps_desktop.models.results_grid_model import (
    CELL,
    FIRST,
    LINE,
    NAME,
    PROBLEM,
    ResultsGridModel,
)
from aps_desktop.services.list_text import harmless
from aps_desktop.services.results_grid import MISSING, GridCell, GridLine
from aps_desktop.views import icons, theme

_Index = QModelIndex | QPersistentModelIndex
_LEFT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
_RIGHT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)
_DISPLAY = int(Qt.ItemDataRole.DisplayRole)
_ICON, _PAD = 13, 8
_INDENT = 16
_NAME_WIDTH, _LEAST, _FIGURE, _BASELINE = 330, 180, 84, 70
_LOOKS = {
    "approved": ("ok", "ok"), "pending": ("clock", "accent"), "returned": ("undo", "late"),
    "draft": ("edit", "text_muted"), MISSING: ("minus", "attention"),
}  # fmt: skip
"""Review state -> (icon, token): each has a sign of its own, never colour alone."""
LEVELS = {"impact": "Impact", "outcome": "Outcome", "output": "Output"}


class ResultsDelegate(QStyledItemDelegate):
    """Draws a value with the sign of its review state; a result line reads as a heading."""

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: _Index) -> QWidget:
        line = QLineEdit(parent)
        line.setFrame(False)
        line.setObjectName("value_editor")
        line.setAccessibleName("Value")
        line.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        line.setStyleSheet("padding: 0 4px; border-radius: 0; min-height: 0;")
        return line

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        line: GridLine = index.data(LINE)
        tokens = theme.tokens()
        rect = option.rect
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        cell: GridCell | None = index.data(CELL)
        if selected:
            painter.fillRect(rect, theme.colour(tokens.selection))
        elif line.row is None:
            painter.fillRect(rect, theme.colour(tokens.surface_alt))
        elif cell is not None and cell.status == "returned":
            painter.fillRect(rect, theme.colour(tokens.late_soft))
        if line.row is None:
            self._heading(painter, rect, line, index.column())
        elif cell is not None:
            self._cell(painter, rect, cell, index, selected)
        else:
            self._plain(painter, rect, line, index, selected)
        painter.setPen(theme.colour(tokens.border))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(theme.colour(tokens.accent))
            painter.drawRect(rect.adjusted(0, 0, -1, -1))
        painter.restore()

    def _heading(self, painter: QPainter, rect: QRect, line: GridLine, column: int) -> None:
        if column != NAME:
            return
        tokens = theme.tokens()
        left = rect.left() + _PAD + line.depth * _INDENT
        level = LEVELS.get(line.level, "")
        painter.setFont(theme.font(theme.SMALL, bold=True))
        painter.setPen(theme.colour(tokens.accent))
        wide = painter.fontMetrics().horizontalAdvance(level) + _PAD if level else 0
        painter.drawText(left, rect.top(), wide, rect.height(), _LEFT, level)
        painter.setFont(theme.font(bold=True))
        painter.setPen(theme.colour(tokens.text))
        room = rect.right() - left - wide - _PAD
        words = painter.fontMetrics().elidedText(line.title, Qt.TextElideMode.ElideRight, room)
        painter.drawText(left + wide, rect.top(), room, rect.height(), _LEFT, words)

    def _plain(
        self, painter: QPainter, rect: QRect, line: GridLine, index: _Index, selected: bool
    ) -> None:
        tokens = theme.tokens()
        inner = rect.adjusted(_PAD, 0, -_PAD, 0)
        painter.setFont(theme.font())
        text = str(index.data(_DISPLAY) or "")
        tone = tokens.selection_text if selected else tokens.text
        if index.column() == NAME:
            inner.setLeft(inner.left() + line.depth * _INDENT)
        elif index.column() >= FIRST and line.progress.met is not None:
            met = line.progress.met
            self._sign(painter, inner, "ok" if met else "target", "ok" if met else "text_muted")
        else:
            tone = tokens.selection_text if selected else tokens.text_muted
        painter.setPen(theme.colour(tone))
        words = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, inner.width())
        painter.drawText(inner, _LEFT if index.column() == NAME else _RIGHT, words)

    def _cell(
        self, painter: QPainter, rect: QRect, cell: GridCell, index: _Index, selected: bool
    ) -> None:
        tokens = theme.tokens()
        inner = rect.adjusted(_PAD, 0, -_PAD, 0)
        problem = index.data(PROBLEM)
        icon, hue = ("late", "late") if problem else _LOOKS.get(cell.status, ("", ""))
        left = 0
        if icon:
            self._sign(painter, inner, icon, hue)
            left += _ICON + 4
        for shown, name in ((cell.amendments, "conflict"), (not cell.own and cell.words, "group"),
                            ("comment" in cell.marks, "info"),
                            ("evidence" in cell.marks, "link")):  # fmt: skip
            if shown and left + _ICON + 40 < inner.width():
                self._sign(painter, inner.adjusted(left, 0, 0, 0), name, "text_muted")
                left += _ICON + 3
        tone = tokens.late if problem else tokens.selection_text if selected else tokens.text
        painter.setPen(theme.colour(tone))
        painter.setFont(theme.font())
        text = str(index.data(_DISPLAY) or "")
        room = inner.adjusted(left, 0, 0, 0)
        words = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, _RIGHT, words)

    @staticmethod
    def _sign(painter: QPainter, rect: QRect, icon: str, hue: str) -> None:
        ratio = painter.device().devicePixelRatioF()
        drawn = icons.pixmap(icon, _ICON, getattr(theme.tokens(), hue), ratio)
        painter.drawPixmap(rect.left(), rect.top() + (rect.height() - _ICON) // 2, drawn)


class ResultsTable(QTableView):
    """Enter writes and goes down, Tab goes on, Delete empties; whole blocks are pasted from Excel.

    `pasted` carries [(Place, text), ...], `cell_chosen` nothing: ask for the current index.
    `editor_left` says that nobody types any more, `indicator_opened` carries the row of a double
    click on what is no value.
    """

    pasted = Signal(object)
    cell_chosen = Signal()
    editor_left = Signal()
    indicator_opened = Signal(int)

    def __init__(self, model: ResultsGridModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = model
        self.setModel(model)
        self.setObjectName("results_table")
        self.setAccessibleName("Results, indicators and their values by period")
        self.setItemDelegate(ResultsDelegate(self))
        self.setShowGrid(False)
        triggers = QAbstractItemView.EditTrigger
        self.setEditTriggers(
            triggers.AnyKeyPressed | triggers.EditKeyPressed | triggers.DoubleClicked
        )
        self.setSelectionMode(QAbstractItemView.SelectionMode.ContiguousSelection)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(theme.ROW_HEIGHT + 2)
        header = self.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        header.setMinimumSectionSize(64)
        header.setHighlightSections(False)
        self._names = self._freeze()
        for table in (self, self._names):
            table.doubleClicked.connect(self._on_double_clicked)
        model.modelReset.connect(self.fit)
        self.fit()

    def _freeze(self) -> QTableView:
        """The names lie over the table's own, so that they stay when it is scrolled sideways."""
        names = QTableView(self)
        names.setObjectName("results_names")
        names.setModel(self._grid)
        names.setItemDelegate(ResultsDelegate(names))
        names.setShowGrid(False)
        names.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        names.setSelectionModel(self.selectionModel())
        names.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        names.verticalHeader().hide()
        names.verticalHeader().setDefaultSectionSize(theme.ROW_HEIGHT + 2)
        header = names.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        names.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        names.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        names.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalScrollBar().valueChanged.connect(names.verticalScrollBar().setValue)
        names.verticalScrollBar().valueChanged.connect(self.verticalScrollBar().setValue)
        return names

    def fit(self) -> None:
        """The name takes the room that the figures leave."""
        for column in range(1, self._grid.columnCount()):
            self.setColumnWidth(column, _FIGURE if column >= FIRST else _BASELINE)
        rest = sum(self.columnWidth(n) for n in range(1, self._grid.columnCount()))
        width = self.viewport().width()
        name = max(width - rest, min(_NAME_WIDTH, round(width * 0.32)), _LEAST)
        self.setColumnWidth(NAME, name)
        names = self._names
        for column in range(1, self._grid.columnCount()):
            names.setColumnHidden(column, True)
        names.setColumnWidth(NAME, name)
        head = self.horizontalHeader().height()
        names.horizontalHeader().setFixedHeight(max(head, 1))
        frame = self.frameWidth()
        names.setGeometry(frame, frame, name, self.viewport().height() + head)

    def scrollTo(
        self,
        index: _Index,
        hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible,
    ) -> None:
        """A cell that lies under the names comes out from under them."""
        super().scrollTo(index, hint)
        hidden = self.columnWidth(NAME) - self.visualRect(index).left()
        if index.column() != NAME and hidden > 0:
            bar = self.horizontalScrollBar()
            bar.setValue(bar.value() - hidden)

    def updateGeometries(self) -> None:
        super().updateGeometries()
        if hasattr(self, "_names"):
            self.fit()

    def _on_double_clicked(self, index: QModelIndex) -> None:
        if not self._grid.flags(index) & Qt.ItemFlag.ItemIsEditable:
            self.indicator_opened.emit(index.row())

    def currentChanged(self, current: QModelIndex, previous: QModelIndex) -> None:
        super().currentChanged(current, previous)
        self.cell_chosen.emit()

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        """A click makes a cell the current one before it is chosen."""
        super().selectionChanged(selected, deselected)
        self.cell_chosen.emit()

    def closeEditor(self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint) -> None:
        if hint == QAbstractItemDelegate.EndEditHint.SubmitModelCache:
            super().closeEditor(editor, QAbstractItemDelegate.EndEditHint.NoHint)
            self._down()
        else:
            super().closeEditor(editor, hint)
        self.editor_left.emit()

    def _down(self) -> None:
        """To the next indicator of the same period."""
        at = self.currentIndex()
        for row in range(at.row() + 1, self._grid.rowCount()):
            below = self._grid.index(row, at.column())
            if self._grid.flags(below) & Qt.ItemFlag.ItemIsEditable:
                self.setCurrentIndex(self._grid.index(row, at.column()))
                return

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.matches(QKeySequence.StandardKey.Paste):
            self.paste()
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._write([(index.row(), index.column(), "") for index in self.selectedIndexes()])
        else:
            super().keyPressEvent(event)

    def copy(self) -> None:
        """The chosen cells as text that spreadsheets paste."""
        rows: dict[int, list[str]] = {}
        for index in sorted(self.selectedIndexes(), key=lambda i: (i.row(), i.column())):
            rows.setdefault(index.row(), []).append(harmless(str(index.data(_DISPLAY) or "")))
        out = io.StringIO()
        csv.writer(out, dialect="excel-tab", lineterminator="\n").writerows(rows.values())
        QGuiApplication.clipboard().setText(out.getvalue())

    def paste(self) -> None:
        """Cells from a spreadsheet, from the current cell on; headings in between are passed."""
        at = self.currentIndex()
        text = QGuiApplication.clipboard().text()
        if not at.isValid() or not text:
            return
        cells = []
        row = at.row()
        for values in csv.reader(io.StringIO(text), dialect="excel-tab"):
            while row < self._grid.rowCount() and self._grid.line(row).row is None:
                row += 1
            cells += [(row, at.column() + n, value) for n, value in enumerate(values)]
            row += 1
        self._write(cells)

    def _write(self, cells: list[tuple[int, int, str]]) -> None:
        rows = self._grid.rowCount()
        places = [
            (place, text) for row, column, text in cells
            if row < rows and (place := self._grid.place(row, column)) is not None
        ]  # fmt: skip
        if places:
            self.pasted.emit(places)

    def chosen_values(self) -> list[object]:
        """The ids of the values behind the chosen cells."""
        ids: list[object] = []
        for index in self.selectedIndexes():
            cell = index.data(CELL)
            if cell is not None:
                own = [v for v in cell.values if v.reading.split.whole] or list(cell.values)
                ids += [value.id for value in own]
        return ids
