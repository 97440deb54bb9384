"""Every chart's figures are those that SQL written by hand finds, and those of the lists."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from aps_desktop.db.connection import Connection
from aps_desktop.db.engine import Database
from aps_desktop.db.queries import counts, figures, lists
from aps_desktop.db.queries.conditions import Filter, where
from aps_desktop.db.queries.lists import ListQuery
from aps_desktop.domain.entities import entity
from aps_desktop.domain.funding_measures import MEASURE_LABELS
from aps_desktop.domain.money import Money, format_money
from aps_desktop.services import (
    dashboard_portfolio,
    dashboards,
    demo,
    funding_burn,
    offices,
    records,
)
from aps_desktop.services.chart_data import Bars, Chart, Flows, Mark, Nothing
from aps_desktop.services.dashboard_delivery import so_far
from aps_desktop.services.dashboard_selection import Selection
from aps_desktop.services.dashboard_words import money
from aps_desktop.services.funding import Scope

DAY = date(2026, 11, 25)


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    location = str(tmp_path_factory.mktemp("charts") / "demo.aps")
    database = offices.start(location, office="ASEC", device="Charts")
    demo.fill(database, "small", 7, lambda *_: None, lambda: False)
    yield database
    database.close()


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    location = str(tmp_path_factory.mktemp("empty") / "office.aps")
    database = offices.start(location, office="TL", device="Charts")
    yield database
    database.close()


def chart(db: Database, name: str, **selection: object) -> Chart:
    return dashboards.chart(name).build(db.reader(), Selection(**selection), DAY)


def column(made: Chart, heading: str, of: str = "") -> dict[str, object]:
    names = made.table.headings
    at, first = names.index(heading), names.index(of) if of else 0
    return {row[first]: row[at] for row in made.table.rows}


def sql(db: Database, text: str, *params: object) -> dict[str, object]:
    return {str(row[0]): row[1] for row in db.reader().all(text, params)}


def test_projects_by_status(db: Database) -> None:
    by_hand = sql(db, "SELECT status, count(*) FROM project GROUP BY status")
    shown = column(chart(db, "portfolio-status"), "Projects")
    assert sum(shown.values()) == sum(by_hand.values()) == 60
    assert shown["Commenced"] == by_hand["commenced"]
    assert shown["Completed"] == by_hand["completed"]


def test_projects_by_pillar_and_stage(db: Database) -> None:
    shown = column(chart(db, "portfolio-pillar"), "Implementation")
    by_hand = sql(
        db,
        "SELECT pillar, count(*) FROM project "
        "WHERE status IN ('commenced', 'extended', 'on_hold') GROUP BY pillar",
    )
    assert shown["AEC"] == by_hand["aec"]
    assert sum(shown.values()) == sum(by_hand.values())


def test_projects_by_body(db: Database) -> None:
    by_hand = sql(
        db,
        "SELECT b.code, count(*) FROM project p JOIN body b ON b.rid = p.sponsoring_body "
        "GROUP BY b.code",
    )
    assert column(chart(db, "portfolio-body"), "Projects") == by_hand


def test_timeline_counts_what_is_past_its_end(db: Database) -> None:
    late = db.reader().value(
        "SELECT count(*) FROM project WHERE status IN ('commenced','extended','on_hold') "
        "AND planned_end < '2027-06-01'"
    )
    made = dashboards.chart("portfolio-timeline").build(db.reader(), Selection(), date(2027, 6, 1))
    assert late > 0
    assert made.head.finding.startswith(f"{late} of ")


def test_the_table_of_the_timeline_has_what_the_picture_leaves_out(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dashboard_portfolio, "_SPANS", 2)
    drawn = chart(db, "portfolio-timeline")
    number = db.reader().value(
        "SELECT count(*) FROM project WHERE status IN ('commenced', 'on_hold', 'extended') "
        "AND planned_start IS NOT NULL AND planned_end IS NOT NULL"
    )
    assert len(drawn.body.spans) == 2
    assert len(drawn.table.rows) == number > 2


def test_states_on_the_map_are_all_eleven(db: Database) -> None:
    by_hand = sql(
        db,
        "SELECT s.name, count(DISTINCT m.owner) FROM set_member m "
        "JOIN project p ON p.rid = m.owner JOIN member_state s ON s.rid = m.member "
        "WHERE m.field_number = 13 GROUP BY s.name",
    )
    shown = column(chart(db, "map-projects"), "Projects")
    assert len(shown) == 11
    assert {name: number for name, number in shown.items() if number} == by_hand


def test_actions_decided_and_done(db: Database) -> None:
    made = chart(db, "meetings-decided-done")
    assert column(made, "Decided") == sql(
        db, "SELECT substr(due, 1, 4), count(*) FROM action_item GROUP BY 1"
    )
    done = sql(
        db, "SELECT substr(due,1,4), count(*) FROM action_item WHERE status='done' GROUP BY 1"
    )
    assert {k: v for k, v in column(made, "Done").items() if v} == done


def test_overdue_actions_by_body(db: Database) -> None:
    by_hand = sql(
        db,
        "SELECT b.code, count(*) FROM action_item a JOIN meeting m ON m.rid = a.meeting "
        "JOIN body b ON b.rid = m.body WHERE a.status IN ('open','in_progress','overdue') "
        "AND a.due < '2026-11-25' GROUP BY b.code",
    )
    assert column(chart(db, "meetings-overdue"), "Overdue actions") == by_hand


def test_meetings_held_and_decisions(db: Database) -> None:
    assert column(chart(db, "meetings-held"), "Meetings") == sql(
        db, "SELECT substr(starts_on,1,4), count(*) FROM meeting WHERE status='held' GROUP BY 1"
    )
    shown = column(chart(db, "meetings-decisions"), "Decisions")
    assert sum(shown.values()) == db.reader().value("SELECT count(*) FROM decision")


def test_participants_by_state_and_sex(db: Database) -> None:
    made = chart(db, "outreach-participants")
    by_hand = sql(
        db,
        "SELECT s.name, sum(p.people) FROM participation_count p "
        "JOIN member_state s ON s.rid = p.member_state "
        "WHERE p.exchange_programme IS NOT NULL AND p.sex = 'female' GROUP BY s.name",
    )
    assert len(made.table.rows) == 11
    assert {k: v for k, v in column(made, "Women").items() if v} == by_hand
    years = column(chart(db, "outreach-over-time"), "Men")
    assert years == sql(
        db,
        "SELECT substr(e.starts_on,1,4), sum(p.people) FROM participation_count p "
        "JOIN exchange_programme e ON e.rid = p.exchange_programme WHERE p.sex='male' GROUP BY 1",
    )


def test_reach_and_readers(db: Database) -> None:
    reached = column(chart(db, "outreach-reach"), "People reached")
    assert sum(reached.values()) == db.reader().value("SELECT sum(reach) FROM outreach_activity")
    readers = column(chart(db, "knowledge-channels"), "Readers")
    assert sum(readers.values()) == db.reader().value("SELECT sum(reached) FROM dissemination")


def some(db: Database) -> dict[str, object]:
    body = db.reader().value(
        "SELECT sponsoring_body FROM project GROUP BY 1 ORDER BY count(*) DESC, 1"
    )
    partner = db.reader().value(
        "SELECT f.partner FROM project p JOIN fund f ON f.rid = p.fund "
        "WHERE f.partner IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC, 1"
    )
    state = db.reader().value("SELECT rid FROM member_state WHERE code = 'TL'")
    return {"year": 2026, "pillar": "aec", "body": body, "partner": partner, "state": state}


@pytest.mark.parametrize("only", [None, "year", "pillar", "body", "partner", "state"])
def test_every_mark_opens_as_many_rows_as_it_says(db: Database, only: str | None) -> None:
    """The number in a mark's words is the length of the list behind it."""
    narrowed = {only: some(db)[only]} if only else {}
    checked: Counter[str] = Counter()
    for spec in dashboards.CHARTS.values():
        made = chart(db, spec.name, **narrowed)
        for mark in made.marks:
            if not mark.filters:
                continue
            rows = lists.count(db.reader(), ListQuery(mark.entity, (), filters=mark.filters))
            first = mark.value.split(" ")[0].replace(",", "")
            if spec.name in COUNTED:
                assert rows == int(first), (spec.name, mark.label)
                checked["counted"] += 1
            elif mark.entity == "fund_transaction" and mark.value.startswith("USD"):
                assert money_of(db, mark) == mark.value, (spec.name, mark.label)
                checked["money"] += 1
            elif first.isdigit() and int(first):
                assert rows > 0, (spec.name, mark.label)
                checked["some"] += 1
    assert checked.total() >= (50 if only else 300)  # and not none, if words were put otherwise
    assert checked["counted"] >= 20


