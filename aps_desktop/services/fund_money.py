"""A fund's page of money: its ledger, who contributes, instalments and conditions, at any day."""

from __future__ import annotations

from datetime import date

from aps_desktop.db.connection import Connection
from aps_desktop.domain.entities import entity
from aps_desktop.domain.funding_measures import BALANCE, MANAGED
from aps_desktop.domain.values import show_date
from aps_desktop.services import (
    answer_sheets,
    contribution_sheets,
    fund_ledger,
    funding_flows,
    money_sheets,
)
from aps_desktop.services.funding import Figure, Scope
from aps_desktop.services.money_page import MoneyPage, Tab
from aps_desktop.services.records import Record
from aps_desktop.services.sheet_cells import Card

_MEASURES = (
    "pledge", "commitment", "receipt", "disbursement", "expenditure", "refund", "interest",
)  # fmt: skip
_PROJECT_KEYS = ("commitment", "disbursement", "expenditure", "undisbursed", "unspent")


def page(c: Connection, record: Record, day: date) -> MoneyPage:
    """Everything about a fund as it stood at the end of a day."""
    scope = Scope(funds=(record.rid,), as_of=day)
    figures = _figures(c, scope)
    managed = record.values.get("modality") in MANAGED
    balance = next((one for one in figures if one.key == "balance"), None) if managed else None
    total = balance.total if balance is not None else None
    projects = funding_flows.balances(c, scope, "project")
    tabs = (
        Tab(
            "ledger", "Ledger", fund_ledger.sheet(c, "fund", record.rid, day, total),
            why=f"Balance: {BALANCE.words}." if managed else "",
        ),
        _tab("contributors", "Contributors", contribution_sheets.sheet, c, record, day,
             "Several partners and member states may contribute. In kind is never added to cash."),
        Tab(
            "projects", "Projects",
            answer_sheets.sheet(projects, "Project", keys=_PROJECT_KEYS,
                                empty="No project has money of this fund yet."),
            len(projects.lines) + projects.more, "Undisbursed: committed less disbursed.",
        ),
        _tab("tranches", "Instalments", money_sheets.tranches, c, record, day),
        _tab("conditions", "Conditions", money_sheets.conditions, c, record, day),
        _tab("pipeline", "Proposals", money_sheets.proposals, c, record, day),
        _tab("letters", "Letters", money_sheets.letters, c, record, day),
    )  # fmt: skip
    return MoneyPage(_facts(record), tuple(_cards(c, scope, figures, managed=managed)), tabs,
                     "" if managed else _NO_BALANCE)  # fmt: skip


_NO_BALANCE = (
    "This is a partner's own fund: the partner pays itself, so there is no account here and no "
    "balance. What is recorded is what the partner reports."
)


def _tab(
    key: str, title: str, read: object, c: Connection, record: Record, day: date, why: str = ""
) -> Tab:
    sheet = read(c, "fund", record.rid, day)  # type: ignore[operator]
    return Tab(key, title, sheet, sum(not line.total for line in sheet.lines), why)


def _figures(c: Connection, scope: Scope) -> list[Figure]:
    """The fund's own totals: measures, what is left, and in kind and planned where there is any."""
    balances, flows = (
        funding_flows.balances(c, scope, "fund"),
        funding_flows.flows(c, scope, "fund"),
    )
    found = {one.key: one for one in (*flows.totals, *balances.totals)}
    return list(found.values())


def _cards(c: Connection, scope: Scope, figures: list[Figure], *, managed: bool) -> list[Card]:
    native = answer_sheets.in_currencies(c, scope)
    keys = ("balance",) if managed else ()
    made = answer_sheets.cards(figures, (*keys, *_MEASURES, "undisbursed", "unspent"), native)
    in_kind = [one for one in figures if one.key.endswith("_in_kind")]
    for one in in_kind:
        shown = answer_sheets.cell(one)
        made.append(Card(one.label, shown, "an estimate, not in the cash"))
    return made


def _facts(record: Record) -> tuple[tuple[str, str], ...]:
    kind, values = entity("fund"), record.values
    start, end = values.get("valid_from"), values.get("valid_to")
    span = " – ".join(show_date(one) if isinstance(one, date) else "" for one in (start, end))
    successor = record.labels.get(values.get("successor"), "")  # type: ignore[arg-type]
    partner = record.labels.get(values.get("partner"), "")  # type: ignore[arg-type]
    return (
        ("", kind.field("modality").choice_label(str(values.get("modality") or ""))),
        ("managed by", str(values.get("manager") or "")),
        ("main partner", partner),
        ("valid", span if start or end else ""),
        ("succeeded by", successor),
    )
