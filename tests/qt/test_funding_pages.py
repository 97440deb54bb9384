"""The pages of money: the ledger at any day, who supports what, questions, and rates."""

from datetime import date
from decimal import Decimal
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
from aps_desktop.tasks.runner import Runner
from aps_desktop.views import sheet_export
from aps_desktop.views.context import Context
from aps_desktop.views.main_window import MainWindow
from aps_desktop.views.money_view import MoneyView
from aps_desktop.views.navigation import places
from aps_desktop.views.posting_dialog import PostingDialog
from aps_desktop.views.questions_pane import QuestionsPane
from aps_desktop.views.rates_pane import RatesPane
from aps_desktop.views.record_pages import page_for
from aps_desktop.views.ui_state import UiState
from tests import funding_office
from tests.funding_office import Office, jpy, post, usd


@pytest.fixture
def office(db: Database) -> Office:
    made = funding_office.make(db)
    on, of = {"project": made.project}, {"partner": made.japan}
    post(made, "pledge", usd(60_000), date(2025, 12, 1), **on, **of)
    post(made, "commitment", usd(50_000), date(2026, 1, 10), **on, **of)
    post(made, "receipt", jpy(10_000_000), date(2026, 11, 2), **of)  # USD 66,000
    post(made, "disbursement", usd(30_000), date(2026, 11, 10), **on, **of)
    post(made, "expenditure", usd(12_500), date(2026, 11, 15), **on)
    post(made, "expenditure", usd(20_000), date(2026, 11, 15), nature="planned", **on)
    post(made, "receipt", usd(5_000), date(2026, 11, 16), in_kind=True, in_kind_description="Hall",
         **of)  # fmt: skip
    post(made, "interest", usd("125.50"), date(2026, 11, 20))
    return made


def page(qtbot: QtBot, context: Context, entity: str, id: object, width: int = 1200) -> MoneyView:
    made = page_for(context, entity)
    qtbot.addWidget(made)
    context.runner.changed.connect(made.on_changed)
    made.resize(width, 800)
    made.show()
    made.show_record(id)
    made.tabs.setCurrentWidget(made.money)
    made.money.kept = made  # a page that nobody holds is gone
    return made.money


def cards(view: MoneyView) -> dict[str, str]:
    return {card.label: card.figure.text for card in view.strip._shown}


def rows(view: MoneyView) -> list[list[str]]:
    return [[cell.text for cell in line.cells] for line in view.table.figures.lines]


def heard(context: Context) -> list[tuple[str, tuple[lists.Filter, ...]]]:
    found: list[tuple[str, tuple[lists.Filter, ...]]] = []
    context.open_list.connect(lambda entity, filters: found.append((entity, filters)))
    return found


def counted(db: Database, asked: tuple[str, tuple[lists.Filter, ...]]) -> int:
    return lists.count(db.connect(), lists.ListQuery(asked[0], (), filters=asked[1]))


def test_a_fund_shows_its_measures_side_by_side_and_in_kind_apart(
    qtbot: QtBot, context: Context, office: Office
) -> None:
    shown = cards(page(qtbot, context, "fund", office.fund))
    assert shown == {
        "Balance": "USD 36,125.50",
        "Pledged": "USD 60,000.00",
        "Committed": "USD 50,000.00",
        "Received": "USD 66,000.00",
        "Disbursed": "USD 30,000.00",
        "Spent": "USD 12,500.00",
        "Refunded": "–",
        "Interest": "USD 125.50",
        "Undisbursed": "USD 20,000.00",
        "Unspent": "USD 17,500.00",
        "Received (in kind)": "USD 5,000.00",
    }


def test_the_ledger_runs_with_its_balance_and_goes_back_to_any_day(
    qtbot: QtBot, context: Context, office: Office
) -> None:
    view = page(qtbot, context, "fund", office.fund)
    found = [(r[0], r[2], r[4], r[5]) for r in rows(view)]
    assert found[0] == ("20 Nov 2026", "USD 125.50", "+125.50", "USD 36,125.50")
    assert found[1] == ("16 Nov 2026", "USD 5,000.00", "", "USD 36,000.00")
    assert ("10 Nov 2026", "USD 30,000.00", "-30,000.00", "USD 36,000.00") in found
    assert ("2 Nov 2026", "JPY 10,000,000", "+66,000.00", "USD 66,000.00") in found
    assert found[-1] == ("1 Dec 2025", "USD 60,000.00", "", "USD 0.00")
    view.as_of.recall("5 Nov 2026")
    view.as_of.done.emit()
    assert cards(view)["Balance"] == "USD 66,000.00"
    assert rows(view)[0][0] == "2 Nov 2026"
    view.today.click()
    assert cards(view)["Balance"] == "USD 36,125.50"


