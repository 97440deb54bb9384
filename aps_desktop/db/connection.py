"""One thin connection over the two drivers: the same SQL, "?" parameters, plain tuples back.

SQLAlchemy is not imported here: it costs 0.18 s, and the first screen must be there before that.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence, Sized
from contextlib import contextmanager
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Any

from aps_desktop.domain.clock import Clock, SystemClock
from aps_desktop.domain.errors import UserError

if TYPE_CHECKING:
    from sqlalchemy.sql import ClauseElement

_PIECE = 16_384
"""Characters of numbers that are read at a time: about a millisecond."""

_TOGETHER = 100

Row = tuple[Any, ...]
Params = Sequence[Any]


@lru_cache(maxsize=2048)
def _for_postgres(sql: str) -> str:
    return sql.replace("%", "%%").replace("?", "%s")


def placeholders(values: Sized) -> str:
    """As many "?" as there are values, for "IN (...)"."""
    return ",".join("?" * len(values))


class Connection:
    """A database connection that hides which of the two databases it talks to."""

    def __init__(self, raw: Any, *, postgres: bool, clock: Clock | None = None) -> None:
        self.raw = raw
        self.postgres = postgres
        self.clock: Clock = clock or SystemClock()

    def run(self, sql: str, params: Params = ()) -> int:
        """Executes one statement; the number of rows it touched."""
        return int(self._execute(sql, params).rowcount)

    def many(self, sql: str, rows: Iterable[Params]) -> None:
        """Executes one statement for each row."""
        with translated_errors():
            if self.postgres:
                self.raw.cursor().executemany(_for_postgres(sql), rows)
            else:
                self.raw.executemany(sql, rows)

    def load(self, table: str, rows: Sequence[Params]) -> None:
        """Puts whole rows into a table that has none of them (PostgreSQL: by COPY, far quicker)."""
        if not rows:
            return
        if not self.postgres:
            self._load_file(table, rows)
            return
        with translated_errors(), self.raw.cursor().copy(f"COPY {table} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)

    def _load_file(self, table: str, rows: Sequence[Params]) -> None:
        """A hundred rows a statement: to begin and end one costs as much as a row."""
        marks = f"({placeholders(rows[0])})"
        whole = len(rows) // _TOGETHER * _TOGETHER
        self.many(
            f"INSERT INTO {table} VALUES {', '.join([marks] * _TOGETHER)}",
            (
                tuple(chain.from_iterable(rows[start : start + _TOGETHER]))
                for start in range(0, whole, _TOGETHER)
            ),
        )
        self.many(f"INSERT INTO {table} VALUES {marks}", rows[whole:])

    def all(self, sql: str, params: Params = ()) -> list[Row]:
        """All rows of a query."""
        cursor = self._execute(sql, params)
        with translated_errors():
            return list(cursor.fetchall())

    def each(self, sql: str, params: Params = (), *, size: int = 2000) -> Iterator[Row]:
        """The rows of a query, fetched as they are needed."""
        for rows in self.chunks(sql, params, size=size):
            yield from rows

    def chunks(self, sql: str, params: Params = (), *, size: int = 2000) -> Iterator[list[Row]]:
        """The rows of a query in lists of `size`, fetched as they are needed."""
        cursor = self._execute(sql, params)
        while True:
            with translated_errors():
                rows = cursor.fetchmany(size)
            if not rows:
                return
            yield rows

    def numbers(self, sql: str, params: Params = ()) -> array[int]:
        """The whole numbers that a query of one column gives, in its order; none may be NULL.

        A million rows fetched one by one make this thread and the window's take turns a million
        times; SQLite joins them to one text without Python, and that is read in small pieces.
        """
        found = array("q")
        if self.postgres:
            for rows in self.chunks(sql, params):
                found.extend(chain.from_iterable(rows))
            return found
        text = self.value(f"SELECT group_concat(n) FROM ({sql})", params)
        start, text = 0, text or ""
        while start < len(text):
            end = text.find(",", start + _PIECE)
            end = len(text) if end < 0 else end
            found.extend(map(int, text[start:end].split(",")))
            start = end + 1
        return found

    def one(self, sql: str, params: Params = ()) -> Row | None:
        """The first row, or None."""
        cursor = self._execute(sql, params)
        with translated_errors():
            row = cursor.fetchone()
        return tuple(row) if row is not None else None

    def value(self, sql: str, params: Params = ()) -> Any:
        """The first column of the first row, or None."""
        row = self.one(sql, params)
        return row[0] if row else None

    def select(self, statement: ClauseElement) -> list[Row]:
        """The rows of a SQLAlchemy Core statement."""
        from aps_desktop.db.schema import compiled

        sql, params = compiled(statement, postgres=self.postgres)
        return self.all(sql, params)

    def interrupt(self) -> None:
        """Stops what the connection is doing (from another thread)."""
        if self.postgres:
            self.raw.cancel_safe(timeout=1)
        else:
            self.raw.interrupt()

    @contextmanager
    def brief(self, steps: int) -> Iterator[None]:
        """Reads only as long as they take few of SQLite's steps; else Interrupted.

        300,000 steps are about 10 ms. On a server nothing can be promised: Interrupted at once.
        """
        if self.postgres:
            raise Interrupted
        self.raw.set_progress_handler(_stop, steps)
        try:
            yield
        finally:
            self.raw.set_progress_handler(None, 0)

    def close(self) -> None:
        self.raw.close()

    def _execute(self, sql: str, params: Params) -> Any:
        with translated_errors():
            if self.postgres:
                return self.raw.execute(_for_postgres(sql), params)
            return self.raw.execute(sql, params)

    # Dialect ------------------------------------------------------------------------------------

    @property
    def key(self) -> str:
        """The type of a temporary table's key of 64 bits; on SQLite it is the row number itself."""
        return "BIGINT PRIMARY KEY" if self.postgres else "INTEGER PRIMARY KEY"

    @property
    def blob(self) -> str:
        """The type of a column of bytes."""
        return "BYTEA" if self.postgres else "BLOB"

    def json_text(self, column: str, key: int | str) -> str:
        """SQL for the text under a key of a JSON object in a text column."""
        if self.postgres:
            return f"(CAST({column} AS jsonb)->>'{key}')"
        return f"json_extract({column},'$.\"{key}\"')"

    def json_member(self, column: str, key: str) -> str:
        """SQL for the text under a key that is itself an SQL expression."""
        if self.postgres:
            return f"(CAST({column} AS jsonb)->>CAST({key} AS text))"
        return f"json_extract({column}, '$.\"' || {key} || '\"')"

    def unhex(self, text: str) -> str:
        """SQL for the bytes that a hexadecimal text means."""
        return f"decode({text}, 'hex')" if self.postgres else f"unhex({text})"

    def hex(self, column: str) -> str:
        """SQL for the hexadecimal text (lower case) of bytes."""
        return f"encode({column}, 'hex')" if self.postgres else f"lower(hex({column}))"

    def like(self) -> str:
        """The case-blind LIKE."""
        return "ILIKE" if self.postgres else "LIKE"

    def joined(self, expression: str) -> str:
        """SQL that joins the texts of a group, sorted, with comma and space."""
        if self.postgres:
            return f"string_agg({expression}, ', ' ORDER BY {expression})"
        return f"group_concat({expression}, ', ' ORDER BY {expression})"


