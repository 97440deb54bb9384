"""Record ids: UUID version 7, so that new rows sort by time and insert quickly.

The last seven bytes of an id name the device that made it, so that nobody else can give birth to
the record: see `made_by`.
"""

from __future__ import annotations

import hashlib
import os
import threading
import uuid
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from aps_desktop.domain.clock import Clock

NAMESPACE = uuid.UUID("6f0d7a52-93d0-5c0c-9a36-0f3a5b8c2d11")
"""Namespace of the ids that offices must arrive at independently (set members, shipped lists)."""


def made_by(id: uuid.UUID, device: bytes) -> bool:
    """Whether an id was made on the device with that id.

    To make another device that fits a given id takes 2^56 tries. Ids made before, named ids and
    those of fictitious data fit no device.
    """
    return id.version == 7 and id.bytes[_START:] == _mark(id.bytes[:_START], device)


def _mark(start: bytes, device: bytes) -> bytes:
    return hashlib.sha256(b"APS record id 1\n" + device + start).digest()[: 16 - _START]


_START = 9
"""Bytes of an id before its mark: 48 bits of milliseconds, version, variant, 18 bits of a count."""
_COUNT_BITS = 18


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
    """Makes new ids; tests and demo data pass their own source of randomness.

    `device` says which device makes them; without it they are nobody's (fictitious data, which
    must come out alike everywhere).
    """

    def __init__(
        self,
        clock: Clock,
        random: Callable[[int], bytes] = os.urandom,
        device: Callable[[], bytes] | None = None,
    ) -> None:
        self._clock = clock
        self._random = random
        self._device = device
        self._maker = b""
        self._millis = -1
        self._count = 0
        self._lock = threading.Lock()

    def made_on(self, device: bytes) -> None:
        """From now on ids are of that device; of none: it is asked for again."""
        if self._device is not None:
            self._maker = device

    def new(self) -> uuid.UUID:
        if self._device is not None and not self._maker:
            self._maker = self._device()
        with self._lock:
            raw = self._start()
        mark = _mark(raw, self._maker) if self._maker else self._random(16 - _START)
        return uuid.UUID(bytes=raw + mark)

    def _start(self) -> bytes:
        """Time and count: an id's first bytes, never twice the same from here."""
        now = self._clock.millis()
        if now > self._millis or self._millis - now > _LATE:
            self._millis = now
            # From the lower half, so that there is room to count on within the millisecond.
            self._count = int.from_bytes(self._random(3), "big") >> (25 - _COUNT_BITS)
        else:
            self._count += 1
            if self._count >> _COUNT_BITS:
                self._millis, self._count = self._millis + 1, 0
        high, low = self._count >> 6, self._count & 63
        return (
            (self._millis & (2**48 - 1)).to_bytes(6, "big")
            + (0x7000 | high).to_bytes(2, "big")
            + bytes([0x80 | low])
        )


_LATE = 10_000
"""Milliseconds: a clock that is set back by more starts anew."""
