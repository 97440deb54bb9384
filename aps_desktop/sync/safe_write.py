"""The one way a file for others is written: whole and checked under its name, or not at all."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from aps_desktop.db.engine import crash_point
from aps_desktop.domain.errors import UserError

BLOCK = 1 << 20


class NotWritten(UserError):
    """The file could not be written; what stood under its name before still does."""


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: its size in bytes and the SHA-256 of its content."""

    path: Path
    size: int
    sha256: str


class _Sink:
    """Passes bytes on, counts and hashes them, and keeps the first error.

    pyrage swallows an error of its last write, so a full disk would pass unseen otherwise.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self.size = 0
        self.error: OSError | None = None

    def write(self, data: Any) -> int:
        try:
            self._file.write(data)
        except OSError as error:
            self.error = self.error or error
            raise
        self._hash.update(data)
        self.size += len(data)
        return len(data)

    def flush(self) -> None:
        """Data reaches the medium once, when all of it is written."""

    def hexdigest(self) -> str:
        return self._hash.hexdigest()


def safe_write(
    target: Path,
    write: Callable[[Any], None],
    *,
    check: Callable[[Path], None] | None = None,
) -> Written:
    """Writes beside the target, flushes to the medium, reads back, renames. NotWritten if not.

    `write` gets a sink with write(bytes) only; `check` may look at the finished part file and
    raise. An older file of that name stays untouched until the new one is known to be good.
    """
    part = target.with_name(target.name + ".part")
    try:
        written = _write_part(part, target, write)
        crash_point("safe-write-synced")
        _read_back(part, written)
        if check is not None:
            check(part)
        crash_point("safe-write-verified")
        os.replace(part, target)
        sync_folder(target.parent)
        crash_point("safe-write-renamed")
    except OSError as error:
        _remove(part)
        raise NotWritten(
            f"“{target.name}” was not written: {_reason(error)}.",
            "Nothing was lost. Mend the cause or choose another place, then try again.",
        ) from error
    except BaseException:
        _remove(part)
        raise
    return written


def sync_folder(folder: Path) -> None:
    """Makes a new name in a folder durable, where the system lets a folder be flushed."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # some network and FUSE folders
            raise
    finally:
        os.close(handle)


def _write_part(part: Path, target: Path, write: Callable[[Any], None]) -> Written:
    with open(part, "wb") as file:
        sink = _Sink(file)
        crash_point("safe-write-begun")
        try:
            write(sink)
        except Exception as error:
            raise (sink.error or error) from error
        if sink.error:
            raise sink.error
        file.flush()
        os.fsync(file.fileno())
        _forget_cache(file)
    return Written(target, sink.size, sink.hexdigest())


def _read_back(part: Path, written: Written) -> None:
    digest = hashlib.sha256()
    with open(part, "rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    if digest.hexdigest() != written.sha256:
        raise OSError(errno.EIO, "read back differs")


def _forget_cache(file: BinaryIO) -> None:
    """So that reading back asks the stick and not the memory of this computer."""
    if hasattr(os, "posix_fadvise"):
        with contextlib.suppress(OSError):
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _remove(part: Path) -> None:
    with contextlib.suppress(OSError):
        part.unlink(missing_ok=True)


def _reason(error: OSError) -> str:
    code = error.errno
    if code in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return "there is not enough free space"
    if code in (errno.EROFS, errno.EACCES, errno.EPERM):
        return "the place is read-only, or the file is open in another program"
    if code in (errno.ENOENT, errno.ENODEV, errno.ENXIO, errno.ENOTDIR):
        return "the stick or folder is not there"
    return "the medium reports an error"
