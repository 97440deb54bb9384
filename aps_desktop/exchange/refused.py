"""Gives the refused rows back: the same workbook, its accepted rows taken out, bad cells marked."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aps_desktop.domain.errors import UserError
from aps_desktop.exchange.cells import Cell, Sheet, Workbook, column_letters
from aps_desktop.exchange.detect import Table
from aps_desktop.exchange.drafts import CELL, WAITING, Problem
from aps_desktop.exchange.long_texts import META_SHEET
from aps_desktop.exchange.mapping import REASON, SheetMapping

_FILL = {"refused": "FFF4B6B6", WAITING: "FFFFE3A8", CELL: "FFFFF2CC"}
_COPY_BYTES = 4 << 20
_COPY_ROWS = 10_000


@dataclass(frozen=True)
class Back:
    """What goes back of one sheet: the problems of its rows, by row (counted from 0)."""

    sheet: Sheet
    table: Table
    mapping: SheetMapping
    problems: Mapping[int, Sequence[Problem]]


def write_refused(source: Path, target: Path, workbook: Workbook, backs: Sequence[Back]) -> int:
    """Writes the rows that came back; returns how many. Titles and headers stay, styles too where
    the source is an .xlsx that openpyxl can copy; formulas do not: their last values stay.
    """
    draft = target.with_name(f".{target.name}.part.xlsx")
    try:
        book = _copy(source, workbook) or _plain_copy(workbook, backs)
        count = 0
        wanted = {back.sheet.name: back for back in backs if back.problems}
        for page in list(book.worksheets):
            back = wanted.get(page.title)
            if back is not None:
                count += _write_sheet(page, back)
            elif page.title != META_SHEET:
                book.remove(page)
        if not count:
            raise UserError("No row was refused.", "There is nothing to give back.")
        book.active = 0
        book.save(draft)
        os.replace(draft, target)
    finally:
        draft.unlink(missing_ok=True)
    return count


def _copy(source: Path, workbook: Workbook) -> Any:
    """The workbook with its styles; None where that is not to be had, or would take too long."""
    import openpyxl

    rows = sum(len(sheet.rows) for sheet in workbook.sheets)
    if source.suffix.lower() != ".xlsx" or rows > _COPY_ROWS:
        return None
    try:
        if source.stat().st_size > _COPY_BYTES:
            return None
        return openpyxl.load_workbook(source, keep_links=False)
    except (ValueError, LookupError, TypeError, AttributeError, OSError, zipfile.BadZipFile):
        return None


def _plain_copy(workbook: Workbook, backs: Sequence[Back]) -> Any:
    """A workbook of the same sheets with what stands above their records."""
    import openpyxl

    heads = {back.sheet.name: back.table.header_row + 1 for back in backs}
    book = openpyxl.Workbook()
    book.remove(book.active)
    for sheet in workbook.sheets:
        page = book.create_sheet(sheet.name)
        page.sheet_state = "hidden" if sheet.hidden else "visible"
        for r, row in enumerate(sheet.rows[: heads.get(sheet.name)], 1):
            for c, cell in enumerate(row, 1):
                if cell is not None:
                    _put(page.cell(r, c), cell)
    return book


def _write_sheet(page: Any, back: Back) -> int:
    """Moves the rows up under the header, marks their cells, and says why beside them."""
    rows = sorted(back.problems)
    head = back.table.header_row
    reason = _reason_column(back)
    filled = _filled(back, rows)
    looks = {row: _looks(page, row, reason) for row in rows}
    page.auto_filter.ref = None
    for merged in [m for m in page.merged_cells.ranges if m.max_row > head + 1]:
        page.unmerge_cells(str(merged))
    page.conditional_formatting = type(page.conditional_formatting)()
    page.data_validations.dataValidation = []
    page.delete_rows(head + 2, max(page.max_row - head - 1, 1))
    for column in back.sheet.told:
        _put(page.cell(head + 1, column + 1), back.table.headers[column])
    page.cell(head + 1, reason + 1, REASON).font = _font(bold=True)
    page.column_dimensions[column_letters(reason)].width = 60
    for place, row in enumerate(rows, head + 2):
        _write_row(page, place, filled[row], looks[row], back.problems[row], reason)
    return len(rows)


def _write_row(
    page: Any, place: int, cells: list[Cell], looks: dict[int, Any], problems: Sequence[Problem],
    reason: int,
) -> None:  # fmt: skip
    for column, value in enumerate(cells):
        cell = page.cell(place, column + 1)
        _put(cell, value)
        if column in looks:
            cell._style = looks[column]  # noqa: SLF001 - openpyxl has no other way to copy a style
    for problem in problems:
        _mark(page.cell(place, problem.column + 1), problem)
    told = " ".join(f"{p.label}: {p.message} {p.hint}".strip() for p in problems)
    _put(page.cell(place, reason + 1), f"Row {problems[0].row + 1} before. {told}"[:32_000])


def _mark(cell: Any, problem: Problem) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    colour = _FILL.get(problem.level, _FILL["refused"])
    cell.fill = PatternFill("solid", start_color=colour, end_color=colour)
    note = Comment(f"{problem.message}\n{problem.hint}".strip(), "APS Desktop")
    note.width, note.height = 320, 90
    cell.comment = note


def _font(*, bold: bool) -> Any:
    from openpyxl.styles import Font

    return Font(bold=bold)


def _reason_column(back: Back) -> int:
    """The column of an earlier round, or the first one free to the right."""
    headers = back.table.headers
    if REASON in headers:
        return headers.index(REASON)  # what an earlier round wrote is written over
    return max(back.sheet.width, len(headers))


def _filled(back: Back, rows: Sequence[int]) -> dict[int, list[Cell]]:
    """The rows' cells, with what they carried down from rows that are gone now."""
    carried = back.mapping.carry_down
    last: dict[int, Cell] = {}
    wanted = set(rows)
    result: dict[int, list[Cell]] = {}
    for row in back.table.rows:
        cells = list(back.sheet.rows[row])
        if carried:
            follows = back.sheet.at(row, carried[0]) in (None, "")
            for column in carried:
                if not follows or cells[column] not in (None, ""):
                    last[column] = cells[column]
                cells[column] = last.get(column)
        if row in wanted:
            result[row] = cells
    return result


def _looks(page: Any, row: int, width: int) -> dict[int, Any]:
    from copy import copy

    found = {}
    for column in range(width):
        cell = page.cell(row + 1, column + 1)
        if cell.has_style:
            found[column] = copy(cell._style)  # noqa: SLF001
    return found


def _put(cell: Any, value: Cell) -> None:
    """Text is always text: what looks like a formula must not become one."""
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"
