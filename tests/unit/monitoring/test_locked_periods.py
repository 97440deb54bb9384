"""Values of locked periods stay, or wait as amendments, whatever way they are edited."""

from typing import Any
from uuid import UUID

import pytest

from aps_desktop.db.engine import Database
from aps_desktop.domain.errors import UserError
from aps_desktop.domain.values import Period
from aps_desktop.services import amendments, indicator_values, records, results_grid
from aps_desktop.services.indicator_values import Place
from tests.unit.monitoring.conftest import DAY, Q1, Q2, YEAR, Filled


def test_a_value_of_a_locked_period_is_not_removed_and_moves_as_an_amendment(
    filled: Filled,
) -> None:
    db = filled.db
    there = filled.value(filled.sites, Q2, 5, status="pending")
    before = filled.value(filled.sites, Q1, 4, status="pending")
    free = filled.value(filled.trained, Q1, 7, status="pending")
    records.put(db, "period_calendar", filled.calendar, {"locked": True})
    entered = indicator_values.enter(db, [(Place(filled.sites, Q2), "")])
    assert ["locked" in one.why for one in entered.refused] == [True]
    for entity, id in (("indicator_value", there), ("indicator", filled.sites)):
        with pytest.raises(UserError, match="locked"):
            records.delete(db, entity, [id])
    records.put(db, "indicator_value", there, {"period": Q1, "member_state": filled.viet_nam})
    records.put(db, "indicator_value", before, {"period": Q2})
    assert stands(db, there) == (Q2, None, 5)
    assert stands(db, before) == (Q1, None, 4)
    rows = db.reader().all("SELECT id FROM value_amendment ORDER BY id")
    assert len(rows) == 2
    amendments.decide(db, [UUID(bytes=bytes(row[0])) for row in rows], accept=True)
    assert stands(db, there) == (Q1, filled.viet_nam, 5)
    assert stands(db, before) == (Q2, None, 4)
    records.delete(db, "indicator_value", [free])


def stands(db: Database, id: UUID) -> tuple[Any, ...]:
    now = records.get(db.reader(), "indicator_value", id).values
    return now["period"], now["member_state"], now["value"]


def test_a_period_is_locked_when_all_of_its_days_are(filled: Filled) -> None:
    db = filled.db
    april, half = Period.months(2026, 4, 1), Period.months(2026, 1, 6)
    for number, period in enumerate((april, half, YEAR)):
        filled.value(filled.sites, period, 5 + number, status="pending")
    records.put(db, "period_calendar", filled.calendar, {"locked": True})
    places = [Place(filled.sites, period) for period in (april, half, YEAR)]

    def waiting(typed: str) -> int:
        return indicator_values.enter(db, [(place, typed) for place in places]).amendments

    assert waiting("8") == 1, "the month of the locked quarter"
    grid = results_grid.load(db.reader(), "project", filled.project, DAY, 2026, None)
    assert [one.label for one in grid.columns if one.locked] == [str(april), str(Q2)]
    filled.new("period_calendar", name="Q1", period=Q1, kind="quarter", locked=True)
    assert waiting("9") == 2, "both quarters of the half year are locked"
    for quarter in (3, 4):
        period = Period.quarter(2026, quarter)
        filled.new("period_calendar", name=str(period), period=period, locked=True)
    assert waiting("10") == 3, "all four quarters of the year are locked"


def test_no_way_empties_a_value_of_a_locked_period(filled: Filled) -> None:
    """By form, bulk edit, deletion and grid: the figure stays, or what is asked waits."""
    db = filled.db
    first = filled.value(filled.sites, Q2, 5, status="pending")
    second = filled.value(filled.trained, Q2, 7, status="pending")
    records.put(db, "period_calendar", filled.calendar, {"locked": True})
    records.put(db, "indicator_value", first, {"value": None})
    records.put_many(db, "indicator_value", [first, second], {"value": None})
    for places in ([Place(filled.sites, Q2)], [Place(filled.sites, Q2), Place(filled.trained, Q2)]):
        assert len(indicator_values.enter(db, [(one, "") for one in places]).refused) == len(places)
    for entity, id in (("indicator_value", second), ("project", filled.project)):
        with pytest.raises(UserError):
            records.delete(db, entity, [id])
    assert [stands(db, id)[2] for id in (first, second)] == [5, 7]
    waiting = db.reader().all("SELECT old_text, value FROM value_amendment ORDER BY old_text")
    assert waiting == [("5", None), ("5", None), ("7", None)]
