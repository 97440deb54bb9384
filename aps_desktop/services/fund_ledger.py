"""The rows of a ledger, the newest first; a fund's with the balance that each left behind."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from aps_desktop.db.connection import Connection
from aps_desktop.domain.entities.funding_flow import TRANSACTION_TYPES
from aps_desktop.domain.funding_measures import BALANCE
from aps_desktop.domain.money import Money
from aps_desktop.domain.totals import Total
from aps_desktop.services import sheet_cells as cells
from aps_desktop.services.sheet_cells import Column, Line, Opens, Sheet, SheetCell

ROWS = 400
"""Rows that are shown; the list of transactions has all."""
_TYPES = dict(TRANSACTION_TYPES)
_WHY = "Only what moves the fund's money changes it: pledges and commitments do not."
_COLUMNS = (
    Column("Date", width=96),
    Column("What", width=0),
    Column("Amount", right=True, width=108),
    Column("In US dollars", right=True, width=124, extra=True),
    Column("Change (USD)", right=True, width=104, why=_WHY),
    Column("Balance", right=True, width=116),
)
_WITHOUT_BALANCE = (*_COLUMNS[:3], Column("In US dollars", right=True, width=128))
_SIGNS = {
    (term.measure, side): term.sign
    for term in BALANCE.terms
    for side in (("project", "fund") if term.side == "any" else (term.side,))
}


def sheet(c: Connection, column: str, rid: int, day: date, balance: Total | None = None) -> Sheet:
    """The transactions of a fund or project (`column`) up to a day.

    `balance` is the fund's on that day, None where there is none.

    Where the balance is refused there is no running one either: it would be a guess.
    """
    rows = c.all(
        "SELECT t.id, t.date, t.type, t.reference, p.code, p.title, r.name, s.name, "
        "t.amount_minor, t.amount_currency, t.usd_value_minor, coalesce(t.in_kind, 0), "
        "coalesce(t.nature, 'actual'), t.project, t.reverses "
        "FROM fund_transaction t LEFT JOIN project p ON p.rid = t.project "
        "LEFT JOIN partner r ON r.rid = t.partner "
        "LEFT JOIN member_state s ON s.rid = t.member_state "
        f"WHERE t.{column} = ? AND t.date <= ? ORDER BY t.date DESC, t.rid DESC LIMIT ?",
        (rid, day.isoformat(), ROWS + 1),
    )
    running = balance.usd if balance is not None else None
    lines = []
    for row in rows[:ROWS]:
        made, running = _line(row, running, column, balanced=balance is not None)
        lines.append(made)
    more = 0
    if len(rows) > ROWS:
        more = int(
            c.value(
                f"SELECT count(*) FROM fund_transaction WHERE {column} = ? AND date <= ?",
                (rid, day.isoformat()),
            )
        ) - ROWS  # fmt: skip
    return Sheet(
        _WITHOUT_BALANCE if balance is None else _COLUMNS,
        tuple(lines),
        "Nothing has been recorded up to that day.",
        more=more,
    )


def _line(row: Any, running: int | None, column: str, *, balanced: bool) -> tuple[Line, int | None]:
    id, on, type, reference, code, title, partner, state, minor, currency, usd, *rest = row
    in_kind, nature, project, reverses = rest
    opens = Opens("fund_transaction", id=UUID(bytes=bytes(id)))
    planned, apart = nature != "actual", bool(in_kind)
    amount = Money(int(minor), currency) if minor is not None else None
    value = _value(amount, usd)
    notes = [word for word, here in (("Planned", planned), ("In kind", apart),
                                     ("Reversal", reverses is not None)) if here]  # fmt: skip
    about = (code if column == "fund" else "") or partner or state or ""
    what = " · ".join(x for x in (_TYPES.get(type, str(type)), about) if x)
    shown = f"{', '.join(notes)}: {what}" if notes else what
    tip = " · ".join(str(x) for x in (reference, title, partner or state) if x)
    parts: list[SheetCell] = [
        cells.day(date.fromisoformat(on)),
        cells.text(shown, opens, look="muted" if planned or apart else "", tip=tip),
        cells.money(amount),
        cells.money(value) if value else cells.text("no rate", look="attention"),
    ]
    if not balanced:
        return Line(tuple(parts)), None
    sign = 0 if planned or apart else _SIGNS.get((type, "project" if project else "fund"), 0)
    change = sign * value.minor if value is not None else None
    parts.append(_change(sign, change))
    if running is None:
        parts.append(cells.text("–", look="muted"))
        return Line(tuple(parts)), None
    parts.append(cells.money(Money(running, "USD")))
    return Line(tuple(parts)), None if change is None else running - change


def _value(amount: Money | None, usd: int | None) -> Money | None:
    """In US dollars: the amount itself where it is in them, as in every sum."""
    if amount is not None and amount.currency == "USD":
        return amount
    return Money(int(usd), "USD") if usd is not None else None


def _change(sign: int, change: int | None) -> SheetCell:
    if not sign:
        return cells.text("")
    if change is None:
        return cells.text("?", look="attention")
    money = Money(change, "USD")
    return SheetCell(f"+{money.amount:,.2f}" if change > 0 else f"{money.amount:,.2f}", money)
