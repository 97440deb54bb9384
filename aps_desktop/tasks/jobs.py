"""One piece of background work: what to run, whom to tell, and whether anybody still waits."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QObject
from shiboken6 import isValid

from aps_desktop.db.connection import Connection

Done = Callable[[Any], object]
Failed = Callable[[Exception], object]
Progress = Callable[[int, int, str], None]
"""How far long work is: (done, of how much - 0 when unknown, what it is doing)."""
Cancelled = Callable[[], bool]


@dataclass(eq=False)
class Job:
    """What the runner hands back for each request; `cancel` makes its result unwanted.

    `kind` is "query", "mutate" or "long". A mutation that has begun runs to its end.
    """

    kind: str
    work: Callable[..., Any]
    done: Done | None
    failed: Failed | None
    key: Hashable = None
    progressed: Progress | None = None
    result: Any = None
    error: Exception | None = None
    traceback: str = ""
    _owner: weakref.ref[Any] | None = None
    _stopped: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _connection: Connection | None = None

    def owned_by(self, owner: object | None) -> Job:
        """Ties the job to whoever asked: gone owners get no results."""
        self._owner = weakref.ref(owner) if owner is not None else None
        return self

    def cancel(self) -> None:
        """The result is not wanted any more: stops the query where it can."""
        self._stopped.set()
        with self._lock:
            if self._connection is not None and self.kind == "query":
                self._connection.interrupt()

    def cancelled(self) -> bool:
        return self._stopped.is_set()

    def wanted(self) -> bool:
        """Whether the result should still be delivered."""
        if self.cancelled():
            return False
        if self._owner is None:
            return True
        owner = self._owner()
        return owner is not None and (not isinstance(owner, QObject) or isValid(owner))

    def runs_on(self, connection: Connection | None) -> None:
        """Which connection an interrupt must stop; None when the work is over."""
        with self._lock:
            self._connection = connection
