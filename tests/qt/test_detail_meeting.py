"""Minutes are taken with the keyboard alone, and every line saves itself."""

from datetime import date
from uuid import UUID

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from aps_desktop.db.engine import Database
from aps_desktop.services import minutes, records
from aps_desktop.tasks.runner import InlineRunner, Runner
from aps_desktop.views.context import Context
from aps_desktop.views.meeting_page import MeetingPage
from aps_desktop.views.record_pages import page_for
from tests.window_kit import Setting


@pytest.fixture(params=[InlineRunner, Runner])
def setting(request: pytest.FixtureRequest) -> Setting:
    return Setting(runner=request.param)


@pytest.fixture
def meeting(db: Database) -> UUID:
    id = records.new(db, "meeting", {"title": "45th Meeting of the ACDM"})
    records.new(db, "member_state", {"code": "LA", "name": "Lao PDR"})
    for number, title in ((1, "Opening"), (2, "Early warning")):
        values = {"meeting": id, "number": str(number), "title": title, "sort_order": number}
        records.new(db, "agenda_item", values)
    return id


@pytest.fixture
def page(qtbot: QtBot, context: Context, meeting: UUID) -> MeetingPage:
    made = page_for(context, "meeting")
    assert isinstance(made, MeetingPage)
    qtbot.addWidget(made)
    context.runner.changed.connect(made.on_changed)
    made.resize(900, 600)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    made.show_record(meeting)
    qtbot.waitUntil(lambda: made.minutes.agenda.count() == 2)
    made.tabs.setCurrentWidget(made.minutes)
    return made


def keys(qtbot: QtBot, text: str, end: Qt.Key) -> None:
    qtbot.keyClicks(QApplication.focusWidget(), text)
    qtbot.keyClick(QApplication.focusWidget(), end)
    QApplication.processEvents()


def lines(db: Database, meeting: UUID) -> list[tuple[str, str, str, str, date | None]]:
    found = minutes.load(db.connect(), meeting).lines
    return [(e.item, e.type, e.text, e.responsible, e.due) for e in found]


def test_two_decisions_are_minuted_without_the_mouse(
    page: MeetingPage, db: Database, meeting: UUID, qtbot: QtBot
) -> None:
    page.minutes.table.begin("2")
    keys(qtbot, "task", Qt.Key.Key_Tab)
    keys(qtbot, "The Lao PDR was tasked to revise the plan.", Qt.Key.Key_Tab)
    keys(qtbot, "Lao PDR", Qt.Key.Key_Tab)
    keys(qtbot, "15 jan 2027", Qt.Key.Key_Return)
    keys(qtbot, "note", Qt.Key.Key_Tab)
    keys(qtbot, "The meeting noted the report.", Qt.Key.Key_Return)
    wanted = [
        ("2", "tasked", "The Lao PDR was tasked to revise the plan.", "Lao PDR", date(2027, 1, 15)),
        ("2", "noted", "The meeting noted the report.", "", None),
    ]
    qtbot.waitUntil(lambda: lines(db, meeting) == wanted)
    c = db.connect()
    action = records.by_rid(c, "action_item", c.value("SELECT rid FROM action_item"))
    assert action.values["text"] == "The Lao PDR was tasked to revise the plan."
    assert action.values["status"] == "open"
    assert action.labels[action.values["responsible_state"]] == "LA · Lao PDR"
    assert c.value("SELECT count(*) FROM decision") == 2
    assert c.value("SELECT count(*) FROM action_item") == 1


def test_a_day_that_cannot_be_stays_in_its_cell_and_is_told(
    page: MeetingPage, db: Database, meeting: UUID, qtbot: QtBot
) -> None:
    page.minutes.table.begin("1")
    keys(qtbot, "", Qt.Key.Key_Tab)
    keys(qtbot, "The agenda was adopted.", Qt.Key.Key_Tab)
    keys(qtbot, "", Qt.Key.Key_Tab)
    keys(qtbot, "31/2/2027", Qt.Key.Key_Tab)
    assert "does not exist" in page.minutes.problem.text()
    assert page.minutes.model.index(0, 4).data() == "31/2/2027"
    qtbot.waitUntil(lambda: lines(db, meeting) == [("1", "", "The agenda was adopted.", "", None)])


def test_an_agenda_item_begins_a_line(page: MeetingPage, qtbot: QtBot) -> None:
    page.minutes.agenda.setCurrentRow(1)
    page.minutes.agenda.itemActivated.emit(page.minutes.agenda.currentItem())
    assert page.minutes.model.line(0).item == "2"
    assert page.minutes.table.currentIndex().column() == 1
