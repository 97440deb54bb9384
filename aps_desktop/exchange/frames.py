"""Talking to child processes in frames: four bytes of length, then MessagePack."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

import msgspec

import aps_desktop

FRAME_LIMIT = 256 << 20
_encode = msgspec.msgpack.Encoder().encode


def read_frame(stream: IO[bytes]) -> bytes | None:
    """The bytes of one frame; None at the end of the stream, or where it breaks off."""
    head = stream.read(4)
    if len(head) < 4:
        return None
    (length,) = struct.unpack(">I", head)
    if length > FRAME_LIMIT:
        return None
    data = stream.read(length)
    return data if len(data) == length else None


def write_frame(stream: IO[bytes], message: list[Any]) -> None:
    data = _encode(message)
    stream.write(struct.pack(">I", len(data)))
    stream.write(data)


def start_child(module: str, command: str, arguments: list[str], **pipes: Any) -> Any:
    """Starts one of our modules by name, or by sub-command of the frozen program."""
    frozen = getattr(sys, "frozen", False)
    program = [sys.executable, command] if frozen else [sys.executable, "-P", "-m", module]
    root = str(Path(aps_desktop.__file__).parents[1])
    return subprocess.Popen(
        [*program, *arguments],
        env={**os.environ, "PYTHONPATH": root, "PYTHONIOENCODING": "utf-8"},
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        **pipes,
    )


def child_arguments(argv: Sequence[str] | None) -> list[str]:
    """A child's own arguments, also where the frozen program's sub-command stands before them."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    return arguments[1:] if arguments[:1] and arguments[0].startswith("--workbook-") else arguments
