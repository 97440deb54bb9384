"""What a report says, before it is a Word, PDF, HTML or Excel file: blocks of plain values.

Plain structures, so that a child process can be handed a document and write the file.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

import msgspec

from aps_desktop.domain.money import Money, format_money, minor_digits
from aps_desktop.domain.values import show_date, show_number


class Amount(msgspec.Struct, frozen=True, tag="amount"):
    """Money in minor units of one currency."""

    minor: int
    currency: str

    @classmethod
    def of(cls, money: Money) -> Amount:
        return cls(money.minor, money.currency)

    @property
    def whole(self) -> Decimal:
        """The amount in whole units."""
        return Decimal(self.minor).scaleb(-minor_digits(self.currency))


class Number(msgspec.Struct, frozen=True, tag="number"):
    """A number with the digits that it has, and what it counts ("%", "persons")."""

    value: Decimal
    unit: str = ""


class Day(msgspec.Struct, frozen=True, tag="day"):
    """A day."""

    value: date


FIXED_SPACE = "\u00a0"
"""Keeps a currency and its amount on one line."""
Cell = str | int | None | Amount | Number | Day


class Column(msgspec.Struct, frozen=True):
    """A table's column; `share` is its part of the width beside the others'."""

    title: str
    right: bool = False
    share: int = 2


class Heading(msgspec.Struct, frozen=True, tag="heading"):
    """A heading; level 1 to 3."""

    text: str
    level: int = 1


class Paragraph(msgspec.Struct, frozen=True, tag="paragraph"):
    """Running text; a line break in it stays one."""

    text: str
    look: Literal["plain", "muted", "strong"] = "plain"
    side: Literal["left", "center", "right", "justify"] = "left"


class Bullets(msgspec.Struct, frozen=True, tag="bullets"):
    """A list of short texts."""

    items: tuple[str, ...]
    look: Literal["plain", "muted"] = "plain"


class Facts(msgspec.Struct, frozen=True, tag="facts"):
    """What stands beside what: (label, value) pairs."""

    rows: tuple[tuple[str, Cell], ...]


class Table(msgspec.Struct, frozen=True, tag="table"):
    """A table; with `total` the last row is one. An empty one says `empty` instead."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    caption: str = ""
    total: bool = False
    empty: str = "Nothing is recorded."


class Picture(msgspec.Struct, frozen=True, tag="picture"):
    """A PNG with words for those who do not see it; `width` is a part of the text's, 0 to 1.

    `chart` is what is yet to be drawn, as `services.chart_data` encodes it; then there is no PNG.
    """

    png: bytes
    words: str
    caption: str = ""
    width: float = 1.0
    chart: bytes = b""


class Signature(msgspec.Struct, frozen=True, tag="signature"):
    """Room for somebody to sign above a name and an office."""

    name: str
    role: str = ""


class PageBreak(msgspec.Struct, frozen=True, tag="page_break"):
    """What follows begins a page (an Excel sheet takes no notice)."""


Block = Heading | Paragraph | Bullets | Facts | Table | Picture | Signature | PageBreak


class Document(msgspec.Struct, frozen=True):
    """A report. `mark` is its document class, on every page; `source` says what it was made from.

    `kind` stands small over the title ("Progress report"); `landscape` turns the pages. Over a
    `letter` stands nothing: its blocks begin with the letter's own head.
    """

    title: str
    blocks: tuple[Block, ...]
    kind: str = ""
    subtitle: str = ""
    office: str = ""
    made_on: date | None = None
    source: str = ""
    mark: str = ""
    landscape: bool = False
    letter: bool = False


def words(cell: Cell) -> str:
    """A cell as people read it."""
    match cell:
        case None:
            return ""
        case str():
            return cell
        case int():
            return f"{cell:,}"
        case Amount():
            return format_money(cell.minor, cell.currency).replace(" ", FIXED_SPACE)
        case Day():
            return show_date(cell.value)
    shown = show_number(cell.value)
    if not cell.unit:
        return shown
    return f"{shown}%" if cell.unit == "%" else f"{shown} {cell.unit}"


def footer(document: Document) -> str:
    """What stands at the foot of every page, before its number."""
    made = f"Made on {show_date(document.made_on)}" if document.made_on else ""
    parts = (document.office, document.source, made, document.mark)
    return " · ".join(part for part in parts if part)
