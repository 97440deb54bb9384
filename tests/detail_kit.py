"""What the tests of a record’s page type there, and read in the database."""

from uuid import UUID

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from aps_desktop.db.engine import Database
from aps_desktop.domain.values import Value
from aps_desktop.services import records
from aps_desktop.views.detail_view import DetailView
from aps_desktop.views.form_field import FieldRow


def type_into(qtbot: QtBot, row: FieldRow, text: str) -> None:
    row.editor.setFocus()
    line = row.editor.focusProxy()
    line.selectAll()
    qtbot.keyClicks(line, text)


def leave(view: DetailView, name: str = "asec_code") -> None:
    view.form.rows[name].editor.setFocus()
    QApplication.processEvents()


def stored(db: Database, id: UUID, name: str) -> Value:
    return records.get(db.connect(), "project", id).values[name]
