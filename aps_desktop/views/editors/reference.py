"""Editor of a reference to one other record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QToolButton, QWidget

from aps_desktop.domain.entities import entity
from aps_desktop.domain.errors import InvalidValue
from aps_desktop.domain.fields import Field
from aps_desktop.domain.values import Value
from aps_desktop.views import icons
from aps_desktop.views.editors.base import Editor, EditorHost
from aps_desktop.views.editors.record_line import RecordLine
from aps_desktop.views.plain_label import plain_tip


class ReferenceEditor(Editor):
    """Shows the record's name; typing finds others. Ctrl+Enter opens the record."""

    def __init__(self, field: Field, host: EditorHost, parent: QWidget | None = None) -> None:
        super().__init__(field, host, parent)
        self.line = RecordLine(field.target, host, self)
        self.line.picked.connect(self._on_picked)
        self.line.textEdited.connect(self._on_edited)
        self.row.addWidget(self.line, 1)
        self.open_button = self._button("open", "Open (Ctrl+Enter)", self._on_open)
        self.clear_button = self._button("close", "Clear", self._on_clear)
        self.watch(self.line, self.open_button, self.clear_button)
        self._chosen: tuple[UUID, str] | None = None

    def render(self, value: Value, labels: Mapping[UUID, str]) -> None:
        self._choose((value, labels.get(value, "(not here)")) if isinstance(value, UUID) else None)

    def is_changed(self) -> bool:
        return self._typing() or (self._chosen[0] if self._chosen else None) != self._stored

    def value(self) -> Value:
        if self._typing():
            one, text = entity(self.field.target).one, self.line.text().strip()
            raise InvalidValue(
                f"“{text}” is not {one} that was chosen.",
                "Choose one from the list, or make a new one there.",
                field=self.field.name,
            )
        return self._chosen[0] if self._chosen else None

    def keep(self) -> Any:
        if self._chosen and not self._typing():
            return [self._chosen[0].hex, self._chosen[1]]
        return self.line.text()

    def recall(self, kept: Any) -> None:
        if isinstance(kept, list):
            self._choose((UUID(kept[0]), str(kept[1])))
        else:
            self._choose(None)
            self.line.setText(str(kept))

    def leaving(self) -> None:
        """What is typed and names one record only is that record."""
        if not self.line.text().strip():
            self._choose(None)
        elif self._typing() and (found := self.line.settled()):
            self._choose(found)
        self.line.hide_found()

    def key_pressed(self, watched: QObject, event: QKeyEvent) -> bool:
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if control and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._chosen:
            self._on_open()
            return True
        return super().key_pressed(watched, event)

    def _typing(self) -> bool:
        """Whether the text is not the chosen record's name (nothing at all clears the field)."""
        text = self.line.text().strip()
        return bool(text) and text != (self._chosen[1] if self._chosen else "")

    def _choose(self, chosen: tuple[UUID, str] | None) -> None:
        self._chosen = chosen
        self.line.setText(chosen[1] if chosen else "")
        self.line.setCursorPosition(0)
        self.line.setToolTip(plain_tip(chosen[1]) if chosen else "")
        self.open_button.setVisible(chosen is not None)
        self.clear_button.setVisible(chosen is not None)

    def _button(self, sign: str, name: str, clicked: Any) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(icons.icon(sign))
        button.setToolTip(name)
        button.setAccessibleName(f"{self.field.label}: {name.split(' (', maxsplit=1)[0].lower()}")
        button.setObjectName(f"{self.field.name}_{name.split(' ', maxsplit=1)[0].lower()}")
        button.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        button.clicked.connect(clicked)
        self.row.addWidget(button)
        return button

    def _on_picked(self, id: UUID, label: str) -> None:
        self._choose((id, label))
        self.typed.emit()
        self.done.emit()

    def _on_edited(self, text: str) -> None:
        if not text.strip():
            self._chosen = None
        self.typed.emit()

    def _on_open(self) -> None:
        if self._chosen:
            self.host.open_record(self.field.target, self._chosen[0])

    def _on_clear(self) -> None:
        self._choose(None)
        self.line.setFocus()
        self.typed.emit()
        self.done.emit()
