"""A project's indicators in a report: baseline, target, reached, and how far that is."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from aps_desktop.db.queries import results_reading as reading
from aps_desktop.db.queries.results_reading import REPORTED, Standing
from aps_desktop.domain.results import words_of
from aps_desktop.reports.document import (
    FIXED_SPACE,
    Block,
    Bullets,
    Cell,
    Column,
    Number,
    Table,
)
from aps_desktop.services import report_charts
from aps_desktop.services.chart_data import Bar, Bars, Head, Part
from aps_desktop.services.dashboard_words import counted, source
from aps_desktop.services.records import Record
from aps_desktop.services.report_parts import Reader

_COLUMNS = (
    Column("Indicator", share=6),
    Column("Unit", share=2),
    Column("Baseline", True),
    Column("Target", True),
    Column("Reached", True),
    Column("Period", share=2),
    Column("Progress", True, 2),
)
_BARS, _FEWEST, _MOST_SHARE = 10, 3, 150.0
"""Bars in the chart at most and at least; and where a bar ends that went far over its target."""


def results_blocks(reader: Reader, record: Record) -> list[Block]:
    """A chart, a table with one row an indicator, and why of some no progress can be said."""
    rows = reading.indicators(reader.c, "WHERE t.project = ?", [record.rid])
    rids = [row.rid for row in rows]
    values = reading.values(reader.c, rids, statuses=REPORTED)
    goals = reading.targets(reader.c, rids)
    found = [reading.standing(row, values.get(row.rid, ()), goals.get(row.rid, ())) for row in rows]
    table = Table(
        _COLUMNS,
        tuple(_row(one) for one in found),
        "Values that were reported; drafts and returned values are not counted.",
        empty="No indicators recorded.",
    )
    notes = [f"{one.row.label}: {one.progress.note}" for one in found if one.progress.share is None]
    blocks: list[Block] = [*_chart(reader, found), table]
    return [*blocks, Bullets(tuple(notes), "muted")] if notes else blocks


def _chart(reader: Reader, found: Sequence[Standing]) -> list[Block]:
    """The indicators against their targets, those that lack most first; few need no chart."""
    known = sorted(
        ((100 * one.progress.share, one) for one in found if one.progress.share is not None),
        key=lambda pair: pair[0],
    )
    if len(known) < _FEWEST:
        return []
    rows = []
    for share, one in known[:_BARS]:
        length = min(_MOST_SHARE, max(0.0, float(share)))
        hue = "completion_reporting" if share >= 100 else "attention"
        rows.append(Bar(one.row.label, (Part(length, hue),), f"{share:.0f}%", goal=100.0))
    reached = sum(1 for share, _ in known if share >= 100)
    head = Head(
        f"{reached:,} of {counted(len(known), 'indicator')} reached the target",
        "Progress from baseline to target, percent; the line is the target",
        source(reader.day),
        f"The {_BARS} furthest from target" if len(known) > _BARS else "",
    )
    longest = max(100.0, *(row.parts[0].value for row in rows))
    return [report_charts.picture(head, Bars(tuple(rows), limit=longest))]


def _row(one: Standing) -> tuple[Cell, ...]:
    measure, way = one.row.measure, one.progress
    numbers = (measure.baseline, one.target.value if one.target else None, one.actual.value)
    return (
        one.row.label,
        measure.unit,
        *(words_of(measure, number).replace(" ", FIXED_SPACE) for number in numbers),
        str(one.period) if one.period else None,
        _percent(way.share) if way.share is not None else "–",
    )


def _percent(share: Decimal) -> Number:
    return Number((100 * share).quantize(Decimal(1)), "%")
