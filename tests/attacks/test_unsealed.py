"""What no seal covers: it locks nobody out, and gives way to what its computer has sealed."""

from __future__ import annotations

from pathlib import Path

import pytest

from aps_desktop.services import merge_report
from aps_desktop.sync import seals
from tests.acceptance.desks import Desk, converged, exchange
from tests.attacks.test_seals import alter


def without_seals(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Path:
    with monkeypatch.context() as patch:
        patch.setattr(seals, "lines", lambda *_: [])
        return desk.export()


def partly_sealed(house: tuple[Desk, Desk, Desk], monkeypatch: pytest.MonkeyPatch) -> str:
    """A project of Laos that all have; Cambodia has its new title too, which no seal covers."""
    asec, lao, khm = house
    project = lao.new("project", code="P-1", title="Sealed")
    for desk in (asec, khm):
        desk.merge(lao.export())
    lao.put("project", project, title="Not sealed")
    khm.merge(without_seals(lao, monkeypatch))
    return project


def test_who_leaves_his_own_seal_out_locks_nobody_out(
    house: tuple[Desk, Desk, Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Laos gives Cambodia work that it does not seal; the secretariat has a seal of Laos."""
    asec, lao, khm = house
    project = partly_sealed(house, monkeypatch)
    mine = khm.new("project", code="K-1", title="Cambodia's")
    report = asec.merge(khm.export())
    (words,) = report["not_taken"]
    assert words == (
        "Changes of the Lao PDR office in this bundle go beyond what it had sealed. "
        "They were not taken: a bundle of that office itself brings them."
    )
    said = [words for _, words in merge_report.passed_over(report | {"refused": 1})]
    assert said == ["1 change not taken", words]  # and of no revoked computer
    assert (asec.title(project), asec.title(mine)) == ("Sealed", "Cambodia's")
    asec.sound()
    lao.put("project", project, description="Sealed again, with all before it")
    exchange(asec, lao, khm)
    converged(asec, lao, khm)
    assert asec.title(project) == "Not sealed"


def test_nothing_else_in_it_and_the_bundle_is_refused(
    house: tuple[Desk, Desk, Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    asec, _, khm = house
    partly_sealed(house, monkeypatch)
    before = asec.digest()
    code, report = asec.run("bundle", "merge", khm.export())
    assert code == 1
    assert "go beyond what it had sealed" in report["problems"][0]["error"]
    assert asec.digest() == before


def test_what_somebody_invented_gives_way_to_the_computers_own_word(
    house: tuple[Desk, Desk, Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody has a seal of Laos yet: what Cambodia passes on of it is taken on its word, and told.

    Else what came before there were seals could not be passed on; and the true word heals it.
    """
    asec, lao, khm = house
    project = lao.new("project", code="P-1", title="As Laos wrote it")
    lao.put("project", project, description="Two words")
    khm.merge(without_seals(lao, monkeypatch))
    alter(khm, "UPDATE op SET val = 'As Cambodia says' WHERE val = 'Two words'")
    report = asec.merge(khm.export())
    assert report["unsealed"] > 0
    assert asec.get("project", project)["description"] == "As Cambodia says"
    asec.put("project", project, description="What the secretariat wrote over it")
    asec.put("project", project, justification="And beside it")
    report = asec.merge(lao.export())
    (words,) = report["not_taken"]
    assert "has given way" in words
    exchange(asec, lao)
    converged(asec, lao)
    assert asec.get("project", project)["description"] == "What the secretariat wrote over it"
    lao.put("project", project, title="Laos works on")
    exchange(asec, lao)
    converged(asec, lao)
