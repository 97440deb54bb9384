"""Verified copies of a database file, and what becomes of the file when one is put back."""

from __future__ import annotations

import hashlib
import re
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from aps_desktop.db import driver, durable, identity
from aps_desktop.db.connection import Connection, DatabaseFault, translated_errors
from aps_desktop.db.engine import Database, crash_point
from aps_desktop.domain.errors import NotFound, UserError
from aps_desktop.paths import data_dir

SUFFIX = ".aps"
_STAMP = "%Y-%m-%d %H.%M.%S"
_NAME = re.compile(r"(\d{4}-\d\d-\d\d \d\d\.\d\d\.\d\d)(?: (.+?))?(?: \(\d+\))?\.aps")


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy in the rolling backups: where, of when (local time), and why it was made."""

    path: Path
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What a copy was found to hold."""

    schema: int
    records: int
    changes: int
    office: str
    device: str


def folder_of(location: Path) -> Path:
    """The folder of a database's rolling backups; made when missing."""
    whole = str(location.resolve())
    mark = hashlib.sha256(whole.encode()).hexdigest()[:8]
    folder = data_dir() / "backups" / f"{location.stem}-{mark}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def backups_of(location: Path) -> list[Backup]:
    """The rolling backups of a database file, newest first. They are not verified here."""
    found = []
    for path in folder_of(location).iterdir():
        match = _NAME.fullmatch(path.name)
        if match:
            at = datetime.strptime(match[1], _STAMP)
            found.append(Backup(path, at, match[2] or ""))
    return sorted(found, key=lambda b: (b.at, b.path.stat().st_ctime_ns), reverse=True)


def new_name(location: Path, at: datetime, reason: str) -> Path:
    """A name in the rolling backups that people understand, and that is free."""
    folder = folder_of(location)
    stem = f"{at:{_STAMP}} {reason}".strip()
    path = folder / f"{stem}{SUFFIX}"
    number = 2
    while path.exists():
        path = folder / f"{stem} ({number}){SUFFIX}"
        number += 1
    return path


def copy_to(db: Database, target: Path) -> Verified:
    """A compact copy of an open database, encrypted like it, verified before it gets its name."""
    source = db.path
    if target.exists():
        raise UserError(f"{target.name} is there already.", "Choose another name.")
    if not target.parent.is_dir():
        raise NotFound(f"There is no folder {target.parent}.", "Choose another place.")
    durable.need_room(target.parent, source.stat().st_size)
    part = durable.part_of(target)
    part.unlink(missing_ok=True)
    try:
        connection = db.connect()
        try:
            changes = connection.value("SELECT count(*) FROM op")
            connection.run("VACUUM INTO ?", (str(part),))
        finally:
            connection.close()
        crash_point("backup-written")
        found = verify(part, db.key)
        if found.changes < changes:
            raise DatabaseFault("The copy is not complete.", "Try again, or on another disk.")
        durable.put_in_place(part, target)
    except BaseException:
        for left in (part, *durable.side_files(part)):
            left.unlink(missing_ok=True)
        raise
    return found


def verify(path: Path, key: bytes | None) -> Verified:
    """Opens a database file for reading only and checks it. DatabaseFault when it is damaged."""
    if not path.exists():
        raise NotFound(f"There is no file {path.name}.")
    if not path.stat().st_size:
        raise DatabaseFault("The database file is damaged: it is empty.", "Restore a backup.")
    with translated_errors():
        connection = Connection(
            driver.connect_sqlite(str(path), key, read_only=True, busy_ms=5000), postgres=False
        )
        try:
            return _verified(connection)
        finally:
            connection.close()


def _verified(c: Connection) -> Verified:
    for (text,) in [*c.all("PRAGMA cipher_integrity_check"), *c.all("PRAGMA quick_check")]:
        if text != "ok":
            raise DatabaseFault("The database file is damaged.", str(text))
    if not c.value("SELECT 1 FROM sqlite_master WHERE name = 'meta'"):
        raise UserError("This is a database, but not one of APS Desktop.", "Choose another file.")
    row = c.one("SELECT d.office, d.name FROM local_state l JOIN device d ON d.ord = l.device") or (
        "",
        "",
    )
    return Verified(
        schema=int(c.value("SELECT value FROM meta WHERE name = 'schema'") or 0),
        records=int(c.value("SELECT count(*) FROM record WHERE alive = 1")),
        changes=int(c.value("SELECT count(*) FROM op")),
        office=str(row[0]),
        device=str(row[1]),
    )


def put_back(location: Path, file: Path, key: bytes | None, keep_as: Path | None) -> None:
    """Puts a verified copy in the place of a database that nobody has open.

    The copy gets a device of its own, so that what is written in it is never mistaken for what the
    other one wrote. What was in the place is first kept whole under `keep_as`.
    """
    verify(file, key)
    durable.need_room(location.parent, 2 * file.stat().st_size)
    part = durable.part_of(location)
    part.unlink(missing_ok=True)
    try:
        shutil.copyfile(file, part)
        _new_device(part, key, location)
        verify(part, key)
    except BaseException:
        for left in (part, *durable.side_files(part)):
            left.unlink(missing_ok=True)
        raise
    for side in durable.side_files(part):
        side.unlink()
    if keep_as:
        _keep_aside(location, keep_as)
    durable.sync_file(part)
    durable.write_json(_note(location), {"part": part.name})
    durable.sync_folder(location.parent)
    crash_point("restore-ready")
    finish_put_back(location)


def finish_put_back(location: Path) -> bool:
    """The last steps of `put_back`; repeated at the next start when they were interrupted.

    A journal left beside the new file would be played into it and destroy it: it goes first.
    """
    note = _note(location)
    if not note.exists():
        return False
    part = durable.part_of(location)
    if part.exists():
        for side in durable.side_files(location):
            side.unlink()
        crash_point("restore-sides-gone")
        durable.put_in_place(part, location)
    note.unlink(missing_ok=True)
    return True


def _note(location: Path) -> Path:
    return location.with_name(location.name + ".restoring")


def damaged_name(location: Path, at: datetime) -> Path:
    """Where a damaged database is kept."""
    return location.with_name(f"{location.name}.damaged-{at:%Y%m%d-%H%M%S}")


def _keep_aside(location: Path, kept: Path) -> None:
    """Copies a database file with its side files."""
    sides = [side for side in durable.side_files(location) if side.stat().st_size]
    for path in (location, *sides):
        target = kept.with_name(kept.name + path.name[len(location.name) :])
        shutil.copyfile(path, target)
        durable.sync_file(target)
    durable.sync_folder(location.parent)


def _new_device(path: Path, key: bytes | None, location: Path) -> None:
    with translated_errors():
        raw = driver.connect_sqlite(str(path), key, read_only=False, busy_ms=5000)
        connection = Connection(raw, postgres=False)
        try:
            connection.run("BEGIN IMMEDIATE")
            identity.renew(connection)
            connection.run("COMMIT")
            identity.note(connection, location.resolve())
        finally:
            connection.close()
