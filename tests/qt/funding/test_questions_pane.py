"""Questions about money: asked, narrowed, opened into their rows, copied, found again."""

from datetime import date
from pathlib import Path

import openpyxl
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from aps_desktop.db.engine import Database
from aps_desktop.db.queries import lists
from aps_desktop.services import records
from aps_desktop.services.question_sheets import ASKINGS
from aps_desktop.services.sheet_cells import Opens
from aps_desktop.views import sheet_export
from aps_desktop.views.context import Context
from aps_desktop.views.questions_pane import QuestionsPane
from tests import funding_office
from tests.funding_office import Office, post, usd
from tests.funding_pages_kit import answer, counted, heard, opened


@pytest.fixture
def questions(qtbot: QtBot, context: Context) -> QuestionsPane:
    return opened(qtbot, context, "questions")


def test_every_question_is_one_press_and_says_how_it_counts(
    questions: QuestionsPane, office: Office, qtbot: QtBot
) -> None:
    questions.read()
    for row, asking in enumerate(ASKINGS):
        rect = questions.list.visualItemRect(questions.list.item(row))
        qtbot.mouseClick(questions.list.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
        assert questions.question() == asking.name
        assert questions.why.text().startswith("How it is counted: ")
        assert questions.table.figures.columns
    questions.choose("flows")
    assert answer(questions)[0][:4] == ["Total", "USD 60,000.00", "USD 50,000.00", "USD 66,000.00"]
    questions.choose("delivery")
    assert answer(questions)[1][-2:] == ["60.0%", "41.7%"]


def test_a_figure_opens_the_rows_behind_it(
    questions: QuestionsPane, context: Context, office: Office, db: Database, qtbot: QtBot
) -> None:
    questions.read()
    asked = heard(context)
    table = questions.table
    table.setCurrentIndex(table.figures.index(0, 5))  # spent, of all
    qtbot.keyClick(table, Qt.Key.Key_Return)
    assert asked[-1][0] == "fund_transaction"
    assert counted(db, asked[-1]) == 1
    table.opened.emit(Opens("fund", id=office.fund))
    seen: list[object] = []
    context.open_record.connect(lambda entity, id: seen.append((entity, id)))
    table.opened.emit(Opens("fund", id=office.fund))
    assert seen == [("fund", office.fund)]


def test_a_question_is_narrowed_by_year_payer_and_day(
    questions: QuestionsPane, office: Office
) -> None:
    questions.read()
    filters = questions.filters
    filters.years.setCurrentIndex(filters.years.findText("2025"))
    assert answer(questions)[0][1:4] == ["USD 60,000.00", "–", "–"]
    filters.clear()
    filters.as_of.recall("1 Nov 2026")
    filters.as_of.done.emit()
    assert answer(questions)[0][1:4] == ["USD 60,000.00", "USD 50,000.00", "–"]
    filters.editors["partners"].render(office.japan, {office.japan: "JP · Japan"})
    filters.editors["partners"].done.emit()
    assert filters.words() == "Partner: JP · Japan · as of 1 Nov 2026"
    filters.clear_button.click()
    assert answer(questions)[0][3] == "USD 66,000.00"
    assert filters.clear_button.isHidden()


def test_a_refused_total_says_what_is_missing_and_leads_there(
    questions: QuestionsPane, context: Context, office: Office, db: Database
) -> None:
    post(office, "receipt", funding_office.Money.of(1_000, "THB"), date(2026, 11, 3))
    questions.read()
    assert "THB 1,000.00" in answer(questions)[0][3]
    assert "USD 66,000.00" in answer(questions)[0][3]
    assert "1 amount has no value in US dollars" in questions.refused.text()
    asked = heard(context)
    questions.buttons["missing"].click()
    entity, filters = asked[-1]
    c = db.connect()
    found = lists.ids(c, lists.ListQuery(entity, (), filters=filters))
    assert [records.by_rid(c, entity, rid).values["amount"].currency for rid in found] == ["THB"]
    panes: list[str] = []
    context.open_pane.connect(panes.append)
    questions.buttons["rates"].click()
    assert panes == ["rates"]


def test_an_answer_is_copied_and_written_as_a_workbook(
    questions: QuestionsPane, context: Context, office: Office, tmp_path: Path, qtbot: QtBot
) -> None:
    questions.read()
    questions.buttons["copy"].click()
    lines = QApplication.clipboard().text().split("\n")
    assert lines[0].split("\t")[:3] == ["Fund", "Pledged", "Committed"]
    assert lines[-1].split("\t")[:2] == ["Total", "USD 60,000.00"]
    over = sheet_export.heading(context, "Money by fund", "2026", "why")
    target = tmp_path / "answer.xlsx"
    sheet_export.write(context, questions._shown(), over, target, questions)
    sheet = openpyxl.load_workbook(target).worksheets[0]
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert any(row[:2] == ["Total", 60_000] for row in cells)
    assert any("May hold up to “Limited distribution” · 2026" in row for row in cells)


def test_the_order_by_a_column_leaves_the_total_on_top(
    questions: QuestionsPane, office: Office
) -> None:
    post(office, "commitment", usd(1), date(2026, 2, 1), fund=office.partner_fund)
    questions.read()
    for _ in range(2):
        questions.table._on_heading(2)
    assert [row[0] for row in answer(questions)] == [
        "Total", "AUS · Futures", "JAIF · Integration Fund",
    ]  # fmt: skip


def test_questions_are_found_again_at_the_next_start(
    questions: QuestionsPane, office: Office
) -> None:
    questions.choose("delivery")
    box = questions.options["by"]
    box.setCurrentIndex(box.findData("project"))
    kept = questions.save_state()
    questions.choose("flows")
    questions.restore_state(kept)
    assert questions.question() == "delivery"
    assert questions.options["by"].currentData() == "project"
    questions.restore_state({"question": 3, "options": [], "sizes": "x"})
