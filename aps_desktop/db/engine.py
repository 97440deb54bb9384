"""Opens the database: an SQLite or SQLCipher file, or PostgreSQL by its URL."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from aps_desktop.db import driver, summaries, title_index
from aps_desktop.db.connection import Connection, DatabaseFault, translated_errors
from aps_desktop.domain.clock import Clock, SystemClock
from aps_desktop.domain.errors import ReadOnly, UserError
from aps_desktop.domain.ids import IdFactory

if TYPE_CHECKING:
    from collections.abc import Callable

_WRITER_LOCK = 0x415053  # PostgreSQL's advisory lock number: one writer at a time, as on SQLite.


class Database:
    """An open database. Readers are per thread; one writer at a time, through `writing`."""

    def __init__(
        self, location: str, passphrase: str | None = None, *, clock: Clock | None = None
    ) -> None:
        self.location = location
        self.postgres = location.startswith(("postgresql:", "postgresql+psycopg:"))
        self.clock: Clock = clock or SystemClock()
        self.ids = IdFactory(self.clock, device=self.device_id)
        self.read_only = False
        self.newer = ""
        self.notice = ""
        self.on_commit: Callable[[Connection], None] | None = None
        self._key = driver.key_of(location, passphrase) if passphrase else None
        self._local = threading.local()
        self._open: list[Connection] = []
        self._open_lock = threading.Lock()
        self._writer_lock = threading.RLock()
        self._writer: Connection | None = None

    @property
    def path(self) -> Path:
        """The database file; UserError on PostgreSQL, which has none."""
        if self.postgres:
            raise UserError(
                "This database is on a server and has no file.", "Ask the server's keeper."
            )
        return Path(self.location)

    @property
    def key(self) -> bytes | None:
        """The file's raw key and salt; None where it is not encrypted."""
        return self._key

    @property
    def encrypted(self) -> bool:
        return self._key is not None

    def device_id(self) -> bytes:
        """The id under which this database writes; nothing before it has one."""
        found = self.reader().value(
            "SELECT d.uuid FROM local_state l JOIN device d ON d.ord = l.device"
        )
        return bytes(found or b"")

    def connect(self, *, busy_ms: int = 5000) -> Connection:
        """A connection of its own, which the caller closes."""
        with translated_errors():
            if self.postgres:
                server = driver.connect_postgres(self.location)
                return Connection(server, postgres=True, clock=self.clock)
            raw = driver.connect_sqlite(
                self.location, self._key, read_only=self.read_only, busy_ms=busy_ms
            )
            return Connection(raw, postgres=False, clock=self.clock)

    def reader(self) -> Connection:
        """This thread's reading connection; it lives as long as the database is open."""
        connection: Connection | None = getattr(self._local, "reader", None)
        if connection is None:
            connection = self.connect()
            self._local.reader = connection
            with self._open_lock:
                self._open.append(connection)
        return connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Several reads that see one state of the database."""
        connection = self.reader()
        connection.run("BEGIN ISOLATION LEVEL REPEATABLE READ" if self.postgres else "BEGIN")
        try:
            yield connection
        finally:
            connection.run("ROLLBACK")

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """The write transaction: committed when the block ends well, else rolled back."""
        if self.read_only:
            raise ReadOnly(self.newer or "This database can only be read.")
        with self._writer_lock:
            if self._writer is None:
                self._writer = self.connect()
            connection = self._writer
            try:
                _begin(connection)
                yield connection
                _end(connection)
                if self.on_commit:
                    self.on_commit(connection)
            except BaseException:
                _roll_back(connection)
                raise

    def close(self) -> None:
        """Closes every connection."""
        with self._open_lock:
            connections = [*self._open, *([self._writer] if self._writer else [])]
            self._open.clear()
            self._writer = None
        for connection in connections:
            connection.close()
        self._local = threading.local()

    def rekey(self, change: Callable[[Path, bytes | None], bytes | None]) -> None:
        """Runs `change(path, key)` on the closed file; it returns the file's key from then on."""
        self.close()
        self._key = change(self.path, self._key)


def _begin(connection: Connection) -> None:
    if connection.postgres:
        connection.run("BEGIN")
        connection.run(f"SELECT pg_advisory_xact_lock({_WRITER_LOCK})")
        connection.run("SET LOCAL aps.writing = '1'")
    else:
        connection.run("BEGIN IMMEDIATE")
        connection.run("UPDATE local_state SET writing = 1")


def _end(connection: Connection) -> None:
    summaries.fold(connection)
    title_index.keep_up(connection)
    if not connection.postgres:
        connection.run("UPDATE local_state SET writing = 0")
    crash_point("before-commit")
    connection.run("COMMIT")
    crash_point("after-commit")


def _roll_back(connection: Connection) -> None:
    """Rolls back; a full disk has already done it, and then there is nothing to roll back."""
    try:
        connection.run("ROLLBACK")
    except Exception as error:
        if "no transaction is active" not in str(error) and not isinstance(error, DatabaseFault):
            raise


def crash_point(name: str) -> None:
    """Dies here as if the power had failed, when the environment names this point (fault tests)."""
    if os.environ.get("APS_CRASH_AT") == name:
        os._exit(9)
