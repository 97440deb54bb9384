"""Kept sums: a wrong one is found and mended, and an older file gets them when it is opened."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from aps_desktop.db import store, summaries
from aps_desktop.db.engine import Database
from aps_desktop.domain.money import Money
from aps_desktop.services import checking, records


def filled(location: str) -> Database:
    db = store.create(location, office="ASEC", device="Desk")
    project = records.new(db, "project", {"code": "P-1", "title": "One", "pillar": "aec"})
    for number in range(3):
        records.new(
            db,
            "fund_transaction",
            {
                "type": "receipt",
                "date": f"2026-0{number + 1}-15",
                "project": project,
                "amount": Money.of(100, "USD"),
            },
        )
    return db


@pytest.fixture(params=["file", "server"])
def db(
    request: pytest.FixtureRequest, tmp_path: Path, pg_url: Callable[[], str]
) -> Iterator[Database]:
    made = filled(pg_url() if request.param == "server" else str(tmp_path / "a.aps"))
    yield made
    made.close()


def by_pillar(db: Database) -> dict[str, int]:
    rows = db.reader().all(
        "SELECT pillar, sum(value_hi) * 1000000000 + sum(value_lo) FROM money_by_year "
        "WHERE n <> 0 GROUP BY pillar"
    )
    return {pillar: int(total) for pillar, total in rows}


def test_sums_follow_the_record_that_is_referred_to(db: Database) -> None:
    assert by_pillar(db) == {"aec": 30_000}
    project = records.find_id(db.reader(), "project", "P-1")
    records.put(db, "project", project, {"pillar": "ascc"})
    assert by_pillar(db) == {"ascc": 30_000}
    records.undo(db)
    records.undo(db)
    assert by_pillar(db) == {"aec": 20_000}


def test_a_wrong_sum_is_found_and_mended(db: Database) -> None:
    with db.writing() as c:
        c.run("UPDATE money_by_year SET value_lo = value_lo + 1")
        c.run("DELETE FROM money_fact WHERE rid = (SELECT min(rid) FROM money_fact)")
    kinds = {problem.kind for problem in checking.check(db).problems}
    assert kinds == {"summary"}
    checking.repair(db)
    assert checking.check(db).ok
    assert by_pillar(db) == {"aec": 30_000}


def test_an_older_file_gets_its_sums(db: Database) -> None:
    with db.writing() as c:
        for name in summaries.tables():
            c.run(f"DROP TABLE {name}" + (" CASCADE" if c.postgres else ""))
        c.run("UPDATE meta SET value = 'older' WHERE name = 'layout'")
        for statement in summaries.create_statements(postgres=c.postgres):
            if "TRIGGER" not in statement:
                c.run(statement)
    location = db.location
    db.close()
    opened = store.open_database(location)
    try:
        assert by_pillar(opened) == {"aec": 30_000}
        assert checking.check(opened).ok
    finally:
        opened.close()


def test_no_amount_is_too_large_to_be_added(db: Database) -> None:
    huge = Money(9 * 10**17, "VND")
    for day in range(1, 13):
        records.new(
            db,
            "fund_transaction",
            {"type": "pledge", "date": f"2026-04-{day:02}", "amount": huge},
        )
    assert by_pillar(db)[""] == 12 * huge.minor
    assert checking.check(db).ok
