"""Backups: made by themselves while people work, kept thinned, verified, and put back."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from aps_desktop.db import backup, driver, recovery, store
from aps_desktop.db.backup import Backup, Verified
from aps_desktop.db.engine import Database
from aps_desktop.domain.clock import Clock, SystemClock
from aps_desktop.domain.errors import NotFound, UserError

EVERY = timedelta(minutes=30)
_ALL_FOR = timedelta(days=2)
_DAYS, _WEEKS, _MONTHS = 7, 4, 12


@dataclass(frozen=True, slots=True)
class Restored:
    """What became of a restore: the new device's name, and where the damaged original is."""

    device: str
    records: int
    damaged: Path | None
    previous: Path | None


def to_file(db: Database, target: Path) -> Verified:
    """A verified copy where the officer wants it (a stick, a folder of the network)."""
    if db.postgres:
        raise UserError(
            "A database on a server is not copied from here.",
            "Ask its keeper to use pg_dump, which makes a complete copy while people work.",
        )
    return backup.copy_to(db, target)


def before(db: Database, what: str) -> Path | None:
    """A backup that is made in any case, before an import, a merge or a repair; None on a server.

    `what` becomes part of the file's name: "import", "merge".
    """
    if db.postgres:
        return None
    return _automatic(db, f"before {what}")


def if_due(db: Database) -> Path | None:
    """A backup when there is none of today, or the last is half an hour old and work was done."""
    if db.postgres or db.read_only:
        return None
    at = _now(db.clock)
    made = backup.backups_of(db.path)
    if made:
        changed = db.path.stat().st_mtime_ns != made[0].path.stat().st_mtime_ns
        due = made[0].at.date() != at.date() or at - made[0].at >= EVERY or made[0].at > at
        if not (changed and due):
            return None
    return _automatic(db, "")


def _automatic(db: Database, reason: str) -> Path:
    """A backup that carries the time of the last change, by which the next one is known as due."""
    at = _now(db.clock)
    target = backup.new_name(db.path, at, reason)
    last_change = db.path.stat().st_mtime_ns
    backup.copy_to(db, target)
    os.utime(target, ns=(last_change, last_change))
    thin(db.path, at)
    return target


def made(location: Path) -> list[Backup]:
    """The backups of a database, newest first."""
    return backup.backups_of(location)


def thin(location: Path, at: datetime) -> list[Path]:
    """Removes the backups that are no longer kept; which they were."""
    present = backup.backups_of(location)
    keep = kept([b.at for b in present], at)
    gone = [b.path for b in present if b.at not in keep]
    for path in gone:
        path.unlink(missing_ok=True)
    return gone


def kept(times: Iterable[datetime], at: datetime) -> set[datetime]:
    """Which backups stay: all of two days, then the newest of 7 days, 4 weeks and 12 months."""
    newest_first = sorted(times, reverse=True)
    keep = {t for t in newest_first if at - t <= _ALL_FOR}
    for how_many, period in (
        (_DAYS, lambda t: t.date()),
        (_WEEKS, lambda t: t.isocalendar()[:2]),
        (_MONTHS, lambda t: (t.year, t.month)),
    ):
        seen: dict[object, datetime] = {}
        for one in newest_first:
            seen.setdefault(period(one), one)
        keep.update(list(seen.values())[:how_many])
    return keep


def newest_verified(location: Path, passphrase: str | None) -> Backup | None:
    """The newest backup that opens and is whole: a bad one is passed over."""
    for one in backup.backups_of(location):
        try:
            backup.verify(one.path, _key(one.path, passphrase))
        except UserError:
            continue
        return one
    return None


def restore(
    location: str, file: Path, passphrase: str | None = None, *, clock: Clock | None = None
) -> Restored:
    """Puts a backup in the place of the database, under a device name of its own.

    Nobody may have the database open. What is there now is backed up; if it is damaged, it is kept
    beside the new one. UserError, and nothing changed, when the backup is not whole.
    """
    if store.on_server(location):
        raise UserError(
            "A database on a server is not restored from here.", "Ask its keeper to use pg_restore."
        )
    place = Path(location)
    if not file.exists():
        raise NotFound(f"There is no file {file}.", "Choose a backup.")
    if place.exists() and file.resolve() == place.resolve():
        raise UserError("This file is the database itself.", "Choose a backup.")
    key = _key(file, passphrase)
    found = backup.verify(file, key)
    if found.schema > store.SCHEMA_VERSION:
        raise UserError("This backup was made by a newer version.", "Please update first.")
    at = _now(clock or SystemClock())
    place.parent.mkdir(parents=True, exist_ok=True)
    previous = _previous(location, passphrase, clock) if place.exists() else None
    damaged = backup.damaged_name(place, at) if place.exists() and previous is None else None
    backup.put_back(place, file, key, damaged)
    return Restored(found.device, found.records, damaged, previous)


def recover(
    location: str, passphrase: str | None = None, *, clock: Clock | None = None
) -> tuple[Restored, Path | None]:
    """Puts a damaged database right: from what is whole in it, else from the newest whole backup.

    The backup that was used is returned too. The damaged files are kept under a name that says so.
    UserError when the database is in order, when it is something else than damage, and when
    neither way works.
    """
    place = Path(location)
    if _is_whole(place, passphrase):
        raise UserError("The database is in order; there is nothing to recover.")
    saved = place.with_name(f"{place.name}.salvaged")
    try:
        if recovery.salvage(place, _any_key(place, passphrase), saved):
            return restore(location, saved, passphrase, clock=clock), None
    finally:
        saved.unlink(missing_ok=True)
    found = newest_verified(place, passphrase)
    if found is None:
        raise UserError(
            "The database is damaged, and there is no whole backup of it here.",
            "Start a new one, and ask the other offices for full bundles. Keep the damaged file.",
        )
    return restore(location, found.path, passphrase, clock=clock), found.path


def _is_whole(place: Path, passphrase: str | None) -> bool:
    try:
        return recovery.is_whole(place, _key(place, passphrase))
    except store.PassphraseNeeded:  # it does not begin as a database does
        return False


def _any_key(path: Path, passphrase: str | None) -> bytes | None:
    return driver.key_of(str(path), passphrase) if passphrase and path.stat().st_size else None


def _previous(location: str, passphrase: str | None, clock: Clock | None) -> Path | None:
    """A backup of the database that is about to be replaced; None when it cannot be read."""
    try:
        locked = driver.is_encrypted(Path(location))
        db = Database(location, passphrase if locked else None, clock=clock)
        if not recovery.is_whole(db.path, db.key):
            return None
        try:
            return before(db, "restore")
        finally:
            db.close()
    except UserError:
        return None


def _key(path: Path, passphrase: str | None) -> bytes | None:
    if not driver.is_encrypted(path):
        return None
    if not passphrase:
        raise store.PassphraseNeeded(
            f"{path.name} is locked with a passphrase, or is not a database.",
            "Type the passphrase (APS_PASSPHRASE on the command line).",
        )
    return driver.key_of(str(path), passphrase)


def _now(clock: Clock) -> datetime:
    return datetime.fromtimestamp(clock.millis() / 1000)
