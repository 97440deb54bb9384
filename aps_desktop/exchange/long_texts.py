"""Texts that do not fit into one cell: split over columns on the way out, joined on the way in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from uuid import UUID

from aps_desktop.exchange.cells import Cell, Sheet, cell_text
from aps_desktop.exchange.mapping import MORE, SheetMapping, Target

CELL_LIMIT = 32_767
_PIECE = 32_000


def pieces(text: str) -> list[str]:
    """The text in pieces that a cell can hold; joined they are the text.

    A cell counts UTF-16 units, and readers may trim blanks at its ends: no piece ends on one.
    """
    parts: list[str] = []
    rest = text
    while _units(rest) > CELL_LIMIT:
        end = _PIECE if rest.isascii() else _PIECE // 2
        while end > 1 and (rest[end - 1].isspace() or rest[end].isspace()):
            end -= 1
        parts.append(rest[:end])
        rest = rest[end:]
    return [*parts, rest]


def _units(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


class Joiner:
    """Puts continuation columns back behind their first piece."""

    def __init__(self, mapping: SheetMapping) -> None:
        self._more: dict[int, list[Target]] = {}
        firsts = {(t.part, t.field): t.column for t in mapping.targets if t.role == "value"}
        for target in mapping.targets:
            first = firsts.get((target.part, target.field))
            if target.role == MORE and first is not None:
                self._more.setdefault(first, []).append(target)

    def join(self, sheet: Sheet, rows: Sequence[int], cells: dict[int, Sequence[Cell]]) -> None:
        """Replaces the first columns' cells."""
        for first, targets in self._more.items():
            column = list(cells[first])
            for i, row in enumerate(rows):
                tail = "".join(cell_text(sheet.at(row, t.column)) for t in targets)
                if tail:
                    column[i] = cell_text(column[i]) + tail
            cells[first] = column


def read_identity(cell: Cell) -> tuple[UUID | None, str]:
    """The record's id and the state it was exported in, from "id" or "id state"."""
    m = re.fullmatch(r"([0-9a-fA-F-]{32,36})(?: (\S+))?", cell_text(cell).strip())
    try:
        return (UUID(m[1]), m[2] or "") if m else (None, "")
    except ValueError:
        return None, ""
