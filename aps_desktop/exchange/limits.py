"""How large a file from elsewhere may be before it is refused, and what reading it may take."""

from __future__ import annotations

import contextlib
import sys
from dataclasses import dataclass

MEBIBYTE = 1 << 20


@dataclass(frozen=True)
class Limits:
    """Sizes in rows, columns, bytes and seconds; a sheet of 100,000 rows is well inside them."""

    rows: int = 200_000
    columns: int = 200
    cells: int = 8_000_000
    cell_text: int = 32_767
    members: int = 5_000
    unpacked: int = 512 * MEBIBYTE
    ratio: int = 200
    memory: int = 1024 * MEBIBYTE
    seconds: int = 60
    looked: bool = False
    """The file was looked at already, beside the child that reads it."""


def limit_process(limits: Limits) -> None:
    """This process may take so much memory and time, and leaves no image of itself when it dies."""
    if sys.platform == "win32":
        return
    import resource

    for what, most in (
        (resource.RLIMIT_AS, (limits.memory, limits.memory)),
        (resource.RLIMIT_CPU, (limits.seconds, limits.seconds + 5)),
        (resource.RLIMIT_CORE, (0, 0)),
    ):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, most)
