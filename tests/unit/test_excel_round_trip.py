"""Lists go out as workbooks and come back as they were; nothing in them can run."""

from __future__ import annotations

import zipfile
from datetime import date
from decimal import Decimal
from itertools import islice
from uuid import UUID

import openpyxl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from aps_desktop.domain.errors import UserError
from aps_desktop.domain.fields import Area, Entity, Field, Kind
from aps_desktop.domain.money import CURRENCIES, Money
from aps_desktop.domain.values import FileRef, Period, clean_text
from aps_desktop.exchange.cell_values import cell_writer
from aps_desktop.exchange.exported import exported_mappings, exported_table
from aps_desktop.exchange.long_texts import rests
from aps_desktop.exchange.plan_rows import Planner
from aps_desktop.exchange.read_workbook import read_workbook
from aps_desktop.exchange.write_in_child import write_in_child
from aps_desktop.exchange.write_workbook import SheetOut, id_cell, write_workbook

COLOURS = (("red", "Red"), ("deep_red", "Red (deep)"), ("blue", "Blue"), ("x", "Deep red"))
EVERYTHING = Entity(
    1, "thing", "Thing", "Things: all [of] them", Area.PROGRAMMES,
    tuple(
        Field(i, kind.value, kind.value.replace("_", " ").title(), kind, target="thing",
              choices=COLOURS, decimals=4 if kind in (Kind.NUMBER, Kind.PERCENT) else 0)
        for i, kind in enumerate(Kind, 1)
    ),
    title=("text",),
)  # fmt: skip
WHOLE = Field(50, "whole", "Number", Kind.NUMBER)
FIELDS = (*EVERYTHING.fields, WHOLE)
ENTITY = Entity(1, "thing", "Thing", "Things", Area.PROGRAMMES, FIELDS, title=("text",))


class Nobody:
    """No record has a name: references travel by their id."""

    def resolve(self, entity, text):
        del entity, text

    def suggest(self, entity, text):
        del entity, text


def sheet_out(entity, rows, fields=()):
    """A sheet of rows of values: (id, state, values in the fields' order)."""
    return SheetOut(entity, _chunks(rows, fields or entity.fields), fields)


def _chunks(rows, fields):
    source = iter(rows)
    while chunk := list(islice(source, 500)):
        columns = [[id_cell(id.bytes, state) for id, state, _ in chunk]]
        for at, spec in enumerate(fields):
            values = [row[2][at] for row in chunk]
            write = cell_writer(spec, lambda entity, id: "")
            columns.append([None if value is None else write(value) for value in values])
            if spec.kind is Kind.MONEY:
                columns.append([value and value.currency for value in values])
        yield columns


def read_back(path, entity=ENTITY, resolver=None):
    workbook = read_workbook(path)
    mapping = exported_mappings(workbook, [entity])
    sheet = workbook.sheets[0]
    table = exported_table(sheet)
    planner = Planner([entity], resolver or Nobody(), rests=rests(workbook))
    return list(planner.drafts(sheet, table, mapping[sheet.name]))


TEXTS = st.text(max_size=60).map(clean_text)
WORDS = st.text(min_size=1, max_size=12).map(clean_text).filter(bool)
DAYS = st.dates(date(1900, 1, 1), date(2200, 12, 31))
IDS = st.uuids()
FOUR = st.decimals(min_value=-(10**9), max_value=10**9, places=4)
VALUES = {
    Kind.TEXT: TEXTS.map(lambda t: t or None),
    Kind.LONG_TEXT: st.text(max_size=200).map(lambda t: clean_text(t, lines=True) or None),
    Kind.NUMBER: FOUR,
    Kind.PERCENT: FOUR,
    Kind.MONEY: st.builds(
        Money, st.integers(-(10**16), 10**16), st.sampled_from(sorted(CURRENCIES))
    ),
    Kind.DATE: DAYS,
    Kind.PERIOD: st.builds(lambda a, b: Period(min(a, b), max(a, b)), DAYS, DAYS),
    Kind.CHOICE: st.sampled_from([key for key, _ in COLOURS]),
    Kind.REFERENCE: IDS,
    Kind.REFERENCES: st.frozensets(IDS, min_size=1, max_size=3),
    Kind.TAGS: st.frozensets(WORDS, min_size=1, max_size=4),
    Kind.YES_NO: st.booleans(),
    Kind.FILE: st.builds(FileRef, st.from_regex(r"\A[0-9a-f]{64}\Z"), WORDS),
}


