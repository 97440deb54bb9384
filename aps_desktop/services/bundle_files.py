"""Bundles as files: found on a stick, joined from the parts of a split one, split for e-mail."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from aps_desktop.domain.errors import UserError
from aps_desktop.services.merging import bundles_in
from aps_desktop.sync import splitting

SUFFIX = ".apsync"
PART_MB = 8
_PART = ".part-"


@dataclass
class Gathered:
    """Bundles to open, and what could not be taken, in words, by file name."""

    bundles: list[Path] = field(default_factory=list)
    refused: list[tuple[str, UserError]] = field(default_factory=list)
    joined: tempfile.TemporaryDirectory[str] | None = None

    def clean(self) -> None:
        """Removes what was joined from parts."""
        if self.joined is not None:
            self.joined.cleanup()
            self.joined = None


def gather(paths: Sequence[Path]) -> Gathered:
    """The bundles among files and folders; parts of split ones are put together first.

    One part is enough where the others lie beside it.
    """
    found = Gathered()
    parts: dict[str, list[Path]] = {}
    for path in bundles_in(paths):
        try:
            if splitting.is_part(path):
                whole = splitting.read_part(path).header.whole
                parts.setdefault(whole, []).extend([path, *_beside(path, whole)])
            else:
                found.bundles.append(path)
        except UserError as error:
            found.refused.append((path.name, error))
    for at, group in enumerate(parts.values(), 1):
        try:
            found.bundles.append(_join(found, list(dict.fromkeys(group)), at))
        except UserError as error:
            found.refused.append((group[0].name, error))
    return found


def _beside(path: Path, whole: str) -> list[Path]:
    """The other parts of a bundle in the same folder."""
    name = path.name.split(_PART)[0]
    found = []
    for other in sorted(path.parent.iterdir()):
        if other.name.startswith(f"{name}{_PART}") and other != path:
            with contextlib.suppress(UserError):  # it says so itself when it is opened
                if splitting.read_part(other).header.whole == whole:
                    found.append(other)
    return found


def _join(found: Gathered, group: list[Path], at: int) -> Path:
    if found.joined is None:
        found.joined = tempfile.TemporaryDirectory(prefix="aps-bundle-")
    stem = group[0].stem.split(_PART)[0]
    target = Path(found.joined.name) / str(at) / f"{stem}{SUFFIX}"
    target.parent.mkdir()
    splitting.join(group, target)
    return target


def split(path: Path, megabytes: int) -> list[Path]:
    """Parts of a bundle for e-mail, in place of the whole; the bundle alone where it is small."""
    most = megabytes * 1_000_000
    if path.stat().st_size <= most:
        return [path]
    made = splitting.split(path, path.parent, most)
    path.unlink()
    return made
