"""The charts of money: their figures are those that SQL written by hand finds in the ledger."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from aps_desktop.db.engine import Database
from aps_desktop.db.queries import lists
from aps_desktop.db.queries.lists import ListQuery
from aps_desktop.domain.funding_measures import MEASURE_LABELS
from aps_desktop.domain.money import Money, format_money
from aps_desktop.services import (
    dashboards,
    funding_burn,
    offices,
    records,
)
from aps_desktop.services.chart_data import Bars, Chart, Flows
from aps_desktop.services.dashboard_delivery import so_far
from aps_desktop.services.dashboard_selection import Selection
from aps_desktop.services.dashboard_words import money
from aps_desktop.services.funding import Scope
from tests import chart_kit
from tests.chart_kit import DAY, chart, column


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    yield from chart_kit.filled(tmp_path_factory.mktemp("charts"))


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    yield from chart_kit.unfilled(tmp_path_factory.mktemp("empty"))


ACTUAL = "coalesce(nature, 'actual') = 'actual' AND coalesce(in_kind, 0) = 0"


def usd(db: Database, test: str) -> Decimal:
    """What the ledger says, in dollars: each amount by its value when it was entered."""
    cents = db.reader().value(
        f"SELECT coalesce(sum(usd_value_minor), 0) FROM fund_transaction WHERE {ACTUAL} AND {test}"
    )
    return Decimal(int(cents)).scaleb(-2)


def test_from_pledge_to_expenditure(db: Database) -> None:
    shown = column(chart(db, "funding-funnel"), "US dollars")
    for measure in ("pledge", "commitment", "disbursement", "expenditure"):
        assert shown[MEASURE_LABELS[measure]] == usd(db, f"type = '{measure}'")
    gap = usd(db, "type = 'commitment'") - usd(db, "type = 'disbursement'")
    finding = chart(db, "funding-funnel").head.finding
    assert finding == f"Disbursement lags commitment by USD {gap / 1_000_000:.2f} m"


def together(made: Chart) -> dict[str, Decimal]:
    """What each payer committed: the flow has a row for each of its funds."""
    found: Counter[str] = Counter()
    for row in made.table.rows:
        found[row[0]] += row[-1]
    return dict(found)


def test_the_flow_passes_through_the_funds(db: Database) -> None:
    """What comes into each fund goes on to pillars, and every band opens the rows that make it."""
    made = chart(db, "funding-flow")
    by_hand = {
        fund: Decimal(int(cents)).scaleb(-2)
        for fund, cents in db.reader().all(
            "SELECT coalesce(f.code, 'No fund'), sum(t.usd_value_minor) FROM fund_transaction t "
            f"LEFT JOIN fund f ON f.rid = t.fund WHERE t.type = 'commitment' AND {ACTUAL} "
            "GROUP BY 1"
        )
    }
    shown: Counter[str] = Counter()
    for row in made.table.rows:
        shown[row[1]] += row[-1]
    assert dict(shown) == by_hand
    body = made.body
    assert isinstance(body, Flows)
    for place in range(len(body.columns[1])):
        into = sum(one.value for one in body.flows[0] if one.right == place)
        assert into == sum(one.value for one in body.flows[1] if one.left == place)
    opened = [mark for mark in made.marks if mark.entity]
    assert len(opened) > 20
    for mark in opened:
        rids = lists.ids(db.reader(), ListQuery(mark.entity, (), (), mark.filters))
        places = ",".join("?" * len(rids))
        cents = db.reader().value(
            f"SELECT sum(usd_value_minor) FROM fund_transaction WHERE rid IN ({places})", list(rids)
        )
        assert mark.value == format_money(int(cents), "USD"), mark.label


def test_funding_by_partner_this_year(db: Database) -> None:
    """What an officer puts on a slide: who committed what in 2026."""
    for name in ("funding-partner", "funding-flow"):
        shown = together(chart(db, name, year=2026))
        by_hand = db.reader().all(
            "SELECT coalesce(p.name, 'Not stated'), sum(t.usd_value_minor) FROM fund_transaction t "
            "LEFT JOIN partner p ON p.rid = t.partner WHERE t.type = 'commitment' "
            f"AND {ACTUAL} AND t.date BETWEEN '2026-01-01' AND '2026-12-31' GROUP BY 1"
        )
        assert len(by_hand) > 3
        assert shown == {payer: Decimal(int(cents)).scaleb(-2) for payer, cents in by_hand}


def test_a_partner_and_a_member_state_of_one_name_stay_two_payers(empty: Database) -> None:
    both = {}
    for kind, amount in (("partner", 70), ("member_state", 30)):
        id = records.new(empty, kind, {"code": "TL", "name": "Timor-Leste"})
        values = {"type": "commitment", "date": date(2026, 3, 1), "amount": Money.of(amount, "USD")}
        both[kind] = records.new(empty, "fund_transaction", {**values, kind: id})
    try:
        for name in ("funding-partner", "funding-flow"):
            assert together(chart(empty, name)) == {
                "TL · Timor-Leste (partner)": 70, "TL · Timor-Leste (member state)": 30,
            }  # fmt: skip
    finally:
        for _ in range(4):
            records.undo(empty)


def test_money_by_year_and_delivery_by_fund(db: Database) -> None:
    shown = column(chart(db, "funding-year"), f"{MEASURE_LABELS['expenditure']}, USD")
    assert shown["2026"] == usd(db, "type = 'expenditure' AND substr(date, 1, 4) = '2026'")
    rates = column(chart(db, "delivery-rate"), "Disbursed, USD")
    assert sum(rates.values()) == usd(
        db,
        "type = 'disbursement' AND fund IN "
        "(SELECT fund FROM fund_transaction WHERE type = 'commitment')",
    )


def test_spending_against_plan(db: Database) -> None:
    made = chart(db, "delivery-burn")
    shown = column(made, "Spent, USD")
    assert sum(shown.values()) == usd(db, "type = 'expenditure'")
    planned = db.reader().value(
        "SELECT sum(usd_value_minor) FROM fund_transaction "
        "WHERE type = 'expenditure' AND nature = 'planned'"
    )
    assert sum(column(made, "Planned, USD").values()) == Decimal(int(planned)).scaleb(-2) > 0
    curve = chart(db, "delivery-s-curve").table.rows
    assert curve[-1][1] == Decimal(int(planned)).scaleb(-2)


@pytest.mark.parametrize("day", [DAY, date(2026, 12, 31), date(2025, 7, 1), date(2026, 2, 14)])
def test_both_charts_of_delivery_say_the_same(db: Database, day: date) -> None:
    """Spent against planned so far: the plan up to today, by the running quarter's days."""
    burnt, curve = (
        dashboards.chart(name).build(db.reader(), Selection(), day)
        for name in ("delivery-burn", "delivery-s-curve")
    )
    answer = funding_burn.burn(db.reader(), Scope(), "quarter")
    plan, spent = so_far(answer, day)
    assert burnt.head.finding.startswith(f"{money(spent)} spent of {money(plan)} planned so far")
    way = "behind" if plan > spent else "ahead of"
    assert curve.head.finding == f"Spending is {money(abs(plan - spent))} {way} plan"
    by_hand = db.reader().value(
        "SELECT sum(usd_value_minor) FROM fund_transaction WHERE type = 'expenditure' "
        "AND nature = 'planned' AND date <= ?",
        (f"{day.year}-12-31" if day.month == 12 else f"{day.year - 1}-12-31",),
    )
    assert plan >= by_hand - 1


