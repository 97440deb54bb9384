"""What the window finds again at the next start, however the screens and the file look then."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMainWindow

from aps_desktop.views.ui_state import UiState

_FIRST_SIZE = QSize(1440, 900)
_SEEN = 120
"""So many pixels of the window's top must be on a screen, or it could not be dragged back."""


def keep_geometry(window: QMainWindow, state: UiState) -> None:
    """Keeps where the window stands when it is neither maximised nor full screen."""
    r = window.normalGeometry()
    state.put("geometry", [r.x(), r.y(), r.width(), r.height()])
    state.put("maximised", window.isMaximized())


def restore_geometry(window: QMainWindow, state: UiState) -> None:
    """Places the window where it was, or in the middle of the first screen."""
    wanted = rectangle(state.get("geometry", []))
    if wanted is None or not _reachable(wanted):
        room = QGuiApplication.primaryScreen().availableGeometry()
        size = _FIRST_SIZE.boundedTo(room.size())
        wanted = QRect(room.topLeft(), size)
        wanted.moveCenter(room.center())
    window.setGeometry(wanted)
    if state.get("maximised", False):
        window.showMaximized()


def rectangle(kept: Any) -> QRect | None:
    """A kept geometry, or None when it is not one."""
    if not isinstance(kept, list) or len(kept) != 4:
        return None
    if not all(isinstance(n, int) and -30_000 < n < 30_000 for n in kept):
        return None
    found = QRect(*kept)
    return found if found.width() >= 400 and found.height() >= 300 else None


def _reachable(wanted: QRect) -> bool:
    top = QRect(wanted.x(), wanted.y(), wanted.width(), 40)
    for screen in QGuiApplication.screens():
        seen = screen.availableGeometry().intersected(top)
        if seen.width() >= _SEEN and seen.height() >= 20:
            return True
    return False
