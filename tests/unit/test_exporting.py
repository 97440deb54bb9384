"""What goes out can be edited and comes back: by hidden id, three-way against the record."""

from __future__ import annotations

from datetime import date

import openpyxl
import pytest

from aps_desktop.db import store
from aps_desktop.db.queries.lists import Filter, ListQuery
from aps_desktop.domain.errors import UserError
from aps_desktop.domain.money import Money
from aps_desktop.services import exporting, importing, offices, records
from aps_desktop.services.importing_types import Verdict
from tests.unit.test_excel_sample import SAMPLE


@pytest.fixture
def db(tmp_path):
    database = offices.start(str(tmp_path / "office.aps"), office="ASEC", device="desk")
    yield database
    database.close()


@pytest.fixture
def project(db):
    body = records.find_id(db.reader(), "body", "ACDM")
    return records.new(db, "project", {
        "code": "P1", "title": "One", "sponsoring_body": body, "proponent": "BNPB",
        "budget": Money.of(5, "USD"), "planned_start": date(2026, 1, 1), "tags": frozenset({"a"}),
        "contact_person": "Ann",
    })  # fmt: skip


@pytest.fixture
def out(db, project, tmp_path):
    """The exported list of projects, with a way to edit its cells and import it again."""
    path = tmp_path / "projects.xlsx"
    fields = ("code", "title", "proponent", "budget", "planned_start", "contact_person", "tags")
    assert exporting.export_list(db, ListQuery("project", fields), path) == 1
    return Exported(db, path)


class Exported:
    def __init__(self, db, path):
        self._db = db
        self.path = path

    def edit(self, row=2, **cells):
        made = openpyxl.load_workbook(self.path)
        page = made.worksheets[0]
        places = {cell.value: cell.column for cell in page[1]}
        for header, value in cells.items():
            page.cell(row, places[header.replace("_", " ")]).value = value
        made.save(self.path)

    def plan(self):
        return importing.plan(self._db, importing.read(self._db, self.path))

    def bring(self):
        return importing.import_workbook(self._db, self.path).sheets[0]


def values(db, id):
    return records.get(db.reader(), "project", id).values


def test_an_edited_cell_comes_back(db, project, out):
    out.edit(Title="Renamed", Budget=7.5, Tags="b; c")
    (one,) = out.plan().sheets[0].records
    assert one.verdict is Verdict.CHANGED
    assert set(one.changes) == {"title", "budget", "tags"}
    out.bring()
    now = values(db, project)
    assert (now["title"], now["budget"]) == ("Renamed", Money.of("7.5", "USD"))
    assert now["tags"] == {"b", "c"}


def test_what_changed_here_meanwhile_stays(db, project, out):
    records.put(db, "project", project, {"title": "Typed here", "tags": frozenset({"a", "z"})})
    out.edit(Proponent="NDMO")
    sheet = out.bring()
    assert (sheet.changed, sheet.refused) == (1, 0)
    now = values(db, project)
    assert (now["title"], now["proponent"]) == ("Typed here", "NDMO")
    assert now["tags"] == {"a", "z"}


def test_what_changed_on_both_sides_is_for_a_person_to_decide(db, project, out):
    records.put(db, "project", project, {"title": "Typed here", "tags": frozenset({"z"})})
    out.edit(Title="Typed there", Tags="b")
    sheet = out.bring()
    assert (sheet.changed, sheet.refused) == (0, 1)
    assert [e.column for e in sheet.errors] == ["Title", "Tags"]
    assert "“Typed here” is here now" in sheet.errors[0].message
    assert values(db, project)["title"] == "Typed here"


def test_the_same_change_on_both_sides_is_no_conflict(db, project, out):
    records.put(db, "project", project, {"title": "Agreed"})
    out.edit(Title="Agreed")
    assert out.bring().same == 1


def test_a_cell_cleared_in_the_sheet_clears_the_field(db, project, out):
    out.edit(Contact_person=None)
    assert out.bring().changed == 1
    assert values(db, project)["contact_person"] is None


def test_a_cell_that_was_blank_leaves_alone_what_was_typed_meanwhile(db, project, tmp_path):
    path = tmp_path / "p.xlsx"
    exporting.export_list(db, ListQuery("project", ("code", "title", "implementing_agency")), path)
    records.put(db, "project", project, {"implementing_agency": "Typed since"})
    again = Exported(db, path)
    again.edit(Title="New title")
    assert again.bring().changed == 1
    assert values(db, project)["implementing_agency"] == "Typed since"


def test_a_required_field_cannot_be_cleared(db, project, out):
    out.edit(Title=None)
    sheet = out.bring()
    assert (sheet.refused, sheet.errors[0].message) == (1, "Title is missing.")


