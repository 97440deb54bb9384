"""The grid in which a meeting is minuted while it goes on, with the keyboard alone."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractItemView,
    QBoxLayout,
    QCompleter,
    QHeaderView,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from aps_desktop.db.connection import Connection
from aps_desktop.db.engine import Database
from aps_desktop.domain import clock
from aps_desktop.domain.changes import Applied
from aps_desktop.domain.entities import entity
from aps_desktop.domain.errors import UserError
from aps_desktop.models import minutes_model
from aps_desktop.models.minutes_model import COLUMNS, ITEM, PROBLEM_ROLE, TEXT, TYPE, MinutesModel
from aps_desktop.services import minutes
from aps_desktop.services.minutes import Line, Minutes
from aps_desktop.views import theme
from aps_desktop.views.context import Context
from aps_desktop.views.plain_label import PlainLabel

_ITEM_ROLE = int(Qt.ItemDataRole.UserRole)
_WIDTHS = {ITEM: 48, TYPE: 92, minutes_model.RESPONSIBLE: 130, minutes_model.DUE: 100}
_BESIDE_FROM = 760
_NO_LIMIT = 16_777_215
_HOW = "Tab goes to the next cell, Enter to the next line. Every line saves itself."


class _CellDelegate(QStyledItemDelegate):
    """A line in each cell; the type completes itself, a problem shows in its colour."""

    def createEditor(
        self, parent: QWidget, option: QStyleOptionViewItem, index: QModelIndex
    ) -> QWidget:
        line = QLineEdit(parent)
        line.setFrame(False)
        line.setStyleSheet("padding: 0 4px; border-radius: 0; min-height: 0;")
        line.setAccessibleName(COLUMNS[index.column()])
        if index.column() == TYPE:
            words = [label for _, label in entity("decision").field("type").choices]
            completer = QCompleter(words, line)
            completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
            completer.setCompletionMode(QCompleter.CompletionMode.InlineCompletion)
            line.setCompleter(completer)
        return line

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        super().initStyleOption(option, index)
        if index.data(PROBLEM_ROLE):
            option.text = f"✕ {option.text}"
            option.palette.setColor(
                option.palette.ColorRole.Text, theme.colour(theme.tokens().late)
            )


class MinutesTable(QTableView):
    """Enter ends a line and opens the next."""

    def __init__(self, model: MinutesModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines = model
        self.setModel(model)
        self.setObjectName("minutes_table")
        self.setAccessibleName("Minutes")
        self.setItemDelegate(_CellDelegate(self))
        triggers = QAbstractItemView.EditTrigger
        self.setEditTriggers(
            triggers.AnyKeyPressed | triggers.EditKeyPressed | triggers.DoubleClicked
        )
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)  # between cells while typing; else out of the table
        self.setWordWrap(True)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.verticalHeader().setMinimumSectionSize(theme.ROW_HEIGHT)
        header = self.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for column, width in _WIDTHS.items():
            self.setColumnWidth(column, width)
        header.setSectionResizeMode(TEXT, QHeaderView.ResizeMode.Stretch)

    def closeEditor(self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint) -> None:
        if hint != QAbstractItemDelegate.EndEditHint.SubmitModelCache:
            super().closeEditor(editor, hint)
            return
        super().closeEditor(editor, QAbstractItemDelegate.EndEditHint.NoHint)
        self.next_line()

    def next_line(self) -> None:
        """Goes to the line after this one; behind the last, a new one of the same item."""
        row = self.currentIndex().row()
        last = self._lines.rowCount() - 1
        if row < last - 1:
            self.go(row + 1, TEXT)
            return
        item = self._lines.line(row).item if row >= 0 else ""
        self.begin(item)

    def begin(self, item: str) -> None:
        """Opens the line at the end; typing begins where something is missing."""
        row = self._lines.begin(item)
        self.go(row, TYPE if item else ITEM)

    def go(self, row: int, column: int) -> None:
        index = self._lines.index(row, column)
        self.setFocus()
        self.setCurrentIndex(index)
        self.scrollTo(index)
        self.edit(index)


class MinutesView(QWidget):
    """Agenda beside the grid; Enter on an agenda item begins a line for it."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._meeting: UUID | None = None
        self._writing: set[int] = set()
        self._again: set[int] = set()
        self.setObjectName("minutes")
        self.setProperty("ground", "surface")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.model = MinutesModel(clock.today(context.db.clock), self)
        self.table = MinutesTable(self.model, self)
        self.agenda = QListWidget(self)
        self.agenda.setObjectName("agenda")
        self.agenda.setAccessibleName("Agenda")
        self.agenda.setWordWrap(True)
        self.agenda.itemActivated.connect(self._on_agenda)
        self.problem = PlainLabel("", self, wrap=True)
        self.problem.setObjectName("minutes_problem")
        self.problem.setProperty("status", "late")
        self.model.line_changed.connect(self._on_line_changed)
        self.model.dataChanged.connect(self._on_data_changed)
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._row.setSpacing(12)
        self._row.addWidget(self.agenda)
        self._row.addWidget(self.table, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.addWidget(PlainLabel(_HOW, self, role="small"))
        column.addLayout(self._row, 1)
        column.addWidget(self.problem)
        self.setFocusProxy(self.table)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is little width, the agenda lies over the grid."""
        super().resizeEvent(event)
        directions = QBoxLayout.Direction
        if self.width() >= _BESIDE_FROM:
            self._row.setDirection(directions.LeftToRight)
            self.agenda.setFixedWidth(190)
            self.agenda.setMaximumHeight(_NO_LIMIT)
        else:
            self._row.setDirection(directions.TopToBottom)
            self.agenda.setMinimumWidth(0)
            self.agenda.setMaximumSize(_NO_LIMIT, 76)

    def show_meeting(self, id: UUID) -> None:
        """Shows a meeting's minutes; a line that is being typed in stays open."""
        if id != self._meeting:
            self.model.forget()
            self._again.clear()
            self.problem.setText("")
        elif self._busy():
            return
        self._meeting = id
        self._context.runner.query(
            partial(_load, id), self._on_loaded, self._context.show_failure, owner=self, key="load"
        )

    def _busy(self) -> bool:
        """Whether somebody is typing, or something typed is not written yet."""
        editing = self.table.state() == QAbstractItemView.State.EditingState
        return editing or bool(self._writing) or self.model.has_problems()

    def _on_loaded(self, found: Minutes) -> None:
        if self._busy():
            return
        at = self.table.currentIndex()
        place = (at.row(), at.column())
        self.agenda.clear()
        for number, title in found.agenda:
            item = QListWidgetItem(f"{number}  {title}", self.agenda)
            item.setData(_ITEM_ROLE, number)
        self.agenda.setVisible(bool(found.agenda))
        self.model.show(found.lines)
        if place[0] >= 0:
            self.table.setCurrentIndex(self.model.index(*place))

    def _on_agenda(self, item: QListWidgetItem) -> None:
        self.table.begin(str(item.data(_ITEM_ROLE)))

    def _on_line_changed(self, row: int, line: Line) -> None:
        if self._meeting is None:
            return
        if row in self._writing:  # it gets its ids first, or it would be made twice
            self._again.add(row)
            return
        self._writing.add(row)
        self._context.runner.mutate(
            partial(_save, self._meeting, line),
            partial(self._on_saved, row, self._meeting),
            partial(self._on_refused, row),
        )

    def _on_saved(self, row: int, meeting: UUID, result: tuple[Applied, Line]) -> None:
        self._writing.discard(row)
        if meeting != self._meeting:
            return
        self.model.written(row, result[1])
        if row in self._again:
            self._again.discard(row)
            self._on_line_changed(row, self.model.line(row))

    def _on_refused(self, row: int, error: Exception) -> None:
        self._writing.discard(row)
        if not isinstance(error, UserError):
            raise error
        self.problem.setText(f"✕ Not saved: {error}")

    def _on_data_changed(self, first: QModelIndex) -> None:
        words = first.data(PROBLEM_ROLE)
        self.problem.setText(f"✕ {words}" if words else "")


def _load(meeting: UUID, c: Connection) -> Minutes:
    return minutes.load(c, meeting)


def _save(meeting: UUID, line: Line, db: Database) -> tuple[Applied, Line]:
    return minutes.save(db, meeting, line)
