"""The cells of some rows by column: merged and carried-down cells filled, long texts joined."""

from __future__ import annotations

import re
from collections.abc import Sequence
from uuid import UUID

from aps_desktop.exchange.cells import Cell, Sheet, cell_text, is_blank
from aps_desktop.exchange.detect import Table, merged_down
from aps_desktop.exchange.long_texts import joined
from aps_desktop.exchange.mapping import SheetMapping


class RowCells:
    """Reads chunks of a sheet's rows in order; carried-down cells reach from chunk to chunk."""

    def __init__(
        self, sheet: Sheet, table: Table, mapping: SheetMapping, rests: dict[str, str]
    ) -> None:
        self._sheet = sheet
        self._used = sorted({t.column for t in mapping.targets} | set(mapping.carry_down))
        self._carry_down = mapping.carry_down
        self._fill = merged_down(sheet, table.header_row)
        self._carried: dict[int, Cell] = {}
        self._rests = rests

    def of(self, rows: Sequence[int]) -> dict[int, Sequence[Cell]]:
        """Column -> its cells in these rows."""
        source = [self._sheet.rows[r] for r in rows]
        width = len(source[0])
        even = all(len(row) == width for row in source)
        columns = list(zip(*source, strict=True)) if even else []
        cells: dict[int, Sequence[Cell]] = {}
        for c in self._used:
            if even:
                cells[c] = columns[c] if c < width else [None] * len(rows)
            else:
                cells[c] = [row[c] if c < len(row) else None for row in source]
        if self._fill or self._carry_down:
            self._fill_in(rows, cells)
        if self._rests:
            cells = {c: joined(column, self._rests) for c, column in cells.items()}
        return cells

    def _fill_in(self, rows: Sequence[int], cells: dict[int, Sequence[Cell]]) -> None:
        for c in self._used:
            if self._fill:
                cells[c] = [
                    self._fill.get((r, c)) if is_blank(cell) else cell
                    for r, cell in zip(rows, cells[c], strict=True)
                ]
        if self._carry_down:
            lead = [is_blank(cell) for cell in cells[self._carry_down[0]]]
            for c in self._carry_down:
                cells[c] = self._carry(c, cells[c], lead)

    def _carry(self, column: int, cells: Sequence[Cell], continues: list[bool]) -> list[Cell]:
        """A blank cell continues the row above as long as the leading column is blank too."""
        last = self._carried.get(column)
        filled = []
        for cell, follows in zip(cells, continues, strict=True):
            if not (follows and is_blank(cell)):
                last = cell
            filled.append(last)
        self._carried[column] = last
        return filled

    def marks(self, column: int, rows: Sequence[int]) -> list[str]:
        """What number formats say about these cells; empty if nothing."""
        known = self._sheet.marks
        if not known:
            return []
        marks = [known.get((row, column), "") for row in rows]
        return marks if any(marks) else []

    def identity(self, row: int, column: int) -> tuple[UUID | None, str]:
        """The hidden record id of a row, and the state it was exported in."""
        text = cell_text(self._sheet.at(row, column)).strip()
        m = re.fullmatch(r"([0-9a-f]{32})(?: (\S+))?", text)
        return (UUID(m[1]), m[2] or "") if m else (None, "")
