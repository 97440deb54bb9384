"""Workbooks made to do harm: each is refused in words, and never takes the program with it."""

from __future__ import annotations

import contextlib
import io
import struct
import time
import zipfile

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aps_desktop.domain.errors import UserError
from aps_desktop.exchange.limits import Limits
from aps_desktop.exchange.read_workbook import read_workbook

NS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def parts(sheet: str = "", extra: dict[str, str] | None = None) -> dict[str, str]:
    types = "http://schemas.openxmlformats.org/package/2006/content-types"
    links = "http://schemas.openxmlformats.org/package/2006/relationships"
    main = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    return {
        "[Content_Types].xml": f'<Types xmlns="{types}"><Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
        f'ContentType="application/xml"/><Override PartName="/xl/workbook.xml" '
        f'ContentType="{main}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" '
        f'ContentType="{main}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{links}"><Relationship Id="rId1" '
        f'Type="{REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{NS}" xmlns:r="{REL}"><sheets><sheet name="S" '
        'sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{links}"><Relationship Id="rId1" '
        f'Type="{REL}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{NS}"><sheetData>{sheet}</sheetData>'
        "</worksheet>",
        **(extra or {}),
    }


def write(path, members, **options):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def refusal(path, limits=None):
    started = time.monotonic()
    with pytest.raises(UserError) as caught:
        read_workbook(path, limits)
    assert time.monotonic() - started < 20
    assert caught.value.message.startswith("This workbook cannot be read")
    return caught.value.message


def test_the_plain_one_is_read(tmp_path):
    path = write(tmp_path / "a.xlsx", parts('<row r="2"><c r="C2"><v>5</v></c></row>'))
    sheet = read_workbook(path).sheets[0]
    assert sheet.at(1, 2) == 5


@pytest.mark.parametrize("quote", ['"', "'"])
def test_far_corner_cell(tmp_path, quote):
    q = quote
    sheet = f"<row r={q}1048576{q}><c r={q}XFD1048576{q}><v>1</v></c></row>"
    path = write(tmp_path / "a.xlsx", parts(f'<row r="1"><c r="A1"><v>1</v></c></row>{sheet}'))
    assert "1,048,576" in refusal(path)


def test_far_column(tmp_path):
    path = write(tmp_path / "a.xlsx", parts('<row r="1"><c r="GS1"><v>1</v></c></row>'))
    assert "column GS" in refusal(path)


def test_far_corner_hidden_from_the_look_beforehand_ends_the_child_alone(tmp_path):
    first = '<row r="1"><c r="A1"><v>1</v></c></row>'
    sheet = first + '<row r \n = "1048576"><c r \n = "XFD1048576"><v>1</v></c></row>'
    path = write(tmp_path / "a.xlsx", parts(sheet))
    refusal(path)


def test_too_many_cells(tmp_path):
    sheet = (
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="199999"><c r="GR199999"><v>1</v></c></row>'
    )
    refusal(write(tmp_path / "a.xlsx", parts(sheet)))


def test_rows_beyond_the_limit(tmp_path):
    rows = "".join(f'<row r="{i}"><c r="A{i}"><v>1</v></c></row>' for i in range(1, 1002))
    path = write(tmp_path / "a.xlsx", parts(rows))
    assert len(read_workbook(path).sheets[0].rows) == 1001
    assert "row" in refusal(path, Limits(rows=1000))


def test_eight_million_empty_rows(tmp_path):
    path = write(tmp_path / "a.xlsx", parts("<row/>" * 8_000_000))
    refusal(path)


def test_zip_bomb_by_ratio(tmp_path):
    sheet = '<row r="1"><c r="A1" t="inlineStr"><is><t>' + "x" * 50_000_000 + "</t></is></c></row>"
    assert "many times its size" in refusal(write(tmp_path / "a.xlsx", parts(sheet)))


def test_a_text_of_many_megabytes(tmp_path):
    text = "".join(chr(97 + (i * i) % 23) for i in range(400_000))
    sheet = f'<row r="1"><c r="A1" t="inlineStr"><is><t>{text}</t></is></c></row>'
    assert "A1" in refusal(write(tmp_path / "a.xlsx", parts(sheet)))


