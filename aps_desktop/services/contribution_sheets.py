"""Who contributes to a fund, or what a partner or member state contributes: cash and in kind.

A contribution has no frozen value: in US dollars it counts by the rate of the day it was agreed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from aps_desktop.db.connection import Connection
from aps_desktop.db.queries.lists import Filter
from aps_desktop.domain.entities import entity
from aps_desktop.domain.money import Money
from aps_desktop.domain.totals import Missing, Total
from aps_desktop.domain.values import Period, show_date
from aps_desktop.services import sheet_cells as cells
from aps_desktop.services.money_sheets import Named, one_record
from aps_desktop.services.rates import Rates
from aps_desktop.services.sheet_cells import Card, Column, Line, Opens, Sheet

_WHY = "By the rate of the day it was agreed."
_COLUMNS = (
    Column("Contributor", width=0),
    Column("For", width=64),
    Column("Status", width=78),
    Column("Agreed on", width=96, extra=True),
    Column("Cash", right=True, width=132),
    Column("In US dollars", right=True, width=124, why=_WHY),
    Column("In kind (estimate)", right=True, width=132, why="Never added to cash.", extra=True),
)
_FIRM = ("agreed", "paid")
_COUNTED = (
    *(key for key, _ in entity("contribution").field("status").choices if key != "cancelled"),
    None,
)
"""The statuses of what is in a total."""


@dataclass(frozen=True, slots=True)
class _Contribution:
    """One row, with its value in US dollars where there was a rate."""

    id: UUID
    payers: tuple[tuple[str, int | None], ...]
    fund: int | None
    period: str
    status: str
    agreed: date | None
    amount: Money | None
    in_kind: bool
    value: Money | None

    def total(self) -> Total:
        """What it adds to a total in US dollars."""
        if self.amount is None:
            return Total()
        if self.value is not None:
            return Total((self.value,), 1)
        lacking = Missing("contribution", self.id, "Contribution", self.amount, self.agreed)
        return Total((self.amount,), 1, 1, (lacking,))


def sheet(c: Connection, column: str, rid: int, day: date) -> Sheet:
    """What was agreed up to a day: of a fund, or by a partner or member state (`column`)."""
    rows = _read(c, column, rid, day)
    named = Named(c)
    wanted: dict[str, list[int]] = {}
    for row in rows:
        for name, key in (*row.payers, ("fund", row.fund)):
            if key is not None:
                wanted.setdefault(name, []).append(key)
    named.read(wanted)
    lines = [_line(row, column, named) for row in rows]
    counted = [row for row in rows if row.status != "cancelled"]
    if len(lines) > 1:
        words = [cells.text("Total"), *(cells.text("") for _ in range(4))]
        sums = [
            cells.total(
                _sum(row for row in counted if row.in_kind is in_kind),
                _opens(column, rid, day, _COUNTED, in_kind=in_kind), empty="",
            )
            for in_kind in (False, True)
        ]  # fmt: skip
        lines.append(Line((*words, *sums), total=True))
    columns = _COLUMNS if column == "fund" else (Column("Fund", width=0), *_COLUMNS[1:])
    return Sheet(columns, tuple(lines), "Nobody has announced or agreed a contribution yet.")


def cards(c: Connection, column: str, rid: int, day: date) -> list[Card]:
    """What is firmly agreed: cash in US dollars, and in kind where there is any."""
    firm = [row for row in _read(c, column, rid, day) if row.status in _FIRM]
    made = []
    for in_kind, label in ((False, "Contributions agreed"), (True, "Contributions in kind")):
        parts = [row for row in firm if row.in_kind is in_kind]
        if not parts and in_kind:
            continue
        shown = cells.total(_sum(parts), _opens(column, rid, day, _FIRM, in_kind=in_kind))
        under = "an estimate, not in the cash" if in_kind else _as_agreed(parts)
        made.append(Card(label, shown, "" if under == shown.text else under))
    return made


def _opens(
    column: str, rid: int, day: date, statuses: tuple[str | None, ...], *, in_kind: bool
) -> Opens:
    """The list of what `_read` reads, of these statuses, in cash or in kind."""
    return Opens("contribution", (
        Filter(column, "any_of", (rid,)), Filter("status", "any_of", statuses), _agreed_by(day),
        Filter("in_kind", "any_of", (1,) if in_kind else (0, None)),
    ))  # fmt: skip


def _agreed_by(day: date) -> Filter:
    """What `_read` reads: agreed up to a day, or nobody has said when."""
    up_to = (("agreed_on", "to", (day.isoformat(),)),)
    undated = (("agreed_on", "empty", ()),)
    return Filter("agreed_on", "either", (f"up to {show_date(day)} or empty", up_to, undated))


def _read(c: Connection, column: str, rid: int, day: date) -> list[_Contribution]:
    rates = Rates(c)
    rows = c.all(
        "SELECT t.id, t.partner, t.member_state, t.organisation, t.fund, t.period, t.status, "
        "t.agreed_on, t.amount_minor, t.amount_currency, coalesce(t.in_kind, 0) "
        f"FROM contribution t WHERE t.{column} = ? AND coalesce(t.agreed_on, '') <= ? "
        "ORDER BY (t.period IS NULL), t.period DESC, t.rid",
        (rid, day.isoformat()),
    )
    return [_contribution(row, rates, day) for row in rows]


def _contribution(row: tuple[Any, ...], rates: Rates, day: date) -> _Contribution:
    id, partner, state, organisation, fund, period, status, agreed, minor, currency, kind = row
    amount = Money(int(minor), currency) if currency else None
    on = date.fromisoformat(agreed) if agreed else None
    value = rates.usd(amount, on or day) if amount else None
    payers = (("partner", partner), ("member_state", state), ("organisation", organisation))
    return _Contribution(
        UUID(bytes=bytes(id)), payers, fund, _period(period), status or "", on, amount, bool(kind),
        value,
    )  # fmt: skip


def _line(row: _Contribution, column: str, named: Named) -> Line:
    who = named.first(*row.payers) if column == "fund" else named.first(("fund", row.fund))
    cash = None if row.in_kind else row.amount
    label = entity("contribution").field("status").choice_label(row.status)
    return Line(
        (
            cells.text(who or "Not stated", one_record("contribution", row.id.bytes)),
            cells.text(row.period),
            cells.text(label, look="muted" if row.status == "cancelled" else ""),
            cells.day(row.agreed),
            cells.money(cash),
            cells.total(Total() if row.in_kind else row.total(), empty=""),
            cells.money(row.amount if row.in_kind else None),
        )
    )


def _sum(rows: Any) -> Total:
    total = Total()
    for row in rows:
        total = total.plus(row.total())
    return total


def _as_agreed(rows: list[_Contribution]) -> str:
    """The amounts in the currencies in which they were agreed, side by side."""
    sums: dict[str, int] = {}
    for row in rows:
        if row.amount is not None:
            sums[row.amount.currency] = sums.get(row.amount.currency, 0) + row.amount.minor
    return " + ".join(str(Money(sums[code], code)) for code in sorted(sums))


def _period(value: str | None) -> str:
    if not value:
        return ""
    start, end = value.split("/")
    return str(Period(date.fromisoformat(start), date.fromisoformat(end)))
