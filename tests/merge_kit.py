"""The merge dialog, for tests of windows."""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtWidgets import (
    QLabel,
    QLineEdit,
    QWidget,
)

from aps_desktop.db.engine import Database
from aps_desktop.views.main_window import MainWindow
from aps_desktop.views.merge_dialog import MergeDialog

Open = Callable[[Database], MainWindow]


def words(widget: QWidget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel))


def dialog_of(window: MainWindow) -> MergeDialog:
    return window.findChildren(MergeDialog)[-1]


def drop(window: MainWindow, *paths: Path) -> MergeDialog:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    assert window.commands.can_take(data.urls())
    window.commands.take(data.urls())
    return dialog_of(window)


def title_of_the_project(window: MainWindow) -> QLineEdit:
    """Where the title of the only project is typed."""
    (row,) = window.context.db.reader().all("SELECT id FROM project")
    window.context.show_record("project", UUID(bytes=bytes(row[0])))
    editor = window.pane()._detail.form.rows["title"].editor.findChild(QLineEdit)
    assert editor is not None
    return editor
