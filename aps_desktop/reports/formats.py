"""The kinds of file a report can be, and writing one in a child process."""

from __future__ import annotations

import contextlib
import os
import struct
import subprocess
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import IO

import msgspec

from aps_desktop.children import start_child
from aps_desktop.domain.errors import UserError
from aps_desktop.reports.document import Document

FORMATS = {"pdf": "PDF", "docx": "Word", "xlsx": "Excel", "html": "Web page"}
"""Ending -> what people call it."""
_MODULES = {"pdf": "pdf", "docx": "word", "xlsx": "excel", "html": "html"}
_PATIENCE = 120
"""Seconds after which a report that is not written is given up."""
_LOOK_EVERY = 0.1
"""Seconds after which a stop is noticed."""


def never() -> bool:
    """Nobody stops the writing."""
    return False


def writer(format: str) -> Callable[[Document, Path], None]:
    """The function that writes a format; KeyError for an unknown one."""
    module = import_module(f"aps_desktop.reports.{_MODULES[format]}")
    write: Callable[[Document, Path], None] = module.write
    return write


def format_of(path: Path) -> str:
    """The format that a file's ending asks for; UserError for one that there is not."""
    ending = path.suffix.lower().lstrip(".")
    if ending not in FORMATS:
        known = ", ".join(f".{name}" for name in FORMATS)
        raise UserError(f"“{path.name}” is no kind of report.", f"End the name with {known}.")
    return ending


def write(document: Document, path: Path, cancelled: Callable[[], bool] = never) -> None:
    """Writes a report beside its place and moves it there when it is whole.

    UserError if not, and when `cancelled` says that nobody waits for it any more.
    """
    format = format_of(path)
    draft = path.with_name(f".{path.name}.part")
    data = msgspec.msgpack.encode(document)
    child = start_child(
        "reports.child", [str(draft.resolve()), format],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        told = _talk(child, struct.pack(">I", len(data)) + data, cancelled)
        if child.returncode != 0:
            last = told.strip().splitlines()[-1:] or ["no reason given"]
            raise UserError(
                f"“{path.name}” could not be written ({last[0][:200]}).",
                "Is there room, and may you write there?",
            )
        os.replace(draft, path)
    except OSError as error:
        raise UserError(
            f"“{path.name}” could not be written.", "Is it open in another program?"
        ) from error
    finally:
        child.kill()
        child.wait()
        child.stderr.close()
        draft.unlink(missing_ok=True)


def _talk(child: subprocess.Popen[bytes], data: bytes, cancelled: Callable[[], bool]) -> str:
    """Hands over the data and waits for the end; what the child complained about.

    A thread writes the data: `communicate` that was interrupted by its time limit does not write
    what was left of it (Python 3.11), and the child would wait for ever for a long report.
    """
    stream, child.stdin = child.stdin, None
    feeder = Thread(target=_feed, args=(stream, data), name="aps-report-data", daemon=True)
    feeder.start()
    end = time.monotonic() + _PATIENCE
    try:
        while time.monotonic() < end:
            if cancelled():
                raise UserError("The report was stopped.", "No file was written.")
            with contextlib.suppress(subprocess.TimeoutExpired):
                return child.communicate(timeout=_LOOK_EVERY)[1].decode("utf-8", "replace")
        return "it took too long"
    finally:
        child.kill()  # so that nobody writes to it any longer
        feeder.join()


def _feed(stream: IO[bytes] | None, data: bytes) -> None:
    """Writes and closes; a child that ended early has said why by itself."""
    if stream is None:
        return
    with contextlib.suppress(OSError), stream:
        stream.write(data)
