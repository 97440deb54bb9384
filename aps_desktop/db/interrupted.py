"""Long work that a crash or a power cut may end: the next start says in words what became of it.

All of it is one transaction or one file put in place, so there is nothing to mend; but a person who
saw the screen go dark must be told whether to do it again.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from aps_desktop.db import durable
from aps_desktop.db.connection import Connection
from aps_desktop.db.engine import Database
from aps_desktop.paths import data_dir

_DEVICE = "SELECT d.uuid FROM local_state l JOIN device d ON d.ord = l.device"
_IN, _OUT = "in", "out"


@contextmanager
def merging(db: Database, file: str) -> Iterator[None]:
    """Notes for the next start that a bundle is being merged."""
    after = db.reader().value("SELECT max(n) FROM bundle_log") or 0
    with _noted(db, {"way": _IN, "name": file, "after": after}):
        yield


@contextmanager
def exporting(db: Database, target: Path) -> Iterator[None]:
    """Notes for the next start that a bundle is being written."""
    after = db.reader().value("SELECT max(n) FROM bundle_log") or 0
    part = str(durable.part_of(target.absolute()))
    with _noted(db, {"way": _OUT, "name": target.name, "part": part, "after": after}):
        yield


def words(db: Database) -> str:
    """What was interrupted since this database was last open, once; "" if nothing was."""
    folder = data_dir() / "busy"
    if not folder.is_dir() or db.read_only:
        return ""
    c = db.reader()
    note = folder / f"{bytes(c.value(_DEVICE) or b'').hex()}.json"
    said = durable.read_json(note)
    if not isinstance(said, dict) or said.get("database") != _place(db):
        return ""
    with _held(note) as ours:
        if not ours:
            return ""  # another process is at it right now
        told = _told(c, said)
        with contextlib.suppress(OSError):
            note.unlink(missing_ok=True)
    return told


def _told(c: Connection, said: dict[str, Any]) -> str:
    name, way = str(said.get("name", "")), said.get("way")
    done = c.value(
        "SELECT 1 FROM bundle_log WHERE n > ? AND direction = ? AND file = ?",
        (int(said.get("after", 0)), way, name),
    )
    if way == _IN:
        if done:
            return f"The program ended just after “{name}” was merged. All of it is here."
        return f"The merge of “{name}” was not completed; nothing was changed. Open it once more."
    with contextlib.suppress(OSError):
        Path(str(said.get("part"))).unlink(missing_ok=True)
    if done:
        return f"The program ended just after the bundle “{name}” was written. It is complete."
    return f"The bundle “{name}” was not completed; nothing was lost. Make it once more."


@contextmanager
def _noted(db: Database, what: dict[str, Any]) -> Iterator[None]:
    note = data_dir() / "busy" / f"{bytes(db.reader().value(_DEVICE) or b'').hex()}.json"
    note.parent.mkdir(exist_ok=True)
    with _held(note) as ours:
        if ours:
            with contextlib.suppress(OSError):
                durable.write_json(note, {**what, "database": _place(db)})
        try:
            yield
        finally:
            if ours:
                with contextlib.suppress(OSError):
                    note.unlink(missing_ok=True)


@contextmanager
def _held(note: Path) -> Iterator[bool]:
    """Holds the note's lock, which dies with the process; False when somebody else has it."""
    from filelock import FileLock, Timeout

    lock = FileLock(note.with_suffix(".lock"), blocking=False)
    try:
        lock.acquire()
    except (Timeout, OSError):
        yield False
        return
    try:
        yield True
    finally:
        lock.release()


def _place(db: Database) -> str:
    return db.location if db.postgres else str(db.path.resolve())