def test_a_partner_fund_has_no_balance_and_says_why(
    qtbot: QtBot, context: Context, office: Office
) -> None:
    view = page(qtbot, context, "fund", office.partner_fund)
    assert "Balance" not in cards(view)
    assert "the partner pays itself" in view.note.text()
    assert view.table.nothing.text() == "Nothing has been recorded up to that day."


def test_a_measure_opens_exactly_the_rows_that_make_it(
    qtbot: QtBot, context: Context, office: Office, db: Database
) -> None:
    view = page(qtbot, context, "fund", office.fund)
    asked = heard(context)
    card = next(c for c in view.strip.cards if c.accessibleName().startswith("Spent"))
    qtbot.mouseClick(card, Qt.MouseButton.LeftButton)
    assert counted(db, asked[-1]) == 1, "the planned one is not among them"
    card = next(c for c in view.strip.cards if c.accessibleName().startswith("Received: "))
    qtbot.keyClick(card, Qt.Key.Key_Return)
    assert counted(db, asked[-1]) == 1, "what was given in kind is not among them"


def test_contributors_are_many_and_tranches_show_their_conditions(
    qtbot: QtBot, context: Context, office: Office, db: Database
) -> None:
    for values in (
        {"partner": office.japan, "amount": usd(40_000), "agreed_on": date(2026, 1, 1)},
        {"member_state": office.lao, "amount": usd(10_000), "agreed_on": date(2026, 2, 1)},
        {"member_state": office.lao, "amount": usd(3_000), "in_kind": True},
    ):
        records.new(db, "contribution", {"fund": office.fund, "status": "agreed", **values})
    tranche = records.new(
        db,
        "tranche",
        {"title": "First", "fund": office.fund, "amount": usd(7), "due": date(2026, 10, 1)},
    )
    records.new(db, "condition", {"title": "Audit", "tranche": tranche, "fund": office.fund})
    view = page(qtbot, context, "fund", office.fund)
    view.choose("contributors")
    found = {(r[0], r[-2], r[-1]) for r in rows(view)}
    assert ("Lao PDR", "USD 10,000.00", "") in found
    assert ("Lao PDR", "", "USD 3,000.00") in found
    assert ("Total", "USD 50,000.00", "USD 3,000.00") in found
    view.choose("tranches")
    (row,) = rows(view)
    assert "0 of 1 fulfilled" in row
    assert view.table.figures.lines[0].cells[2].look == "late"


def test_a_posting_from_the_page_changes_what_it_shows(
    qtbot: QtBot, context: Context, office: Office
) -> None:
    view = page(qtbot, context, "fund", office.fund)
    qtbot.mouseClick(view.post, Qt.MouseButton.LeftButton)
    dialog = view.window().findChild(PostingDialog)
    dialog.rows["type"].editor.recall("Receipt")
    dialog.rows["amount"].editor.recall(["USD", "1,000"])
    dialog.post()
    assert cards(view)["Balance"] == "USD 37,125.50"


def test_a_partner_is_seen_by_project_body_and_year_with_its_papers(
    qtbot: QtBot, context: Context, office: Office, db: Database
) -> None:
    records.new(db, "pipeline_proposal", {
        "title": "Second phase", "partner": office.japan, "stage": "negotiating",
        "next_step": "Meet the mission", "next_step_on": date(2026, 11, 1), "probability": 40,
    })  # fmt: skip
    records.new(db, "correspondence", {
        "date": date(2026, 11, 1), "direction": "received", "subject": "Comments",
        "partner": office.japan, "reply_due": date(2026, 11, 10),
    })  # fmt: skip
    records.new(db, "document", {
        "title": "Exchange of notes", "type": "agreement", "partner": office.japan,
        "dated": date(2024, 3, 1),
    })  # fmt: skip
    view = page(qtbot, context, "partner", office.japan)
    assert cards(view)["Received"] == "USD 66,000.00"
    assert cards(view)["Received (in kind)"] == "USD 5,000.00"
    for key, wanted in (("project", "P-1 · Early warning"), ("body", "ACDM · Disaster management"),
                        ("year", "2026"), ("fund", "JAIF · Integration Fund")):  # fmt: skip
        view.choose(key)
        assert wanted in [row[0] for row in rows(view)], key
    view.choose("pipeline")
    assert rows(view)[0][:4] == ["Second phase", "Under discussion", "Meet the mission",
                                 "1 Nov 2026"]  # fmt: skip
    view.choose("letters")
    assert rows(view)[0][-1] == "due 10 Nov 2026"
    assert view.table.figures.lines[0].cells[-1].look == "late"
    view.choose("agreements")
    assert rows(view)[0][0] == "Exchange of notes"


