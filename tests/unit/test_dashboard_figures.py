"""Every chart's figures are those that SQL written by hand finds, and those of the lists."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date

import pytest

from aps_desktop.db.connection import Connection
from aps_desktop.db.engine import Database
from aps_desktop.db.queries import counts, figures, lists
from aps_desktop.db.queries.conditions import Filter, where
from aps_desktop.db.queries.lists import ListQuery
from aps_desktop.domain.entities import entity
from aps_desktop.domain.money import format_money
from aps_desktop.services import (
    dashboard_portfolio,
    dashboards,
    demo,
    offices,
)
from aps_desktop.services.chart_data import Bars, Mark, Nothing
from aps_desktop.services.dashboard_selection import Selection
from tests import chart_kit
from tests.chart_kit import chart, column, sql


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    yield from chart_kit.filled(tmp_path_factory.mktemp("charts"))


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    yield from chart_kit.unfilled(tmp_path_factory.mktemp("empty"))


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
    """The sum of the values in US dollars of the rows that a mark opens; of what is pledged and
    not committed: project by project, what the pledges are more."""
    test, params = where(db.reader(), entity("fund_transaction"), mark.filters, "")
    of_all = f"SELECT sum(usd_value_minor) FROM fund_transaction t{test}"
    if mark.label.endswith("not committed"):
        of_all = (
            "SELECT sum(more) FROM (SELECT max(0, sum(CASE type WHEN 'commitment' "
            "THEN -usd_value_minor ELSE usd_value_minor END)) AS more "
            f"FROM fund_transaction t{test} GROUP BY project)"
        )
    cents = db.reader().value(of_all, params)
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


# Results --------------------------------------------------------------------------------------


def test_indicators_by_progress_are_all_indicators(db: Database) -> None:
    shown = column(chart(db, "results-bands"), "Indicators")
    assert sum(shown.values()) == db.reader().value("SELECT count(*) FROM indicator")


def test_bullets_show_the_actual_and_the_target(db: Database) -> None:
    made = chart(db, "results-bullets")
    code, _, _, actual, target, _, percent = made.table.rows[0]
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
    assert len(made.table.headings) == 3 + 11
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