def money_of(db: Database, mark: Mark) -> str:
    """The sum of the values in US dollars of the rows that a mark opens."""
    test, params = where(db.reader(), entity("fund_transaction"), mark.filters, "")
    cents = db.reader().value(f"SELECT sum(usd_value_minor) FROM fund_transaction t{test}", params)
    return format_money(int(cents or 0), "USD")


COUNTED = frozenset(
    name for name in dashboards.CHARTS
    if name.startswith(("portfolio", "meetings", "map", "delivery-ageing", "results-bands"))
)  # fmt: skip


def test_a_filter_narrows_the_projects(db: Database) -> None:
    chosen = some(db)
    shown = column(chart(db, "portfolio-pillar", partner=chosen["partner"]), "Projects")
    by_hand = db.reader().value(
        "SELECT count(*) FROM project p JOIN fund f ON f.rid = p.fund WHERE f.partner = ?",
        (chosen["partner"],),
    )
    assert 0 < by_hand < 60
    assert sum(shown.values()) == by_hand


@pytest.mark.parametrize("name", sorted(dashboards.CHARTS))
def test_an_empty_office_is_told_what_is_missing(empty: Database, name: str) -> None:
    made = chart(empty, name)
    if name.startswith("map"):
        assert isinstance(made.body, Nothing)
    assert isinstance(made.body, Nothing)
    assert made.body.words
    filtered = chart(empty, name, year=2026)
    if "No " in filtered.head.finding:
        assert "match the filter" in filtered.head.finding


