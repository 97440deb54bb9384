"""Files that are dropped anywhere on the window: bundles to merge, workbooks to bring in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QDropEvent, QWindow
from PySide6.QtWidgets import QWidget

from aps_desktop.views.editors.file import FileEditor

if TYPE_CHECKING:
    from aps_desktop.views.main_window_commands import Commands

_DRAGS = (QEvent.Type.DragEnter, QEvent.Type.DragMove, QEvent.Type.Drop)


class FileDrops(QObject):
    """Takes files before the window hands them on: a field would write their names into itself."""

    def __init__(self, window: QWidget, commands: Commands) -> None:
        super().__init__(window)
        self._window, self._commands = window, commands
        window.windowHandle().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() not in _DRAGS or not isinstance(watched, QWindow):
            return False
        urls = event.mimeData().urls()
        if not any(url.isLocalFile() for url in urls) or self._on_file_field(event):
            return False
        if not self._commands.can_take(urls):
            event.ignore()
        elif event.type() == QEvent.Type.Drop:
            event.acceptProposedAction()
            self._commands.take(urls)
        else:
            event.acceptProposedAction()
        return True

    def _on_file_field(self, event: QDropEvent) -> bool:
        """Whether it is over a field that holds a file, which takes it as its own."""
        at = self._window.childAt(event.position().toPoint())
        while at is not None and at is not self._window:
            if isinstance(at, FileEditor):
                return True
            at = at.parentWidget()
        return False
