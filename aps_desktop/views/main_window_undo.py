"""Undo and redo: the editor that has the keyboard first, then the database's last step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QTextEdit, QWidget

from aps_desktop.services import records

if TYPE_CHECKING:
    from aps_desktop.domain.changes import Applied
    from aps_desktop.views.context import Context
    from aps_desktop.views.main_window_actions import Actions

_OVERRIDE = QEvent.Type.ShortcutOverride
_STEPS = {
    "undo": QKeySequence.StandardKey.Undo,
    "redo": QKeySequence.StandardKey.Redo,
}


class Undo(QObject):
    """Keeps the words of both commands true and carries them out."""

    def __init__(self, context: Context, actions: Actions, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._actions = actions
        self._watched: QWidget | None = None
        QApplication.instance().focusChanged.connect(self._on_focus_changed)

    def read_labels(self) -> None:
        """Asks the database what the next steps are called."""
        self._context.runner.query(
            records.undo_labels, self._on_labels, owner=self, key="undo_labels"
        )

    def run(self, name: str) -> None:
        """Undoes or redoes one step."""
        editor = QApplication.focusWidget()
        if _editor_can(editor, name):
            getattr(editor, name)()
            return
        work = records.undo if name == "undo" else records.redo
        done = self._on_undone if name == "undo" else self._on_redone
        self._context.runner.mutate(work, done, self._context.show_failure)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """An editor with nothing to undo must not swallow the keys."""
        if event.type() == _OVERRIDE:
            for name, key in _STEPS.items():
                if event.matches(key) and not _editor_can(watched, name):
                    event.ignore()
                    return True
        return False

    def _on_focus_changed(self, _old: QWidget | None, new: QWidget | None) -> None:
        if self._watched is not None:
            self._watched.removeEventFilter(self)
        self._watched = new if isinstance(new, (QLineEdit, QTextEdit, QPlainTextEdit)) else None
        if self._watched is not None:
            self._watched.installEventFilter(self)
            self._watched.destroyed.connect(self._on_watched_gone)

    def _on_watched_gone(self) -> None:
        self._watched = None

    def _on_labels(self, labels: tuple[str, str]) -> None:
        for name, label in zip(("undo", "redo"), labels, strict=True):
            self._actions.set_step(name, label)

    def _on_undone(self, applied: Applied) -> None:
        self._say("Undone", applied)

    def _on_redone(self, applied: Applied) -> None:
        self._say("Done again", applied)

    def _say(self, word: str, applied: Applied) -> None:
        if applied.skipped:
            kept = ", ".join(applied.skipped[:3])
            self._context.say(f"{word}, except what was changed since: {kept}.", "attention")
        else:
            end = "" if applied.label.endswith("…") else "."
            self._context.say(f"{word}: {applied.label}{end}", "ok")


def _editor_can(editor: object, name: str) -> bool:
    if isinstance(editor, QLineEdit):
        return editor.isUndoAvailable() if name == "undo" else editor.isRedoAvailable()
    if isinstance(editor, (QTextEdit, QPlainTextEdit)) and not editor.isReadOnly():
        document = editor.document()
        return document.isUndoAvailable() if name == "undo" else document.isRedoAvailable()
    return False
