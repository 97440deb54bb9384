"""Logs: what the program did, without the user's data; kept for the last few starts."""

from __future__ import annotations

import faulthandler
import logging
from pathlib import Path
from typing import IO

from aps_desktop.paths import data_dir

_SIZE, _KEPT = 1_000_000, 5
_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_streams: list[IO[str]] = []
_handlers: list[logging.Handler] = []


def log_dir() -> Path:
    """The folder of the log files; made when missing."""
    folder = data_dir() / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def start_logging() -> None:
    """Writes the log to a file from now on, and where the program stood if it dies."""
    root = logging.getLogger()
    if _handlers:
        return
    # Turned over at the start only: logging.handlers costs 6 ms to import and does no more here.
    _turn_over(log_dir() / "aps-desktop.log")
    handler = logging.FileHandler(log_dir() / "aps-desktop.log", encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter(_FORMAT))
    _handlers.append(handler)
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    # Python writes into this stream itself when it crashes: it stays open to the end.
    stream = (log_dir() / "crash.log").open("a", encoding="utf-8")
    _streams.append(stream)
    faulthandler.enable(stream)


def stop_logging() -> None:
    """Closes the files: for tests, and before the data folder is moved."""
    root = logging.getLogger()
    while _handlers:
        root.removeHandler(_handlers[-1])
        _handlers.pop().close()
    if _streams:
        faulthandler.disable()
    while _streams:
        _streams.pop().close()


def _turn_over(file: Path) -> None:
    """Gives a log that has grown large the next number; the oldest goes."""
    if not file.exists() or file.stat().st_size < _SIZE:
        return
    numbered = [file.with_name(f"{file.name}.{n}") for n in range(1, _KEPT + 1)]
    numbered[-1].unlink(missing_ok=True)
    for older, newer in zip(reversed(numbered), reversed([file, *numbered[:-1]]), strict=True):
        if newer.exists():
            newer.rename(older)
