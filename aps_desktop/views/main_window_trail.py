"""Back and forward through the places that were open."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

_LONGEST = 200


@dataclass(frozen=True)
class Stop:
    """A place and where in it one was."""

    key: str
    target: dict[str, Any] = field(default_factory=dict)


class Trail:
    """A list of stops and a position in it, as in a web browser."""

    def __init__(self) -> None:
        self._stops: list[Stop] = []
        self._at = -1

    def visit(self, stop: Stop) -> None:
        """Goes on from here; what lay ahead is forgotten."""
        if self._at >= 0 and self._stops[self._at] == stop:
            return
        del self._stops[self._at + 1 :]
        self._stops.append(stop)
        del self._stops[:-_LONGEST]
        self._at = len(self._stops) - 1

    def amend(self, target: dict[str, Any]) -> None:
        """Remembers where in the present place one is, before leaving it."""
        if self._at >= 0:
            self._stops[self._at] = Stop(self._stops[self._at].key, target)

    def back(self) -> Stop | None:
        return self._step(-1)

    def forward(self) -> Stop | None:
        return self._step(1)

    def can_go(self) -> tuple[bool, bool]:
        """(back, forward)"""
        return self._at > 0, self._at < len(self._stops) - 1

    def _step(self, by: int) -> Stop | None:
        if not 0 <= self._at + by < len(self._stops):
            return None
        self._at += by
        return self._stops[self._at]
