"""After damage: what is still whole is tried on copies; the damaged files are never touched.

Only damage starts a recovery. A disk that cannot be read, a lock or a missing right is told, and
trying again later is all that is done about it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from aps_desktop.db import backup, driver, durable, rebuild
from aps_desktop.db.connection import Connection, DatabaseFault, translated_errors
from aps_desktop.domain.errors import UserError

_DAMAGE = ("damaged", "not a database")


def is_damage(error: UserError) -> bool:
    """True for an error that says the file itself is bad (or its passphrase wrong)."""
    return isinstance(error, DatabaseFault) and any(word in error.message for word in _DAMAGE)


def ended_badly(path: Path) -> bool:
    """True when a journal waits beside the file: the last run ended in the middle of a change."""
    return any(side.stat().st_size for side in durable.side_files(path))


def examine(c: Connection, *, closely: bool = False) -> None:
    """A check after a bad end. DatabaseFault when the file is damaged.

    `closely` also compares every index with its table.
    """
    pragma = "integrity_check" if closely else "quick_check"
    for (text,) in [*c.all("PRAGMA cipher_integrity_check"), *c.all(f"PRAGMA {pragma}")]:
        if text != "ok":
            raise DatabaseFault(
                "The database file is damaged.",
                "Use “recover”, or restore the newest backup. Keep the damaged file.",
            )


def is_whole(path: Path, key: bytes | None) -> bool:
    """Whether a database file is in order; UserError when that cannot be told."""
    try:
        backup.verify(path, key)
        with translated_errors():
            raw = driver.connect_sqlite(str(path), key, read_only=True, busy_ms=5000)
            connection = Connection(raw, postgres=False)
            try:
                examine(connection, closely=True)
            finally:
                connection.close()
    except UserError as error:
        if is_damage(error):
            return False
        raise
    return True


def salvage(path: Path, key: bytes | None, target: Path) -> bool:
    """Tries to make a whole database out of copies of a damaged one, at `target`.

    First as it is, then without what lies beside it, then with its indexes made anew; each time
    the tables are worked out from the change log, and the result is verified.
    """
    attempts: tuple[tuple[bool, Callable[[Connection], None]], ...] = (
        (True, _nothing),
        (False, _nothing),
        (False, _reindex),
    )
    for with_sides, mend in attempts:
        _remove(target)
        shutil.copyfile(path, target)
        if with_sides:
            for side in durable.side_files(path):
                name = target.name + side.name[len(path.name) :]
                shutil.copyfile(side, target.with_name(name))
        if _mended(target, key, mend):
            return True
    _remove(target)
    return False


def _mended(target: Path, key: bytes | None, mend: Callable[[Connection], None]) -> bool:
    try:
        with translated_errors():
            raw = driver.connect_sqlite(str(target), key, read_only=False, busy_ms=5000)
            connection = Connection(raw, postgres=False)
            try:
                mend(connection)
                examine(connection, closely=True)
                _from_log(connection)
            finally:
                connection.close()
        backup.verify(target, key)
    except UserError as error:
        if is_damage(error):
            return False
        raise
    except Exception as error:
        if type(error).__module__.startswith("sqlcipher3"):  # a table is gone, for instance
            return False
        raise
    return True


def _nothing(_: Connection) -> None:
    """The copy as it is."""


def _reindex(c: Connection) -> None:
    c.run("REINDEX")


def _from_log(c: Connection) -> None:
    c.run("BEGIN IMMEDIATE")
    c.run("UPDATE local_state SET writing = 1")
    rebuild.rebuild(c)
    c.run("UPDATE local_state SET writing = 0")
    c.run("COMMIT")


def _remove(path: Path) -> None:
    for one in (path, *durable.side_files(path)):
        one.unlink(missing_ok=True)
