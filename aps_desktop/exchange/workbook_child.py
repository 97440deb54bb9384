"""The child process that opens workbooks: what harms it does not harm the program.

Frames on standard output: four bytes of length, then MessagePack. Columns of a chunk of rows travel
together; dates as ordinals whose places are named beside them (see `_column`).

Calamine reads, and not openpyxl: it is ten times faster, and what it cannot bear (a cell in the far
corner makes it ask for hundreds of gigabytes and abort) the look beforehand refuses; whatever slips
through ends this process alone, under its limits of memory and time.
"""

from __future__ import annotations

import csv
import io
import sys
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
import python_calamine

from aps_desktop.children import write_frame
from aps_desktop.domain.errors import UserError
from aps_desktop.exchange.limits import Limits, limit_process
from aps_desktop.exchange.prescan import Marks, check_start, refuse, scan_ods, scan_xlsx

CHUNK_ROWS = 4096
_OLE = (".xls", ".xla")
_XLSX = (".xlsx", ".xlsm", ".xlsb", ".xlam")
_ODS = (".ods",)


def main(argv: Sequence[str]) -> int:
    """`argv` is the file and its limits as JSON; the frames go to standard output."""
    limits = msgspec.json.decode(argv[1], type=Limits) if len(argv) > 1 else Limits()
    limit_process(limits)
    out = sys.stdout.buffer
    try:
        _read(Path(argv[0]), limits, out)
        write_frame(out, ["end"])
    except UserError as error:
        write_frame(out, ["error", error.message, error.hint])
    except python_calamine.PasswordError:
        _fail(out, "it is protected by a password.", "Save a copy without password.")
    except MemoryError:
        _fail(out, "it needs too much memory.", "Split the workbook.")
    except OSError as error:
        _fail(out, f"{error.strerror or error}.", "")
    except (
        python_calamine.CalamineError,
        zipfile.BadZipFile,
        NotImplementedError,
        ValueError,
        LookupError,
        EOFError,
        SyntaxError,
        csv.Error,
        ArithmeticError,
        RuntimeError,
    ) as error:
        what = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        _fail(out, f"it is damaged or not a workbook ({what}).", "Ask for the file again.")
    out.flush()
    return 0


def _fail(out: BinaryIO, reason: str, hint: str) -> None:
    error = refuse(reason, hint)
    write_frame(out, ["error", error.message, error.hint])


def _read(path: Path, limits: Limits, out: BinaryIO) -> None:
    container = check_start(path)
    if container == "text":
        _read_text(path, limits, out)
        return
    marks: dict[str, Marks] = {}
    endings: tuple[str, ...] = _OLE
    if container == "zip":
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
        if "content.xml" in names:
            scan_ods(path, limits)
            endings = _ODS
        elif any(name.startswith("xl/") for name in names):
            marks = {} if limits.looked else scan_xlsx(path, limits)
            endings = _XLSX
        else:
            raise refuse("it is not a workbook.", "Choose an .xlsx, .ods or .csv file.")
    with _opened(path, endings) as book:
        for sheet in book.sheets_metadata:
            if sheet.typ == python_calamine.SheetTypeEnum.WorkSheet:
                hidden = sheet.visible != python_calamine.SheetVisibleEnum.Visible
                _send_sheet(book, sheet.name, hidden, marks.get(sheet.name, {}), limits, out)


def _opened(path: Path, endings: tuple[str, ...]) -> python_calamine.CalamineWorkbook:
    """By its name where that is right (quicker), else by what it is: "list.xls" saved as .xlsx."""
    if path.suffix.casefold() in endings:
        return python_calamine.CalamineWorkbook.from_path(str(path))
    return python_calamine.CalamineWorkbook.from_filelike(path.open("rb"))


