"""The workbook as desk officers keep it: what becomes of each of its rows, and the way back."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from aps_desktop.domain.money import Money
from aps_desktop.domain.values import Period
from aps_desktop.exchange.guess import Guesser
from aps_desktop.exchange.mapping import SheetMapping
from aps_desktop.exchange.plan_rows import Planner
from aps_desktop.exchange.read_workbook import read_workbook
from aps_desktop.exchange.refused import Back, write_refused
from tests.excel_office import ENTITIES, Office, uid

SAMPLE = Path(__file__).parents[1] / "data" / "desk_officer_workbook.xlsx"


class Plan:
    """The whole way from a file to drafts."""

    def __init__(self, path, office=None):
        office = office or Office()
        self.workbook = read_workbook(path)
        guesser = Guesser(ENTITIES, office)
        self.tables = {s.name: guesser.table(s) for s in self.workbook.sheets}
        guessed = (
            guesser.guess(s, self.tables[s.name])
            for s in self.workbook.sheets
            if self.tables[s.name]
        )
        self.mappings = {m.sheet: m for m in guessed if m}
        self.planner = Planner(ENTITIES, office)
        self.rows = {}
        for mapping in self.planner.in_order(list(self.mappings.values())):
            sheet = self.workbook.sheet(mapping.sheet)
            self.rows[mapping.sheet] = list(
                self.planner.drafts(sheet, self.tables[mapping.sheet], mapping)
            )

    def problems(self, sheet, level="refused"):
        return {p.address: p for r in self.rows[sheet] for p in r.problems if p.level == level}

    def drafts(self, sheet, entity):
        return [d for r in self.rows[sheet] for d in r.drafts if d.entity == entity]

    def backs(self):
        return [
            Back(self.workbook.sheet(name), self.tables[name], mapping, self.by_row(name))
            for name, mapping in self.mappings.items()
        ]

    def by_row(self, name):
        rows = {}
        for problem in (p for row in self.rows[name] for p in row.problems):
            rows.setdefault(problem.row, []).append(problem)
        return rows


@pytest.fixture(scope="module")
def plan():
    return Plan(SAMPLE)


def test_header_under_title_rows_and_rows_that_are_no_records(plan):
    table = plan.tables["Projects"]
    assert table.header_row == 4
    assert table.headers[7:11] == ("Currency", "Approved budget", "Start", "End")
    assert table.groups[7:11] == ("Budget", "Budget", "Timeline", "Timeline")
    assert len(table.rows) == 48
    assert table.skipped == {56: "total", 58: "note"}


def test_columns_are_mapped(plan):
    described = plan.mappings["Projects"].described()
    assert described == {
        "Project code": "project.code", "Project title": "project.title",
        "Pillar": "project.pillar", "Sectoral body": "project.body",
        "Proponent": "project.proponent", "Source of fund": "project.fund",
        "Currency": "project.budget (currency)", "Approved budget": "project.budget",
        "Start": "project.start", "End": "project.end", "Status": "project.status",
        "Participating AMS": "project.states", "Contact person": "project.contact",
    }  # fmt: skip
    assert plan.mappings["Projects"].ignored == (0,)


def test_exactly_five_projects_are_refused(plan):
    problems = plan.problems("Projects")
    assert sorted(problems) == ["B19", "E26", "I14", "K32", "K8"]
    assert "February 2026 has 28 days" in problems["K8"].message
    assert "“TBC”" in problems["I14"].message
    assert "Row 10 already has this project code" in problems["B19"].message
    assert "SOMXYZ" in problems["E26"].message
    assert "is before start" in problems["K32"].message
    assert sum(r.refused for r in plan.rows["Projects"]) == 5


def test_a_good_project_is_whole(plan):
    first = plan.drafts("Projects", "project")[0]
    assert first.values == {
        "code": "ACP-ADGSOM-2024-001",
        "title": "Regional Capacity Building on Trafficking-In-Persons Referral",
        "pillar": "AEC", "body": uid("ADGSOM"), "proponent": "Viet Nam", "fund": uid("ADF"),
        "budget": Money.of("236251.08", "EUR"), "start": date(2026, 11, 2), "end": date(2027, 3, 2),
        "status": "completed", "states": frozenset({"CLMV + TL"}),
        "contact": "Tan Wei Ming 陈伟明",
    }  # fmt: skip
    by_code = {d.values["code"]: d.values for d in plan.drafts("Projects", "project")}
    assert by_code["ACP-SOMY-2025-023"]["budget"] == Money.of(2_240_000, "EUR")
    assert by_code["ACP-SEOM-2023-007"]["budget"] == Money(38668759996, "VND")
    assert by_code["ACP-COSTI-2025-017"]["end"] == date(2027, 5, 31)
    assert by_code["ACP-SOMCA-2026-030"]["start"] == date(2023, 2, 1)
    assert by_code["ACP-ADGSOM-2025-004"]["title"].endswith("response (Phase II)")


def test_exactly_three_disbursements_are_refused_and_dependents_wait(plan):
    assert sorted(plan.problems("Disbursements")) == ["A147", "B148", "D149"]
    waiting = plan.problems("Disbursements", "waiting")
    assert len(waiting) == 15
    assert "row 32 of sheet “Projects”" in waiting["A2"].message
    assert "row 19 of sheet “Projects”" in waiting["A25"].message
    amounts = [
        d.values["amount"] for d in plan.drafts("Disbursements", "transaction") if not d.refused
    ]
    assert Money(-146971, "JPY") in amounts
    assert Money.of("106593.04", "USD") in amounts


def test_blank_cells_of_meetings_continue_the_row_above(plan):
    mapping = plan.mappings["Meetings & decisions"]
    assert mapping.carry_down == (0, 1, 2, 3)
    assert [p.entity for p in mapping.parts] == ["meeting", "decision", "action_item"]
    meetings = [d for d in plan.drafts("Meetings & decisions", "meeting") if not d.same_as]
    assert len(meetings) == 24
    assert len(plan.drafts("Meetings & decisions", "decision")) == 61
    assert len(plan.drafts("Meetings & decisions", "action_item")) == 61
    fifth = plan.rows["Meetings & decisions"][3]
    assert [d.values.get("item") for d in fifth.drafts] == [None, "4.4", None]
    decision, action = fifth.drafts[1:]
    assert decision.values["meeting"] == plan.rows["Meetings & decisions"][2].drafts[0].draft
    assert action.values["decision"] == decision.draft
    assert action.values["responsible"] == "Lead shepherd"
    assert action.values["due"] == date(2026, 10, 9)


def test_text_in_numeric_indicators_is_refused_cell_by_cell(plan):
    problems = plan.problems("Indicators")
    assert len(problems) == 42
    assert problems["H4"].raw == "72%"
    assert "percentage" in problems["H4"].message
    sheet = plan.workbook.sheet("Indicators")
    words = {
        f"{'GHIJ'[c - 6]}{r + 1}"
        for r in range(1, 25) for c in range(6, 10) if isinstance(sheet.at(r, c), str)
    }  # fmt: skip
    per_cent = {f"{'GHIJ'[c - 6]}{r + 1}" for r in range(1, 25) for c in range(6, 10)
                if sheet.at(r, 2) == "%" and str(sheet.at(r, c)).endswith("%")}  # fmt: skip
    assert set(problems) == words - per_cent
    kept = [d for d in plan.drafts("Indicators", "indicator_value") if not (d.refused or d.waiting)]
    assert len(kept) == 30
    assert kept[0].values["period"] == Period.quarter(2026, 2)
    assert kept[0].values["value"] == Decimal(18)
    assert {p.address for p in plan.problems("Indicators", "cell").values()} == {
        "E6", "E10", "E17", "E18", "E20", "E24", "E25"
    }  # fmt: skip
    targets = plan.drafts("Indicators", "target")
    assert targets[0].values["period"] == Period.year(2026)


def test_doubtful_cells_are_told(plan):
    notes = plan.planner.notes("Projects")
    assert ("J18", "“08/09/2026” read as 8 Sep 2026 (day first)") in [
        (n.address, n.text) for n in notes
    ]
    assert "Disbursements" not in {n.label for n in notes}
    assert sum(n.count for n in plan.planner.notes("Disbursements") if "JPY" in n.text) > 10


def test_mapping_survives_json(plan):
    for mapping in plan.mappings.values():
        again = SheetMapping.from_json(mapping.to_json())
        assert again == mapping
        assert again.signature == mapping.signature


def test_refused_rows_come_back_and_can_be_corrected(plan, tmp_path):
    target = tmp_path / "refused.xlsx"
    assert write_refused(SAMPLE, target, plan.workbook, plan.backs()) == 5 + 18 + 24
    book = openpyxl.load_workbook(target)
    assert book.sheetnames == ["Projects", "Disbursements", "Indicators"]
    page = book["Projects"]
    assert page["A1"].value == "ASEAN PROGRAMME SECRETARIAT"
    assert page["B6"].value == "ACP-STOM-2025-003"
    assert page["K6"].comment.text.startswith("“31/02/2026” does not exist")
    assert page["K6"].fill.start_color.rgb == "FFF4B6B6"
    assert page["O5"].value == "Why this row came back"
    assert page["O6"].value.startswith("Row 8 before. End: “31/02/2026”")
    assert page.max_row == 10
    page["K6"], page["I7"], page["B8"] = "28/02/2026", "AUD 5,000", "ACP-STOM-2024-014"
    page["E9"], page["K10"] = "ACDM", "1 January 2029"
    page["K6"].value = "28/02/2028"
    book.save(target)
    office = Office()
    for draft in plan.drafts("Projects", "project"):
        if not draft.refused:
            code = draft.values["code"]
            office.known["project", code.casefold()] = uid(code)
    again = Plan(target, office)
    assert again.mappings["Projects"].signature == plan.mappings["Projects"].signature
    assert not again.problems("Projects")
    assert not again.problems("Disbursements", "waiting")
    assert len(again.problems("Disbursements")) == 3
    types = Counter(d.entity for d in again.drafts("Disbursements", "transaction") if not d.refused)
    assert types == {"transaction": 15}
