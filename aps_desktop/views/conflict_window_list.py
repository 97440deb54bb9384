"""The conflicts, grouped by record; every choice is one key away."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QListWidget, QListWidgetItem, QWidget

from aps_desktop.services.conflicts import Conflict
from aps_desktop.views import theme

_ROW = QSize(120, theme.ROW_HEIGHT)
_CONFLICT = Qt.ItemDataRole.UserRole
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_LETTERS = {
    Qt.Key.Key_B: "base",
    Qt.Key.Key_M: "mine",
    Qt.Key.Key_T: "theirs",
    Qt.Key.Key_P: "merged",
}
_PLAIN = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)


class ConflictList(QListWidget):
    """`picked` carries "base", "mine", "theirs", "merged" or a column's number from 1 on."""

    picked = Signal(str)
    settle_requested = Signal()
    edit_requested = Signal()
    shown = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("conflict_list")
        self.setAccessibleName("Conflicts")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.currentItemChanged.connect(self._on_current)

    def show_conflicts(self, found: Sequence[Conflict], wanted: str, at: int) -> None:
        """Fills the list and goes to the conflict `wanted`, else to the one at place `at`."""
        self.blockSignals(True)
        self.clear()
        record = None
        for conflict in found:
            if conflict.record != record:
                record = conflict.record
                self._add_record(conflict)
            item = QListWidgetItem("      " + conflict.label, self)
            item.setSizeHint(_ROW)
            item.setData(_CONFLICT, conflict)
            offices = ", ".join(dict.fromkeys(v.office for v in conflict.versions))
            words = f"{conflict.title}: {conflict.label}, {offices}"
            item.setData(Qt.ItemDataRole.AccessibleTextRole, words)
        self.blockSignals(False)
        items = self._fields()
        chosen = next((i for i in items if i.data(_CONFLICT).id == wanted), None)
        if chosen is None and items:
            chosen = items[min(max(at, 0), len(items) - 1)]
        self.setCurrentItem(chosen)
        if chosen is None:
            self.shown.emit(None)

    def show_record(self, record: str) -> None:
        """Goes to the first conflict of a record (hex id)."""
        for item in self._fields():
            if item.data(_CONFLICT).record.hex == record:
                self.setCurrentItem(item)
                return

    def conflict(self) -> Conflict | None:
        """The conflict that is shown."""
        item = self.currentItem()
        return item.data(_CONFLICT) if item is not None else None

    def place(self) -> int:
        """Where it stands among the conflicts, from 0."""
        items = self._fields()
        item = self.currentItem()
        return next((at for at, one in enumerate(items) if one is item), 0)

    def step(self) -> None:
        """Goes to the next conflict, if there is one."""
        items = self._fields()
        at = self.place() + 1
        if at < len(items):
            self.setCurrentItem(items[at])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        plain = event.modifiers() in _PLAIN
        if key in _ENTER:
            self.settle_requested.emit()
        elif plain and key in _LETTERS:
            self.picked.emit(_LETTERS[key])
        elif plain and Qt.Key.Key_1 <= key <= Qt.Key.Key_9:
            self.picked.emit(str(key - Qt.Key.Key_0))
        elif plain and key == Qt.Key.Key_E:
            self.edit_requested.emit()
        else:
            super().keyPressEvent(event)

    def _fields(self) -> list[QListWidgetItem]:
        items = (self.item(row) for row in range(self.count()))
        return [item for item in items if item.data(_CONFLICT) is not None]

    def _add_record(self, conflict: Conflict) -> None:
        item = QListWidgetItem("  " + (conflict.named or conflict.title), self)
        item.setToolTip(item.text().strip())
        item.setSizeHint(_ROW)
        item.setFlags(Qt.ItemFlag.NoItemFlags)
        item.setFont(theme.font(bold=True))
        item.setForeground(theme.colour(theme.tokens().text_muted))

    def _on_current(self) -> None:
        self.shown.emit(self.conflict())
