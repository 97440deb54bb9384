"""What the tests of lists read from one, and press in one."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QInputDialog, QLineEdit
from pytestqt.qtbot import QtBot

from aps_desktop.db.engine import Database
from aps_desktop.services import records
from aps_desktop.views.list_view import ListView

Opener = Callable[..., ListView]


def column(view: ListView, name: str = "code") -> list[str]:
    at = [field.name for field in view.model.fields].index(name)
    return [view.model.texts(row)[at] for row in range(view.model.rowCount())]


def codes(view: ListView) -> list[str]:
    return column(view)


def rid(db: Database, code: str) -> int:
    return db.reader().value("SELECT rid FROM project WHERE code = ?", (code,))


def id_of(db: Database, code: str) -> UUID:
    return records.find_id(db.reader(), "project", code)


def click_header(qtbot: QtBot, view: ListView, name: str) -> None:
    header = view.table.horizontalHeader()
    at = [field.name for field in view.model.fields].index(name)
    x = header.sectionViewportPosition(at) + 10
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(x, 8))


def entries(view: ListView) -> list[Any]:
    menu = view.bar.view.menu()
    menu.aboutToShow.emit()
    return menu.actions()


def choose(view: ListView, name: str) -> None:
    next(action for action in entries(view) if action.objectName() == name).trigger()


def pick(view: ListView, words: str) -> None:
    next(action for action in entries(view) if action.text() == words).trigger()


def name_it(view: ListView, name: str) -> None:
    dialogs = view.window().findChildren(QInputDialog, "view_name")
    dialog = next(one for one in dialogs if one.isVisible())
    dialog.findChild(QLineEdit).setText(name)
    dialog.accept()
    QApplication.processEvents()
