"""A computer of which two copies are in use, or that writes two versions of one change on purpose.

The others work on with each other; once the secretariat has said up to which bundle its work
counts, all show the same, and each keeps in its histories what it had seen.
"""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.acceptance.desks import Desk, converged, enrol, exchange

NewDesk = Callable[[str, str], Desk]


@dataclass
class World:
    """The secretariat and three offices; Cambodia has one version, Viet Nam the other one."""

    asec: Desk
    lao: Desk
    khm: Desk
    vnm: Desk
    project: str
    after: str
    """The number of the last bundle before the fork."""
    copies: Path
    first: Path = Path()
    """The Lao computer's bundle with the one version."""

    @property
    def honest(self) -> tuple[Desk, ...]:
        return self.asec, self.khm, self.vnm

    def change_places(self, one: str, other: str) -> None:
        """The other copy of the Lao disk is used from now on."""
        data = Path(os.environ["APS_DATA_DIR"])
        notes = data / "devices"
        for name, files in ((one, (self.lao.file, notes)), (other, None)):
            place = self.copies / name
            if files:
                shutil.rmtree(place, ignore_errors=True)
                place.mkdir(parents=True)
                shutil.copy(files[0], place / "office.aps")
                shutil.copytree(notes, place / "devices")
            else:
                shutil.copy(place / "office.aps", self.lao.file)
                for note in (place / "devices").iterdir():
                    shutil.copy(note, notes)


@pytest.fixture
def world(
    asec: Desk, lao: Desk, khm: Desk, project: str, new_desk: NewDesk, tmp_path: Path
) -> World:
    vnm = new_desk("VN", "vnm")
    enrol(asec, vnm, informs=(lao, khm))
    good = lao.export()
    for desk in (asec, khm, vnm):
        desk.merge(good)
    after = str(asec.done("bundle", "inspect", good)["sequence"])
    made = World(asec, lao, khm, vnm, project, after, tmp_path / "copies")
    made.change_places("first", "first")
    lao.put("project", project, title="One version")
    lao.new("project", code="P-2", title="Only here")
    made.first = lao.export()
    khm.merge(made.first)
    made.change_places("used", "first")
    lao.put("project", project, title="The other version", description="With more")
    lao.new("project", code="P-3", title="Only there")
    vnm.merge(lao.export())
    return made


def told(*reports: dict[str, list[str]]) -> None:
    for report in reports:
        (words,) = report["not_taken"]
        assert "two versions of what was done on “lao” of the Lao PDR office" in words


def test_the_others_work_on_with_each_other(world: World) -> None:
    khm, vnm, asec = world.khm, world.vnm, world.asec
    made = (
        khm.new("project", code="K-1", title="Cambodia's"),
        vnm.new("project", code="V-1", title="V"),
    )
    told(vnm.merge(khm.export()), khm.merge(vnm.export()))
    assert khm.title(made[1]) == "V"
    assert vnm.title(made[0]) == "Cambodia's"
    assert (khm.title(world.project), vnm.title(world.project)) == (
        "One version",
        "The other version",
    )
    asec.merge(khm.export())
    told(asec.merge(vnm.export()))
    again = vnm.put("project", made[1], title="V again")
    assert again["change_set"]
    told(khm.merge(vnm.export("--for", "KH")))
    assert khm.title(made[1]) == "V again"
    for desk in world.honest:
        desk.sound()
    assert khm.run("bundle", "merge", world.lao.export())[0] == 1  # what that computer itself says


def revoked(world: World) -> None:
    """The secretariat says up to which bundle that computer's work counts."""
    world.asec.done("trust", "revoke", "lao", "--after", world.after)
    exchange(*world.honest)


