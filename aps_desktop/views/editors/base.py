"""What every editor of a field is: shows a stored value, takes typing, says when it is done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget

from aps_desktop.domain.fields import Field
from aps_desktop.domain.values import FileRef, Value

NO_LABELS: Mapping[UUID, str] = {}
Found = list[tuple[UUID, str]]
"""Records found for a picker: (id, label)."""


class EditorHost(Protocol):
    """What editors ask of the form they are in; answers come later, in the window's thread."""

    def today(self) -> date: ...

    def find(
        self, target: str, text: str, done: Callable[[Found], None], owner: QObject
    ) -> None: ...

    def state_groups(
        self, done: Callable[[list[tuple[str, frozenset[UUID]]]], None], owner: QObject
    ) -> None: ...

    def words_used(
        self, field: Field, done: Callable[[list[str]], None], owner: QObject
    ) -> None: ...

    def open_record(self, target: str, id: UUID) -> None: ...

    def create_record(self, target: str, name: str, done: Callable[[UUID, str], None]) -> None: ...

    def add_file(
        self, path: Path, done: Callable[[FileRef], None], failed: Callable[[Exception], None]
    ) -> None: ...

    def open_file(self, ref: FileRef) -> None: ...

    def save_file(self, ref: FileRef, target: Path) -> None: ...


class Editor(QWidget):
    """One field's widget. `typed` fires at every keystroke, `done` when the field is left."""

    typed = Signal()
    done = Signal()
    went_in = Signal()
    went_out = Signal()

    full_width = False

    def __init__(self, field: Field, host: EditorHost, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = field
        self.host = host
        self.note = ""
        self._stored: Value = None
        self._offered: tuple[Value, Any] | None = None
        self._labels: Mapping[UUID, str] = NO_LABELS
        self._inside = False
        self.setObjectName(f"editor_{field.name}")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        self.row = row

    # What the form calls ------------------------------------------------------------------------

    @property
    def stored(self) -> Value:
        return self._stored

    def set_value(self, value: Value, labels: Mapping[UUID, str] = NO_LABELS) -> None:
        """Shows a stored value; what was typed is gone."""
        self._stored, self._labels, self.note = value, labels, ""
        self._offered = None
        self.render(value, labels)

    def offer(self, value: Value, labels: Mapping[UUID, str] = NO_LABELS) -> None:
        """Shows a value that is not stored, as if it had been typed; Esc comes back to it."""
        self._labels = {**self._labels, **labels}
        self.render(value, labels)
        self._offered = value, self.keep()

    def set_stored(self, value: Value, labels: Mapping[UUID, str] = NO_LABELS) -> None:
        """Notes what is stored now and leaves what was typed alone."""
        self._stored, self._labels = value, labels

    def revert(self) -> None:
        """Shows the stored value again, or the one that was offered."""
        if self._offered is None:
            self.set_value(self._stored, self._labels)
        else:
            self.offer(self._offered[0], self._labels)

    def is_changed(self) -> bool:
        """Whether what is typed differs from what is stored."""
        raise NotImplementedError

    def value(self) -> Value:
        """The typed value. InvalidValue when it is none."""
        raise NotImplementedError

    def render(self, value: Value, labels: Mapping[UUID, str]) -> None:
        """Puts a value into the widgets without signals."""
        raise NotImplementedError

    def keep(self) -> Any:
        """What is typed, finished or not, as JSON: for drafts."""
        raise NotImplementedError

    def recall(self, kept: Any) -> None:
        """Shows again what `keep` gave."""
        raise NotImplementedError

    # For the editors themselves -----------------------------------------------------------------

    def watch(self, *widgets: QWidget) -> None:
        """Takes focus and keys of these widgets as the editor's own; the first gets the focus."""
        self.setFocusProxy(widgets[0])
        for widget in widgets:
            widget.installEventFilter(self)
            widget.setAccessibleName(widget.accessibleName() or self.field.label)
            if not widget.objectName():
                widget.setObjectName(f"{self.field.name}_{type(widget).__name__.lower()}")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.FocusIn and not self._inside:
            self._inside = True
            self.went_in.emit()
        elif kind == QEvent.Type.FocusOut:
            self._focus_left(event)
        elif kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self.key_pressed(watched, event)
        elif kind == QEvent.Type.Wheel and not self._inside:
            event.ignore()  # scrolling the form must not change the values under the pointer
            return True
        return super().eventFilter(watched, event)

    def key_pressed(self, watched: QObject, event: QKeyEvent) -> bool:
        """Esc takes back what was typed; when there is nothing, the form hears it."""
        untouched = self._offered is not None and self.keep() == self._offered[1]
        if event.key() == Qt.Key.Key_Escape and self.is_changed() and not untouched:
            self.revert()
            self.typed.emit()
            return True
        return False

    def touched(self) -> None:
        """A part of the value was changed by a press; it is done where the focus is elsewhere."""
        self.typed.emit()
        if not self._inside:
            self.done.emit()

    def _focus_left(self, event: QEvent) -> None:
        reason = event.reason()  # type: ignore[attr-defined]
        # A popup of its own, or another window in front: the field has not been left.
        if reason in (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason):
            return
        focus = QApplication.focusWidget()
        if focus is not None and focus is not self and self.isAncestorOf(focus):
            return
        self._inside = False
        self.leaving()
        self.done.emit()
        self.went_out.emit()

    def leaving(self) -> None:
        """Called before `done`: last chance to complete what was typed."""
