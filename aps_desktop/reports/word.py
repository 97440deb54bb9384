"""A report as a Word document, with styles that an office can restyle."""

from __future__ import annotations

import io
from collections.abc import Iterable
from itertools import zip_longest
from pathlib import Path
from typing import Any

from aps_desktop.reports.document import (
    Amount,
    Block,
    Bullets,
    Cell,
    Column,
    Document,
    Facts,
    Heading,
    Number,
    PageBreak,
    Paragraph,
    Picture,
    Signature,
    Table,
    footer,
    words,
)
from aps_desktop.reports.scripts import pieces

_FONT = "Noto Sans"
_ACCENT = (0x16, 0x3A, 0x6B)
_SOFT = (0x5A, 0x60, 0x68)
_HEAD, _LINE = "F0F2F5", "C9CDD3"


def write(document: Document, path: Path) -> None:
    """Writes the file."""
    import docx

    book = docx.Document()
    _set_up(book, document)
    _head(book, document)
    for block, after in zip_longest(document.blocks, document.blocks[1:]):
        _block(book, block)
        # A heading keeps its own distance; and LibreOffice parts one that follows an empty
        # paragraph from the chart below it.
        if isinstance(block, Facts | Table) and not isinstance(after, Heading):
            book.add_paragraph()
    book.save(str(path))


def _set_up(book: Any, document: Document) -> None:
    from docx.enum.section import WD_ORIENT
    from docx.enum.text import WD_TAB_ALIGNMENT
    from docx.shared import Cm, Pt, RGBColor

    section = book.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    if document.landscape:
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = Cm(29.7), Cm(21)
    section.left_margin = section.right_margin = Cm(2.2)
    section.top_margin = section.bottom_margin = Cm(2)
    _font(book.styles["Normal"], 10)
    for level, size in ((1, 14), (2, 12), (3, 10.5)):
        style = book.styles[f"Heading {level}"]
        _font(style, size)
        style.font.color.rgb = RGBColor(*_ACCENT)
        style.paragraph_format.space_before = Pt(14)
        style.paragraph_format.space_after = Pt(4)
        style.paragraph_format.keep_with_next = True
    book.core_properties.title = document.title
    book.core_properties.author = document.office
    book.core_properties.comments = ""
    foot = section.footer.paragraphs[0]
    for stop in list(foot.style.paragraph_format.tab_stops):
        stop._tab.getparent().remove(stop._tab)  # noqa: SLF001 - the style's own are for Letter
    room = section.page_width - section.left_margin - section.right_margin
    foot.paragraph_format.tab_stops.add_tab_stop(room, WD_TAB_ALIGNMENT.RIGHT)
    _muted(foot, footer(document) + "\t", 7.5)
    _field(foot, "PAGE")
    _muted(foot, " / ", 7.5)
    _field(foot, "NUMPAGES")


def _font(style: Any, size: float) -> None:
    """The font for Latin and for the scripts of South-East Asia, which Word calls complex."""
    from docx.oxml.ns import qn
    from docx.shared import Pt

    style.font.name = _FONT
    style.font.size = Pt(size)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
        fonts.set(qn(name), _FONT)
    for name in ("w:asciiTheme", "w:hAnsiTheme", "w:cstheme", "w:eastAsiaTheme"):
        fonts.attrib.pop(qn(name), None)


