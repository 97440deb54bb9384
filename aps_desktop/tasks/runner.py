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
import weakref
from collections.abc import Callable, Hashable
from contextlib import suppress
from itertools import count
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

from aps_desktop.db.connection import Connection, Interrupted
from aps_desktop.db.engine import Database
from aps_desktop.domain.changes import Applied
from aps_desktop.domain.errors import UserError
from aps_desktop.tasks.collector import Collector, give_back_memory
from aps_desktop.tasks.jobs import (
    LONG,
    MUTATE,
    QUERY,
    Cancelled,
    Done,
    Failed,
    Job,
    Progress,
    Task,
)

_log = logging.getLogger(__name__)

READERS = 2
_READ_BUSY_MS = 5000
_WINDOW_BUSY_MS = 30
_CACHE_KIB = 4096
"""A reader's page cache: the system keeps the file's pages anyway, and lists scan whole tables."""

_TELL_EVERY = 0.05
_LARGE = 0.2
"""Seconds of reading after which it is worth giving memory back to the system."""

_SWITCH_INTERVAL = 0.001
"""Python's own 5 ms let a busy thread hold up each frame of the window (measured)."""


class BaseRunner(QObject):
    """What the window knows of a runner; the two below differ in where the work runs.

    `changed` carries the Applied of each write, once for the whole program; `failed` a UserError
    that nobody asked for; `crashed` the traceback of a bug; `progressed` (Job, done, of, words).
    Before there is a database (`db` is None) it does only `long` work, which then gets None.
    """

    changed = Signal(object)
    failed = Signal(object)
    crashed = Signal(str)

    def __init__(self, db: Database | None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("runner")
        self._db = db
        self._numbers = count(1)
        self._latest: dict[tuple[int, Hashable], Job] = {}
        self._window: Connection | None = None

    @property
    def db(self) -> Database:
        """The database; RuntimeError where there is none yet."""
        if self._db is None:
            raise RuntimeError("there is no database yet")
        return self._db

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
        job = self._job(QUERY, work, done, failed, owner)
        job.key = key
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
        job = self._job(MUTATE, work, done, failed, owner)
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
        job = self._job(LONG, work, done, failed, owner)
        job.progressed = progressed
        self._start(job)
        return job

    def _job(
        self,
        kind: str,
        work: Callable[..., Any],
        done: Done | None,
        failed: Failed | None,
        owner: object | None,
    ) -> Job:
        job = Job(Task(next(self._numbers), kind, work), work, done, failed)
        job.owner = weakref.ref(owner) if owner is not None else None
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
        task = job.task
        if task.error is not None:
            if not isinstance(task.error, Interrupted):
                self._tell(job, task.error)
            return
        if job.done is not None and job.wanted():
            job.done(task.result)
        applied = applied_in(task.result) if task.kind != QUERY else None
        if applied is not None and (applied.number or applied.touched):
            self.changed.emit(applied)

    def _tell(self, job: Job, error: Exception) -> None:
        if not isinstance(error, UserError):
            _log.error("background work failed\n%s", job.task.traceback)
            self.crashed.emit(job.task.traceback)
        elif job.failed is not None and job.wanted():
            job.failed(error)
        elif job.wanted() or job.task.kind == MUTATE:
            self.failed.emit(error)

    def _forget(self, job: Job) -> None:
        for at in [at for at, known in self._latest.items() if known is job]:
            del self._latest[at]


class InlineRunner(BaseRunner):
    """Does everything at once in the window's thread: for tests of panes. Bugs are raised."""

    def _start(self, job: Job) -> None:
        task = job.task
        try:
            if task.kind == QUERY:
                task.result = job.work(self.db.reader())
            elif task.kind == MUTATE:
                task.result = job.work(self.db)
            else:
                task.result = job.work(self._db, job.progressed or _no_progress, task.stopped)
        except UserError as error:
            task.error = error
        self._deliver(job)


class Runner(BaseRunner):
    """The threads. Made once for the life of the window; `shutdown` before the program ends."""

    _arrived = Signal(object)
    _moved = Signal(object, object)

    def __init__(self, db: Database | None, parent: QObject | None = None) -> None:
        super().__init__(db, parent)
        sys.setswitchinterval(_SWITCH_INTERVAL)
        self._queues: dict[str, queue.SimpleQueue[Task | None]] = {
            kind: queue.SimpleQueue() for kind in (QUERY, MUTATE, LONG)
        }
        self._running: dict[int, Job] = {}
        self._threads: dict[str, list[threading.Thread]] = {}
        self._epoch = 0
        self._closed = False
        self._collector = Collector(self)
        queued = Qt.ConnectionType.QueuedConnection
        self._arrived.connect(self._on_arrived, queued)
        self._moved.connect(self._on_moved, queued)

    def reopen(self) -> None:
        super().reopen()
        self._epoch += 1

    def idle(self) -> bool:
        return not self._running

    def shutdown(self) -> None:
        if self._closed:
            return
        self._closed = True
        for job in self._running.values():
            if job.task.kind != MUTATE:
                job.cancel()
        for kind, threads in self._threads.items():
            for _ in threads:
                self._queues[kind].put(None)
        for threads in self._threads.values():
            for thread in threads:
                thread.join()
        self._latest.clear()
        self._running.clear()
        self._collector.stop()
        super().shutdown()

    def _start(self, job: Job) -> None:
        if self._closed:
            return
        kind = job.task.kind
        self._running[job.task.number] = job
        if kind not in self._threads:
            self._threads[kind] = self._threads_for(kind)
        self._queues[kind].put(job.task)

    def _threads_for(self, kind: str) -> list[threading.Thread]:
        """Threads start when they are first needed: a start without a write has no writer."""
        if kind == QUERY:
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

    def _read(self, tasks: queue.SimpleQueue[Task | None]) -> None:
        connection: Connection | None = None
        epoch = self._epoch
        while (task := tasks.get()) is not None:
            if connection is not None and epoch != self._epoch:
                connection.close()
                connection = None
            try:
                if connection is None:
                    epoch, connection = self._epoch, open_reader(self.db, _READ_BUSY_MS)
                task.runs_on(connection)
                if not task.stopped():
                    begun = time.monotonic()
                    task.result = task.take_work()(connection)
                    if time.monotonic() - begun > _LARGE:
                        give_back_memory()
            except Exception as error:
                task.error, task.traceback = error, traceback.format_exc()
                error.__traceback__ = None
                _end_reading(connection)
            task.runs_on(None)
            self._arrived.emit(task)
        if connection is not None:
            connection.close()

    def _write(self, tasks: queue.SimpleQueue[Task | None]) -> None:
        while (task := tasks.get()) is not None:
            try:
                if task.kind == MUTATE:
                    task.result = task.take_work()(self.db)
                elif not task.stopped():
                    progress = self._progress_of(task)
                    task.result = task.take_work()(self._db, progress, task.stopped)
            except Exception as error:
                task.error, task.traceback = error, traceback.format_exc()
                error.__traceback__ = None
            self._arrived.emit(task)

    def _progress_of(self, task: Task) -> Progress:
        told = 0.0

        def progress(done: int, of: int, words: str) -> None:
            nonlocal told
            now = time.monotonic()
            if now - told >= _TELL_EVERY or done == of:
                told = now
                self._moved.emit(task, (done, of, words))

        return progress

    # In the window's thread ----------------------------------------------------------------------

    def _on_arrived(self, task: Task) -> None:
        job = self._running.pop(task.number, None)
        if job is not None and not self._closed:
            self._deliver(job)

    def _on_moved(self, task: Task, step: tuple[int, int, str]) -> None:
        job = self._running.get(task.number)
        if job is not None and job.progressed is not None and job.wanted() and not self._closed:
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
