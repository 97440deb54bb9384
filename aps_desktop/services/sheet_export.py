"""A table of figures as a file: a workbook to go on calculating in, or a page to hand round."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from aps_desktop.domain.money import Money
from aps_desktop.reports import formats
from aps_desktop.reports.document import (
    Amount,
    Block,
    Cell,
    Column,
    Day,
    Document,
    Number,
    Paragraph,
    Table,
)
from aps_desktop.services.class_marks import beside
from aps_desktop.services.sheet_cells import Sheet, SheetCell

_PIXELS_A_SHARE = 60
_LEAST = 2


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands over the table: its name, what it was narrowed to, how it is counted.

    `mark` is the document class as `class_marks.mark` says it.
    """

    title: str
    narrowed: str = ""
    why: str = ""
    office: str = ""
    made_on: date | None = None
    mark: str = ""


def as_document(sheet: Sheet, heading: Heading) -> Document:
    """The table with its heading, and below it what could not be added up."""
    columns = tuple(
        Column(c.title, c.right, max(_LEAST, c.width // _PIXELS_A_SHARE) if c.width else 5)
        for c in sheet.columns
    )
    rows = tuple(tuple(_cell(figure) for figure in line.cells) for line in sheet.lines)
    total = bool(sheet.lines) and sheet.lines[-1].total
    table = Table(columns, rows, _cut(sheet), total=total, empty=sheet.empty)
    blocks: list[Block] = [table]
    if heading.why:
        blocks.append(Paragraph(f"How it is counted: {heading.why}", "muted"))
    if sheet.refused:
        blocks.append(Paragraph(sheet.refused, "strong"))
    return Document(
        heading.title, tuple(blocks), "Funding", beside(heading.narrowed, heading.mark),
        heading.office, heading.made_on, mark=heading.mark, landscape=True,
    )  # fmt: skip


def write(
    sheet: Sheet, heading: Heading, path: Path, cancelled: Callable[[], bool] = formats.never
) -> int:
    """Writes the file of the kind that its name ends in; how many rows. UserError if not, or when
    `cancelled` says so."""
    formats.write(as_document(sheet, heading), path, cancelled)
    return len(sheet.lines)


def _cut(sheet: Sheet) -> str:
    """How many rows there are where not all are in the table; a total is of all."""
    shown = sum(not line.total for line in sheet.lines)
    return f"The first {shown:,} of {shown + sheet.more:,}." if sheet.more else ""


def _cell(figure: SheetCell) -> Cell:
    value = figure.value
    match value:
        case Money():
            return Amount.of(value)
        case Decimal():
            return Number(value, "%" if figure.text.endswith("%") else "")
        case date():
            return Day(value)
        case int():
            return value
    return figure.text
