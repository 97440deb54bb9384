"""Opens a workbook: a child process reads it under limits, and its cells arrive as plain values."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import msgspec

from aps_desktop.domain.errors import UserError
from aps_desktop.exchange.cells import Row, Sheet, Workbook
from aps_desktop.exchange.frames import read_frame, start_child
from aps_desktop.exchange.gc_pause import collector_paused
from aps_desktop.exchange.limits import Limits

CHILD_COMMAND = "--workbook-child"


def read_workbook(
    path: Path,
    limits: Limits | None = None,
    *,
    progress: Callable[[int], None] = lambda rows: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Workbook:
    """All sheets of an .xlsx, .xlsm, .xls, .ods or .csv file; UserError says why it cannot be read.

    `progress` is told the rows read so far.
    """
    limits = limits or Limits()
    if not path.is_file():
        raise UserError(f"There is no file “{path.name}”.", "Choose the workbook again.")
    sheets: list[Sheet] = []
    rows: list[Row] = []
    with collector_paused(), _Child(path, limits) as child:
        done = 0
        for message in child.messages():
            if cancelled():
                raise UserError("The import was cancelled.")
            if message[0] == "sheet":
                rows = []
                sheets.append(_sheet(message, rows))
            elif message[0] == "rows":
                rows.extend(_rows(message))
                done += message[1]
                progress(done)
    return Workbook(path.name, tuple(sheets))


class _Child:
    """The running child process; leaving the block ends it."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self._limits = limits
        self._late = False
        self._process = start_child(
            "aps_desktop.exchange.workbook_child", CHILD_COMMAND,
            [str(path.resolve()), msgspec.json.encode(limits).decode()],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self._timer = threading.Timer(limits.seconds, self._stop)
        self._timer.daemon = True

    def __enter__(self) -> _Child:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self._process.kill()
        if self._process.stdout:
            self._process.stdout.close()
        self._process.wait()

    def _stop(self) -> None:
        self._late = True
        self._process.kill()

    def messages(self) -> Iterator[list[Any]]:
        """The frames up to the end; an error frame or an early death is a UserError."""
        stream = self._process.stdout
        if stream is None:
            raise self._died()
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
            reason = f"reading it took longer than {self._limits.seconds} seconds."
        else:
            reason = "it needs too much memory, or it was made to do harm."
        return UserError(f"This workbook cannot be read: {reason}", "Split it, or save it anew.")


def _sheet(message: list[Any], rows: list[Row]) -> Sheet:
    _, name, hidden, merged, marks = message
    return Sheet(
        name,
        rows,
        {(row, column): mark for row, column, mark in marks},
        tuple((a, b, c, d) for a, b, c, d in merged),
        hidden,
    )


def _rows(message: list[Any]) -> Iterator[Row]:
    columns = []
    for values, days, times in message[2]:
        for i in days:
            values[i] = date.fromordinal(values[i])
        for i in times:
            values[i] = datetime.fromisoformat(values[i])
        columns.append(values)
    return zip(*columns, strict=True)
