"""Rates: their age and source, entered as they are written, filled in."""

from datetime import date
from decimal import Decimal

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from aps_desktop.db.engine import Database
from aps_desktop.services import records
from aps_desktop.views.context import Context
from aps_desktop.views.rates_pane import RatesPane
from tests import funding_office
from tests.funding_office import Office, post, usd
from tests.funding_pages_kit import opened


@pytest.fixture
def rates(qtbot: QtBot, context: Context, office: Office) -> RatesPane:
    return opened(qtbot, context, "rates")


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
