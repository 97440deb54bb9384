"""One window per database: a lock of the operating system, which dies with its holder.

The package filelock does the same and costs 0.07 s at the start (measured); this is the part of it
that the program needs, with the holder's name readable inside the file.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

from aps_desktop.domain.errors import UserError

_FAR = 1 << 20
"""The locked byte lies behind the text: on Windows a locked byte cannot be read by others."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has a database open: computer, account, process."""

    host: str
    user: str
    pid: int

    @property
    def here(self) -> bool:
        """Whether it is somebody on this computer."""
        return self.host == socket.gethostname()


class InUse(UserError):
    """Another window has the database open."""

    def __init__(self, holder: Holder) -> None:
        where = "this computer" if holder.here else f"the computer {holder.host}"
        who = f" by {holder.user}" if holder.user else ""
        super().__init__(
            f"This database is open already{who} on {where}.",
            "Close it there first, or work with a copy and merge by bundle.",
        )
        self.holder = holder


class WindowLock:
    """Holds a database for one window until it is released or the process ends."""

    def __init__(self, database: Path) -> None:
        self.path = database.with_name(database.name + ".lock")
        self._file: int | None = None

    def take(self) -> None:
        """Takes the lock; InUse says who has it. A folder that cannot be written has no lock."""
        try:
            file = os.open(self.path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
        except OSError:
            return  # a read-only place: nobody can write there anyway
        try:
            _lock(file)
        except OSError:
            os.close(file)
            raise InUse(self.holder()) from None
        me = {"host": socket.gethostname(), "user": _user(), "pid": os.getpid()}
        os.ftruncate(file, 0)
        os.lseek(file, 0, os.SEEK_SET)
        os.write(file, json.dumps(me).encode())
        self._file = file

    def holder(self) -> Holder:
        """Who wrote the lock's file last."""
        try:
            found = json.loads(self.path.read_text(encoding="utf-8"))
            return Holder(str(found["host"]), str(found["user"]), int(found["pid"]))
        except (OSError, ValueError, KeyError, TypeError):
            return Holder(socket.gethostname(), "", 0)

    def release(self) -> None:
        """Gives the database free."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


def _user() -> str:
    return os.environ.get("USER") or os.environ.get("USERNAME") or ""


if sys.platform == "win32":
    import msvcrt

    def _lock(file: int) -> None:
        os.lseek(file, _FAR, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: int) -> None:
        # Not flock: over a network share only this kind reaches the other computers. It belongs to
        # the process, so one process must not open the same lock file twice.
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, _FAR)
