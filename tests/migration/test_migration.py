"""Older and newer files: brought up from a copy kept first, or opened for reading only."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aps_desktop.db import backup, check, digest, migrations, store
from aps_desktop.db.engine import Database
from aps_desktop.domain.errors import ReadOnly
from aps_desktop.services import records

PROGRAM = Path(__file__).with_name("newer_program.py")
ROOT = Path(__file__).resolve().parents[2]


pytestmark = pytest.mark.usefixtures("own_data")


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """A database of this version with a project, its tags and a deleted record."""
    path = tmp_path / "office.aps"
    db = store.create(str(path), office="KH", device="Laptop")
    project = records.new(db, "project", {"code": "P-1", "title": "One", "tags": frozenset("ab")})
    records.put(db, "project", project, {"title": "Two"})
    gone = records.new(db, "project", {"code": "P-2", "title": "Gone"})
    records.delete(db, "project", [gone])
    db.close()
    return path


def newer(task: str, location: Path | str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(PROGRAM), task, str(location)],
        capture_output=True, text=True, check=False, cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
    )  # fmt: skip


def found(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def state(db: Database) -> str:
    with db.snapshot() as c:
        return digest.digest(c)[0]


def put_unknown_values(path: Path) -> None:
    """What a colleague's newer bundle leaves in the log: a field and an entity not known here."""
    db = store.open_database(str(path))
    with db.writing() as c:
        rid, birth = c.one("SELECT rid, birth FROM record WHERE alive = 1 AND tid = 33") or (0, 0)
        device, seq, hlc = c.one("SELECT device, seq, hlc FROM local_state") or (0, 0, 0)
        dot = device << 40 | (seq + 1)
        cell = rid << 10 | 900
        c.run("INSERT INTO op VALUES (?, ?, ?, ?, 0, 'Nick', 0)", (dot, birth, cell, hlc))
        c.run("INSERT INTO history VALUES (?, ?)", (cell, dot))
        image = '{"1":"Round","3":"USD 500"}'
        c.run("INSERT INTO record VALUES (9000, ?, 900, ?, 1, NULL, 'KH')", (b"s" * 16, dot + 1))
        c.run("INSERT INTO op VALUES (?, NULL, ?, ?, 0, ?, 0)", (dot + 1, 9000 << 10, hlc, image))
        c.run("INSERT INTO history VALUES (?, ?)", (9000 << 10, dot + 1))
        c.run("UPDATE local_state SET seq = seq + 2")
    db.close()


def test_the_migrated_schema_equals_a_fresh_one(older: Path, tmp_path: Path) -> None:
    migrated = found(newer("open", older))
    fresh = found(newer("create", tmp_path / "fresh.aps"))
    assert migrated["schema"] == fresh["schema"]
    assert (migrated["format"], migrated["user_version"]) == ("3", 3)
    assert migrated["problems"] == []


def test_nothing_is_lost_and_a_verified_copy_is_kept(older: Path) -> None:
    db = store.open_database(str(older))
    before = state(db)
    db.close()
    assert found(newer("open", older))["digest"] == before
    kept = backup.backups_of(older)
    assert [one.reason for one in kept] == ["before format 3"]
    assert backup.verify(kept[0].path, None).schema == 2


def test_values_that_the_older_version_did_not_know_appear(older: Path) -> None:
    put_unknown_values(older)
    migrated = found(newer("open", older))
    assert migrated["nicknames"] == ["Nick"]
    assert migrated["stickers"] == 1


@pytest.mark.parametrize("point", ["migrated-2", "tables-renewed", "migrated", "before-commit"])
def test_a_crash_in_the_middle_leaves_the_old_file(older: Path, point: str) -> None:
    db = store.open_database(str(older))
    before = state(db)
    db.close()
    assert newer("open", older, APS_CRASH_AT=point).returncode == 9
    db = store.open_database(str(older))
    assert state(db) == before
    assert not db.read_only
    with db.snapshot() as c:
        assert check.check(c) == []
    db.close()
    assert found(newer("open", older))["digest"] == before


def test_a_newer_file_opens_for_reading_only(tmp_path: Path) -> None:
    path = tmp_path / "newer.aps"
    found(newer("create", path))
    before = path.read_bytes()
    db = store.open_database(str(path))
    assert "newer version" in db.newer
    assert db.reader().value("SELECT title FROM project") == "N"
    with pytest.raises(ReadOnly, match="newer version"):
        records.new(db, "project", {"code": "X", "title": "X"})
    db.close()
    assert path.read_bytes() == before


def test_a_table_that_is_not_as_described_is_made_anew(older: Path) -> None:
    """While the program is being written its descriptions change without a new format."""
    db = store.open_database(str(older))
    before = state(db)
    with db.writing() as c:
        c.run("ALTER TABLE project DROP COLUMN proponent")
        migrations.put_meta(c, "layout", "another")
    db.close()
    db = store.open_database(str(older))
    assert state(db) == before
    assert db.reader().value("SELECT count(*) FROM project WHERE proponent IS NULL") == 1
    with db.snapshot() as c:
        assert check.check(c) == []
    db.close()


def test_a_server_is_brought_up_too(pg_url: Callable[[], str]) -> None:
    url = pg_url()
    db = store.create(url, office="ASEC", device="Server")
    records.new(db, "project", {"code": "P-1", "title": "One"})
    before = state(db)
    with db.writing() as c:
        c.run("ALTER TABLE project DROP COLUMN proponent")
        migrations.put_meta(c, "layout", "another")
    db.close()
    db = store.open_database(url)
    assert state(db) == before
    assert db.reader().value("SELECT proponent FROM project") is None
    db.close()
