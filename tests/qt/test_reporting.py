"""Monday at the monitoring desk: who has not reported, asking again, and Viet Nam's workbook."""

from datetime import date
from pathlib import Path
from uuid import UUID

import openpyxl
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from aps_desktop.db.engine import Database
from aps_desktop.domain.values import Period
from aps_desktop.services import offices, records
from aps_desktop.services import reporting_matrix as matrix
from aps_desktop.tasks.runner import Runner
from aps_desktop.views.context import Context
from aps_desktop.views.import_wizard import DONE, PREVIEW, SHEETS, ImportWizard
from aps_desktop.views.navigation import places
from aps_desktop.views.reporting_pane import ReportingPane
from tests.window_kit import Setting

LEFT = Qt.MouseButton.LeftButton
NOON = 1_784_800_800_000  # 23 Jul 2026
Q2 = Period.quarter(2026, 2)


@pytest.fixture
def setting() -> Setting:
    return Setting(start=offices.start, noon=NOON, runner=Runner)


def state(db: Database, code: str) -> UUID:
    return records.find_id(db.reader(), "member_state", code)


@pytest.fixture
def filled(db: Database) -> Database:
    body = records.new(db, "body", {"code": "XCDM", "name": "Disaster management, made up"})
    project = records.new(
        db, "project",
        {"code": "P-1", "title": "Flood warning", "status": "commenced", "sponsoring_body": body,
         "participating_states": frozenset({state(db, "VN"), state(db, "TH")})},
    )  # fmt: skip
    by_state = records.new(
        db, "disaggregation_dimension", {"name": "Member state", "kind": "member_state"}
    )
    for number in (1, 2):
        values = {
            "code": f"I-{number}", "title": f"People trained, course {number}", "unit": "people",
            "project": project, "body": body, "dimensions": frozenset({by_state}),
        }  # fmt: skip
        records.new(db, "indicator", values)
    values = {"name": "Q2 2026", "period": Q2, "kind": "quarter", "due": date(2026, 7, 15)}
    records.new(db, "period_calendar", values)
    return db


@pytest.fixture
def pane(qtbot: QtBot, context: Context, filled: Database) -> ReportingPane:
    made = places()["reporting"].make(context)
    assert isinstance(made, ReportingPane)
    qtbot.addWidget(made)
    context.runner.changed.connect(made.on_changed)
    made.resize(1200, 700)
    made.show()
    made.activate()
    qtbot.waitUntil(lambda: made.page.period.count() == 1 and context.runner.idle())
    return made


def settled(qtbot: QtBot, context: Context) -> None:
    qtbot.waitUntil(context.runner.idle, timeout=20_000)


def shown(pane: ReportingPane) -> dict[str, str]:
    model = pane.model
    return {
        str(model.headerData(column, Qt.Orientation.Horizontal)): str(model.index(1, column).data())
        for column in range(1, model.columnCount())
        if model.index(1, column).data()
    }


def test_a_body_stands_for_itself_and_all_below_it(
    qtbot: QtBot, context: Context, pane: ReportingPane, db: Database
) -> None:
    above = records.new(db, "body", {"code": "XAMM", "name": "Ministers, made up"})
    other = records.new(db, "body", {"code": "XTEL", "name": "Telecommunication, made up"})
    records.put(db, "body", records.find_id(db.reader(), "body", "XCDM"), {"parent": above})
    (calendar,) = matrix.calendars(db.reader())
    for body in (above, other):
        values = {"title": "Asked", "kind": "values", "calendar": calendar.id, "body": body}
        records.new(db, "reporting_request", values)
    pane.page.ask.click()
    settled(qtbot, context)
    box = pane.page.body
    assert [box.itemText(n) for n in range(box.count())] == ["All bodies", "XAMM", "XCDM", "XTEL"]
    rows = {"All bodies": ["XAMM", "XCDM", "XTEL"], "XAMM": ["XAMM", "XCDM"], "XTEL": ["XTEL"]}
    for name, expected in rows.items():
        box.setCurrentText(name)
        settled(qtbot, context)
        assert sorted(pane._matrix.rows) == expected


def test_monitoring_opens_with_who_has_not_reported() -> None:
    assert next(p for p in places().values() if p.area == "monitoring").key == "reporting"


def test_an_office_without_a_calendar_begins_with_the_quarters(
    qtbot: QtBot, context: Context, db: Database
) -> None:
    pane = places()["reporting"].make(context)
    qtbot.addWidget(pane)
    context.runner.changed.connect(pane.on_changed)
    pane.show()
    pane.activate()
    qtbot.waitUntil(lambda: pane.page.ask.text() == "Make the quarters of 2026")
    qtbot.mouseClick(pane.page.ask, LEFT)
    qtbot.waitUntil(lambda: pane.page.period.count() == 4)
    assert pane.page.period.currentText() == "Q2 2026", "the newest that is over"
    assert pane.page.ask.text() == "Ask for values"


