"""Approvals are events: what was decided stays, and what holds now is a further entry."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import openpyxl
import pytest

from aps_desktop.db.engine import Database
from aps_desktop.domain.errors import InvalidValue
from aps_desktop.services import importing, offices, records

DAY = date(2026, 11, 2)
DECIDED = {"outcome": "approved", "decided_on": DAY, "actor": "Joint committee"}


@pytest.fixture
def db(tmp_path: Path, own_data: None) -> Iterator[Database]:
    made = offices.start(str(tmp_path / "office.aps"), office="ASEC", device="desk")
    yield made
    made.close()


@pytest.fixture
def project(db: Database) -> UUID:
    return records.new(db, "project", {"code": "P-1", "title": "Early warning"})


def given(db: Database, entity: str, project: UUID) -> UUID:
    values: dict[str, Any] = {"project": project}
    if entity == "approval_step":
        return records.new(db, entity, {**values, "step": "appraisal", **DECIDED})
    return records.new(db, entity, {**values, "status": "approved", "changed_on": DAY})


@pytest.mark.parametrize(
    ("entity", "changes"),
    [
        ("approval_step", {"outcome": "rejected"}),
        ("approval_step", {"outcome": None}),
        ("approval_step", {"decided_on": date(2026, 11, 3)}),
        ("approval_step", {"actor": "Somebody else"}),
        ("project_state_event", {"status": "cancelled"}),
        ("project_state_event", {"changed_on": None}),
    ],
)
def test_what_was_decided_is_neither_changed_nor_deleted(
    db: Database, project: UUID, entity: str, changes: dict[str, Any]
) -> None:
    id = given(db, entity, project)
    before = records.get(db.reader(), entity, id).values
    for attempt in (
        lambda: records.put(db, entity, id, changes),
        lambda: records.put_many(db, entity, [id], changes),
        lambda: records.delete(db, entity, [id]),
    ):
        with pytest.raises(InvalidValue, match="What was decided"):
            attempt()
    assert records.get(db.reader(), entity, id).values == before


def test_what_waits_is_decided_once_and_completed_later(db: Database, project: UUID) -> None:
    step = records.new(db, "approval_step", {"project": project, "step": "appraisal"})
    records.put(db, "approval_step", step, {"actor": "A committee"})
    records.put(db, "approval_step", step, DECIDED)
    records.put(db, "approval_step", step, {"conditions": "With a second tender", "sort_order": 3})
    with pytest.raises(InvalidValue, match="Conditions and comments"):
        records.put(db, "approval_step", step, {"conditions": "Without"})
    records.put(db, "approval_step", step, {"outcome": "approved"})  # says the same
    again = records.new(db, "approval_step", {"project": project, "step": "appraisal"})
    records.delete(db, "approval_step", [again])  # nobody has decided


def test_a_slip_is_taken_back_at_once(db: Database, project: UUID) -> None:
    step = records.new(db, "approval_step", {"project": project, "step": "appraisal"})
    records.put(db, "approval_step", step, {"outcome": "rejected"})
    records.undo(db)
    assert records.get(db.reader(), "approval_step", step).values["outcome"] == "pending"


def test_a_workbook_does_not_change_a_decision(db: Database, project: UUID, tmp_path: Path) -> None:
    given(db, "project_state_event", project)
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.title = "Status changes"
    for row in (
        ("Project", "New status", "On", "Reason"),
        ("P-1", "Approved", DAY, "By the committee"),
    ):
        book.active.append(row)
    for reason, counts in (("By the committee", (1, 0)), ("Other", (0, 1))):
        book.active["D2"] = reason
        book.save(tmp_path / "changes.xlsx")
        (sheet,) = importing.import_workbook(db, tmp_path / "changes.xlsx").sheets
        assert (sheet.changed, sheet.refused) == counts
