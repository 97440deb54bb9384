"""Whether this computer's date can be right. It only orders what is shown, and blocks nobody."""

from __future__ import annotations

from datetime import datetime

from aps_desktop.db.connection import Connection
from aps_desktop.domain.values import show_date

_A_DAY = 24 * 3600 * 1000
_EARLIEST = 1_672_531_200_000
"""1 January 2023 in milliseconds: the program is younger."""


def words(c: Connection, now: int) -> str:
    """What people are told of a date that cannot be right (`now`: milliseconds); "" if it can."""
    last = c.value(
        "SELECT t.wall FROM local_state l JOIN txn t ON t.device = l.device AND t.n = l.txn"
    )
    if last is not None and now < last - _A_DAY:
        why = f"but the last change here was made on {_day(last)}"
    elif now < _EARLIEST:
        why = "which was before there was this program"
    else:
        return ""
    return (
        f"By the clock of this computer it is {_day(now)}, {why}. Please set its date. Nothing is "
        "lost by that: what you change is kept and reaches the others, only its day is wrong."
    )


def _day(millis: int) -> str:
    try:
        at = datetime.fromtimestamp(millis / 1000)
    except (OverflowError, OSError, ValueError):
        return "an unknown day"
    return show_date(at.date())
