"""How much a bundle may hold. What goes beyond is refused before it costs memory or time."""

from __future__ import annotations

from dataclasses import dataclass

from aps_desktop.sync import manifest as m


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes. Tests use smaller ones."""

    manifest: int = 8 * 2**20
    offices: int = 4 * 2**20
    members: int = 20_000
    file: int = 64 * 2**20
    line: int = 32 * 2**20
    lines: int = 20_000_000
    unpacked: int = 4 * 2**30
    """Of one member of lines."""
    ratio: int = 200
    """Unpacked to packed, beyond the first `free` bytes."""
    free: int = 2**20

    def allow(self, name: str, size: int, packed: int, lines: int) -> bool:
        """Whether a member of this name may be as large as this."""
        if m.lines_of(name):
            dense = size > max(self.free, packed * self.ratio)
            return size <= self.unpacked and lines <= self.lines and not dense
        most = self.offices if name == m.OFFICES else self.file
        return size == packed and size <= most and lines == 0


LIMITS = Limits()
