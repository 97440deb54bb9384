"""Which band of progress an indicator falls into."""

from __future__ import annotations

from decimal import Decimal

from aps_desktop.domain.results import Progress

REACHED, NEAR, UNDER_WAY, BEHIND, UNKNOWN = "reached", "near", "under_way", "behind", "unknown"
BANDS = (
    (REACHED, "Target reached"),
    (NEAR, "At least three quarters of the way"),
    (UNDER_WAY, "Under way"),
    (BEHIND, "Further away than at the start"),
    (UNKNOWN, "Cannot be said"),
)
_NEAR = Decimal("0.75")


def band(way: Progress) -> str:
    """The key of one of `BANDS`."""
    if way.met:
        return REACHED
    if way.share is None:
        return UNKNOWN
    if way.share < 0:
        return BEHIND
    return NEAR if way.share >= _NEAR else UNDER_WAY
