"""The process that works out a sender's steps beside a merge: see `step_check`.

Its argument is the sender's id. On standard input stand the packed members, each as a frame with
its name, frames of pieces, and an empty one; on standard output it says what it found.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from typing import IO, Any

import msgspec
import zstandard

from aps_desktop.children import read_frame
from aps_desktop.sync.limits import LIMITS
from aps_desktop.sync.step_check import UNKNOWN, Checking

_BLOCK = 1 << 20
_WINDOW = 8 << 20


class _Member(io.RawIOBase):
    """The pieces of one member, up to the empty one."""

    def __init__(self, frames: IO[bytes]) -> None:
        super().__init__()
        self._frames = frames
        self._piece = memoryview(b"")
        self._ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._piece and not self._ended:
            self._piece = memoryview(_said(self._frames))
            self._ended = not self._piece
        number = min(len(buffer), len(self._piece))
        buffer[:number] = self._piece[:number]
        self._piece = self._piece[number:]
        return number


def _said(frames: IO[bytes]) -> bytes:
    frame = read_frame(frames)
    return bytes(msgspec.msgpack.decode(frame, type=list[bytes])[0]) if frame else b""


def _blocks(source: Any) -> Iterator[bytes]:
    """Whole lines, some megabytes at once."""
    rest = b""
    with zstandard.ZstdDecompressor(max_window_size=_WINDOW).stream_reader(source) as unpacking:
        while piece := unpacking.read(_BLOCK):
            head, feed, tail = piece.rpartition(b"\n")
            if feed:
                yield rest + head + feed
                rest = tail
            else:
                rest += tail
            if len(rest) > LIMITS.line:
                raise ValueError("a line is too long")


def main(arguments: list[str]) -> int:
    """Says "right", "altered", or "unknown" where the merge itself will say what is wrong."""
    checking, frames = Checking(arguments[0]), sys.stdin.buffer
    try:
        while member := _said(frames).decode():
            for block in _blocks(_Member(frames)):
                checking.take(member, block)
        said = checking.verdict()
    except (msgspec.MsgspecError, zstandard.ZstdError, ValueError, LookupError):
        said = UNKNOWN
    sys.stdout.write(said)
    return 0
