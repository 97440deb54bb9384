"""A project's page of money: planned against actual, what is left, instalments and conditions."""

from __future__ import annotations

from datetime import date
from functools import partial

from aps_desktop.db.connection import Connection
from aps_desktop.domain.funding_measures import (
    BURN_RATE,
    DELIVERY_RATE,
    MEASURE_LABELS,
    MEASURES,
    UNDISBURSED,
    UNSPENT,
)
from aps_desktop.domain.money import Money
from aps_desktop.domain.totals import Total, ratio
from aps_desktop.services import (
    answer_sheets,
    fund_ledger,
    funding_burn,
    funding_flows,
    money_sheets,
)
from aps_desktop.services import sheet_cells as cells
from aps_desktop.services.funding import Answer, Figure, Scope
from aps_desktop.services.money_page import MoneyPage, Tab, related_tab
from aps_desktop.services.records import Record
from aps_desktop.services.sheet_cells import Card, Column, Line, Sheet

_CARDS = (
    "commitment", "disbursement", "expenditure", "delivery_rate", "undisbursed", "unspent",
    "pledge", "receipt", "refund", "interest",
)  # fmt: skip
_MEASURES = (
    Column("Measure", width=0),
    Column("Planned", right=True, width=132),
    Column("Actual", right=True, width=132),
    Column("Of plan", right=True, width=150),
    Column("Actual as paid", right=True, width=200, extra=True),
)
_FUNDS = ("commitment", "disbursement", "expenditure", "refund")


def page(c: Connection, record: Record, day: date) -> MoneyPage:
    """Everything about a project's money as it stood at the end of a day."""
    rid = record.rid
    scope = Scope(projects=(rid,), as_of=day)
    flows = funding_flows.flows(c, scope, "fund")
    native = answer_sheets.in_currencies(c, scope)
    tabs = (
        Tab("measures", "Plan and actual", partial(_measures, flows, native), why=_NOTE),
        Tab("ledger", "Transactions", partial(_ledger, rid, day)),
        Tab("funds", "By fund", partial(_funds, flows), len(flows.lines) or None,
            "A project may be paid from several funds; each transaction counts once."),
        Tab("burn", "By quarter", partial(_burn, scope),
            why=f"Of plan: {BURN_RATE}."),
        related_tab(c, "tranches", "Instalments", "tranche", money_sheets.tranches, "project",
                    rid, day),
        related_tab(c, "conditions", "Conditions", "condition", money_sheets.conditions,
                    "project", rid, day),
        related_tab(c, "letters", "Letters", "correspondence", money_sheets.letters, "project",
                    rid, day),
    )  # fmt: skip
    return MoneyPage((), tuple(_cards(c, record, scope, flows, native)), tabs)


_NOTE = (
    f"Undisbursed: {UNDISBURSED.words}. Unspent: {UNSPENT.words}. Delivery rate: {DELIVERY_RATE}."
)


def _ledger(rid: int, day: date, c: Connection) -> Sheet:
    return fund_ledger.sheet(c, "project", rid, day)


def _funds(flows: Answer, c: Connection) -> Sheet:
    del c  # known already
    return answer_sheets.sheet(flows, "Fund", keys=_FUNDS)


def _burn(scope: Scope, c: Connection) -> Sheet:
    return answer_sheets.sheet(funding_burn.burn(c, scope, "quarter"), "Quarter")


def _cards(
    c: Connection, record: Record, scope: Scope, flows: Answer, native: dict[str, str]
) -> list[Card]:
    found = {one.key: one for one in flows.totals}
    for answer in (funding_flows.balances(c, scope, "fund"), funding_flows.delivery(c, scope)):
        found.update({one.key: one for one in answer.totals})
    budget = record.values.get("budget")
    made = [Card("Budget", cells.money(budget if isinstance(budget, Money) else None))]
    if not isinstance(budget, Money):
        made = [Card("Budget", cells.text("not stated", look="muted"))]
    made += answer_sheets.cards(found.values(), _CARDS, native)
    return made + answer_sheets.in_kind_cards(flows.totals)


def _measures(flows: Answer, native: dict[str, str], c: Connection) -> Sheet:
    """A row for each measure that there is anything of: planned, actual, and their ratio."""
    del c  # known already
    found = {one.key: one for one in flows.totals}
    lines = []
    for measure in MEASURES:
        actual, planned = found.get(measure), found.get(f"{measure}_planned")
        if not _rows(actual) and not _rows(planned):
            continue
        lines.append(
            Line(
                (
                    cells.text(MEASURE_LABELS[measure]),
                    answer_sheets.cell(planned) if planned else cells.text("–", look="muted"),
                    answer_sheets.cell(actual) if actual else cells.text("–", look="muted"),
                    cells.percent(ratio(_total(actual), _total(planned))),
                    cells.text(native.get(measure, "")),
                )
            )
        )
    return Sheet(_MEASURES, tuple(lines), "No money has been recorded for this project yet.")


def _rows(figure: Figure | None) -> int:
    return figure.total.rows if figure is not None and figure.total is not None else 0


def _total(figure: Figure | None) -> Total:
    return figure.total if figure is not None and figure.total is not None else Total()
