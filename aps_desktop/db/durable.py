"""Files put in place so that a power cut leaves the old one or the new one, never half of one."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

from aps_desktop.db.engine import crash_point
from aps_desktop.domain.errors import UserError

SIDE_FILES = ("-journal", "-wal", "-shm")
_MARGIN = 5_000_000
_PIECE = 512
"""Bytes that a disk writes as one."""


def part_of(target: Path) -> Path:
    """Where a file is written before it is complete."""
    return target.with_name(target.name + ".part")


def put_in_place(part: Path, target: Path) -> None:
    """Makes a complete, checked file durable under its name, replacing what is there."""
    sync_file(part)
    crash_point("before-rename")
    os.replace(part, target)
    sync_folder(target.parent)
    crash_point("after-rename")


def sync_file(path: Path) -> None:
    """Waits until a file's content is on the disk."""
    with path.open("r+b") as stream:
        os.fsync(stream.fileno())


def sync_folder(folder: Path) -> None:
    """Waits until a folder's names are on the disk, where the system can."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def need_room(folder: Path, size: int) -> None:
    """UserError when a folder's disk has no room for a file of that size."""
    free = shutil.disk_usage(folder).free
    if free < size + _MARGIN:
        raise UserError(
            f"The disk has {free // 1_000_000:,} MB free, and "
            f"{(size + _MARGIN) // 1_000_000:,} MB are needed.",
            "Nothing was changed. Free some space, or choose another disk.",
        )


def side_files(path: Path) -> list[Path]:
    """The journal and such beside a database file that are there."""
    found = (path.with_name(path.name + suffix) for suffix in SIDE_FILES)
    return [side for side in found if side.exists()]


def write_json(path: Path, content: Any) -> None:
    """A small file of notes: replaced whole. Not waited for: it may be lost, but not torn."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.write_text(json.dumps(content), encoding="utf-8")
    os.replace(part, path)


def overwrite_json(path: Path, content: Any) -> None:
    """The same for what is noted at every commit: in its place and in one write, a third of the
    time. Only a power cut in the middle may tear it; then there are no notes."""
    text = json.dumps(content).encode()
    whole = text.ljust(-(-len(text) // _PIECE) * _PIECE)
    try:
        with path.open("r+b", buffering=0) as file:
            file.write(whole)
            file.truncate()
    except FileNotFoundError:
        write_json(path, content)


def read_json(path: Path) -> Any:
    """The notes; None where there are none or they cannot be read."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
