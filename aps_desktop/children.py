"""Child processes: starting them, and talking in frames: four bytes of length, then MessagePack."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import IO, Any

import msgspec

import aps_desktop

CHILD = "--child"
"""The first argument of a program that is to be a child."""
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


def start_child(module: str, arguments: list[str], **pipes: Any) -> Any:
    """Starts the `main` of one of our modules in a process of its own; also from a frozen program.

    `module` is named from the package ("exchange.writer_child"); `main` gets the arguments.
    """
    if getattr(sys, "frozen", False):
        program = [sys.executable, CHILD, module]
    else:
        program = [sys.executable, "-P", "-m", "aps_desktop", CHILD, module]
    root = str(Path(aps_desktop.__file__).parents[1])
    return subprocess.Popen(
        [*program, *arguments],
        env={**os.environ, "PYTHONPATH": root, "PYTHONIOENCODING": "utf-8"},
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        **pipes,
    )


def run_child(arguments: Sequence[str]) -> int:
    """What the program does when it was started as a child: `arguments` begin with the module."""
    module = import_module(f"aps_desktop.{arguments[0]}")
    return int(module.main(list(arguments[1:])) or 0)
