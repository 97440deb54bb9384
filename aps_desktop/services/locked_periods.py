"""Locked periods: a value that comes late becomes an amendment, on whatever way it comes.

A form, an import and the command line write an amendment in the value's place (`Gate`); the value
before stays. It is not removed either: to be empty is no figure that could wait for a decision.
A value is locked when every day of its period is: a month of a locked quarter, a year of which all
four quarters are. A year of which one quarter is locked stays open, for its figure is not yet said.
A merge refuses nothing: what other offices wrote late is listed by
`amendments_merged` until somebody keeps it or puts the old value back. `amendments` decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from aps_desktop.db.connection import Connection
from aps_desktop.db.engine import Database
from aps_desktop.db.queries.stored_values import period_of
from aps_desktop.db.store import setting, this_device
from aps_desktop.domain.changes import Change, Create, Delete, Update
from aps_desktop.domain.clock import today
from aps_desktop.domain.entities import entity
from aps_desktop.domain.errors import UserError
from aps_desktop.domain.values import Period, Value, show, show_number
from aps_desktop.services.importing_current import now

VALUE = "indicator_value"
FIGURES = ("value", "numerator", "denominator", "text", "yes")
PLACE = ("indicator", "period", "member_state", "sex", "age_band", "dimension", "dimension_value")
BY_HAND = "Entered after the period was locked."
BY_IMPORT = "Imported after the period was locked."


class LockedTime:
    """The days of all locked periods together; False where no day is locked."""

    def __init__(self, periods: Iterable[Period]) -> None:
        self._spans: list[tuple[int, int]] = []
        for start, end in sorted((p.start.toordinal(), p.end.toordinal()) for p in periods):
            if self._spans and start <= self._spans[-1][1] + 1:
                first, last = self._spans.pop()
                self._spans.append((first, max(last, end)))
            else:
                self._spans.append((start, end))

    def __bool__(self) -> bool:
        return bool(self._spans)

    def holds(self, period: Period) -> bool:
        """Whether every day of a period is locked."""
        first, last = period.start.toordinal(), period.end.toordinal()
        return any(start <= first and last <= end for start, end in self._spans)


def locked_time(c: Connection) -> LockedTime:
    """What is locked now."""
    rows = c.all("SELECT period FROM period_calendar WHERE locked = 1 AND period IS NOT NULL")
    return LockedTime(period_of(row[0]) for row in rows)


class Gate:
    """Turns changes of values in locked periods into amendments; other changes pass as they are."""

    def __init__(self, db: Database, c: Connection, reason: str = BY_HAND) -> None:
        self._db = db
        self._c = c
        self._reason = reason
        self._locked = locked_time(c)
        self._who = setting(c, "officer") or this_device(c)[1]

    @property
    def open(self) -> bool:
        """Whether no period is locked at all."""
        return not self._locked

    def is_locked(self, period: Value) -> bool:
        """Whether every day of a period is locked."""
        return isinstance(period, Period) and self._locked.holds(period)

    def through(self, changes: Sequence[Change]) -> list[Change]:
        """The changes as they may be written; what changes in one value makes one amendment.

        UserError where a value of a locked period would be deleted.
        """
        if self.open:
            return list(changes)
        passed: list[Change] = []
        late: dict[UUID, dict[str, Value]] = {}
        for change in changes:
            if change.entity != VALUE:
                passed.append(change)
            elif isinstance(change, Create) and self.is_locked(change.values.get("period")):
                passed.append(self.amendment(None, change.values))
            elif isinstance(change, Delete):
                self.refuse_removal(change.id)
                passed.append(change)
            elif isinstance(change, Update) and self._late(change, late):
                late.setdefault(change.id, {})[change.field] = change.value
            else:
                passed.append(change)
        passed += [self._amended(id, new) for id, new in late.items()]
        return passed

    def refuse_removal(self, id: UUID) -> None:
        """UserError for a value of a locked period."""
        if not self.open and self._stands_locked(id):
            raise UserError(
                "The period of this value is locked: it is not removed.",
                "Enter the right value, which waits as an amendment, or unlock the period first.",
            )

    def _late(self, change: Update, late: Mapping[UUID, object]) -> bool:
        """Whether a change is one of a figure in a locked period, or moves a value out of one or
        into one; a review state passes."""
        if change.field not in (*FIGURES, *PLACE):
            return False
        if change.id in late or (change.field == "period" and self.is_locked(change.value)):
            return True
        return self._stands_locked(change.id)

    def _stands_locked(self, id: UUID) -> bool:
        period = self._c.value("SELECT period FROM indicator_value WHERE id = ?", (id.bytes,))
        return period is not None and self._locked.holds(period_of(period))

    def _amended(self, id: UUID, new: Mapping[str, Value]) -> Create:
        before = stored(self._c, id)
        figures: dict[str, Value] = {name: before.get(name) for name in FIGURES}
        place = {name: before.get(name) for name in PLACE}
        return self.amendment(id, {**place, **figures, **new}, shown(figures))

    def amendment(
        self, amends: UUID | None, values: Mapping[str, Value], before: str = ""
    ) -> Create:
        """The record that waits in a late value's place."""
        kept = {name: values.get(name) for name in (*PLACE, *FIGURES, "evidence")}
        made: dict[str, Value] = {
            **kept, "amends": amends, "old_text": before or None, "status": "pending",
            "reason": values.get("comment") or self._reason, "asked_by": self._who,
            "asked_on": today(self._db.clock),
        }  # fmt: skip
        filled = {name: value for name, value in made.items() if value is not None}
        return Create("value_amendment", self._db.ids.new(), filled)


def stored(c: Connection, id: UUID) -> dict[str, Value]:
    """What a value's record holds now; empty when it is not there."""
    return now(c, VALUE, id)


def shown(figures: Mapping[str, Any]) -> str:
    """What a value's fields say, in words."""
    kind = entity(VALUE)
    top, bottom = figures.get("numerator"), figures.get("denominator")
    if top is not None and bottom is not None:
        return f"{show_number(top)} of {show_number(bottom)}"
    for name in ("value", "yes", "text"):
        if figures.get(name) is not None:
            return show(kind.field(name), figures[name])[:200]
    return ""
