"""A colleague calls a record something else than it is: nobody is kept out by it."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest

from aps_desktop.db import check, log, namesakes, rebuild
from aps_desktop.db.digest import digest
from aps_desktop.db.layout import MEMBER
from aps_desktop.domain.entities import entity
from aps_desktop.domain.fields import BIRTH, LIFE
from aps_desktop.domain.ids import member_id
from aps_desktop.services import bundles, merging, records, sync_status
from aps_desktop.services.merge_report import findings
from tests.attacks.scene import LATE, TAGS, Scene

PARTNER = entity("partner")
NAME = PARTNER.by_name["name"].number


def _named(scene: Scene, id: str, tid: int, *changes: tuple[int, str]) -> Path:
    """A bundle of the Cambodian office with changes of a record as a kind of his choice."""
    db = scene.colleague("KH")
    uuid, last, step = db.reader().one(
        "SELECT d.uuid, l.seq, l.txn FROM local_state l JOIN device d ON d.ord = l.device"
    ) or (b"", 0, 0)
    at = next(scene.numbers)  # with gaps, so that no chain of hashes is expected
    last, step = last + 10 * at, step + at
    lines: list[list[object]] = []
    for number, value in changes:
        lines.append([1, last + len(lines) + 1, 1, number, step, 0, 0, value])
    stamps = [1, step, last + 1, last + len(lines), 1, LATE]
    found: dict[str, list[list[object]]] = {
        "devices.jsonl": [[1, bytes(uuid).hex(), "KH", "Laptop", ""]],
        "records.jsonl": [[1, id, tid]],
        "steps.jsonl": [[*stamps, "Colleague", "KH", "edit", "claim", "1", 1, ""]],
        "changes.jsonl": lines, "seals.jsonl": [],
    }  # fmt: skip
    return scene.signed(db, found)


@pytest.mark.parametrize("what", ["life", "field", "birth", "member"])
@pytest.mark.parametrize("order", ["before", "after", "taken back", "one of two"])
def test_the_honest_bundle_gets_in(scene: Scene, what: str, order: str) -> None:
    before = digest(scene.receiver.reader())
    said = {
        "life": (PARTNER.number, (LIFE, "0")),
        "field": (PARTNER.number, (NAME, "Not a project")),
        "birth": (PARTNER.number, (BIRTH, log.write_image({NAME: "Not a project"})), (LIFE, "0")),
        "member": (MEMBER.number, (LIFE, "0")),
    }[what]
    named = _named(scene, scene.id.hex, *said)
    paths = [scene.real, named] if order == "after" else [named, scene.real]
    if order == "one of two":
        paths.insert(0, _named(scene, scene.id.hex, entity("fund").number, (LIFE, "0")))
    reports = [scene.merge(path) for path in paths]
    if order == "taken back":
        merging.undo_merge(scene.receiver, reports[1].merge)
        reports[1] = scene.merge(paths[1])
    c = scene.receiver.reader()
    assert scene.title() == "Flood warning"
    assert scene.owner() == "LA"
    if order == "after":
        assert reports[1].misnamed == reports[1].merged == len(said) - 1
        assert reports[1].held == 0
        assert "another kind" in str(findings({"misnamed": 1}, done=True))
    assert namesakes.changes(c) >= len(said) - 1
    assert not [w for w in sync_status.waiting(c) if w.office == "KH"]
    assert check.check(c) == []
    _passed_on(scene, named)
    with scene.receiver.writing() as writing:
        rebuild.rebuild(writing)
    assert scene.title() == "Flood warning"
    for report in reversed(reports):
        merging.undo_merge(scene.receiver, report.merge)
    assert digest(scene.receiver.reader()) == before
    assert not namesakes.any_apart(scene.receiver.reader())


def _passed_on(scene: Scene, named: Path) -> None:
    """Others get it as it came, whatever they knew before, and show the same."""
    relayed = scene.offices.folder / f"relayed {next(scene.numbers)}.apsync"
    bundles.export(scene.receiver, relayed, full=True)
    shown = digest(scene.receiver.reader())
    for first, then in permutations((relayed, named)):
        reports = [merging.merge_file(scene.laptop, path) for path in (first, then)]
        assert digest(scene.laptop.reader()) == shown
        for report in reversed(reports):
            if report.merge:
                merging.undo_merge(scene.laptop, report.merge)


def test_a_tag_is_a_tag(scene: Scene) -> None:
    """Its id is known beforehand: calling it something else keeps nobody from giving it."""
    id = records.new(scene.receiver, "project", {"code": "P-9", "title": "Dykes"})
    tag = member_id(id, TAGS, "rivers").hex
    for changes in (((LIFE, "0"),), ((BIRTH, log.write_image({NAME: "No tag"})),)):
        report = scene.merge(_named(scene, tag, PARTNER.number, *changes))
        records.put(scene.receiver, "project", id, {"tags": frozenset({"rivers"})})
        c = scene.receiver.reader()
        assert records.get(c, "project", id).values["tags"] == {"rivers"}
        assert c.value("SELECT count(*) FROM partner WHERE name = 'No tag'") == 0
        assert check.check(c) == []
        records.put(scene.receiver, "project", id, {"tags": frozenset()})
        merging.undo_merge(scene.receiver, report.merge)
        assert check.check(scene.receiver.reader()) == []
