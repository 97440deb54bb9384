"""What a value has to pass before it is written by a form or the command line.

The rules that need the indicator and its other values, then the lock of its period.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from aps_desktop.db.connection import Connection
from aps_desktop.db.engine import Database
from aps_desktop.db.queries import results_reading as reading
from aps_desktop.domain.changes import Change, Create, Update
from aps_desktop.domain.errors import InvalidValue
from aps_desktop.domain.results import Reading, Split
from aps_desktop.domain.values import Period, Value
from aps_desktop.services import value_quality
from aps_desktop.services.locked_periods import FIGURES, VALUE, Gate, stored

_JUDGED = frozenset({*FIGURES, "correction", "period"})


def admitted(db: Database, changes: Sequence[Change]) -> tuple[Change, ...]:
    """The changes as they may be written. InvalidValue for a value that is wrong.

    Values of locked periods come back as amendments.
    """
    mine = [one for one in changes if one.entity == VALUE]
    if not mine:
        return tuple(changes)
    c = db.reader()
    for id, values in _as_they_would_be(c, mine).items():
        for doubt in doubts_of(c, id, values):
            if doubt.severity == "error":
                raise InvalidValue(doubt.words, field=doubt.field)
    return tuple(Gate(db, c).through(changes))


def _as_they_would_be(c: Connection, changes: Sequence[Change]) -> dict[UUID, Mapping[str, Value]]:
    """The values whose figures change, with all their fields."""
    found: dict[UUID, Mapping[str, Value]] = {}
    for change in changes:
        if isinstance(change, Create):
            found[change.id] = change.values
        elif isinstance(change, Update) and change.field in _JUDGED:
            before = found.get(change.id) or stored(c, change.id)
            found[change.id] = {**before, change.field: change.value}
    return found


def doubts_of(c: Connection, id: UUID, values: Mapping[str, Value]) -> list[value_quality.Doubt]:
    """What is wrong or doubtful about one value as it would be, beside its indicator's others."""
    indicator, period = values.get("indicator"), values.get("period")
    if not isinstance(indicator, UUID) or not isinstance(period, Period):
        return []
    rows = reading.indicators(
        c, "WHERE t.rid = (SELECT rid FROM record WHERE uuid = ?)", (indicator.bytes,)
    )
    if not rows:
        return []
    others = reading.values(c, [rows[0].rid]).get(rows[0].rid, [])
    new = as_reading(period, split_of(c, values), values)
    left = [one.reading for one in others if one.id != id]
    return value_quality.doubts(rows[0], new, left, correction=values.get("correction") is True)


def split_of(c: Connection, values: Mapping[str, Value]) -> Split:
    """Of which part a value's fields speak."""
    state = _name(c, "member_state", values.get("member_state"))
    dimension = _name(c, "disaggregation_dimension", values.get("dimension"))
    sex, age, word = (values.get(n) for n in ("sex", "age_band", "dimension_value"))
    return Split(state, str(sex or ""), str(age or ""), dimension, str(word or ""))


def _name(c: Connection, table: str, id: Value) -> str:
    if not isinstance(id, UUID):
        return ""
    sql = f"SELECT t.name FROM record r JOIN {table} t ON t.rid = r.rid WHERE r.uuid = ?"
    return str(c.value(sql, (id.bytes,)) or "")


def as_reading(period: Period, split: Split, figures: Mapping[str, Value]) -> Reading:
    """Typed or imported figures as the arithmetic takes them."""
    numbers = {
        name: number if isinstance(number := figures.get(name), Decimal) else None
        for name in ("value", "numerator", "denominator")
    }
    yes, text = figures.get("yes"), figures.get("text")
    return Reading(
        period, numbers["value"], numbers["numerator"], numbers["denominator"],
        text if isinstance(text, str) else "", yes if isinstance(yes, bool) else None,
        split, str(period),
    )  # fmt: skip
