"""Every chart's figures are those that SQL written by hand finds, and those of the lists."""

from collections.abc import Iterator
from datetime import date

import pytest

from aps_desktop.db.engine import Database
from aps_desktop.db.queries import lists
from aps_desktop.db.queries.lists import ListQuery
from aps_desktop.services import dashboards, demo, offices
from aps_desktop.services.chart_data import Bars, Chart, Nothing
from aps_desktop.services.dashboard_selection import Selection

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
    for spec in dashboards.CHARTS.values():
        made = chart(db, spec.name, **narrowed)
        for mark in made.marks:
            if not mark.filters:
                continue
            first = mark.value.split(" ")[0].replace(",", "")
            rows = lists.count(db.reader(), ListQuery(mark.entity, (), filters=mark.filters))
            if spec.name in COUNTED:
                assert rows == int(first), (spec.name, mark.label)
            elif int(first):
                assert rows > 0, (spec.name, mark.label)


COUNTED = frozenset(
    name for name in dashboards.CHARTS
    if name.startswith(("portfolio", "meetings", "map"))
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