def test_every_kind_has_a_round_trip():
    assert set(VALUES) == set(Kind)


RECORD = st.tuples(
    *(st.none() | VALUES[f.kind] for f in EVERYTHING.fields),
    st.none() | st.integers(-(2**60), 2**60),
)


@settings(
    max_examples=15, deadline=None, suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)  # fmt: skip
@given(records=st.lists(RECORD, min_size=1, max_size=30))
def test_what_goes_out_comes_back(tmp_path, records):
    path = tmp_path / "out.xlsx"
    rows = [(UUID(int=i + 1), f"s{i}", values) for i, values in enumerate(records)]
    assert write_workbook(path, [sheet_out(ENTITY, rows)]) == len(rows)
    results = read_back(path)
    assert len(results) == len(rows)
    for (record, state, values), result in zip(rows, results, strict=True):
        expected = {f.name: v for f, v in zip(FIELDS, values, strict=True) if v is not None}
        (draft,) = result.drafts
        assert not result.problems
        assert (draft.id, draft.base) == (record, state)
        assert draft.values == expected
        assert set(draft.blank) == {f.name for f in FIELDS} - set(expected)


EVIL = (
    "=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "＝1+1", "{=1+1}", "=cmd|'/c calc'!A0",
    "https://example.org", "mailto:a@b.c", "internal:Sheet2!A1", "'=1", "_x003D_1", "=HYPERLINK(1)",
)  # fmt: skip


def test_no_text_becomes_a_formula_or_a_link(tmp_path):
    path = tmp_path / "out.xlsx"
    rows = [(UUID(int=i + 1), "", (t, t, None, None)) for i, t in enumerate(EVIL)]
    fields = ENTITY.fields[:2] + ENTITY.fields[10:12]
    write_workbook(path, [sheet_out(ENTITY, rows, fields)])
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            data = archive.read(name)
            assert b"<f" not in data.replace(b"<font", b"").replace(b"<fill", b"").replace(
                b"<fgColor", b"").replace(b"<family", b"").replace(b"<fileVersion", b"").replace(
                b"<fmtScheme", b"").replace(b"<fillStyleLst", b"")  # fmt: skip
            assert b"hyperlink" not in data.replace(b"folHlink", b"")
    page = openpyxl.load_workbook(path).worksheets[0]
    for text, cells in zip(EVIL, page.iter_rows(min_row=2), strict=True):
        assert cells[1].data_type == "s"
        assert text.startswith("_x") or cells[1].value.strip() == text.strip()
    assert [r.drafts[0].values["text"] for r in read_back(path)] == [clean_text(t) for t in EVIL]


@pytest.mark.parametrize("letter", ["x", "ក", "😀", "a "])
def test_long_texts_are_not_cut(tmp_path, letter):
    path = tmp_path / "out.xlsx"
    text = (letter * 100_000).strip() + "\nend"
    fields = (ENTITY.field("text"), ENTITY.field("long_text"))
    write_workbook(path, [sheet_out(ENTITY, [(UUID(int=1), "", ("a", text))], fields)])
    assert read_back(path)[0].drafts[0].values["long_text"] == text
    book = openpyxl.load_workbook(path)
    shown = book.worksheets[0]["C2"].value
    assert f"{len(text):,} characters in all" in shown
    del book["_aps"]
    book.create_sheet("_aps")
    book.save(path)
    assert exported_mappings(read_workbook(path), [ENTITY]) == {}


def test_a_long_text_whose_rest_is_missing_is_refused(tmp_path):
    path = tmp_path / "out.xlsx"
    fields = (ENTITY.field("text"), ENTITY.field("long_text"))
    rows = [(UUID(int=1), "", ("a", "x" * 50_000))]
    write_workbook(path, [sheet_out(ENTITY, rows, fields)])
    book = openpyxl.load_workbook(path)
    for row in book["_aps"].iter_rows(min_row=2):
        if row[0].value == "rest":
            row[3].value = None
            row[0].value = "gone"
    book.save(path)
    (result,) = read_back(path)
    assert "rest of this long text is missing" in result.problems[0].message
    assert result.refused == 1


