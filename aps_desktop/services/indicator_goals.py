"""Baselines and targets as they are typed in the results grid.

They are read the way the indicator is measured, like its values ("85 %", "Yes", a word of the
scale, "30/40"). A target that is there keeps its first figure: a new one revises it, with a reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from aps_desktop.db.connection import Connection
from aps_desktop.db.engine import Database
from aps_desktop.db.queries import results_reading as reading
from aps_desktop.db.queries.results_reading import IndicatorRow, TargetRow
from aps_desktop.db.unit_of_work import apply
from aps_desktop.domain.changes import Applied, Change, ChangeSet, Create, Update
from aps_desktop.domain.errors import InvalidValue, NotFound
from aps_desktop.domain.results import WHOLE, counts
from aps_desktop.domain.values import Period, Value
from aps_desktop.services.indicator_values import read_typed
from aps_desktop.services.value_entry import as_reading


@dataclass(frozen=True)
class Aim:
    """Which target is meant: of an indicator, for a year, of the whole or of one state; `there` is
    the one that the grid shows."""

    indicator: UUID
    year: int
    member_state: UUID | None = None
    there: TargetRow | None = None

    @property
    def revises(self) -> bool:
        """Whether what is typed revises a target of this year, so that a reason is needed."""
        return self.there is not None and self.there.period.start.year == self.year


def set_baseline(db: Database, indicator: UUID, typed: str) -> Applied:
    """Writes a baseline; an empty text takes it away. InvalidValue for what is none."""
    row = _row(db.reader(), indicator)
    number = _read(row, typed) if typed.strip() else None
    change = Update("indicator", indicator, "baseline", number)
    return apply(db, ChangeSet(f"baseline of {row.code or row.title}", (change,)))


def set_target(db: Database, aim: Aim, typed: str, reason: str = "") -> Applied:
    """Writes the year's target, or revises the one that is there. InvalidValue for what is none,
    for an empty text, and for a revision without its reason."""
    row = _row(db.reader(), aim.indicator)
    if not typed.strip():
        raise InvalidValue(
            "A target is not removed here.", "Open the indicator and delete it among its targets."
        )
    number = _read(row, typed)
    changes: tuple[Change, ...]
    if aim.there is not None and aim.revises:
        if not reason.strip():
            raise InvalidValue("Say why the target is revised.", field="reason")
        new: dict[str, Value] = {"revised_value": number, "reason": reason.strip()}
        changes = tuple(Update("target", aim.there.id, name, said) for name, said in new.items())
        label = f"revise the target of {row.code or row.title}"
    else:
        values: dict[str, Value] = {
            "indicator": aim.indicator, "period": Period.year(aim.year), "value": number,
        }  # fmt: skip
        if aim.member_state is not None:
            values["member_state"] = aim.member_state
        changes = (Create("target", db.ids.new(), values),)
        label = f"target of {row.code or row.title} for {aim.year}"
    return apply(db, ChangeSet(label, changes))


def _row(c: Connection, id: UUID) -> IndicatorRow:
    found = reading.indicators(
        c, "WHERE t.rid = (SELECT rid FROM record WHERE uuid = ?)", (id.bytes,)
    )
    if not found:
        raise NotFound("This indicator is no longer there.")
    return found[0]


def _read(row: IndicatorRow, typed: str) -> Decimal:
    figures = read_typed(row, typed)
    number = counts(row.measure, as_reading(Period.year(2000), WHOLE, figures))
    if number is None:
        raise InvalidValue(f"“{typed.strip()[:60]}” is no figure of this indicator.")
    return round(number, 4)
