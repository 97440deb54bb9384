"""What merging left to be settled, in the window; two records of one partner become one."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from aps_desktop.db.engine import Database
from aps_desktop.domain.changes import Applied
from aps_desktop.services import duplicates, records, uniting
from aps_desktop.views.issues_pane import IssuesPane
from aps_desktop.views.main_window import MainWindow
from aps_desktop.views.unite_dialog import UniteDialog
from tests.three_offices import Offices


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


def test_today_tells_what_is_to_settle_and_leads_to_it(
    db: Database, window: MainWindow, qtbot: QtBot
) -> None:
    for title in ("Rice varieties", "Village water"):
        records.new(db, "project", {"code": "ACP-7", "title": title})
    left = window.pane().left
    window.pane().on_changed(Applied(0, "", {}))
    lines = left.lines.lines
    qtbot.waitUntil(lambda: any(line.note == "same code" for line in left.lines.lines))
    lines = left.lines.lines
    assert [(line.kind, line.text, line.note) for line in lines[:2]] == [
        ("section", "Between offices", "2"),
        ("rule", "Things to settle", "2"),
    ]
    name = next(n for n, line in enumerate(lines) if line.note == "same name")
    left.clicked.emit(left.lines.index(name))
    pane = window.pane()
    assert (pane.key, pane.table.currentIndex().row()) == ("issues", 1)
    assert pane.rows.thing(1).kind == "same_name"
    window.go("today")
    pane.unite.click()
    dialog_of(pane).unite.click()
    qtbot.waitUntil(lambda: left.lines.lines[0].note == "1")


def test_a_list_that_is_opened_leaves_no_other_record_beside_it(
    db: Database, window: MainWindow
) -> None:
    ids = [
        records.new(db, "project", {"code": code, "title": code}) for code in ("A-1", "B-7", "b-7")
    ]
    window.context.show_record("project", ids[0])
    assert window.pane()._side.isVisible()
    pane = pane_of(window)
    pane.table.selectRow(next(r for r in range(2) if pane.rows.thing(r).entity == "project"))
    pane.open.click()
    assert window.pane().list.model.records == 2
    assert not window.pane()._side.isVisible()
    assert window.pane().target() == {}


def test_what_was_edited_after_its_deletion_is_kept_by_one_press(
    here: Offices, opened: Callable[[Database], MainWindow]
) -> None:
    id = records.new(here.la, "project", {"code": "P1", "title": "Village water"})
    here.send(here.la, here.asec)
    records.delete(here.asec, "project", [id])
    records.put(here.la, "project", id, {"title": "Still needed"})
    here.send(here.asec, here.la)
    here.send(here.la, here.asec)
    window = opened(here.la)
    pane = pane_of(window)
    assert pane.summary.text() == "1 thing to settle"
    assert (pane.leave_it.isVisible(), pane.leave_it.text()) == (True, "&Keep it")
    pane.leave_it.click()
    assert pane.summary.text() == "To settle"
    assert records.get(here.la.reader(), "project", id).title == "Still needed"
    here.send(here.la, here.asec, here.kh)
    for db in (here.asec, here.kh):
        assert duplicates.number(db.reader()) == 0
        assert records.get(db.reader(), "project", id).title == "Still needed"
    here.send(here.asec, here.la, here.kh)
    assert here.all_equal()
