"""A project's indicators as a report's table: baseline, target, reached, and how far that is."""

from __future__ import annotations

from decimal import Decimal

from aps_desktop.domain.results import words_of
from aps_desktop.reports.document import Cell, Column, Number, Table
from aps_desktop.services import results_reading as reading
from aps_desktop.services.records import Record
from aps_desktop.services.report_parts import Reader
from aps_desktop.services.results_reading import REPORTED, Standing

_COLUMNS = (
    Column("Indicator", share=6),
    Column("Unit", share=2),
    Column("Baseline", True),
    Column("Target", True),
    Column("Reached", True),
    Column("Period", share=3),
    Column("Of the way", True, 2),
)


def results_table(reader: Reader, record: Record) -> Table:
    """One row an indicator; what cannot be said is left blank and said why in the last column."""
    rows = reading.indicators(reader.c, "WHERE t.project = ?", [record.rid])
    rids = [row.rid for row in rows]
    values = reading.values(reader.c, rids, statuses=REPORTED)
    goals = reading.targets(reader.c, rids)
    cells = [
        _row(reading.standing(row, values.get(row.rid, ()), goals.get(row.rid, ()))) for row in rows
    ]
    return Table(
        _COLUMNS,
        tuple(cells),
        "Values that were reported; drafts and returned values are not counted.",
        empty="No indicators recorded.",
    )


def _row(one: Standing) -> tuple[Cell, ...]:
    measure, way = one.row.measure, one.progress
    return (
        one.row.label,
        measure.unit,
        words_of(measure, measure.baseline),
        words_of(measure, one.target.value if one.target else None),
        words_of(measure, one.actual.value),
        str(one.period) if one.period else None,
        _percent(way.share) if way.share is not None else way.note,
    )


def _percent(share: Decimal) -> Number:
    return Number((100 * share).quantize(Decimal(1)), "%")
