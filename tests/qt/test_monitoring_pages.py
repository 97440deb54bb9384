"""The pages of monitoring: three levels, checks of values, evaluations, lessons on a proposal."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLineEdit, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from aps_desktop.db.engine import Database
from aps_desktop.db.unit_of_work import apply
from aps_desktop.domain.changes import ChangeSet, Create
from aps_desktop.domain.values import Period
from aps_desktop.models.levels_model import FIRST, STATUS, WAY
from aps_desktop.services import offices, records, today
from aps_desktop.views.checks_pane import ChecksPane
from aps_desktop.views.context import Context
from aps_desktop.views.evaluation_page import EvaluationPage
from aps_desktop.views.levels_pane import LevelsPane
from aps_desktop.views.navigation import places
from aps_desktop.views.plain_label import PlainLabel
from aps_desktop.views.project_page import ProjectPage
from aps_desktop.views.record_pages import page_for
from tests.window_kit import Setting

LEFT = Qt.MouseButton.LeftButton
YEAR = Period.year(2026)


@pytest.fixture
def setting() -> Setting:
    return Setting(start=offices.start)


def opened(qtbot: QtBot, context: Context, key: str) -> object:
    pane = places()[key].make(context)
    qtbot.addWidget(pane)
    context.runner.changed.connect(pane.on_changed)
    pane.resize(1200, 700)
    pane.show()
    pane.activate()
    return pane


def texts(widget: object) -> list[str]:
    return [label.text() for label in widget.findChildren(PlainLabel)]


def state(db: Database, code: str) -> UUID:
    return records.find_id(db.reader(), "member_state", code)


def test_eleven_states_stand_beside_each_measure(
    qtbot: QtBot, context: Context, db: Database
) -> None:
    """T21: the table has a column for every member state that there is."""
    framework = records.new(db, "framework", {"title": "Plan", "code": "PLN"})
    node = records.new(
        db, "framework_node", {"framework": framework, "code": "1.1", "title": "Warn in time"}
    )
    for code, status in (("TL", "complied"), ("VN", "delayed"), ("SG", "not_applicable")):
        values = {"framework_node": node, "member_state": state(db, code), "status": status}
        records.new(db, "compliance_status", {**values, "period": YEAR})
    pane = opened(qtbot, context, "levels")
    assert isinstance(pane, LevelsPane)
    model = pane.compliance
    heads = [model.headerData(n, Qt.Orientation.Horizontal) for n in range(model.columnCount())]
    assert len(heads) == FIRST + 11
    assert heads[FIRST:] == ["BN", "KH", "ID", "LA", "MY", "MM", "PH", "SG", "TH", "TL", "VN"]
    assert model.index(0, 2).data() == "1/2", "what does not apply is not counted"
    assert model.index(0, heads.index("TL")).data(STATUS) == "complied"
    assert model.index(0, heads.index("BN")).data(STATUS) == ""
    seen: list[object] = []
    context.open_record.connect(lambda *what: seen.append(what))
    pane.measures.activated.emit(model.index(0, heads.index("VN")))
    assert seen[0][0] == "compliance_status"
    assert pane.tabs.tabText(0) == "Compliance 1"
    assert pane._empty["Outcomes"].isHidden() is False


def test_key_indicators_show_their_way_whichever_way_is_better(
    qtbot: QtBot, context: Context, db: Database
) -> None:
    indicator = records.new(
        db, "indicator",
        {"title": "Days", "direction": "decrease", "aggregation": "latest", "kpi": True,
         "baseline": Decimal(90)},
    )  # fmt: skip
    records.new(db, "target", {"indicator": indicator, "period": YEAR, "value": Decimal(45)})
    values = {"indicator": indicator, "period": Period.quarter(2026, 3), "value": Decimal(60)}
    records.new(db, "indicator_value", {**values, "status": "approved"})
    pane = opened(qtbot, context, "levels")
    pane.tabs.setCurrentIndex(1)
    assert pane.outcomes.index(0, WAY).data() == "67 %"


def test_checks_name_what_is_wrong_and_decide_on_what_is_late(
    qtbot: QtBot, context: Context, db: Database
) -> None:
    indicator = records.new(db, "indicator", {"title": "Trained", "code": "I-1"})
    for quarter, number in enumerate((40, 42, 39, 41, 43, 40, 900)):
        span = Period.quarter(2025 + quarter // 4, quarter % 4 + 1)
        records.new(
            db,
            "indicator_value",
            {"indicator": indicator, "period": span, "value": Decimal(number)},
        )
    span = Period.quarter(2025, 1)
    records.new(db, "period_calendar", {"name": "Q1 2025", "period": span, "locked": True})
    records.new(
        db, "indicator_value",
        {"indicator": indicator, "period": span, "value": Decimal(3), "sex": "female"},
    )  # fmt: skip
    pane = opened(qtbot, context, "checks")
    assert isinstance(pane, ChecksPane)
    assert pane.summary.text() == "1 doubtful, 1 waiting for a decision."
    assert any(text.startswith("900 is far from the 6 earlier values") for text in texts(pane))
    qtbot.mouseClick(pane.findChild(QPushButton, "accept_amendment"), LEFT)
    assert pane.summary.text() == "1 doubtful."
    assert db.connect().value("SELECT status FROM value_amendment") == "accepted"
    number = "SELECT count(*) FROM indicator_value WHERE sex = 'female' AND status = 'approved'"
    assert db.connect().value(number) == 1


def test_every_doubtful_value_can_be_reached(qtbot: QtBot, context: Context, db: Database) -> None:
    changes = []
    for number in range(20):
        id = UUID(int=number + 1)
        values = {"title": "Share", "code": f"I-{number:02}", "highest": Decimal(10)}
        changes.append(Create("indicator", id, values))
        values = {"indicator": id, "period": YEAR, "value": Decimal(11 + number)}
        changes.append(Create("indicator_value", UUID(int=number + 100), values))
    apply(db, ChangeSet("twenty doubtful values", tuple(changes)))
    pane = opened(qtbot, context, "checks")
    assert pane.summary.text() == "20 doubtful."
    assert len(pane.findChildren(QToolButton, "open_value")) == 12
    more = pane.findChild(QPushButton, "more_plausible")
    assert more.text() == "Show 8 more"
    qtbot.keyClick(more, Qt.Key.Key_Space)
    qtbot.waitUntil(
        lambda: len(pane._scroll.widget().findChildren(QToolButton, "open_value")) == 20
    )
    assert pane._scroll.widget().findChild(QPushButton, "more_plausible") is None


@pytest.fixture
def evaluation(db: Database) -> UUID:
    body = records.new(db, "body", {"code": "XCDM", "name": "Disaster management, made up"})
    project = records.new(
        db, "project",
        {"code": "P-1", "title": "Early warning for floods", "status": "completed",
         "sponsoring_body": body},
    )  # fmt: skip
    id = records.new(db, "evaluation", {"title": "Final evaluation", "project": project})
    finding = records.new(
        db, "finding",
        {"evaluation": id, "text": "Approval took long", "kind": "improvement", "number": "F1"},
    )  # fmt: skip
    records.new(
        db, "recommendation",
        {"evaluation": id, "finding": finding, "text": "Agree on a calendar", "number": "R1",
         "addressed_to": "Secretariat", "due": date(2027, 1, 31)},
    )  # fmt: skip
    return id


def test_a_recommendation_becomes_an_action_in_one_step(
    qtbot: QtBot, context: Context, db: Database, evaluation: UUID
) -> None:
    page = page_for(context, "evaluation")
    assert isinstance(page, EvaluationPage)
    qtbot.addWidget(page)
    context.runner.changed.connect(page.on_changed)
    page.resize(1000, 600)
    page.show()
    page.show_record(evaluation)
    page.tabs.setCurrentWidget(page.chain)
    assert "F1 Approval took long" in texts(page.chain)
    answer = page.chain.findChild(QLineEdit, "response_text")
    qtbot.keyClicks(answer, "Will do")
    qtbot.keyClick(answer, Qt.Key.Key_Return)
    qtbot.mouseClick(page.chain.findChild(QPushButton, "make_action"), LEFT)
    c = db.connect()
    assert c.all("SELECT text, responsible, due, status FROM action_item") == [
        ("Agree on a calendar", "Secretariat", "2027-01-31", "open")
    ]
    assert c.all(
        "SELECT response, response_text, status, action_item IS NOT NULL FROM recommendation"
    ) == [("accepted", "Will do", "in_progress", 1)]
    assert page.chain.findChild(QPushButton, "open_action")
    assert page.chain.findChild(QComboBox, "response").currentText() == "Accepted"
    records.undo(db)
    assert db.connect().value("SELECT count(*) FROM action_item") == 0


def test_what_was_found_is_offered_while_a_similar_proposal_is_written(
    qtbot: QtBot, context: Context, db: Database, evaluation: UUID
) -> None:
    other = records.new(db, "project", {"code": "P-2", "title": "Customs and trade"})
    similar = records.new(
        db, "project", {"code": "P-3", "title": "Early warning of floods in cities"}
    )
    page = page_for(context, "project")
    assert isinstance(page, ProjectPage)
    qtbot.addWidget(page)
    context.runner.changed.connect(page.on_changed)
    page.resize(1000, 700)
    page.show()
    page.show_record(other)
    assert page.lessons.isHidden()
    page.show_record(similar)
    assert not page.lessons.isHidden()
    assert "Approval took long" in texts(page.lessons)
    assert "P-1 · similar title, about warning, floods" in texts(page.lessons)
    seen: list[tuple[str, UUID]] = []
    context.open_record.connect(lambda *what: seen.append(what))
    qtbot.mouseClick(page.lessons.findChild(QToolButton, "lesson_0"), LEFT)
    assert seen[0][0] == "finding"
    context.runner.mutate(
        lambda base: records.put(base, "project", similar, {"status": "approved"})
    )
    assert page.lessons.isHidden(), "once it is approved, it is too late"


def test_today_tells_by_state_what_is_missing(db: Database) -> None:
    span = Period.quarter(2026, 3)
    calendar = records.new(
        db, "period_calendar", {"name": "Q3 2026", "period": span, "due": date(2026, 12, 1)}
    )
    project = records.new(db, "project", {"code": "P-1", "title": "T"})
    records.new(db, "indicator", {"title": "I", "project": project})
    request = {
        "title": "R", "calendar": calendar, "project": project, "due": date(2026, 12, 1),
        "member_state": state(db, "VN"), "status": "sent",
    }  # fmt: skip
    records.new(db, "reporting_request", request)
    c = db.connect()
    found = {one.rule.key: one for one in today.found(c, date(2026, 11, 23))}
    assert found["values_due"].alarms[0].title == "Q3 2026, Viet Nam"
    assert found["values_due"].alarms[0].message == "1 value is missing, due in 8 days"
    found = {one.rule.key: one for one in today.found(c, date(2026, 12, 3))}
    assert found["values_late"].alarms[0].message == "1 value is missing, 2 days late"
    assert "request_late" not in found
