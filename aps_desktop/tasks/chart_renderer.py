"""Pictures of charts, drawn by child processes: the window's own never loads matplotlib.

At most two children, started when first needed and kept; one that dies is started again, and what
it was drawing is asked of the new one. Each has a thread that waits for it.
"""

from __future__ import annotations

import logging
import queue
import subprocess
import threading
from collections.abc import Callable, Hashable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import msgspec
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QImage

from aps_desktop.children import read_frame, start_child, write_frame

_log = logging.getLogger(__name__)
CHILDREN = 2
_TRIES = 2
_RGBA, _SCREEN = QImage.Format.Format_RGBA8888, QImage.Format.Format_RGB32


@dataclass(frozen=True)
class Picture:
    """A chart's picture in device pixels, and its regions: (mark, box or polygon in pixels)."""

    image: QImage
    regions: tuple[tuple[int, tuple[float, ...]], ...]


Done = Callable[[Any], None]
"""Gets a Picture, or the bytes of a file; None when it could not be drawn."""


@dataclass(order=True)
class _Job:
    priority: int
    number: int
    frame: list[Any] = field(compare=False)
    done: Done = field(compare=False)
    key: Hashable = field(compare=False, default=None)
    dropped: bool = field(compare=False, default=False)
    answer: Any = field(compare=False, default=None)


class ChartRenderer(QObject):
    """Takes wishes in the window's thread and answers there. `shutdown` before the window ends."""

    _arrived = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("chart_renderer")
        self._numbers = count(1)
        self._jobs: queue.PriorityQueue[_Job] = queue.PriorityQueue()
        self._latest: dict[Hashable, _Job] = {}
        self._pending = 0
        self._closed = False
        self._threads: list[threading.Thread] = []
        self._children: dict[int, Any] = {}
        self._arrived.connect(self._on_arrived, Qt.ConnectionType.QueuedConnection)

    def start(self, number: int = 0) -> None:
        """Starts children (0: all) before there is anything to draw, so that the first is quick."""
        while len(self._threads) < (number or CHILDREN) and not self._closed:
            place = len(self._threads)
            name = f"aps-charts-{place + 1}"
            thread = threading.Thread(target=self._serve, args=(place,), name=name, daemon=True)
            self._threads.append(thread)
            thread.start()

    def idle(self) -> bool:
        """Whether nothing is being drawn."""
        return not self._pending

    def picture(
        self, drawable: bytes, size: tuple[int, int], ratio: float, dark: bool, done: Done,
        *, key: Hashable = None, priority: int = 0,
    ) -> None:  # fmt: skip
        """A chart's picture; a later wish with the same key takes the place of one that waits."""
        self._ask(["picture", drawable, *size, ratio, dark], done, key, priority)

    def file(
        self, drawable: bytes, kind: str, size: tuple[int, int], done: Done, *, dark: bool = False
    ) -> None:
        """The bytes of a "png", "svg" or "pdf"."""
        self._ask(["file", drawable, kind, *size, dark], done, None, -1)

    def slide(self, title: str, subtitle: str, drawables: list[bytes], done: Done) -> None:
        """The bytes of a PNG of 1920 x 1080 with all charts of a dashboard."""
        self._ask(["slide", title, subtitle, drawables, False], done, None, -1)

    def page(self, drawables: list[bytes], done: Done) -> None:
        """The bytes of a PNG for print, with all charts of a dashboard."""
        self._ask(["page", drawables], done, None, -1)

    def shutdown(self) -> None:
        """Ends the children; what waits is not drawn any more."""
        if self._closed:
            return
        self._closed = True
        for place in range(len(self._threads)):
            self._jobs.put(_Job(-1000, place, [], _nobody))
        for child in list(self._children.values()):
            child.kill()
        for thread in self._threads:
            thread.join()
        self._latest.clear()

    def _ask(self, frame: list[Any], done: Done, key: Hashable, priority: int) -> None:
        if self._closed:
            return
        job = _Job(priority, next(self._numbers), frame, done, key)
        if key is not None:
            if (earlier := self._latest.get(key)) is not None:
                earlier.dropped = True
            self._latest[key] = job
        self._pending += 1
        self.start()
        self._jobs.put(job)

    # In the threads ------------------------------------------------------------------------------

    def _serve(self, place: int) -> None:
        decode = msgspec.msgpack.Decoder(list[Any]).decode
        with suppress(OSError):  # it is tried again, and told, when there is something to draw
            self._child(place)
        while not self._closed:
            job = self._jobs.get()
            if self._closed:
                break
            if not job.dropped:
                job.answer = self._drawn(place, job, decode)
            if not self._closed:
                self._arrived.emit(job)
        if (child := self._children.pop(place, None)) is not None:
            _end(child)

    def _drawn(self, place: int, job: _Job, decode: Callable[[bytes], list[Any]]) -> Any:
        for _ in range(_TRIES):
            if self._closed:
                return None
            try:
                child = self._child(place)
                write_frame(child.stdin, [job.number, *job.frame])
                child.stdin.flush()
                frame = read_frame(child.stdout)
                if frame is not None:
                    return _understood(job.number, decode(frame))
            except (OSError, ValueError, TypeError, msgspec.DecodeError) as error:
                # It could not be reached, or what it said is no answer: whatever else it says
                # could not be trusted to begin where an answer begins.
                _log.warning("a child that draws charts: %s", error)
            if (dead := self._children.pop(place, None)) is not None:  # another one tries again
                _end(dead)
        return None

    def _child(self, place: int) -> Any:
        child = self._children.get(place)
        if child is None:
            child = start_child(
                "charts.child", [], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )  # fmt: skip
            self._children[place] = child
        return child

    # In the window's thread ----------------------------------------------------------------------

    def _on_arrived(self, job: _Job) -> None:
        self._pending -= 1
        if self._latest.get(job.key) is job:
            del self._latest[job.key]
        if not job.dropped and not self._closed:
            job.done(job.answer)


def _end(child: Any) -> None:
    """Ends a child and closes its pipes; what was not yet sent is lost with it."""
    child.kill()
    for pipe in (child.stdin, child.stdout):
        with suppress(OSError):
            pipe.close()
    child.wait()


def _understood(wanted: int, frame: list[Any]) -> Any:
    """What a child answered. ValueError or TypeError for what is no answer to this wish."""
    number, *answer = frame
    if number != wanted or not answer:
        raise ValueError(f"not an answer to {wanted}: {number!r}")
    if isinstance(answer[0], str):
        _log.error("a chart was not drawn\n%s", answer[0])
        return None
    if len(answer) == 1:
        return answer[0]
    width, height, pixels, regions = answer
    if len(pixels) != 4 * width * height:
        raise ValueError(f"{len(pixels)} bytes for {width} x {height} pixels")
    image = QImage(pixels, width, height, 4 * width, _RGBA).convertToFormat(_SCREEN)
    return Picture(image, tuple((mark, tuple(at)) for mark, at in regions))


def _nobody(answer: Any) -> None:
    """Nobody waits."""
