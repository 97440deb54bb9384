"""Sets, changes and removes a database's passphrase, through a new file that replaces the old one.

A crash leaves the file with its old passphrase or with its new one; there is nothing in between.
"""

from __future__ import annotations

from pathlib import Path

from aps_desktop.db import backup, driver, durable
from aps_desktop.db.connection import DatabaseFault, translated_errors
from aps_desktop.db.engine import Database, crash_point
from aps_desktop.domain.errors import UserError


def set_passphrase(db: Database, passphrase: str) -> None:
    """Locks a database that has no passphrase."""
    if db.encrypted:
        raise UserError("This database has a passphrase already.", "Change it instead.")
    _rekey(db, _checked(passphrase))


def change_passphrase(db: Database, passphrase: str) -> None:
    """Gives a locked database another passphrase."""
    if not db.encrypted:
        raise UserError("This database has no passphrase.", "Set one.")
    _rekey(db, _checked(passphrase))


def remove_passphrase(db: Database) -> None:
    """Makes a locked database an ordinary file."""
    if not db.encrypted:
        raise UserError("This database has no passphrase.")
    _rekey(db, None)


def is_passphrase(db: Database, passphrase: str) -> bool:
    """Whether a passphrase opens this (encrypted) database."""
    return db.encrypted and driver.key_of(db.location, passphrase) == db.key


def _checked(passphrase: str) -> str:
    if not passphrase.strip():
        raise UserError("The passphrase is empty.", "Four unrelated words make a good one.")
    return passphrase


def _rekey(db: Database, passphrase: str | None) -> None:
    if db.read_only:
        raise UserError("This database can only be read.")
    path = db.path
    part = durable.part_of(path)

    def change(_: Path, key: bytes | None) -> bytes | None:
        part.unlink(missing_ok=True)
        new_key = driver.key_of(str(part), passphrase) if passphrase else None
        try:
            changes = _export(path, key, part, new_key)
            if backup.verify(part, new_key).changes != changes:
                raise DatabaseFault("The new file is not complete.", "Nothing was changed.")
            for side in durable.side_files(path):
                side.unlink()
            durable.put_in_place(part, path)
        except BaseException:
            for left in (part, *durable.side_files(part)):
                left.unlink(missing_ok=True)
            raise
        return new_key

    durable.need_room(path.parent, path.stat().st_size)
    db.rekey(change)


def _export(path: Path, key: bytes | None, part: Path, new_key: bytes | None) -> int:
    """Writes the whole database into a new file with another key; the number of its changes."""
    with translated_errors():
        raw = driver.connect_sqlite(str(path), key, read_only=False, busy_ms=5000)
        try:
            raw.execute("PRAGMA locking_mode = EXCLUSIVE")
            raw.execute("PRAGMA foreign_keys = OFF")
            raw.execute("BEGIN EXCLUSIVE")
            raw.execute("COMMIT")  # the lock stays: nobody writes while the copy is made
            literal = f"x'{new_key.hex()}'" if new_key else ""
            raw.execute("ATTACH DATABASE ? AS target KEY ?", (str(part), literal))
            raw.execute("SELECT sqlcipher_export('target')").fetchall()
            for pragma in ("application_id", "user_version"):
                number = raw.execute(f"PRAGMA main.{pragma}").fetchone()[0]
                raw.execute(f"PRAGMA target.{pragma} = {int(number)}")
            crash_point("exported")
            changes = raw.execute("SELECT count(*) FROM main.op").fetchone()[0]
            raw.execute("DETACH DATABASE target")
            return int(changes)
        finally:
            raw.close()
