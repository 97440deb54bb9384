"""Adding up a result: its indicators and those of the results below, unit by unit.

Every sum names its inputs and what was left out and why; an indicator that counts towards another
one of them is in that one already.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from aps_desktop.db.connection import Connection, placeholders
from aps_desktop.db.queries import results_reading as reading
from aps_desktop.domain.results import total
from aps_desktop.domain.results_tree import Group, Leaf, add_up
from aps_desktop.domain.values import Period

_MOST = 2_000


@dataclass(frozen=True)
class Sums:
    """What a result, or a whole project or programme, stands at in a period."""

    title: str
    period: Period
    groups: tuple[Group, ...]


def load(c: Connection, result: int, period: Period) -> Sums | None:
    """The sums of a result by its row number; None when it is no longer there."""
    title = c.value("SELECT title FROM result WHERE rid = ?", (result,))
    if title is None:
        return None
    results, level = [result], [result]
    while level:
        marks = placeholders(level)
        found = c.all(f"SELECT rid FROM result WHERE parent IN ({marks})", level)
        level = [rid for (rid,) in found if rid not in results]
        results += level
    rids = [
        row[0]
        for part in reading.pieces(results)
        for row in c.all(
            f"SELECT rid FROM indicator WHERE result IN ({placeholders(part)}) "
            "ORDER BY code, title",
            part,
        )
    ]
    return _added(c, title, rids, period)


def load_all(c: Connection, kind: str, id: UUID, period: Period) -> Sums | None:
    """The sums of all indicators of a project or programme; None when it is no longer there."""
    found = c.one(f"SELECT rid, title FROM {kind} WHERE id = ?", (id.bytes,))
    if found is None:
        return None
    rid, title = found
    where = reading.OWNED[kind]
    rows = c.all(
        f"SELECT t.rid FROM indicator t {where} ORDER BY t.code, t.title LIMIT {_MOST}",
        [rid] * where.count("?"),
    )
    return _added(c, title, [row[0] for row in rows], period)


def _added(c: Connection, title: str, rids: Sequence[int], period: Period) -> Sums:
    leaves = leaves_of(c, rids, period)
    return Sums(title, period, tuple(add_up(leaves, [rid for rid in rids if rid in leaves])))


def leaves_of(c: Connection, rids: Sequence[int], period: Period) -> dict[Any, Leaf]:
    """Indicators and all that count towards them, however deep, with what each reported itself."""
    known, level = list(rids), list(rids)
    while level and len(known) < _MOST:
        found: list[int] = []
        for part in reading.pieces(level):
            marks = placeholders(part)
            rows = c.all(f"SELECT rid FROM indicator WHERE counts_towards IN ({marks})", part)
            found += [rid for (rid,) in rows]
        level = [rid for rid in dict.fromkeys(found) if rid not in known]
        known += level
    values = reading.values(
        c, known, since=period.start, until=period.end, statuses=reading.REPORTED
    )
    leaves: dict[Any, Leaf] = {}
    for part in reading.pieces(known):
        marks = placeholders(part)
        for one in reading.indicators(c, f"WHERE t.rid IN ({marks})", part):
            inside = [v.reading for v in values.get(one.rid, []) if v.reading.period == period]
            own = total(one.measure, inside)
            leaves[one.rid] = Leaf(one.label, one.measure, own, one.towards)
    return leaves
