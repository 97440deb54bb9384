"""Editors of closed lists: a choice, and yes or no."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QComboBox, QCompleter, QPushButton, QWidget

from aps_desktop.domain.errors import InvalidValue
from aps_desktop.domain.fields import Field
from aps_desktop.domain.values import Value
from aps_desktop.services import parsing
from aps_desktop.views.editors.base import Editor, EditorHost

NOT_STATED = "Not stated"
_KEY_ROLE = int(Qt.ItemDataRole.UserRole)


class ChoiceEditor(Editor):
    """A combo box that finds a choice by any part of its words."""

    def __init__(self, field: Field, host: EditorHost, parent: QWidget | None = None) -> None:
        super().__init__(field, host, parent)
        self.combo = QComboBox(self)
        self.combo.setEditable(True)
        self.combo.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.combo.setMaxVisibleItems(16)
        self.combo.lineEdit().setPlaceholderText(NOT_STATED)
        self.combo.addItem("", "")
        for key, label in field.choices:
            self.combo.addItem(label, key)
        completer = self.combo.completer()
        completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self.combo.lineEdit().textEdited.connect(self._on_edited)
        self.combo.activated.connect(self._on_activated)
        self.row.addWidget(self.combo)
        self.watch(self.combo)
        self.combo.lineEdit().setAccessibleName(field.label)

    def render(self, value: Value, labels: Mapping[UUID, str]) -> None:
        del labels
        self._show_key(str(value or ""))

    def is_changed(self) -> bool:
        try:
            return self.value() != self._stored
        except InvalidValue:
            return True

    def value(self) -> Value:
        return self._understood()[0]

    def keep(self) -> Any:
        return self.combo.currentText()

    def recall(self, kept: Any) -> None:
        self.combo.setCurrentText(str(kept))

    def leaving(self) -> None:
        try:
            value, self.note = self._understood()
        except InvalidValue:
            return
        self._show_key(str(value or ""))

    def _understood(self) -> tuple[Value, str]:
        text = self.combo.currentText().strip()
        at = self.combo.findText(text, Qt.MatchFlag.MatchFixedString)
        if at >= 0:
            return self.combo.itemData(at, _KEY_ROLE) or None, ""
        try:
            return parsing.read(self.field, text, self.host.today())
        except InvalidValue:
            begun = self._begun(text)
            if len(begun) != 1:
                raise
            return begun[0], ""

    def _begun(self, text: str) -> list[str]:
        """The choices of which a word begins as typed: "dis" and the Tab key are a disbursement."""
        start = text.casefold()
        return [
            key for key, label in self.field.choices
            if len(start) > 1 and f" {label.casefold()}".find(f" {start}") >= 0
        ]  # fmt: skip

    def _show_key(self, key: str) -> None:
        at = self.combo.findData(key, _KEY_ROLE)
        if at < 0:  # a choice of a newer version: it stays, and shows as itself
            self.combo.addItem(self.field.choice_label(key), key)
            at = self.combo.count() - 1
        self.combo.setCurrentIndex(at)
        self.combo.setEditText(self.combo.itemText(at))
        self.combo.lineEdit().setCursorPosition(0)

    def _on_edited(self, text: str) -> None:
        del text
        self.typed.emit()

    def _on_activated(self, index: int) -> None:
        self.combo.setCurrentIndex(index)
        self.typed.emit()
        self.done.emit()


class YesNoEditor(Editor):
    """Three buttons side by side: yes, no, not stated. Keys Y, N and Delete."""

    def __init__(self, field: Field, host: EditorHost, parent: QWidget | None = None) -> None:
        super().__init__(field, host, parent)
        self.buttons: dict[bool | None, QPushButton] = {}
        self._group = QButtonGroup(self)
        for value, words in ((True, "Yes"), (False, "No"), (None, NOT_STATED)):
            button = QPushButton(words, self)
            button.setObjectName(f"{field.name}_{words.lower().replace(' ', '_')}")
            button.setAccessibleName(f"{field.label}: {words}")
            button.setCheckable(True)
            button.setAutoDefault(False)
            button.setProperty("segment", True)
            self._group.addButton(button)
            self.row.addWidget(button)
            self.buttons[value] = button
        self.row.addStretch(1)
        self.watch(self.buttons[None], self.buttons[True], self.buttons[False])
        self._group.buttonClicked.connect(self._on_clicked)

    def render(self, value: Value, labels: Mapping[UUID, str]) -> None:
        del labels
        button = self.buttons[value if isinstance(value, bool) else None]
        button.setChecked(True)
        self.setFocusProxy(button)

    def is_changed(self) -> bool:
        return self.value() != self._stored

    def value(self) -> Value:
        return next((v for v, b in self.buttons.items() if b.isChecked()), None)

    def keep(self) -> Any:
        return self.value()

    def recall(self, kept: Any) -> None:
        self.render(kept if isinstance(kept, bool) else None, {})

    def key_pressed(self, watched: QObject, event: QKeyEvent) -> bool:
        keys = {Qt.Key.Key_Y: True, Qt.Key.Key_N: False, Qt.Key.Key_Delete: None}
        if event.key() in keys and not event.modifiers():
            button = self.buttons[keys[Qt.Key(event.key())]]
            button.setFocus()
            button.click()
            return True
        return super().key_pressed(watched, event)

    def _on_clicked(self) -> None:
        self.setFocusProxy(self._group.checkedButton())
        self.typed.emit()
        self.done.emit()
