"""Who writes in this database: a copy or an older backup must never pass for the original.

Beside the database, in the user's data folder, stands how far this installation had come in it. A
file that is behind that, or elsewhere, or on another computer, gets a new device id: two files that
write under one id would overwrite each other's changes in every office that merges them.
"""

from __future__ import annotations

import hashlib
import os
import socket
import sys
import uuid
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from aps_desktop.db import durable
from aps_desktop.db.connection import Connection
from aps_desktop.db.engine import Database
from aps_desktop.paths import data_dir

State = dict[str, Any]


def settle_identity(db: Database) -> str:
    """Gives the database a new device id where it is a copy or an older state; words if it did."""
    if db.postgres or db.read_only:
        return ""
    db.notice = _why_new(db.reader(), db.path)
    if db.notice:
        with db.writing() as connection:
            renew(connection)
    watch(db)
    return db.notice


def watch(db: Database) -> None:
    """Notes how far this installation has come in a database, now and after every commit."""
    path, place = db.path.resolve(), cache(_note)
    noted = note(db.reader(), path, None, place)

    def on_commit(c: Connection) -> None:
        nonlocal noted
        noted = note(c, path, noted, place)

    db.on_commit = on_commit


def _note(device: str) -> Path:
    return data_dir() / "devices" / f"{device}.json"


def note(
    c: Connection,
    path: Path,
    noted: State | None = None,
    place: Callable[[str], Path] = _note,
) -> State | None:
    """Notes how far this installation has come in the file at `path`; what is noted now.

    `place` names the file of a device's notes.
    """
    state = _state(c, str(path))
    if state is None or state == noted:
        return noted
    try:
        durable.overwrite_json(place(state["device"]), state)
    except OSError:
        return noted  # a lost note costs a new device id at the next start, nothing else
    return state


def renew(c: Connection) -> None:
    """A new device for this file, inside a write transaction; the old one is retired."""
    row = c.one("SELECT d.ord, d.uuid, d.office, d.name FROM local_state l JOIN device d "
                "ON d.ord = l.device")  # fmt: skip
    if row is None:
        return
    new = 1 + int(c.value("SELECT max(ord) FROM device"))
    c.run("UPDATE device SET status = 'retired' WHERE ord = ?", (row[0],))
    c.run(
        "INSERT INTO device(ord, uuid, office, name, parent, status) "
        "VALUES (?, ?, ?, ?, ?, 'self')",
        (new, uuid.uuid4().bytes, row[2], row[3], bytes(row[1])),
    )
    c.run("UPDATE local_state SET device = ?, seq = 0, txn = 0", (new,))
    c.run("DELETE FROM undo_entry")  # its steps are numbered by the retired device


def _why_new(c: Connection, path: Path) -> str:
    now = _state(c, str(path.resolve()))
    if now is None:
        return ""
    noted = durable.read_json(_note(now["device"]))
    if not isinstance(noted, dict) or noted.get("machine") != now["machine"]:
        return "This database was last used on another computer." + _FROM_NOW_ON
    elsewhere = noted.get("path") != now["path"]
    if elsewhere and Path(str(noted.get("path"))).exists():
        return "This is a copy of a database that this computer also has." + _FROM_NOW_ON
    if now["seq"] < noted.get("seq", 0) or not _goes_on(c, noted):
        return "This is an older state of the database." + _FROM_NOW_ON
    return ""


_FROM_NOW_ON = " What you change from now on is kept apart under a new device name."


def _goes_on(c: Connection, noted: State) -> bool:
    """Whether the file holds the transaction that was noted last, unchanged.

    An older program noted another kind of hash, under another name.
    """
    if not noted.get("txn") or "hash" not in noted:
        return True
    found = c.value(
        "SELECT t.chain FROM txn t JOIN local_state l ON l.device = t.device WHERE t.n = ?",
        (noted["txn"],),
    )
    return found is not None and bytes(found).hex() == noted["hash"]


def _state(c: Connection, path: str) -> State | None:
    row = c.one(
        "SELECT d.uuid, l.seq, l.txn, t.chain FROM local_state l JOIN device d ON d.ord = l.device "
        "LEFT JOIN txn t ON t.device = l.device AND t.n = l.txn"
    )
    if row is None:
        return None
    return {
        "device": bytes(row[0]).hex(),
        "seq": row[1],
        "txn": row[2],
        "hash": bytes(row[3]).hex() if row[3] is not None else "",
        "machine": _machine(),
        "path": path,
    }


@cache
def _machine() -> str:
    """A mark of this computer that is not its name: hashed, and never leaves it."""
    return hashlib.sha256(f"aps{_machine_text()}".encode()).hexdigest()[:32]


def _machine_text() -> str:
    if sys.platform == "win32":
        import winreg

        try:
            with winreg.OpenKey(
                winreg.HKEY_LOCAL_MACHINE, r"SOFTWARE\Microsoft\Cryptography"
            ) as key:
                return str(winreg.QueryValueEx(key, "MachineGuid")[0])
        except OSError:
            return socket.gethostname()
    for name in ("/etc/machine-id", "/var/lib/dbus/machine-id"):
        if os.path.exists(name):
            text = Path(name).read_text(encoding="utf-8", errors="replace").strip()
            if text:
                return text
    node = uuid.getnode()
    made_up = node >> 40 & 1  # no network card: another number at every start
    return socket.gethostname() if made_up else f"{node:012x}"
