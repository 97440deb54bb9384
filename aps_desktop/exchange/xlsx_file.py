"""Writes .xlsx files: the XML of many rows at once, by templates, straight into the archive.

Every text is an inline text cell, so nothing in it can run. Two and a half times as fast as the
fastest library that was measured (rust_xlsxwriter by its wrapper, 100,000 rows of 13 columns): a
chunk's column of one kind is a piece of the rows' template, and Python formats whole rows in C.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

from aps_desktop.exchange.cells import Cell, column_letters
from aps_desktop.exchange.plain_sheet import Chunk, PlainSheet

_START = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_LEVEL = 1
"""Of deflate: the next ones take up to twice as long for a tenth less."""
_HEAD_STYLE = 1
_FIRST_FORMAT = 164
_TEXT = '<c r="{0}%s"{1} t="inlineStr"><is><t>%s</t></is></c>'
_KEPT = '<c r="{0}%s"{1} t="inlineStr"><is><t xml:space="preserve">%s</t></is></c>'
_NUMBER = '<c r="{0}%s"{1}><v>%s</v></c>'
_TRUTH = '<c r="{0}%s"{1} t="b"><v>%d</v></c>'
_ODD = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
"""What XML cannot hold, and what a spreadsheet would take for such a thing written down."""


def write_xlsx(path: Path, sheets: Sequence[PlainSheet]) -> None:
    """Writes the sheets, one after another; nothing is asked of a sheet before its turn."""
    looks = {"": 0}
    for look in chain.from_iterable(sheet.formats for sheet in sheets):
        looks.setdefault(look, len(looks) + 1)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
        for name, text in _frame(len(sheets), list(looks)[1:]):
            archive.writestr(zipfile.ZipInfo(name), text, zipfile.ZIP_DEFLATED)
        rows = [
            _write_sheet(archive, number, sheet, [looks[f] for f in sheet.formats])
            for number, sheet in enumerate(sheets, 1)
        ]
        book = _workbook(sheets, rows)
        archive.writestr(zipfile.ZipInfo("xl/workbook.xml"), book, zipfile.ZIP_DEFLATED)


def _write_sheet(
    archive: zipfile.ZipFile, number: int, sheet: PlainSheet, styles: list[int]
) -> int:
    """Writes one sheet; the number of its last row."""
    page = _Rows(styles)
    with archive.open(f"xl/worksheets/sheet{number}.xml", "w") as part:
        part.write((_START + _before_rows(sheet, styles, first=number == 1)).encode())
        heads = _Rows([_HEAD_STYLE] * len(styles))
        part.write(heads.xml([[header] for header in sheet.headers]))
        page.done = 1
        for chunk in sheet.chunks:
            part.write(page.xml(chunk))
        part.write(_after_rows(sheet, page.done).encode())
    return page.done


class _Rows:
    """The rows of a sheet as XML; `done` is the number of the last one."""

    def __init__(self, styles: list[int]) -> None:
        self.done = 0
        self._names = [column_letters(column) for column in range(len(styles))]
        self._styles = [f' s="{style}"' if style else "" for style in styles]

    def xml(self, chunk: Chunk) -> bytes:
        """The next rows."""
        count = len(chunk[0]) if chunk else 0
        numbers = [str(row) for row in range(self.done + 1, self.done + 1 + count)]
        template = ['<row r="%s">']
        values: list[Sequence[object]] = [numbers]
        for name, style, cells in zip(self._names, self._styles, chunk, strict=True):
            kinds = set(map(type, cells))
            if kinds == {type(None)}:
                continue
            if kinds == {str} and _is_simple(cells):
                template.append(_TEXT.format(name, style))
                values += [numbers, cells]
            elif kinds <= {int, float}:
                template.append(_NUMBER.format(name, style))
                values += [numbers, cells]
            else:
                template.append("%s")
                values.append(_apart(cells, numbers, name, style))
        template.append("</row>")
        self.done += count
        rows = map("".join(template).__mod__, zip(*values, strict=True))
        return "".join(rows).encode("utf-8", "replace")


def _is_simple(cells: Sequence[Cell]) -> bool:
    """Whether none of these texts needs anything done to it, seen from all of them together."""
    text = "|".join(cells)  # type: ignore[arg-type]  # the caller knows that all are texts
    odd = "&" in text or "<" in text or ">" in text or "_x" in text or not text.isprintable()
    # An outer blank stands beside a bar, and so does a bar in a text now and then: both are rare.
    return not odd and " |" not in text and "| " not in text and text == text.strip()


def _apart(cells: Sequence[Cell], numbers: Sequence[str], name: str, style: str) -> list[str]:
    """Cells of several kinds, or of texts to be escaped, each as its XML."""
    text, kept, number, truth = (t.format(name, style) for t in (_TEXT, _KEPT, _NUMBER, _TRUTH))
    made = []
    for row, cell in zip(numbers, cells, strict=True):
        if cell is None:
            made.append("")
        elif isinstance(cell, str):
            blank = cell.isspace() or cell != cell.strip() or "\n" in cell
            made.append((kept if blank else text) % (row, escaped(cell)))
        else:
            made.append((truth if isinstance(cell, bool) else number) % (row, cell))
    return made


def escaped(text: str) -> str:
    """The text as XML: what XML has no sign for as `_x0001_`, as spreadsheets write it."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if "_" in text or not text.isprintable():
        text = _ODD.sub(lambda odd: f"_x{ord(odd[0]):04X}_", text)
    return text


def _named(text: str) -> str:
    """The text as the value of an attribute."""
    return escaped(text).replace('"', "&quot;")


