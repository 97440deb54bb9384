"""A colleague whose key is right says that he made what others made: he gets nothing by it."""

from __future__ import annotations

from itertools import product
from uuid import UUID

import pytest

from aps_desktop.db import check, log
from aps_desktop.db.births import Birth, choose
from aps_desktop.db.digest import digest
from aps_desktop.db.layout import MEMBER
from aps_desktop.db.unit_of_work import apply_shipped
from aps_desktop.domain.changes import Create
from aps_desktop.domain.entities import entity
from aps_desktop.domain.errors import UserError
from aps_desktop.domain.ids import made_by, member_id, shipped_id
from aps_desktop.services import (
    merging,
    proposals,
    records,
    reference_data,
)
from aps_desktop.services.merge_report import findings
from tests.attacks.scene import EARLY, LATE, PROJECT, TAGS, Scene

ORDERS = ("after", "before", "before, and the real one taken back in between")


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize(("who", "stamp"), [*product(("KH", "LA", "ASEC"), (EARLY, LATE))])
def test_a_second_birth_takes_nothing_over(scene: Scene, who: str, stamp: int, order: str) -> None:
    """Earlier or later, from another office, the same or the secretariat, whatever came first."""
    before = digest(scene.receiver.reader())
    claim = scene.claim(who, stamp)
    paths = [scene.real, claim] if order == "after" else [claim, scene.real]
    merged = [scene.merge(path) for path in paths]
    if "taken back" in order:
        merging.undo_merge(scene.receiver, merged[1].merge)
        merged[1] = scene.merge(paths[1])
    c = scene.receiver.reader()
    assert scene.owner() == "LA"
    owns = who != "KH"  # who owns the record may change it, but did not make it
    assert scene.title() == ("Mine now" if owns else "Flood warning")
    waiting = {one.words for one in proposals.waiting(c, record=scene.id)}
    assert waiting == (set() if owns else {"change to “Mine now”", "delete this record"})
    assert check.check(c) == []
    if order == "after":
        assert merged[1].second_births == 1
    for report in reversed(merged):
        merging.undo_merge(scene.receiver, report.merge)
    assert digest(scene.receiver.reader()) == before


def test_a_member_of_a_set_is_what_its_id_says(scene: Scene) -> None:
    """Else a colleague could file another office's entry under a record of his own."""
    before = digest(scene.receiver.reader())
    entry = member_id(scene.id, TAGS, "water").hex
    own = records.new(scene.colleague("KH"), "project", {"code": "K-1", "title": "Ours"})
    for image in (
        {1: own.hex, 2: str(TAGS), 4: "water"},
        {1: scene.id.hex, 2: str(TAGS), 4: "fire"},
        {1: scene.id.hex, 2: str(TAGS), 3: own.hex, 4: "water"},
        {1: scene.id.hex, 4: "water"},
    ):
        said = log.write_image(image)
        with pytest.raises(UserError, match="a member of a set"):
            scene.merge(scene.claim("KH", LATE, MEMBER.number, id=entry, image=said))
    assert digest(scene.receiver.reader()) == before


def test_ids_name_the_device_that_made_them(scene: Scene) -> None:
    assert made_by(scene.id, scene.maker.device_id())
    assert not made_by(scene.id, scene.laptop.device_id())
    seen = {scene.maker.ids.new() for _ in range(300_000)}
    assert len(seen) == 300_000
    assert all(made_by(id, scene.maker.device_id()) for id in list(seen)[:100])


def test_who_owns_what_no_id_decides() -> None:
    """Ids of older versions and of the shipped lists."""
    one, two = Birth(1 << 40 | 9, EARLY, b"1" * 16, "LA"), Birth(2 << 40 | 1, LATE, b"2" * 16, "KH")
    old, named = UUID(int=7 << 76 | 2 << 62), UUID(int=5 << 76 | 2 << 62)
    lists = Birth(3 << 40 | 1, EARLY, shipped_id(1).bytes, "")
    assert choose(old, [one]) == (one.dot, "LA")
    assert choose(old, [one, two]) == choose(old, [two, one]) == (two.dot, "ASEC")
    assert choose(named, [two, lists]) == (lists.dot, "")
    assert choose(old, [two, lists]) == (two.dot, "ASEC")  # lists have named ids only


def test_nobody_speaks_for_the_program(scene: Scene) -> None:
    """What a colleague adds to the shipped lists, known and to come, is left out and told."""
    assert reference_data.load(scene.receiver).number
    fund = entity("fund")
    id, before = reference_data.reference_id("fund", "ADF"), digest(scene.receiver.reader())
    said = log.write_image({fund.by_name["name"].number: "Mine"})
    for issue in (reference_data.ISSUE, reference_data.ISSUE + 1):
        device = shipped_id(issue).bytes
        for kind, about in ((fund.number, {"id": id.hex, "image": said}), (PROJECT.number, {})):
            report = scene.merge(scene.claim("KH", LATE, kind, device, **about))
            assert (report.merged, report.refused) == (0, 1 if about else 3)
            assert any("not taken" in words for _, words in findings(vars(report), done=True))
    assert digest(scene.receiver.reader()) == before
    newer = reference_data.ISSUE + 1
    name = Create("fund", reference_data.reference_id("fund", "NEW"), {"name": "New fund"})
    assert apply_shipped(scene.receiver, newer, [name]).number  # the update brings them itself
