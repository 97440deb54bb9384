"""A transaction is recorded with the rate in sight; what is posted is reversed, not edited."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from aps_desktop.db.engine import Database
from aps_desktop.domain.values import FileRef
from aps_desktop.services import ledger, records
from aps_desktop.views.context import Context
from aps_desktop.views.posting_dialog import PostingDialog
from aps_desktop.views.record_pages import page_for
from aps_desktop.views.request_letter_dialog import RequestLetterDialog
from aps_desktop.views.reverse_dialog import ReverseDialog
from aps_desktop.views.transaction_page import TransactionPage
from tests import funding_office
from tests.funding_office import Office, jpy, post, usd


@pytest.fixture
def office(db: Database) -> Office:
    return funding_office.make(db)


def opened(qtbot: QtBot, context: Context, **preset: object) -> PostingDialog:
    dialog = PostingDialog(context, preset)  # type: ignore[arg-type]
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    return dialog


def newest(db: Database) -> dict[str, object]:
    c = db.connect()
    rid = c.value("SELECT max(rid) FROM fund_transaction")
    return dict(records.by_rid(c, "fund_transaction", rid).values)


def number(db: Database) -> int:
    return int(db.connect().value("SELECT count(*) FROM fund_transaction"))


def test_a_disbursement_in_yen_shows_dollars_and_is_recorded_without_the_mouse(
    qtbot: QtBot, context: Context, office: Office, db: Database
) -> None:
    dialog = opened(qtbot, context, project=office.project)
    qtbot.waitUntil(lambda: QApplication.focusWidget() is not None)

    def keys(text: str, end: Qt.Key = Qt.Key.Key_Tab) -> None:
        qtbot.keyClicks(QApplication.focusWidget(), text)
        qtbot.keyClick(QApplication.focusWidget(), end)

    keys("Disbursement")
    keys("")  # planned or actual stays
    keys("JPY 4,000,000")
    assert dialog.rows["amount"].editor.currency.currentText() == "JPY"
    assert dialog.value_box.value.text() == "USD 26,400.00"
    assert dialog.value_box.words.text() == (
        "At 0.0066 USD for 1 JPY: rate of 1 Nov 2026 (22 days before), Bank of Japan."
    )
    qtbot.keyClick(dialog, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    found = newest(db)
    assert (found["type"], found["amount"], found["usd_value"]) == (
        "disbursement", jpy(4_000_000), usd(26_400),
    )  # fmt: skip
    assert (found["rate"], found["rate_date"], found["rate_source"]) == (
        Decimal("0.0066"), date(2026, 11, 1), "Bank of Japan",
    )  # fmt: skip
    # What follows from the project was filled in.
    assert (found["fund"], found["partner"]) == (office.fund, office.japan)
    assert not dialog.isVisible()
    records.undo(db)
    assert number(db) == 0


def test_a_project_named_by_the_key_that_records_still_brings_its_fund(
    qtbot: QtBot, context: Context, office: Office, db: Database
) -> None:
    dialog = opened(qtbot, context, type="disbursement")
    dialog.rows["amount"].editor.recall(["USD", "5"])
    line = dialog.rows["project"].editor.line
    line.setFocus()
    qtbot.keyClicks(line, "P-1")
    qtbot.waitUntil(lambda: line.settled() is not None)
    dialog.post()
    found = newest(db)
    assert (found["project"], found["fund"]) == (office.project, office.fund)


def test_the_balance_before_and_after_is_shown(
    qtbot: QtBot, context: Context, office: Office
) -> None:
    post(office, "receipt", usd(30_000), date(2026, 1, 5))
    dialog = opened(qtbot, context, project=office.project, type="disbursement")
    dialog.rows["amount"].editor.recall(["JPY", "1,000,000"])
    dialog.rows["amount"].editor.done.emit()
    assert dialog.value_box.balance.text() == (
        "Balance of the fund on 23 Nov 2026: USD 30,000.00, with this entry USD 23,400.00."
    )


def test_a_missing_rate_is_said_and_entered_on_the_spot(
    qtbot: QtBot, context: Context, office: Office, db: Database
) -> None:
    dialog = opened(qtbot, context, type="receipt", fund=office.fund)
    dialog.rows["amount"].editor.recall(["LAK", "21,600,000"])
    dialog.rows["amount"].editor.done.emit()
    box = dialog.value_box
    assert box.value.text() == "No value yet"
    assert "There is no rate for LAK on or before 23 Nov 2026" in box.words.text()
    qtbot.mouseClick(box.enter, Qt.MouseButton.LeftButton)
    assert box.rows["usd_per_unit"].label.text() == "USD for one LAK"
    box.rows["usd_per_unit"].editor.recall("0.00005")
    box.rows["source"].editor.recall("Bank of the Lao PDR")
    qtbot.mouseClick(box.keep, Qt.MouseButton.LeftButton)
    assert box.value.text() == "USD 1,080.00"
    assert box.fields.isHidden()
    dialog.post()
    assert newest(db)["usd_value"] == usd(1_080)


def test_what_is_missing_keeps_the_window_open(
    qtbot: QtBot, context: Context, office: Office, db: Database
) -> None:
    dialog = opened(qtbot, context, fund=office.fund)
    dialog.post()
    assert dialog.isVisible()
    assert dialog.rows["type"].message.text() == "✕ Type is missing."
    dialog.rows["type"].editor.recall("Receipt")
    dialog.rows["amount"].editor.recall(["USD", "abc"])
    dialog.post()
    assert dialog.rows["amount"].error is not None
    assert number(db) == 0


def test_one_after_another(qtbot: QtBot, context: Context, office: Office, db: Database) -> None:
    dialog = opened(qtbot, context, type="receipt", fund=office.fund)
    for amount in ("100", "200"):
        dialog.rows["amount"].editor.recall(["USD", amount])
        qtbot.mouseClick(dialog.next_button, Qt.MouseButton.LeftButton)
    assert dialog.isVisible()
    assert number(db) == 2
    assert newest(db)["amount"] == usd(200)


@pytest.fixture
def page(qtbot: QtBot, context: Context) -> TransactionPage:
    made = page_for(context, "fund_transaction")
    assert isinstance(made, TransactionPage)
    qtbot.addWidget(made)
    context.runner.changed.connect(made.on_changed)
    made.resize(900, 900)
    made.show()
    return made


def test_posted_money_is_locked_and_the_rest_is_not(page: TransactionPage, office: Office) -> None:
    page.show_record(post(office, "receipt", jpy(1_000_000), date(2026, 11, 5)))
    assert page.panel.value.text() == "JPY 1,000,000 = USD 6,600.00"
    for name in ("type", "date", "amount", "usd_value", "rate"):
        assert not page.form.rows[name].editor.isEnabled(), name
    fund = page.form.rows["fund"].editor
    assert fund.line.isReadOnly()
    assert fund.clear_button.isHidden()
    assert fund.open_button.isEnabled(), "what it belongs to can still be opened"
    for name in ("reference", "remarks"):
        assert page.form.rows[name].editor.isEnabled(), name
    assert "locked" in page.panel.why.text()


def test_a_reversal_needs_a_reason_and_leaves_both_entries(
    page: TransactionPage, qtbot: QtBot, context: Context, office: Office, db: Database
) -> None:
    id = post(office, "receipt", jpy(1_000_000), date(2026, 11, 5))
    page.show_record(id)
    qtbot.mouseClick(page.panel.buttons["reverse"], Qt.MouseButton.LeftButton)
    dialog = page.findChild(ReverseDialog)
    dialog.reverse_button.click()
    assert dialog.isVisible()
    assert number(db) == 1
    dialog.reason.editor.recall("Entered twice")
    dialog.reverse_button.click()
    back = newest(db)
    assert (back["amount"], back["usd_value"]) == (jpy(-1_000_000), usd(-6_600))
    assert back["reverses"] == id
    assert "taken back" in page.panel.words.text()
    assert page.panel.buttons["reverse"].isHidden()
    shown: list[tuple[str, UUID]] = []
    context.open_record.connect(lambda entity, other: shown.append((entity, other)))
    page.panel.buttons["other"].click()
    assert shown == [("fund_transaction", ledger.reversed_by(db.reader(), id))]


def test_deleting_a_posted_transaction_offers_to_reverse_it(
    page: TransactionPage, office: Office, db: Database
) -> None:
    page.show_record(post(office, "receipt", usd(10), date(2026, 11, 5)))
    page._on_action("delete")
    assert page.findChild(ReverseDialog) is not None
    assert number(db) == 1


def test_a_correction_is_one_step_with_two_entries(
    page: TransactionPage, qtbot: QtBot, office: Office, db: Database
) -> None:
    page.show_record(post(office, "receipt", jpy(1_000_000), date(2026, 11, 5)))
    qtbot.mouseClick(page.panel.buttons["correct"], Qt.MouseButton.LeftButton)
    dialog = page.findChild(PostingDialog)
    assert dialog.rows["amount"].editor.value() == jpy(1_000_000)
    dialog.rows["amount"].editor.recall(["JPY", "1,200,000"])
    dialog.post()
    assert dialog.isVisible(), "a reason is asked for"
    dialog.reason.editor.recall("Typed a wrong digit")
    dialog.post()
    assert number(db) == 3
    total = db.connect().value("SELECT sum(usd_value_minor) FROM fund_transaction")
    assert total == usd(7_920).minor
    records.undo(db)
    assert number(db) == 1


def test_a_value_that_was_missing_is_filled_in_when_the_rate_is_there(
    page: TransactionPage, office: Office, db: Database
) -> None:
    id = post(office, "receipt", funding_office.Money.of(5_000, "THB"), date(2026, 11, 5))
    page.show_record(id)
    assert "no value in US dollars yet" in page.panel.words.text()
    page.panel.buttons["fill_in"].click()
    assert records.get(db.connect(), "fund_transaction", id).values["usd_value"] is None
    rate = {"currency": "THB", "date": date(2026, 11, 1), "usd_per_unit": Decimal("0.03")}
    records.new(db, "exchange_rate", rate)
    page.panel.buttons["fill_in"].click()
    assert records.get(db.connect(), "fund_transaction", id).values["usd_value"] == usd(150)
    assert page.panel.buttons["fill_in"].isHidden()


def test_a_new_transaction_in_the_list_opens_the_same_window(
    page: TransactionPage, office: Office
) -> None:
    page.new_record({"project": office.project})
    dialog = page.findChild(PostingDialog)
    assert dialog is not None
    assert dialog.rows["project"].editor.value() == office.project
    dialog.reject()


def test_the_request_letter_is_written_from_the_tranche(
    qtbot: QtBot, context: Context, office: Office, db: Database, tmp_path: Path
) -> None:
    tranche = records.new(
        db,
        "tranche",
        {"title": "Instalment 2", "project": office.project, "amount": jpy(4_000_000),
         "due": date(2026, 12, 15)},
    )  # fmt: skip
    condition = {"title": "Report accepted", "tranche": tranche, "due": date(2026, 12, 1)}
    records.new(db, "condition", condition)
    made = page_for(context, "tranche")
    qtbot.addWidget(made)
    context.runner.changed.connect(made.on_changed)
    made.show()
    made.show_record(tranche)
    assert made.words.text() == "JPY 4,000,000, due 15 Dec 2026"
    assert made.needs.text() == ("! 0 of 1 conditions are fulfilled. Waiting: Report accepted.")
    qtbot.mouseClick(made.letter, Qt.MouseButton.LeftButton)
    dialog = made.findChild(RequestLetterDialog)
    assert "JPY 4,000,000" in dialog.preview.toPlainText()
    qtbot.keyClicks(dialog.lines["signatory"], "Siti Rahma")
    assert "Siti Rahma" in dialog.preview.toPlainText()
    dialog.write(tmp_path / "letter.docx")
    assert (tmp_path / "letter.docx").read_bytes()[:2] == b"PK"
    values = records.get(db.connect(), "tranche", tranche).values
    assert isinstance(values["request_letter"], FileRef)
    assert values["status"] == "requested"
    assert made.letter.text() == "Write the letter anew…"


def test_the_payment_of_a_tranche_begins_with_what_it_says(
    qtbot: QtBot, context: Context, office: Office, db: Database
) -> None:
    values = {"title": "Instalment 1", "project": office.project, "amount": jpy(4_000_000)}
    tranche = records.new(db, "tranche", values)
    made = page_for(context, "tranche")
    qtbot.addWidget(made)
    made.show()
    made.show_record(tranche)
    made.pay.click()
    dialog = made.findChild(PostingDialog)
    assert dialog.rows["amount"].editor.value() == jpy(4_000_000)
    assert dialog.rows["fund"].editor.value() == office.fund
    dialog.post()
    assert newest(db)["tranche"] == tranche
