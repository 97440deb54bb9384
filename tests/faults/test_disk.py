"""F4, F5: the disk is full or can only be read; nothing that was saved is lost."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from aps_desktop.db import engine, store
from aps_desktop.db.connection import Connection, DatabaseFault
from aps_desktop.domain.errors import ReadOnly, UserError
from aps_desktop.services import backup, records
from tests.faults.conftest import ROOT, sound, state, state_of

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="limits and mounts of POSIX")

FILL = """
import resource, signal, sys
from aps_desktop.db import store
from aps_desktop.domain.errors import UserError
from aps_desktop.services import records
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
db = store.open_database(sys.argv[1])
limit = db.path.stat().st_size + 300_000
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
saved = 0
try:
    while True:
        records.new(db, "body", {"code": f"B{saved}", "name": "x" * 900, "mandate": "y" * 9000})
        saved += 1
except UserError as error:
    print(saved, error.message, flush=True)
"""

FULL_BACKUP = """
import resource, signal, sys
from pathlib import Path
from aps_desktop.db import store
from aps_desktop.domain.errors import UserError
from aps_desktop.services import backup
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
db = store.open_database(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
try:
    backup.to_file(db, Path(sys.argv[2]))
except UserError as error:
    print(error.message)
"""


def run(code: str, *arguments: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True, text=True, check=False, cwd=ROOT, env=dict(os.environ),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_on_a_full_disk_every_acknowledged_save_is_there(office: Path) -> None:
    saved, message = run(FILL, office).split(" ", 1)
    assert int(saved) > 5
    assert "disk" in message
    db = sound(office)
    assert db.reader().value("SELECT count(*) FROM body") == int(saved)
    records.new(db, "body", {"code": "again", "name": "There is room again"})
    db.close()


def test_with_no_room_at_all_the_next_try_is_a_new_one(
    office: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a disk without a single free byte already the first statement finds it full."""
    db, begin = store.open_database(str(office)), engine._begin

    def full(c: Connection) -> None:
        begin(c)
        raise DatabaseFault("The disk is full.", "Free some space.")

    with monkeypatch.context() as patch:
        patch.setattr(engine, "_begin", full)
        for _ in range(2):
            with pytest.raises(DatabaseFault, match="full"):
                records.new(db, "body", {"code": "B1", "name": "Body"})
    records.new(db, "body", {"code": "B1", "name": "Body"})
    db.close()
    sound(office).close()


def test_a_backup_that_finds_no_room_leaves_nothing_behind(office: Path, tmp_path: Path) -> None:
    before = state_of(office)
    target = tmp_path / "stick" / "copy.aps"
    target.parent.mkdir()
    assert "disk" in run(FULL_BACKUP, office, target)
    assert os.listdir(target.parent) == []
    assert state_of(office) == before


def test_too_little_room_is_said_before_anything_is_written(
    office: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import shutil

    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1000))
    db = store.open_database(str(office))
    with pytest.raises(UserError, match="MB free"):
        backup.to_file(db, tmp_path / "copy.aps")
    db.close()


def test_a_read_only_file_opens_for_reading(office: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a CD or a locked stick; for root a mode bit proves nothing, so it is faked."""
    wanted = state_of(office)
    before = office.read_bytes()
    real = os.access

    def access(path: object, mode: int) -> bool:
        return mode != os.W_OK and real(str(path), mode)

    monkeypatch.setattr(os, "access", access)
    db = store.open_database(str(office))
    assert db.read_only
    assert state(db) == wanted
    with pytest.raises(ReadOnly):
        records.new(db, "body", {"code": "B", "name": "Body"})
    db.close()
    assert office.read_bytes() == before
