"""Writes a workbook in a child process; this one only hands it the cells."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO

from aps_desktop.children import start_child, write_frame
from aps_desktop.domain.errors import UserError
from aps_desktop.exchange.plain_sheet import PlainSheet
from aps_desktop.exchange.write_workbook import Counter, SheetOut, plain


def write_in_child(
    path: Path,
    sheets: Iterable[SheetOut],
    *,
    progress: Callable[[int], None] = lambda rows: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> int:
    """As `write_workbook`, for large lists; returns the number of records."""
    draft = path.with_name(f".{path.name}.part")
    counter = Counter(progress)
    child = start_child(
        "exchange.writer_child",
        [str(draft.resolve())],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        with contextlib.suppress(BrokenPipeError), child.stdin as stream:
            _send(stream, list(plain(sheets, counter)), cancelled)
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
        for chunk in sheet.chunks:
            if cancelled():
                raise UserError("The export was cancelled.")
            write_frame(stream, [number, chunk])
        write_frame(stream, [number, None])
