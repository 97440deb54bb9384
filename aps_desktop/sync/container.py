"""Opening a bundle: nothing is believed before it is checked, in the order the trust model sets.

Size, frame of the zip, manifest, device, signature, revocation, hashes; then lines are streamed
under limits. Whatever a file does, only the errors of `bundle_errors` come out.
"""

from __future__ import annotations

import hashlib
import io
import tempfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self, cast

import pyrage
import zstandard

from aps_desktop.domain.office_names import the_office
from aps_desktop.sync import bundle_errors as errors
from aps_desktop.sync import manifest as m
from aps_desktop.sync.container_write import IN_MEMORY
from aps_desktop.sync.container_zip import MAGIC, MOST_BYTES, Entry, Slice, read_directory
from aps_desktop.sync.container_zstd import is_one_frame
from aps_desktop.sync.keys import FOR_MANIFEST, DeviceKeys, verify
from aps_desktop.sync.limits import LIMITS, Limits
from aps_desktop.sync.safe_write import BLOCK
from aps_desktop.sync.splitting_header import PART_MAGIC

_AGE = b"age-encryption.org/"
_WINDOW = 8 * 2**20


class Verdict(StrEnum):
    """What is known of the device that signed a bundle."""

    TRUSTED = "trusted"
    UNKNOWN = "unknown"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the office list says of a bundle's sender."""

    verdict: Verdict
    key: str
    """The public key that must have signed: the list's, or the sender's own when unknown."""
    office: str
    problems: tuple[str, ...] = ()
    newer_list: bytes | None = None
    """An office list in the bundle that is newer than ours and rightly signed."""
    list_version: int = 0
    """The version that is in force with that list; 0 where the bundle brings none."""
    first_list: str = ""
    """The fingerprint of the key that signs the first office list that comes to this computer."""


Judge = Callable[[m.Manifest, bytes | None], Judgement]
"""From a manifest and the bundle's office list; see `trust.TrustStore.judge`."""


