"""A record's history: who changed what, when, from which office; any value can be put back."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from aps_desktop.db.connection import Connection
from aps_desktop.db.engine import Database
from aps_desktop.domain.changes import Applied
from aps_desktop.domain.fields import Entity
from aps_desktop.models.history_model import HistoryModel
from aps_desktop.services import history
from aps_desktop.services.history import HistoryEntry
from aps_desktop.views import theme
from aps_desktop.views.changes_table import rows_table
from aps_desktop.views.context import OK, Context
from aps_desktop.views.plain_label import PlainLabel

_ALL = "All fields"
_RESTORABLE = frozenset({"changed", "added", "removed"})
_WIDTHS = (132, 120, 130, 160, 0, 0)
_FITTED = (0, 1, 2)
"""When, who and where are short: the room is for what stood there before and after."""


class HistoryView(QWidget):
    """Loads when it is shown, and again when the record changes while it is."""

    def __init__(self, context: Context, kind: Entity, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._kind = kind
        self._id: UUID | None = None
        self._stale = False
        self._entries: list[HistoryEntry] = []
        self.setObjectName("history")
        self.model = HistoryModel(self)
        self.fields = QComboBox(self)
        self.fields.setObjectName("history_field")
        self.fields.setAccessibleName("Show changes of")
        self.fields.addItem(_ALL, "")
        for field in kind.fields:
            self.fields.addItem(field.label, field.name)
        self.fields.activated.connect(self._on_field)
        self.restore = QPushButton("Restore the value before", self)
        self.restore.setObjectName("history_restore")
        self.restore.setEnabled(False)
        self.restore.clicked.connect(self._on_restore)
        self.count = PlainLabel("", self, role="small")
        self.table = rows_table("history_table", "History", self.model, _WIDTHS, self)
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        self.table.horizontalHeader().setDefaultAlignment(left)
        self.table.selectionModel().selectionChanged.connect(self._on_row)
        top = QHBoxLayout()
        top.addWidget(self.fields)
        top.addWidget(self.count)
        top.addStretch(1)
        top.addWidget(self.restore)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(theme.GRID)
        column.addLayout(top)
        column.addWidget(self.table)

    def show_record(self, id: UUID) -> None:
        """Takes a record; its history is read when the view is visible."""
        self._id, self._stale = id, True
        if self.isVisible():
            self._load()

    def showEvent(self, event: object) -> None:
        super().showEvent(event)
        if self._stale:
            self._load()

    def _load(self) -> None:
        if self._id is None:
            return
        self._stale = False
        self._context.runner.query(
            partial(_read, self._kind.name, self._id),
            self._on_loaded,
            self._context.show_failure,
            owner=self,
        )

    def _show(self) -> None:
        wanted = self.fields.currentData()
        shown = [e for e in self._entries if not wanted or e.field == wanted]
        self.model.show(shown)
        self.count.setText(f"{len(shown):,} change{'' if len(shown) == 1 else 's'}")
        self.restore.setEnabled(False)

    def _selected(self) -> HistoryEntry | None:
        rows = self.table.selectionModel().selectedRows()
        return self.model.entry(rows[0].row()) if rows else None

    def _on_loaded(self, entries: list[HistoryEntry]) -> None:
        self._entries = entries
        self._show()
        for column in _FITTED:
            self.table.resizeColumnToContents(column)

    def _on_field(self, index: int) -> None:
        del index
        self._show()

    def _on_row(self) -> None:
        entry = self._selected()
        self.restore.setEnabled(entry is not None and entry.event in _RESTORABLE)

    def _on_restore(self) -> None:
        entry = self._selected()
        if entry is None or self._id is None:
            return
        self._context.runner.mutate(
            partial(_put_back, self._kind.name, self._id, entry),
            partial(self._on_restored, entry.label),
            self._context.show_failure,
        )

    def _on_restored(self, label: str, applied: Applied) -> None:
        done = "has its earlier value again" if applied.number else "has that value already"
        self._context.say(f"“{label}” {done}.", OK)


def _read(name: str, id: UUID, c: Connection) -> list[HistoryEntry]:
    return history.of_record(c, name, id)


def _put_back(name: str, id: UUID, entry: HistoryEntry, db: Database) -> Applied:
    return history.put_back(db, name, id, entry)
