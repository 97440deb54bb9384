"""One piece of background work, in two halves: the thread's, and the window's.

A thread must never hold the last reference to anything of Qt, or it would destroy a widget from
the wrong side. So what goes into a thread knows nothing of whoever asked.
"""

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

QUERY, MUTATE, LONG = "query", "mutate", "long"


@dataclass(eq=False)
class Task:
    """The thread's half: what to run, and what came of it."""

    number: int
    kind: str
    work: Callable[..., Any] | None
    result: Any = None
    error: Exception | None = None
    traceback: str = ""
    _stopped: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _connection: Connection | None = None

    def take_work(self) -> Callable[..., Any]:
        """The work; the thread keeps no reference to it once it has run."""
        work, self.work = self.work, None
        if work is None:
            raise RuntimeError("A task runs once.")
        return work

    def stop(self) -> None:
        """Nobody waits any more: a query is interrupted, other work may ask `stopped`."""
        self._stopped.set()
        with self._lock:
            if self._connection is not None and self.kind == QUERY:
                self._connection.interrupt()

    def stopped(self) -> bool:
        return self._stopped.is_set()

    def runs_on(self, connection: Connection | None) -> None:
        """Which connection an interrupt must stop; None when the work is over."""
        with self._lock:
            self._connection = connection


@dataclass(eq=False)
class Job:
    """The window's half, which whoever asked may keep in order to `cancel`.

    A mutation that has begun runs to its end; only its answer is dropped.
    """

    task: Task
    work: Callable[..., Any]
    done: Done | None
    failed: Failed | None
    key: Hashable = None
    progressed: Progress | None = None
    owner: weakref.ref[Any] | None = None

    def cancel(self) -> None:
        """The result is not wanted any more."""
        self.task.stop()

    def wanted(self) -> bool:
        """Whether the result should still be delivered."""
        if self.task.stopped():
            return False
        if self.owner is None:
            return True
        owner = self.owner()
        return owner is not None and (not isinstance(owner, QObject) or isValid(owner))
