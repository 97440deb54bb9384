"""A project's page of money: planned against actual, what is left, instalments and conditions."""

from __future__ import annotations

from datetime import date

from aps_desktop.db.connection import Connection
from aps_desktop.domain.funding_measures import (
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
from aps_desktop.services.money_page import MoneyPage, Tab
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
    scope = Scope(projects=(record.rid,), as_of=day)
    flows = funding_flows.flows(c, scope, "fund")
    native = answer_sheets.in_currencies(c, scope)
    burn = funding_burn.burn(c, scope, "quarter")
    tabs = (
        Tab("measures", "Plan and actual", _measures(flows, native), why=_NOTE),
        Tab("ledger", "Transactions", fund_ledger.sheet(c, "project", record.rid, day)),
        Tab("funds", "By fund", answer_sheets.sheet(flows, "Fund", keys=_FUNDS), len(flows.lines),
            "A project may be paid from several funds; each transaction counts once."),
        Tab("burn", "By quarter", answer_sheets.sheet(burn, "Quarter"), None, burn.explained[0]),
        _tab("tranches", "Instalments", money_sheets.tranches, c, record, day),
        _tab("conditions", "Conditions", money_sheets.conditions, c, record, day),
        _tab("letters", "Letters", money_sheets.letters, c, record, day),
    )  # fmt: skip
    return MoneyPage((), tuple(_cards(c, record, scope, flows, native)), tabs)


_NOTE = (
    f"Undisbursed: {UNDISBURSED.words}. Unspent: {UNSPENT.words}. Delivery rate: {DELIVERY_RATE}."
)


def _tab(key: str, title: str, read: object, c: Connection, record: Record, day: date) -> Tab:
    sheet = read(c, "project", record.rid, day)  # type: ignore[operator]
    return Tab(key, title, sheet, sum(not line.total for line in sheet.lines))


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
    for one in flows.totals:
        if one.key.endswith("_in_kind"):
            made.append(Card(one.label, answer_sheets.cell(one), "an estimate, not in the cash"))
    return made


def _measures(flows: Answer, native: dict[str, str]) -> Sheet:
    """A row for each measure that there is anything of: planned, actual, and their ratio."""
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
