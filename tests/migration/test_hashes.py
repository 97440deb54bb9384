"""Databases and bundles of the time when steps had another kind of hash go on with the new one."""

import json
import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from aps_desktop.db import store
from aps_desktop.db.connection import Connection
from aps_desktop.sync import manifest, payload
from tests.acceptance.desks import Desk, converged


@pytest.fixture
def desks(house: tuple[Desk, Desk, Desk]) -> tuple[Desk, Desk, Desk]:
    asec, lao, khm = house
    lao.new("project", code="P-1", title="Flood warning", tags="a,b")
    lao.put("project", "P-1", title="Flood early warning")
    asec.merge(lao.export())
    return asec, lao, khm


def make_older(desk: Desk, data: Path) -> None:
    """As the program before left it: other hashes, no seeds, and so noted beside the database."""
    db = store.open_database(str(desk.file))
    with db.writing() as c:
        for table in ("step_seed", "change_salt", "chain_node"):
            c.run(f"DROP TABLE {table}")
        for device, n in c.all("SELECT device, n FROM txn"):
            c.run("UPDATE txn SET chain = ? WHERE device = ? AND n = ?",
                  (os.urandom(32), device, n))  # fmt: skip
        c.run("UPDATE meta SET value = '1' WHERE name = 'schema'")
        c.run("PRAGMA user_version = 1")
    db.close()
    for note in (data / "devices").glob("*.json"):
        said = json.loads(note.read_text("utf-8"))
        said["chain"] = said.pop("hash", "0")
        note.write_text(json.dumps(said), "utf-8")


def hashes(desk: Desk) -> dict[tuple[str, int], str]:
    db = store.open_database(str(desk.file))
    assert "device name" not in db.notice
    rows = db.reader().all("SELECT d.uuid, t.n, t.chain FROM txn t JOIN device d "
                           "ON d.ord = t.device")  # fmt: skip
    db.close()
    return {(bytes(uuid).hex(), n): bytes(chain).hex() for uuid, n, chain in rows}


def test_offices_come_to_the_same_hashes_and_go_on(
    desks: tuple[Desk, Desk, Desk], tmp_path: Path
) -> None:
    asec, lao, khm = desks
    for desk in desks:
        make_older(desk, tmp_path / "data")
    for words in ("a copy from before is kept with the backups", ""):
        db = store.open_database(str(asec.file))
        assert words in db.notice
        assert bool(words) == bool(db.notice)  # said once
        db.close()
    kept = hashes(asec)
    shared = kept.keys() & hashes(lao).keys()
    assert len(shared) > 2
    assert all(len(kept[one]) == 64 and kept[one] == hashes(lao)[one] for one in shared)
    for desk in desks:
        desk.sound()
    assert khm.merge(asec.export())["unsealed"] == 4  # it has no seal of theirs yet
    lao.put("project", "P-1", title="Third")
    asec.merge(lao.export())
    report = khm.merge(asec.export("--max-class", "limited"))
    assert (report["merged"], report["unsealed"]) == (1, 0)
    converged(asec, lao)


def bundle_of_then(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A bundle as the program before wrote it: no seeds, and seals that say nothing here."""
    write = payload.step_lines

    def as_then(c: Connection, **options: bool) -> Iterator[bytes]:
        return (json.dumps(json.loads(line)[:13]).encode() for line in write(c, **options))

    with monkeypatch.context() as patch:
        patch.setattr("aps_desktop.services.bundles.Manifest",
                      partial(manifest.Manifest, format=1, min_reader=1))  # fmt: skip
        patch.setattr(payload, "step_lines", as_then)
        return desk.export()


def test_a_bundle_of_that_time_is_read(
    desks: tuple[Desk, Desk, Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, lao, khm = desks
    report = khm.merge(bundle_of_then(lao, monkeypatch))
    assert (report["merged"], report["unsealed"]) == (4, 0)
    khm.sound()
    assert all(hashes(khm).values())
    assert khm.title("P-1") == "Flood early warning"


def test_what_an_older_program_passes_on_is_held_against_the_seal_that_is_here(
    desks: tuple[Desk, Desk, Desk], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asec, lao, khm = desks
    lao.new("project", code="P-2", title="Closed", document_class="restricted")
    khm.merge(lao.export())
    for desk in desks:
        make_older(desk, tmp_path / "data")
    lao.put("project", "P-1", title="Third")
    assert asec.merge(lao.export("--max-class", "limited"))["merged"] == 1  # and its seal
    closed = "UPDATE op SET val = replace(val, '{}', '{}') WHERE val LIKE '%{}%'"
    for this, other, well in (("Closed", "Forged", False), ("Forged", "Closed", True)):
        db = store.open_database(str(khm.file))
        with db.writing() as c:
            assert c.run(closed.format(this, other, this))
        db.close()
        code, answer = asec.run("bundle", "merge", bundle_of_then(khm, monkeypatch))
        assert (code == 0) is well, answer
    assert (answer["merged"], answer["unsealed"]) == (1, 0)
    asec.sound()
    assert asec.title("P-2") == "Closed"
