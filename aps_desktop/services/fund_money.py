"""A fund's page of money: its ledger, who contributes, instalments and conditions, at any day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial

from aps_desktop.db.connection import Connection
from aps_desktop.domain.entities import entity
from aps_desktop.domain.funding_measures import BALANCE, MANAGED
from aps_desktop.domain.totals import Total
from aps_desktop.domain.values import show_date
from aps_desktop.services import (
    answer_sheets,
    contribution_sheets,
    fund_ledger,
    funding_flows,
    money_sheets,
)
from aps_desktop.services.funding import Figure, Scope
from aps_desktop.services.money_page import MoneyPage, Tab, related_tab
from aps_desktop.services.records import Record
from aps_desktop.services.sheet_cells import Card, Sheet

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
    rid = record.rid
    tabs = (
        Tab("ledger", "Ledger", partial(_ledger, rid, day, total),
            why=f"Balance: {BALANCE.words}." if managed else ""),
        related_tab(c, "contributors", "Contributors", "contribution", contribution_sheets.sheet,
                    "fund", rid, day, _MANY),
        Tab("projects", "Projects", partial(_projects, scope),
            why="Undisbursed: committed less disbursed."),
        related_tab(c, "tranches", "Instalments", "tranche", money_sheets.tranches, "fund", rid,
                    day),
        related_tab(c, "conditions", "Conditions", "condition", money_sheets.conditions, "fund",
                    rid, day),
        related_tab(c, "pipeline", "Proposals", "pipeline_proposal", money_sheets.proposals,
                    "fund", rid, day),
        related_tab(c, "letters", "Letters", "correspondence", money_sheets.letters, "fund", rid,
                    day),
    )  # fmt: skip
    return MoneyPage(
        _facts(record), _cards(figures, {}, managed=managed), tabs,
        "" if managed else _NO_BALANCE, partial(_details, scope, tuple(figures), managed),
    )  # fmt: skip


_MANY = "Several partners and member states may contribute. In kind is never added to cash."
_NO_BALANCE = (
    "This is a partner's own fund: the partner pays itself, so there is no account here and no "
    "balance. What is recorded is what the partner reports."
)


def _ledger(rid: int, day: date, balance: Total | None, c: Connection) -> Sheet:
    return fund_ledger.sheet(c, "fund", rid, day, balance)


def _projects(scope: Scope, c: Connection) -> Sheet:
    answer = funding_flows.balances(c, scope, "project")
    return answer_sheets.sheet(
        answer, "Project", keys=_PROJECT_KEYS, empty="No project has money of this fund yet."
    )


def _details(
    scope: Scope, figures: tuple[Figure, ...], managed: bool, c: Connection
) -> tuple[Card, ...]:
    return _cards(figures, answer_sheets.in_currencies(c, scope), managed=managed)


def _figures(c: Connection, scope: Scope) -> list[Figure]:
    """The fund's own totals: measures, what is left, and in kind and planned where there is any."""
    balances, flows = (
        funding_flows.balances(c, scope, "fund"),
        funding_flows.flows(c, scope, "fund"),
    )
    found = {one.key: one for one in (*flows.totals, *balances.totals)}
    return list(found.values())


def _cards(figures: Sequence[Figure], native: dict[str, str], *, managed: bool) -> tuple[Card, ...]:
    keys = ("balance",) if managed else ()
    made = answer_sheets.cards(figures, (*keys, *_MEASURES, "undisbursed", "unspent"), native)
    return (*made, *answer_sheets.in_kind_cards(figures))


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