class OpenedBundle:
    """A bundle whose signature and hashes are right. Use it as a context manager."""

    def __init__(self, path: Path, file: BinaryIO, *, encrypted: bool, limits: Limits) -> None:
        self.path = path
        self.encrypted = encrypted
        self._file = file
        self._limits = limits
        self._entries: dict[str, Entry] = {}
        self._members: dict[str, m.Member] = {}
        self.manifest: m.Manifest
        self.manifest_sha256 = ""
        self.offices: bytes | None = None
        """The office list inside, as it stands there; whether it is right, `trust` knows."""
        self.judgement: Judgement

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._file.close()

    @property
    def verdict(self) -> Verdict:
        return self.judgement.verdict

    @property
    def problems(self) -> tuple[str, ...]:
        """What a person should know, in words; empty when all is as it should be."""
        return self.judgement.problems

    @property
    def files(self) -> tuple[str, ...]:
        """SHA-256 of the attached files inside."""
        return tuple(found for name in self._members if (found := m.file_of(name)))

    def require_trusted(self) -> None:
        """UnknownDevice or Revoked when this may be looked at but not merged."""
        sender = self.manifest.sender
        who = f"“{sender.name or sender.device[:8]}” of {the_office(sender.office)}"
        if self.verdict is Verdict.UNKNOWN:
            raise errors.UnknownDevice(
                self.path,
                f"comes from {who}, a computer that nobody has confirmed yet.",
                "Compare the fingerprint by phone, or wait for the secretariat's office list.",
            )
        if self.verdict is Verdict.REVOKED:
            raise errors.Revoked(
                self.path,
                f"comes from {who}, a computer that the secretariat has revoked.",
                "Ask the secretariat. Its earlier work stays valid.",
            )

    def lines(self, member: str) -> Iterator[bytes]:
        """The lines of a member ("changes.jsonl") without line feeds; none when it is not there.

        Hash, size and number are checked once more at the end: use what came only after it.
        """
        for block in self.blocks(member):
            yield from block.split(b"\n")[:-1]

    def blocks(self, member: str) -> Iterator[bytes]:
        """The same in pieces of about a megabyte, each of whole lines with their line feeds."""
        stated = self._members.get(m.lines_name(member))
        if stated is None:
            return
        pieces = self._unpacked(stated)
        while True:
            with errors.refusals(self.path):
                block = next(pieces, None)
            if block is None:
                return
            yield block

    def packed(self, member: str) -> Iterator[bytes]:
        """A member of lines as it stands in the bundle; its hash was checked before."""
        entry = self._entries.get(m.lines_name(member))
        if entry is not None:
            with errors.refusals(self.path), Slice(self._file, entry) as source:
                while block := source.read(BLOCK):
                    yield block

    def file(self, sha256: str) -> bytes:
        """An attached file. KeyError when it is not in the bundle."""
        stated = self._members[m.file_name(sha256)]
        with errors.refusals(self.path):
            return self._whole(stated.name, stated.sha256)

    def verify(self, judge: Judge) -> None:
        """All checks up to the hashes of the members. BundleError when one fails."""
        with errors.refusals(self.path):
            entries = read_directory(self._file, self.path, self._limits.members + 2)
            self._entries = {entry.name: entry for entry in entries}
            text = self._read_manifest()
            self._check_members(entries)
            self._judge(text, judge)
            for stated in self.manifest.members:
                self._check_hash(stated)
                self._check_frame(stated)

    def _read_manifest(self) -> bytes:
        text = self._small(m.MANIFEST, self._limits.manifest)
        try:
            self.manifest = m.read_manifest(text)
        except m.FromNewer as newer:
            raise errors.NewerFormat(self.path, newer.app, newer.format) from newer
        self.manifest_sha256 = m.digest(text)
        return text

    def _check_members(self, entries: list[Entry]) -> None:
        manifest = self.manifest
        names = [stated.name for stated in manifest.members]
        if [e.name for e in entries] != [*names, m.MANIFEST, m.SIGNATURE]:
            raise errors.altered(self.path, "its parts are not those of its manifest")
        if len(set(names)) != len(names):
            raise errors.altered(self.path, "it holds a part twice")
        for stated in manifest.members:
            name = stated.name
            if not m.may_be_member(name, manifest.format):
                raise errors.altered(self.path, "it holds a part that no bundle has")
            if self._entries[name].size != stated.packed:
                raise errors.altered(self.path, f"the size of {name}")
            if not self._limits.allow(name, stated.size, stated.packed, stated.lines):
                raise errors.too_large(self.path, name)
            if m.file_of(name) not in (None, stated.sha256):
                raise errors.altered(self.path, f"the name of {name}")
        self._members = {stated.name: stated for stated in manifest.members}

    def _judge(self, text: bytes, judge: Judge) -> None:
        stated = self._members.get(m.OFFICES)
        self.offices = self._whole(m.OFFICES, stated.sha256) if stated else None
        signature = self._small(m.SIGNATURE, 64)
        self.judgement = judgement = judge(self.manifest, self.offices)
        sender = self.manifest.sender
        if (judgement.key, judgement.office) != (sender.key, sender.office):
            raise self._wrong_signer()
        if not verify(judgement.key, FOR_MANIFEST, text, signature):
            raise self._wrong_signer()

    def _wrong_signer(self) -> errors.WrongSigner:
        office = the_office(self.manifest.sender.office)
        return errors.WrongSigner(
            self.path,
            f"says that it comes from {office}, but is not signed by a key of that office.",
            "Do not use it. Ask that office by phone whether it sent this file.",
        )

    def _check_hash(self, stated: m.Member) -> None:
        entry = self._entries[stated.name]
        digest, crc = hashlib.sha256(), 0
        with Slice(self._file, entry) as source:
            while block := source.read(BLOCK):
                digest.update(block)
                crc = zlib.crc32(block, crc)
        if digest.hexdigest() != stated.sha256 or crc != entry.crc:
            raise errors.altered(self.path, f"the content of {stated.name}")

    def _check_frame(self, stated: m.Member) -> None:
        entry = self._entries[stated.name]
        if m.lines_of(stated.name) and not is_one_frame(self._file, entry.data, entry.end):
            raise errors.altered(self.path, f"{stated.name} is not one packed piece")

    def _small(self, name: str, most: int) -> bytes:
        entry = self._entries.get(name)
        if entry is None:
            raise errors.altered(self.path, f"it has no {name}")
        if entry.size > most:
            raise errors.too_large(self.path, name)
        with Slice(self._file, entry) as source:
            data = source.read(most) or b""
        if zlib.crc32(data) != entry.crc:
            raise errors.altered(self.path, f"the content of {name}")
        return data

    def _whole(self, name: str, sha256: str) -> bytes:
        data = self._small(name, max(self._limits.file, self._limits.offices))
        if m.digest(data) != sha256:
            raise errors.altered(self.path, f"the content of {name}")
        return data

    def _unpacked(self, stated: m.Member) -> Iterator[bytes]:
        """Whole lines; the file may have been changed since `verify`, so all is checked again."""
        size = lines = 0
        rest = b""
        with _HashedSlice(self._file, self._entries[stated.name]) as source:
            window = zstandard.ZstdDecompressor(max_window_size=_WINDOW)
            with window.stream_reader(cast(BinaryIO, source), closefd=False) as unpacking:
                while piece := unpacking.read(BLOCK):
                    size += len(piece)
                    if size > stated.size or len(rest) > self._limits.line:
                        raise errors.too_large(self.path, f"{stated.name} unpacked")
                    head, feed, tail = piece.rpartition(b"\n")
                    if feed:
                        block = rest + head + feed
                        lines += block.count(b"\n")
                        yield block
                        rest = tail
                    else:
                        rest += tail
            if source.hexdigest() != stated.sha256:
                raise errors.altered(self.path, f"the content of {stated.name}")
        if rest or (size, lines) != (stated.size, stated.lines):
            raise errors.altered(self.path, f"the length of {stated.name}")


