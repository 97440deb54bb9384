"""Half a hundred workbooks that nobody agreed on, each with what is found in it."""

from __future__ import annotations

import re
import zipfile
from datetime import date
from uuid import UUID

import openpyxl
import pytest

from aps_desktop.domain.errors import UserError
from aps_desktop.domain.money import Money
from aps_desktop.domain.values import Period
from aps_desktop.services import exporting, importing, offices, records
from tests.odd_workbooks import BOOKS, FOUND, save


@pytest.fixture(scope="module")
def there(tmp_path_factory):
    """An office with two projects and a meeting, for imports that write nothing."""
    database = offices.start(
        str(tmp_path_factory.mktemp("odd") / "office.aps"), office="ASEC", device="desk"
    )
    fill(database)
    yield database
    database.close()


@pytest.fixture
def db(tmp_path):
    database = offices.start(str(tmp_path / "office.aps"), office="ASEC", device="desk")
    fill(database)
    yield database
    database.close()


def fill(database):
    for code, title in (("P-1", "Strengthening early warning"), ("P-2", "Second project")):
        records.new(database, "project", {"code": code, "title": title, "status": "ongoing"})
    name = "12th Meeting of the ASEAN Committee on Disaster Management (ACDM)"
    records.new(database, "meeting", {"title": name})


def rows_of(database, entity):
    c = database.reader()
    ids = [r[0] for r in c.all(f"SELECT id FROM {entity} ORDER BY rid")]
    return [records.get(c, entity, UUID(bytes=bytes(i))).values for i in ids]


@pytest.mark.parametrize("name", BOOKS)
def test_what_is_found(name, there, tmp_path):
    save(name, tmp_path / "a.xlsx")
    if FOUND[name] == "nothing":
        with pytest.raises(UserError, match="Nothing in"):
            importing.import_workbook(there, tmp_path / "a.xlsx", dry_run=True)
        return
    report = importing.import_workbook(there, tmp_path / "a.xlsx", dry_run=True)
    if len(report.sheets) == 100:
        counts = [f"project {sum(sheet.new for sheet in report.sheets)}"]
    else:
        counts = [" + ".join(map(_count, sheet.parts)) for sheet in report.sheets]
    assert "; ".join(counts) == FOUND[name]
    assert all(e.message and e.hint for s in report.sheets for e in s.errors if e.level != "cell")


def _count(part):
    back = part["refused"] + part["waiting"]
    return f"{part['entity']} {part['new']}" + (f"/{back}" if back else "")


def bring(db, name, tmp_path, **told):
    save(name, tmp_path / "a.xlsx")
    return importing.import_workbook(db, tmp_path / "a.xlsx", **told)


def test_lines_belong_to_the_plan_of_the_title(db, tmp_path):
    bring(db, "wp_title", tmp_path)
    (plan,) = rows_of(db, "work_plan")
    assert plan["title"] == "ACDM Work Programme 2026-2030"
    id = records.find_id(db.reader(), "work_plan", plan["title"])
    assert [line["work_plan"] for line in rows_of(db, "work_plan_line")] == [id, id]
    again = importing.import_workbook(db, tmp_path / "a.xlsx")
    assert (again.sheets[0].new, again.sheets[0].same) == (0, 2)


def test_months_become_lines_of_the_budget(db, tmp_path):
    bring(db, "month_budget_usd", tmp_path)
    lines = [(v["description"], v["period"], v["amount"]) for v in rows_of(db, "budget_line")]
    assert lines[:3] == [
        ("Travel", Period.months(2026, month, 1), Money.of(amount, "USD"))
        for month, amount in ((1, 100), (2, 200), (3, 300))
    ]
    assert len(lines) == 6
    assert len(rows_of(db, "budget")) == 2


def test_debit_and_credit_are_two_kinds_of_transactions(db, tmp_path):
    report = bring(db, "debit_credit", tmp_path)
    assert [(v["type"], v["amount"].amount) for v in rows_of(db, "fund_transaction")] == [
        ("receipt", 50_000), ("disbursement", Money.of("12500.50", "USD").amount),
        ("receipt", 1_000),
    ]  # fmt: skip
    assert [n["note"] for n in report.sheets[0].notes][:1] == [
        "each cell is one transaction: type Disbursement"
    ]


def test_planned_and_actual_months(db, tmp_path):
    bring(db, "planned_actual_usd", tmp_path)
    found = [(v["date"], v["nature"], int(v["amount"].amount))
             for v in rows_of(db, "fund_transaction")]  # fmt: skip
    assert found[:3] == [
        (date(2026, 1, 31), "planned", 1000), (date(2026, 1, 31), "actual", 900),
        (date(2026, 2, 28), "planned", 2000),
    ]  # fmt: skip


