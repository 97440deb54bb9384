"""The pages of money: the ledger at any day, who supports what."""

from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from aps_desktop.db.engine import Database
from aps_desktop.services import records
from aps_desktop.tasks.runner import Runner
from aps_desktop.views.context import Context
from aps_desktop.views.main_window import MainWindow
from aps_desktop.views.navigation import places
from aps_desktop.views.posting_dialog import PostingDialog
from aps_desktop.views.ui_state import UiState
from tests.funding_office import Office, post, usd
from tests.funding_pages_kit import answer, cards, counted, heard, page, rows


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
