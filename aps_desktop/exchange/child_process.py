"""A child process that reads what came from elsewhere: its frames, its end, and its limits."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from typing import IO, Any

import msgspec

from aps_desktop.children import read_frame, start_child
from aps_desktop.domain.errors import UserError
from aps_desktop.fault_report import report

_log = logging.getLogger(__name__)
_TOLD = 64 << 10
"""So many bytes of a child's last words are read, from their end."""
_LOOK_EVERY = 0.1
"""Seconds after which a stop is noticed."""
_TIME_IS_OVER = int(getattr(signal, "SIGXCPU", 0)) or 1
"""The signal by which the system ends a child that has had its processor time."""
_PATIENCE = 5.0
"""Seconds that a child which has fallen silent gets to end by itself."""


def never() -> bool:
    """Nobody stops the child."""
    return False


class ChildProcess:
    """The running child; leaving the block ends it, and so does `cancelled` when it says so.

    `what` is what cannot be read when it dies: "This workbook". `writes` gives it standard input.
    """

    def __init__(
        self,
        module: str,
        arguments: list[str],
        *,
        seconds: float,
        what: str,
        hint: str,
        writes: bool = False,
        cancelled: Callable[[], bool] = never,
    ) -> None:
        self._what, self._hint, self._seconds = what, hint, seconds
        self._late = self._stopped = False
        self._words = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the block is left
        self._process = start_child(
            module, arguments,
            stdin=subprocess.PIPE if writes else subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=self._words,
        )  # fmt: skip
        self._over = threading.Event()
        self._watcher = threading.Thread(
            target=self._watch, args=(cancelled,), name="aps-child-watcher", daemon=True
        )

    def __enter__(self) -> ChildProcess:
        self._watcher.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._process.kill()
        for stream in (self._process.stdout, self._process.stdin, self._words):
            if stream:
                with contextlib.suppress(OSError):  # what was not written has nobody to read it
                    stream.close()
        self._process.wait()
        self._watcher.join()

    def _watch(self, cancelled: Callable[[], bool]) -> None:
        """In a thread of its own: ends the child when its time is over or nobody waits for it."""
        end = time.monotonic() + self._seconds
        while True:
            self._late = time.monotonic() > end
            self._stopped = cancelled()
            if self._late or self._stopped:
                self._process.kill()
            if self._late or self._stopped or self._over.wait(_LOOK_EVERY):
                return

    @property
    def input(self) -> IO[bytes]:
        stream: IO[bytes] = self._process.stdin
        return stream

    def messages(self) -> Iterator[list[Any]]:
        """The frames up to the end; an error frame or an early death is a UserError."""
        stream = self._process.stdout
        decode = msgspec.msgpack.Decoder(list[Any]).decode
        while True:
            frame = read_frame(stream)
            if frame is None:
                raise self._died()
            message = decode(frame)
            if message[0] == "error":
                raise UserError(message[1], message[2])
            if message[0] == "end":
                return
            yield message

    def _died(self) -> UserError:
        if self._stopped:
            return UserError(f"{self._what} was not read to its end.", "It was stopped.")
        self._let_end()
        if self._late or self._process.returncode == -_TIME_IS_OVER:
            reason = f"it took longer than {self._seconds:.0f} seconds."
        elif fault := self._fault():
            _log.error("unexpected error in a child process\n%s", report(fault))
            return UserError(
                f"{self._what} cannot be read: there is a fault in the program.",
                "It is no fault of yours or of the file's. The log says where it is.",
            )
        else:
            reason = "it needs too much memory, or it was made to do harm."
        return UserError(f"{self._what} cannot be read: {reason}", self._hint)

    def _let_end(self) -> None:
        """Waits for the end of a child that has fallen silent: only then is its code known."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_PATIENCE)

    def _fault(self) -> str:
        """The traceback of a child that ended by an error of its own; nothing where it was ended
        by the system, or ran out of memory."""
        size = self._words.seek(0, os.SEEK_END)
        self._words.seek(max(0, size - _TOLD))
        told = self._words.read().decode("utf-8", "replace")
        last = told.strip().rpartition("\n")[2]
        failed = self._process.returncode == 1 and "Traceback (most recent call last)" in told
        return told if failed and not last.startswith("MemoryError") else ""
