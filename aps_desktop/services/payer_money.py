"""The page of money of who pays: a partner, or a member state as donor and as beneficiary."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import partial

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
from aps_desktop.services.money_page import MoneyPage, SheetOf, Tab, related_tab
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
    payer = _Payer(scope, "partner", record.rid, day)
    tabs = (*_supports(scope), *_papers(c, "partner", record.rid, day))
    return MoneyPage(facts, payer.cards(c), tabs, _NAMED, payer.details)


def member_state(c: Connection, record: Record, day: date) -> MoneyPage:
    """A member state in both roles: what it gives, and the projects that it takes part in."""
    scope = Scope(states=(record.rid,), as_of=day)
    field = entity("project").field("participating_states")
    count = int(
        c.value(
            "SELECT count(*) FROM set_member WHERE member = ? AND field_number = ?",
            (record.rid, field.number),
        )
    )
    role = Tab(
        "beneficiary", "As beneficiary", partial(_taking_part, record.rid, day), count or None,
        _BENEFICIARY,
    )  # fmt: skip
    payer = _Payer(scope, "member_state", record.rid, day, count)
    tabs = (*_supports(scope), role, *_papers(c, "member_state", record.rid, day))
    return MoneyPage((), payer.cards(c), tabs, _ROLES, payer.details)


_NAMED = (
    "Counted are transactions that name this partner; what its funds did without naming it is on "
    "their own pages."
)
_ROLES = (
    "Donor and beneficiary are roles: what the member state pays or contributes stands beside the "
    "projects that it takes part in, and neither is set off against the other."
)
_APART = "Each measure is a column of its own; they are never added to one another."
_BENEFICIARY = "Money of the whole project, not the state's share of it."


def _supports(scope: Scope) -> tuple[Tab, ...]:
    return tuple(
        Tab(by, title, partial(_by, scope, by, first), why=_APART) for by, title, first in _SIDES
    )


def _by(scope: Scope, by: str, first: str, c: Connection) -> Sheet:
    return answer_sheets.sheet(
        funding_flows.flows(c, scope, by), first, keys=_SHOWN, extra=("pledge", "expenditure"),
        empty="Nothing has been recorded up to that day.",
    )  # fmt: skip


def _papers(c: Connection, column: str, rid: int, day: date) -> tuple[Tab, ...]:
    papers: tuple[tuple[str, str, str, SheetOf], ...] = (
        ("contributions", "Contributions", "contribution", contribution_sheets.sheet),
        ("agreements", "Agreements", "document", money_sheets.agreements),
        ("conditions", "Conditions", "condition", money_sheets.conditions_of_payer),
        ("pipeline", "Next steps", "pipeline_proposal", money_sheets.proposals),
        ("letters", "Correspondence", "correspondence", money_sheets.letters),
    )
    made = []
    for key, title, name, read in papers:
        tab = related_tab(c, key, title, name, read, column, rid, day)
        # Documents are of many types: their number would not be that of the agreements.
        made.append(replace(tab, count=None) if key == "agreements" else tab)
    return tuple(made)


@dataclass(frozen=True)
class _Payer:
    """Whose cards they are; `projects` counts those that a member state takes part in."""

    scope: Scope
    column: str
    rid: int
    day: date
    projects: int | None = None

    def cards(self, c: Connection, native: dict[str, str] | None = None) -> tuple[Card, ...]:
        flows = funding_flows.flows(c, self.scope, "year")
        made = contribution_sheets.cards(c, self.column, self.rid, self.day)
        made += answer_sheets.cards(flows.totals, _MEASURES, native or {})
        made += answer_sheets.in_kind_cards(flows.totals)
        if self.projects is not None:
            number = cells.number(self.projects)
            made.append(Card("Takes part in", number, "projects, as beneficiary"))
        return tuple(made)

    def details(self, c: Connection) -> tuple[Card, ...]:
        return self.cards(c, answer_sheets.in_currencies(c, self.scope))


def _taking_part(state: int, day: date, c: Connection) -> Sheet:
    """The projects that a member state takes part in, with their budget and money."""
    field = entity("project").field("participating_states")
    rows = c.all(
        "SELECT p.rid, p.status, p.budget_minor, p.budget_currency FROM set_member m "
        "JOIN project p ON p.rid = m.owner WHERE m.member = ? AND m.field_number = ? "
        "ORDER BY (p.planned_start IS NULL), p.planned_start DESC, p.rid DESC LIMIT ?",
        (state, field.number, money_sheets.MOST),
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
                    cells.text(status.choice_label(str(state or ""))),
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
