"""Windows that fit a small screen (at 150 %, 1366 x 768 are 911 x 512 points), and their parts."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractSlider, QFrame, QScrollArea, QSpinBox, QWidget

_PAGES = {
    Qt.Key.Key_PageUp: QAbstractSlider.SliderAction.SliderPageStepSub,
    Qt.Key.Key_PageDown: QAbstractSlider.SliderAction.SliderPageStepAdd,
    Qt.Key.Key_Home: QAbstractSlider.SliderAction.SliderToMinimum,
    Qt.Key.Key_End: QAbstractSlider.SliderAction.SliderToMaximum,
}
_BESIDE = 8
_TITLE_BAR = 40
"""Points that a window's frame takes, which is not known before it is shown."""


def fit(window: QWidget, width: int, height: int) -> None:
    """Gives a window its size in points, or what the screen has room for."""
    room = window.screen().availableGeometry()
    window.resize(min(width, room.width() - _BESIDE), min(height, room.height() - _TITLE_BAR))


def scrolled(page: QWidget, name: str, title: str, parent: QWidget) -> QScrollArea:
    """A page that scrolls where its window is lower than it is; without a frame."""
    area = QScrollArea(parent)
    area.setObjectName(name)
    area.setAccessibleName(title)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(page)
    return area


def scroll_by(area: QScrollArea, key: int) -> bool:
    """Goes through a page by Page Up and Page Down, whichever button has the keyboard; False for
    other keys."""
    action = _PAGES.get(key)
    if action is not None:
        area.verticalScrollBar().triggerAction(action)
    return action is not None


def number_box(name: str, title: str, parent: QWidget) -> QSpinBox:
    """A box for a whole number; Qt gives it no space before the digits, whatever the sheet says."""
    box = QSpinBox(parent)
    box.setObjectName(name)
    box.setAccessibleName(title)
    box.lineEdit().setTextMargins(6, 0, 0, 0)
    return box