def test_everybody_is_asked_in_one_click_and_asked_again_in_another(
    qtbot: QtBot, context: Context, pane: ReportingPane, db: Database, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    assert pane.page.empty.isVisible()
    assert "Nobody was asked" in pane.page.empty.text()
    qtbot.mouseClick(pane.page.ask, LEFT)
    qtbot.waitUntil(lambda: pane.model.rowCount() == 2)
    settled(qtbot, context)
    assert shown(pane) == {"All": "0/4", "TH": "0/2", "VN": "0/2"}
    assert pane.page.summary.text() == (
        "Q2 2026: 0 of 4 reported, 4 missing and late. Due 15 Jul 2026."
    )
    assert pane.page.send.text() == "Send 2 requests again"
    qtbot.mouseClick(pane.page.send, LEFT)
    settled(qtbot, context)
    statuses = "SELECT DISTINCT status FROM reporting_request"
    assert db.connect().value(statuses) == "sent"
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path))
    qtbot.mouseClick(pane.page.form, LEFT)
    settled(qtbot, context)
    assert db.connect().value(statuses) == "reminded"
    assert {p.name for p in tmp_path.glob("*.xlsx")} == {
        "Q2 2026 Thailand.xlsx", "Q2 2026 Viet Nam.xlsx",
    }  # fmt: skip
    records.undo(db)
    assert db.connect().value(statuses) == "sent"


def fill_in(file: Path, numbers: dict[int, object]) -> None:
    """As an officer of a state would: what came in Q2 2026, row by row."""
    book = openpyxl.load_workbook(file)
    sheet = book["Values"]
    column = next(cell.column for cell in sheet[6] if cell.value == "Q2 2026")
    for row, number in numbers.items():
        sheet.cell(row, column, number)
    book.save(file)


def one_new_one_refused(qtbot: QtBot, context: Context, wizard: ImportWizard) -> None:
    tabs = {name: button.text() for name, button in wizard.preview.tabs.items()}
    assert tabs["new"] == "1 new"
    assert tabs["refused"].startswith("1 refused cell")
    qtbot.mouseClick(wizard.preview.tabs["new"], LEFT)
    settled(qtbot, context)
    rows = wizard.preview.rows
    assert rows.index(0, 3).data() == "I-1 · Q2 2026"
    assert "Indicator: I-1;" in rows.index(0, 5).data()


def test_task_7_the_workbook_that_viet_nam_sent_by_e_mail(
    qtbot: QtBot, context: Context, pane: ReportingPane, db: Database, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    qtbot.mouseClick(pane.page.ask, LEFT)
    qtbot.waitUntil(lambda: pane.model.rowCount() == 2)
    settled(qtbot, context)
    heads = [
        pane.model.headerData(n, Qt.Orientation.Horizontal) for n in range(pane.model.columnCount())
    ]
    pane.table.setCurrentIndex(pane.model.index(1, heads.index("VN")))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path))
    qtbot.mouseClick(pane.page.form, LEFT)
    settled(qtbot, context)
    (file,) = tmp_path.glob("*.xlsx")
    fill_in(file, {7: 41, 8: "n/a"})
    asked: list[str] = []
    context.command_wanted.connect(asked.append)
    qtbot.mouseClick(pane.page.bring, LEFT)
    assert asked == ["import"]
    wizard = ImportWizard(context, file)
    wizard.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(wizard)
    wizard.show()
    for step in (SHEETS, PREVIEW, DONE):
        qtbot.waitUntil(
            lambda step=step: wizard.step() == step and context.runner.idle(), timeout=20_000
        )
        if step == PREVIEW:
            one_new_one_refused(qtbot, context, wizard)
        if step != DONE:
            qtbot.mouseClick(wizard.next, LEFT)
    c = db.connect()
    assert c.all(
        "SELECT i.code, v.value, v.status, s.code FROM indicator_value v "
        "JOIN indicator i ON i.rid = v.indicator JOIN member_state s ON s.rid = v.member_state"
    ) == [("I-1", 410_000, "pending", "VN")]
    qtbot.waitUntil(lambda: shown(pane) == {"All": "1/4", "TH": "0/2", "VN": "1/2"})
    (first, *_) = matrix.requests(c, matrix.calendars(c)[0], date(2026, 7, 23))
    assert first.late
