"""Logs: what the program did, without the user's data; kept for the last few starts."""

from __future__ import annotations

import faulthandler
import logging
import logging.handlers
from pathlib import Path
from typing import IO

from aps_desktop.paths import data_dir

_SIZE, _KEPT = 1_000_000, 5
_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_streams: list[IO[str]] = []


def log_dir() -> Path:
    """The folder of the log files; made when missing."""
    folder = data_dir() / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def start_logging() -> None:
    """Writes the log to a file from now on, and where the program stood if it dies."""
    root = logging.getLogger()
    if any(isinstance(h, logging.handlers.RotatingFileHandler) for h in root.handlers):
        return
    handler = logging.handlers.RotatingFileHandler(
        log_dir() / "aps-desktop.log",
        maxBytes=_SIZE,
        backupCount=_KEPT,
        encoding="utf-8",
        delay=True,
    )
    handler.setFormatter(logging.Formatter(_FORMAT))
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    # Python writes into this stream itself when it crashes: it stays open to the end.
    stream = (log_dir() / "crash.log").open("a", encoding="utf-8")
    _streams.append(stream)
    faulthandler.enable(stream)


def stop_logging() -> None:
    """Closes the files: for tests, and before the data folder is moved."""
    root = logging.getLogger()
    for handler in list(root.handlers):
        if isinstance(handler, logging.handlers.RotatingFileHandler):
            root.removeHandler(handler)
            handler.close()
    if _streams:
        faulthandler.disable()
    while _streams:
        _streams.pop().close()
