"""A sheet as the writer of files takes it: plain cells, column by column, and how they look."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from aps_desktop.exchange.cells import Cell

Chunk = Sequence[Sequence[Cell]]
"""Some rows of a sheet as their columns, all equally long; dates are spreadsheets' day numbers."""


@dataclass(frozen=True)
class PlainSheet:
    """A sheet as the writer takes it: headers, cells, widths in characters, number formats."""

    name: str
    headers: list[str]
    chunks: Iterator[Chunk]
    widths: list[float]
    formats: list[str]
    hidden: bool = False
    hide_first: bool = False
