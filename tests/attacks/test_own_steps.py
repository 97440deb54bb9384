"""A very large bundle is compared with its sender's own seal too, beside the merge."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from aps_desktop.children import start_child
from aps_desktop.domain import hash_tree
from aps_desktop.services import merge_trust
from aps_desktop.sync import seals, step_check
from tests.acceptance.desks import Desk, converged, enrol
from tests.attacks.test_seals import alter, refused

OWN = "(SELECT device FROM local_state)"


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the processes beside the merges found, of bundles of more than three changes."""
    found: list[str] = []
    verdict: Callable[[step_check.StepCheck], str] = step_check.StepCheck.verdict

    def noted(self: step_check.StepCheck) -> str:
        found.append(verdict(self))
        return found[-1]

    monkeypatch.setattr(step_check.StepCheck, "verdict", noted)
    monkeypatch.setattr(seals, "LOOKED_AT", 3)
    monkeypatch.setattr(merge_trust, "SPARE_PROCESSOR", True)
    return found


@pytest.fixture
def desks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> tuple[Desk, Desk]:
    monkeypatch.setenv("APS_DATA_DIR", str(tmp_path / "data"))
    asec, lao = (
        Desk(tmp_path, office, name, lambda: str(capsys.readouterr().out))
        for office, name in (("ASEC", "asec"), ("LA", "lao"))
    )
    enrol(asec, lao)
    lao.new("project", code="P-1", title="Flood warning", tags="a,b", budget="USD 1000")
    lao.put("project", "P-1", title="Flood early warning")
    lao.done("record", "delete", "project", lao.new("project", code="P-2", title="Gone"))
    return asec, lao


def test_what_is_sealed_is_merged(desks: tuple[Desk, Desk], said: list[str]) -> None:
    asec, lao = desks
    assert asec.merge(lao.export())["unsealed"] == 0
    lao.put("project", "P-1", description="A day later")
    lao.put("project", "P-1", budget="USD 2000", tags="b,c")
    lao.merge(asec.export())
    asec.merge(lao.export("--for", "ASEC"))
    assert said == [step_check.RIGHT] * 2
    converged(asec, lao)


@pytest.mark.parametrize("beside", [True, False])
def test_a_sender_that_says_something_else_than_it_seals_is_refused(
    desks: tuple[Desk, Desk], said: list[str], monkeypatch: pytest.MonkeyPatch, beside: bool
) -> None:
    """Also where the process beside the merge cannot be had."""
    asec, lao = desks
    alter(lao, "UPDATE op SET val = 'Forged' WHERE val = 'Flood early warning'")
    if not beside:
        started: Callable[..., Any] = partial(start_child, "no_such_module")
        monkeypatch.setattr(step_check, "start_child", lambda _, *a, **k: started(*a, **k))
    assert "not what it had sealed" in refused(asec, lao.export())
    assert said == [step_check.ALTERED if beside else step_check.UNKNOWN]
    alter(lao, "UPDATE op SET val = 'Flood early warning' WHERE val = 'Forged'")
    assert asec.merge(lao.export())["unsealed"] == 0


@pytest.mark.parametrize(
    "work",
    [
        f"UPDATE txn SET officer = 'Somebody' WHERE device = {OWN} AND n = 2",
        f"UPDATE op SET prev = NULL WHERE prev IS NOT NULL AND (dot >> 40) = {OWN}",
        f"DELETE FROM op_seen WHERE (dot >> 40) = {OWN}",
    ],
)
def test_in_all_that_is_sealed(desks: tuple[Desk, Desk], said: list[str], work: str) -> None:
    asec, lao = desks
    alter(lao, work)
    assert "not what it had sealed" in refused(asec, lao.export())
    assert said == [step_check.ALTERED]


def test_a_row_that_grows_has_the_root_of_the_whole_row() -> None:
    row, leaves = hash_tree.Row(), [os.urandom(32) for _ in range(70)]
    for count, one in enumerate(leaves, 1):
        row.add(one)
        assert row.root() == hash_tree.root(leaves[:count])
