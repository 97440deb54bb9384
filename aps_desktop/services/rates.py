"""Exchange rates: which one holds on a day, who says so, and where there is none."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from aps_desktop.db.connection import Connection
from aps_desktop.db.layout import value_of
from aps_desktop.domain.entities.funding import EXCHANGE_RATE
from aps_desktop.domain.money import Money
from aps_desktop.domain.values import Value

_RATE = EXCHANGE_RATE.field("usd_per_unit")
_UNITS = EXCHANGE_RATE.field("units_per_usd")
GAP_DAYS = 45
"""A rate older than this on a transaction's day is doubtful: operational rates are monthly."""


@dataclass(frozen=True, slots=True)
class Rate:
    """What one unit of a currency is worth in US dollars, of which day, and who says so.

    `units` is what the source says, where it says how many units one US dollar is, as the United
    Nations do; then amounts are divided by it, which loses nothing.
    """

    currency: str
    usd_per_unit: Decimal
    day: date
    source: str
    units: Decimal | None = None

    def usd(self, amount: Money) -> Money:
        """The value in US dollars, rounded once to the cent, half to even."""
        return Money.of(self.exact(amount), "USD")

    def exact(self, amount: Money) -> Decimal:
        """US dollars, not rounded: for what is multiplied further and rounded at its end."""
        return amount.amount / self.units if self.units else amount.amount * self.usd_per_unit

    @property
    def units_per_usd(self) -> Decimal:
        """Units for one US dollar: as given, or worked out to ten significant digits."""
        if self.units:
            return self.units
        exact = 1 / self.usd_per_unit
        return exact.quantize(Decimal(1).scaleb(exact.adjusted() - 9), rounding=ROUND_HALF_EVEN)

    def frozen(self, amount: Money) -> dict[str, Value]:
        """The fields of a transaction that keep this rate and the value by it."""
        return {
            "rate": self.usd_per_unit,
            "units_per_usd": self.units,
            "rate_date": self.day,
            "rate_source": self.source or "Exchange rates",
            "usd_value": self.usd(amount),
        }


@dataclass(frozen=True, slots=True)
class Gap:
    """A currency and month whose transactions have no rate, or one from long before."""

    currency: str
    month: str
    transactions: int
    newest: date | None


def find(c: Connection, currency: str, day: date) -> Rate | None:
    """The rate of that day, or the newest before it; None where there is none. Never a later one.

    One US dollar is one US dollar.
    """
    if currency == "USD":
        return Rate("USD", Decimal(1), day, "")
    row = c.one(
        f"SELECT {_COLUMNS} FROM exchange_rate "
        "WHERE upper(currency) = ? AND date <= ? AND usd_per_unit > 0 "
        "ORDER BY date DESC, id DESC LIMIT 1",
        (currency, day.isoformat()),
    )
    return _rate(row) if row else None


_COLUMNS = "upper(currency), usd_per_unit, date, source, units_per_usd"


def _rate(row: tuple[Any, ...]) -> Rate:
    currency, stored, day, source, units = row
    return Rate(
        currency, Decimal(str(value_of(_RATE, (stored,)))), date.fromisoformat(day), source or "",
        Decimal(str(value_of(_UNITS, (units,)))) if units and units > 0 else None,
    )  # fmt: skip


class Rates:
    """Finds rates for many amounts, each currency and day once."""

    def __init__(self, c: Connection) -> None:
        self._c = c
        self._found: dict[tuple[str, date], Rate | None] = {}

    def find(self, currency: str, day: date) -> Rate | None:
        key = currency, day
        if key not in self._found:
            self._found[key] = find(self._c, currency, day)
        return self._found[key]

    def usd(self, amount: Money, day: date) -> Money | None:
        """The value in US dollars on a day; None where there is no rate."""
        rate = self.find(amount.currency, day)
        return rate.usd(amount) if rate else None


def table(c: Connection, currency: str = "") -> list[Rate]:
    """All rates (of one currency), newest first."""
    rows = c.all(
        f"SELECT {_COLUMNS} FROM exchange_rate "
        "WHERE ? IN ('', upper(currency)) AND usd_per_unit > 0 AND date IS NOT NULL "
        "ORDER BY date DESC, currency, id DESC",
        (currency.upper(),),
    )
    return [_rate(row) for row in rows]


def newest(c: Connection) -> list[Rate]:
    """The newest rate of every currency, by currency."""
    found: dict[str, Rate] = {}
    for rate in table(c):
        found.setdefault(rate.currency, rate)
    return [found[code] for code in sorted(found)]


def gaps(c: Connection, *, days: int = GAP_DAYS, until: date | None = None) -> list[Gap]:
    """Months of a currency with transactions whose rate is missing or older than `days` then.

    The age is counted from the end of the month. After `until` nothing is: what is planned for
    next year cannot have a rate of next year.
    """
    known: dict[str, list[str]] = {}
    for currency, day in c.all(
        "SELECT upper(currency), date FROM exchange_rate "
        "WHERE usd_per_unit > 0 AND date IS NOT NULL ORDER BY date"
    ):
        known.setdefault(currency, []).append(day)
    rows = c.all(
        "SELECT currency, month, n FROM money_by_currency "
        "WHERE currency <> 'USD' AND n > 0 AND month <= ? ORDER BY currency, month",
        (f"{until or date.max:%Y-%m}",),
    )
    found = []
    for currency, month, number in rows:
        newest = _newest_in_time(known.get(currency, ()), month)
        if newest is None or _days_to_end(month, newest) > days:
            found.append(Gap(currency, month, number, newest))
    return found


def _newest_in_time(days: Sequence[str], month: str) -> date | None:
    """Of days in their order, as they are stored, the last one up to the end of a month."""
    place = bisect_right(days, f"{month}-31")
    return date.fromisoformat(days[place - 1]) if place else None


def _days_to_end(month: str, day: date) -> int:
    first = date.fromisoformat(f"{month}-01")
    return ((first + timedelta(31)).replace(day=1) - timedelta(1) - day).days


def inverted(units_per_usd: Decimal) -> Decimal:
    """US dollars for one unit, from units for one US dollar, at the scale of stored rates."""
    exact = 1 / units_per_usd
    return exact.quantize(Decimal(1).scaleb(-_RATE.decimals), rounding=ROUND_HALF_EVEN)


def completed(values: Mapping[str, Value], rate: str = "usd_per_unit") -> dict[str, Value]:
    """The values with US dollars for one unit worked out, where units for one dollar are given.

    Amounts are converted by what was given.
    """
    units = values.get("units_per_usd")
    if isinstance(units, int):
        units = Decimal(units)
    if not isinstance(units, Decimal) or units <= 0 or values.get(rate):
        return dict(values)
    return {**values, rate: inverted(units)}


def following(changes: Mapping[str, Value]) -> dict[str, Value]:
    """Changes of a rate with what follows: the two ways of writing it stay one rate."""
    units, rate = changes.get("units_per_usd"), changes.get("usd_per_unit")
    if isinstance(units, Decimal | int) and units > 0 and "usd_per_unit" not in changes:
        return {**changes, "usd_per_unit": inverted(Decimal(units))}
    if rate is not None and "units_per_usd" not in changes:
        return {**changes, "units_per_usd": None}
    return dict(changes)
