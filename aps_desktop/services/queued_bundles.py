"""Bundles of a newer program: noted, so that they are opened again once this one is updated."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from aps_desktop.db.connection import Connection
from aps_desktop.db.engine import Database

_STATE = "queued"


@dataclass(frozen=True, slots=True)
class Queued:
    """A bundle that waits for an update: its file, the version that made it, since when."""

    file: str
    path: str
    made_by: str
    since: int


def put(db: Database, path: Path, made_by: str) -> None:
    """Notes that a bundle waits, once for each file."""
    with path.open("rb") as file:
        mark = hashlib.file_digest(file, "sha256").digest()[:16]
    report = {"path": str(path.absolute()), "made_by": made_by}
    with db.writing() as c:
        if c.value("SELECT 1 FROM bundle_log WHERE bundle = ? AND state = ?", (mark, _STATE)):
            return
        c.run(
            "INSERT INTO bundle_log(n, direction, bundle, sequence, at, changes, state, file, "
            "report) VALUES ((SELECT coalesce(max(n), 0) + 1 FROM bundle_log), 'in', ?, 0, ?, 0, "
            "?, ?, ?)",
            (mark, db.clock.millis(), _STATE, path.name, json.dumps(report, sort_keys=True)),
        )
        from aps_desktop.services import updates  # late: it brings cryptography

        updates.heard_of(c, made_by)


def opened(c: Connection, file: str) -> None:
    """A bundle of that name was merged: it waits no longer."""
    c.run("UPDATE bundle_log SET state = 'opened' WHERE state = ? AND file = ?", (_STATE, file))


def waiting(c: Connection) -> list[Queued]:
    """The bundles that wait for an update, the oldest first."""
    rows = c.all("SELECT file, report, at FROM bundle_log WHERE state = ? ORDER BY n", (_STATE,))
    found = []
    for file, report, since in rows:
        said = json.loads(report)
        found.append(Queued(file, said["path"], said["made_by"], since))
    return found
