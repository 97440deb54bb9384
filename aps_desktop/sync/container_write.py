"""Writing a bundle: members stream into a zip, the signed manifest closes it, age wraps it."""

from __future__ import annotations

import hashlib
import itertools
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec
import pyrage
import zstandard

from aps_desktop.domain.errors import UserError
from aps_desktop.sync import manifest as m
from aps_desktop.sync.container_zip import MOST_BYTES, ZipWriter
from aps_desktop.sync.keys import FOR_MANIFEST, DeviceKeys
from aps_desktop.sync.limits import LIMITS, Limits
from aps_desktop.sync.safe_write import BLOCK, safe_write

IN_MEMORY = 64 * 2**20
"""A bundle up to this size never touches a disk unencrypted."""

# Lines joined at once: as quick as a thousand, and few long texts are in memory.
_AT_ONCE = 128
# Measured on the lines of 1,000,000 changes: 0.2 s; deflate takes 1.3 s to get as small.
_LEVEL = 3


class TooMuch(UserError):
    """More than one bundle can hold."""


@dataclass(frozen=True, slots=True)
class WrittenBundle:
    """A bundle that is whole under its name."""

    path: Path
    size: int
    sha256: str
    """Of the file, encrypted or not."""
    manifest: m.Manifest
    manifest_sha256: str
    """What the sender's next bundle states as `previous`."""
    encrypted: bool


class BundleWriter:
    """Takes members one after the other, then `finish` signs and writes the file.

    Use it as a context manager: nothing is left behind whatever happens.
    """

    def __init__(self, limits: Limits = LIMITS) -> None:
        self._limits = limits
        self._spool = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115
        self._zip = ZipWriter(self._spool)
        self._members: list[m.Member] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._spool.close()

    def add_lines(self, member: str, lines: Iterable[bytes]) -> int:
        """A member of lines ("changes.jsonl"), each without its line feed; returns their number."""
        if member not in m.LINE_MEMBERS:
            raise ValueError(f"{member} is not a member of lines")
        size = count = 0
        compressor = zstandard.ZstdCompressor(level=_LEVEL).compressobj()
        with self._member(m.lines_name(member)) as into:
            for block, number in _blocks(lines):
                into.write(compressor.compress(block))
                size += len(block)
                count += number
            into.write(compressor.flush())
        self._note(m.lines_name(member), size, count, into)
        return count

    def add_file(self, sha256: str, data: bytes) -> None:
        """An attached file by its hash. ValueError when the bytes are not those of the hash."""
        if m.digest(data) != sha256:
            raise ValueError("the file is not the one of this hash")
        self._put(m.file_name(sha256), data)

    def add_offices(self, signed_list: bytes) -> None:
        """The office list in force here; it travels in every bundle."""
        self._put(m.OFFICES, signed_list)

    def finish(
        self,
        target: Path,
        draft: m.Manifest,
        keys: DeviceKeys,
        recipients: Sequence[str] = (),
    ) -> WrittenBundle:
        """Signs and writes; `draft` is the manifest but for its members.

        With recipients (age1…) the file is encrypted to them. NotWritten when the medium
        refuses, TooMuch when it is more than a bundle can hold; nothing stays then.
        """
        manifest = msgspec.structs.replace(draft, members=tuple(self._members))
        text = m.canonical(manifest)
        m.read_manifest(text)  # what we could not read ourselves must not be sent
        self._zip.put(m.MANIFEST, text)
        self._zip.put(m.SIGNATURE, keys.signing.sign(FOR_MANIFEST, text))
        if self._zip.close() > MOST_BYTES or len(text) > self._limits.manifest:
            raise _too_much()
        written = safe_write(target, lambda sink: self._pour(sink, recipients))
        return WrittenBundle(
            target, written.size, written.sha256, manifest, m.digest(text), bool(recipients)
        )

    def _pour(self, sink: Any, recipients: Sequence[str]) -> None:
        self._spool.seek(0)
        if recipients:
            to = [pyrage.x25519.Recipient.from_str(one) for one in dict.fromkeys(recipients)]
            pyrage.encrypt_io(self._spool, sink, to)
            return
        while block := self._spool.read(BLOCK):
            sink.write(block)

    def _put(self, name: str, data: bytes) -> None:
        with self._member(name) as into:
            into.write(data)
        self._note(name, len(data), 0, into)

    @contextmanager
    def _member(self, name: str) -> Iterator[_Hashing]:
        if any(one.name == name for one in self._members):
            raise ValueError(f"{name} is in the bundle already")
        if len(self._members) >= self._limits.members:
            raise _too_much()
        into = _Hashing(self._zip)
        with self._zip.entry(name):
            yield into

    def _note(self, name: str, size: int, lines: int, into: _Hashing) -> None:
        if not self._limits.allow(name, size, into.size, lines):
            raise _too_much()
        self._members.append(m.Member(name, size, into.size, lines, into.hexdigest()))


class _Hashing:
    """Passes the bytes of one member on to the zip and hashes them."""

    def __init__(self, out: ZipWriter) -> None:
        self._out = out
        self._hash = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes) -> None:
        if not data:
            return
        if self.size + len(data) > MOST_BYTES:
            raise _too_much()
        self._out.write(data)
        self._hash.update(data)
        self.size += len(data)

    def hexdigest(self) -> str:
        return self._hash.hexdigest()


def _blocks(lines: Iterable[bytes]) -> Iterator[tuple[bytes, int]]:
    """Lines joined to larger pieces, with how many each holds."""
    more = iter(lines)
    while batch := list(itertools.islice(more, _AT_ONCE)):
        batch.append(b"")  # so that the last line ends in a line feed too
        yield b"\n".join(batch), len(batch) - 1


def _too_much() -> TooMuch:
    return TooMuch(
        "This is more than one bundle can hold.",
        "Choose a smaller scope, or leave the attached files out and send them apart.",
    )
