"""A record that a colleague, whose key is right, says something false of; and his bundles."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from uuid import uuid4

import msgspec
from msgspec.structs import replace

from aps_desktop.db import log
from aps_desktop.db.engine import Database
from aps_desktop.domain.entities import entity
from aps_desktop.domain.fields import BIRTH, LIFE
from aps_desktop.services import (
    bundles,
    merging,
    records,
    trusting,
)
from aps_desktop.sync import manifest as m
from aps_desktop.sync.container_write import BundleWriter
from tests.three_offices import Offices, office

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

    def merge(self, path: Path) -> merging.Report:
        return merging.merge_file(self.receiver, path)

    def title(self) -> object:
        rid = records.find_id(self.receiver.reader(), "project", "P-1")
        return records.get(self.receiver.reader(), "project", rid).values["title"]

    def owner(self) -> str:
        sql = "SELECT office FROM record WHERE uuid = ?"
        return str(self.receiver.reader().value(sql, (self.id.bytes,)))
