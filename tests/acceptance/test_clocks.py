"""Acceptance test T8: clocks that are wrong, and edits of one moment."""

from datetime import UTC, datetime

import pytest
import time_machine

from tests.acceptance.desks import Desk, converged, exchange

WRONG = [
    datetime(2023, 11, 1, tzinfo=UTC), datetime(2029, 11, 1, tzinfo=UTC),
    datetime(1970, 1, 2, tzinfo=UTC), datetime(2099, 6, 1, tzinfo=UTC),
    datetime(1969, 6, 1, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC),
]  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG, ids=lambda when: str(when.year))
def test_a_wrong_clock_loses_nothing_and_blocks_nobody(
    asec: Desk, lao: Desk, project: str, wrong: datetime
) -> None:
    with time_machine.travel(wrong, tick=True):
        lao.put("project", project, title="By a wrong clock")
        lao.new("body", code="B-1", name="Made by a wrong clock")
        bundle = lao.export()
    asec.put("project", project, title="By a right clock", description="Gauges")
    assert asec.merge(bundle)["conflicts"] == 1
    assert asec.has("body", asec.get("body", "B-1")["id"])
    values = {v["value"] for v in asec.conflicts()[0]["values"]}
    assert values == {"By a wrong clock", "By a right clock"}
    asec.done("conflicts", "resolve", asec.conflicts()[0]["id"], "--take", "Settled")
    with time_machine.travel(wrong, tick=True):
        lao.merge(asec.export())
        lao.put("project", project, title="Edited after that")
        back = lao.export()
    asec.merge(back)
    assert asec.title(project) == lao.title(project) == "Edited after that"
    assert asec.conflicts() == []
    converged(asec, lao)


def test_edits_of_one_moment_are_both_kept(asec: Desk, lao: Desk, project: str) -> None:
    with time_machine.travel(datetime(2026, 11, 23, tzinfo=UTC), tick=False):
        asec.put("project", project, title="A")
        lao.put("project", project, title="L")
        lao.put("project", project, title="L again")
    exchange(asec, lao)
    assert {v["value"] for v in asec.conflicts()[0]["values"]} == {"A", "L again"}
    assert asec.title(project) == lao.title(project)
    converged(asec, lao)
