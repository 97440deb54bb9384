"""What merging left to be settled, in the window; two records of one partner become one."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from aps_desktop.db.engine import Database
from aps_desktop.services import records, uniting
from aps_desktop.views.issues_pane import IssuesPane
from aps_desktop.views.main_window import MainWindow
from aps_desktop.views.unite_dialog import UniteDialog


@pytest.fixture
def db(db: Database) -> Database:
    """Holds one partner twice, and what refers to both."""
    one = records.new(db, "partner", {"code": "JICA", "name": "Japan Cooperation"})
    two = records.new(
        db, "partner", {"code": "JICA-2", "name": "Japan  cooperation", "notes": "R&D desk"}
    )
    for title, partner in (("First", one), ("Second", one), ("Third", two)):
        records.new(db, "pipeline_proposal", {"title": title, "partner": partner})
    return db


@pytest.fixture
def window(db: Database, opened: Callable[[Database], MainWindow]) -> MainWindow:
    return opened(db)


def pane_of(window: MainWindow) -> IssuesPane:
    window.go("issues")
    return window.pane()


def dialog_of(pane: IssuesPane) -> UniteDialog:
    found = pane.findChild(UniteDialog, "unite_dialog")
    assert found is not None
    return found


def partners(db: Database) -> set[str]:
    return {row[0] for row in db.reader().all("SELECT code FROM partner")}


def test_two_partners_of_one_name_are_united_by_keyboard(
    db: Database, window: MainWindow, qtbot: QtBot
) -> None:
    pane = pane_of(window)
    assert pane.summary.text() == "1 thing to settle"
    assert pane.unite.isEnabled()
    qtbot.keyClick(pane.unite, Qt.Key.Key_Space)
    dialog = dialog_of(pane)
    assert [choice.text() for choice in dialog.choices] == [
        "Keep “JICA · Japan Cooperation”", "Keep “JICA-2 · Japan cooperation”",
    ]  # fmt: skip
    assert dialog.plan.moves == {"pipeline_proposal": 1}
    box = dialog._boxes["notes"]
    assert box.text() == "Notes: R&&D desk"
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert partners(db) == {"JICA"}
    rows = db.reader().all("SELECT DISTINCT partner FROM pipeline_proposal")
    assert len(rows) == 1
    assert db.reader().value("SELECT notes FROM partner") == "R&D desk"
    assert pane.summary.text() == "To settle"
    assert pane.united_rows.rowCount() == 1


def test_records_with_one_code_are_opened_side_by_side(
    db: Database, window: MainWindow, qtbot: QtBot
) -> None:
    for title in ("Rice varieties", "Village water"):
        records.new(db, "project", {"code": "ACP-7", "title": title})
    records.new(db, "project", {"code": "ACP-8", "title": "Another"})
    pane = pane_of(window)
    row = next(r for r in range(2) if pane.rows.thing(r).entity == "project")
    pane.table.selectRow(row)
    assert pane.open.text() == "&Open both in the list"
    pane.open.click()
    shown = window.pane().list.model
    assert (window.pane().key, shown.records) == ("entity:project", 2)


def test_the_other_one_can_stay_and_nothing_be_taken_over(
    db: Database, window: MainWindow, qtbot: QtBot
) -> None:
    pane = pane_of(window)
    pane.unite.click()
    dialog = dialog_of(pane)
    dialog.choices[1].setChecked(True)
    assert dialog.plan.moves == {"pipeline_proposal": 2}
    dialog.unite.click()
    assert partners(db) == {"JICA-2"}


def test_united_records_are_separated_again(db: Database, window: MainWindow) -> None:
    pane = pane_of(window)
    pane.unite.click()
    dialog_of(pane).unite.click()
    pane.united.selectRow(0)
    assert pane.separate.isEnabled()
    pane.separate.click()
    assert partners(db) == {"JICA", "JICA-2"}
    assert uniting.united(db.reader()) == []
    assert pane.summary.text() == "1 thing to settle"


def test_two_selected_records_are_united_from_their_list(
    db: Database, window: MainWindow, qtbot: QtBot
) -> None:
    window.go("entity:partner")
    view = window.pane().list
    qtbot.waitUntil(lambda: view.table.model().rowCount() == 2)
    view.table.selectAll()
    menu = view.actions_.popup(view.mapToGlobal(view.rect().center()))
    action = next(a for a in menu.actions() if a.objectName() == "list_unite")
    assert action.isEnabled()
    action.trigger()
    menu.close()
    dialog = view.findChild(UniteDialog, "unite_dialog")
    assert dialog is not None
    dialog.reject()
    QApplication.processEvents()
