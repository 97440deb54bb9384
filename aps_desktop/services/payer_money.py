"""The page of money of who pays: a partner, or a member state as donor and as beneficiary."""

from __future__ import annotations

from datetime import date

from aps_desktop.db.connection import Connection
from aps_desktop.domain.entities import entity
from aps_desktop.domain.money import Money
from aps_desktop.domain.totals import Total
from aps_desktop.services import (
    answer_sheets,
    contribution_sheets,
    funding_flows,
    money_sheets,
)
from aps_desktop.services import sheet_cells as cells
from aps_desktop.services.funding import Scope, names_of
from aps_desktop.services.money_page import MoneyPage, Tab
from aps_desktop.services.records import Record
from aps_desktop.services.sheet_cells import Card, Column, Line, Opens, Sheet

_MEASURES = (
    "pledge", "commitment", "receipt", "disbursement", "expenditure", "refund", "interest",
)  # fmt: skip
_SHOWN = ("pledge", "commitment", "receipt", "disbursement", "expenditure")
_SIDES = (
    ("project", "By project", "Project"), ("body", "By body", "Body"), ("year", "By year", "Year"),
    ("fund", "By fund", "Fund"),
)  # fmt: skip
_PROJECTS = (
    Column("Project", width=0),
    Column("Status", width=130),
    Column("Budget", right=True, width=140),
    Column("Committed", right=True, width=140),
    Column("Disbursed", right=True, width=140),
)


def partner(c: Connection, record: Record, day: date) -> MoneyPage:
    """What a partner supports, by project, body, year and fund, and what is agreed and open."""
    scope = Scope(partners=(record.rid,), as_of=day)
    values = record.values
    category = entity("partner").field("category").choice_label(str(values.get("category") or ""))
    facts = (
        ("", category),
        ("since", str(values.get("since") or "")),
        ("", str(values.get("partnership_level") or "")),
        ("plan of action", str(values.get("plan_of_action") or "")),
    )
    tabs = (*_supports(c, scope), *_papers(c, "partner", record.rid, day))
    return MoneyPage(facts, _cards(c, scope, "partner", record.rid, day), tabs)


def member_state(c: Connection, record: Record, day: date) -> MoneyPage:
    """A member state in both roles: what it gives, and the projects that it takes part in."""
    scope = Scope(states=(record.rid,), as_of=day)
    taken = _taking_part(c, record, day)
    count = sum(not line.total for line in taken.lines) + taken.more
    role = Tab("beneficiary", "As beneficiary", taken, count, _BENEFICIARY)
    tabs = (*_supports(c, scope), role, *_papers(c, "member_state", record.rid, day))
    cards = (
        *_cards(c, scope, "member_state", record.rid, day),
        Card("Takes part in", cells.number(count), "projects, as beneficiary"),
    )
    return MoneyPage((), cards, tabs, _ROLES)


_ROLES = (
    "Donor and beneficiary are roles: what the member state pays or contributes stands beside the "
    "projects that it takes part in, and neither is set off against the other."
)
_BENEFICIARY = "Money of the whole project, not the state's share of it."


def _supports(c: Connection, scope: Scope) -> tuple[Tab, ...]:
    made = []
    for by, title, first in _SIDES:
        answer = funding_flows.flows(c, scope, by)
        sheet = answer_sheets.sheet(
            answer,
            first,
            keys=_SHOWN,
            extra=("pledge", "expenditure"),
            empty="Nothing has been recorded up to that day.",
        )
        made.append(Tab(by, title, sheet, len(answer.lines) + answer.more, answer.explained[0]))
    return tuple(made)


def _papers(c: Connection, column: str, rid: int, day: date) -> tuple[Tab, ...]:
    made = []
    for key, title, read in (
        ("contributions", "Contributions", contribution_sheets.sheet),
        ("agreements", "Agreements", money_sheets.agreements),
        ("conditions", "Conditions", money_sheets.conditions_of_payer),
        ("pipeline", "Next steps", money_sheets.proposals),
        ("letters", "Correspondence", money_sheets.letters),
    ):
        sheet = read(c, column, rid, day)
        made.append(Tab(key, title, sheet, sum(not line.total for line in sheet.lines)))
    return tuple(made)


def _cards(c: Connection, scope: Scope, column: str, rid: int, day: date) -> tuple[Card, ...]:
    flows = funding_flows.flows(c, scope, "year")
    native = answer_sheets.in_currencies(c, scope)
    made = contribution_sheets.cards(c, column, rid, day)
    made += answer_sheets.cards(flows.totals, _MEASURES, native)
    for one in flows.totals:
        if one.key.endswith("_in_kind"):
            shown = answer_sheets.cell(one)
            made.append(Card(one.label, shown, "an estimate, not in the cash"))
    return tuple(made)


def _taking_part(c: Connection, record: Record, day: date) -> Sheet:
    """The projects that a member state takes part in, with their budget and money."""
    field = entity("project").field("participating_states")
    rows = c.all(
        "SELECT p.rid, p.status, p.budget_minor, p.budget_currency FROM set_member m "
        "JOIN project p ON p.rid = m.owner WHERE m.member = ? AND m.field_number = ? "
        "ORDER BY p.planned_start DESC, p.rid DESC LIMIT ?",
        (record.rid, field.number, money_sheets.MOST),
    )
    rids = tuple(row[0] for row in rows)
    called = names_of(c, "project", rids)
    sums = _sums(c, rids, day)
    status = entity("project").field("status")
    lines = []
    for rid, state, minor, currency in rows:
        one = called.line(rid, ())
        opens = Opens("project", id=one.id) if one.id else None
        lines.append(
            Line(
                (
                    cells.text(one.label, opens),
                    cells.text(status.choice_label(state or "")),
                    cells.money(Money(int(minor), currency) if currency else None),
                    cells.total(sums.get((rid, "commitment"), Total())),
                    cells.total(sums.get((rid, "disbursement"), Total())),
                )
            )
        )
    return Sheet(_PROJECTS, tuple(lines), "It takes part in no project yet.")


def _sums(c: Connection, projects: tuple[int, ...], day: date) -> dict[tuple[int, str], Total]:
    if not projects:
        return {}
    answer = funding_flows.flows(c, Scope(projects=projects, as_of=day), "project")
    found: dict[tuple[int, str], Total] = {}
    for line in answer.lines:
        for figure in line.figures:
            if figure.total is not None and line.key:
                found[int(line.key), figure.key] = figure.total
    return found
