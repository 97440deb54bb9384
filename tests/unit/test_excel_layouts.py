"""Workbooks as other offices keep them: what is found in layouts that nobody agreed on."""

from __future__ import annotations

from datetime import date, datetime

import openpyxl
import pytest

from aps_desktop.domain.money import Money
from aps_desktop.domain.values import Period
from tests.excel_office import uid
from tests.unit.test_excel_sample import Plan


class Office:
    """Resolves every project, body and fund by its text."""

    def resolve(self, entity, text):
        return uid(text) if entity in ("project", "body", "fund") else None

    def suggest(self, entity, text):
        del entity, text
        return


@pytest.fixture
def sheet(tmp_path):
    def make(rows, name="Sheet1", at="A1", merged=(), formats=()):
        book = openpyxl.Workbook()
        page = book.active
        page.title = name
        first = page[at]
        for r, row in enumerate(rows):
            for c, value in enumerate(row):
                page.cell(first.row + r, first.column + c, value)
        for span in merged:
            page.merge_cells(span)
        for place, look in formats:
            page[place].number_format = look
        book.save(tmp_path / "a.xlsx")
        return Plan(tmp_path / "a.xlsx", Office())

    return make


def only(plan):
    (name,) = plan.rows
    return plan.rows[name]


def values(plan, entity):
    return [d.values for r in only(plan) for d in r.drafts if d.entity == entity]


def test_table_away_from_the_corner_has_exact_addresses(sheet):
    plan = sheet(
        [["Project code", "Project title", "Start", "End"],
         ["P1", "One", "1 Jan 2026", "31/02/2026"]],
        "Projects", "C7",
    )  # fmt: skip
    assert [p.address for r in only(plan) for p in r.problems] == ["F8"]


def test_group_headings_and_vertically_merged_headers(sheet):
    plan = sheet(
        [["List of projects 2026", None, None, None, None],
         [],
         ["Project code", "Project title", "Timeline", None, "Cost"],
         [None, None, "Start", "End", "Approved budget (USD '000)"],
         ["(1)", "(2)", "(3)", "(4)", "(5)"],
         ["P1", "One", date(2026, 1, 1), date(2026, 2, 1), 250.5],
         ["P2", "Two", date(2026, 1, 1), date(2026, 2, 1), 10]],
        merged=("A1:E1", "A3:A4", "B3:B4", "C3:D3"),
    )  # fmt: skip
    assert values(plan, "project")[0] == {
        "code": "P1", "title": "One", "start": date(2026, 1, 1), "end": date(2026, 2, 1),
        "budget": Money.of(250_500, "USD"),
    }  # fmt: skip
    assert len(only(plan)) == 2


def test_section_headings_subtotals_and_footnotes_are_no_records(sheet):
    plan = sheet(
        [["Code", "Project title", "Sponsoring body", "Start date", "End date"],
         ["AEC projects"],
         ["P1", "One", "SEOM", date(2026, 1, 1), date(2027, 1, 1)],
         ["Subtotal", None, None, None, 5],
         ["ASCC projects"],
         ["P2", "Two", "ACW", date(2026, 1, 1), date(2027, 1, 1)],
         ["Grand Total", None, None, None, 10],
         [],
         ["* as of 1 June"], ["Note: budget subject to realignment"]],
        "Projects",
    )  # fmt: skip
    assert [v["code"] for v in values(plan, "project")] == ["P1", "P2"]


def test_repeated_header_rows_are_skipped(sheet):
    head = ["Project code", "Project title", "Status"]
    plan = sheet([head, ["P1", "One", "Draft"], head, ["P2", "Two", "Draft"]], "Projects")
    assert len(only(plan)) == 2


def test_values_merged_over_several_rows_hold_for_all_of_them(sheet):
    plan = sheet(
        [["Meeting", "Date", "Agenda item", "Decision"],
         ["20th SEOM", date(2026, 6, 9), "3.1", "Endorsed a."],
         [None, None, "3.2", "Noted b."],
         [None, None, "3.3", "Noted c."],
         ["21st SEOM", date(2026, 9, 9), "1", "Adopted d."]],
        "Decisions", merged=("A2:A4", "B2:B4"),
    )  # fmt: skip
    titles = [v["title"] for v in values(plan, "meeting")]
    assert titles == ["20th SEOM"] * 3 + ["21st SEOM"]
    assert [v["item"] for v in values(plan, "decision")] == ["3.1", "3.2", "3.3", "1"]


def test_period_columns_under_group_headings(sheet):
    plan = sheet(
        [["Indicator", "Unit", "2025", None, "2026", None],
         [None, None, "Target", "Actual", "Target", "Actual"],
         ["Officials trained", "number", 100, 90, 120, "TBC"]],
        "Indicators", merged=("A1:A2", "B1:B2", "C1:D1", "E1:F1"),
    )  # fmt: skip
    assert [(v["period"], int(v["value"])) for v in values(plan, "target")] == [
        (Period.year(2025), 100), (Period.year(2026), 120),
    ]  # fmt: skip
    assert [(v["period"], int(v["value"])) for v in values(plan, "indicator_value")
            if "value" in v] == [(Period.year(2025), 90)]  # fmt: skip
    assert [p.address for r in only(plan) for p in r.problems] == ["F3"]


def test_months_as_dates_in_the_header(sheet):
    plan = sheet(
        [["Indicator", datetime(2026, 1, 1), datetime(2026, 2, 1)],
         ["Visits", 5, 6], ["Calls", 7, 8]],
        "Indicators",
    )  # fmt: skip
    assert [v["period"] for v in values(plan, "indicator_value")][:2] == [
        Period.months(2026, 1, 1), Period.months(2026, 2, 1),
    ]  # fmt: skip


def test_currency_in_the_number_format_and_percent_format(sheet):
    plan = sheet(
        [["Project code", "Date", "Type", "Amount"],
         ["P1", date(2026, 1, 1), "Receipt", 1234.5], ["P1", date(2026, 1, 2), "Receipt", 500],
         ["P1", date(2026, 1, 2), "Receipt", 500]],
        "Transactions",
        formats=(("D2", "[$EUR] #,##0.00"), ("D3", '"Rp" #,##0'), ("D4", "0%")),
    )  # fmt: skip
    amounts = [v.get("amount") for v in values(plan, "transaction")]
    assert amounts == [Money.of("1234.5", "EUR"), Money.of(500, "IDR"), None]


def test_a_column_that_is_optional_does_not_carry_down(sheet):
    plan = sheet(
        [["Project code", "Project title", "Contact person", "Status"],
         ["P1", "One", "Ann", "Draft"], ["P2", "Two", None, "Draft"],
         ["P3", "Three", None, "Draft"]],
        "Projects",
    )  # fmt: skip
    assert [v.get("contact") for v in values(plan, "project")] == ["Ann", None, None]


def test_nothing_to_map(sheet):
    plan = sheet([["x1", "y2"], [1, 2], [3, 4]])
    assert plan.rows == {} or not plan.mappings["Sheet1"].targets


def test_empty_sheet(sheet):
    plan = sheet([])
    assert plan.tables == {"Sheet1": None}