def test_once_it_is_revoked_all_show_the_same(world: World) -> None:
    khm, vnm, project = world.khm, world.vnm, world.project
    khm.put("project", project, description="Proposed on the one")
    vnm.put("project", project, justification="Proposed on the other")
    exchange(*world.honest)
    revoked(world)
    converged(*world.honest)
    assert {desk.title(project) for desk in world.honest} == {"Flood warning"}
    for desk, own, other in ((khm, "One version", "The other version"),
                             (vnm, "The other version", "One version")):  # fmt: skip
        entries = desk.done("record", "history", "project", project)
        (entry,) = [one for one in entries if one["new"] == own]
        assert entry["counts"] is False
        assert not [one for one in entries if one["new"] == other]
        assert all(one["counts"] for one in entries if one["new"] != own and one["office"] != "LA")
    world.asec.put("project", project, title="As agreed by phone")
    exchange(*world.honest)
    converged(*world.honest)
    assert khm.title(project) == "As agreed by phone"
    assert not [r for desk in world.honest for r in desk.merge(khm.export())["not_taken"]]


def test_it_may_be_revoked_before_the_others_meet(world: World) -> None:
    world.asec.done("trust", "revoke", "lao", "--after", world.after)
    world.khm.merge(world.asec.export())
    world.vnm.new("project", code="V-1", title="Viet Nam's")
    world.khm.merge(world.vnm.export())
    world.vnm.merge(world.khm.export())
    exchange(*world.honest)
    converged(*world.honest)


def test_a_computer_put_on_the_list_later_gets_what_the_others_have(
    world: World, new_desk: NewDesk
) -> None:
    exchange(*world.honest)
    revoked(world)
    tha = new_desk("TH", "tha")
    enrol(world.asec, tha, informs=world.honest)
    exchange(*world.honest, tha)
    converged(*world.honest, tha)


def test_a_later_bundle_may_turn_out_to_be_good_after_all(world: World) -> None:
    """The first version was the right one: the number is put up, and it counts again."""
    asec, khm, project = world.asec, world.khm, world.project
    asec.merge(khm.export())
    before = asec.digest()
    asec.merge(world.first)
    asec.done("trust", "revoke", "lao", "--after", "0")
    assert not asec.has("project", project)
    later = str(int(world.after) + 1)
    asec.done("trust", "revoke", "lao", "--after", world.after)
    assert asec.title(project) == "Flood warning"
    khm.merge(asec.export())
    converged(asec, khm)
    assert asec.done("trust", "revoke", "lao", "--after", later)["back"] == 2
    assert asec.digest() == before
    khm.merge(asec.export())
    converged(asec, khm)
    told(world.vnm.merge(asec.export()))  # which has the other version, up to there


def test_whoever_says_that_another_one_forked_must_show_it(world: World, tmp_path: Path) -> None:
    """Cambodia writes into its own database what the secretariat is to have said."""
    from aps_desktop.db import store

    asec, khm, vnm = world.asec, world.khm, world.vnm
    asec.new("project", code="A-1", title="The secretariat's")
    for desk in (khm, vnm):
        desk.merge(asec.export())
    db = store.open_database(str(khm.file))
    with db.writing() as c:
        device = c.value("SELECT ord FROM device WHERE office = 'ASEC'")
        last = c.value("SELECT max(n) FROM txn WHERE device = ?", (device,))
        sql = "UPDATE txn SET chain = ? WHERE device = ? AND n = ?"
        assert c.run(sql, (bytes(32), device, last)) == 1
    db.close()
    before = vnm.digest()
    code, report = vnm.run("bundle", "merge", khm.export())
    assert code == 1, report
    assert vnm.digest() == before


def test_what_was_written_over_it_can_be_undone_and_settled(world: World) -> None:
    """The secretariat wrote over what counts no more: that stands beside what there was before."""
    asec, project = world.asec, world.project
    asec.merge(world.first)
    asec.put("project", project, title="By the secretariat")
    asec.done("trust", "revoke", "lao", "--after", world.after)
    (conflict,) = asec.conflicts()
    words = {one["value"] for one in conflict["values"]}
    assert words == {"By the secretariat", "Flood warning"}
    assert asec.title(project) == "By the secretariat"
    asec.done("undo")
    asec.sound()
    asec.done("redo")
    for one in asec.conflicts():
        asec.done("conflicts", "resolve", one["id"], "--take", "By the secretariat")
    assert asec.conflicts() == []
    exchange(*world.honest)
    converged(*world.honest)
    assert {desk.title(project) for desk in world.honest} == {"By the secretariat"}
