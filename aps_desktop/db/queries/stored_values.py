"""A few stored columns as values, for reading many rows at once."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from aps_desktop.domain.values import Period


@lru_cache(maxsize=1024)
def period_of(text: str) -> Period:
    """A stored period; there are few, and each stands in many rows."""
    start, end = text.split("/")
    return Period(date.fromisoformat(start), date.fromisoformat(end))


def stored_period(period: Period) -> str:
    return f"{period.start.isoformat()}/{period.end.isoformat()}"


def uuid(stored: Any) -> UUID:
    return UUID(bytes=bytes(stored))
