"""Work beside the window: `query` reads, `mutate` writes, `long` takes its time and can be stopped.

Two threads read, each with a connection of its own; one writes. Whatever they find comes back
through the runner's own signal, so no thread ever touches a widget.
"""

from __future__ import annotations

import logging
import queue
import sys
import threading
import time
import traceback
from collections.abc import Callable, Hashable
from contextlib import suppress
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

from aps_desktop.db.connection import Connection, Interrupted
from aps_desktop.db.engine import Database
from aps_desktop.domain.changes import Applied
from aps_desktop.domain.errors import UserError
from aps_desktop.tasks.jobs import Cancelled, Done, Failed, Job, Progress

_log = logging.getLogger(__name__)

READERS = 2
_READ_BUSY_MS = 5000
_WINDOW_BUSY_MS = 30
_CACHE_KIB = 8192
"""A reader's page cache: the system keeps the file's pages anyway, and lists scan whole tables."""

_TELL_EVERY = 0.05
_SWITCH_INTERVAL = 0.001
"""Python's own 5 ms let a busy thread hold up each frame of the window (measured)."""


class BaseRunner(QObject):
    """What the window knows of a runner; the two below differ in where the work runs.

    `changed` carries the Applied of each write, once for the whole program; `failed` a UserError
    that nobody asked for; `crashed` the traceback of a bug; `progressed` (Job, done, of, words).
    """

    changed = Signal(object)
    failed = Signal(object)
    crashed = Signal(str)

    def __init__(self, db: Database, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("runner")
        self.db = db
        self._latest: dict[tuple[int, Hashable], Job] = {}
        self._window: Connection | None = None

    def query(
        self,
        work: Callable[[Connection], Any],
        done: Done,
        failed: Failed | None = None,
        *,
        owner: object | None = None,
        key: Hashable = None,
    ) -> Job:
        """Reads with `work(connection)`; a later query of the same owner and key replaces it."""
        job = Job("query", work, done, failed, key).owned_by(owner)
        if key is not None:
            at = (id(owner), key)
            if (earlier := self._latest.get(at)) is not None:
                earlier.cancel()
            self._latest[at] = job
        self._start(job)
        return job

    def mutate(
        self,
        work: Callable[[Database], Applied],
        done: Done | None = None,
        failed: Failed | None = None,
        *,
        owner: object | None = None,
    ) -> Job:
        """Writes with `work(db)`, one after another; then `done(applied)`, then `changed`.

        The write is done also when the owner is gone by then; only `done` is left out.
        """
        job = Job("mutate", work, done, failed).owned_by(owner)
        self._start(job)
        return job

    def long(
        self,
        work: Callable[[Database, Progress, Cancelled], Any],
        done: Done | None = None,
        failed: Failed | None = None,
        *,
        owner: object | None = None,
        progressed: Progress | None = None,
    ) -> Job:
        """Runs `work(db, progress, cancelled)` in a thread for work of seconds to minutes.

        What it writes is announced when it gives back an Applied, or a tuple that holds one.
        """
        job = Job("long", work, done, failed, progressed=progressed).owned_by(owner)
        self._start(job)
        return job

    def cancel(self, owner: object, key: Hashable) -> None:
        """Drops the query of that owner and key, if it is still under way."""
        job = self._latest.pop((id(owner), key), None)
        if job is not None:
            job.cancel()

    def window_connection(self) -> Connection:
        """The connection for reads of under a millisecond in the window's own thread.

        It waits 30 ms for a writer and then says that the file is locked.
        """
        if self._window is None:
            self._window = open_reader(self.db, _WINDOW_BUSY_MS)
        return self._window

    def reopen(self) -> None:
        """Lets go of all connections, so that the file can be replaced; they open again alone."""
        if self._window is not None:
            self._window.close()
            self._window = None

    def idle(self) -> bool:
        """Whether nothing is under way."""
        return True

    def shutdown(self) -> None:
        """Ends the work: queries are dropped, writes are finished."""
        self.reopen()

    def _start(self, job: Job) -> None:
        raise NotImplementedError

    def _deliver(self, job: Job) -> None:
        """In the window's thread: the result goes to whoever asked, writes to everybody."""
        self._forget(job)
        if job.error is None:
            if job.done is not None and job.wanted():
                job.done(job.result)
            applied = applied_in(job.result) if job.kind != "query" else None
            if applied is not None and (applied.number or applied.touched):
                self.changed.emit(applied)
        elif not isinstance(job.error, Interrupted):
            self._tell(job, job.error)

    def _tell(self, job: Job, error: Exception) -> None:
        if not isinstance(error, UserError):
            _log.error("background work failed\n%s", job.traceback)
        if job.failed is not None and job.wanted() and isinstance(error, UserError):
            job.failed(error)
        elif isinstance(error, UserError) and (job.wanted() or job.kind == "mutate"):
            self.failed.emit(error)
        elif not isinstance(error, UserError):
            self.crashed.emit(job.traceback)

    def _forget(self, job: Job) -> None:
        for at in [at for at, known in self._latest.items() if known is job]:
            del self._latest[at]


class InlineRunner(BaseRunner):
    """Does everything at once in the window's thread: for tests of panes. Bugs are raised."""

    def _start(self, job: Job) -> None:
        try:
            if job.kind == "query":
                job.result = job.work(self.db.reader())
            elif job.kind == "mutate":
                job.result = job.work(self.db)
            else:
                job.result = job.work(self.db, job.progressed or _no_progress, job.cancelled)
        except UserError as error:
            job.error = error
        self._deliver(job)


class Runner(BaseRunner):
    """The threads. Made once for the life of the window; `shutdown` before the program ends."""

    _arrived = Signal(object)
    _moved = Signal(object, object)

    def __init__(self, db: Database, parent: QObject | None = None) -> None:
        super().__init__(db, parent)
        sys.setswitchinterval(_SWITCH_INTERVAL)
        self._queues: dict[str, queue.SimpleQueue[Job | None]] = {
            kind: queue.SimpleQueue() for kind in ("query", "mutate", "long")
        }
        self._under_way = 0
        self._running: set[Job] = set()
        self._threads: dict[str, list[threading.Thread]] = {}
        self._epoch = 0
        self._closed = False
        queued = Qt.ConnectionType.QueuedConnection
        self._arrived.connect(self._on_arrived, queued)
        self._moved.connect(self._on_moved, queued)

    def reopen(self) -> None:
        super().reopen()
        self._epoch += 1

    def idle(self) -> bool:
        return not self._under_way

    def shutdown(self) -> None:
        if self._closed:
            return
        self._closed = True
        for job in list(self._running):
            if job.kind != "mutate":
                job.cancel()
        for kind, threads in self._threads.items():
            for _ in threads:
                self._queues[kind].put(None)
        for threads in self._threads.values():
            for thread in threads:
                thread.join()
        self._latest.clear()
        super().shutdown()

    def _start(self, job: Job) -> None:
        if self._closed:
            return
        self._under_way += 1
        self._running.add(job)
        if job.kind not in self._threads:
            self._threads[job.kind] = self._threads_for(job.kind)
        self._queues[job.kind].put(job)

    def _threads_for(self, kind: str) -> list[threading.Thread]:
        """Threads start when they are first needed: a start without a write has no writer."""
        if kind == "query":
            names, target = [f"aps-read-{n + 1}" for n in range(READERS)], self._read
        else:
            names, target = [f"aps-{kind}"], self._write
        threads = [
            threading.Thread(target=target, args=(self._queues[kind],), name=name, daemon=True)
            for name in names
        ]
        for thread in threads:
            thread.start()
        return threads

    # In the threads ------------------------------------------------------------------------------

    def _read(self, jobs: queue.SimpleQueue[Job | None]) -> None:
        connection: Connection | None = None
        epoch = self._epoch
        while (job := jobs.get()) is not None:
            if job.cancelled():
                self._arrived.emit(job)
                continue
            if connection is not None and epoch != self._epoch:
                connection.close()
                connection = None
            try:
                if connection is None:
                    epoch, connection = self._epoch, open_reader(self.db, _READ_BUSY_MS)
                job.runs_on(connection)
                if not job.cancelled():
                    job.result = job.work(connection)
            except Exception as error:
                job.error, job.traceback = error, traceback.format_exc()
                _end_reading(connection)
            job.runs_on(None)
            self._arrived.emit(job)
        if connection is not None:
            connection.close()

    def _write(self, jobs: queue.SimpleQueue[Job | None]) -> None:
        while (job := jobs.get()) is not None:
            try:
                if job.kind == "mutate":
                    job.result = job.work(self.db)
                elif not job.cancelled():
                    job.result = job.work(self.db, self._progress_of(job), job.cancelled)
            except Exception as error:
                job.error, job.traceback = error, traceback.format_exc()
            self._arrived.emit(job)

    def _progress_of(self, job: Job) -> Progress:
        told = 0.0

        def progress(done: int, of: int, words: str) -> None:
            nonlocal told
            now = time.monotonic()
            if now - told >= _TELL_EVERY or done == of:
                told = now
                self._moved.emit(job, (done, of, words))

        return progress

    # In the window's thread ----------------------------------------------------------------------

    def _on_arrived(self, job: Job) -> None:
        self._under_way -= 1
        self._running.discard(job)
        if not self._closed:
            self._deliver(job)

    def _on_moved(self, job: Job, step: tuple[int, int, str]) -> None:
        if job.progressed is not None and job.wanted() and not self._closed:
            job.progressed(*step)


def open_reader(db: Database, busy_ms: int) -> Connection:
    """A connection for reading, with a cache that fits a thread of many."""
    connection = db.connect(busy_ms=busy_ms)
    if not connection.postgres:
        connection.run(f"PRAGMA cache_size=-{_CACHE_KIB}")
    return connection


def applied_in(result: Any) -> Applied | None:
    """The Applied that a piece of work gave back, alone or in a tuple."""
    if isinstance(result, tuple):
        return next((part for part in result if isinstance(part, Applied)), None)
    return result if isinstance(result, Applied) else None


def _no_progress(done: int, of: int, words: str) -> None:
    """Nobody watches."""


def _end_reading(connection: Connection | None) -> None:
    """Leaves no read transaction open: it would hold up every writer."""
    if connection is not None:
        with suppress(Exception):
            connection.run("ROLLBACK")
