"""A table of figures: a double click or Enter opens the rows behind one, Ctrl+C copies it."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QModelIndex, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QGuiApplication, QKeyEvent, QKeySequence, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from aps_desktop.models.figures_model import FIGURE, TOTAL, FiguresModel
from aps_desktop.services import sheet_cells as cells
from aps_desktop.services.list_text import harmless
from aps_desktop.services.sheet_cells import Sheet, SheetCell
from aps_desktop.views import theme
from aps_desktop.views.fixed_names import FixedNames
from aps_desktop.views.plain_label import PlainLabel

_SELECTED = QStyle.StateFlag.State_Selected
_FOCUSED = QStyle.StateFlag.State_HasFocus
_ELIDE = Qt.TextElideMode.ElideRight
_PAD = 8
_BAR = 64
_BAR_HEIGHT = 6
_LEAST = 50
_WIDEST = 280
_MEASURED = 5
"""So many of a column's longest texts are measured."""
_FILL = 220
_LEAST_FILL, _READABLE_FILL = 96, 200
"""The least that names take; more where one has to scroll anyway."""
_HUES = {"ok": "ok", "attention": "attention", "late": "late", "muted": "text_muted"}
_SIGNS = {"attention": "! ", "late": "✕ "}


@lru_cache(maxsize=2)
def figures_font(*, bold: bool) -> QFont:
    """Digits of one width, so that amounts stand under one another."""
    font = theme.font(bold=bold)
    font.setFeature(QFont.Tag.fromString("tnum"), 1)
    return font


def _signed(cell: SheetCell) -> str:
    return _SIGNS.get(cell.look, "") + cell.text.replace("\n", " ")