def test_columns_may_be_moved_and_rows_sorted(tmp_path):
    path = tmp_path / "out.xlsx"
    fields = (ENTITY.field("text"), ENTITY.field("money"), ENTITY.field("date"))
    rows = [
        (UUID(int=i), "7", (f"t{i}", Money(i * 100, "USD"), date(2026, 1, i))) for i in range(1, 6)
    ]
    write_workbook(path, [sheet_out(ENTITY, rows, fields)])
    book = openpyxl.load_workbook(path)
    page = book.worksheets[0]
    cells = [[c.value for c in row] for row in page.iter_rows()]
    for r, row in enumerate([cells[0], *reversed(cells[1:])], 1):
        for c, value in enumerate(reversed(row), 1):
            page.cell(r, c, value)
    page["B6"] = "EUR"
    book.save(path)
    drafts = [r.drafts[0] for r in read_back(path)]
    assert [d.id.int for d in drafts] == [5, 4, 3, 2, 1]
    assert drafts[0].values == {
        "text": "t5", "money": Money(500, "USD"), "date": date(2026, 1, 5),
    }  # fmt: skip
    assert drafts[4].values["money"].currency == "EUR"


def test_how_it_looks(tmp_path):
    path = tmp_path / "out.xlsx"
    fields = (ENTITY.field("text"), ENTITY.field("money"), ENTITY.field("date"))
    sheets = [
        sheet_out(ENTITY, [(UUID(int=1), "", ("a", Money(1, "USD"), date(2026, 1, 2)))], fields),
        sheet_out(EVERYTHING, [], fields),
        sheet_out(ENTITY, [], fields),
    ]
    write_workbook(path, sheets)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["Things", "Things  all  of  them", "Things 2", "_aps"]
    assert book["_aps"].sheet_state == "hidden"
    page = book["Things"]
    assert page.freeze_panes == "C2"
    assert page.column_dimensions["A"].hidden
    assert page.auto_filter.ref
    assert [c.value for c in page[1]] == ["APS id", "Text", "Money", "Money currency", "Date"]
    assert page["B1"].font.bold
    assert page["E2"].is_date
    assert page["C2"].value == pytest.approx(0.01)
    assert [c.value for c in book["Things 2"][1]][1] == "Text"


def test_a_failed_export_leaves_the_old_file(tmp_path):
    path = tmp_path / "out.xlsx"
    path.write_bytes(b"old")

    def rows():
        yield UUID(int=1), "", ("a",)
        raise RuntimeError("the database went away")

    with pytest.raises(RuntimeError, match="went away"):
        write_workbook(path, [sheet_out(ENTITY, rows(), (ENTITY.field("text"),))])
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_numbers_that_spreadsheets_would_change_are_kept_as_text(tmp_path):
    path = tmp_path / "out.xlsx"
    big = Decimal("12345678901234.5678")
    write_workbook(
        path, [sheet_out(ENTITY, [(UUID(int=1), "", (big,))], (ENTITY.field("number"),))]
    )
    assert read_back(path)[0].drafts[0].values["number"] == big


def test_a_child_process_writes_the_same(tmp_path):
    rows = [
        (UUID(int=i), "", (f"=t{i}", Money(i, "USD"), date(1900 + i % 300, 1, 2)))
        for i in range(1, 1500)
    ]
    fields = (ENTITY.field("text"), ENTITY.field("money"), ENTITY.field("date"))
    path = tmp_path / "out.xlsx"
    told = []
    sheet = sheet_out(ENTITY, rows, fields)
    assert write_in_child(path, [sheet], progress=told.append) == 1499
    assert told == [1000]
    back = [r.drafts[0] for r in read_back(path)]
    assert [(d.id, tuple(d.values.values())) for d in back] == [(i, v) for i, _, v in rows]
    with pytest.raises(UserError, match="cancelled"):
        write_in_child(tmp_path / "b.xlsx", [sheet], cancelled=lambda: True)
    with pytest.raises(UserError, match="could not be written"):
        write_in_child(tmp_path / "none" / "b.xlsx", [sheet])
    assert list(tmp_path.iterdir()) == [path]
