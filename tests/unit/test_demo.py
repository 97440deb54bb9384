"""The fictitious data: the same for a seed, lawful, chained, and all or nothing."""

from datetime import date
from pathlib import Path
from uuid import UUID

import pytest

from aps_desktop.db import check, digest, store
from aps_desktop.db.connection import Interrupted
from aps_desktop.db.engine import Database
from aps_desktop.db.queries import lists
from aps_desktop.db.queries.lists import ListQuery
from aps_desktop.domain.entities import ENTITIES
from aps_desktop.domain.errors import UserError
from aps_desktop.domain.fields import Kind
from aps_desktop.domain.money import Money
from aps_desktop.domain.rules import check_record
from aps_desktop.exchange.cell_values import cell_writer
from aps_desktop.exchange.write_workbook import id_cell
from aps_desktop.services import demo, exporting_cells, figures, offices, rates, records
from aps_desktop.services.exporting_labels import ReferenceTexts
from aps_desktop.services.importing_current import value_columns


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Database:
    return new_demo(tmp_path_factory.mktemp("demo") / "one.aps", seed=1)


def new_demo(path: Path, seed: int) -> Database:
    db = offices.start(str(path), office="ASEC", device="Demo")
    demo.fill(db, "small", seed)
    return db


def state(db: Database) -> str:
    with db.snapshot() as c:
        return digest.digest(c)[0]


def test_two_runs_with_one_seed_give_the_same_state(filled: Database, tmp_path: Path) -> None:
    again = new_demo(tmp_path / "two.aps", seed=1)
    other = new_demo(tmp_path / "three.aps", seed=2)
    assert state(again) == state(filled)
    assert state(other) != state(filled)


def test_the_size_is_as_promised_and_every_entity_has_records(filled: Database) -> None:
    counts = store.counts(filled.reader())
    wanted = demo.SIZES["small"]
    assert counts["meeting"] == wanted.meetings
    assert counts["project"] == wanted.projects
    assert counts["indicator_value"] == wanted.values
    assert counts["fund_transaction"] == wanted.transactions
    assert counts["document"] == wanted.documents
    assert counts["decision"] >= wanted.decisions
    assert counts["action_item"] == wanted.actions
    assert {e.name for e in ENTITIES} - counts.keys() <= {"saved_view"}


def test_no_record_breaks_a_rule(filled: Database) -> None:
    c = filled.reader()
    wrong = []
    for kind in ENTITIES:
        for (uuid,) in c.all(f"SELECT id FROM {kind.name} LIMIT 300"):
            record = records.get(c, kind.name, UUID(bytes=bytes(uuid)))
            wrong += [
                (kind.name, record.title, problem)
                for problem in check_record(kind, record.values)
                if problem.severity == "error"
            ]
    assert wrong == []


def test_decisions_lead_to_actions_and_projects(filled: Database) -> None:
    chain = filled.reader().value(
        "SELECT count(*) FROM action_item a JOIN decision d ON d.rid = a.decision "
        "JOIN project p ON p.rid = d.project AND p.rid = a.project"
    )
    assert chain > 10


def test_all_currencies_of_the_member_states_are_there(filled: Database) -> None:
    c = filled.reader()
    rated = {row[0] for row in c.all("SELECT DISTINCT currency FROM exchange_rate")}
    own = {row[0] for row in c.all("SELECT DISTINCT currency FROM member_state")}
    assert own - {"USD"} <= rated


def test_the_log_of_fictitious_data_is_sound(filled: Database) -> None:
    with filled.snapshot() as c:
        assert check.check(c) == []


def test_stopped_half_way_nothing_was_written(tmp_path: Path) -> None:
    db = offices.start(str(tmp_path / "stopped.aps"), office="ASEC", device="Demo")
    before = state(db)
    told: list[int] = []

    def progress(done: int, _total: int, _what: str) -> None:
        told.append(done)

    with pytest.raises(Interrupted):
        demo.fill(db, "small", 1, progress, lambda: len(told) > 5)
    assert state(db) == before
    indexes = db.reader().value("SELECT count(*) FROM sqlite_master WHERE name = 'ix_project_code'")
    assert indexes == 1


def test_a_database_in_use_is_not_filled(filled: Database) -> None:
    with pytest.raises(UserError, match="has projects already"):
        demo.fill(filled, "small", 1)


@pytest.mark.long
def test_a_full_data_set_is_made_in_a_minute(tmp_path: Path) -> None:
    db = offices.start(str(tmp_path / "full.aps"), office="ASEC", device="Demo")
    counts = demo.fill(db, "full", 1)
    assert sum(counts.values()) > 400_000
    with db.snapshot() as c:
        assert check.check(c) == []


def test_cells_from_the_database_are_those_of_the_values(filled: Database) -> None:
    """The quick way of large exports says the same as field by field."""
    c = filled.reader()
    label = ReferenceTexts(c)
    seen = set()
    for kind in ENTITIES:
        rids = lists.ids(c, ListQuery(kind.name, ()))[:40]
        _, ids, columns = value_columns(c, kind, kind.fields, rids)
        expected = [[id_cell(id.bytes) for id in ids]]
        for spec, column in zip(kind.fields, columns, strict=True):
            write = cell_writer(spec, label)
            expected.append([None if value is None else write(value) for value in column])
            if spec.kind is Kind.MONEY:
                expected.append([value and value.currency for value in column])
            seen |= {spec.kind for value in column if value is not None}
        made = list(exporting_cells.cell_chunks(c, kind, kind.fields, rids, label))
        assert made == ([expected] if ids else [])
    assert seen == set(Kind)


def test_what_is_posted_keeps_the_newest_rate_of_its_day(filled: Database) -> None:
    """As posting does: never a later one, and the value by it."""
    c = filled.reader()
    rows = c.all(
        "SELECT amount_currency, amount_minor, date, rate_date, usd_value_minor "
        "FROM fund_transaction WHERE amount_currency <> 'USD' ORDER BY rid LIMIT 60"
    )
    assert len(rows) == 60
    for currency, minor, day, rate_day, usd in rows:
        found = rates.find(c, currency, date.fromisoformat(day))
        assert found is not None
        assert (found.day.isoformat(), found.usd(Money(minor, currency)).minor) == (rate_day, usd)


def test_some_pledges_run_out_and_are_not_committed(filled: Database) -> None:
    scope = figures.Scope(as_of=date(2026, 11, 23))
    answer = figures.answer(filled.reader(), "expiring", scope)
    left = {one.key: one.total for one in answer.totals}
    assert len(answer.lines) >= 4
    assert 0 < left["open"].value.minor < left["pledged"].value.minor
