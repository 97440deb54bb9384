"""Workbooks that nobody here made: what other offices really write, and what must not be lost."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import openpyxl
import pytest

from aps_desktop.domain.errors import InvalidValue, UserError
from aps_desktop.domain.money import Money
from aps_desktop.exchange.amounts import read_money
from aps_desktop.exchange.dates import Reader
from aps_desktop.exchange.detect import is_counter
from aps_desktop.exchange.plan_parts import PartPlan
from aps_desktop.services import importing, offices, records


@pytest.fixture
def db(tmp_path):
    database = offices.start(str(tmp_path / "office.aps"), office="ASEC", device="desk")
    yield database
    database.close()


@pytest.fixture
def bring(db, tmp_path):
    """Imports one sheet of rows."""

    def run(rows, name="Sheet1", merged=(), **told):
        book = openpyxl.Workbook()
        page = book.active
        page.title = name
        for row in rows:
            page.append(row)
        for span in merged:
            page.merge_cells(span)
        book.save(tmp_path / "a.xlsx")
        return importing.import_workbook(db, tmp_path / "a.xlsx", **told)

    return run


def rows_of(db, entity):
    c = db.reader()
    ids = [r[0] for r in c.all(f"SELECT id FROM {entity} ORDER BY rid")]
    return [records.get(c, entity, UUID(bytes=bytes(i))).values for i in ids]


# Dates -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["12.3.26", "12-III-2026", "12 tháng 3 năm 2026", "ngày 12 tháng 3 năm 2026", "20260312",
     20260312.0, "១២ មីនា ២០២៦", "ថ្ងៃទី១២ ខែមីនា ឆ្នាំ២០២៦", "12 ມີນາ 2026", "၁၂ မတ် ၂၀၂၆"],
)  # fmt: skip
def test_days_as_the_region_writes_them(text):
    assert Reader().day(text)[0] == date(2026, 3, 12)


def test_points_never_part_a_month_first_date():
    assert Reader(day_first=False).day("3.12.2026")[0] == date(2026, 12, 3)
    assert Reader(day_first=False).day("3/12/2026")[0] == date(2026, 3, 12)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("19-22 January 2026", date(2026, 1, 19), date(2026, 1, 22)),
        ("28 Feb - 2 Mar 2026", date(2026, 2, 28), date(2026, 3, 2)),
        ("March 12-14, 2026", date(2026, 3, 12), date(2026, 3, 14)),
        ("3 & 4 June 2026", date(2026, 6, 3), date(2026, 6, 4)),
        ("2026-03-12 to 2026-03-14", date(2026, 3, 12), date(2026, 3, 14)),
        ("Mon 19 Jan 2026 – Wed 21 Jan 2026", date(2026, 1, 19), date(2026, 1, 21)),
        ("30 Dec 2025 - 2 Jan 2026", date(2025, 12, 30), date(2026, 1, 2)),
    ],
)
def test_days_from_one_to_another(text, first, last):
    assert Reader().day(text)[0] == first
    day, note = Reader().day(text, last=True)
    assert day == last
    assert "its last day" in note


@pytest.mark.parametrize("text", ["31-30 Jan 2026", "30-31 Feb 2026", "12-13", "TBC, Q2 2026"])
def test_days_that_are_none_are_refused(text):
    with pytest.raises(InvalidValue):
        Reader().day(text)


def test_two_digits_beside_a_thai_month_are_buddhist():
    with pytest.raises(InvalidValue, match="Buddhist"):
        Reader().day("12 มี.ค. 69")
    assert Reader(allow_buddhist=True).day("12 มี.ค. 69")[0] == date(2026, 3, 12)


def test_a_sheet_of_nothing_but_buddhist_years_is_read_as_such(bring, db):
    head = ["Meeting title", "Start date"]
    report = bring([head, ["A", "1 มกราคม 2568"], ["B", "01/02/2568"]], "Meetings")
    assert report.complete
    assert [m["starts_on"] for m in rows_of(db, "meeting")] == [date(2025, 1, 1), date(2025, 2, 1)]
    mixed = bring([head, ["C", "1 มกราคม 2568"], ["D", "1 Feb 2025"]], "Meetings")
    assert [e.value for e in mixed.sheets[0].errors] == ["1 มกราคม 2568"]


def test_one_column_of_dates_tells_start_and_end(bring, db):
    report = bring(
        [["#", "Name of Meeting", "Dates (inclusive)"],
         [1, "SEOM 1/57", "19-22 January 2026"], [2, "43rd SOMY", "3 June 2026"],
         [3, "AEM Retreat", "late Aug 2026"]],
        "Calendar 2026",
    )  # fmt: skip
    first, second = rows_of(db, "meeting")
    assert (first["starts_on"], first["ends_on"]) == (date(2026, 1, 19), date(2026, 1, 22))
    assert (second["starts_on"], second["ends_on"]) == (date(2026, 6, 3), date(2026, 6, 3))
    assert [(e.row, e.value) for e in report.sheets[0].errors] == [(4, "late Aug 2026")]


# Amounts -----------------------------------------------------------------------------------------


def test_a_dash_for_no_cents_is_no_minus():
    assert read_money("US$ 120,000.-")[0] == Money.of(120_000, "USD")
    assert read_money("EUR 1,500.–")[0] == Money.of(1_500, "EUR")
    assert read_money("USD 500-")[0] == Money.of(-500, "USD")


def test_the_title_tells_currency_and_thousands(bring, db):
    head = ["Project code", "Project title", "Approved budget"]
    bring([["List of projects (in thousands of US dollars)"], head, ["P-1", "One", 250.5]])
    bring([["Projects, amounts in EUR"], head, ["P-2", "Two", "1.250,50"]])
    one, two = rows_of(db, "project")
    assert one["budget"] == Money.of(250_500, "USD")
    assert two["budget"] == Money.of("1250.50", "EUR")


# What columns are --------------------------------------------------------------------------------


def test_decisions_and_actions_side_by_side(bring, db):
    report = bring(
        [["Meeting / Date", None, "Para", "Decision", "Follow-up", None, None, None],
         ["Meeting", "Date", None, None, "Action to be taken", "Responsible", "Deadline",
          "Status as of now"],
         ["35th SOMCA", "5 Mei 2026", "12", "The Meeting endorsed the Plan.", "Circulate the Plan",
          "ASEC", "30 June 2026", "Ongoing"],
         [None, None, "13", "The Meeting noted the report.", "Submit inputs", "All AMS except SG",
          "15/07/2026", None],
         [None, None, "14", "The Meeting agreed to convene a workshop.", None, None, None, None],
         ["36th SOMCA", "7 Ogos 2026", "3", "The Meeting approved it.", None, None, None, None]],
        merged=("A1:B1", "E1:H1", "C1:C2", "D1:D2", "A3:A5", "B3:B5"),
    )  # fmt: skip
    assert report.complete
    counts = {p["entity"]: p["new"] for p in report.sheets[0].parts}
    assert counts == {"meeting": 2, "decision": 4, "action_item": 2}


def test_columns_of_states_are_not_taken_for_codes(bring):
    states = ["BN", "KH", "ID", "LA", "MY", "MM", "PH", "SG", "TH", "TL", "VN"]
    report = bring([["Meeting", "Date", *states], ["SEOM 1/57", "19/01/2026", *"✓" * 11]])
    (sheet,) = report.sheets
    assert (sheet.new, sheet.errors) == (1, ())
    assert [one["header"] for one in sheet.left_out] == states


def test_participants_are_focal_points(bring):
    report = bring(
        [["No.", "Full name", "Sex", "Country", "Position", "E-mail"],
         [1, "Nguyễn Thị Hương", "F", "Viet Nam", "Deputy Director", "h@example.vn"],
         [2, "ສົມພອນ ວົງສາ", "M", "Lao PDR", "Head", "s@example.la"]],
        "Participants",
    )  # fmt: skip
    assert (report.sheets[0].entity, report.sheets[0].new) == ("focal_point", 2)


def test_running_numbers_in_thai():
    assert is_counter("ลำดับ")


# Nothing is lost without a word ------------------------------------------------------------------


def test_columns_and_rows_that_do_not_come_in_are_named(bring):
    report = bring(
        [["No.", "Project code", "Project title", "Shoe size", None, "Empty"],
         [1, "P-1", "One", 42, "loose words", None],
         ["AEC projects"],
         [2, "P-2", "Two", None, None, None],
         ["Total", None, 2, None, None, None]],
        "Projects",
    )  # fmt: skip
    (sheet,) = report.sheets
    assert [(c["column"], c["header"], c["filled"]) for c in sheet.left_out] == [
        ("D", "Shoe size", 1), ("E", "", 1),
    ]  # fmt: skip
    assert [(r["row"], r["why"]) for r in sheet.passed_over] == [(3, "heading"), (5, "total")]


def test_a_second_table_under_its_own_title(bring):
    report = bring(
        [["FOCAL POINTS"], ["Name", "Designation", "Country"], ["Ahmad", "Director", "Malaysia"],
         [], [], ["LIST OF PROJECTS"], ["Project code", "Project title", "Status"],
         ["Z-1", "Alpha", "Draft proposal"]],
        "Lists",
    )  # fmt: skip
    assert [(s.entity, s.header_row, s.new) for s in report.sheets] == [
        ("focal_point", 2, 1), ("project", 7, 1),
    ]  # fmt: skip


def test_hidden_sheets_come_in_only_when_asked_for(db, tmp_path):
    book = openpyxl.Workbook()
    for page, code in ((book.active, "P-1"), (book.create_sheet("Old"), "P-0")):
        page.append(["Project code", "Project title"])
        page.append([code, "A project"])
    book["Old"].sheet_state = "hidden"
    book.save(tmp_path / "a.xlsx")
    report = importing.import_workbook(db, tmp_path / "a.xlsx")
    assert [s.sheet for s in report.sheets] == ["Sheet"]
    assert "hidden" in report.skipped[0]["why"]
    report = importing.import_workbook(db, tmp_path / "a.xlsx", sheet="Old")
    assert report.sheets[0].new == 1


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.xlsx", b"%PDF-1.4\n", "not a workbook"),
        ("a.xlsx", b"hello", "not a workbook"),
        ("a.xlsx", b"", "empty"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16le"), "password"),
    ],
)
def test_files_that_are_no_workbooks(db, tmp_path, name, content, reason):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UserError, match=reason):
        importing.import_workbook(db, tmp_path / name)


def test_a_field_that_no_column_gives_is_told_apart_from_an_empty_cell(bring):
    report = bring(
        [["Code", "Action line", "Output"], ["1.1", "Guidelines", "A book"]], "Work plan lines"
    )
    (error,) = report.sheets[0].errors
    assert "No column gives it" in error.hint


def test_a_folder_for_refused_rows_that_is_not_there(bring, db, tmp_path):
    with pytest.raises(UserError, match="no folder"):
        bring([["Project code", "Project title"], ["P", ""]], errors_out=tmp_path / "no" / "x.xlsx")
    assert not rows_of(db, "project")


def test_a_sheet_means_the_same_when_its_records_are_there(bring):
    rows = [
        ["Disbursement schedule 2026 (USD '000)"],
        ["Project code", "Project title", "Jan", "Feb", "Total"],
        ["PX-1", "First", 10, None, 10], ["PX-2", "Second", None, 5, 5],
    ]  # fmt: skip
    first = bring(rows, "Disbursements 2026").sheets[0]
    again = bring(rows, "Disbursements 2026").sheets[0]
    assert [(p["entity"], p["new"]) for p in first.parts] == [
        ("project", 2),
        ("fund_transaction", 2),
    ]
    assert (again.entity, again.new, again.changed, again.same) == ("project", 0, 0, 4)


# Many rows at once -------------------------------------------------------------------------------

ODD = {
    "none": {},
    "a duplicate": {3: {"Reference": "V-1", "Amount": 101.0, "Date": date(2026, 1, 2)}},
    "the same row again": {
        3: {"Reference": "V-1", "Amount": 101.0, "Date": date(2026, 1, 2), "Remarks": "no. 1"}
    },
    "no reference": {2: {"Reference": None}},
    "no amount": {2: {"Amount": None}},
    "a word for an amount": {2: {"Amount": "to be told"}},
    "no remarks": {2: {"Remarks": None}},
    "a long remark": {2: {"Remarks": "two\nlines and [a bracket]"}},
    "an error": {2: {"Remarks": "#REF!"}},
    "an unknown type": {2: {"Type": "gift of the gods"}},
}


@pytest.mark.parametrize("odd", ODD)
def test_rows_taken_at_once_are_what_they_are_one_by_one(bring, monkeypatch, odd):
    heads = ("Date", "Type", "Currency", "Amount", "Reference", "Remarks", "Fund")
    rows = [
        {"Date": date(2026, 1, 1 + n), "Type": "Receipt", "Currency": "USD", "Amount": 100.0 + n,
         "Reference": f"V-{n}", "Remarks": f"no. {n}", "Fund": "ADF", **ODD[odd].get(n, {})}
        for n in range(6)
    ]  # fmt: skip
    table = [heads, *([row[head] for head in heads] for row in rows)]
    at_once = bring(table, "Transactions", dry_run=True)
    with monkeypatch.context() as patch:
        patch.setattr(PartPlan, "keys", lambda *_: None)
        one_by_one = bring(table, "Transactions", dry_run=True)
    assert at_once == one_by_one
    assert at_once.sheets[0].entity == "fund_transaction"
    assert at_once.sheets[0].new >= 4


def test_a_page_s_footer_is_no_record(bring):
    sheet = bring([
        ("Project code", "Project title"), ("R-1", "One"), ("Page 1 of 2", None),
        ("Project code", "Project title"), ("R-2", "Two"), ("Page 2/2", None), (None, "หน้า 2"),
    ], dry_run=True).sheets[0]  # fmt: skip
    assert (sheet.new, sheet.refused) == (2, 0)
    assert {row["text"]: row["why"] for row in sheet.passed_over}["Page 1 of 2"] == "note"


def test_the_number_of_a_day_may_be_a_text():
    assert Reader().day("45749")[0] == Reader().day(45749.0)[0] == date(2025, 4, 2)
    with pytest.raises(InvalidValue):
        Reader().day("99999999")
    with pytest.raises(InvalidValue):
        Reader().day("00045")


def test_a_title_says_what_the_payments_are(db, bring):
    records.new(db, "project", {"code": "X-1", "title": "Known"})
    table = [
        ("Disbursement report as of 30 Sep 2026",), ("(in US dollars)",), (),
        ("Project", "Date of payment", "Amount", "Voucher no."),
        ("X-1", "30-Sep-26", "1,200.00", "V-1"), ("X-1", "03.10.2026", "7,000", "V-2"),
        ("Grand total", None, "8,200", None),
    ]  # fmt: skip
    sheet = bring(table).sheets[0]
    assert (sheet.new, sheet.refused) == (2, 0)
    rows = rows_of(db, "fund_transaction")
    assert [(row["type"], row["amount"]) for row in rows] == [
        ("disbursement", Money.of("1200", "USD")), ("disbursement", Money.of("7000", "USD")),
    ]  # fmt: skip
    table[0] = ("Receipts and disbursements",)
    table[4] = ("X-1", "1-Oct-26", "1,300.00", "V-3")
    assert bring(table, dry_run=True).sheets[0].refused == 2
