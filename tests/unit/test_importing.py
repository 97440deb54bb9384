"""What becomes of a workbook in the database: the promise of the import, row by row."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date

import openpyxl
import pytest

from aps_desktop.db import store
from aps_desktop.db.unit_of_work import apply as write
from aps_desktop.domain.changes import ChangeSet, Create
from aps_desktop.domain.errors import InvalidValue, NotFound, UserError
from aps_desktop.domain.money import Money
from aps_desktop.domain.values import Period
from aps_desktop.services import backup, importing, offices, records
from aps_desktop.services.importing_types import Verdict
from tests.unit.test_excel_sample import SAMPLE


@pytest.fixture
def db(tmp_path):
    database = offices.start(str(tmp_path / "office.aps"), office="ASEC", device="desk")
    yield database
    database.close()


@pytest.fixture
def book(tmp_path):
    """Makes a workbook of sheets: {name: rows}."""

    def make(sheets, name="book.xlsx"):
        made = openpyxl.Workbook()
        made.remove(made.active)
        for title, rows in sheets.items():
            page = made.create_sheet(title)
            for row in rows:
                page.append(row)
        made.save(tmp_path / name)
        return tmp_path / name

    return make


def project(db, code):
    return records.get(db.reader(), "project", records.find_id(db.reader(), "project", code))


def by_sheet(report):
    return {sheet.sheet: sheet for sheet in report.sheets}


HEAD = ["Project code", "Project title", "Sectoral body", "Approved budget", "Start", "End"]


# The workbook of a desk officer ------------------------------------------------------------------


def test_the_desk_officers_workbook(db):
    report = importing.import_workbook(db, SAMPLE)
    sheets = by_sheet(report)
    projects = sheets["Projects"]
    assert (projects.entity, projects.header_row, projects.rows) == ("project", 5, 48)
    assert (projects.new, projects.refused) == (43, 5)
    assert [(e.row, e.cell) for e in projects.errors] == [
        (8, "K8"), (14, "I14"), (19, "B19"), (26, "E26"), (32, "K32")
    ]  # fmt: skip
    assert projects.mapping["Sectoral body"] == "project.sponsoring_body"
    money = sheets["Disbursements"]
    assert (money.new, money.refused, money.waiting) == (129, 3, 15)
    assert [e.row for e in money.errors if e.level == "refused"] == [147, 148, 149]
    assert "refused" in next(e.message for e in money.errors if e.level == "waiting")
    parts = {p["entity"]: p["new"] for p in sheets["Meetings & decisions"].parts}
    assert parts == {"meeting": 24, "decision": 61, "action_item": 61}
    values = {p["entity"]: (p["new"], p["refused"]) for p in sheets["Indicators"].parts}
    assert values == {"indicator": (22, 0), "target": (22, 0), "indicator_value": (30, 42)}
    assert not report.complete
    assert store.counts(db.reader())["project"] == 43


def test_values_are_right_in_the_database(db):
    importing.import_workbook(db, SAMPLE)
    first = project(db, "ACP-ADGSOM-2024-001")
    assert first.values["budget"] == Money.of("236251.08", "EUR")
    assert first.values["planned_start"] == date(2026, 11, 2)
    assert first.labels[first.values["sponsoring_body"]].startswith("ADGSOM")
    states = {first.labels[s].split(" ")[0] for s in first.values["participating_states"]}
    assert states == {"KH", "LA", "MM", "VN", "TL"}
    c = db.reader()
    period = Period.quarter(2026, 2)
    assert c.value(
        "SELECT count(*) FROM indicator_value WHERE period = ?", (f"{period.start}/{period.end}",)
    ) > 0  # fmt: skip


def test_it_is_one_step_after_a_backup_and_can_be_undone(db):
    before = store.counts(db.reader())
    report = importing.import_workbook(db, SAMPLE)
    assert (
        report.label == "import 43 projects and 349 other records from desk_officer_workbook.xlsx"
    )
    assert records.undo_labels(db.reader())[0] == report.label
    assert report.backup in [one.path for one in backup.made(db.path)]
    assert importing.undo(db, report.label).label
    assert store.counts(db.reader()) == before
    records.redo(db)
    assert store.counts(db.reader())["project"] == 43


def test_undo_of_an_import_waits_for_later_work_to_be_undone(db):
    report = importing.import_workbook(db, SAMPLE)
    records.new(db, "project", {"code": "X", "title": "Later"})
    with pytest.raises(UserError, match="Something else"):
        importing.undo(db, report.label)


def test_the_same_workbook_twice_changes_nothing(db):
    importing.import_workbook(db, SAMPLE)
    made = len(backup.made(db.path))
    again = importing.import_workbook(db, SAMPLE)
    assert again.change_set == 0
    assert [(s.new, s.changed) for s in again.sheets] == [(0, 0)] * 4
    assert [s.same for s in again.sheets] == [43, 129, 146, 74]
    assert len(backup.made(db.path)) == made


def test_a_trial_writes_nothing(db):
    report = importing.import_workbook(db, SAMPLE, dry_run=True)
    assert report.dry_run
    assert by_sheet(report)["Projects"].new == 43
    assert "project" not in store.counts(db.reader())
    assert not backup.made(db.path)


def test_refused_rows_come_back_are_corrected_and_come_in(db, tmp_path):
    errors = tmp_path / "errors.xlsx"
    report = importing.import_workbook(db, SAMPLE, errors_out=errors)
    assert report.errors_rows == 47
    made = openpyxl.load_workbook(errors)
    page = made["Projects"]
    page["K6"], page["I7"], page["B8"] = "28/02/2028", "AUD 5,000", "ACP-STOM-2024-014"
    page["E9"], page["K10"] = "ACDM", "1 January 2029"
    made.save(errors)
    again = by_sheet(importing.import_workbook(db, errors))
    assert (again["Projects"].new, again["Projects"].refused) == (5, 0)
    assert (again["Disbursements"].new, again["Disbursements"].waiting) == (15, 0)
    assert store.counts(db.reader())["fund_transaction"] == 144


# New, changed, same ------------------------------------------------------------------------------


def test_a_changed_row_says_which_fields(db, book):
    importing.import_workbook(db, book({"Projects": [
        HEAD, ["P1", "One", "ACDM", "USD 5", "1 Jan 2026", "1 Feb 2026"],
        ["P2", "Two", "ACDM", "USD 6", "1 Jan 2026", "1 Feb 2026"],
    ]}))  # fmt: skip
    path = book({"Projects": [
        HEAD, ["p1", "One", "ACDM", "USD 7", "1 Jan 2026", None],
        ["P2", "Two", "ACDM", "USD 6", "1 Jan 2026", "1 Feb 2026"],
        ["P3", "Three", "SOMY", None, None, None],
    ]})  # fmt: skip
    found = importing.plan(db, importing.read(db, path))
    decided = {one.row + 1: one for one in found.sheets[0].records}
    assert decided[2].changes == {
        "code": ("P1", "p1"), "budget": (Money.of(5, "USD"), Money.of(7, "USD"))
    }  # fmt: skip
    assert [decided[r].verdict for r in (2, 3, 4)] == [Verdict.CHANGED, Verdict.SAME, Verdict.NEW]
    importing.apply(db, found)
    kept = project(db, "p1").values
    assert kept["budget"] == Money.of(7, "USD")
    assert kept["planned_end"] == date(2026, 2, 1), "a blank cell never clears a field"


def test_rules_refuse_a_row_with_its_cell(db, book):
    path = book({"Projects": [HEAD, ["P1", "One", "ACDM", "USD -5", None, None]]})
    report = importing.import_workbook(db, path)
    (error,) = report.sheets[0].errors
    assert (error.row, error.column, error.cell) == (2, "Approved budget", "D2")
    assert "below zero" in error.message


def test_a_new_record_needs_its_required_fields_a_known_one_does_not(db, book):
    importing.import_workbook(
        db, book({"Projects": [HEAD, ["P1", "One", "ACDM", None, None, None]]})
    )
    path = book({"Projects": [
        ["Project code", "Project title", "Approved budget"], ["P1", None, "USD 1"],
        ["P2", None, "USD 2"],
    ]})  # fmt: skip
    report = importing.import_workbook(db, path)
    sheet = report.sheets[0]
    assert (sheet.changed, sheet.refused) == (1, 1)
    assert sheet.errors[0].message == "Title is missing."
    assert sheet.errors[0].cell == "B3"


def test_rows_without_a_full_key_are_matched_one_to_one(db, book):
    rows = [["Project code", "Date", "Type", "Amount"]] + [
        ["P1", "1 Jan 2026", "Disbursement", "USD 100"]
    ] * 2
    sheets = {"Projects": [HEAD, ["P1", "One", "ACDM", None, None, None]], "Disbursements": rows}
    first = by_sheet(importing.import_workbook(db, book(sheets)))["Disbursements"]
    assert (first.new, first.refused) == (2, 0)
    again = by_sheet(importing.import_workbook(db, book(sheets)))["Disbursements"]
    assert (again.new, again.same) == (0, 2)


def test_doubtful_matches_are_never_overwritten(db, book):
    changes = tuple(
        Create("project", db.ids.new(), {"code": "P1", "title": f"Twin {n}"}) for n in (1, 2)
    )
    write(db, ChangeSet("twins", changes))
    report = importing.import_workbook(
        db, book({"Projects": [HEAD, ["P1", "Other", None, None, None, None]]})
    )
    assert report.sheets[0].refused == 1
    assert "2 projects have this key" in report.sheets[0].errors[0].message


def test_rows_of_one_sheet_may_refer_to_later_ones(db, book):
    path = book({"Bodies": [
        ["Acronym", "Name", "Parent"], ["NEWSUB", "New sub-committee", "NEWTOP"],
        ["NEWTOP", "New committee", "ACDM"],
    ]})  # fmt: skip
    report = importing.import_workbook(db, path, entity="body")
    assert report.sheets[0].new == 2
    c = db.reader()
    sub = records.get(c, "body", records.find_id(c, "body", "NEWSUB"))
    assert sub.labels[sub.values["parent"]].startswith("NEWTOP")


def test_names_in_many_spellings(db, book):
    path = book({"Projects": [
        HEAD,
        ["P1", "One", "ACDM – ASEAN Committee on Disaster Management", None, None, None],
        ["P2", "Two", "asean committee on disaster management", None, None, None],
        ["P3", "Three", "ASEAN Committee on Disaster Management (ACDM)", None, None, None],
        ["P4", "Four", "ASEAN Comittee on Disaster Managment", None, None, None],
    ]})  # fmt: skip
    report = importing.import_workbook(db, path)
    assert report.sheets[0].new == 3
    assert len({project(db, f"P{n}").values["sponsoring_body"] for n in (1, 2, 3)}) == 1
    hint = report.sheets[0].errors[0].hint
    assert hint == "Did you mean ASEAN Committee on Disaster Management?"


# Layouts -----------------------------------------------------------------------------------------


def test_two_tables_in_one_sheet(db, book, tmp_path):
    path = book({"Everything": [
        HEAD, ["P1", "One", "ACDM", "USD 5", "1 Jan 2026", "1 Feb 2026"], [],
        ["Project code", "Date", "Type", "Amount"],
        ["P1", "1 Jan 2026", "Disbursement", "USD 5"], ["P1", "31/02/2026", "Receipt", "USD 5"],
    ]})  # fmt: skip
    report = importing.import_workbook(db, path, errors_out=tmp_path / "e.xlsx")
    found = {s.sheet: (s.entity, s.header_row, s.new) for s in report.sheets}
    assert found == {
        "Everything": ("project", 1, 1), "Everything (table 2)": ("fund_transaction", 4, 1)
    }  # fmt: skip
    assert report.sheets[1].errors[0].cell == "B6"
    assert report.errors_rows == 1


def test_no_headings_is_said_and_nothing_is_written(db, book):
    with pytest.raises(UserError, match=r"Nothing in “book.xlsx” can be imported"):
        importing.import_workbook(db, book({"Sheet1": [[1, 2, 3], [4, 5, 6]]}))


def test_csv_with_semicolons_and_decimal_commas(db, tmp_path):
    path = tmp_path / "Projects.csv"
    with path.open("w", newline="", encoding="cp1252") as file:
        out = csv.writer(file, delimiter=";")
        out.writerow(["Code", "Project name", "Total budget", "Start date"])
        out.writerow(["P1", "Coopération", "EUR 1.234.567,89", "31.12.2026"])
        out.writerow(["P2", "Two", "EUR 12,5", "01.02.2026"])
    report = importing.import_workbook(db, path, entity="project")
    assert report.sheets[0].new == 2
    first = project(db, "P1").values
    assert (first["budget"], first["title"]) == (Money.of("1234567.89", "EUR"), "Coopération")
    assert project(db, "P2").values["budget"] == Money.of("12.5", "EUR")


def test_months_first_where_the_sheets_own_dates_say_so(db, book):
    path = book({"Projects": [
        HEAD, ["P1", "One", "ACDM", None, "12/31/2026", None],
        ["P2", "Two", "ACDM", None, "03/04/2026", None],
    ]})  # fmt: skip
    importing.import_workbook(db, path)
    assert project(db, "P1").values["planned_start"] == date(2026, 12, 31)
    assert project(db, "P2").values["planned_start"] == date(2026, 3, 4)


# Told by a person --------------------------------------------------------------------------------


def test_a_mapping_in_words_is_used_and_remembered(db, book):
    rows = [["A", "B", "C"], ["P1", "One", "Somebody"], ["P2", "Two", "Nobody"]]
    words = {"A": "project.code", "B": "title", "C": "contact_person"}
    path = book({"Stuff": rows})
    report = importing.import_workbook(db, path, mapping=words)
    assert report.sheets[0].new == 2
    assert project(db, "P2").values["contact_person"] == "Nobody"
    again = importing.import_workbook(db, book({"Other name": [[], *rows]}))
    assert (again.sheets[0].source, again.sheets[0].same) == ("remembered", 2)


def test_the_mapping_of_a_report_can_be_given_back(db):
    report = by_sheet(importing.import_workbook(db, SAMPLE))["Indicators"]
    again = importing.import_workbook(db, SAMPLE, sheet="Indicators", mapping=report.mapping)
    assert (again.sheets[0].new, again.sheets[0].same) == (0, 74)


@pytest.mark.parametrize(
    ("told", "error"),
    [
        ({"sheet": "Nowhere"}, NotFound),
        ({"entity": "nothing"}, NotFound),
        ({"mapping": {"Project code": "project.code"}}, UserError),
        ({"sheet": "Projects", "mapping": {"Nope": "project.code"}}, UserError),
        ({"sheet": "Projects", "mapping": {"Project code": "project.nope"}}, InvalidValue),
    ],
)
def test_what_cannot_be_is_refused_in_words(db, told, error):
    with pytest.raises(error):
        importing.import_workbook(db, SAMPLE, **told)


def test_only_one_sheet(db):
    report = importing.import_workbook(db, SAMPLE, sheet="Meetings & decisions")
    assert [s.sheet for s in report.sheets] == ["Meetings & decisions"]
    assert "project" not in store.counts(db.reader())


def test_cancelling_writes_nothing(db):
    calls = Counter()

    def cancelled():
        calls["asked"] += 1
        return calls["asked"] > 3

    with pytest.raises(UserError, match="cancelled"):
        importing.import_workbook(db, SAMPLE, cancelled=cancelled)
    assert "project" not in store.counts(db.reader())


def test_a_plan_of_yesterday_is_not_applied(db):
    found = importing.plan(db, importing.read(db, SAMPLE))
    records.new(db, "project", {"code": "ACP-ADGSOM-2024-001", "title": "Typed meanwhile"})
    with pytest.raises(UserError, match="was changed while"):
        importing.apply(db, found)
    assert store.counts(db.reader())["project"] == 1
