"""What was typed and could not be saved yet: kept in the database, never replicated.

In the database and not in the window's state file, because that file is not encrypted.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from aps_desktop.db.connection import Connection
from aps_desktop.db.engine import Database
from aps_desktop.db.store import put_setting, setting
from aps_desktop.domain.changes import Applied

_MOST = 50

Draft = dict[str, Any]
"""What stands in the editors, by field name, as JSON."""


def load(c: Connection, entity: str, key: str) -> Draft:
    """The draft under a key (a record's hex id, or `new_key`); empty when there is none."""
    found = _all(c, entity).get(key)
    return found if isinstance(found, dict) else {}


def keep(db: Database, entity: str, key: str, draft: Draft) -> Applied:
    """Keeps a draft, or forgets it when it is empty; the newest fifty of an entity stay."""
    with db.writing() as connection:
        drafts = _all(connection, entity)
        drafts.pop(key, None)
        if draft:
            drafts[key] = draft
        newest = dict(list(drafts.items())[-_MOST:])
        put_setting(connection, f"draft:{entity}", json.dumps(newest, ensure_ascii=False))
    return Applied(0, "", {})


def new_key(given: Mapping[str, object]) -> str:
    """The key of a new record's draft: one for each thing that it is begun from."""
    if not given:
        return "new"
    words = repr(sorted((name, repr(value)) for name, value in given.items()))
    return f"new-{hashlib.sha256(words.encode()).hexdigest()[:16]}"


def _all(c: Connection, entity: str) -> dict[str, Any]:
    try:
        found = json.loads(setting(c, f"draft:{entity}") or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
