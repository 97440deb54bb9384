"""Pages of money and tables of answers: the same on SQLite and on PostgreSQL."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from aps_desktop.db import store
from aps_desktop.db.engine import Database
from aps_desktop.db.queries import lists
from aps_desktop.db.queries.lists import ListQuery
from aps_desktop.db.unit_of_work import apply
from aps_desktop.domain.changes import ChangeSet, Create
from aps_desktop.domain.clock import FixedClock
from aps_desktop.domain.money import Money
from aps_desktop.services import (
    body_money,
    contribution_sheets,
    figures,
    fund_ledger,
    fund_money,
    payer_money,
    posting,
    project_money,
    question_sheets,
    rate_sheets,
    records,
    request_letters,
    sheet_cells,
)
from aps_desktop.services.funding import Scope
from aps_desktop.services.posting import Entry
from aps_desktop.services.question_sheets import ASKINGS
from aps_desktop.services.sheet_cells import Column, Line, Sheet
from tests import funding_office
from tests.funding_office import NOON, TODAY, Office, jpy, post, usd


def filled(db: Database) -> Office:
    office = funding_office.make(db)
    on, of = {"project": office.project}, {"partner": office.japan}
    post(office, "pledge", usd(60_000), date(2025, 12, 1), expires_on=date(2026, 12, 24), **on)
    post(office, "commitment", usd(50_000), date(2026, 1, 10), **on, **of)
    post(office, "receipt", jpy(10_000_000), date(2026, 11, 2), member_state=office.lao)
    post(office, "disbursement", usd(30_000), date(2026, 11, 10), **on, **of)
    post(office, "expenditure", usd(20_000), date(2026, 11, 15), nature="planned", **on)
    post(office, "receipt", usd(5_000), date(2026, 11, 16), in_kind=True, **of)
    post(office, "receipt", Money.of(900, "THB"), date(2026, 11, 17), **of)
    made = {"fund": office.fund, "status": "agreed"}
    records.new(db, "contribution", {**made, **of, "amount": jpy(100), "agreed_on": TODAY})
    records.new(db, "contribution", {**made, "member_state": office.lao, "in_kind": True})
    tranche = records.new(
        db,
        "tranche",
        {"title": "First", "fund": office.fund, "project": office.project, "amount": usd(7)},
    )
    for status in ("open", "met"):
        records.new(
            db,
            "condition",
            {"title": status, "tranche": tranche, "status": status, "fund": office.fund, **on},
        )
    values = {"title": "Next phase", "amount": usd(9), "probability": Decimal(30), "stage": "idea"}
    records.new(db, "pipeline_proposal", {**values, **of})
    letter = {"date": TODAY, "direction": "sent", "subject": "Thanks", **of, **on}
    records.new(db, "correspondence", letter)
    return office


def shown(sheet: Sheet) -> list[list[str]]:
    return sheet_cells.plain_rows(sheet)


def everything(db: Database) -> list[object]:
    """All that the window shows about this office's money."""
    office = filled(db)
    c = db.reader()
    found: list[object] = []
    for read, entity, id in (
        (fund_money.page, "fund", office.fund),
        (fund_money.page, "fund", office.partner_fund),
        (payer_money.partner, "partner", office.japan),
        (payer_money.member_state, "member_state", office.lao),
        (project_money.page, "project", office.project),
        (body_money.page, "body", office.body),
    ):
        page = read(c, records.get(c, entity, id), TODAY)
        found.append([(card.label, card.figure.text) for card in page.cards])
        found += [(tab.key, tab.count, shown(tab.read(c))) for tab in page.tabs]
        if page.details is not None:
            found.append([card.under for card in page.details(c)])
    for asking in ASKINGS:
        options = {k: v[-1][0] for k, v in question_sheets.options(asking.name).items()}
        answered = question_sheets.ask(c, asking.name, Scope(as_of=TODAY), options)
        found.append((answered.title, shown(answered.sheet), answered.sheet.refused))
    newest, lacking = rate_sheets.newest(c, TODAY), rate_sheets.lacking(c, TODAY)
    found.append([shown(newest.sheet), shown(lacking.sheet), newest.old, lacking.unvalued])
    entry = Entry(usd(100), TODAY, "receipt", office.fund)
    found.append(posting.outlook(c, entry))
    rid = c.value("SELECT min(rid) FROM tranche")
    tranche = records.by_rid(c, "tranche", rid)
    start = request_letters.start(c, tranche.id, TODAY)
    letter = request_letters.compose(c, tranche.id, start.wording)
    found.append(request_letters.as_text(letter))
    return found


