"""A dashboard as a printed report, and a chart's figures as a table of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec

from aps_desktop.reports.document import (
    Block,
    Cell,
    Column,
    Document,
    Heading,
    Number,
    PageBreak,
    Picture,
    Table,
)
from aps_desktop.services.chart_data import Chart
from aps_desktop.services.class_marks import beside
from aps_desktop.services.dashboard_words import first_words

_ROWS = {1: 26, 2: 12, 3: 8, 4: 5, 5: 4}
"""Charts -> rows of each table: charts on the first page, figures on the second."""
_FEWEST = 3
_LARGE = 1_000
_CELL = 32
"""Characters of a cell in the report: a row stays one line, so that the page holds them all."""


def document(
    title: str,
    narrowed: str,
    charts: Sequence[Chart],
    picture: bytes,
    day: date,
    office: str,
    mark: str,
) -> Document:
    """The report: the charts (a PNG of all of them) on the first page, tables on the second.

    `mark` is the document class as `class_marks.mark` says it.
    """
    said = ". ".join(chart.head.finding for chart in charts)
    blocks: list[Block] = [Picture(picture, said), PageBreak()]
    for chart in charts:
        rows = _ROWS.get(len(charts), _FEWEST)
        blocks += [Heading(chart.head.finding, 3), _table(chart, rows, _CELL)]
    return Document(
        f"{title} dashboard", tuple(blocks), kind="Dashboard",
        subtitle=beside(narrowed, mark), office=office, made_on=day,
        source="From this office's records of every document class", mark=mark,
    )  # fmt: skip


def marked(chart: Chart, mark: str) -> Chart:
    """The chart with its class in the line under it, first, where nothing cuts it off."""
    return replace(
        chart, head=msgspec.structs.replace(chart.head, source=beside(chart.head.source, mark))
    )


def table(chart: Chart, title: str, day: date, mark: str) -> Document:
    """All figures behind one chart."""
    return Document(
        title, (_table(chart, len(chart.table.rows)),), subtitle=beside(chart.head.finding, mark),
        made_on=day, source=chart.head.subtitle, mark=mark,
    )  # fmt: skip


def _table(chart: Chart, most: int, cell: int = 0) -> Table:
    rows = chart.table.rows
    first = rows[0] if rows else ()
    columns = tuple(
        Column(heading, bool(rows) and not isinstance(first[at], str), 2 if at else 3)
        for at, heading in enumerate(chart.table.headings)
    )
    shown = tuple(tuple(_cell(value, cell) for value in row) for row in rows[:most])
    left = f"The first {most} of {len(rows):,}" if len(rows) > most else ""
    return Table(columns, shown, caption=left)


def _cell(value: Any, most: int = 0) -> Cell:
    if most and value is not None:
        if isinstance(value, str):
            return first_words(value, most)
        # On paper large amounts need no cents: the workbook has them.
        whole = isinstance(value, Decimal) and abs(value) >= _LARGE
        return f"{value:,.0f}" if whole else f"{value:,}"
    return Number(value) if isinstance(value, Decimal) else value
