"""Undo restores the exact earlier state and redo the next, whatever was done."""

import pytest
from hypothesis.stateful import run_state_machine_as_test

from aps_desktop.domain.entities import entity
from aps_desktop.domain.fields import Kind
from tests.property import values
from tests.property.budget import budget
from tests.property.undo_machine import UndoMachine


def test_every_kind_of_field_takes_part() -> None:
    used = {
        entity(name).field(f).kind for name in values.FIELDS for f in values.FIELDS[name].split()
    }
    assert used == set(Kind)


@pytest.mark.timeout(7200)
def test_undo_and_redo_restore_the_exact_state() -> None:
    run_state_machine_as_test(UndoMachine, settings=budget(examples=60, steps=30))
