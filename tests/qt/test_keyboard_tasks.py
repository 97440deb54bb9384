"""Tasks of a new officer from beginning to end by the keyboard alone, in the whole window."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from uuid import UUID

import openpyxl
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from aps_desktop.db.engine import Database
from aps_desktop.domain.changes import Applied
from aps_desktop.services import minutes, records
from aps_desktop.views.import_wizard import ImportWizard
from aps_desktop.views.main_window import MainWindow
from aps_desktop.views.palette import Palette
from tests.window_kit import Setting

_KEY = Qt.Key
_CTRL = Qt.KeyboardModifier.ControlModifier
_SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def setting() -> Setting:
    return Setting(office="LA")


@pytest.fixture
def body(db: Database) -> UUID:
    return records.new(db, "body", {"code": "ACDM", "name": "Committee on Disaster Management"})


@pytest.fixture
def project(db: Database, body: UUID) -> UUID:
    values = {"code": "ACP-1", "title": "Early warning for floods", "sponsoring_body": body,
              "status": "under_appraisal", "status_date": date(2026, 3, 2)}  # fmt: skip
    return records.new(db, "project", values)


@pytest.fixture
def meeting(db: Database, body: UUID) -> UUID:
    values = {"title": "12th Meeting of the ACDM", "body": body, "starts_on": date(2026, 5, 12)}
    id = records.new(db, "meeting", values)
    for number, title in enumerate(("Opening", "Early warning", "Projects", "Closing"), 1):
        item = {"meeting": id, "number": str(number), "title": title, "sort_order": number}
        records.new(db, "agenda_item", item)
    return id


class Keyboard:
    """Presses keys where the keyboard is."""

    def __init__(self, qtbot: QtBot, window: MainWindow) -> None:
        self._qtbot = qtbot
        self.window = window

    def at(self) -> QWidget:
        if QApplication.activePopupWidget():
            return QApplication.activePopupWidget()
        if QApplication.focusWidget() is None:  # a window manager would give it back
            top = QApplication.activeModalWidget() or self.window
            top.activateWindow()
            self._qtbot.waitUntil(lambda: QApplication.focusWidget() is not None)
        return QApplication.focusWidget()

    def press(self, *keys: Qt.Key, with_: Qt.KeyboardModifier | None = None) -> None:
        for key in keys:
            self._qtbot.keyClick(self.at(), key, with_ or Qt.KeyboardModifier.NoModifier)
            QApplication.processEvents()

    def type(self, words: str) -> None:
        self._qtbot.keyClicks(self.at(), words)
        QApplication.processEvents()

    def tab_to(self, wanted: Callable[[QWidget], bool], *, back: bool = False) -> None:
        for _ in range(80):
            if wanted(self.at()):
                return
            self.press(_KEY.Key_Tab, with_=_SHIFT if back else None)
        raise AssertionError(f"the Tab key does not get there, but to {self.at().objectName()}")

    def find(self, words: str) -> None:
        """Ctrl+K, some letters, Enter."""
        self.press(_KEY.Key_K, with_=_CTRL)
        self.type(words)
        palette = self.window.findChild(Palette)
        self._qtbot.waitUntil(lambda: any(e.kind == "record" for e in palette.entries()))
        self.press(_KEY.Key_Return)


@pytest.fixture
def keyboard(
    db: Database, opened: Callable[[Database], MainWindow], qtbot: QtBot
) -> Callable[[], Keyboard]:
    def begin() -> Keyboard:
        made = opened(db)
        made.activateWindow()
        qtbot.waitUntil(made.isActiveWindow)
        return Keyboard(qtbot, made)

    return begin


def named(*names: str) -> Callable[[QWidget], bool]:
    return lambda at: at.objectName() in names or at.accessibleName() in names


def test_where_a_project_s_approval_stands(project: UUID, keyboard) -> None:
    keys = keyboard()
    keys.find("war")
    page = keys.window.pane()._detail
    assert page.record.id == project
    assert page.panel.words.text() == "Under appraisal since 2 Mar 2026"
    assert "days in" in page.header.clock.text()


def test_the_sponsoring_body_endorsed_it(
    project: UUID, meeting: UUID, body: UUID, db: Database, keyboard, qtbot: QtBot
) -> None:
    keys = keyboard()
    keys.find("war")
    keys.press(_KEY.Key_F6)
    keys.press(_KEY.Key_Tab, _KEY.Key_Tab, with_=_SHIFT)
    assert keys.at().text() == "Record endorsement"
    keys.press(_KEY.Key_Space)
    keys.press(_KEY.Key_A, with_=_CTRL)
    keys.type("12 May 2026")
    keys.tab_to(named("Meeting"))
    keys.type("12th")
    line = QApplication.focusWidget()
    found = line.finder.popup()
    qtbot.waitUntil(lambda: line.settled() is not None and found.isVisible())
    qtbot.keyClick(found, _KEY.Key_Return)  # in a real window the list has the keyboard
    qtbot.waitUntil(lambda: not found.isVisible())
    keys.press(_KEY.Key_Return, with_=_CTRL)
    qtbot.waitUntil(lambda: db.connect().value("SELECT count(*) FROM approval_step") == 1)
    c = db.connect()
    step = records.by_rid(c, "approval_step", c.value("SELECT max(rid) FROM approval_step")).values
    told = {n: step[n] for n in ("step", "outcome", "body", "meeting", "decided_on", "project")}
    assert told == {
        "step": "endorsement", "outcome": "endorsed", "body": body, "meeting": meeting,
        "decided_on": date(2026, 5, 12), "project": project,
    }  # fmt: skip
    assert records.get(c, "project", project).values["status"] == "endorsed"


def test_four_decisions_are_minuted(meeting: UUID, db: Database, keyboard) -> None:
    keys = keyboard()
    keys.find("12th")
    keys.press(_KEY.Key_F6)
    keys.press(_KEY.Key_Tab, with_=_CTRL)
    keys.tab_to(named("agenda"), back=True)
    keys.press(_KEY.Key_Home, _KEY.Key_Return)
    lines = (
        ("adopt", "The agenda was adopted.", "", ""),
        ("task", "The Secretariat was tasked to revise the plan.", "Secretariat", "15 jan 2027"),
        ("note", "The meeting noted the report.", "", ""),
        ("task", "The Lao PDR was tasked to host the workshop.", "Lao PDR", "1 mar 2027"),
    )
    for kind, text, who, due in lines:
        for words, end in ((kind, _KEY.Key_Tab), (text, _KEY.Key_Tab), (who, _KEY.Key_Tab),
                           (due, _KEY.Key_Return)):  # fmt: skip
            keys.type(words)
            keys.press(end)
    found = minutes.load(db.connect(), meeting).lines
    assert [(e.text, e.responsible, e.due) for e in found] == [
        (text, who, when) for (_, text, who, _), when in
        zip(lines, (None, date(2027, 1, 15), None, date(2027, 3, 1)), strict=True)
    ]  # fmt: skip
    assert db.connect().value("SELECT count(*) FROM action_item") == 2


def test_a_workbook_comes_in(
    db: Database, tmp_path: Path, qtbot: QtBot, keyboard, monkeypatch
) -> None:
    book = openpyxl.Workbook()
    for row in (["Project code", "Project title"], ["X-1", "One"], ["X-2", "Two"]):
        book.active.append(row)
    book.save(tmp_path / "mine.xlsx")
    # The dialog is the system's own: here it answers by itself.
    chosen = (str(tmp_path / "mine.xlsx"), "")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: chosen)
    keys = keyboard()
    keys.press(_KEY.Key_I, with_=_CTRL)
    wizard = keys.window.findChild(ImportWizard)
    done: list[Applied] = []
    keys.window.context.runner.changed.connect(done.append)
    for step in (1, 2):
        qtbot.waitUntil(lambda step=step: not wizard.busy() and wizard.step() == step)
        keys.tab_to(named("import_next"))
        keys.press(_KEY.Key_Space)
    qtbot.waitUntil(lambda: not wizard.busy() and wizard.step() == 3)
    assert db.connect().value("SELECT count(*) FROM project") == 2
    assert done
    keys.press(_KEY.Key_Escape)
