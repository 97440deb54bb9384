"""F6, F8 to F10, F16, R: damaged, foreign, locked and copied files; recovery from what is whole."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from aps_desktop.cli import main
from aps_desktop.db import store
from aps_desktop.domain.errors import UserError
from aps_desktop.services import backup, records
from tests.faults.conftest import sound, state, state_of


def edit(path: Path, title: str) -> None:
    db = store.open_database(str(path))
    records.put(db, "project", records.find_id(db.reader(), "project", "P-1"), {"title": title})
    db.close()


def with_backup(path: Path) -> str:
    """Makes an automatic backup; the state that it holds."""
    db = store.open_database(str(path))
    backup.before(db, "test")
    found = state(db)
    db.close()
    return found


DAMAGES = {
    "empty": lambda data: b"",
    "text": lambda data: b"Dear colleague, here is the list that you asked for.\n" * 9,
    "truncated": lambda data: data[: len(data) // 2],
    "torn": lambda data: data[:1500],
    "zeroed": lambda data: data[:8192] + bytes(4096 * 12) + data[8192 + 4096 * 12 :],
    "no header": lambda data: bytes(100) + data[100:],
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_said_in_words_and_the_newest_whole_backup_is_offered(
    office: Path, damage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    wanted = with_backup(office)
    edit(office, "After the backup")
    broken = DAMAGES[damage](office.read_bytes())
    office.write_bytes(broken)
    with pytest.raises((UserError, AssertionError)):
        sound(office).close()
    assert main(["--database", str(office), "recover"]) == 3
    capsys.readouterr()
    db = sound(office)
    if state(db) != wanted:  # what the damaged file still held was enough
        assert db.reader().value("SELECT title FROM project") == "After the backup"
    db.close()
    kept = [p for p in office.parent.glob("office.aps.damaged-*") if "journal" not in p.name]
    assert [one.read_bytes() for one in kept] == [broken]


def test_a_bad_backup_is_passed_over(office: Path) -> None:
    wanted = with_backup(office)
    edit(office, "Two")
    with_backup(office)
    newest = backup.made(office)[0].path
    newest.write_bytes(newest.read_bytes()[:9000])
    office.write_bytes(b"")
    backup.recover(str(office))
    assert state_of(office) == wanted


def test_without_any_backup_the_words_say_what_is_left(office: Path) -> None:
    office.write_bytes(b"")
    with pytest.raises(UserError, match="no whole backup") as told:
        backup.recover(str(office))
    assert "other offices" in told.value.hint


def test_a_sound_database_is_not_recovered(office: Path) -> None:
    before = office.read_bytes()
    with pytest.raises(UserError, match="in order"):
        backup.recover(str(office))
    assert office.read_bytes() == before


def test_an_index_out_of_order_is_put_right_without_loss(office: Path) -> None:
    edit(office, "Newest")
    wanted = state_of(office)
    from sqlcipher3 import dbapi2

    raw = dbapi2.connect(str(office), isolation_level=None)
    raw.execute("PRAGMA writable_schema = ON")
    raw.execute(
        "UPDATE sqlite_master SET sql = replace(sql, '(code', '(title') "
        "WHERE name = 'ix_project_code'"
    )
    raw.close()
    restored, used = backup.recover(str(office))
    assert used is None
    assert restored.damaged is not None
    assert state_of(office) == wanted


def test_a_stale_journal_does_not_reach_a_restored_database(office: Path, tmp_path: Path) -> None:
    db = store.open_database(str(office))
    backup.to_file(db, tmp_path / "copy.aps")
    wanted = state(db)
    db.close()
    edit(office, "Later")
    office.write_bytes(b"damaged")
    for suffix in ("-journal", "-wal", "-shm"):
        office.with_name(office.name + suffix).write_bytes(b"\xd9\xd5\x05\xf9" * 2000)
    done = backup.restore(str(office), tmp_path / "copy.aps")
    assert state_of(office) == wanted
    assert done.damaged is not None
    assert done.damaged.with_name(done.damaged.name + "-journal").exists()


def test_a_file_copied_while_it_is_open_is_complete_and_gets_its_own_device(
    office: Path, tmp_path: Path
) -> None:
    db = store.open_database(str(office))
    for number in range(20):
        records.new(db, "body", {"code": f"B{number}", "name": "Body"})
    shutil.copy(office, tmp_path / "stick.aps")
    copy = sound(tmp_path / "stick.aps")
    assert state(copy) == state(db)
    assert "copy" in copy.notice
    assert store.this_device(copy.reader())[0] != store.this_device(db.reader())[0]
    copy.close()
    db.close()
    again = store.open_database(str(office))
    assert again.notice == ""
    again.close()


def test_an_older_state_put_back_by_hand_gets_a_new_device(office: Path) -> None:
    old = office.read_bytes()
    edit(office, "Later")
    office.write_bytes(old)
    db = store.open_database(str(office))
    assert "older state" in db.notice
    with pytest.raises(UserError, match="nothing to undo"):
        records.undo(db)
    db.close()
    again = store.open_database(str(office))
    assert again.notice == ""
    again.close()


def test_a_moved_database_stays_the_same_device(office: Path) -> None:
    moved = office.with_name("moved.aps")
    office.rename(moved)
    db = store.open_database(str(moved))
    assert db.notice == ""
    db.close()


LOCKER = """
import sys, time
from sqlcipher3 import dbapi2
raw = dbapi2.connect(sys.argv[1], isolation_level=None)
raw.execute("BEGIN EXCLUSIVE")
print("locked", flush=True)
sys.stdin.read()
"""


def test_a_locked_file_is_said_in_words_and_works_afterwards(office: Path) -> None:
    db = store.open_database(str(office))
    other = subprocess.Popen(
        [sys.executable, "-c", LOCKER, str(office)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert other.stdout is not None
        assert other.stdout.readline() == "locked\n"
        with pytest.raises(UserError, match="Another program"):
            db.connect(busy_ms=100)
    finally:
        other.communicate()
    records.new(db, "body", {"code": "B", "name": "Body"})
    db.close()
    sound(office).close()


def test_a_foreign_database_is_refused(tmp_path: Path) -> None:
    from sqlcipher3 import dbapi2

    path = tmp_path / "foreign.db"
    raw = dbapi2.connect(str(path))
    raw.execute("CREATE TABLE t (x)")
    raw.close()
    with pytest.raises(UserError, match="not one of APS Desktop"):
        store.open_database(str(path))