def test_both_databases_say_the_same(tmp_path: Path, pg_url: Callable[[], str]) -> None:
    clock = FixedClock(NOON)
    here = store.create(str(tmp_path / "a.db"), office="ASEC", device="here", clock=clock)
    there = store.create(pg_url(), office="ASEC", device="there", clock=clock)
    try:
        assert everything(here) == everything(there)
    finally:
        here.close()
        there.close()


def test_rows_are_copied_as_a_spreadsheet_takes_them() -> None:
    sheet = Sheet(
        (Column("Fund"), Column("Sum", right=True)),
        (Line((sheet_cells.text("two\nlines\tand a tab"), sheet_cells.money(usd(5)))),),
    )
    assert sheet_cells.as_tabbed(shown(sheet)) == "Fund\tSum\ntwo lines and a tab\tUSD 5.00"


def test_rows_that_are_copied_hold_no_formula() -> None:
    texts = ("=HYPERLINK(1)", "  @SUM(1)", "-2+3", "-2.50", "+1,000.00", "12%")
    copied = sheet_cells.as_tabbed([texts]).split("\t")
    assert copied == ["'=HYPERLINK(1)", "'@SUM(1)", "'-2+3", "-2.50", "+1,000.00", "12%"]


def test_a_rate_typed_as_units_for_one_dollar_is_kept_the_other_way() -> None:
    values = {"usd_per_unit": Decimal("151")}
    assert rate_sheets.as_kept(values, inverse=True)["usd_per_unit"] == Decimal("0.0066225166")
    assert rate_sheets.as_kept(values, inverse=False) == values


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    clock = FixedClock(NOON)
    db = store.create(str(tmp_path / "a.aps"), office="ASEC", device="here", clock=clock)
    yield funding_office.make(db)
    db.close()


def test_contributions_agreed_open_those_that_are_counted(office: Office) -> None:
    values = {"fund": office.fund, "partner": office.japan, "status": "agreed"}
    for amount, day in ((5, TODAY), (7, None), (90, TODAY + timedelta(1))):
        made = {**values, "amount": usd(amount), "agreed_on": day}
        records.new(office.db, "contribution", made)
    c = office.db.reader()
    rid = records.get(c, "fund", office.fund).rid
    (card,) = contribution_sheets.cards(c, "fund", rid, TODAY)
    assert card.figure.text == "USD 12.00"
    assert card.figure.opens is not None
    listed = ListQuery(card.figure.opens.entity, (), filters=card.figure.opens.filters)
    assert lists.count(c, listed) == 2


def test_the_weighted_pipeline_is_rounded_once(office: Office) -> None:
    values = {"title": "Next", "amount": jpy(1), "probability": Decimal(50), "stage": "idea"}
    for _ in range(4):
        records.new(office.db, "pipeline_proposal", {**values, "partner": office.japan})
    scope = Scope(as_of=TODAY)
    answer = figures.answer(office.db.reader(), "pipeline", scope)
    weighted = answer.total("weighted").total  # four times 0.0066 dollars, of which a half
    assert weighted is not None
    assert weighted.value == usd("0.01")


def test_a_ledger_in_us_dollars_counts_the_amount_itself(office: Office) -> None:
    values = {"type": "receipt", "date": TODAY, "amount": usd(10), "usd_value": usd(12)}
    merged = Create("fund_transaction", office.db.ids.new(), {**values, "fund": office.fund})
    apply(office.db, ChangeSet("as another office wrote it", (merged,)))
    c = office.db.reader()
    fund = records.get(c, "fund", office.fund)
    rows = shown(fund_ledger.sheet(c, "fund", fund.rid, TODAY))
    assert rows[1][-1] == "USD 10.00"
    page = fund_money.page(c, fund, TODAY)
    assert page.cards[0].figure.text == "USD 10.00"
