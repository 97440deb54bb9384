"""The rules of the Today page and of `alarms`: each finds its record, and only when it is time."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from aps_desktop.db import store
from aps_desktop.db.engine import Database
from aps_desktop.db.queries import lists
from aps_desktop.db.queries.lists import ListQuery
from aps_desktop.db.unit_of_work import apply
from aps_desktop.domain.changes import ChangeSet, Create
from aps_desktop.domain.money import Money
from aps_desktop.services import records, today

DAY = date(2026, 11, 23)


def at(days: int) -> date:
    return DAY + timedelta(days)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    database = store.create(str(tmp_path / "office.aps"), office="LA", device="Laptop 3")
    yield database
    database.close()


def make(db: Database, entity: str, **values: Any) -> None:
    apply(db, ChangeSet("test", (Create(entity, db.ids.new(), values),)))


CASES = [
    ("action_overdue", "action_item", {"text": "T", "status": "open"}, "due", -1, "1 day late"),
    ("action_due", "action_item", {"text": "T", "status": "open"}, "due", 14, "due in 14 days"),
    ("plan_line_late", "work_plan_line", {"measure": "M", "status": "ongoing"}, "due", -9,
     "9 days late"),
    ("meeting_soon", "meeting", {"title": "M", "status": "planned"}, "starts_on", 1,
     "starts tomorrow"),
    ("approval_waiting", "project", {"code": "P", "title": "T", "status": "endorsed"},
     "status_date", -40, "waiting for 40 days"),
    ("project_overrun", "project", {"code": "P", "title": "T", "status": "commenced"},
     "planned_end", -800, "2 years late"),
    ("report_overdue", "project", {"code": "P", "title": "T", "status": "reporting_due"},
     "activities_done_on", -61, "1 day late"),
    ("report_due", "project", {"code": "P", "title": "T", "status": "activities_done"},
     "activities_done_on", -60, "due today"),
    ("tranche_due", "tranche", {"title": "T", "status": "requested"}, "due", 30,
     "due in 30 days"),
    ("condition_late", "condition", {"title": "C", "status": "open"}, "due", -2, "2 days late"),
    ("tenure_ending", "tenure", {"role": "chair"}, "valid_to", 90, "ends in 90 days"),
    ("pledge_expiring", "fund_transaction", {"type": "pledge", "amount": Money(100, "USD")},
     "expires_on", 3, "ends in 3 days"),
    ("rate_old", "exchange_rate", {"currency": "VND"}, "date", -120, "newest rate is 120 days old"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "entity", "values", "field", "days", "words"), CASES)
def test_a_rule_finds_what_it_is_about(
    db: Database, rule: str, entity: str, values: dict, field: str, days: int, words: str
) -> None:
    make(db, entity, **values, **{field: at(days)})
    found = [(a.rule, a.message) for a in today.alarms(db.reader(), DAY)]
    assert found == [(rule, words)]


@pytest.mark.parametrize(
    ("entity", "values"),
    [
        ("action_item", {"text": "T", "status": "done", "due": at(-5)}),
        ("action_item", {"text": "T", "status": "open", "due": at(15)}),
        ("project", {"code": "P", "title": "T", "status": "endorsed", "status_date": at(-30)}),
        ("project", {"code": "P", "title": "T", "status": "completed", "planned_end": at(-30)}),
        ("project", {"code": "P", "title": "T", "status": "reporting_due",
                     "activities_done_on": at(-90), "completion_report_on": at(-1),
                     "unspent_received_on": at(-1)}),
        ("meeting", {"title": "M", "status": "cancelled", "starts_on": at(2)}),
        ("tenure", {"role": "chair", "valid_to": at(-1)}),
        ("exchange_rate", {"currency": "VND", "date": at(-90)}),
    ],
)  # fmt: skip
def test_what_is_in_order_raises_no_alarm(db: Database, entity: str, values: dict) -> None:
    make(db, entity, **values)
    assert today.alarms(db.reader(), DAY) == []


def test_only_the_newest_rate_of_a_currency_counts(db: Database) -> None:
    make(db, "exchange_rate", currency="VND", date=at(-400))
    make(db, "exchange_rate", currency="VND", date=at(-3))
    assert today.alarms(db.reader(), DAY) == []


def test_the_list_behind_a_rule_holds_exactly_what_was_counted(db: Database) -> None:
    for days in range(-20, 20):
        make(db, "action_item", text=f"T{days}", status="open", due=at(days))
    found = today.found(db.reader(), DAY)
    assert [(one.rule.key, one.count) for one in found] == [
        ("action_overdue", 20),
        ("action_due", 15),
    ]
    for one in found:
        query = ListQuery(one.rule.entity, (), (), one.filters)
        assert lists.count(db.reader(), query) == one.count
        assert len(one.alarms) == 5
    assert found[0].alarms[0].title == "T-20"
    assert today.late_count(found) == 20


# Money ------------------------------------------------------------------------------------------


def keys(db: Database) -> list[str]:
    return [one.rule.key for one in today.found(db.reader(), DAY)]


def test_an_unspent_balance_is_due_sixty_days_after_the_end(db: Database) -> None:
    done = {"status": "completed", "completion_report_on": at(-61)}
    make(db, "project", code="P1", title="T", activities_done_on=at(-61), **done)
    make(db, "project", code="P2", title="T", activities_done_on=at(-60), **done)
    make(
        db, "project", code="P3", title="T", activities_done_on=at(-90), **done,
        unspent_received_on=at(-1),
    )  # fmt: skip
    found = today.found(db.reader(), DAY)
    assert [(one.rule.key, one.count) for one in found] == [("unspent_late", 1)]


def test_funding_is_compared_with_the_budget_in_its_currency(db: Database) -> None:
    for code, currency in (("P1", "USD"), ("P2", "EUR"), ("P3", "EUR")):
        make(db, "project", code=code, title="T", status="commenced", budget=Money(900, currency))
    make(db, "exchange_rate", currency="EUR", date=at(-1), usd_per_unit=Decimal("1.1"))
    for code, currency, minor in (("P1", "USD", 800), ("P2", "EUR", 900), ("P3", "EUR", 901)):
        project = records.find_id(db.reader(), "project", code)
        make(
            db, "fund_transaction", type="commitment", date=at(-1), project=project,
            amount=Money(minor, currency),
        )  # fmt: skip
    found = [one for one in today.found(db.reader(), DAY) if one.rule.key == "funding_differs"]
    assert [(a.title[:2], a.message) for a in found[0].alarms] == [
        ("P1", "budget USD 9.00, committed USD 8.00"),
        ("P3", "budget EUR 9.00, committed EUR 9.01"),
    ]
    query = ListQuery("project", (), (), found[0].filters)
    assert lists.count(db.reader(), query) == found[0].count == 2


def test_transactions_without_a_rate_are_named_by_currency(db: Database) -> None:
    for days in (-40, -3, 400):  # what is planned for next year has no rate of its time yet
        make(db, "fund_transaction", type="receipt", date=at(days), amount=Money(5, "KHR"))
    assert keys(db) == ["rate_gap", "transaction_unvalued"] or keys(db) == [
        "transaction_unvalued", "rate_gap",
    ]  # fmt: skip
    gap = next(o for o in today.found(db.reader(), DAY) if o.rule.key == "rate_gap")
    assert gap.alarms[0].title == "KHR"
    assert gap.alarms[0].message.startswith("2 transactions lack a rate")
    assert lists.count(db.reader(), ListQuery("fund_transaction", (), (), gap.filters)) == 2
