"""What of a sheet does not come in: columns that fill nothing, rows taken for no records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from aps_desktop.exchange.cells import Row, cell_text, column_letters, is_blank
from aps_desktop.exchange.detect import is_counter
from aps_desktop.exchange.drafts import RowResult
from aps_desktop.exchange.mapping import REASON
from aps_desktop.services.importing_types import FoundSheet

_SHOWN = 80
ROWS = {
    "total": "a total",
    "balance": "a balance",
    "nothing": "without an amount",
    "units": "units of the columns",
    "heading": "a heading",
    "note": "a note",
    "header": "a repeated heading",
    "numbering": "column numbers",
}
"""What a row was taken for, in words."""


def columns_left_out(found: FoundSheet) -> Iterator[dict[str, Any]]:
    """Each column that holds something but fills nothing; running numbers are no loss."""
    if found.table is None or found.mapping is None:
        return
    used = {target.column for target in found.mapping.targets}
    headers = found.table.headers
    width = max(found.sheet.width, len(headers))
    for column in range(width):
        header = headers[column] if column < len(headers) else ""
        if column in used or column in found.sheet.told or header == REASON or is_counter(header):
            continue
        rows = found.sheet.rows
        filled = sum(
            column < len(rows[r]) and not is_blank(rows[r][column]) for r in found.table.rows
        )
        if filled:
            yield {"column": column_letters(column), "header": header, "filled": filled}


def rows_passed_over(found: FoundSheet, rows: Sequence[RowResult] = ()) -> Iterator[dict[str, Any]]:
    """Each filled row below the header that was taken for something else than a record, or of
    which (of all of `rows`) nothing became one."""
    if found.table is None or found.mapping is None:
        return
    empty = {row.row: "nothing" for row in rows if not row.drafts and not row.problems}
    for at, why in sorted({**found.table.skipped, **empty}.items()):
        yield {"row": at + 1, "why": why, "text": _first_text(found.sheet.rows[at])}


def _first_text(row: Row) -> str:
    filled = (" ".join(cell_text(cell).split()) for cell in row if not is_blank(cell))
    return next(filled, "")[:_SHOWN]