def test_a_member_state_is_donor_and_beneficiary_at_once(
    qtbot: QtBot, context: Context, office: Office
) -> None:
    post(office, "receipt", usd(700), date(2026, 11, 3), member_state=office.lao)
    view = page(qtbot, context, "member_state", office.lao)
    assert cards(view)["Received"] == "USD 700.00"
    assert cards(view)["Takes part in"] == "1"
    view.choose("beneficiary")
    assert rows(view) == [
        ["P-1 · Early warning", "Concept note", "USD 50,000.00", "USD 50,000.00", "USD 30,000.00"]
    ]


def test_a_project_sets_actual_beside_planned(
    qtbot: QtBot, context: Context, office: Office
) -> None:
    view = page(qtbot, context, "project", office.project)
    shown = cards(view)
    assert (shown["Budget"], shown["Delivery rate"]) == ("USD 50,000.00", "60.0%")
    assert (shown["Undisbursed"], shown["Unspent"]) == ("USD 20,000.00", "USD 17,500.00")
    assert ["Spent", "USD 20,000.00", "USD 12,500.00", "62.5%", "USD 12,500.00"] in rows(view)
    view.choose("ledger")
    assert len(rows(view)) == 5


def test_a_body_has_the_money_of_its_projects_and_of_the_bodies_below(
    qtbot: QtBot, context: Context, office: Office, db: Database
) -> None:
    council = records.new(db, "body", {"code": "ASCC", "name": "Council"})
    records.put(db, "body", office.body, {"parent": council})
    view = page(qtbot, context, "body", council)
    shown = cards(view)
    assert (shown["Committed"], shown["Unspent"]) == ("USD 50,000.00", "USD 17,500.00")
    assert rows(view)[1][0] == "P-1 · Early warning"
    view.as_of.recall("1 Nov 2026")
    view.as_of.done.emit()
    assert cards(view)["Disbursed"] == "–"


@pytest.fixture
def questions(qtbot: QtBot, context: Context) -> QuestionsPane:
    made = places()["questions"].make(context)
    qtbot.addWidget(made)
    context.runner.changed.connect(made.on_changed)
    made.resize(1200, 700)
    made.show()
    made.activate()
    return made


def answer(pane: QuestionsPane) -> list[list[str]]:
    return [[cell.text for cell in line.cells] for line in pane.table.figures.lines]


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


@pytest.fixture
def rates(qtbot: QtBot, context: Context, office: Office) -> RatesPane:
    made = places()["rates"].make(context)
    qtbot.addWidget(made)
    context.runner.changed.connect(made.on_changed)
    made.resize(1200, 700)
    made.show()
    made.activate()
    return made


def test_rates_show_their_age_and_source_and_old_ones_are_alarmed(
    rates: RatesPane, db: Database
) -> None:
    values = {"currency": "THB", "date": date(2026, 1, 1), "usd_per_unit": Decimal("0.03")}
    records.new(db, "exchange_rate", values)
    rates._read()
    found = [[cell.text for cell in line.cells] for line in rates.newest.figures.lines]
    assert found[0][:6] == ["JPY", "0.0066", "151.5151515", "1 Nov 2026", "22 days",
                            "Bank of Japan"]  # fmt: skip
    assert found[1][4:6] == ["326 days, too old", "not stated"]
    assert rates.summary.text() == "! 1 currency has no rate of the last 90 days."


def test_a_rate_is_entered_as_the_united_nations_writes_it(
    rates: RatesPane, db: Database, qtbot: QtBot
) -> None:
    rates.rows["currency"].editor.recall("lak")
    rates.rows["usd_per_unit"].editor.recall("20,000")
    rates.way.setCurrentIndex(1)
    qtbot.mouseClick(rates.keep, Qt.MouseButton.LeftButton)
    c = db.connect()
    rid = c.value("SELECT rid FROM exchange_rate WHERE currency = 'LAK'")
    assert records.by_rid(c, "exchange_rate", rid).values["usd_per_unit"] == Decimal("0.00005")
    assert len(rates.newest.figures.lines) == 2


