"""The window's commands as Qt actions, and the menus made of them."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu

from aps_desktop.views import icons
from aps_desktop.views.shortcuts import MENUS, Command, all_commands


class Actions(QObject):
    """All commands by name. `requested` tells which one the officer wants."""

    requested = Signal(str)

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self._by_name: dict[str, QAction] = {}
        self._groups: dict[str, QActionGroup] = {}
        menus = {title: _menu(window, title) for title in MENUS}
        for command in all_commands():
            action = self._make(command, window)
            menu = menus.get(command.menu)
            if menu is None:
                continue
            if command.rule:
                menu.addSeparator()
            menu.addAction(action)

    def __getitem__(self, name: str) -> QAction:
        return self._by_name[name]

    def enable(self, enabled: Mapping[str, bool]) -> None:
        """Which commands can be used now."""
        for name, on in enabled.items():
            self._by_name[name].setEnabled(on)

    def set_step(self, name: str, label: str) -> None:
        """Names what "undo" or "redo" would act on: "Undo: edit project ACP-…"."""
        word = "&Undo" if name == "undo" else "&Redo"
        action = self._by_name[name]
        shown = label.replace("&", "&&")
        action.setText(f"{word}: {shown}" if label else word)
        action.setEnabled(bool(label))

    def _make(self, command: Command, window: QMainWindow) -> QAction:
        action = QAction(command.text, window)
        action.setObjectName(f"action_{command.name}")
        action.setData(command.name)
        if command.icon:
            action.setIcon(icons.icon(command.icon, "text"))
            action.setIconVisibleInMenu(False)
        action.setShortcuts([QKeySequence(key) for key in command.keys])
        if command.check:
            group = self._groups.setdefault(command.check, QActionGroup(window))
            action.setCheckable(True)
            group.addAction(action)
        action.triggered.connect(self._on_triggered)
        window.addAction(action)
        self._by_name[command.name] = action
        return action

    def _on_triggered(self) -> None:
        self.requested.emit(self.sender().data())


def _menu(window: QMainWindow, title: str) -> QMenu:
    menu = window.menuBar().addMenu(title)
    menu.setObjectName(f"menu_{title.replace('&', '').lower()}")
    menu.setAccessibleName(title.replace("&", ""))
    menu.setToolTipsVisible(False)
    return menu