def _before_rows(sheet: PlainSheet, styles: list[int], *, first: bool) -> str:
    shown = ' tabSelected="1"' if first else ""
    view = f'<sheetView{shown} workbookViewId="0"/>'
    if not sheet.hidden:
        left = "B" if not sheet.hide_first else "C"
        split = 'xSplit="2" ' if sheet.hide_first else ""
        corner = f"{left}2" if sheet.hide_first else "A2"
        pane = "bottomRight" if sheet.hide_first else "bottomLeft"
        view = (
            f'<sheetView{shown} workbookViewId="0"><pane {split}ySplit="1" topLeftCell="{corner}" '
            f'activePane="{pane}" state="frozen"/><selection pane="{pane}"/></sheetView>'
        )
    columns = []
    for number, (width, style) in enumerate(zip(sheet.widths, styles, strict=True), 1):
        more = f' style="{style}"' if style else ""
        if sheet.hide_first and number == 1:
            more += ' hidden="1" outlineLevel="1"'
        elif sheet.hide_first and number == 2:
            more += ' collapsed="1"'
        columns.append(
            f'<col min="{number}" max="{number}" width="{width}" customWidth="1"{more}/>'
        )
    return (
        f'<worksheet xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheetViews>{view}</sheetViews>'
        f'<sheetFormatPr defaultRowHeight="15"/><cols>{"".join(columns)}</cols><sheetData>'
    )


def _after_rows(sheet: PlainSheet, last: int) -> str:
    chosen = "" if sheet.hidden else f'<autoFilter ref="{_range(sheet, last)}"/>'
    return f"</sheetData>{chosen}</worksheet>"


def _range(sheet: PlainSheet, last: int, fixed: str = "") -> str:
    """Headings and rows; a list without records keeps one empty row, which can be filtered."""
    right = column_letters(len(sheet.headers) - 1)
    return f"{fixed}A{fixed}1:{fixed}{right}{fixed}{max(last, 2)}"


def _workbook(sheets: Sequence[PlainSheet], rows: list[int]) -> str:
    listed, named = [], []
    for number, (sheet, last) in enumerate(zip(sheets, rows, strict=True), 1):
        hidden = ' state="hidden"' if sheet.hidden else ""
        listed.append(
            f'<sheet name="{_named(sheet.name)}" sheetId="{number}"{hidden} r:id="rId{number}"/>'
        )
        if not sheet.hidden:
            where = escaped(sheet.name.replace("'", "''"))
            named.append(
                f'<definedName name="_xlnm._FilterDatabase" localSheetId="{number - 1}" hidden="1">'
                f"'{where}'!{_range(sheet, last, '$')}</definedName>"
            )
    names = f"<definedNames>{''.join(named)}</definedNames>" if named else ""
    return (
        f'{_START}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><bookViews><workbookView/>'
        f"</bookViews><sheets>{''.join(listed)}</sheets>{names}</workbook>"
    )


def _frame(sheets: int, looks: list[str]) -> Iterator[tuple[str, str]]:
    """The parts around the sheets that tell of them: name and text."""
    of = f"{_SPREADSHEET}.{{}}+xml"
    parts = [("xl/workbook.xml", "sheet.main"), ("xl/styles.xml", "styles")]
    parts += [(f"xl/worksheets/sheet{n}.xml", "worksheet") for n in range(1, sheets + 1)]
    listed = "".join(
        f'<Override PartName="/{name}" ContentType="{of.format(kind)}"/>' for name, kind in parts
    )
    yield (
        "[Content_Types].xml",
        (
            f'{_START}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Default Extension="xml" ContentType="application/xml"/>{listed}</Types>'
        ),
    )
    yield "_rels/.rels", _relations([("officeDocument", "xl/workbook.xml")])
    inner = [("worksheet", f"worksheets/sheet{n}.xml") for n in range(1, sheets + 1)]
    yield "xl/_rels/workbook.xml.rels", _relations([*inner, ("styles", "styles.xml")])
    yield "xl/styles.xml", _styles(looks)


def _relations(targets: list[tuple[str, str]]) -> str:
    listed = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, 1)
    )
    return f'{_START}<Relationships xmlns="{_PACKAGE}/relationships">{listed}</Relationships>'


def _styles(looks: list[str]) -> str:
    """Style 0 is plain, 1 the headings' (white on blue), the others one for each number format."""
    numbers = list(enumerate(looks, _FIRST_FORMAT))
    told = "".join(f'<numFmt numFmtId="{n}" formatCode="{_named(f)}"/>' for n, f in numbers)
    formats = f'<numFmts count="{len(looks)}">{told}</numFmts>' if looks else ""
    used = "".join(
        f'<xf numFmtId="{n}" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
        for n, _ in numbers
    )
    font = '<font>{}<sz val="11"/>{}<name val="Calibri"/><family val="2"/></font>'
    fill = '<fill><patternFill patternType="{}">{}</patternFill></fill>'
    white, blue = '<color rgb="FFFFFFFF"/>', '<fgColor rgb="FF1F3A5F"/><bgColor indexed="64"/>'
    return (
        f'{_START}<styleSheet xmlns="{_MAIN}">{formats}'
        f'<fonts count="2">{font.format("", "")}{font.format("<b/>", white)}</fonts>'
        f'<fills count="3">{fill.format("none", "")}{fill.format("gray125", "")}'
        f"{fill.format('solid', blue)}</fills>"
        '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>'
        f'</cellStyleXfs><cellXfs count="{2 + len(looks)}">'
        '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
        '<xf numFmtId="0" fontId="1" fillId="2" borderId="0" xfId="0" applyFont="1" '
        f'applyFill="1"/>{used}</cellXfs><cellStyles count="1">'
        '<cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    )
