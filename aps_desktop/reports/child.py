"""The child process that writes reports: setting a long one must not make the window stutter."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from aps_desktop.children import read_frame
from aps_desktop.reports.document import Document
from aps_desktop.reports.formats import writer


def main(argv: Sequence[str]) -> int:
    """`argv` is the file to write and its format; the document comes on standard input."""
    frame = read_frame(sys.stdin.buffer)
    if frame is None:
        return 1
    write = writer(argv[1])
    write(msgspec.msgpack.decode(frame, type=Document), Path(argv[0]))
    return 0
