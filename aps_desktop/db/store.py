"""Creates a database, opens one with its version checked, and says what is in it."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID, uuid4

from aps_desktop.db import driver, summaries, title_index
from aps_desktop.db.connection import Connection, DatabaseFault
from aps_desktop.db.engine import Database
from aps_desktop.domain.clock import Clock
from aps_desktop.domain.errors import NotFound, UserError

SCHEMA_VERSION = 2
APPLICATION_ID = 0x41505331
"""The SQLite header's application id: "APS1"."""


def create(
    location: str,
    *,
    office: str,
    device: str,
    passphrase: str | None = None,
    clock: Clock | None = None,
) -> Database:
    """A new, empty database for an office. UserError where there is one already."""
    database = Database(location, passphrase, clock=clock)
    if not database.postgres:
        if database.path.exists() and database.path.stat().st_size:
            raise UserError(
                f"{location} is there already.", "Open it, or choose another file name."
            )
        database.path.parent.mkdir(parents=True, exist_ok=True)
    connection = database.connect()
    try:
        if _version(connection) is not None:
            raise UserError("The server's database is in use already.", "Open it instead.")
        _write_schema(connection, office, device)
    except BaseException:
        connection.close()
        if not database.postgres:
            database.path.unlink(missing_ok=True)
        raise
    connection.close()
    if not database.postgres:
        from aps_desktop.db import identity

        identity.watch(database)
    return database


def open_database(
    location: str, passphrase: str | None = None, *, clock: Clock | None = None
) -> Database:
    """Opens a database; one made by a newer version opens read-only, and `newer` says so.

    After a run that ended in the middle of a change the file is checked before it is used.
    """
    bad_end = False
    encrypted = True
    if not on_server(location):
        bad_end, encrypted = _ready(Path(location), passphrase)
    database = Database(location, passphrase if encrypted else None, clock=clock)
    try:
        if not database.postgres:
            database.read_only = not _writable(database.path)
        _check_opened(database, bad_end)
    except BaseException:
        database.close()
        raise
    return database


def _ready(path: Path, passphrase: str | None) -> tuple[bool, bool]:
    """Looks at a file before it is opened: (whether the last run ended badly, encrypted)."""
    from aps_desktop.db import backup, recovery

    backup.finish_put_back(path)
    if not path.exists():
        raise NotFound(f"There is no database at {path}.", "Make one with “init”.")
    if not path.stat().st_size:
        raise DatabaseFault("The database file is damaged: it is empty.", "Restore a backup.")
    encrypted = driver.is_encrypted(path)
    if encrypted and not passphrase:
        raise PassphraseNeeded(
            "This database is locked with a passphrase, or is not a database.",
            "Type the passphrase (APS_PASSPHRASE on the command line).",
        )
    return recovery.ended_badly(path), encrypted


def _check_opened(database: Database, bad_end: bool) -> None:
    version = _version(database.reader())
    if version is None:
        raise UserError("This is a database, but not one of APS Desktop.", "Choose another file.")
    if bad_end:
        from aps_desktop.db import recovery

        recovery.examine(database.reader())
    if version > SCHEMA_VERSION:
        database.close()
        database.read_only = True
        database.newer = (
            f"This database was made by a newer version of APS Desktop (format {version}, "
            f"this one knows {SCHEMA_VERSION}). It is open for reading only; please update."
        )
    else:
        _bring_up(database, version)


def _bring_up(database: Database, version: int) -> None:
    """Migrates an older file (or one whose tables are described otherwise by now)."""
    from aps_desktop.db import identity, interrupted, migrations, wrong_date

    if database.read_only:
        return
    laid = database.reader().value("SELECT value FROM meta WHERE name = 'layout'")
    if version < SCHEMA_VERSION or laid != migrations.layout_mark():
        migrations.migrate(database, version, SCHEMA_VERSION)
    ended = interrupted.words(database)
    identity.settle_identity(database)
    renewed = migrations.told(database) if version < SCHEMA_VERSION else ""
    date = wrong_date.words(database.reader(), database.clock.millis())
    database.notice = " ".join(one for one in (renewed, ended, database.notice, date) if one)


def on_server(location: str) -> bool:
    """True for the URL of a server's database, False for a file."""
    return location.startswith(("postgresql:", "postgresql+psycopg:"))


class PassphraseNeeded(UserError):
    """The file is encrypted and no passphrase was given."""


def setting(connection: Connection, name: str, default: str = "") -> str:
    """A setting of this database on this computer."""
    value = connection.value("SELECT value FROM setting WHERE name = ?", (name,))
    return str(value) if value is not None else default


def put_setting(connection: Connection, name: str, value: str) -> None:
    """Keeps a setting; it is local and never replicated."""
    connection.run(
        "INSERT INTO setting(name, value) VALUES (?, ?) "
        "ON CONFLICT(name) DO UPDATE SET value = excluded.value",
        (name, value),
    )


def this_device(connection: Connection) -> tuple[UUID, str, str]:
    """(device id, office, device name) of this installation."""
    row = connection.one(
        "SELECT d.uuid, d.office, d.name FROM local_state l JOIN device d ON d.ord = l.device"
    )
    if row is None:
        raise UserError("The database has no device of its own.", "Restore a backup.")
    return UUID(bytes=bytes(row[0])), str(row[1]), str(row[2])


def counts(connection: Connection) -> dict[str, int]:
    """Live records by entity name, from the kept counters."""
    from aps_desktop.domain.entities import BY_NUMBER

    rows = connection.all("SELECT tid, n FROM entity_count WHERE n > 0")
    return {BY_NUMBER[tid].name: n for tid, n in rows if tid in BY_NUMBER}


def _writable(path: Path) -> bool:
    import os

    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)


def _version(connection: Connection) -> int | None:
    """The schema's number; None where there is no schema of ours."""
    if connection.postgres:
        if connection.value("SELECT to_regclass('meta')") is None:
            return None
    elif not connection.value("SELECT 1 FROM sqlite_master WHERE name = 'meta'"):
        return None
    value = connection.value("SELECT value FROM meta WHERE name = 'schema'")
    return int(value) if value is not None else None


def _write_schema(connection: Connection, office: str, device: str) -> None:
    from aps_desktop.db.migrations import layout_mark
    from aps_desktop.db.schema import create_statements

    connection.run("BEGIN")
    for statement in create_statements(postgres=connection.postgres):
        connection.run(statement)
    for statement in summaries.create_statements(postgres=connection.postgres):
        connection.run(statement)
    title_index.make(connection)
    connection.run("INSERT INTO meta VALUES ('schema', ?)", (str(SCHEMA_VERSION),))
    connection.run("INSERT INTO meta VALUES ('layout', ?)", (layout_mark(),))
    connection.run(
        "INSERT INTO device(ord, uuid, office, name, status) VALUES (1, ?, ?, ?, 'self')",
        (uuid4().bytes, office, device),
    )
    connection.run("INSERT INTO local_state(id, device) VALUES (1, 1)")
    if not connection.postgres:
        connection.run(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.run(f"PRAGMA user_version = {SCHEMA_VERSION}")
    connection.run("COMMIT")
