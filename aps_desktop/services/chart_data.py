"""What a chart shows: plain values, so that they can be sent to the process that draws.

A service makes a `Chart`; `aps_desktop.charts` draws its `head` and `body`. Marks are what can be
pointed at: the body names them by their place in `Chart.marks`, -1 for what cannot be opened.
Amounts are numbers for lengths only; every text is made here, from whole minor units.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

import msgspec

from aps_desktop.db.queries.conditions import Filter

NO_MARK = -1


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing in a chart: what it is, its value in words, and the records behind it."""

    label: str
    value: str
    entity: str = ""
    filters: tuple[Filter, ...] = ()
    record: UUID | None = None
    """The one record behind it, where a list would be roundabout."""


class Head(msgspec.Struct, frozen=True):
    """The words around a chart: the finding, what is measured in which unit, and the source.

    `wide` says that it needs the room of two charts beside each other.
    """

    finding: str
    subtitle: str
    source: str
    note: str = ""
    wide: bool = False


class Part(msgspec.Struct, frozen=True):
    """One segment of a bar or column; `hue` is a key of `charts.style.HUES`."""

    value: float
    hue: str
    text: str = ""
    mark: int = NO_MARK


class Bar(msgspec.Struct, frozen=True):
    """One row of bars, or one column. `goal` is a line to reach, `faint` what is not whole yet."""

    label: str
    parts: tuple[Part, ...]
    total: str = ""
    goal: float | None = None
    faint: bool = False


class Bars(msgspec.Struct, frozen=True, tag="bars"):
    """Horizontal bars, the longest that there may be is `limit` (0: the longest there is)."""

    rows: tuple[Bar, ...]
    keys: tuple[tuple[str, str], ...] = ()
    limit: float = 0.0


class Columns(msgspec.Struct, frozen=True, tag="columns"):
    """Columns over time. `nested`: each part lies inside the one before, else they are stacked."""

    rows: tuple[Bar, ...]
    keys: tuple[tuple[str, str], ...] = ()
    nested: bool = False
    ticks: tuple[tuple[float, str], ...] = ()


class Line(msgspec.Struct, frozen=True):
    """One line: its points (x, y, mark), and the words at its end."""

    label: str
    hue: str
    points: tuple[tuple[float, float, int], ...]
    dashed: bool = False


class Lines(msgspec.Struct, frozen=True, tag="lines"):
    """Lines over time; x are days (ordinals). `today` draws the present."""

    lines: tuple[Line, ...]
    x_ticks: tuple[tuple[float, str], ...]
    y_ticks: tuple[tuple[float, str], ...]
    today: float | None = None


class Span(msgspec.Struct, frozen=True):
    """One bar of a timeline, from day to day (ordinals)."""

    label: str
    start: int
    end: int
    hue: str
    late: bool = False
    mark: int = NO_MARK


class Timeline(msgspec.Struct, frozen=True, tag="timeline"):
    """Spans one below the other, with the present."""

    spans: tuple[Span, ...]
    today: int
    keys: tuple[tuple[str, str], ...] = ()


class Flow(msgspec.Struct, frozen=True):
    """A band from a node to one of the next column (their places)."""

    left: int
    right: int
    value: float
    mark: int = NO_MARK


class Node(msgspec.Struct, frozen=True):
    label: str
    hue: str
    text: str = ""
    mark: int = NO_MARK


class Flows(msgspec.Struct, frozen=True, tag="flows"):
    """Columns of nodes, and for each pair of neighbours the bands between them, as wide as what
    flows. `heads` names the columns."""

    columns: tuple[tuple[Node, ...], ...]
    flows: tuple[tuple[Flow, ...], ...]
    heads: tuple[str, ...] = ()


class Cell(msgspec.Struct, frozen=True):
    """A square of a heat map: `share` 0 to 1 chooses the tint, None means nothing is known."""

    share: float | None
    text: str = ""
    mark: int = NO_MARK
    sign: str = ""


class Heat(msgspec.Struct, frozen=True, tag="heat"):
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[Cell, ...], ...]
    hue: str
    scale: tuple[str, str] = ("", "")


class Place(msgspec.Struct, frozen=True):
    """A member state on the map, by its ISO code."""

    code: str
    label: str
    share: float | None
    text: str
    mark: int = NO_MARK


class Map(msgspec.Struct, frozen=True, tag="map"):
    places: tuple[Place, ...]
    hue: str
    scale: tuple[str, str] = ("", "")


class Wing(msgspec.Struct, frozen=True):
    """A row of a two-sided chart."""

    label: str
    left: Part
    right: Part


class Wings(msgspec.Struct, frozen=True, tag="wings"):
    """Two-sided bars around the names, such as women and men."""

    rows: tuple[Wing, ...]
    heads: tuple[str, str]


class Nothing(msgspec.Struct, frozen=True, tag="nothing"):
    """No chart: why, and what to do, in place of bars of length zero."""

    words: str
    hint: str = ""


Body = Bars | Columns | Lines | Timeline | Flows | Heat | Map | Wings | Nothing


@dataclass(frozen=True)
class Table:
    """The figures behind a chart. Cells are texts, whole numbers, Decimals or None."""

    headings: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    def texts(self, most: int | None = None) -> list[tuple[str, ...]]:
        """The cells as people read them, of the first rows or all."""
        return [tuple(_text(cell) for cell in row) for row in self.rows[:most]]


@dataclass(frozen=True)
class Chart:
    """One chart, whole."""

    key: str
    head: Head
    body: Body
    marks: tuple[Mark, ...]
    table: Table

    @cached_property
    def drawable(self) -> bytes:
        """What the drawing process is sent: head and body; equal exactly when pictures are.

        It is asked for whenever a picture is painted.
        """
        return msgspec.msgpack.encode([self.head, self.body])


def places(wide: Sequence[bool], across: int) -> list[tuple[int, int, int]]:
    """Where charts stand in a grid of so many columns: (row, column, columns taken) of each.

    A wide one takes two; what is left of a row goes to its last chart.
    """
    made: list[tuple[int, int, int]] = []
    row = column = 0
    for one in wide:
        taken = min(2 if one else 1, across)
        if column + taken > across:
            row, column = row + 1, 0
        if column == 0 and made:
            made[-1] = (*made[-1][:2], across - made[-1][1])
        made.append((row, column, taken))
        column += taken
    if made:
        made[-1] = (*made[-1][:2], across - made[-1][1])
    return made


class Marks:
    """Collects the marks of a chart while its body is made."""

    def __init__(self) -> None:
        self._marks: list[Mark] = []

    def add(
        self,
        label: str,
        value: str,
        entity: str = "",
        filters: Sequence[Filter] = (),
        record: UUID | None = None,
    ) -> int:
        """A mark's place."""
        self._marks.append(Mark(label, value, entity, tuple(filters), record))
        return len(self._marks) - 1

    def all(self) -> tuple[Mark, ...]:
        return tuple(self._marks)


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    return f"{cell:,}" if not isinstance(cell, str) else cell
