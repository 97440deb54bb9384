"""Each harness bites: with one thought left out of the program it fails within its budget."""

import pytest
from hypothesis.stateful import run_state_machine_as_test

from tests.property.broken import IN_MERGE, IN_UNDO, Bug, broken
from tests.property.budget import first_failure
from tests.property.merge_machine import MergeMachine
from tests.property.undo_machine import UndoMachine


@pytest.mark.parametrize("bug", IN_MERGE, ids=str)
def test_a_broken_merge_is_found(bug: Bug) -> None:
    with broken(bug), pytest.raises(AssertionError):
        run_state_machine_as_test(MergeMachine, settings=first_failure(examples=600, steps=30))


@pytest.mark.parametrize("bug", IN_UNDO, ids=str)
def test_a_broken_undo_is_found(bug: Bug) -> None:
    with broken(bug), pytest.raises(AssertionError):
        run_state_machine_as_test(UndoMachine, settings=first_failure(examples=600, steps=30))
