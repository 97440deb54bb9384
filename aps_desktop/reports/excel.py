"""A report as a workbook: one sheet to read, and each table on a sheet of its own to work with."""

from __future__ import annotations

import io
import math
import re
import struct
from datetime import datetime
from pathlib import Path
from typing import Any

from aps_desktop.domain.money import display_digits
from aps_desktop.reports.document import (
    Amount,
    Bullets,
    Cell,
    Day,
    Document,
    Facts,
    Heading,
    Number,
    Paragraph,
    Picture,
    Signature,
    Table,
    footer,
    words,
)

_WIDTHS = (28, 22, 22, 22, 22, 22, 22, 22)
_A4, _ROW_HEIGHT, _PICTURE_WIDTH = 9, 20, 880
"""The number of the paper; a row's height and a picture's width in pixels."""
_DOTS = 96.0
_RIGHT = {"align": "right", "indent": 1}
_WRAPPED = {"text_wrap": True, "valign": "top"}
_BAD = re.compile(r"[\[\]:*?/\\']")
_EXACT = 10**15
"""Excel keeps fifteen digits: a larger number is written as words, so that none is lost."""
_EARLIEST = 1900
"""Excel knows no day before this year: such a one is written as words."""


def write(document: Document, path: Path) -> None:
    """Writes the file. No text in it can act as a formula or a link."""
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        _Writer(book, document).write()