def test_the_key_itself_can_be_changed(db, project, out):
    out.edit(Project_code="P1-NEW")
    assert out.bring().changed == 1
    assert values(db, project)["code"] == "P1-NEW"


def test_a_row_added_below_is_new_and_a_copied_row_too(db, project, out):
    made = openpyxl.load_workbook(out.path)
    page = made.worksheets[0]
    copied = [cell.value for cell in page[2]]
    page.append([copied[0], "P2", *copied[2:]])
    page.append([None, "P3", "Three"])
    made.save(out.path)
    sheet = out.bring()
    assert (sheet.same, sheet.new, sheet.refused) == (1, 2, 0)
    assert store.counts(db.reader())["project"] == 3


def test_a_record_deleted_since_the_export_is_not_made_anew(db, project, out):
    records.delete(db, "project", [project])
    sheet = out.bring()
    assert (sheet.new, sheet.refused) == (0, 1)
    assert "deleted after the export" in sheet.errors[0].message


def test_twins_go_out_and_come_back_as_themselves(db, tmp_path):
    for remark in ("first", "second"):
        records.new(db, "fund_transaction", {
            "type": "receipt", "date": date(2026, 1, 1), "amount": Money.of(5, "USD"),
            "reference": "V1", "remarks": remark,
        })  # fmt: skip
    path = tmp_path / "t.xlsx"
    exporting.export_workbook(db, path, ["fund_transaction"])
    again = Exported(db, path)
    again.edit(Remarks="changed")
    sheet = again.bring()
    assert (sheet.changed, sheet.same, sheet.refused) == (1, 1, 0)


def test_the_whole_office_comes_back_the_same(db, tmp_path):
    importing.import_workbook(db, SAMPLE)
    path = tmp_path / "office.xlsx"
    counts = store.counts(db.reader())
    assert exporting.export_workbook(db, path) == sum(counts.values())
    report = importing.import_workbook(db, path)
    assert {s.entity: s.same for s in report.sheets} == counts
    assert report.change_set == 0
    assert not any(s.errors for s in report.sheets)


def test_another_office_takes_an_export_by_its_keys(db, tmp_path):
    importing.import_workbook(db, SAMPLE)
    path = tmp_path / "office.xlsx"
    exporting.export_workbook(db, path, ["project", "fund_transaction"])
    other = offices.start(str(tmp_path / "other.aps"), office="KH", device="there")
    try:
        report = importing.import_workbook(other, path)
        assert [(s.new, s.refused) for s in report.sheets] == [(43, 0), (129, 0)]
        again = importing.import_workbook(other, path)
        assert [(s.new, s.same) for s in again.sheets] == [(0, 43), (0, 129)]
    finally:
        other.close()


def test_a_list_goes_out_as_it_is_narrowed_and_sorted(db, tmp_path):
    importing.import_workbook(db, SAMPLE)
    path = tmp_path / "list.xlsx"
    query = ListQuery(
        "project", ("code", "title"), (("code", True),), (Filter("pillar", "any_of", ("APSC",)),)
    )
    rows = exporting.export_list(db, query, path)
    page = openpyxl.load_workbook(path).worksheets[0]
    codes = [row[1].value for row in page.iter_rows(min_row=2)]
    assert len(codes) == rows
    assert codes == sorted(codes, reverse=True)
    assert [cell.value for cell in page[1]] == ["APS id", "Project code", "Title"]


def test_a_long_list_goes_through_a_child_process(db, tmp_path, monkeypatch):
    monkeypatch.setattr(exporting, "IN_CHILD", 1)
    monkeypatch.setattr(exporting, "ROWS_A_SHEET", 100)
    path = tmp_path / "bodies.xlsx"
    told = []
    count = exporting.export_workbook(db, path, ["body"], lambda *step: told.append(step))
    assert count == store.counts(db.reader())["body"]
    assert len(openpyxl.load_workbook(path).sheetnames) == -(-count // 100) + 1
    report = importing.import_workbook(db, path)
    assert sum(s.same for s in report.sheets) == count


def test_nothing_is_left_of_an_export_that_was_stopped(db, tmp_path, monkeypatch):
    monkeypatch.setattr(exporting, "IN_CHILD", 1)
    path = tmp_path / "bodies.xlsx"
    with pytest.raises(UserError, match="cancelled"):
        exporting.export_workbook(db, path, ["body"], cancelled=lambda: True)
    assert not [p for p in tmp_path.iterdir() if "xlsx" in p.name]


def test_what_cannot_be_written_is_said_in_words(db, tmp_path):
    with pytest.raises(UserError, match="There is no folder"):
        exporting.export_workbook(db, tmp_path / "nowhere" / "a.xlsx")
