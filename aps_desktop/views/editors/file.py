"""Editor of an attached file: choose or drop one, open a copy, save a copy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QPushButton, QWidget

from aps_desktop.domain.errors import InvalidValue, UserError
from aps_desktop.domain.fields import Field
from aps_desktop.domain.values import FileRef, Value
from aps_desktop.views.editors.base import Editor, EditorHost
from aps_desktop.views.plain_label import ElidedLabel


class FileEditor(Editor):
    """The bytes go into the database at once; what is opened is a copy."""

    full_width = True

    def __init__(self, field: Field, host: EditorHost, parent: QWidget | None = None) -> None:
        super().__init__(field, host, parent)
        self.setAcceptDrops(True)
        self.name = ElidedLabel("", self)
        self.row.addWidget(self.name, 1)
        self.choose_button = self._button("Choose file…", self._on_choose)
        self.open_button = self._button("Open copy", self._on_open)
        self.save_button = self._button("Save a copy…", self._on_save)
        self.remove_button = self._button("Remove", self._on_remove)
        self.watch(self.choose_button, self.open_button, self.save_button, self.remove_button)
        self._chosen: FileRef | None = None
        self._refusal: UserError | None = None
        self._show()

    def render(self, value: Value, labels: Mapping[UUID, str]) -> None:
        del labels
        self._refusal = None
        self._chosen = value if isinstance(value, FileRef) else None
        self._show()

    def is_changed(self) -> bool:
        return self._chosen != self._stored or self._refusal is not None

    def value(self) -> Value:
        if self._refusal is not None:
            raise InvalidValue(
                self._refusal.message, self._refusal.hint, field=self.field.name
            ) from self._refusal
        return self._chosen

    def keep(self) -> Any:
        return [self._chosen.sha256, self._chosen.name] if self._chosen else None

    def recall(self, kept: Any) -> None:
        self._chosen = FileRef(str(kept[0]), str(kept[1])) if kept else None
        self._show()

    def take(self, path: Path) -> None:
        """Puts a file into the database and makes it the value."""
        self.name.set_whole(f"Reading {path.name} …")
        self.host.add_file(path, self._on_added, self._on_refused)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        urls = event.mimeData().urls()
        if len(urls) == 1 and urls[0].isLocalFile():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.take(Path(event.mimeData().urls()[0].toLocalFile()))

    def _button(self, words: str, clicked: Callable[[], None]) -> QPushButton:
        button = QPushButton(words, self)
        button.setObjectName(f"{self.field.name}_{words.split(maxsplit=1)[0].lower()}")
        button.setAccessibleName(f"{self.field.label}: {words.rstrip('…').lower()}")
        button.setAutoDefault(False)
        button.clicked.connect(clicked)
        self.row.addWidget(button)
        return button

    def _show(self) -> None:
        here = self._chosen is not None
        self.name.set_whole(self._chosen.name if self._chosen else "No file. Drop one here.")
        self.choose_button.setText("Replace…" if here else "Choose file…")
        for button in (self.open_button, self.save_button, self.remove_button):
            button.setVisible(here)

    def _settle(self) -> None:
        self._show()
        self.typed.emit()
        self.done.emit()

    def _on_added(self, ref: FileRef) -> None:
        self._refusal = None
        self._chosen = ref
        self._settle()

    def _on_refused(self, error: Exception) -> None:
        if not isinstance(error, UserError):
            raise error
        self._refusal = error
        self._settle()

    def _on_choose(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, f"Choose a file for “{self.field.label}”")
        if path:
            self.take(Path(path))

    def _on_open(self) -> None:
        if self._chosen:
            self.host.open_file(self._chosen)

    def _on_save(self) -> None:
        if not self._chosen:
            return
        path, _ = QFileDialog.getSaveFileName(self, "Save a copy", self._chosen.name)
        if path:
            self.host.save_file(self._chosen, Path(path))

    def _on_remove(self) -> None:
        self._chosen, self._refusal = None, None
        self.choose_button.setFocus()
        self._settle()