def test_rows_below_a_heading_belong_to_what_it_names(db, tmp_path):
    bring(db, "section_parent", tmp_path)
    ids = [records.find_id(db.reader(), "project", code) for code in ("P-1", "P-2")]
    assert [v["project"] for v in rows_of(db, "fund_transaction")] == [ids[0], ids[0], ids[1]]
    bring(db, "contacts_blocks", tmp_path)
    states = [records.find_id(db.reader(), "member_state", code) for code in ("BN", "KH", "KH")]
    assert [v["member_state"] for v in rows_of(db, "focal_point")] == states


def test_refused_rows_keep_what_their_headings_said(db, tmp_path):
    save("section_parent", tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    book.active["C7"] = "tbd"
    book.save(tmp_path / "a.xlsx")
    importing.import_workbook(db, tmp_path / "a.xlsx", errors_out=tmp_path / "back.xlsx")
    back = openpyxl.load_workbook(tmp_path / "back.xlsx")
    back.active["C2"] = 50
    back.save(tmp_path / "back.xlsx")
    report = importing.import_workbook(db, tmp_path / "back.xlsx")
    assert (report.sheets[0].new, report.complete) == (1, True)
    second = records.find_id(db.reader(), "project", "P-2")
    assert rows_of(db, "fund_transaction")[-1]["project"] == second


def test_each_column_of_dates_may_have_its_own_order(db, tmp_path):
    bring(db, "per_col", tmp_path)
    last = [(v["planned_start"], v["planned_end"]) for v in rows_of(db, "project")][-2:]
    assert last == [
        (date(2026, 1, 25), date(2026, 12, 25)), (date(2026, 4, 3), date(2026, 11, 30)),
    ]  # fmt: skip


def test_errors_of_formulas_are_named(there, tmp_path):
    report = bring(there, "errors", tmp_path, dry_run=True)
    told = {e.cell: e.message for e in report.sheets[0].errors}
    assert told["C2"] == "The formula of this cell shows the error #REF!."
    assert told["B4"] == "The formula of this cell shows the error #NAME?."


def test_rows_that_bring_nothing_are_told(there, tmp_path):
    report = bring(there, "cash_book_usd", tmp_path, dry_run=True)
    assert [(r["row"], r["why"]) for r in report.sheets[0].passed_over] == [(3, "balance")]


@pytest.mark.parametrize("ending", [".xls", ".ods", ".XLSM"])
def test_the_ending_of_a_workbooks_name_does_not_matter(there, tmp_path, ending):
    save("pax", tmp_path / "a.xlsx")
    path = (tmp_path / "a.xlsx").rename(tmp_path / f"list{ending}")
    report = importing.import_workbook(there, path, dry_run=True)
    assert _count(report.sheets[0].parts[0]) == "participation_count 4"


def test_headings_alone_are_told_as_such(there, tmp_path):
    made = openpyxl.Workbook()
    made.active.append(["Project code", "Project title", "Budget"])
    made.save(tmp_path / "a.xlsx")
    with pytest.raises(UserError, match="headings, but no records"):
        importing.import_workbook(there, tmp_path / "a.xlsx")


def test_bare_amounts_take_the_currency_that_was_told(db, tmp_path):
    made = openpyxl.Workbook()
    for row in (["Project code", "Project title", "Budget"], ["X-1", "\u200bOne\ufeff", 1500],
                ["X-2", "Two", "JPY 900"]):  # fmt: skip
        made.active.append(row)
    made.save(tmp_path / "a.xlsx")
    with pytest.raises(UserError, match="not a currency"):
        importing.import_workbook(db, tmp_path / "a.xlsx", currency="US")
    assert importing.import_workbook(db, tmp_path / "a.xlsx", dry_run=True).sheets[0].refused == 1
    importing.import_workbook(db, tmp_path / "a.xlsx", currency="usd")
    c = db.reader()
    one, two = (
        records.get(c, "project", records.find_id(c, "project", f"X-{n}")).values for n in (1, 2)
    )
    assert (one["title"], one["budget"]) == ("One", Money(150_000, "USD"))
    assert two["budget"] == Money(900, "JPY")


def test_a_name_is_not_taken_for_a_short_one_within_it(there, tmp_path):
    made = openpyxl.Workbook()
    for row in (["Name", "Country", "E-mail"], ["Nemo", "Atlantis", "n@x.org"],
                ["Ana", "Timor Lest", "a@x.org"]):  # fmt: skip
        made.active.append(row)
    made.save(tmp_path / "a.xlsx")
    report = importing.import_workbook(there, tmp_path / "a.xlsx", entity="focal_point",
                                       dry_run=True)  # fmt: skip
    hints = [error.hint for error in report.sheets[0].errors]
    assert hints[0] == "Add the member state first, or correct the name."
    assert hints[1:] in ([], ["Did you mean Timor-Leste?"])


def test_a_lone_year_of_the_buddhist_era_is_taken_when_told(db, tmp_path):
    made = openpyxl.Workbook()
    for row in (["Project code", "Project title", "Start"], ["X-1", "One", "5 มกราคม 2569"],
                ["X-2", "Two", "1 Mar 2026"]):  # fmt: skip
        made.active.append(row)
    made.save(tmp_path / "a.xlsx")
    (refused,) = importing.import_workbook(db, tmp_path / "a.xlsx", dry_run=True).sheets[0].errors
    assert "allow Buddhist-era years" in refused.hint
    importing.import_workbook(db, tmp_path / "a.xlsx", buddhist=True)
    starts = [values["planned_start"] for values in rows_of(db, "project")[-2:]]
    assert starts == [date(2026, 1, 5), date(2026, 3, 1)]


def test_a_formula_without_a_result_is_told_and_never_taken_for_an_empty_cell(db, tmp_path):
    made = openpyxl.Workbook()
    page = made.active
    for row in (
        ["Project code", "Project title", "Budget (USD)", "Recurring project", "Description"],
        ["P-1", "Strengthening early warning", "=SUM(1,2)", "=TRUE()", "Plain"],
        ["P-2", "Second project", 1500, "=FALSE()", '=A1&"x"'],
        ["P-3", "Third project", 1600, None, None],
        [None, None, "=C4*2", None, None],
    ):
        page.append(row)
    made.save(tmp_path / "a.xlsx")
    report = importing.import_workbook(db, tmp_path / "a.xlsx").sheets[0]
    assert [(error.cell, error.value) for error in report.errors] == [
        ("C2", "#NO RESULT"), ("E3", "#NO RESULT")
    ]  # fmt: skip
    assert all("no result" in error.message for error in report.errors)
    assert (report.new, report.changed, report.refused) == (1, 0, 2)


def test_a_formula_whose_result_is_an_empty_text_is_an_empty_cell(db, tmp_path):
    made = openpyxl.Workbook()
    for row in (["Project code", "Project title", "Description"],
                ["X-1", "One", '=IF(A2="","x","")'], ["X-2", "Two", "Plain"]):  # fmt: skip
        made.active.append(row)
    made.save(tmp_path / "a.xlsx")
    sheet = "xl/worksheets/sheet1.xml"
    with (
        zipfile.ZipFile(tmp_path / "a.xlsx") as old,
        zipfile.ZipFile(tmp_path / "b.xlsx", "w") as new,
    ):
        for name in old.namelist():
            data = old.read(name)
            if name == sheet:  # as Excel stores it
                assert data.count(b'<c r="C2"><f>') == 1
                data = data.replace(b'<c r="C2"><f>', b'<c r="C2" s="0" t="str"><f>')
                data = re.sub(rb"(</f>)<v ?/>", rb"\1<v></v>", data)
            new.writestr(name, data)
    assert importing.import_workbook(db, tmp_path / "a.xlsx", dry_run=True).sheets[0].refused == 1
    report = importing.import_workbook(db, tmp_path / "b.xlsx", dry_run=True).sheets[0]
    assert (report.new, report.refused) == (2, 0)


def test_a_workbook_that_went_through_two_other_programs_comes_back_unchanged(db, tmp_path):
    """LibreOffice writes yes and no as formulas, and openpyxl leaves out their results."""
    for code in ("P-1", "P-2"):
        project = records.find_id(db.reader(), "project", code)
        records.put(db, "project", project, {"recurring": True, "status": "commenced"})
    exporting.export_workbook(db, tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    turned = 0
    for page in book:
        for cell in (cell for row in page.iter_rows() for cell in row):
            if isinstance(cell.value, bool):
                cell.value = f"={cell.value}()".upper()
                turned += 1
    assert turned > 10
    book.save(tmp_path / "b.xlsx")
    report = importing.import_workbook(db, tmp_path / "b.xlsx")
    assert {(s.new, s.changed, s.refused) for s in report.sheets} == {(0, 0, 0)}
