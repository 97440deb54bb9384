"""Starts an office's database: the file, who it belongs to, and the lists that are shipped."""

from __future__ import annotations

import re

from aps_desktop.db import store
from aps_desktop.db.engine import Database
from aps_desktop.domain.clock import Clock
from aps_desktop.domain.errors import InvalidValue
from aps_desktop.domain.values import clean_text

_LONGEST = 120
_OFFICE = re.compile(r"[A-Z][A-Z0-9-]{1,19}")


def start(
    location: str,
    *,
    office: str,
    device: str,
    passphrase: str | None = None,
    clock: Clock | None = None,
) -> Database:
    """A new database with the shipped lists. UserError where there is one already."""
    from aps_desktop.services import reference_data

    code = office.strip().upper()
    if not _OFFICE.fullmatch(code):
        raise InvalidValue(
            f"“{office}” is not an office's code.",
            "Use ASEC for the secretariat, or a state's letters such as KH.",
        )
    name = clean_text(device)
    if not name:
        raise InvalidValue("The device has no name.", "Give it one, such as “Laptop 3”.")
    if len(name) > _LONGEST:  # no bundle could say it
        raise InvalidValue(f"The name is longer than {_LONGEST} characters.", "Shorten it.")
    db = store.create(location, office=code, device=name, passphrase=passphrase, clock=clock)
    reference_data.load(db)
    return db
