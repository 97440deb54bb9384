"""What an officer sees at a glance: columns that fit, forms that show all, words and no codes."""

from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from aps_desktop.db.engine import Database
from aps_desktop.domain.money import Money
from aps_desktop.domain.values import Period
from aps_desktop.services import records
from aps_desktop.views.context import Context
from aps_desktop.views.detail_view import DetailView
from aps_desktop.views.first_run import FirstRun
from aps_desktop.views.list_view import ListView

TITLE = "Strengthening early warning for coastal communities in the Mekong sub-region"


@pytest.fixture
def db(db: Database) -> Database:
    for number in range(3):
        records.new(
            db,
            "project",
            {
                "code": f"ACP-2025-ASEC-000{number}",
                "title": TITLE,
                "status": "completed",
                "budget": Money(2_921_100_000, "PHP"),
                "planned_end": date(2026, 11, 23),
            },
        )
    return db


@pytest.fixture
def projects(qtbot: QtBot, context: Context) -> ListView:
    view = ListView(context, "project")
    qtbot.addWidget(view)
    view.resize(1158, 500)
    view.show()
    return view


def _wide(view: ListView, name: str) -> int:
    names = [field.name for field in view.model.fields]
    return view.table.columnWidth(names.index(name))


def _needs(view: ListView, text: str) -> int:
    return view.table.fontMetrics().horizontalAdvance(text)


def test_all_columns_of_projects_fit_a_small_screen(projects: ListView) -> None:
    header = projects.table.horizontalHeader()
    assert header.length() == projects.table.viewport().width()
    assert _wide(projects, "budget") > _needs(projects, "PHP 29,211,000.00")
    assert _wide(projects, "planned_end") > _needs(projects, "23 Nov 2026")


def test_beside_a_record_code_title_and_status_are_in_sight(projects: ListView) -> None:
    projects.resize(534, 500)
    header = projects.table.horizontalHeader()
    names = [field.name for field in projects.model.fields]
    status = names.index("status")
    right = header.sectionViewportPosition(status) + header.sectionSize(status)
    assert right <= projects.table.viewport().width()
    assert _wide(projects, "title") >= 165
    assert _wide(projects, "code") > _needs(projects, "ACP-2025-ASEC-0000")


def test_other_columns_give_room_until_the_status_is_in_sight(
    qtbot: QtBot, context: Context, db: Database
) -> None:
    values = {"title": TITLE, "type": "working_group", "status": "confirmed"}
    values["venue"] = "Bandar Seri Begawan"
    records.new(db, "meeting", values)
    view = ListView(context, "meeting")
    qtbot.addWidget(view)
    view.resize(470, 500)
    view.show()
    header = view.table.horizontalHeader()
    status = [field.name for field in view.model.fields].index("status")
    right = header.sectionViewportPosition(status) + header.sectionSize(status)
    assert right <= view.table.viewport().width()


def test_a_column_that_was_dragged_keeps_its_width(projects: ListView) -> None:
    projects.table.horizontalHeader().resizeSection(1, 333)
    projects.resize(534, 500)
    assert _wide(projects, "title") == 333
    projects.resize(1300, 500)
    assert _wide(projects, "title") == 333


def test_typing_into_the_filter_moves_no_column(projects: ListView) -> None:
    before = [projects.table.columnWidth(n) for n in range(len(projects.model.fields))]
    projects.set_text("nothing of the kind")
    projects.set_text("")
    assert [projects.table.columnWidth(n) for n in range(len(before))] == before


def test_the_boxes_of_the_states_are_all_in_sight(
    qtbot: QtBot, context: Context, db: Database
) -> None:
    for number in range(11):
        code = f"S{chr(65 + number)}"
        records.new(db, "member_state", {"code": code, "name": f"State number {number}"})
    page = DetailView(context, "exchange_programme")
    qtbot.addWidget(page)
    page.resize(620, 700)
    page.show()
    page.show_record(records.new(db, "exchange_programme", {"title": "Youth camp"}))
    editor = page.form.rows["participating_states"].editor
    qtbot.waitUntil(lambda: len(editor.boxes) == 11)  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: editor.height() >= editor.heightForWidth(editor.width()))
    for width in (500, 900, 620):
        page.resize(width, 700)
        qtbot.waitUntil(lambda: editor.height() >= editor.heightForWidth(editor.width()))


def test_names_of_records_show_dates_and_periods_in_words(db: Database) -> None:
    project = records.new(db, "project", {"code": "P-1", "title": "Ports"})
    made = records.new(db, "extension", {"project": project, "new_end": date(2027, 3, 8)})
    assert records.get(db.reader(), "extension", made).title == "P-1 · 8 Mar 2027"
    indicator = records.new(db, "indicator", {"code": "I1", "title": "Trained"})
    for period in (
        Period.year(2026),
        Period.quarter(2026, 4),
        Period(date(2025, 12, 20), date(2026, 1, 9)),
        Period(date(2026, 1, 1), date(2026, 6, 30)),
    ):
        target = records.new(db, "target", {"indicator": indicator, "period": period})
        assert records.get(db.reader(), "target", target).title == f"I1 · {period}"


def test_enter_presses_a_choice_of_the_guide(qtbot: QtBot, tmp_path: Path) -> None:
    guide = FirstRun(tmp_path / "new.aps")
    qtbot.addWidget(guide)
    guide.show()
    qtbot.keyClick(guide.findChild(QPushButton, "choose_office"), Qt.Key.Key_Return)
    assert guide.pages.currentWidget() is guide.office
    guide.office._officer.setText("Somsy")
    with qtbot.waitSignal(guide.database_ready, timeout=10_000):
        qtbot.keyClick(guide.office._officer, Qt.Key.Key_Return)