def test_a_rate_without_currency_is_refused_in_place(rates: RatesPane, db: Database) -> None:
    rates.keep.click()
    assert rates.rows["currency"].error is not None
    rates.rows["currency"].editor.recall("QQQ")
    rates.rows["usd_per_unit"].editor.recall("1")
    rates.keep.click()
    assert "not a currency" in rates.rows["currency"].message.text()
    assert db.connect().value("SELECT count(*) FROM exchange_rate") == 1


def test_missing_values_are_filled_in_from_the_rates_page(
    rates: RatesPane, office: Office, db: Database
) -> None:
    post(office, "receipt", funding_office.Money.of(1_000, "THB"), date(2026, 11, 3))
    rates._read()
    assert "1 transaction has no value" in rates.summary.text()
    assert "Transactions of one month have no rate of their time" in rates.summary.text()
    assert [c.text for c in rates.gaps.figures.lines[0].cells] == [
        "THB", "Nov 2026", "1", "no rate on or before it",
    ]  # fmt: skip
    rates.rows["currency"].editor.recall("THB")
    rates.rows["date"].editor.recall("1 Nov 2026")
    rates.rows["usd_per_unit"].editor.recall("0.03")
    rates.keep.click()
    rates.fill.click()
    assert rates.fill.isHidden()
    assert (
        db.connect().value(
            "SELECT usd_value_minor FROM fund_transaction WHERE amount_currency = 'THB'"
        )
        == usd(30).minor
    )


def test_rates_come_in_by_the_usual_import(rates: RatesPane, context: Context) -> None:
    wished: list[str] = []
    context.command_wanted.connect(wished.append)
    rates.importing.click()
    assert wished == ["import"]


def test_in_the_window_a_figure_leads_to_its_rows_and_back(
    qtbot: QtBot, context: Context, office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APS_DATA_DIR", str(tmp_path / "data"))
    window = MainWindow(context, "Secretariat")
    qtbot.addWidget(window)
    window.resize(1440, 900)
    window.show()
    qtbot.waitUntil(lambda: window._painted)
    window.go("questions", {"question": "by_partner"})
    table = window.pane().table
    pillar = [column.title for column in table.figures.columns].index("ASCC")
    table.setCurrentIndex(table.figures.index(0, pillar))
    qtbot.keyClick(table, Qt.Key.Key_Return)
    listed = window.pane()
    assert listed.key == "entity:fund_transaction"
    qtbot.waitUntil(lambda: listed.list.model.rowCount() == 1)
    window.commands.run("back")
    assert window.pane().key == "questions"
    assert window.pane().question() == "by_partner"
    window.commands.run("record_transaction")
    assert window.findChild(PostingDialog) is not None


def test_everything_is_read_beside_the_window(
    qtbot: QtBot, qapp: QApplication, office: Office, db: Database
) -> None:
    runner = Runner(db)
    context = Context(db, runner, UiState(None))
    try:
        view = page(qtbot, context, "fund", office.fund)
        assert rows(view) == [], "nothing is read in the window's own thread"
        qtbot.waitUntil(lambda: len(rows(view)) == 8)
        view.choose("projects")
        qtbot.waitUntil(lambda: "P-1 · Early warning" in [row[0] for row in rows(view)])
        pane = places()["questions"].make(context)
        qtbot.addWidget(pane)
        pane.resize(1200, 700)
        pane.show()
        pane.activate()
        qtbot.waitUntil(lambda: answer(pane) != [])
        pane.choose("delivery")
        qtbot.waitUntil(lambda: answer(pane)[0][-2:] == ["60.0%", "41.7%"])
        qtbot.waitUntil(runner.idle)
    finally:
        runner.shutdown()


def test_a_new_transaction_in_a_project_s_tab_opens_the_posting_window(
    qtbot: QtBot, context: Context, office: Office
) -> None:
    view = page(qtbot, context, "project", office.project)
    tabs = view.kept.tabs
    tabs.open_tab("fund_transaction.project")
    tabs.currentWidget()._on_new()
    dialog = view.window().findChild(PostingDialog)
    assert dialog.rows["project"].editor.value() == office.project
    assert dialog.rows["fund"].editor.value() == office.fund