def _field(paragraph: Any, name: str) -> None:
    """What Word works out itself: the page's number, or how many there are."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    run = paragraph.add_run()
    run.font.size = Pt(7.5)
    run.font.color.rgb = RGBColor(*_SOFT)
    for kind in ("begin", "", "end"):
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = name
        run._r.append(element)  # noqa: SLF001 - python-docx has no public way to a field


def _muted(paragraph: Any, text: str, size: float = 9) -> None:
    from docx.shared import Pt, RGBColor

    run = paragraph.add_run(text)
    run.font.size = Pt(size)
    run.font.color.rgb = RGBColor(*_SOFT)


def _head(book: Any, document: Document) -> None:
    from docx.shared import Pt, RGBColor

    if document.letter:
        return
    if document.kind:
        kind = book.add_paragraph().add_run(document.kind)
        kind.bold = True
        kind.font.color.rgb = RGBColor(*_ACCENT)
    title = book.add_paragraph()
    title.paragraph_format.space_after = Pt(2)
    run = title.add_run(document.title)
    run.bold = True
    run.font.size = Pt(18 if len(document.title) < 90 else 14)
    if document.subtitle:
        _muted(book.add_paragraph(), document.subtitle, 10)


def _block(book: Any, block: Block) -> None:
    match block:
        case Heading():
            book.add_heading(block.text, block.level)
        case Paragraph():
            _paragraph(book, block)
        case Bullets():
            for item in block.items:
                _bullet(book, item, muted=block.look == "muted")
        case Facts():
            _facts(book, block)
        case Table():
            _table(book, block)
        case Picture():
            _picture(book, block)
        case Signature():
            _signature(book, block)
        case PageBreak():
            book.add_page_break()


def _bullet(book: Any, item: str, *, muted: bool) -> None:
    from docx.shared import Pt

    paragraph = book.add_paragraph(style="List Bullet")
    paragraph.paragraph_format.space_after = Pt(1)
    if muted:
        _muted(paragraph, item, 8.5)
    else:
        _runs(paragraph, item)


def _paragraph(book: Any, block: Paragraph) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    paragraph = book.add_paragraph()
    paragraph.alignment = getattr(WD_ALIGN_PARAGRAPH, block.side.upper())
    if block.look == "muted":
        _muted(paragraph, block.text, 10)
    else:
        _runs(paragraph, block.text, bold=block.look == "strong")


def _facts(book: Any, block: Facts) -> None:
    from docx.shared import Cm, Pt

    room = sum(_widths(book, (Column(""),)))
    table = book.add_table(rows=0, cols=2)
    widths = [Cm(5), room - Cm(5)]
    _measured(table, widths)
    for label, cell in block.rows:
        row = table.add_row()
        for place, width in zip(row.cells, widths, strict=True):
            place.width = width
        row.cells[0].paragraphs[0].paragraph_format.space_after = Pt(1)
        _muted(row.cells[0].paragraphs[0], label)
        _fill(row.cells[1], words(cell) or "–")


def _table(book: Any, block: Table) -> None:
    from docx.shared import Pt

    if block.caption:
        caption = book.add_paragraph()
        caption.paragraph_format.keep_with_next = True
        caption.paragraph_format.space_before, caption.paragraph_format.space_after = Pt(8), Pt(3)
        _muted(caption, block.caption)
    if not block.rows:
        _muted(book.add_paragraph(), block.empty, 10)
        return
    table = book.add_table(rows=1, cols=len(block.columns))
    widths = _widths(book, block.columns)
    _measured(table, widths)
    _heads(table.rows[0], block.columns, widths)
    last = len(block.rows) - 1
    for number, cells in enumerate(block.rows):
        row = table.add_row()
        _whole(row)
        bold = block.total and number == last
        for place, column, cell, width in zip(row.cells, block.columns, cells, widths, strict=True):
            place.width = width
            _fill(place, words(cell), right=_is_right(column, cell), bold=bold)


def _widths(book: Any, columns: Iterable[Column]) -> list[int]:
    section = book.sections[0]
    room = section.page_width - section.left_margin - section.right_margin
    shares = [column.share for column in columns]
    return [int(room * share / sum(shares)) for share in shares]


def _measured(table: Any, widths: list[int]) -> None:
    """Widths, also for programs that go by a table's grid, and thin lines under its rows."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    lines = OxmlElement("w:tblBorders")
    for side in ("bottom", "insideH"):
        line = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", _LINE)):
            line.set(qn(f"w:{name}"), value)
        lines.append(line)
    table._tbl.tblPr.append(lines)  # noqa: SLF001 - no public way to a table's lines


def _whole(row: Any) -> None:
    """A row that is not parted by the end of a page."""
    from docx.oxml import OxmlElement

    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))  # noqa: SLF001


def _heads(row: Any, columns: Iterable[Column], widths: list[int]) -> None:
    """The heading row, which Word repeats on every page of the table."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    for place, column, width in zip(row.cells, columns, widths, strict=True):
        place.width = width
        _fill(place, column.title, right=column.right, bold=True)
        shade = OxmlElement("w:shd")
        shade.set(qn("w:val"), "clear")
        shade.set(qn("w:fill"), _HEAD)
        place._tc.get_or_add_tcPr().append(shade)  # noqa: SLF001 - no public way to shade a cell
    again = OxmlElement("w:tblHeader")
    row._tr.get_or_add_trPr().append(again)  # noqa: SLF001 - no public way to repeat a row


def _fill(place: Any, text: str, *, right: bool = False, bold: bool = False) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    paragraph = place.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(1)
    # An amount and its currency stay on one line.
    for run in _runs(paragraph, text.replace(" ", "\u00a0") if right else text, bold=bold):
        run.font.size = Pt(8.5)
    if right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _runs(paragraph: Any, text: str, *, bold: bool = False) -> list[Any]:
    """Adds a text in runs of one script each: Word wants a font of its own for most of them."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    made = []
    for piece, font in pieces(text):
        run = paragraph.add_run(piece)
        run.bold = bold or None
        if font:
            look = run._r.get_or_add_rPr()  # noqa: SLF001 - no public way to say a run is complex
            look.get_or_add_rFonts().set(qn("w:cs"), font)
            look.append(OxmlElement("w:cs"))
        made.append(run)
    return made


def _is_right(column: Column, cell: Cell) -> bool:
    return column.right or isinstance(cell, (int, Amount, Number))


def _picture(book: Any, block: Picture) -> None:
    section = book.sections[0]
    room = section.page_width - section.left_margin - section.right_margin
    shape = book.add_picture(io.BytesIO(block.png), width=int(room * block.width))
    shape._inline.docPr.set("descr", block.words)  # noqa: SLF001 - words for those who listen
    if block.caption:
        book.paragraphs[-1].paragraph_format.keep_with_next = True
        _muted(book.add_paragraph(), block.caption)


def _signature(book: Any, block: Signature) -> None:
    from docx.shared import Pt

    paragraph = book.add_paragraph()
    paragraph.paragraph_format.space_before = Pt(42)
    paragraph.add_run(block.name).bold = True
    if block.role:
        paragraph.add_run("\n")
        _muted(paragraph, block.role)