def test_lying_sizes(tmp_path):
    path = write(tmp_path / "a.xlsx", parts('<row r="1"><c r="A1"><v>1</v></c></row>' * 1000))
    data = bytearray(path.read_bytes())
    at = data.rfind(b"PK\x01\x02", 0, data.rfind(b"xl/worksheets/sheet1.xml"))
    data[at + 24 : at + 28] = struct.pack("<I", 10)
    path.write_bytes(bytes(data))
    refusal(path)


def test_overlapping_parts(tmp_path):
    path = write(tmp_path / "a.xlsx", parts() | {"xl/x.xml": "<a/>", "xl/y.xml": "<a/>"})
    data = bytearray(path.read_bytes())
    first = data.find(b"PK\x01\x02")
    second = data.find(b"PK\x01\x02", first + 4)
    data[second + 42 : second + 46] = data[first + 42 : first + 46]
    path.write_bytes(bytes(data))
    refusal(path)


def test_too_many_parts(tmp_path):
    extra = {f"xl/p{i}.xml": "<a/>" for i in range(5_001)}
    assert "parts" in refusal(write(tmp_path / "a.xlsx", parts(extra=extra)))


@pytest.mark.parametrize(
    "part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/sharedStrings.xml"]
)
def test_billion_laughs_and_external_entities(tmp_path, part):
    laughs = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    outside = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    for head in (laughs, outside):
        members = parts()
        members[part] = head + members.get(part, "<sst/>")
        assert "entities" in refusal(write(tmp_path / "a.xlsx", members))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"<html><body><table><tr><td>1</td></tr></table></body></html>", "web page"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><Workbook/>", "web page"),
        (b"PK\x03\x04 broken", "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "damaged"),
        (b"%PDF-1.7\0\0\0", "not a workbook"),
        (b"MZ\x90\0\3\0\0\0", "not a workbook"),
    ],
)
def test_what_is_no_workbook(tmp_path, data, words):
    path = tmp_path / "a.xlsx"
    path.write_bytes(data)
    assert words in refusal(path)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(UserError, match="no file"):
        read_workbook(tmp_path / "none.xlsx")


def test_other_zip(tmp_path):
    assert "not a workbook" in refusal(write(tmp_path / "a.xlsx", {"a.txt": "x"}))


def test_time_limit(tmp_path):
    path = write(tmp_path / "a.xlsx", parts())
    with pytest.raises(UserError, match="longer than"):
        read_workbook(path, Limits(seconds=0))


def _small():
    book = openpyxl.Workbook()
    book.active.append(["Code", "Title", "Start"])
    for i in range(20):
        book.active.append([f"P{i}", "=A1" if i == 3 else "text", i])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


SMALL = _small()


def test_truncated_anywhere(tmp_path):
    path = tmp_path / "a.xlsx"
    for cut in range(1, 10):
        path.write_bytes(SMALL[: len(SMALL) * cut // 10])
        refusal(path)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(place=st.floats(0, 0.999), byte=st.integers(0, 255))
def test_one_wrong_byte_is_read_or_refused(tmp_path, place, byte):
    data = bytearray(SMALL)
    data[int(place * len(data))] = byte
    path = tmp_path / "a.xlsx"
    path.write_bytes(bytes(data))
    with contextlib.suppress(UserError):
        assert read_workbook(path).sheets is not None


def test_formulas_of_a_workbook_are_never_run(tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(SMALL)
    assert read_workbook(path).sheets[0].at(4, 1) == "#NO RESULT"


def test_csv_in_every_dress(tmp_path):
    path = tmp_path / "a.csv"
    for data in (
        "Code;Título\nA;'=1+1\n".encode(),
        "\ufeffCode,Título\nA,'=1+1\n".encode(),
        "Code\tTítulo\nA\t'=1+1\n".encode("utf-16"),
        "Code;Título\nA;'=1+1\n".encode("cp1252"),
    ):
        path.write_bytes(data)
        sheet = read_workbook(path).sheets[0]
        assert [list(row) for row in sheet.rows] == [["Code", "Título"], ["A", "=1+1"]]
