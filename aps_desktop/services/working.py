"""Who is working on this computer: the name that stands beside every change made from now on."""

from __future__ import annotations

from aps_desktop.db.connection import Connection
from aps_desktop.db.engine import Database
from aps_desktop.db.store import put_setting, setting
from aps_desktop.domain.errors import InvalidValue
from aps_desktop.domain.values import clean_text

_NAME = "officer"
LONGEST = 120
_OFFERED = 200


def officer(c: Connection) -> str:
    """The name of who is working; "" where nobody has said it."""
    return setting(c, _NAME)


def name_officer(db: Database, name: str) -> str:
    """Takes a name, as it is then written. It is a name, no lock: see the manual."""
    clean = clean_text(name)
    if not clean:
        raise InvalidValue("A name is needed.", "Write the name that stands beside your changes.")
    if len(clean) > LONGEST:
        raise InvalidValue(f"The name is longer than {LONGEST} characters.", "Shorten it.")
    with db.writing() as connection:
        put_setting(connection, _NAME, clean)
    return clean


def known(c: Connection) -> list[str]:
    """Names to choose from: who has worked in this database, and the officers it knows."""
    worked = c.all("SELECT DISTINCT officer FROM txn WHERE officer <> '' LIMIT ?", (_OFFERED,))
    listed = c.all("SELECT name FROM officer ORDER BY name LIMIT ?", (_OFFERED,))
    return sorted({str(row[0]) for row in (*worked, *listed)}, key=str.casefold)
