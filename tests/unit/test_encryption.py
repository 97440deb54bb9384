"""Setting, changing and removing a passphrase, seen from outside with SQLCipher itself."""

import subprocess
import sys
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2

from aps_desktop.db import digest, driver, encryption, store
from aps_desktop.db.engine import Database
from aps_desktop.domain.errors import UserError
from aps_desktop.services import records

WORDS = "four words: ខ្មែរ 'quoted' \"twice\" Thái"


def new_office(path: Path, passphrase: str | None = None) -> Database:
    db = store.create(str(path), office="KH", device="Laptop", passphrase=passphrase)
    records.new(db, "body", {"code": "ACDM", "name": "Committee"})
    return db


def state(db: Database) -> str:
    with db.snapshot() as c:
        return digest.digest(c)[0]


def bodies_by_sqlcipher(path: Path, passphrase: str) -> int:
    raw = dbapi2.connect(str(path))
    try:
        raw.execute(f"PRAGMA key = '{passphrase.replace(chr(39), chr(39) * 2)}'")
        return int(raw.execute("SELECT count(*) FROM body").fetchone()[0])
    finally:
        raw.close()


def test_sqlcipher_opens_the_file_with_the_passphrase(tmp_path: Path) -> None:
    path = tmp_path / "office.aps"
    db = new_office(path)
    before = state(db)
    encryption.set_passphrase(db, WORDS)
    assert state(db) == before
    assert driver.is_encrypted(path)
    assert bodies_by_sqlcipher(path, WORDS) == 1
    assert b"Committee" not in path.read_bytes()


def test_a_new_database_can_have_one_from_the_start(tmp_path: Path) -> None:
    path = tmp_path / "office.aps"
    new_office(path, WORDS).close()
    assert bodies_by_sqlcipher(path, WORDS) == 1


def test_a_changed_passphrase_replaces_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "office.aps"
    db = new_office(path, "the first one")
    before = state(db)
    encryption.change_passphrase(db, "the second one")
    db.close()
    with pytest.raises(UserError, match="or the passphrase is wrong"):
        store.open_database(str(path), "the first one")
    again = store.open_database(str(path), "the second one")
    assert state(again) == before
    assert again.notice == ""
    again.close()


def test_without_a_passphrase_the_file_is_an_ordinary_one(tmp_path: Path) -> None:
    path = tmp_path / "office.aps"
    db = new_office(path, WORDS)
    encryption.remove_passphrase(db)
    records.new(db, "body", {"code": "SOM", "name": "Senior officials"})
    assert not driver.is_encrypted(path)
    assert path.read_bytes().startswith(b"SQLite format 3")
    assert not list(tmp_path.glob("*.part"))


def test_without_the_passphrase_nothing_opens(tmp_path: Path) -> None:
    path = tmp_path / "office.aps"
    new_office(path, WORDS).close()
    with pytest.raises(store.PassphraseNeeded):
        store.open_database(str(path))


def test_an_empty_passphrase_is_refused(tmp_path: Path) -> None:
    db = new_office(tmp_path / "office.aps")
    with pytest.raises(UserError, match="empty"):
        encryption.set_passphrase(db, "  ")
    assert not db.encrypted


@pytest.mark.parametrize("point", ["exported", "before-rename", "after-rename"])
def test_a_crash_leaves_the_old_passphrase_or_the_new_one(tmp_path: Path, point: str) -> None:
    path = tmp_path / "office.aps"
    db = new_office(path, "old words")
    before = state(db)
    db.close()
    code = (
        "from aps_desktop.db import encryption, store\n"
        f"db = store.open_database({str(path)!r}, 'old words')\n"
        "import os\n"
        f"os.environ['APS_CRASH_AT'] = {point!r}\n"
        "encryption.change_passphrase(db, 'new words')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False)
    assert done.returncode == 9
    words = "new words" if point == "after-rename" else "old words"
    again = store.open_database(str(path), words)
    assert state(again) == before
    again.close()
