"""Lets the index of titles catch up in the background, in short writes that hold nobody up."""

from __future__ import annotations

import time

from aps_desktop.db import title_index
from aps_desktop.db.engine import Database
from aps_desktop.services.importing_types import Cancelled, Progress, never, no_progress

_SECONDS = 1.0
"""So long it may keep other long work waiting."""


def catch_up(db: Database, progress: Progress = no_progress, cancelled: Cancelled = never) -> bool:
    """Takes in what waits, for about a second; whether more waits."""
    del progress
    if db.read_only or not title_index.waits(db.reader()):
        return False
    end = time.monotonic() + _SECONDS
    more = True
    while more and not cancelled() and time.monotonic() < end:
        with db.writing() as c:
            more = title_index.catch_up(c)
    return more