def test_bars_keep_the_order_of_a_project_s_life(db: Database) -> None:
    made = chart(db, "portfolio-status")
    assert isinstance(made.body, Bars)
    labels = [row.label for row in made.body.rows]
    assert labels[0] == "Concept note"
    assert labels[-1] in ("Completed", "Cancelled")


# Money ----------------------------------------------------------------------------------------

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


# Results --------------------------------------------------------------------------------------


def test_indicators_by_progress_are_all_indicators(db: Database) -> None:
    shown = column(chart(db, "results-bands"), "Indicators")
    assert sum(shown.values()) == db.reader().value("SELECT count(*) FROM indicator")


def test_bullets_show_the_actual_and_the_target(db: Database) -> None:
    made = chart(db, "results-bullets")
    code, _, actual, target, _, percent = made.table.rows[0]
    rows = db.reader().all(
        "SELECT i.baseline, g.value, (SELECT v.value FROM indicator_value v "
        "WHERE v.indicator = i.rid AND v.member_state IS NULL AND v.sex IS NULL "
        "AND v.status IN ('pending', 'approved') ORDER BY v.period DESC LIMIT 1) "
        "FROM indicator i JOIN target g ON g.indicator = i.rid WHERE i.code = ?",
        (code,),
    )
    assert rows
    assert percent is not None
    assert target != "no target"
    assert actual


def test_the_heat_map_has_eleven_states(db: Database) -> None:
    made = chart(db, "results-states")
    assert len(made.table.headings) == 1 + 11
    assert len(made.body.columns) == 11
    assert "TL" in made.body.columns


def test_a_server_gives_the_same_charts(db: Database, pg_url: Callable[[], str]) -> None:
    server = offices.start(pg_url(), office="ASEC", device="Charts")
    try:
        demo.fill(server, "small", 7, lambda *_: None, lambda: False)
        for narrowed in ({}, some(db)):
            for name in dashboards.CHARTS:
                here = chart(db, name, **narrowed)
                there = chart(server, name, **(some(server) if narrowed else {}))
                assert here.head == there.head, name
                assert here.table == there.table, name
    finally:
        server.close()


def test_what_is_kept_counts_as_the_records_do(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every count of every chart under every filter, from the kept facts and from the records."""
    read, compared = counts.grouped, Counter[str]()

    def both(c: Connection, name: str, filters: Sequence[Filter], by: Sequence[str]) -> object:
        kept = read(c, name, filters, by)
        if kept is not None:
            plain = figures._of_records(c, name, filters, by, ())
            rows = Counter(map(tuple, plain))
            assert Counter(row for row in kept if row[-1]) == +Counter(
                {row: n for row, n in rows.items() if row[-1]}
            ), (name, filters, by)
            compared[name] += bool(kept)
        return kept

    monkeypatch.setattr(counts, "grouped", both)
    one = some(db)
    for chosen in (
        {}, {"year": 2026}, {"pillar": "aec"}, {"pillar": "ascc", "year": 2025},
        {"body": one["body"]}, {"partner": one["partner"]}, {"state": one["state"]},
        {"state": one["state"], "pillar": "aec", "year": 2026},
        {"partner": one["partner"], "year": 2026},
    ):  # fmt: skip
        for name in sorted(dashboards.CHARTS):
            chart(db, name, **chosen)
    assert compared.keys() == {"project", "meeting", "decision", "action_item"}
    assert compared.total() > 50


def test_the_bars_of_reporting_open_the_requests_that_they_count(db: Database) -> None:
    c, one, compared = db.reader(), some(db), 0
    for field in (None, "pillar", "body", "state", "partner"):
        chosen = {field: one[field]} if field else {}
        for mark in chart(db, "results-reporting", **chosen).marks:
            if mark.label.endswith("asked for"):
                rids = lists.ids(c, ListQuery("reporting_request", (), (), mark.filters))
                asked = sum(
                    c.value("SELECT expected FROM request_standing WHERE rid = ?", (rid,)) or 0
                    for rid in rids
                )
                assert mark.value.split()[0] == f"{asked:,}", (chosen, mark.label)
                compared += 1
    assert compared > 8
