"""What a form for a transaction fills in by itself: what follows from the project or instalment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from aps_desktop.db.connection import Connection
from aps_desktop.domain.errors import NotFound
from aps_desktop.domain.funding_measures import BALANCE, MANAGED
from aps_desktop.domain.money import Money
from aps_desktop.domain.values import Value
from aps_desktop.services import funding_flows, record_page, records
from aps_desktop.services.funding import Scope
from aps_desktop.services.rates import Rate, find

_FROM: dict[str, tuple[str, ...]] = {
    "tranche": ("project", "fund", "amount"),
    "project": ("fund",),
    "fund": ("partner",),
}
"""Record -> its fields that a transaction takes over."""


def suggested(c: Connection, name: str, id: UUID) -> tuple[dict[str, Value], dict[UUID, str]]:
    """Values that a transaction of this tranche, project or fund usually has, and their labels."""
    found: dict[str, Value] = {}
    for source, fields in _FROM.items():
        known = id if source == name else found.get(source)
        if not isinstance(known, UUID):
            continue
        try:
            values = records.get(c, source, known).values
        except NotFound:
            continue
        for field in fields:
            if values.get(field) is not None:
                found.setdefault(field, values[field])
    found.pop(name, None)
    return found, record_page.labels_of(c, "fund_transaction", found)


@dataclass(frozen=True, slots=True)
class Entry:
    """What is typed so far of a transaction that is not recorded yet."""

    amount: Money
    on: date
    type: str = ""
    fund: UUID | None = None
    on_project: bool = False
    counts: bool = True
    """Planned and in kind move no balance."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """The rate that an entry would freeze, and the fund's balance without and with it.

    The balance is None where the fund has none, or where a value in US dollars is missing.
    """

    rate: Rate | None
    before: Money | None = None
    after: Money | None = None

    def usd(self, amount: Money) -> Money | None:
        return self.rate.usd(amount) if self.rate else None


def outlook(c: Connection, entry: Entry) -> Outlook:
    """What recording an entry would come to."""
    rate = find(c, entry.amount.currency, entry.on)
    before = _balance(c, entry)
    value = rate.usd(entry.amount) if rate else None
    if before is None or value is None:
        return Outlook(rate)
    side = "project" if entry.on_project else "fund"
    sign = sum(
        term.sign
        for term in BALANCE.terms
        if term.measure == entry.type and term.side in ("any", side)
    )
    change = sign * value.minor if entry.counts else 0
    return Outlook(rate, before, Money(before.minor + change, "USD"))


def _balance(c: Connection, entry: Entry) -> Money | None:
    """The balance of the entry's fund on its day."""
    row = None
    if entry.fund is not None:
        row = c.one("SELECT rid, modality FROM fund WHERE id = ?", (entry.fund.bytes,))
    if row is None or row[1] not in MANAGED:
        return None
    answer = funding_flows.balances(c, Scope(funds=(row[0],), as_of=entry.on), "fund")
    total = answer.total("balance").total
    usd = total.usd if total is not None else None
    return Money(usd, "USD") if usd is not None else None