class _FigureDelegate(QStyledItemDelegate):
    """Digits of one width, a bar beside a share, the sum over a line."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        return QSize(option.fontMetrics.horizontalAdvance(str(index.data() or "")) + 24, 28)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        figure: SheetCell = index.data(FIGURE)
        total = bool(index.data(TOTAL))
        tokens = theme.tokens()
        painter.save()
        chosen = bool(option.state & _SELECTED)
        if chosen:
            painter.fillRect(option.rect, theme.colour(tokens.selection))
        elif total:
            painter.fillRect(option.rect, theme.colour(tokens.surface_alt))
        line = QRect(option.rect.left(), option.rect.bottom(), option.rect.width(), 1)
        painter.fillRect(line, theme.colour(tokens.hover))
        if total:
            painter.fillRect(line, theme.colour(tokens.border_strong))
        if option.state & _FOCUSED:
            painter.setPen(theme.colour(tokens.accent))
            painter.drawRect(option.rect.adjusted(0, 0, -1, -1))
        rect = option.rect.adjusted(_PAD, 0, -_PAD, -1)
        if figure.bar is not None and rect.width() > _BAR + 56:
            self._bar(painter, QRect(rect.left(), rect.top(), _BAR, rect.height()), figure)
            rect.setLeft(rect.left() + _BAR + 6)
        self._words(painter, rect, index, figure, total=total, chosen=chosen)
        painter.restore()

    def _words(
        self, painter: QPainter, rect: QRect, index: QModelIndex, figure: SheetCell, *,
        total: bool, chosen: bool,
    ) -> None:  # fmt: skip
        tokens = theme.tokens()
        painter.setFont(figures_font(bold=total))
        hue = _HUES.get(figure.look, "selection_text" if chosen else "text")
        painter.setPen(theme.colour(getattr(tokens, hue)))
        words = _signed(figure)
        side = index.data(Qt.ItemDataRole.TextAlignmentRole.value)
        shown = painter.fontMetrics().elidedText(words, _ELIDE, rect.width())
        painter.drawText(rect, int(side), shown)

    def _bar(self, painter: QPainter, rect: QRect, figure: SheetCell) -> None:
        tokens = theme.tokens()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        track = QRectF(rect.left(), rect.center().y() - _BAR_HEIGHT / 2 + 1, _BAR, _BAR_HEIGHT)
        painter.setBrush(theme.colour(tokens.border))
        painter.drawRoundedRect(track, 3, 3)
        if figure.bar:
            filled = QRectF(track)
            filled.setWidth(max(_BAR_HEIGHT, _BAR * min(1.0, figure.bar)))
            painter.setBrush(theme.colour(getattr(tokens, _HUES.get(figure.look, "accent"))))
            painter.drawRoundedRect(filled, 3, 3)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)


class FiguresTable(QTableView):
    """`opened` carries the `Opens` behind a figure, `export_wanted` wishes a workbook."""

    opened = Signal(object)
    export_wanted = Signal()

    def __init__(self, name: str, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.figures = FiguresModel(self)
        self.setModel(self.figures)
        self.setItemDelegate(_FigureDelegate(self))
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ContiguousSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(theme.ROW_HEIGHT)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsClickable(True)
        header.setMinimumSectionSize(_LEAST)
        header.sectionClicked.connect(self._on_heading)
        self.doubleClicked.connect(self._on_opened)
        self.customContextMenuRequested.connect(self._on_menu)
        self.nothing = PlainLabel("", self.viewport(), role="muted", wrap=True)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._order: tuple[int, Qt.SortOrder] | None = None
        self.names = FixedNames(self)
        self.names.doubleClicked.connect(self._on_opened)
        self.names.horizontalHeader().sectionClicked.connect(self._on_heading)

    def show_sheet(self, sheet: Sheet) -> None:
        """Shows a table; widths and order stay where the columns are the same."""
        fresh = sheet.columns != self.figures.columns
        self.figures.show(sheet)
        if fresh:
            self._order = None
            self._show_order()
            self._widths(sheet)
        self._widen(sheet)
        if fresh:
            self.horizontalScrollBar().setValue(0)
        self.nothing.setText("" if sheet.lines else sheet.empty)
        self._cover()

    def copy(self) -> None:
        """What is selected as text with tabs; the whole table when that is one cell or none."""
        indexes = self.selectedIndexes()
        if len(indexes) == 1:
            QGuiApplication.clipboard().setText(harmless(str(indexes[0].data())))
            return
        rows: dict[int, list[str]] = {}
        for index in sorted(indexes, key=lambda i: (i.row(), i.column())):
            rows.setdefault(index.row(), []).append(str(index.data()))
        if rows:
            QGuiApplication.clipboard().setText(cells.as_tabbed(list(rows.values())))
        else:
            self.copy_all()

    def copy_all(self) -> None:
        """The whole table with its headings as text with tabs."""
        rows = cells.plain_rows(self.figures.shown())
        QGuiApplication.clipboard().setText(cells.as_tabbed(rows))

    def open_current(self) -> None:
        """Opens the rows behind the current figure, or behind the first of its line."""
        index = self.currentIndex()
        if not index.isValid():
            return
        own = self.figures.figure(index)
        line = self.figures.lines[index.row()]
        found = own.opens or next((cell.opens for cell in line.cells if cell.opens), None)
        if found is not None:
            self.opened.emit(found)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.open_current()
        else:
            super().keyPressEvent(event)

    def scrollTo(
        self, index: QModelIndex,
        hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible,
    ) -> None:  # fmt: skip
        """Brings a cell into sight, also from under the names."""
        super().scrollTo(index, hint)
        bar = self.horizontalScrollBar()
        bar.setValue(bar.value() - self.names.hidden_part(index))

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)
        self._hide_extra()
        self._fill()
        self._cover()
        self.names.place()

    def _cover(self) -> None:
        self.nothing.setVisible(bool(self.nothing.text()))
        self.nothing.setGeometry(self.viewport().rect().adjusted(24, 0, -24, 0))

    def _hide_extra(self) -> None:
        """Columns that one can do without go where what is left for the widest would be small."""
        columns = self.figures.columns
        needed = sum(column.width or _FILL for column in columns)
        for number, column in enumerate(columns):
            if column.extra:
                self.setColumnHidden(number, needed > self.viewport().width())

    def _widen(self, sheet: Sheet) -> None:
        """An amount is never cut: its column is as wide as the longest one needs."""
        metrics = QFontMetrics(figures_font(bold=any(line.total for line in sheet.lines)))
        for number, column in enumerate(sheet.columns):
            if not column.right:
                continue
            cells = [line.cells[number] for line in sheet.lines]
            longest = sorted(cells, key=lambda cell: len(cell.text))[-_MEASURED:]
            needed = [
                metrics.horizontalAdvance(_signed(cell)) + (_BAR + 6 if cell.bar is not None else 0)
                for cell in longest
            ]
            self.setColumnWidth(
                number, min(_WIDEST, max([column.width, *(n + 20 for n in needed)]))
            )
        self._fill()

    def _fill(self) -> None:
        """The column without a width takes what the others leave, and never too little."""
        columns = self.figures.columns
        open_one = next((n for n, column in enumerate(columns) if not column.width), None)
        if open_one is not None:
            others = sum(
                self.columnWidth(n)
                for n in range(len(columns))
                if n != open_one and not self.isColumnHidden(n)
            )
            room = self.viewport().width() - others
            self.setColumnWidth(open_one, room if room >= _LEAST_FILL else _READABLE_FILL)

    def _widths(self, sheet: Sheet) -> None:
        for number, column in enumerate(sheet.columns):
            if column.width:
                self.setColumnWidth(number, column.width)
            self.setColumnHidden(number, False)
        self._hide_extra()
        self._fill()

    def _on_heading(self, column: int) -> None:
        """First descending for amounts, as one looks for the largest; a third click ends it."""
        up, down = Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder
        first = down if self.figures.columns[column].right else up
        second = up if first is down else down
        if self._order == (column, second):
            self._order = None
        else:
            self._order = (column, second if self._order == (column, first) else first)
        self._show_order()
        self.figures.sort(*(self._order or (-1, up)))

    def _show_order(self) -> None:
        for header in (self.horizontalHeader(), self.names.horizontalHeader()):
            header.setSortIndicatorShown(self._order is not None)
            if self._order is not None:
                header.setSortIndicator(*self._order)

    def _on_opened(self, index: QModelIndex) -> None:
        self.setCurrentIndex(index)
        self.open_current()

    def _on_menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for words, name, act in (
            ("Show the rows behind it", "figure_open", self.open_current),
            ("Copy", "figure_copy", self.copy),
            ("Copy the whole table", "figure_copy_all", self.copy_all),
            ("Export to Excel…", "figure_export", self.export_wanted.emit),
        ):
            action = menu.addAction(words)
            action.setObjectName(name)
            action.triggered.connect(act)
        menu.popup(self.viewport().mapToGlobal(at))
