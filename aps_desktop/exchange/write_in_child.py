"""Writes a workbook in a child process; this one only turns values into cells."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from itertools import islice
from pathlib import Path
from typing import IO, Any

from aps_desktop.children import start_child, write_frame
from aps_desktop.domain.errors import UserError
from aps_desktop.exchange.cell_values import DATE_LOOK, Label
from aps_desktop.exchange.cells import Cell
from aps_desktop.exchange.plain_sheet import PlainSheet
from aps_desktop.exchange.write_workbook import (
    Counter,
    SheetOut,
    no_label,
    plain,
)

_CHUNK = 500


def write_in_child(
    path: Path,
    sheets: Iterable[SheetOut],
    *,
    label: Label = no_label,
    progress: Callable[[int], None] = lambda rows: None,
    cancelled: Callable[[], bool] = lambda: False,
    fast: bool = True,
) -> int:
    """As `write_workbook`, for large lists; returns the number of records."""
    draft = path.with_name(f".{path.name}.part")
    counter = Counter(progress)
    child = start_child(
        "exchange.writer_child",
        [str(draft.resolve()), "fast" if fast else "slow"],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        with contextlib.suppress(BrokenPipeError), child.stdin as stream:
            _send(stream, list(plain(sheets, label, counter)), cancelled)
        if child.wait() != 0:
            raise UserError(
                f"“{path.name}” could not be written.", "Is there room, and may you write there?"
            )
        os.replace(draft, path)
    finally:
        child.kill()
        child.wait()
        draft.unlink(missing_ok=True)
    return counter.rows


def _send(stream: IO[bytes], sheets: list[PlainSheet], cancelled: Callable[[], bool]) -> None:
    write_frame(
        stream,
        [[s.name, s.headers, s.widths, s.formats, s.hidden, s.hide_first] for s in sheets],
    )
    for number, sheet in enumerate(sheets):
        days = [c for c, look in enumerate(sheet.formats) if look == DATE_LOOK]
        rows = iter(sheet.rows)
        while chunk := list(islice(rows, _CHUNK)):
            if cancelled():
                raise UserError("The export was cancelled.")
            write_frame(stream, [number, list(_sendable(chunk, days))])
        write_frame(stream, [number, None])


def _sendable(rows: list[list[Cell]], days: list[int]) -> Iterator[list[Any]]:
    for row in rows:
        plain_row: list[Any] = row
        for c in days:
            day = plain_row[c]
            if isinstance(day, date):
                plain_row[c] = day.toordinal()
        yield plain_row