class _Writer:
    """One workbook being written."""

    def __init__(self, book: Any, document: Document) -> None:
        self.book = book
        self.document = document
        self._formats: dict[tuple[Any, ...], Any] = {}
        self._names: set[str] = set()

    def write(self) -> None:
        sheet = self._sheet("Report")
        for column, width in enumerate(_WIDTHS):
            sheet.set_column(column, column, width)
        row = self._head(sheet)
        heading = ""
        for block in self.document.blocks:
            heading = block.text if isinstance(block, Heading) else heading
            row = self._block(sheet, row, block)
            if isinstance(block, Table) and block.rows:
                self._own_sheet(block, block.caption or heading or "Table")
        sheet.write_string(row + 1, 0, footer(self.document), self._format(font_color="#5A6068"))

    def _printed(self, sheet: Any) -> None:
        """On paper a sheet is as wide as the page, with the report's foot and page numbers."""
        sheet.set_paper(_A4)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        foot = footer(self.document).replace("&", "&&")
        sheet.set_footer(f"&L&8{foot[:200]}&R&8&P / &N")

    def _head(self, sheet: Any) -> int:
        document = self.document
        sheet.write_string(0, 0, document.kind, self._format(font_color="#1F4E8C", bold=True))
        sheet.write_string(1, 0, document.title, self._format(bold=True, font_size=16))
        sheet.set_row(1, 24)
        sheet.write_string(2, 0, document.subtitle, self._format(font_color="#5A6068"))
        return 4

    def _block(self, sheet: Any, row: int, block: object) -> int:
        """Writes a block; the next free row."""
        match block:
            case Heading():
                size = {1: 14, 2: 12}.get(block.level, 11)
                sheet.write_string(row + 1, 0, block.text, self._format(bold=True, font_size=size))
                return row + 2
            case Paragraph():
                return self._lines(sheet, row, block.text)
            case Bullets():
                for item in block.items:
                    row = self._lines(sheet, row, f"• {item}")
                return row + 1
            case Facts():
                for number, (label, cell) in enumerate(block.rows):
                    sheet.write_string(row + number, 0, label, self._format(font_color="#5A6068"))
                    self._cell(sheet, row + number, 1, cell, align="left")
                return row + len(block.rows) + 1
            case Table():
                return self._table(sheet, row, block)
            case Picture():
                return self._picture(sheet, row, block)
            case Signature():
                return self._lines(sheet, row, f"{block.name}, {block.role}")
        return row

    def _lines(self, sheet: Any, row: int, text: str) -> int:
        wrapped = self._format(**_WRAPPED)
        sheet.merge_range(row, 0, row, 5, "", wrapped)
        sheet.write_string(row, 0, text[:32_767], wrapped)
        lines = sum(1 + len(line) // 130 for line in text.splitlines() or [""])
        sheet.set_row(row, min(409, 15 * lines))
        return row + 1

    def _table(self, sheet: Any, row: int, table: Table) -> int:
        if table.caption:
            sheet.write_string(row, 0, table.caption, self._format(font_color="#5A6068"))
            row += 1
        if not table.rows:
            sheet.write_string(row, 0, table.empty, self._format(font_color="#5A6068"))
            return row + 2
        for column, title in enumerate(table.columns):
            side = _RIGHT if title.right else {}
            look = self._format(bold=True, bg_color="#F2F4F6", **_WRAPPED, **side)
            sheet.write_string(row, column, title.title, look)
        last = len(table.rows) - 1
        for number, cells in enumerate(table.rows):
            look = {"bold": True} if table.total and number == last else {}
            for column, cell in enumerate(cells):
                right = table.columns[column].right or isinstance(cell, (int, Amount, Number))
                side = _RIGHT if right else {}
                self._cell(sheet, row + 1 + number, column, cell, **look, **_WRAPPED, **side)
            # Not every program works out how high a row with broken lines is.
            lines = max(map(_lines_of, cells, _WIDTHS), default=1)
            if lines > 1:
                sheet.set_row(row + 1 + number, min(409, 15 * lines))
        return row + len(table.rows) + 2

    def _own_sheet(self, table: Table, name: str) -> None:
        sheet = self._sheet(name)
        bold = self._format(bold=True, bg_color="#F2F4F6", text_wrap=True)
        for column, head in enumerate(table.columns):
            sheet.write_string(0, column, head.title, bold)
            longest = max(len(words(row[column])) for row in table.rows)
            sheet.set_column(column, column, min(60, max(10, len(head.title), longest) + 2))
        for number, cells in enumerate(table.rows, start=1):
            for column, cell in enumerate(cells):
                self._cell(sheet, number, column, cell)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)

    def _picture(self, sheet: Any, row: int, picture: Picture) -> int:
        """Over the cells, as wide as six columns, with the rows below it left free."""
        width, height, dots = _measures(picture.png)
        shrink = _PICTURE_WIDTH / width
        sheet.insert_image(row, 0, "chart.png", {
            "image_data": io.BytesIO(picture.png),
            "x_scale": shrink * dots / _DOTS, "y_scale": shrink * dots / _DOTS,
            "description": picture.words[:250], "object_position": 2,
        })  # fmt: skip
        return row + math.ceil(height * shrink / _ROW_HEIGHT) + 1

    def _cell(self, sheet: Any, row: int, column: int, cell: Cell, **look: Any) -> None:
        match cell:
            case None:
                return
            case str():
                sheet.write_string(row, column, cell[:32_767], self._format(**look))
            case int() if abs(cell) < _EXACT:
                sheet.write_number(row, column, cell, self._format(num_format="#,##0", **look))
            case Amount() if abs(cell.minor) < _EXACT:
                self._amount(sheet, row, column, cell, look)
            case Number() if abs(cell.value) < _EXACT:
                shown = {"num_format": f'#,##0.########"{_unit(cell)}"', **look}
                sheet.write_number(row, column, cell.value, self._format(**shown))
            case Day() if cell.value.year > _EARLIEST:
                moment = datetime(cell.value.year, cell.value.month, cell.value.day)
                shown = {"align": "left", **look, "num_format": "d mmm yyyy"}
                sheet.write_datetime(row, column, moment, self._format(**shown))
            case _:
                sheet.write_string(row, column, words(cell), self._format(**look))

    def _amount(
        self, sheet: Any, row: int, column: int, cell: Amount, look: dict[str, Any]
    ) -> None:
        digits = display_digits(cell.currency)
        places = "." + "0" * digits if digits else ""
        shown = {"num_format": f'"{cell.currency}" #,##0{places}', **look}
        sheet.write_number(row, column, cell.whole, self._format(**shown))

    def _sheet(self, wanted: str) -> Any:
        """A sheet under the wanted name, as far as Excel allows it, and unlike the others."""
        base = _BAD.sub(" ", wanted).strip()[:31] or "Table"
        name, number = base, 2
        while name.lower() in self._names:
            name = f"{base[:27]} {number}"
            number += 1
        self._names.add(name.lower())
        sheet = self.book.add_worksheet(name)
        self._printed(sheet)
        return sheet

    def _format(self, **look: Any) -> Any:
        key = tuple(sorted(look.items()))
        if key not in self._formats:
            self._formats[key] = self.book.add_format(look)
        return self._formats[key]


def _lines_of(cell: Cell, width: int) -> int:
    """How many lines a text takes in a cell that holds so many letters."""
    if not isinstance(cell, str):
        return 1
    return sum(1 + len(line) // width for line in cell.splitlines() or [""])


def _measures(png: bytes) -> tuple[int, int, float]:
    """Width, height and dots an inch of a PNG: Excel is told how far from 96 dots it is to go."""
    width, height = struct.unpack(">II", png[16:24])
    at = png.find(b"pHYs")
    dots = struct.unpack(">I", png[at + 4 : at + 8])[0] * 0.0254 if at > 0 else _DOTS
    return int(width), int(height), float(dots)


def _unit(cell: Number) -> str:
    unit = cell.unit.replace('"', "")
    return unit if unit in ("", "%") else f" {unit}"
