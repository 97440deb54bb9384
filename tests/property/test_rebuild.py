"""Whatever was edited and merged: the tables worked out anew from the log are the same ones."""

import pytest
from hypothesis.stateful import run_state_machine_as_test

from aps_desktop.db import check, rebuild
from tests.property.budget import budget
from tests.property.merge_machine import MergeMachine


class Rebuilding(MergeMachine):
    """At the end every device's derived tables are thrown away and made again."""

    def everybody_gets_everything(self) -> None:
        for office in self.offices:
            before, fingerprint = office.check(), office.fingerprint()
            with office.db.writing() as c:
                rebuild.rebuild(c)
            assert office.check() == before
            assert office.fingerprint() == fingerprint
            assert check.check(office.c) == []


@pytest.mark.timeout(7200)
def test_derived_tables_follow_from_the_log() -> None:
    run_state_machine_as_test(Rebuilding, settings=budget(examples=15, steps=30))
