"""A colleague's key is right, what he wrote is not: nothing of it is merged; or it does no harm."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest
from msgspec.structs import replace

from aps_desktop.db import check, store
from aps_desktop.db.digest import digest
from aps_desktop.db.engine import Database
from aps_desktop.domain.errors import UserError
from aps_desktop.domain.money import Money
from aps_desktop.services import backup, bundles, merging, records, trusting
from aps_desktop.sync import manifest as m
from aps_desktop.sync.container_write import BundleWriter
from tests.attacks.hostile_lines import REFUSED, SEALS, TAKEN, Lines


@dataclass
class Exchange:
    """A secretariat, and an office whose good bundle is there to be spoilt."""

    receiver: Database
    sender: Database
    folder: Path
    lines: Lines = field(default_factory=dict)
    draft: m.Manifest = None  # type: ignore[assignment]
    numbers: Iterator[int] = field(default_factory=lambda: count(10))

    def read(self, path: Path) -> None:
        with merging._opened(self.receiver, path) as bundle:
            self.draft = bundle.manifest
            for member in m.LINE_MEMBERS:
                self.lines[member] = [msgspec.json.decode(line) for line in bundle.lines(member)]

    def write(self, lines: Lines) -> Path:
        """A bundle of these lines, signed by the office as its own.

        Its seal of what it had written honestly is left out, or that alone would be refused.
        """
        if lines[SEALS] == self.lines[SEALS]:
            lines = {**lines, SEALS: []}
        path = self.folder / "hostile.apsync"
        draft = replace(self.draft, bundle=uuid4().hex, sequence=next(self.numbers))
        with BundleWriter() as writer:
            for member, found in lines.items():
                encoded = (x if isinstance(x, bytes) else msgspec.json.encode(x) for x in found)
                writer.add_lines(member, encoded)
            writer.finish(path, draft, trusting.keys(self.sender))
        return path

    def state(self) -> tuple[object, ...]:
        c = self.receiver.reader()
        tables = (
            "op",
            "history",
            "record",
            "device",
            "txn",
            "cell",
            "op_held",
            "seal",
            "bundle_log",
        )
        return digest(c), [c.value(f"SELECT count(*) FROM {table}") for table in tables]


@pytest.fixture(scope="module")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    folder = tmp_path_factory.mktemp("lines")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("APS_DATA_DIR", str(folder / "data"))
        patch.setattr(backup, "before", lambda *_: None)
        asec = store.create(str(folder / "asec.aps"), office="ASEC", device="asec")
        lao = store.create(str(folder / "lao.aps"), office="LA", device="lao")
        trusting.write_request(lao, folder / "request")
        trusting.add(asec, folder / "request")
        bundles.export(asec, folder / "list.apsync")
        merging.merge_file(lao, folder / "list.apsync")
        old = records.new(lao, "project", {"code": "P-0", "title": "Before"})
        records.new(lao, "body", {"code": "B", "name": "Body"})
        gone = records.new(lao, "body", {"code": "C", "name": "Committee"})
        made = records.new(lao, "project", {"code": "P-1", "title": "Flood warning"})
        changes = (
            {"title": "Flood early warning"}, {"title": "Early warning of floods"},
            {"budget": Money(25_000_000, "USD")}, {"planned_start": date(2026, 3, 1)},
            {"previous_project": old},
        )  # fmt: skip
        for values in changes:
            records.put(lao, "project", made, values)
        records.delete(lao, "body", [gone])
        records.put(lao, "project", made, {"remarks": "The last change"})
        bundles.export(lao, folder / "good.apsync")
        found = Exchange(asec, lao, folder)
        found.read(folder / "good.apsync")
        yield found
        asec.close()
        lao.close()


def test_the_corpus_starts_from_lines_that_are_taken(exchange: Exchange) -> None:
    before = exchange.state()
    report = merging.merge_file(exchange.receiver, exchange.write(deepcopy(exchange.lines)))
    assert (report.merged, report.refused, report.held) == (
        len(exchange.lines["changes.jsonl"]),
        0,
        0,
    )
    assert not report.unsealed
    merging.undo_merge(exchange.receiver, report.merge)
    assert exchange.state()[0] == before[0]
    assert len(REFUSED) > 60


@pytest.mark.parametrize("name", REFUSED)
def test_refused(exchange: Exchange, name: str) -> None:
    lines, before = deepcopy(exchange.lines), exchange.state()
    REFUSED[name](lines)
    path = exchange.write(lines)
    with pytest.raises(UserError) as refused:
        merging.merge_file(exchange.receiver, path)
    assert "Nothing " in refused.value.hint
    assert len(refused.value.message) < 400
    assert isinstance(merging.preview_all(exchange.receiver, [path])[0], UserError)
    assert exchange.state() == before


def problems(exchange: Exchange) -> list[str]:
    """What `check` finds, but for the sender's hash of his own step: that the lines do not fit."""
    found = (one.message for one in check.check(exchange.receiver.reader()))
    return [message for message in found if "not what was written then" not in message]


@pytest.mark.parametrize("name", TAKEN)
def test_taken_and_harmless(exchange: Exchange, name: str) -> None:
    lines, before = deepcopy(exchange.lines), exchange.state()[0]
    TAKEN[name](lines)
    c = exchange.receiver.reader()
    stamp = c.value("SELECT seen_hlc FROM local_state")
    report = merging.merge_file(exchange.receiver, exchange.write(lines))
    assert report.merged + report.already_had == len(lines["changes.jsonl"])
    assert problems(exchange) == []
    day = 24 * 3600 * 1000 << 16
    assert c.value("SELECT seen_hlc FROM local_state") <= max(
        stamp, (exchange.receiver.clock.millis() << 16) + day
    )
    merging.undo_merge(exchange.receiver, report.merge)
    assert problems(exchange) == []
    assert exchange.state()[0] == before
