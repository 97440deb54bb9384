"""How a part of a split bundle begins; apart, so that opening a bundle can tell one."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from aps_desktop.sync.manifest import Hex32

PART_MAGIC = b"APS bundle part 1\n"
MOST_PARTS = 999
MOST_HEADER = 1000


class PartHeader(Struct, frozen=True):
    """One canonical JSON line after the magic; the rest of the file is the piece itself.

    `check` is the SHA-256 over the header with an empty `check`, a line feed, and the piece.
    """

    whole: Hex32
    size: Annotated[int, Meta(ge=1, le=2**31)]
    part: Annotated[int, Meta(ge=1, le=MOST_PARTS)]
    parts: Annotated[int, Meta(ge=1, le=MOST_PARTS)]
    start: Annotated[int, Meta(ge=0, le=2**31)]
    check: Annotated[str, Meta(pattern=r"^([0-9a-f]{64})?\Z")] = ""
