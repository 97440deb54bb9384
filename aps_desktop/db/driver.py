"""The two drivers, set up once: sqlcipher3 (keyed or not) and psycopg."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

from aps_desktop.domain.errors import UserError

_SAFE_SQLITE = (3, 51, 3)
_ROUNDS = 256_000
"""SQLCipher 4's own: PBKDF2-HMAC-SHA512. Derived once, since it costs 0.1 s a connection."""

_PRAGMAS = (
    "journal_mode=TRUNCATE",  # people copy database files: a WAL beside them gets left behind
    "synchronous=FULL",
    "foreign_keys=ON",
    "trusted_schema=OFF",
    "cell_size_check=ON",
    "recursive_triggers=ON",
    "mmap_size=0",
    "temp_store=MEMORY",
    "cache_size=-65536",
)


def key_of(location: str, passphrase: str, salt: bytes | None = None) -> bytes:
    """The raw key (32 bytes) and salt (16 bytes) that SQLCipher uses for a passphrase.

    The salt is the first 16 bytes of an encrypted file; a new file gets a random one.
    """
    if salt is None:
        file = Path(location)
        if file.exists() and file.stat().st_size >= 16:
            with file.open("rb") as stream:
                salt = stream.read(16)
        else:
            salt = os.urandom(16)
    return hashlib.pbkdf2_hmac("sha512", passphrase.encode(), salt, _ROUNDS, 32) + salt


def is_encrypted(path: Path) -> bool:
    """True for a file that does not begin as an ordinary SQLite database does."""
    with path.open("rb") as stream:
        head = stream.read(16)
    return len(head) == 16 and head != b"SQLite format 3\0"


def connect_sqlite(location: str, key: bytes | None, *, read_only: bool, busy_ms: int) -> Any:
    """A raw connection with the pragmas of the house, in autocommit."""
    from sqlcipher3 import dbapi2

    if dbapi2.sqlite_version_info < _SAFE_SQLITE:
        raise UserError(
            f"SQLite {dbapi2.sqlite_version} can damage databases.",
            "Install sqlcipher3 0.6.4 or newer.",
        )
    mode = "ro" if read_only else "rwc"
    uri = f"{Path(location).resolve().as_uri()}?mode={mode}"
    raw = dbapi2.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
    try:
        raw.execute("PRAGMA cipher_log_level = NONE")
        if key is not None:
            raw.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        raw.execute(f"PRAGMA busy_timeout = {busy_ms}")
        for pragma in _PRAGMAS:
            if not (read_only and pragma.startswith("journal_mode")):
                raw.execute(f"PRAGMA {pragma}")
        raw.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except Exception:
        raw.close()
        raise
    return raw


def connect_postgres(url: str) -> Any:
    """A raw psycopg connection in autocommit."""
    import psycopg

    return psycopg.connect(
        url.replace("postgresql+psycopg:", "postgresql:", 1), autocommit=True, connect_timeout=10
    )
