"""A body's page of money: what its projects, and those of all bodies below it, have and need."""

from __future__ import annotations

from datetime import date
from functools import partial

from aps_desktop.db.connection import Connection
from aps_desktop.services import answer_sheets, figures, funding_flows, funding_gap
from aps_desktop.services.funding import Scope
from aps_desktop.services.money_page import MoneyPage, Tab
from aps_desktop.services.records import Record
from aps_desktop.services.sheet_cells import Sheet

_CARDS = (
    "commitment", "disbursement", "expenditure", "delivery_rate", "undisbursed", "unspent",
    "pledge", "receipt", "refund", "interest",
)  # fmt: skip
_TABS = (
    ("project", "By project", "Project", "balances",
     ("commitment", "disbursement", "expenditure", "undisbursed", "unspent")),
    ("fund", "By fund", "Fund", "flows", ("commitment", "disbursement", "expenditure")),
    ("partner", "By partner", "Partner", "flows", ("pledge", "commitment", "receipt")),
    ("year", "By year", "Year", "flows", ("commitment", "disbursement", "expenditure")),
)  # fmt: skip
_EXTRA = ("expenditure", "undisbursed", "pledge")
_NOTE = "With all bodies below it; each transaction counts once."
_GAP = "What the body's own work plan lines need, less what is committed and pledged for them."


def page(c: Connection, record: Record, day: date) -> MoneyPage:
    """Everything about the money of a body's projects as it stood at the end of a day."""
    scope = Scope(bodies=(record.rid,), as_of=day)
    flows = funding_flows.flows(c, scope, "fund")
    found = {one.key: one for one in flows.totals}
    for answer in (funding_flows.balances(c, scope, "fund"), funding_flows.delivery(c, scope)):
        found.update({one.key: one for one in answer.totals})
    cards = answer_sheets.cards(found.values(), _CARDS)
    tabs = [
        Tab(by, title, partial(_by, scope, name, by, first, keys))
        for by, title, first, name, keys in _TABS
    ]
    tabs.append(Tab("gap", "Funding gap", partial(_gap, scope), why=_GAP))
    return MoneyPage((), (*cards, *answer_sheets.in_kind_cards(flows.totals)), tuple(tabs), _NOTE)


def _by(
    scope: Scope, name: str, by: str, first: str, keys: tuple[str, ...], c: Connection
) -> Sheet:
    return answer_sheets.sheet(
        figures.answer(c, name, scope, by=by), first, keys=keys, extra=_EXTRA,
        empty="Its projects have no money up to that day.",
    )  # fmt: skip


def _gap(scope: Scope, c: Connection) -> Sheet:
    return answer_sheets.sheet(
        funding_gap.gap(c, scope, "measure"), "Measure", extra=("pledged", "lines", "uncommitted"),
        empty="No work plan line of the body says what it needs.",
    )  # fmt: skip
