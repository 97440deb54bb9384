"""Opens a workbook: a child process reads it under limits, and its cells arrive as plain values."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import msgspec

from aps_desktop.domain.errors import UserError
from aps_desktop.exchange.cells import NO_RESULT, Cell, Row, Sheet, Workbook, is_blank
from aps_desktop.exchange.child_process import ChildProcess
from aps_desktop.exchange.gc_pause import collector_paused
from aps_desktop.exchange.limits import MEBIBYTE, Limits
from aps_desktop.exchange.prescan import Marks, refuse, scan_xlsx

_LARGE = MEBIBYTE


def read_workbook(
    path: Path,
    limits: Limits | None = None,
    *,
    progress: Callable[[int], None] = lambda rows: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Workbook:
    """All sheets of an .xlsx, .xlsm, .xls, .ods or .csv file; UserError says why it cannot be read.

    `progress` is told the rows read so far.
    """
    limits = limits or Limits()
    if not path.is_file():
        raise UserError(f"There is no file “{path.name}”.", "Choose the workbook again.")
    sheets: list[Sheet] = []
    rows: list[Row] = []
    look = _Look(path, limits)
    with look, collector_paused(), _child(path, replace(limits, looked=look.aside)) as child:
        done = 0
        for message in look.first(child.messages()):
            if cancelled():
                raise UserError("The import was cancelled.")
            if message[0] == "sheet":
                rows = []
                sheets.append(_sheet(message, rows))
            elif message[0] == "rows":
                rows.extend(_rows(message))
                done += message[1]
                progress(done)
        marks = look.marks()
    marked = (_with_errors(replace(s, marks=marks.get(s.name, s.marks))) for s in sheets)
    return Workbook(path.name, tuple(marked))


_TOLD: dict[str, Cell] = {"#TRUE": True, "#FALSE": False}


def _with_errors(sheet: Sheet) -> Sheet:
    """The sheet with what its cells show where a formula went wrong: readers give nothing there."""
    wrong = {place: mark for place, mark in sheet.marks.items() if mark.startswith("#")}
    if not wrong:
        return sheet
    rows = list(sheet.rows)
    for (row, column), error in wrong.items():
        if row >= len(rows) or (error == NO_RESULT and all(map(is_blank, sheet.rows[row]))):
            continue  # formulas that were copied down below the list
        cells = (*rows[row], *[None] * (column + 1 - len(rows[row])))
        if cells[column] in (None, error):
            told = _TOLD.get(error, error)
            rows[row] = (*cells[:column], told, *cells[column + 1 :])
    marks = {place: mark for place, mark in sheet.marks.items() if place not in wrong}
    return replace(sheet, rows=rows, marks=marks)


class _Look:
    """The look beforehand at a large workbook, beside the child: each has a core of its own.

    A small file is looked at by the child before it is read, since a small one can be made to ask
    for hundreds of gigabytes at once; a large one meets the child's limit of memory.
    """

    def __init__(self, path: Path, limits: Limits) -> None:
        self.aside = path.stat().st_size > _LARGE and _is_xlsx(path)
        self._result: Future[dict[str, Marks]] | None = None
        self._pool = ThreadPoolExecutor(1, "aps-look") if self.aside else None
        if self._pool:
            self._result = self._pool.submit(_looked, path, limits)

    def __enter__(self) -> _Look:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool:
            self._pool.shutdown()

    def first(self, messages: Iterator[list[Any]]) -> Iterator[list[Any]]:
        """The child's messages; what the look finds goes before what the child says."""
        try:
            yield from messages
        except UserError:
            self.marks()
            raise

    def marks(self) -> dict[str, Marks]:
        """What number formats say about cells, by sheet; none where the child has told it."""
        return self._result.result() if self._result is not None else {}


def _is_xlsx(path: Path) -> bool:
    with path.open("rb") as file:
        if file.read(2) != b"PK":
            return False
    try:
        with zipfile.ZipFile(path) as archive:
            return any(name.startswith("xl/") for name in archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError):
        return False  # the child says what is the matter


def _looked(path: Path, limits: Limits) -> dict[str, Marks]:
    try:
        return scan_xlsx(path, limits)
    except (zipfile.BadZipFile, zlib.error, ValueError, LookupError, EOFError, OSError) as error:
        raise refuse("it is damaged or not a workbook.", "Ask for the file again.") from error


def _child(path: Path, limits: Limits) -> ChildProcess:
    return ChildProcess(
        "exchange.workbook_child",
        [str(path.resolve()), msgspec.json.encode(limits).decode()],
        seconds=limits.seconds, what="This workbook", hint="Split it, or save it anew.",
    )  # fmt: skip


def _sheet(message: list[Any], rows: list[Row]) -> Sheet:
    _, name, hidden, merged, marks = message
    return Sheet(
        name,
        rows,
        {(row, column): mark for row, column, mark in marks},
        tuple((a, b, c, d) for a, b, c, d in merged),
        hidden,
    )


def _rows(message: list[Any]) -> Iterator[Row]:
    columns = []
    for values, days, times in message[2]:
        for i in days:
            values[i] = date.fromordinal(values[i])
        for i in times:
            values[i] = datetime.fromisoformat(values[i])
        columns.append(values)
    return zip(*columns, strict=True)
