"""The two writers of .xlsx files: the fast one, and the one to fall back on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from aps_desktop.exchange.cells import Cell
from aps_desktop.exchange.plain_sheet import PlainSheet, first_or_empty

_HEAD = {"bold": True, "bg_color": "#1F3A5F", "font_color": "#FFFFFF"}


def write_fast(path: Path, sheets: Iterable[PlainSheet]) -> None:
    """With rust_xlsxwriter, which writes texts as texts and streams its rows."""
    try:
        from rustpy_xlsxwriter import FastExcel, Format
    except ImportError:
        write_slow(path, sheets)
        return
    head = Format().set_bold().set_background_color("#1F3A5F").set_font_color("#FFFFFF")
    book = FastExcel(str(path), output_format="xlsx").format(datetime_format="dd mmm yyyy")
    for sheet in sheets:
        looks = [Format().set_num_format(look) if look else None for look in sheet.formats]
        options: dict[str, Any] = {"header_format": head, "column_widths": sheet.widths}
        if any(looks):
            options["column_formats"] = {
                header: look for header, look in zip(sheet.headers, looks, strict=True) if look
            }
        if sheet.hidden:
            options["sheet_view"] = {"hidden": True}
        else:
            options["autofilter"] = True
            book.freeze(row=1, col=2 if sheet.hide_first else 0, sheet=sheet.name)
        if sheet.hide_first:
            first = sheet.headers[0]
            options["outline"] = {"columns": [{"from": first, "to": first, "collapsed": True}]}
        rows = first_or_empty(sheet.rows, len(sheet.headers))
        book.sheet(sheet.name, _dicts(sheet.headers, rows), **options)
    book.save()


def _dicts(headers: list[str], rows: Iterator[list[Cell]]) -> Iterator[dict[str, Cell]]:
    for row in rows:
        yield dict(zip(headers, row, strict=True))


def write_slow(path: Path, sheets: Iterable[PlainSheet]) -> None:
    """With xlsxwriter, five times slower, row by row in constant memory."""
    import xlsxwriter

    options = {
        "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
        "strings_to_numbers": False,
    }  # fmt: skip
    with xlsxwriter.Workbook(str(path), options) as book:
        head = book.add_format(_HEAD)
        for sheet in sheets:
            page = book.add_worksheet(sheet.name)
            looks = [book.add_format({"num_format": f}) if f else None for f in sheet.formats]
            for column, width in enumerate(sheet.widths):
                hidden = {"hidden": True} if sheet.hide_first and column == 0 else {}
                page.set_column(column, column, width, None, hidden)
            for column, header in enumerate(sheet.headers):
                page.write_string(0, column, header, head)
            last = 0
            for last, row in enumerate(sheet.rows, 1):
                for column, cell in enumerate(row):
                    if cell is not None:
                        _write_cell(page, last, column, cell, looks[column])
            if sheet.hidden:
                page.hide()
            else:
                page.freeze_panes(1, 2 if sheet.hide_first else 0)
                page.autofilter(0, 0, max(last, 1), len(sheet.headers) - 1)


def _write_cell(page: Any, row: int, column: int, cell: Cell, look: Any) -> None:
    if isinstance(cell, str):
        page.write_string(row, column, cell)
    elif isinstance(cell, bool):
        page.write_boolean(row, column, cell)
    elif isinstance(cell, date):
        page.write_datetime(row, column, cell, look)
    elif cell is not None:
        page.write_number(row, column, cell, look)
