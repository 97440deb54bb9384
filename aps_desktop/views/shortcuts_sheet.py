"""The F1 sheet: all keyboard shortcuts on one page."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QVBoxLayout,
    QWidget,
)

from aps_desktop.views.plain_label import PlainLabel
from aps_desktop.views.shortcuts import IN_LISTS, MENUS, all_commands


class ShortcutSheet(QDialog):
    """Two columns of commands and their keys; Esc closes it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("shortcut_sheet")
        self.setWindowTitle("Keyboard shortcuts")
        self.setAccessibleName("Keyboard shortcuts")
        columns = QHBoxLayout()
        columns.setSpacing(40)
        left, right = QVBoxLayout(), QVBoxLayout()
        for side in (left, right):
            side.setSpacing(6)
        for menu in MENUS:
            side = right if menu == "&Go" else left
            self._add_group(side, menu.replace("&", ""), _keys_of(menu))
        self._add_group(right, "In lists and forms", IN_LISTS)
        for side in (left, right):
            side.addStretch(1)
            columns.addLayout(side)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(28, 24, 28, 20)
        layout.setSpacing(16)
        layout.addWidget(PlainLabel("Keyboard shortcuts", role="heading"))
        layout.addLayout(columns)
        layout.addWidget(buttons)

    def _add_group(self, side: QVBoxLayout, title: str, rows: tuple[tuple[str, str], ...]) -> None:
        if not rows:
            return
        side.addWidget(PlainLabel(title, role="section"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(4)
        for at, (words, keys) in enumerate(rows):
            grid.addWidget(PlainLabel(words), at, 0)
            shown = PlainLabel(keys, role="muted")
            shown.setAlignment(Qt.AlignmentFlag.AlignRight)
            grid.addWidget(shown, at, 1)
        side.addLayout(grid)
        side.addSpacing(10)


def _keys_of(menu: str) -> tuple[tuple[str, str], ...]:
    native = QKeySequence.SequenceFormat.NativeText
    return tuple(
        (c.words.rstrip("…"), " or ".join(QKeySequence(k).toString(native) for k in c.keys))
        for c in all_commands()
        if c.menu == menu and c.keys
    )
