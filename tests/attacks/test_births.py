"""A colleague whose key is right says that he made what others made: he gets nothing by it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, product
from pathlib import Path
from uuid import UUID, uuid4

import msgspec
import pytest
from msgspec.structs import replace

from aps_desktop.db import check, log
from aps_desktop.db.births import Birth, choose
from aps_desktop.db.digest import digest
from aps_desktop.db.engine import Database
from aps_desktop.db.layout import MEMBER
from aps_desktop.db.unit_of_work import apply_shipped
from aps_desktop.domain.changes import Create
from aps_desktop.domain.entities import entity
from aps_desktop.domain.errors import UserError
from aps_desktop.domain.fields import BIRTH, LIFE
from aps_desktop.domain.ids import made_by, member_id, shipped_id
from aps_desktop.services import (
    backup,
    bundles,
    merging,
    proposals,
    records,
    reference_data,
    trusting,
)
from aps_desktop.services.merge_report import findings
from aps_desktop.sync import manifest as m
from aps_desktop.sync.container_write import BundleWriter
from tests.three_offices import Offices, office, three_offices

PROJECT = entity("project")
CODE, TITLE, TAGS = (PROJECT.by_name[name].number for name in ("code", "title", "tags"))
EARLY, LATE = 1, 4_070_908_800_000 << 16


class Scene:
    """The Lao PDR office has a project; a colleague has seen it, the receiver not yet."""

    def __init__(self, offices: Offices) -> None:
        self.offices = offices
        self.receiver = offices.la
        self.laptop = office(offices.folder, "LA2")
        with self.laptop.writing() as c:
            c.run("UPDATE device SET office = 'LA' WHERE ord = 1")
        self.maker = office(offices.folder, "LA1")
        with self.maker.writing() as c:
            c.run("UPDATE device SET office = 'LA' WHERE ord = 1")
        for db in (self.laptop, self.maker):
            trusting.write_request(db, offices.folder / "request")
            trusting.add(offices.asec, offices.folder / "request")
        offices.send(offices.asec, self.receiver, self.laptop, self.maker, offices.kh)
        self.id = records.new(
            self.maker, "project",
            {"code": "P-1", "title": "Flood warning", "tags": frozenset({"water"})},
        )  # fmt: skip
        self.real = offices.folder / "real.apsync"
        bundles.export(self.maker, self.real)
        self.numbers = count(50)

    def colleague(self, who: str) -> Database:
        return {"KH": self.offices.kh, "LA": self.laptop, "ASEC": self.offices.asec}[who]

    def claim(
        self, who: str, stamp: int, kind: int = PROJECT.number, by: bytes = b"", **said: str
    ) -> Path:
        """A bundle signed by that office: its birth of a record, and two changes of it."""
        db = self.colleague(who)
        uuid, office, last, step = db.reader().one(
            "SELECT d.uuid, d.office, l.seq, l.txn + 2 FROM local_state l "
            "JOIN device d ON d.ord = l.device"
        ) or (b"", "", 0, 0)
        if by:
            uuid, office, last = by, "", 2**30
        status = "shipped" if by else ""
        image = said.get("image") or log.write_image({CODE: "P-1", TITLE: "Taken over"})
        lines: list[list[object]] = [[1, last + 1, 1, BIRTH, step, 0, 0, image]]
        if kind == PROJECT.number:
            lines.append([1, last + 2, 1, TITLE, step, 1, last + 1, "Mine now"])
            lines.append([1, last + 3, 1, LIFE, step, 0, 0, "0", [], [[1, last + 2]]])
        stamps = [1, step, last + 1, last + len(lines), 1, stamp]
        found: dict[str, list[list[object]]] = {
            "devices.jsonl": [[1, bytes(uuid).hex(), office, "Laptop", status]],
            "records.jsonl": [[1, said.get("id", self.id.hex), kind]],
            "steps.jsonl": [[*stamps, "Colleague", office, "edit", "claim", "1", 1, ""]],
            "changes.jsonl": lines, "seals.jsonl": [],
        }  # fmt: skip
        return self.signed(db, found)

    def signed(self, db: Database, found: dict[str, list[list[object]]]) -> Path:
        made = self.offices.folder / f"made {next(self.numbers)}.apsync"
        bundles.export(db, made, full=True)
        with merging._opened(self.receiver, made) as bundle:
            draft = bundle.manifest
        path = self.offices.folder / f"claim {next(self.numbers)}.apsync"
        draft = replace(draft, bundle=uuid4().hex, sequence=next(self.numbers))
        with BundleWriter() as writer:
            for member in m.LINE_MEMBERS:
                writer.add_lines(member, (msgspec.json.encode(x) for x in found.get(member, [])))
            writer.finish(path, draft, trusting.keys(db))
        return path

    def close(self) -> None:
        self.offices.close()
        self.laptop.close()
        self.maker.close()

    def merge(self, path: Path) -> merging.Report:
        return merging.merge_file(self.receiver, path)

    def title(self) -> object:
        rid = records.find_id(self.receiver.reader(), "project", "P-1")
        return records.get(self.receiver.reader(), "project", rid).values["title"]

    def owner(self) -> str:
        sql = "SELECT office FROM record WHERE uuid = ?"
        return str(self.receiver.reader().value(sql, (self.id.bytes,)))


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("births")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("APS_DATA_DIR", str(folder / "data"))
        patch.setattr(backup, "before", lambda *_: None)
        made = Scene(three_offices(folder))
        yield made
        made.close()


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