class _HashedSlice(Slice):
    """Hashes what passes through."""

    def __init__(self, file: BinaryIO, entry: Entry) -> None:
        super().__init__(file, entry)
        self._hash = hashlib.sha256()

    def readinto(self, buffer: Any) -> int:
        number = super().readinto(buffer)
        self._hash.update(memoryview(buffer)[:number])
        return number

    def hexdigest(self) -> str:
        """Of the whole content: what the decompressor left is read first."""
        while self.read(BLOCK):
            pass
        return self._hash.hexdigest()


def open_bundle(
    path: Path, judge: Judge, keys: DeviceKeys | None = None, *, limits: Limits = LIMITS
) -> OpenedBundle:
    """The verified bundle in a file; `keys` open it when it is encrypted. BundleError if not."""
    with errors.refusals(path):
        file = open(path, "rb")  # noqa: SIM115 - the bundle closes it
    plain: BinaryIO = file
    try:
        with errors.refusals(path):
            encrypted = _is_encrypted(file, path)
            if encrypted:
                plain = _decrypted(file, path, keys)
        bundle = OpenedBundle(path, plain, encrypted=encrypted, limits=limits)
        bundle.verify(judge)
    except BaseException:
        plain.close()
        file.close()
        raise
    if encrypted:
        file.close()
    return bundle


def _is_encrypted(file: BinaryIO, path: Path) -> bool:
    head = file.read(64)
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    if size == 0:
        raise errors.truncated(path)
    if size > MOST_BYTES:
        raise errors.too_large(path, f"{size // 2**20} MB")
    if head.startswith(PART_MAGIC):
        raise errors.OnePart(
            path, "is one part of a larger bundle.", "Open all its parts together."
        )
    if head.startswith(_AGE):
        return True
    if head.startswith(MAGIC):
        return False
    raise errors.not_a_bundle(path)


_MOST_RECEIVERS = 2**20
"""Bytes in which the list of receivers must end; each takes a hundred."""


def _decrypted(file: BinaryIO, path: Path, keys: DeviceKeys | None) -> BinaryIO:
    """The plain bundle: in memory, or if large in a file without a name that goes by itself."""
    if keys is None:
        raise _not_for_us(path)
    file.seek(0)
    head = file.read(_MOST_RECEIVERS)
    file.seek(0)
    if b"\n--- " not in head:  # every receiver costs time: nobody has so many
        raise errors.altered(path, "its list of receivers does not end")
    plain = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - goes to the bundle
    sink = _Watched(plain)
    try:
        pyrage.decrypt_io(file, sink, [keys.identity])
        if sink.error:  # an error of the last write is swallowed
            raise sink.error
    except pyrage.DecryptError as error:
        plain.close()
        if "No matching keys" in str(error):
            raise _not_for_us(path) from error
        raise errors.altered(path, "it cannot be decrypted") from error
    except OSError as error:
        plain.close()
        if sink.error or error.errno is not None:
            raise
        raise errors.altered(path, "it cannot be decrypted") from error
    return cast(BinaryIO, plain)


class _Watched:
    """Remembers that a write failed."""

    def __init__(self, out: Any) -> None:
        self._out = out
        self.error: OSError | None = None

    def write(self, data: bytes) -> int:
        try:
            return int(self._out.write(data))
        except OSError as error:
            self.error = error
            raise

    def flush(self) -> None:
        """Nothing waits here."""


def _not_for_us(path: Path) -> errors.NotForUs:
    return errors.NotForUs(
        path,
        "is encrypted for other offices, or its first bytes are damaged.",
        "Ask the sender to make a bundle for your office.",
    )