_WORDS = (
    ("is locked", "Another program is using the database.", "Close it and try again."),
    ("is full", "The disk is full.", "What is saved is safe. Free some space and try again."),
    (
        "readonly",
        "The database can only be read.",
        "Copy it to this computer's disk to change it.",
    ),
    (
        "malformed",
        "The database file is damaged.",
        "Restore the newest backup: what the damaged file still holds is not lost, keep it.",
    ),
    (
        "not a database",
        "This is not a database of this program, or the passphrase is wrong.",
        "Check the file and type the passphrase again.",
    ),
    (
        "disk I/O error",
        "The disk could not be read or written.",
        "What is saved is safe. Check the disk or the stick and try again.",
    ),
    ("unable to open", "The database file cannot be opened.", "Check that the folder is there."),
    (
        "password authentication failed",
        "The server refused this user name or password.",
        "Ask the server's keeper.",
    ),
    (
        "connection failed",
        "The database server does not answer, or has no such database.",
        "Check the address and the network, or ask the server's keeper.",
    ),
    (
        "failed to resolve host",
        "There is no database server of this name.",
        "Check the address and the network.",
    ),
)


def _stop() -> int:
    return 1


class DatabaseFault(UserError):
    """The database could not do what was asked, said in words."""


class Interrupted(Exception):
    """A query was stopped because nobody waits for it any more."""


@contextmanager
def translated_errors() -> Iterator[None]:
    """Driver errors that a person can act on become DatabaseFault; bugs stay what they are."""
    try:
        yield
    except Exception as error:
        text = str(error)
        if type(error).__module__.startswith(("sqlcipher3", "psycopg")):
            if "interrupted" in text or "canceling statement due to user request" in text:
                raise Interrupted from error
            for part, message, hint in _WORDS:
                if part in text:
                    raise DatabaseFault(message, hint) from error
        raise
