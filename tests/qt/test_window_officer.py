"""Who is working: said once, changed when a colleague takes over, beside every change."""

from collections.abc import Callable
from datetime import date

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from aps_desktop.db.engine import Database
from aps_desktop.domain.errors import InvalidValue
from aps_desktop.services import history, records, working
from aps_desktop.views.main_window import MainWindow
from aps_desktop.views.officer_dialog import OfficerDialog

Open = Callable[[Database], MainWindow]


def test_a_colleague_takes_over(opened: Open, db: Database, qtbot: QtBot) -> None:
    working.name_officer(db, "Ana Cruz")
    id = records.new(db, "project", {"code": "P-1", "title": "One"})
    records.new(db, "officer", {"name": "Somchai Dee", "post": "Desk officer"})
    window = opened(db)
    assert window.status.text().split(" · ")[1] == "An office, Ana Cruz"
    window.actions["officer"].trigger()
    dialog = window.findChild(OfficerDialog)
    assert dialog.name.text() == dialog.name.selectedText() == "Ana Cruz"
    names = dialog.name.completer().model()
    assert {names.index(n, 0).data() for n in range(names.rowCount())} >= {"Somchai Dee"}
    dialog.name.clear()
    assert not dialog.take.isEnabled()
    dialog.name.setText("  Somchai\u202e  Dee ")
    qtbot.keyClick(dialog.name, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "An office, Somchai Dee" in window.status.text())
    records.put(db, "project", id, {"planned_start": date(2026, 1, 1)})
    first, *_, last = history.of_record(db.reader(), "project", id)
    assert (first.officer, last.officer) == ("Somchai Dee", "Ana Cruz")


def test_where_nobody_said_it_the_window_offers_to(opened: Open, db: Database) -> None:
    window = opened(db)
    window.commands.ask_officer()
    assert "Nobody has said who is working here" in window.messages._text.text()
    window.messages._action.click()
    window.findChild(OfficerDialog).reject()
    working.name_officer(db, "Ana Cruz")
    window.messages.hide()
    window.commands.ask_officer()
    assert not window.messages.isVisible()


@pytest.mark.parametrize("name", ["", " \u200e ", "x" * 121])
def test_a_name_that_is_none_is_refused(db: Database, name: str) -> None:
    with pytest.raises(InvalidValue):
        working.name_officer(db, name)
    assert working.officer(db.reader()) == ""
