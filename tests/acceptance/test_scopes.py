"""Bundles of a part of the records: what was in it and is no longer is seen to go."""

import pytest

from tests.acceptance.desks import Desk, converged

PARTS = [("--scope", "programme:G-1"), ("--scope", "pillar:AEC"), ("--max-class", "limited")]


@pytest.fixture
def flood(asec: Desk) -> str:
    """A project of a programme, both of the secretariat."""
    asec.new("programme", code="G-1", title="Rivers", document_class="public")
    asec.new("programme", code="G-2", title="Coasts", document_class="public")
    return asec.new(
        "project", code="P-1", title="Flood warning", programme="G-1", pillar="AEC",
        document_class="public", tags="rain,river", participating_states="LA,KH",
    )  # fmt: skip


@pytest.mark.parametrize("part", PARTS)
def test_removals_and_deletions_travel(
    asec: Desk, khm: Desk, flood: str, part: tuple[str, str]
) -> None:
    task = asec.new("task", project=flood, title="Gauges")
    dry = asec.new(
        "project", code="P-2", title="Drought", programme="G-1", pillar="AEC", tags="sun"
    )
    result = asec.new("result", project=flood, title="Fewer floods")
    under = asec.new("result", parent=result, title="Fewer deaths")
    office = asec.new("organisation", name="River office")
    khm.merge(asec.export(*part))
    kept = {"project": (dry,), "task": (task,), "result": (result, under)}
    assert all(khm.has(kind, id) for kind, ids in kept.items() for id in ids)
    asec.put("project", flood, tags="river", participating_states="LA")
    for kind, ids in (*kept.items(), ("organisation", (office,))):
        for id in reversed(ids):
            asec.done("record", "delete", kind, id)
    khm.merge(asec.export(*part))
    assert khm.get("project", flood)["tags"] == ["river"]
    assert len(khm.get("project", flood)["participating_states"]) == 1
    assert not any(khm.has(kind, id) for kind, ids in kept.items() for id in ids)
    assert not khm.has("organisation", office)
    khm.sound()
    khm.merge(asec.export("--full"))
    converged(asec, khm)


@pytest.mark.parametrize(
    ("part", "moves"),
    [(PARTS[0], {"programme": "G-2"}), (PARTS[1], {"pillar": "APSC"})],
)
def test_what_was_moved_elsewhere_is_seen_to_go(
    asec: Desk, khm: Desk, flood: str, part: tuple[str, str], moves: dict[str, str]
) -> None:
    asec.new("project", code="P-3", title="Stays", programme="G-1", pillar="AEC")
    khm.merge(asec.export(*part))
    asec.put("project", flood, **moves)
    later = asec.new("task", project=flood, title="Of the others")
    khm.merge(asec.export(*part))
    for field in moves:
        assert khm.get("project", flood)[field] == asec.get("project", flood)[field]
    assert not khm.has("task", later)


def test_what_was_deleted_keeps_its_class(asec: Desk, khm: Desk, flood: str) -> None:
    result = asec.new("result", project=flood, title="Known")
    khm.merge(asec.export("--max-class", "limited"))
    asec.put("project", flood, document_class="restricted", title="Closed now")
    hidden = asec.new("result", project=flood, title="Hidden")
    for kind, id in (("result", hidden), ("result", result), ("project", flood)):
        asec.done("record", "delete", kind, id)
    report = khm.merge(asec.export("--max-class", "limited"))
    assert report["merged"] == 0
    assert khm.title(flood) == "Flood warning"
    asec.merge(khm.export())
    assert not asec.has("project", flood)
