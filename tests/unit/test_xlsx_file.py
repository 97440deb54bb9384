"""The workbook's own writer: whatever a text holds, other programs read it as it was."""

from __future__ import annotations

import openpyxl
import pytest
import python_calamine
from hypothesis import given
from hypothesis import strategies as st

from aps_desktop.exchange.cell_values import DATE_LOOK
from aps_desktop.exchange.plain_sheet import PlainSheet
from aps_desktop.exchange.xlsx_file import write_xlsx

TEXTS = (
    "plain", " blank before", "blank behind ", "a  b", "line\nbreak", "tab\there", "return\rhere",
    "<b>&amp;</b>", '"quoted"', "_x0041_", "__x0041_", "_x005F_", "bell\x07", "a|b", "| a", "a |",
    "\u00a0", "ខ្មែរ\u200bខ្មែរ", "😀", "=1+1", "]]>",
)  # fmt: skip


def written(tmp_path, *chunks, formats=("",), **how):
    path = tmp_path / "x.xlsx"
    headers = [f"Head {n}" for n in range(len(formats))]
    widths = [10.0] * len(formats)
    write_xlsx(path, [PlainSheet("A & 'B'", headers, iter(chunks), widths, list(formats), **how)])
    return path


def by_calamine(path):
    sheet = python_calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
    return [list(row) for row in sheet.to_python()][1:]


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_is_read_back_as_it_was(tmp_path, text):
    path = written(tmp_path, [[text, "beside"]])
    assert by_calamine(path) == [[text], ["beside"]]
    page = openpyxl.load_workbook(path).worksheets[0]
    assert page["A2"].data_type == "s"


CELLS = st.lists(
    st.none() | st.booleans() | st.integers(-(10**14), 10**14) | st.sampled_from(TEXTS)
    | st.floats(-1e14, 1e14).filter(lambda x: x == float(repr(x))),
    min_size=3, max_size=3,
)  # fmt: skip


@given(rows=st.lists(CELLS, min_size=1, max_size=12), at=st.integers(0, 12))
def test_cells_of_any_kind_stay_in_their_places(tmp_path_factory, rows, at):
    parts = [part for part in (rows[:at], rows[at:]) if part]
    chunks = [[list(column) for column in zip(*part, strict=True)] for part in parts]
    path = written(tmp_path_factory.mktemp("x"), *chunks, formats=("", "", "0.00"))
    page = openpyxl.load_workbook(path).worksheets[0]
    for number, row in enumerate(rows, 2):
        for column, cell in enumerate(row, 1):
            found = page.cell(number, column)
            if isinstance(cell, str):
                assert found.data_type == "s"
            else:
                assert (found.value, type(found.value) is bool) == (cell, type(cell) is bool)


def test_days_are_dates_and_the_sheet_can_be_filtered(tmp_path):
    path = written(tmp_path, [["a"], [46_000]], formats=("", DATE_LOOK), hide_first=True)
    page = openpyxl.load_workbook(path).worksheets[0]
    assert page["B2"].is_date
    assert (page["B2"].value.year, page["B2"].number_format) == (2025, DATE_LOOK)
    assert page.title == "A & 'B'"
    assert page.auto_filter.ref == "A1:B2"
    assert page.freeze_panes == "C2"
    assert page.column_dimensions["A"].hidden


def test_a_list_without_records_shows_its_headings(tmp_path):
    page = openpyxl.load_workbook(written(tmp_path)).worksheets[0]
    assert [cell.value for cell in page[1]] == ["Head 0"]
    assert page.auto_filter.ref == "A1:A2"
    assert page.max_row == 1
