"""A child process that reads what came from elsewhere: its frames, its end, and its limits."""

from __future__ import annotations

import contextlib
import logging
import os
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from typing import IO, Any

import msgspec

from aps_desktop.children import read_frame, start_child
from aps_desktop.domain.errors import UserError
from aps_desktop.fault_report import report

_log = logging.getLogger(__name__)
_TOLD = 64 << 10
"""So many bytes of a child's last words are read, from their end."""
_PATIENCE = 5.0
"""Seconds that a child which has fallen silent gets to end by itself."""


class ChildProcess:
    """The running child; leaving the block ends it.

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
    ) -> None:
        self._what, self._hint, self._seconds = what, hint, seconds
        self._late = False
        self._words = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the block is left
        self._process = start_child(
            module, arguments,
            stdin=subprocess.PIPE if writes else subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=self._words,
        )  # fmt: skip
        self._timer = threading.Timer(seconds, self._stop)
        self._timer.daemon = True
        self._timer.name = "aps-child-timer"

    def __enter__(self) -> ChildProcess:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self._process.kill()
        for stream in (self._process.stdout, self._process.stdin, self._words):
            if stream:
                with contextlib.suppress(OSError):  # what was not written has nobody to read it
                    stream.close()
        self._process.wait()
        self._timer.join()

    def _stop(self) -> None:
        self._late = True
        self._process.kill()

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
        if self._late:
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

    def _fault(self) -> str:
        """The traceback of a child that ended by an error of its own; nothing where it was ended
        by the system, or ran out of memory."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_PATIENCE)
        size = self._words.seek(0, os.SEEK_END)
        self._words.seek(max(0, size - _TOLD))
        told = self._words.read().decode("utf-8", "replace")
        last = told.strip().rpartition("\n")[2]
        failed = self._process.returncode == 1 and "Traceback (most recent call last)" in told
        return told if failed and not last.startswith("MemoryError") else ""
