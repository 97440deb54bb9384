"""A record's changes as rows: who, when, office, what, from, to."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from aps_desktop.domain.values import show_date
from aps_desktop.services.history import HistoryEntry

_DISPLAY = int(Qt.ItemDataRole.DisplayRole)
_TIP = int(Qt.ItemDataRole.ToolTipRole)
_Index = QModelIndex | QPersistentModelIndex

COLUMNS = ("When", "Who", "Office", "What", "Before", "After")
_TOLD = frozenset({"merge", "import", "undo", "redo", "revert", "resolve"})
_WORDS = {
    "created": "Created",
    "changed": "Changed",
    "deleted": "Deleted",
    "restored": "Restored",
    "added": "Added",
    "removed": "Removed",
}


class HistoryModel(QAbstractTableModel):
    """Rows are `HistoryEntry`; `show` may narrow them to one field."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries: list[HistoryEntry] = []

    def show(self, entries: list[HistoryEntry]) -> None:
        self.beginResetModel()
        self._entries = entries
        self.endResetModel()

    def entry(self, row: int) -> HistoryEntry:
        return self._entries[row]

    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._entries)

    def columnCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> Any:
        if role == _DISPLAY and orientation == Qt.Orientation.Horizontal:
            return COLUMNS[section]
        return None

    def data(self, index: _Index, role: int = _DISPLAY) -> Any:
        if role == _DISPLAY:
            return _cell(self._entries[index.row()], index.column()).replace("\n", " ")[:300]
        if role == _TIP and index.column() >= 4:
            from html import escape

            text = _cell(self._entries[index.row()], index.column())
            return f"<span>{escape(text[:2000])}</span>" if text else None
        return None


def shown_time(millis: int) -> str:
    """ "23 Nov 2026 14:05", by this computer's clock."""
    at = datetime.fromtimestamp(millis / 1000).astimezone()
    return f"{show_date(at.date())} {at:%H:%M}"


def _cell(entry: HistoryEntry, column: int) -> str:
    match column:
        case 0:
            return shown_time(entry.at)
        case 1:
            return entry.officer or "–"
        case 2:
            return entry.office
        case 3:
            return _what(entry)
        case 4:
            return entry.old
    return entry.new


def _what(entry: HistoryEntry) -> str:
    """ "Title", "Partners: added", "Created (merge)", "Title (proposed)", "Title (revoked)"."""
    event = _WORDS.get(entry.event, entry.event)
    words = entry.label or event
    if entry.label and entry.event != "changed":
        words = f"{entry.label}: {event.lower()}"
    if not entry.counts:
        return f"{words} (revoked)"
    if entry.proposed:
        return f"{words} (proposed)"
    return f"{words} ({entry.why})" if entry.why in _TOLD else words
