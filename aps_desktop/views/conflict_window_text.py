"""A text with what was added and what was taken out, by colour and by line together."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QTextEdit, QWidget

from aps_desktop.services.text_merge import Piece
from aps_desktop.views import theme
from aps_desktop.views.editors.text import broken_lines


class DiffView(QTextEdit):
    """Read-only; new words are underlined, lost ones struck out. Text is never markup."""

    def __init__(self, name: str, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._pieces: Sequence[Piece] = ()

    def show_text(self, text: str) -> None:
        """A text without a comparison."""
        self.show_pieces([Piece("same", text)])

    def show_pieces(self, pieces: Sequence[Piece]) -> None:
        """A comparison, in reading order."""
        self._pieces = pieces
        self.clear()
        cursor = QTextCursor(self.document())
        for piece in pieces:
            cursor.insertText(broken_lines(piece.text), _format(piece.kind))
        self.moveCursor(QTextCursor.MoveOperation.Start)

    def sizeHint(self) -> QSize:
        return QSize(220, 180)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._pieces:
            self.show_pieces(self._pieces)


def _format(kind: str) -> QTextCharFormat:
    made, t = QTextCharFormat(), theme.tokens()
    if kind == "new":
        made.setForeground(theme.colour(t.ok))
        made.setBackground(theme.colour(t.ok_soft))
        made.setFontUnderline(True)
    elif kind == "gone":
        made.setForeground(theme.colour(t.late))
        made.setBackground(theme.colour(t.late_soft))
        made.setFontStrikeOut(True)
    else:
        made.setForeground(theme.colour(t.text))
    return made
