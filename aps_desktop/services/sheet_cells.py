"""Tables of figures as people read them: every figure knows the rows that make it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

from aps_desktop.db.queries.lists import Filter
from aps_desktop.domain.money import Money
from aps_desktop.domain.totals import Total
from aps_desktop.domain.values import show_date
from aps_desktop.services.list_text import harmless

Look = Literal["", "ok", "attention", "late", "muted"]
Value = str | int | Decimal | date | Money | None
"""What a cell holds for sorting, and for a workbook."""


@dataclass(frozen=True, slots=True)
class Opens:
    """The rows behind a figure: a list of these records, narrowed; or one record."""

    entity: str
    filters: tuple[Filter, ...] = ()
    id: UUID | None = None


@dataclass(frozen=True, slots=True)
class SheetCell:
    """One cell. `bar` is a share from 0 to 1 (more is drawn full), `tip` why it reads so."""

    text: str = ""
    value: Value = None
    bar: float | None = None
    tip: str = ""
    look: Look = ""
    opens: Opens | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, what it is counted by, and how wide it begins (0: what is left).

    An `extra` one is shown only where there is room for it.
    """

    title: str
    right: bool = False
    width: int = 120
    why: str = ""
    extra: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A row; `total` is the sum of the others and stays in its place however they are sorted."""

    cells: tuple[SheetCell, ...]
    total: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table of figures. `empty` says what belongs here; `refused` why a total is not there.

    `more` counts rows that are not shown.
    """

    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    empty: str = "Nothing is recorded."
    refused: str = ""
    missing: Opens | None = None
    more: int = 0


@dataclass(frozen=True, slots=True)
class Card:
    """A measure by itself: its sum, and under it what it is made of or why there is none."""

    label: str
    figure: SheetCell
    under: str = ""


def text(words: object, opens: Opens | None = None, *, look: Look = "", tip: str = "") -> SheetCell:
    """A cell of words."""
    shown = "" if words is None else str(words)
    return SheetCell(shown, shown, look=look, opens=opens, tip=tip)


def day(value: date | None, *, look: Look = "") -> SheetCell:
    """A cell with a day."""
    return SheetCell(show_date(value) if value else "", value, look=look)


def money(value: Money | None, opens: Opens | None = None, *, look: Look = "") -> SheetCell:
    """A cell with an amount."""
    return SheetCell("" if value is None else str(value), value, opens=opens, look=look)


def number(value: int, opens: Opens | None = None) -> SheetCell:
    """A cell with a count."""
    return SheetCell(f"{value:,}", value, opens=opens)


def total(value: Total, opens: Opens | None = None, *, empty: str = "–") -> SheetCell:
    """A cell with a total. One that is refused says what it has in each currency, and why.

    A measure without any record reads as `empty`: nothing is something else than zero.
    """
    if not value.rows:
        return SheetCell(empty, None, look="muted")
    if value.value is not None:
        return SheetCell(str(value.value), value.value, opens=opens)
    return SheetCell(
        " + ".join(map(str, value.by_currency)), None, look="attention", opens=opens,
        tip=f"Not added up: {refusal(value)}",
    )  # fmt: skip


def percent(value: Decimal | None, opens: Opens | None = None, *, look: Look = "") -> SheetCell:
    """A cell with a share, drawn as a bar too."""
    if value is None:
        return SheetCell("–", None, look="muted")
    return SheetCell(f"{value:,.1f}%", value, max(0.0, float(value) / 100), opens=opens, look=look)


def refusal(value: Total) -> str:
    """Why a total is refused, in words: how many amounts have no value in US dollars."""
    if not value.refused:
        return ""
    one = value.unvalued == 1
    what = "1 amount has" if one else f"{value.unvalued:,} amounts have"
    named = "; ".join(m.words for m in value.missing[:3])
    return f"{what} no value in US dollars{f' ({named})' if named else ''}."


def plain_rows(sheet: Sheet) -> list[list[str]]:
    """The table as texts, its heading first: for the clipboard."""
    rows = [[column.title for column in sheet.columns]]
    return rows + [[cell.text for cell in line.cells] for line in sheet.lines]


def as_tabbed(rows: Sequence[Sequence[str]]) -> str:
    """Rows as text that a spreadsheet takes in: tabs between cells, no line breaks within, and
    nothing that it would run as a formula."""
    return "\n".join("\t".join(harmless(" ".join(cell.split())) for cell in row) for row in rows)
