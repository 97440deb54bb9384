"""Editors of text: one line, and many lines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from PySide6.QtCore import QMimeData, QObject, QSize, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

from aps_desktop.domain.errors import InvalidValue
from aps_desktop.domain.fields import Field
from aps_desktop.domain.values import LONG_TEXT_LIMIT, TEXT_LIMIT, Value, clean_text
from aps_desktop.views.editors.base import Editor, EditorHost

_IDLE_MS = 2_000
_LONGEST_LINE = 10_000
"""Qt lays out one unbroken line of 200,000 characters for seconds: longer lines are broken."""


def broken_lines(text: str) -> str:
    """The text with lines no longer than Qt can lay out at once, broken at spaces where it can."""
    if len(text) <= _LONGEST_LINE:
        return text
    lines: list[str] = []
    for line in text.split("\n"):
        rest = line
        while len(rest) > _LONGEST_LINE:
            at = rest.rfind(" ", _LONGEST_LINE // 2, _LONGEST_LINE)
            at = at + 1 if at > 0 else _LONGEST_LINE
            lines.append(rest[:at])
            rest = rest[at:]
        lines.append(rest)
    return "\n".join(lines)


class TextEditor(Editor):
    """One line; control and direction-override characters do not get in."""

    def __init__(self, field: Field, host: EditorHost, parent: QWidget | None = None) -> None:
        super().__init__(field, host, parent)
        self.line = QLineEdit(self)
        # Room for what pasting brings, so that a text that is too long is told, not cut.
        self.line.setMaxLength(20 * TEXT_LIMIT)
        self.line.textEdited.connect(self._on_edited)
        self.row.addWidget(self.line)
        self.watch(self.line)

    def render(self, value: Value, labels: Mapping[UUID, str]) -> None:
        del labels
        text = str(value or "")
        at = min(self.line.cursorPosition(), len(text)) if self.line.hasFocus() else 0
        self.line.setText(text)
        self.line.setCursorPosition(at)

    def is_changed(self) -> bool:
        return clean_text(self.line.text()) != str(self._stored or "")

    def value(self) -> Value:
        text = clean_text(self.line.text())
        if len(text) > TEXT_LIMIT:
            raise InvalidValue(
                f"The text has {len(text):,} characters, {TEXT_LIMIT:,} at most.",
                "Shorten it.",
                field=self.field.name,
            )
        return text or None

    def keep(self) -> Any:
        return self.line.text()

    def recall(self, kept: Any) -> None:
        self.line.setText(str(kept))

    def leaving(self) -> None:
        cleaned = clean_text(self.line.text())
        if cleaned != self.line.text():
            self.line.setText(cleaned)

    def _on_edited(self, text: str) -> None:
        del text
        self.typed.emit()


class _LongText(QPlainTextEdit):
    """Plain text only; grows with what it holds between three and fourteen lines."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setTabChangesFocus(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        self.document().documentLayout().documentSizeChanged.connect(self._on_size_changed)

    def insertFromMimeData(self, source: QMimeData) -> None:
        text = clean_text(source.text(), lines=True)
        room = LONG_TEXT_LIMIT - self.document().characterCount()
        self.insertPlainText(broken_lines(text[: max(0, room)]))

    def sizeHint(self) -> QSize:
        line = self.fontMetrics().lineSpacing()
        lines = max(3, min(14, int(self.document().size().height())))
        return QSize(240, line * lines + 14)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _on_size_changed(self) -> None:
        self.updateGeometry()


class LongTextEditor(Editor):
    """Many lines; says `done` after two seconds without a key too."""

    full_width = True

    def __init__(self, field: Field, host: EditorHost, parent: QWidget | None = None) -> None:
        super().__init__(field, host, parent)
        self.text = _LongText(self)
        self.text.textChanged.connect(self._on_changed)
        self._idle = QTimer(self)
        self._idle.setObjectName("idle")
        self._idle.setSingleShot(True)
        self._idle.setInterval(_IDLE_MS)
        self._idle.timeout.connect(self.done)
        self._silent = False
        self.row.addWidget(self.text)
        self.watch(self.text)

    def render(self, value: Value, labels: Mapping[UUID, str]) -> None:
        del labels
        self._idle.stop()
        text = broken_lines(str(value or ""))
        if self.text.toPlainText() == text:
            return
        at = self.text.textCursor().position()
        self._silent = True
        self.text.setPlainText(text)
        self._silent = False
        cursor = self.text.textCursor()
        cursor.setPosition(min(at, len(text)) if self.text.hasFocus() else 0)
        self.text.setTextCursor(cursor)

    def is_changed(self) -> bool:
        shown = broken_lines(str(self._stored or ""))
        return clean_text(self.text.toPlainText(), lines=True) != shown

    def value(self) -> Value:
        text = clean_text(self.text.toPlainText(), lines=True)
        if len(text) > LONG_TEXT_LIMIT:
            raise InvalidValue(
                "The text is longer than a million characters.",
                "Attach it as a file.",
                field=self.field.name,
            )
        return text or None

    def keep(self) -> Any:
        return self.text.toPlainText()

    def recall(self, kept: Any) -> None:
        self.text.setPlainText(broken_lines(str(kept)))

    def leaving(self) -> None:
        self._idle.stop()

    def key_pressed(self, watched: QObject, event: QKeyEvent) -> bool:
        if event.key() == Qt.Key.Key_Escape:
            self._idle.stop()
        return super().key_pressed(watched, event)

    def _on_changed(self) -> None:
        if not self._silent:
            self._idle.start()
            self.typed.emit()
