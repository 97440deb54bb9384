"""Splitting a bundle into parts that pass e-mail limits, and joining them in any order."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from aps_desktop.domain.errors import UserError
from aps_desktop.sync import bundle_errors as errors
from aps_desktop.sync.manifest import canonical, read_canonical
from aps_desktop.sync.safe_write import BLOCK, Written, safe_write
from aps_desktop.sync.splitting_header import MOST_HEADER, MOST_PARTS, PART_MAGIC, PartHeader

PART_BYTES = 8_000_000
"""Mail makes attachments a third larger: such a part passes a limit of 11 MB."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part that is whole."""

    path: Path
    header: PartHeader
    data: int
    """Where its piece begins in the file."""


def is_part(path: Path) -> bool:
    """Whether a file begins as a part of a split bundle."""
    with errors.refusals(path), open(path, "rb") as file:
        return file.read(len(PART_MAGIC)) == PART_MAGIC


def split(path: Path, folder: Path, most: int = PART_BYTES) -> list[Path]:
    """Writes the parts of a bundle into a folder and returns them in order.

    Each is at most `most` bytes with its header. NotWritten when the medium refuses.
    """
    room = most - len(PART_MAGIC) - MOST_HEADER
    with errors.refusals(path), open(path, "rb") as file:
        whole = hashlib.file_digest(file, "sha256").hexdigest()
        size = file.seek(0, 2)
        number = -(-size // room) if room > 0 else MOST_PARTS + 1
        if not 0 < number <= MOST_PARTS:
            raise UserError("The bundle cannot be split like this.", "Choose larger parts.")
        made = []
        for part in range(1, number + 1):
            start = (part - 1) * room
            header = PartHeader(whole, size, part, number, start)
            target = folder / f"{path.stem}.part-{part:02d}-of-{number:02d}.apsync"
            made.append(_write_part(file, header, min(room, size - start), target))
    return made


def _write_part(file: BinaryIO, header: PartHeader, length: int, target: Path) -> Path:
    file.seek(header.start)
    piece = file.read(length)
    check = hashlib.sha256(canonical(header) + b"\n" + piece).hexdigest()
    line = canonical(msgspec.structs.replace(header, check=check)) + b"\n"
    return safe_write(target, lambda sink: _pour(sink, (PART_MAGIC, line, piece))).path


def _pour(sink: Any, pieces: Iterable[bytes]) -> None:
    for piece in pieces:
        sink.write(piece)


def read_part(path: Path) -> Part:
    """A part, checked to its last byte. NotABundle for another file, PartDamaged if it is not."""
    with errors.refusals(path), open(path, "rb") as file:
        if file.read(len(PART_MAGIC)) != PART_MAGIC:
            raise errors.not_a_bundle(path)
        try:
            line = file.readline(MOST_HEADER)
            header = read_canonical(line.removesuffix(b"\n"), PartHeader)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            raise _damaged(path) from error
        digest = hashlib.sha256(canonical(msgspec.structs.replace(header, check="")) + b"\n")
        at = file.tell()
        while block := file.read(BLOCK):
            digest.update(block)
        if digest.hexdigest() != header.check or header.part > header.parts:
            raise _damaged(path, header)
    return Part(path, header, at)


def _damaged(path: Path, header: PartHeader | None = None) -> errors.PartDamaged:
    which = f"part {header.part} of {header.parts} of a bundle" if header else "part of a bundle"
    return errors.PartDamaged(
        path, f"is {which} and is damaged.", "Ask the sender to send this one part again."
    )


def groups(paths: Iterable[Path]) -> dict[str, list[Part]]:
    """The parts of each bundle, by the hash of the whole, in order and each number once."""
    found: dict[str, dict[int, Part]] = {}
    for path in paths:
        part = read_part(path)
        found.setdefault(part.header.whole, {}).setdefault(part.header.part, part)
    return {whole: [parts[n] for n in sorted(parts)] for whole, parts in found.items()}


def missing(parts: list[Part]) -> list[int]:
    """The numbers of the parts of one bundle that are not there."""
    here = {part.header.part for part in parts}
    return [n for n in range(1, parts[0].header.parts + 1) if n not in here]


def join(paths: Iterable[Path], target: Path) -> Written:
    """Puts the parts of one bundle together, whatever their order and however often they came.

    MissingParts names what is not there, PartDamaged which part is not as it was made.
    """
    every = groups(paths)
    if len(every) != 1:
        raise UserError(
            "These files are parts of different bundles." if every else "There are no parts.",
            "Choose the parts of one bundle.",
        )
    parts = next(iter(every.values()))
    if lacking := missing(parts):
        numbers = ", ".join(str(n) for n in lacking)
        which = f"part {numbers} is" if len(lacking) == 1 else f"parts {numbers} are"
        raise errors.MissingParts(
            parts[0].path,
            f"is one of {parts[0].header.parts} parts, and {which} not there.",
            "Ask the sender for it, or wait until it arrives: all must lie in one folder.",
        )
    return safe_write(
        target,
        lambda sink: _join_into(sink, parts),
        check=lambda part: _check_whole(part, parts[0].header, target),
    )


def _join_into(sink: Any, parts: list[Part]) -> None:
    for part in parts:
        with open(part.path, "rb") as file:
            file.seek(part.data)
            while block := file.read(BLOCK):
                sink.write(block)


def _check_whole(path: Path, header: PartHeader, target: Path) -> None:
    with open(path, "rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != header.whole:
            raise errors.altered(target, "its parts do not belong together")
