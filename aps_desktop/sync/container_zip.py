"""The zip around a bundle, byte for byte: entries stored one after the other, nothing else.

Any zip program opens it. Reading is stricter than the zip format: from names, sizes and
checksums the headers are built again and compared, so every byte of the file is either content
under a signed hash or exactly what this module would write. Overlapping entries, lying sizes,
comments, links and hidden data have no place to be.
"""

from __future__ import annotations

import io
import os
import re
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from aps_desktop.sync import bundle_errors

_LOCAL = struct.Struct("<4sHHHHHIIIHH")
_CENTRAL = struct.Struct("<4sHHHHHHIIIHHHHHII")
_END = struct.Struct("<4sHHHHIIH")
_VERSION = 20
_DATE = 0x21  # 1 January 1980: what the zip format cannot leave out
_NAME = re.compile(rb"[a-z0-9./]{1,100}")
MAGIC = b"PK\x03\x04"
MOST_BYTES = 2**31 - 1
"""Of a whole bundle: FAT sticks hold it, and zip needs no extension for it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One stored entry."""

    name: str
    size: int
    crc: int
    start: int
    """Where its header begins."""

    @property
    def data(self) -> int:
        """Where its content begins."""
        return self.start + _LOCAL.size + len(self.name)

    @property
    def end(self) -> int:
        return self.data + self.size

    def local_header(self) -> bytes:
        name = self.name.encode("ascii")
        fields = (_VERSION, 0, 0, 0, _DATE, self.crc, self.size, self.size, len(name), 0)
        return _LOCAL.pack(MAGIC, *fields) + name

    def central_header(self) -> bytes:
        name = self.name.encode("ascii")
        sizes = (self.crc, self.size, self.size, len(name), 0, 0, 0, 0, 0, self.start)
        head = (_VERSION, _VERSION, 0, 0, 0, _DATE)
        return _CENTRAL.pack(b"PK\x01\x02", *head, *sizes) + name


def directory_of(entries: list[Entry]) -> bytes:
    """The central directory and the end record for these entries."""
    central = b"".join(entry.central_header() for entry in entries)
    count, at = len(entries), entries[-1].end if entries else 0
    return central + _END.pack(b"PK\x05\x06", 0, 0, count, count, len(central), at, 0)


class ZipWriter:
    """Writes entries one after the other into a file that can seek."""

    def __init__(self, out: Any) -> None:
        self._out = out
        self._entries: list[Entry] = []
        self._crc = 0
        self._size = 0

    @contextmanager
    def entry(self, name: str) -> Iterator[None]:
        """Everything written inside is the content of this entry."""
        start = self._entries[-1].end if self._entries else 0
        self._crc = self._size = 0
        self._out.write(Entry(name, 0, 0, start).local_header())
        yield
        entry = Entry(name, self._size, self._crc, start)
        self._out.seek(start)
        self._out.write(entry.local_header())
        self._out.seek(entry.end)
        self._entries.append(entry)

    def write(self, data: bytes) -> int:
        self._crc = zlib.crc32(data, self._crc)
        self._size += len(data)
        self._out.write(data)
        return len(data)

    def put(self, name: str, data: bytes) -> None:
        with self.entry(name):
            self.write(data)

    def close(self) -> int:
        """Writes the directory; returns the size of the whole."""
        directory = directory_of(self._entries)
        self._out.write(directory)
        return (self._entries[-1].end if self._entries else 0) + len(directory)


def read_directory(file: BinaryIO, path: Path, most_entries: int) -> list[Entry]:
    """The entries of a bundle's zip. BundleError unless every byte of its frame is right."""
    size = file.seek(0, os.SEEK_END)
    if size > MOST_BYTES:
        raise bundle_errors.too_large(path, f"{size // 2**20} MB")
    file.seek(0)
    if file.read(len(MAGIC)) != MAGIC:
        raise bundle_errors.not_a_bundle(path)
    if size < _END.size + len(MAGIC):
        raise bundle_errors.truncated(path)
    count, length, at = _read_end(file, path, size)
    if count > most_entries:
        raise bundle_errors.too_large(path, f"{count} parts")
    if at + length + _END.size != size or length > count * (_CENTRAL.size + 100):
        raise bundle_errors.altered(path, "its table of contents")
    file.seek(at)
    directory = file.read(length + _END.size)
    entries = list(_read_central(directory[:length], count))
    if directory_of(entries) != directory or (entries[-1].end if entries else 0) != at:
        raise bundle_errors.altered(path, "its table of contents")
    _check_local_headers(file, path, entries)
    return entries


def _read_end(file: BinaryIO, path: Path, size: int) -> tuple[int, int, int]:
    file.seek(size - _END.size)
    magic, disk, first, here, count, length, at, comment = _END.unpack(file.read(_END.size))
    if magic != b"PK\x05\x06":
        raise bundle_errors.truncated(path)
    if disk or first or comment or here != count:
        raise bundle_errors.altered(path, "its table of contents")
    return count, length, at


def _read_central(directory: bytes, count: int) -> Iterator[Entry]:
    """Only name, size and checksum are taken from the file; where an entry lies follows."""
    at = start = 0
    for _ in range(count):
        fields = _CENTRAL.unpack_from(directory, at)
        crc, size, name_length = fields[7], fields[9], fields[10]
        at += _CENTRAL.size
        name = directory[at : at + name_length]
        if not _NAME.fullmatch(name):
            raise ValueError("a name that no bundle has")
        at += name_length
        entry = Entry(name.decode("ascii"), size, crc, start)
        yield entry
        start = entry.end


def _check_local_headers(file: BinaryIO, path: Path, entries: list[Entry]) -> None:
    for entry in entries:
        expected = entry.local_header()
        file.seek(entry.start)
        if file.read(len(expected)) != expected:
            raise bundle_errors.altered(path, f"the head of {entry.name}")


class Slice(io.RawIOBase):
    """The content of one entry as a file of its own; several may be read in turns."""

    def __init__(self, file: BinaryIO, entry: Entry) -> None:
        super().__init__()
        self._file = file
        self._at = entry.data
        self._end = entry.end

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        wanted = min(len(buffer), self._end - self._at)
        if wanted <= 0:
            return 0
        self._file.seek(self._at)
        block = self._file.read(wanted)
        if not block:
            raise EOFError
        buffer[: len(block)] = block
        self._at += len(block)
        return len(block)
