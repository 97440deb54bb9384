"""What an import asks of indicators' values besides the rules of one record.

They are looked over beside their indicator and its other values, those of the same workbook
included; those that pass wait for review, and those of locked periods become amendments.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from aps_desktop.db.connection import Connection, placeholders
from aps_desktop.db.queries import results_reading as reading
from aps_desktop.domain.entities import entity
from aps_desktop.domain.results import Reading
from aps_desktop.domain.values import Period
from aps_desktop.exchange.drafts import RowResult
from aps_desktop.exchange.parse import Draft
from aps_desktop.services import importing_current as current
from aps_desktop.services import value_quality
from aps_desktop.services.importing_types import Decided, Verdict
from aps_desktop.services.locked_periods import FIGURES, VALUE, locked_time
from aps_desktop.services.value_entry import as_reading, split_of

_WRITTEN = (Verdict.NEW, Verdict.CHANGED)
_KIND = entity(VALUE)

Refuse = Callable[[RowResult, Decided, str, str], None]
Warn = Callable[[RowResult, str, str], None]
Above = Callable[[Draft], Decided | None]


class ValueChecks:
    """Looks over the values of one part of a sheet's rows."""

    def __init__(self, c: Connection, above: Above, refuse: Refuse, warn: Warn) -> None:
        self._c = c
        self._above = above
        self._refuse = refuse
        self._warn = warn
        self._locked = locked_time(c)

    def look_over(self, records: Iterable[tuple[RowResult, Decided]], day: date) -> None:
        """Refuses what is wrong, in the order of periods, and says what waits."""
        todo = []
        for row, one in records:
            if one.verdict in _WRITTEN:
                values = self._values(one)
                if isinstance(values.get("period"), Period):
                    todo.append((values["period"], row, one, values))
        todo.sort(key=lambda item: (item[0], item[1].row))
        rows, others = self._read({v["indicator"] for _, _, _, v in todo if v.get("indicator")})
        for period, row, one, values in todo:
            indicator = rows.get(values["indicator"]) if values.get("indicator") else None
            if indicator is not None:
                self._judge(row, one, values, indicator, others[indicator.rid])
            if one.verdict in _WRITTEN and _touched(one):
                self._set_out(row, one, period, day)

    def _values(self, one: Decided) -> dict[str, Any]:
        """The value as it would be, with the indicator's id where it is known already."""
        values: dict[str, Any] = {}
        if one.verdict is Verdict.CHANGED and one.rid:
            values = dict(current.values_of(self._c, _KIND, _KIND.columns, [one.rid])[one.rid][1])
            values |= {name: new for name, (_, new) in one.changes.items()}
        else:
            values = dict(one.record.values)
        if isinstance(values.get("indicator"), Draft):
            above = self._above(values["indicator"])
            values["indicator"] = above.id if above and above.rid else None
        return values

    def _read(
        self, ids: set[UUID]
    ) -> tuple[dict[UUID, reading.IndicatorRow], dict[int, list[reading.ValueRow]]]:
        rids = [known[0] for known in current.rids_of(self._c, ids).values()]
        found: dict[UUID, reading.IndicatorRow] = {}
        for part in reading.pieces(rids):
            marks = placeholders(part)
            rows = reading.indicators(self._c, f"WHERE t.rid IN ({marks})", part)
            found |= {row.id: row for row in rows}
        values = reading.values(self._c, rids)
        return found, defaultdict(list, values)

    def _judge(
        self,
        row: RowResult,
        one: Decided,
        values: Mapping[str, Any],
        indicator: reading.IndicatorRow,
        others: list[reading.ValueRow],
    ) -> None:
        new = as_reading(values["period"], split_of(self._c, values), values)
        beside = [other for other in others if other.id != one.id]
        readings: list[Reading] = [other.reading for other in beside]
        correction = values.get("correction") is True
        for doubt in value_quality.doubts(indicator, new, readings, correction=correction):
            if doubt.severity == "error":
                self._refuse(row, one, doubt.field, doubt.words)
                return
            self._warn(row, doubt.field, doubt.words)
        id = one.id or UUID(int=0)
        beside.append(reading.ValueRow(0, id, indicator.rid, "pending", correction, new))
        others[:] = beside

    def _set_out(self, row: RowResult, one: Decided, period: Period, day: date) -> None:
        """What came waits for review; of a locked period, as an amendment."""
        if self._locked.holds(period):
            words = f"{period} is locked: the value becomes an amendment that waits for a decision."
            self._warn(row, _first_figure(one), words)
        elif one.verdict is Verdict.NEW:
            one.record.values.setdefault("status", "pending")
            one.record.values.setdefault("reported_on", day)
        elif "status" not in one.changes and "status" not in one.record.values:
            one.changes = {**one.changes, "status": (None, "pending")}


def _touched(one: Decided) -> bool:
    names = one.changes if one.verdict is Verdict.CHANGED else one.record.values
    return any(name in FIGURES for name in names)


def _first_figure(one: Decided) -> str:
    names = one.changes if one.verdict is Verdict.CHANGED else one.record.values
    return next(name for name in FIGURES if name in names)
