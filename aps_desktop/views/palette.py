"""Ctrl+K: one field that finds records, pages and commands."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QVBoxLayout,
    QWidget,
)

from aps_desktop.domain.entities import entity
from aps_desktop.services.find_records import Hit, find
from aps_desktop.views import icons, theme
from aps_desktop.views.navigation import area_of, places
from aps_desktop.views.plain_label import PlainLabel
from aps_desktop.views.shortcuts import all_commands

if TYPE_CHECKING:
    from aps_desktop.views.context import Context

_DISPLAY = Qt.ItemDataRole.DisplayRole.value
_ACCESSIBLE = Qt.ItemDataRole.AccessibleTextRole.value
_ENTRY = Qt.ItemDataRole.UserRole.value + 1
_SELECTED = QStyle.StateFlag.State_Selected
_NO_PEN = Qt.PenStyle.NoPen
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_ELIDE = Qt.TextElideMode.ElideRight
_WIDTH, _ROW = 640, 36
_MOST = 9


@dataclass(frozen=True)
class Entry:
    """One line of the palette: what it is, its words, what stands at its right."""

    kind: str
    key: str
    title: str
    note: str = ""
    icon: str = ""
    id: Any = None


class Palette(QDialog):
    """`command_chosen` and `place_chosen` carry a name; a record opens through the context."""

    command_chosen = Signal(str)
    place_chosen = Signal(str)

    def __init__(self, context: Context, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Dialog | Qt.WindowType.FramelessWindowHint)
        self.setObjectName("palette")
        self.setWindowTitle("Search or run a command")
        self.setAccessibleName("Search or run a command")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._context = context
        self._hits: list[Entry] = []
        self.field = QLineEdit(self)
        self.field.setObjectName("palette_field")
        self.field.setAccessibleName("Search records, pages and commands")
        self.field.setPlaceholderText("Records, pages, commands…")
        self.field.setFrame(False)
        self.field.addAction(icons.icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        self.model = _Entries(self)
        self.list = QListView(self)
        self.list.setObjectName("palette_list")
        self.list.setAccessibleName("Found")
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setModel(self.model)
        self.list.setItemDelegate(_EntryDelegate(self.list))
        self._nothing = PlainLabel("Nothing is called that", role="muted")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._nothing.setFixedHeight(_ROW * 2)
        self._delay = QTimer(self)
        self._delay.setSingleShot(True)
        self._delay.setInterval(40)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(6)
        for widget in (self.field, self.list, self._nothing):
            layout.addWidget(widget)
        self.field.textChanged.connect(self._on_text_changed)
        self._delay.timeout.connect(self._on_pause)
        self.list.clicked.connect(self._on_chosen)
        self._show_entries("")

    def open_over(self, window: QWidget) -> None:
        """Opens in the upper middle of the window."""
        width = min(_WIDTH, window.width() - 80)
        corner = window.mapToGlobal(QPoint((window.width() - width) // 2, 72))
        self.setFixedWidth(width)
        self.move(corner)
        self.open()
        self.field.setFocus()

    def entries(self) -> list[Entry]:
        return self.model.entries

    def keyPressEvent(self, event: object) -> None:
        key = event.key()
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(key, 0)
        if step:
            rows = self.model.rowCount()
            at = (self.list.currentIndex().row() + step) % max(rows, 1)
            self.list.setCurrentIndex(self.model.index(at))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._on_chosen(self.list.currentIndex())
        else:
            super().keyPressEvent(event)

    def _on_text_changed(self, text: str) -> None:
        self._show_entries(text)
        self._delay.start()

    def _on_pause(self) -> None:
        text = self.field.text().strip()
        if len(text) < 2:
            self._on_hits([])
            return
        self._context.runner.query(
            partial(find, text=text), self._on_hits, owner=self, key="palette"
        )

    def _on_hits(self, hits: list[Hit]) -> None:
        self._hits = [_of_hit(hit) for hit in hits]
        self._show_entries(self.field.text())

    def _show_entries(self, text: str) -> None:
        known = _ranked(text)
        hits = self._hits if len(text.strip()) >= 2 else []
        # A command or page with a word that begins as typed comes before the records, the others
        # after.
        typed = text.strip().lower()
        first = [e for e in known if f" {typed}" in f" {e.title.lower()}"][:3] if typed else []
        rest = [e for e in known if e not in first]
        self.model.show((first + hits + rest)[:30])
        rows = min(self.model.rowCount(), _MOST)
        self.list.setFixedHeight(max(rows, 1) * _ROW)
        self.list.setVisible(rows > 0)
        self._nothing.setVisible(rows == 0)
        if rows:
            self.list.setCurrentIndex(self.model.index(0))
        self.adjustSize()

    def _on_chosen(self, index: QModelIndex) -> None:
        if not index.isValid():
            return
        entry: Entry = index.data(_ENTRY)
        self.accept()
        if entry.kind == "record":
            self._context.show_record(entry.key, entry.id)
        elif entry.kind == "place":
            self.place_chosen.emit(entry.key)
        else:
            self.command_chosen.emit(entry.key)


def _of_hit(hit: Hit) -> Entry:
    kind = entity(hit.entity)
    title = f"{hit.code}  {hit.title}" if hit.code else hit.title
    icon = area_of(kind.area.value).icon
    return Entry("record", hit.entity, title, kind.label, icon, hit.id)


def _known() -> list[Entry]:
    """Every page and every command."""
    pages = [
        Entry("place", p.key, p.title, f"Page in {area_of(p.area).title}", area_of(p.area).icon)
        for p in places().values()
    ]
    commands = [
        Entry("command", c.name, c.words, c.keys[0] if c.keys else "Command", c.icon or "more")
        for c in all_commands()
        if c.name != "palette" and not c.name.startswith("area_")
    ]
    return pages + commands


def _ranked(text: str) -> list[Entry]:
    """Pages and commands by how well they fit what was typed; all pages when nothing was."""
    known = _known()
    words = text.strip().lower()
    if not words:
        return known
    from rapidfuzz import fuzz

    scored = [(fuzz.partial_ratio(words, e.title.lower()), e) for e in known]
    least = 75 if len(words) > 1 else 100
    good = [(score, e) for score, e in scored if score >= least]
    good.sort(key=lambda pair: (-pair[0], len(pair[1].title)))
    return [e for _, e in good[:12]]


class _Entries(QAbstractListModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.entries: list[Entry] = []

    def show(self, entries: list[Entry]) -> None:
        self.beginResetModel()
        self.entries = entries
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.entries)

    def data(self, index: QModelIndex, role: int = _DISPLAY) -> Any:
        if not index.isValid():
            return None
        entry = self.entries[index.row()]
        if role == _DISPLAY:
            return entry.title
        if role == _ENTRY:
            return entry
        return f"{entry.title}, {entry.note}" if role == _ACCESSIBLE else None


class _EntryDelegate(QStyledItemDelegate):
    def sizeHint(self, option: object, index: QModelIndex) -> QSize:
        return QSize(200, _ROW)

    def paint(self, painter: QPainter, option: object, index: QModelIndex) -> None:
        entry: Entry = index.data(_ENTRY)
        t = theme.tokens()
        row = option.rect.adjusted(0, 1, 0, -1)
        chosen = bool(option.state & _SELECTED)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if chosen:
            painter.setPen(_NO_PEN)
            painter.setBrush(theme.colour(t.selection))
            painter.drawRoundedRect(row, 6, 6)
        ratio = painter.device().devicePixelRatioF()
        drawn = icons.pixmap(entry.icon, 18, t.text_muted, ratio)
        painter.drawPixmap(row.x() + 10, row.y() + (row.height() - 18) // 2, drawn)
        painter.setFont(theme.font(theme.SMALL))
        painter.setPen(theme.colour(t.text_muted))
        width = painter.fontMetrics().horizontalAdvance(entry.note)
        painter.drawText(row.adjusted(0, 0, -12, 0), _RIGHT, entry.note)
        painter.setFont(option.font)
        painter.setPen(theme.colour(t.selection_text if chosen else t.text))
        words = row.adjusted(40, 0, -width - 28, 0)
        text = painter.fontMetrics().elidedText(entry.title, _ELIDE, words.width())
        painter.drawText(words, _LEFT, text)
        painter.restore()
