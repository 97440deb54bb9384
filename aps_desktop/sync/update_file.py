"""The update file (.apsupdate): an installer under the release key, carried by stick or e-mail.

    APSUPDATE1\\n | length of the manifest, 4 bytes big-endian | manifest | signature, 64 bytes |
    installer

The manifest is canonical JSON; the signature (Ed25519) is over all bytes before it; the manifest
states the installer's size and SHA-256. So every byte of the file is either signed or hashed. What
is read here comes from strangers: nothing of the installer is used before both were checked.
"""

from __future__ import annotations

import hashlib
import os
import re
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Annotated

import msgspec
from msgspec import Meta, Struct

from aps_desktop.domain.errors import UserError
from aps_desktop.sync.manifest import NotCanonical, canonical, read_canonical

SUFFIX = ".apsupdate"
MAGIC = b"APSUPDATE1\n"
_SIGNATURE = 64
_LONGEST = 64 << 10
_BLOCK = 1 << 20
LIMIT = 1 << 30
"""Bytes; an installer has about 90 MB."""


class UpdateManifest(Struct, frozen=True, kw_only=True):
    """What an update says about itself."""

    product: str = "aps-desktop"
    version: Annotated[str, Meta(pattern=r"^[0-9]{1,4}\.[0-9]{1,4}\.[0-9]{1,4}\Z")]
    platform: Annotated[str, Meta(pattern=r"^[a-z0-9-]{1,40}\Z")]
    name: Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._-]{0,99}\Z")]
    """The installer's file name."""
    size: Annotated[int, Meta(ge=1, le=LIMIT)]
    sha256: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]


class UpdateRefused(UserError):
    """The file is not an update that may be installed here."""


@dataclass(frozen=True, slots=True)
class UpdateFile:
    """A verified head of an update file; the installer begins at `start`."""

    path: Path
    manifest: UpdateManifest
    start: int


def number(version: str) -> tuple[int, ...]:
    """A version as numbers that can be compared; () for anything else."""
    parts = re.fullmatch(r"(\d{1,4})\.(\d{1,4})\.(\d{1,4})", version)
    return tuple(map(int, parts.groups())) if parts else ()


def write(
    installer: Path, manifest: UpdateManifest, sign: Callable[[bytes], bytes], target: Path
) -> None:
    """Packs an installer; the manifest must state its size and hash."""
    data = canonical(manifest)
    head = MAGIC + struct.pack(">I", len(data)) + data
    with target.open("wb") as out, installer.open("rb") as source:
        out.write(head + sign(head))
        while block := source.read(_BLOCK):
            out.write(block)


def described(installer: Path, version: str, platform: str) -> UpdateManifest:
    """The manifest of an installer."""
    with installer.open("rb") as source:
        digest = hashlib.file_digest(source, "sha256").hexdigest()
    return UpdateManifest(
        version=version,
        platform=platform,
        name=installer.name,
        size=installer.stat().st_size,
        sha256=digest,
    )


def head(path: Path, keys: Sequence[str]) -> UpdateFile:
    """Verifies the signed part, some hundred bytes; the installer behind it is not read yet.

    `keys` are the release keys that are believed, hexadecimal. UpdateRefused says what is wrong.
    """
    if not keys:
        raise UpdateRefused(
            "This copy of the program knows no release key and takes no updates.",
            "It was not made by a release manager; bring it up to date the way you got it.",
        )
    try:
        with path.open("rb") as stream:
            manifest, start = _head(stream, keys)
    except OSError as error:
        raise _unreadable(path) from error
    return UpdateFile(path, manifest, start)


def check(update: UpdateFile) -> None:
    """Reads the installer and compares its size and hash with what the head says of them."""
    try:
        with update.path.open("rb") as stream:
            stream.seek(update.start)
            size = os.fstat(stream.fileno()).st_size - update.start
            _installer(stream, update.manifest, size)
    except OSError as error:
        raise _unreadable(update.path) from error


def _unreadable(path: Path) -> UpdateRefused:
    return UpdateRefused(
        f"“{path.name}” cannot be read.", "Is the stick still in? Copy the file once more."
    )


def _head(stream: IO[bytes], keys: Sequence[str]) -> tuple[UpdateManifest, int]:
    first = stream.read(len(MAGIC) + 4)
    if not first.startswith(MAGIC):
        raise UpdateRefused(
            "This is not an update of APS Desktop, whatever its name says.",
            "It may have been spoilt on its way: copy the file once more, or ask for it again.",
        )
    if len(first) < len(MAGIC) + 4:
        raise _broken()
    (length,) = struct.unpack(">I", first[len(MAGIC) :])
    data, signature = b"", b""
    if length <= _LONGEST:
        data, signature = stream.read(length), stream.read(_SIGNATURE)
    if len(signature) < _SIGNATURE:
        raise _broken()
    if not any(_signed(key, signature, first + data) for key in keys):
        raise UpdateRefused(
            "This update was not made by the release manager, or was changed on its way.",
            "Do not install it. Ask your secretariat for the file, and tell them about this one.",
        )
    try:
        manifest = read_canonical(data, UpdateManifest)
    except (msgspec.MsgspecError, NotCanonical, ValueError) as error:
        raise UpdateRefused(
            "This update is of a kind that this version does not know.",
            "Install the newest version once with its installer.",
        ) from error
    return manifest, stream.tell()


def _signed(key: str, signature: bytes, data: bytes) -> bool:
    # Late: the window asks at its start which versions are known, and needs no key for it.
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True


def _installer(stream: IO[bytes], manifest: UpdateManifest, size: int) -> None:
    if size != manifest.size:
        raise _broken()
    digest = hashlib.sha256()
    while block := stream.read(_BLOCK):
        digest.update(block)
    if digest.hexdigest() != manifest.sha256:
        raise _broken()


def _broken() -> UpdateRefused:
    return UpdateRefused(
        "The update is incomplete or damaged.", "Copy the file once more; nothing was installed."
    )


def unpack(update: UpdateFile, folder: Path) -> Path:
    """Writes the installer into a folder and checks it there again; its path."""
    target = folder / update.manifest.name
    digest = hashlib.sha256()
    with update.path.open("rb") as source, target.open("wb") as out:
        source.seek(update.start)
        while block := source.read(_BLOCK):
            digest.update(block)
            out.write(block)
        out.flush()
        os.fsync(out.fileno())
    if digest.hexdigest() != update.manifest.sha256:
        target.unlink()
        raise _broken()
    return target
