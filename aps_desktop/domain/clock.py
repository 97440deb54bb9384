"""Time: the wall clock (replaceable in tests) and the hybrid logical clock of the change log."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

_AHEAD_LIMIT = 24 * 3600 * 1000 << 16
LATEST = 32_503_679_999_999
"""The last moment of the year 2999: what every computer can show as a date, and bundles can say."""


class Clock(Protocol):
    """Where the program gets the time from."""

    def millis(self) -> int:
        """Milliseconds since 1970, UTC."""
        ...


class SystemClock:
    """This computer's clock, and where it says what no bundle could, the nearest that one can."""

    def millis(self) -> int:
        return min(max(time.time_ns() // 1_000_000, 0), LATEST)


@dataclass
class FixedClock:
    """A clock that stands still until it is told to move (tests, demo data)."""

    now: int = 1_700_000_000_000

    def millis(self) -> int:
        return self.now


def today(clock: Clock) -> date:
    """The local calendar day."""
    return datetime.fromtimestamp(clock.millis() / 1000).astimezone().date()


def next_stamp(wall_millis: int, last_own: int, seen: int) -> int:
    """The next hybrid stamp: milliseconds in the upper bits, a counter in the lower 16.

    It orders what is shown and gates nothing: a stamp seen from a clock more than 24 hours ahead is
    ignored, so one laptop with a wrong date cannot drag the others along.
    """
    wall = wall_millis << 16
    credible = seen if seen <= wall + _AHEAD_LIMIT else 0
    return max(wall, last_own + 1, credible + 1)


def stamp_millis(stamp: int) -> int:
    """The wall time inside a hybrid stamp, milliseconds since 1970."""
    return stamp >> 16
