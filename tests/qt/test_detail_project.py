"""A project's page: where it stands, since when, and recording what a body decided."""

from datetime import date
from uuid import UUID

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from pytestqt.qtbot import QtBot

from aps_desktop.db.engine import Database
from aps_desktop.db.queries import lists
from aps_desktop.domain.money import Money
from aps_desktop.services import records
from aps_desktop.views.context import Context
from aps_desktop.views.project_move_dialog import ProjectMoveDialog
from aps_desktop.views.project_page import ProjectPage
from aps_desktop.views.record_pages import page_for


@pytest.fixture
def project(db: Database) -> UUID:
    body = records.new(db, "body", {"code": "ACDM", "name": "Disaster management"})
    return records.new(
        db,
        "project",
        {
            "code": "P-1",
            "title": "Early warning",
            "status": "under_appraisal",
            "status_date": date(2026, 10, 13),
            "sponsoring_body": body,
            "budget": Money.of(250_000, "USD"),
        },
    )


@pytest.fixture
def page(qtbot: QtBot, context: Context, project: UUID) -> ProjectPage:
    made = page_for(context, "project")
    assert isinstance(made, ProjectPage)
    qtbot.addWidget(made)
    context.runner.changed.connect(made.on_changed)
    made.resize(900, 700)
    made.show()
    made.show_record(project)
    return made


def steps_of(db: Database, project: UUID) -> list[dict[str, object]]:
    c = db.connect()
    found = lists.ids(c, lists.ListQuery("approval_step", ()))
    return [dict(records.by_rid(c, "approval_step", rid).values) for rid in found]


def move(page: ProjectPage, to: str, qtbot: QtBot) -> ProjectMoveDialog:
    if page.panel._to == to:
        qtbot.mouseClick(page.panel.next, Qt.MouseButton.LeftButton)
    else:
        page.findChild(QAction, f"move_{to}").trigger()
    return page.findChildren(ProjectMoveDialog)[-1]


def test_the_page_says_where_the_project_stands_and_since_when(page: ProjectPage) -> None:
    assert page.header.clock.text() == "41 days in “Under appraisal”"
    assert page.panel.words.text() == "Under appraisal since 13 Oct 2026"
    assert page.panel.bar.accessibleName() == "Stage 2 of 4: Appraisal and approval"
    assert page.panel.money.text().replace("\u00a0", " ") == "Budget USD 250,000.00"
    assert page.panel.next.text() == "Record endorsement"


def test_an_endorsement_is_recorded_in_one_step(
    page: ProjectPage, db: Database, project: UUID, qtbot: QtBot
) -> None:
    dialog = move(page, "endorsed", qtbot)
    dialog.on.editor.line.setText("20 Nov 2026")
    qtbot.mouseClick(dialog.record_button, Qt.MouseButton.LeftButton)
    values = records.get(db.connect(), "project", project).values
    assert (values["status"], values["status_date"]) == ("endorsed", date(2026, 11, 20))
    (step,) = steps_of(db, project)
    assert step["step"] == "endorsement"
    assert step["outcome"] == "endorsed"
    assert step["decided_on"] == date(2026, 11, 20)
    assert step["body"] == values["sponsoring_body"]
    assert page.panel.words.text() == "Endorsed since 20 Nov 2026"
    assert records.undo_labels(db.reader())[0] == "move project P-1 to endorsed"
    records.undo(db)
    assert records.get(db.connect(), "project", project).values["status"] == "under_appraisal"
    assert steps_of(db, project) == []


def test_a_step_that_waits_is_decided_and_not_doubled(
    page: ProjectPage, db: Database, project: UUID, qtbot: QtBot
) -> None:
    move(page, "endorsed", qtbot).record_button.click()
    move(page, "final_approval", qtbot).record_button.click()
    move(page, "approved", qtbot).record_button.click()
    steps = steps_of(db, project)
    assert sorted((s["step"], s["outcome"]) for s in steps) == [
        ("endorsement", "endorsed"),
        ("final_approval", "approved"),
    ]
    values = records.get(db.connect(), "project", project).values
    assert values["baseline_budget"] == Money.of(250_000, "USD")


def test_commencement_asks_for_the_days_it_rests_on(
    page: ProjectPage, db: Database, project: UUID, qtbot: QtBot
) -> None:
    for to in ("endorsed", "final_approval", "approved"):
        move(page, to, qtbot).record_button.click()
    dialog = move(page, "commenced", qtbot)
    assert list(dialog.facts) == ["approval_notified_on", "first_disbursement_on"]
    dialog.facts["approval_notified_on"].editor.line.setText("1/12/2026")
    dialog.record_button.click()
    values = records.get(db.connect(), "project", project).values
    assert values["status"] == "commenced"
    assert values["approval_notified_on"] == date(2026, 12, 1)


def test_a_day_that_cannot_be_keeps_the_dialog_open(
    page: ProjectPage, db: Database, project: UUID, qtbot: QtBot
) -> None:
    dialog = move(page, "endorsed", qtbot)
    dialog.on.editor.line.setText("31/2/2026")
    dialog.record_button.click()
    assert dialog.isVisible()
    assert "does not exist" in dialog.on.message.text()
    assert records.get(db.connect(), "project", project).values["status"] == "under_appraisal"
    dialog.reject()


def test_a_return_for_revision_is_among_what_else_happens(
    page: ProjectPage, db: Database, project: UUID, qtbot: QtBot
) -> None:
    move(page, "returned", qtbot).record_button.click()
    (step,) = steps_of(db, project)
    assert step["outcome"] == "returned"
    assert page.panel.words.text() == "Returned for revision since 23 Nov 2026"
