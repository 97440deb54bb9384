"""Python's garbage collector, held to the window's thread.

It runs in whichever thread happens to allocate; one that finds a dead widget in a reading thread
destroys it there, and the program dies (seen: a list closed while its rows were being read).
"""

from __future__ import annotations

import ctypes
import gc
import sys
from collections.abc import Callable
from functools import lru_cache

from PySide6.QtCore import QObject, QTimer

_EVERY_MS = 1000


class Collector(QObject):
    """Collects once a second as far as is due; Python's own collecting is off until `stop`."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.setObjectName("collector")
        self._timer.setInterval(_EVERY_MS)
        self._timer.timeout.connect(self.collect)
        self._timer.start()
        gc.disable()

    def collect(self) -> None:
        """The youngest objects often, the oldest seldom, as Python's own thresholds say."""
        counts, limits = gc.get_count(), gc.get_threshold()
        if counts[0] <= limits[0]:
            return
        if counts[1] <= limits[1]:
            gc.collect(0)
        elif counts[2] <= limits[2]:
            gc.collect(1)
        else:
            gc.collect(2)

    def stop(self) -> None:
        self._timer.stop()
        gc.enable()


def give_back_memory() -> None:
    """Returns freed memory to the system: sorting a million rows leaves 100 MiB behind on Linux."""
    trim = _trimmer()
    if trim is not None:
        trim(0)


@lru_cache(maxsize=1)
def _trimmer() -> Callable[[int], int] | None:
    if not sys.platform.startswith("linux"):
        return None
    return getattr(ctypes.CDLL(None), "malloc_trim", None)
