"""A sheet as the writers of files take it: plain cells, and how its columns look."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from aps_desktop.exchange.cells import Cell


@dataclass(frozen=True)
class PlainSheet:
    """A sheet as the writers take it: headers, cells, and how columns look."""

    name: str
    headers: list[str]
    rows: Iterator[list[Cell]]
    widths: list[float]
    formats: list[str]
    hidden: bool = False
    hide_first: bool = False


def first_or_empty(rows: Iterator[list[Cell]], width: int) -> Iterator[list[Cell]]:
    """The rows, or one empty row: a list without records still shows its headers.

    Nothing is asked of `rows` before the writer gets to this sheet.
    """
    empty = True
    for row in rows:
        empty = False
        yield row
    if empty:
        yield [None] * width
