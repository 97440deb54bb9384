"""Record ids: UUID version 7, so that new rows sort by time and insert quickly."""

from __future__ import annotations

import os
import uuid
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from aps_desktop.domain.clock import Clock

NAMESPACE = uuid.UUID("6f0d7a52-93d0-5c0c-9a36-0f3a5b8c2d11")
"""Namespace of the ids that offices must arrive at independently (set members, shipped lists)."""


def uuid7(millis: int, random: bytes) -> uuid.UUID:
    """A version 7 UUID from milliseconds since 1970 and 10 random bytes (RFC 9562)."""
    raw = bytearray((millis & (2**48 - 1)).to_bytes(6, "big") + random[:10])
    raw[6] = 0x70 | (raw[6] & 0x0F)
    raw[8] = 0x80 | (raw[8] & 0x3F)
    return uuid.UUID(bytes=bytes(raw))


def named_id(*parts: str) -> uuid.UUID:
    """The same id for the same parts in every office."""
    return uuid.uuid5(NAMESPACE, "\x1f".join(parts))


def member_id(owner: uuid.UUID, field_number: int, member: str) -> uuid.UUID:
    """The id of one member of a record's set: two offices that add it make the same row."""
    return named_id("member", owner.hex, str(field_number), member)


def shipped_id(issue: int) -> uuid.UUID:
    """The id of the device that brought an issue of the shipped lists, the same everywhere."""
    return named_id("shipped", str(issue))


@lru_cache(maxsize=1)
def shipped_ids() -> frozenset[bytes]:
    """Of all issues that there will be: no other device may say that it came with the program."""
    return frozenset(shipped_id(issue).bytes for issue in range(1, 1000))


class IdFactory:
    """Makes new ids; tests and demo data pass their own source of randomness."""

    def __init__(self, clock: Clock, random: Callable[[int], bytes] = os.urandom) -> None:
        self._clock = clock
        self._random = random

    def new(self) -> uuid.UUID:
        return uuid7(self._clock.millis(), self._random(10))