def test_waiting_in_approval_steps(db: Database) -> None:
    made = chart(db, "delivery-ageing")
    waiting = db.reader().value(
        "SELECT count(*) FROM approval_step WHERE outcome = 'pending' AND received_on IS NOT NULL"
    )
    assert sum(sum(row[1:]) for row in made.table.rows) == waiting > 0
    old = db.reader().value(
        "SELECT count(*) FROM approval_step WHERE outcome = 'pending' AND received_on < ?",
        ("2026-09-26",),
    )
    assert sum(row[3] + row[4] for row in made.table.rows) == old


def test_the_gap_is_what_work_plan_lines_need(db: Database) -> None:
    shown = column(chart(db, "funding-gap"), "Needed, USD")
    by_hand = db.reader().value(
        "SELECT sum(needed_minor) FROM work_plan_line WHERE needed_currency = 'USD' "
        "AND coalesce(status, '') NOT IN ('discontinued', 'carried_forward')"
    )
    assert sum(shown.values()) == Decimal(int(by_hand)).scaleb(-2)


def test_a_total_without_a_rate_is_refused_and_not_zero(tmp_path: Path) -> None:
    db = offices.start(str(tmp_path / "office.aps"), office="ASEC", device="Charts")
    try:
        for amount in (Money(100_00, "EUR"), Money(70_00, "USD")):
            values = {"type": "commitment", "date": date(2026, 3, 1), "amount": amount}
            records.new(db, "fund_transaction", values)
        made = chart(db, "funding-funnel")
        assert made.head.finding == "The totals are refused: rates are missing"
        assert "without a rate" in made.head.note
        assert isinstance(made.body, Bars)
        row = next(row for row in made.body.rows if row.label == MEASURE_LABELS["commitment"])
        assert row.total.startswith("no total")
        assert column(made, "US dollars")[MEASURE_LABELS["commitment"]] == "no rate"
        mark = made.marks[row.parts[0].mark]
        assert "EUR 100.00 + USD 70.00" in mark.value
    finally:
        db.close()