def _send_sheet(
    book: python_calamine.CalamineWorkbook,
    name: str,
    hidden: bool,
    marks: Marks,
    limits: Limits,
    out: BinaryIO,
) -> None:
    sheet = book.get_sheet_by_name(name)
    left = sheet.start[1] if sheet.start else 0
    bottom, right = sheet.end or (0, 0)
    if bottom >= limits.rows or right >= limits.columns:
        raise refuse(
            f"sheet “{name}” reaches row {bottom + 1:,} and column {right + 1:,}.",
            "Delete the empty rows and columns around the list.",
        )
    if (bottom + 1) * (right - left + 1) > limits.cells:
        raise refuse(f"sheet “{name}” has more than {limits.cells:,} cells.", "Split the sheet.")
    merged = [[*first, *last] for first, last in sheet.merged_cell_ranges or ()]
    flat = [[row, column, mark] for (row, column), mark in marks.items()]
    write_frame(out, ["sheet", name, hidden, merged, flat])
    # iter_rows gives the empty rows above the first cell, but not the empty columns left of it.
    rows = sheet.iter_rows() if sheet.start is not None else iter(())
    _send_rows(rows, name, left, limits, out)


def _send_rows(
    rows: Iterable[Sequence[Any]], name: str, left: int, limits: Limits, out: BinaryIO
) -> None:
    source = iter(rows)
    row = 0
    while chunk := list(islice(source, CHUNK_ROWS)):
        columns = [
            _column(values, name, row, left + number, limits)
            for number, values in enumerate(zip(*chunk, strict=True))
        ]
        empty = [[None] * len(chunk), (), ()]
        write_frame(out, ["rows", len(chunk), [empty] * left + columns])
        row += len(chunk)


def _column(values: Sequence[Any], name: str, row: int, column: int, limits: Limits) -> list[Any]:
    """[values, places of dates, places of times]: dates are ordinals, times are ISO text."""
    kinds = set(map(type, values))
    if kinds == {date}:
        return [list(map(date.toordinal, values)), list(range(len(values))), ()]
    if str in kinds:
        texts = values if len(kinds) == 1 else [v for v in values if type(v) is str]
        longest = max(map(len, texts))
        if "" in texts:
            values = [None if v == "" else v for v in values]
        if longest > limits.cell_text:
            from aps_desktop.exchange.cells import address

            at = next(
                i for i, v in enumerate(values) if type(v) is str and len(v) > limits.cell_text
            )
            raise refuse(
                f"the text in cell {address(row + at, column)} of sheet “{name}” is longer than "
                f"{limits.cell_text:,} characters.",
                "Shorten it.",
            )
    if kinds <= {str, float, int, bool, type(None)}:
        return [values, (), ()]
    days = [i for i, v in enumerate(values) if type(v) is date]
    times = [i for i, v in enumerate(values) if type(v) is datetime]
    return [[_plain(v) for v in values], days, times]


def _plain(value: Any) -> Any:
    kind = type(value)
    if kind is date:
        return value.toordinal()
    if kind in (str, float, int, bool, type(None)):
        return value
    return value.isoformat() if kind is datetime else str(value)


def _read_text(path: Path, limits: Limits, out: BinaryIO) -> None:
    """Comma, semicolon or tab separated text, in UTF-8, UTF-16 or Windows' western encoding."""
    if path.stat().st_size > limits.unpacked // 4:
        raise refuse("the file is too large.", "Split it.")
    text = _decoded(path.read_bytes())
    csv.field_size_limit(limits.cell_text)
    sample = text[:8192].partition("\n\n")[0]
    delimiter = max(",;\t", key=lambda d: (sample.count(d), d == ","))
    rows: list[list[str]] = []
    width = 1
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
        width = max(width, len(row))
        rows.append([_without_guard(cell) for cell in row])
        if len(rows) > limits.rows or width > limits.columns:
            raise refuse(
                f"it has more than {limits.rows:,} rows or {limits.columns} columns.", "Split it."
            )
    if width * len(rows) > limits.cells:
        raise refuse(f"it has more than {limits.cells:,} cells.", "Split it.")
    write_frame(out, ["sheet", path.stem[:31] or "Sheet1", False, [], []])
    _send_rows((r + [""] * (width - len(r)) for r in rows), path.stem, 0, limits, out)


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _without_guard(cell: str) -> str:
    """Takes off the apostrophe that keeps spreadsheet programs from running a formula."""
    return cell[1:] if len(cell) > 1 and cell[0] == "'" and cell[1] in "=+-@\t\r＝＋－＠" else cell
