"""One document as Word, PDF, HTML and Excel: everything said is there, and nothing in it acts."""

import re
import subprocess
import sys
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import docx
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aps_desktop.domain.errors import UserError
from aps_desktop.reports import formats, html, pdf
from aps_desktop.reports.document import (
    Amount,
    Bullets,
    Column,
    Day,
    Document,
    Facts,
    Heading,
    Number,
    PageBreak,
    Paragraph,
    Picture,
    Signature,
    Table,
)

PNG = (Path(__file__).parents[1] / "data" / "dot.png").read_bytes()
TABLE = Table(
    (Column("What", share=3), Column("Amount", right=True), Column("When")),
    (
        ("=HYPERLINK(1)", Amount(123456, "JPY"), Day(date(2026, 11, 23))),
        ("Total", Amount(25_000_050, "USD"), None),
    ),
    caption="By type: all [of] it",
    total=True,
)
DOCUMENT = Document(
    "R&D <b>for</b> #all $ASEAN$",
    (
        Heading("Where it stands"),
        Paragraph("ភាសាខ្មែរ ภาษาไทย ພາສາລາວ\nsecond line"),
        Facts((("Share", Number(Decimal("12.5"), "%")), ("Persons", 1200), ("Nothing", None))),
        TABLE,
        Table((Column("None"),), (), empty="Nothing is due."),
        Bullets(("one", "two")),
        Picture(PNG, "A dot", "Figure 1", 0.5),
        PageBreak(),
        Paragraph("soft", "muted"),
        Paragraph("loud", "strong"),
        Signature("Bounmy Keomany", "Desk officer"),
    ),
    kind="Progress report",
    subtitle="To 30 June 2026",
    office="Lao PDR",
    made_on=date(2026, 11, 25),
    mark="Limited distribution",
)
SAID = (
    "R&D <b>for</b> #all $ASEAN$", "Progress report", "Where it stands", "JPY 123,456",
    "USD 250,000.50", "23 Nov 2026", "=HYPERLINK(1)", "12.5%", "1,200", "Nothing is due.",
    "second line", "Figure 1", "Bounmy Keomany", "Desk officer",
)  # fmt: skip


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reports")
    for ending in formats.FORMATS:
        formats.write(DOCUMENT, folder / f"report.{ending}")
    return folder


def test_word_says_everything(files):
    book = docx.Document(str(files / "report.docx"))
    cells = [c.text for t in book.tables for row in t.rows for c in row.cells]
    told = "\n".join([p.text for p in book.paragraphs] + cells).replace("\u00a0", " ")
    assert [words for words in SAID if words not in told] == []
    assert "Limited distribution" in book.sections[0].footer.paragraphs[0].text
    assert book.tables[1].rows[0]._tr.trPr.find(docx.oxml.ns.qn("w:tblHeader")) is not None


def test_html_says_everything_and_runs_nothing(files):
    page = (files / "report.html").read_text(encoding="utf-8")
    plain = re.sub(r"<[^>]+>", "", page).replace("&lt;", "<").replace("&gt;", ">")
    plain = plain.replace("&amp;", "&").replace("\u00a0", " ")
    assert [words for words in SAID if words not in plain] == []
    assert "<script" not in page
    assert "http" not in page


def test_excel_has_numbers_and_no_formula(files):
    book = openpyxl.load_workbook(files / "report.xlsx")
    assert book.sheetnames == ["Report", "By type  all  of  it"]
    rows = list(book.worksheets[1].values)
    assert rows[0] == ("What", "Amount", "When")
    assert rows[1][0] == "=HYPERLINK(1)"
    assert rows[1][2].date() == date(2026, 11, 23)
    assert rows[2][1] == 250000.5
    with zipfile.ZipFile(files / "report.xlsx") as archive:
        assert not any(b"<f>" in archive.read(name) for name in archive.namelist())


def test_pdf_is_whole_and_brings_its_fonts(files):
    data = (files / "report.pdf").read_bytes()
    assert data.startswith(b"%PDF-")
    assert data.rstrip().endswith(b"%%EOF")
    for family in (b"NotoSans-Regular", b"NotoSansKhmerUI", b"NotoSansThaiUI", b"NotoSansLaoUI"):
        assert family in data


@given(st.text(max_size=80))
def test_any_text_is_only_text_in_a_pdf(text):
    with TemporaryDirectory() as folder:
        target = Path(folder, "report.pdf")
        pdf.write(Document(text, (Heading(text), Paragraph(text), Facts(((text, text),)))), target)
        assert target.stat().st_size > 500


@given(st.text(max_size=80))
def test_any_text_is_only_text_in_html(text):
    def tags(words):
        blocks = (Paragraph(words), Table((Column(words),), ((words,),)))
        return set(re.findall(r"<(/?[a-z0-9!]+)", html.text(Document(words, blocks)))) - {"br"}

    assert tags(text) == tags("x")


def test_an_unknown_ending_is_refused_and_leaves_nothing(tmp_path):
    with pytest.raises(UserError, match="no kind of report"):
        formats.write(DOCUMENT, tmp_path / "report.txt")
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_told(tmp_path):
    with pytest.raises(UserError, match="could not be written"):
        formats.write(DOCUMENT, tmp_path / "missing" / "report.pdf")


def test_a_report_longer_than_a_pipe_holds_is_written(tmp_path, monkeypatch):
    """The child is still starting when what it is handed has long filled the pipe."""
    monkeypatch.setattr(formats, "_LOOK_EVERY", 0.001)
    monkeypatch.setattr(formats, "_PATIENCE", 30)
    rows = tuple((f"Row {number}", "x" * 200) for number in range(4_000))
    path = tmp_path / "long.html"
    formats.write(Document("Long", (Table((Column("What"), Column("Text")), rows),)), path)
    assert "Row 3999" in path.read_text(encoding="utf-8")


def test_a_report_that_is_stopped_leaves_neither_file_nor_child(tmp_path, monkeypatch):
    started = []

    def start(*_arguments, **pipes):
        endless = [sys.executable, "-c", "import time; time.sleep(600)"]
        started.append(subprocess.Popen(endless, **pipes))
        return started[-1]

    monkeypatch.setattr(formats, "start_child", start)
    asked = iter((False, False, True))
    with pytest.raises(UserError, match="was stopped"):
        formats.write(DOCUMENT, tmp_path / "report.pdf", lambda: next(asked))
    assert started[0].poll() is not None
    assert list(tmp_path.iterdir()) == []


def test_a_heading_stays_with_the_chart_below_it(tmp_path):
    """LibreOffice parts the two where an empty paragraph stands before the heading."""
    picture = Picture(PNG, "A dot", "Figure 1")
    blocks = (TABLE, Heading("The year"), picture, Facts((("Code", "F-1"),)), TABLE)
    formats.write(Document("Fund", blocks), tmp_path / "fund.docx")
    book = docx.Document(str(tmp_path / "fund.docx"))
    shown = [(one.tag.rpartition("}")[2], one.xpath("string(.)")) for one in book.element.body]
    assert [tag for tag, _ in shown[2:8]] == ["tbl", "p", "p", "p", "tbl", "p"]
    assert [words for _, words in (shown[3], shown[5], shown[7])] == ["The year", "Figure 1", ""]
    _, _, heading, drawn, *_ = book.paragraphs
    assert heading.style.paragraph_format.keep_with_next
    assert drawn.paragraph_format.keep_with_next
