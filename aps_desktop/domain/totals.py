"""Totals that cannot be misread: what adds up, what does not, and what is missing for it.

The rule of the house (domain.md A.3, acceptance T14): a total over several currencies needs the
value in US dollars of every amount in it. Where one is missing the total is refused, and says which
amounts it lacks; it is never guessed, and never a sum of unlike things.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from uuid import UUID

from aps_desktop.domain.money import Money
from aps_desktop.domain.values import show_date


@dataclass(frozen=True, slots=True)
class Missing:
    """A record whose amount has no value in US dollars: which, how much, of which day."""

    entity: str
    id: UUID
    title: str
    amount: Money
    day: date | None

    @property
    def words(self) -> str:
        """ "EUR 1,000.00 of 4 Mar 2026 (Voucher 12): no rate for EUR"."""
        of = f" of {show_date(self.day)}" if self.day else ""
        return f"{self.amount}{of} ({self.title}): no rate for {self.amount.currency}"


@dataclass(frozen=True, slots=True)
class Total:
    """A sum of amounts. `value` is None where it is refused: `missing` then says what is lacking.

    `by_currency` is what could be added up: one amount in USD for everything that has a value in US
    dollars, and one amount in each currency of what has none. `rows` counts the records, `unvalued`
    those without a value; `missing` names the first of them.
    """

    by_currency: tuple[Money, ...] = ()
    rows: int = 0
    unvalued: int = 0
    missing: tuple[Missing, ...] = ()

    @classmethod
    def of(cls, parts: Iterable[tuple[str, int, int]]) -> Total:
        """From (currency, minor units, records); what is not in USD has no value in US dollars."""
        sums: dict[str, int] = {}
        rows = unvalued = 0
        for currency, minor, count in parts:
            sums[currency] = sums.get(currency, 0) + minor
            rows += count
            unvalued += count if currency != "USD" else 0
        return cls(tuple(Money(sums[code], code) for code in sorted(sums)), rows, unvalued)

    @property
    def value(self) -> Money | None:
        """The total in one currency; None when it is refused. Nothing at all is USD 0."""
        if not self.by_currency:
            return Money(0, "USD")
        return self.by_currency[0] if len(self.by_currency) == 1 else None

    @property
    def refused(self) -> bool:
        return self.value is None

    @property
    def usd(self) -> int | None:
        """The total in US cents; None when it is refused or in another currency."""
        value = self.value
        return value.minor if value is not None and value.currency == "USD" else None

    def plus(self, other: Total) -> Total:
        """Both together: for parts of one measure, never for two measures."""
        return self._joined(other, 1)

    def less(self, other: Total) -> Total:
        """What is left of this one after the other: a balance."""
        return self._joined(other, -1)

    def with_missing(self, missing: Iterable[Missing]) -> Total:
        return Total(self.by_currency, self.rows, self.unvalued, tuple(missing))

    def _joined(self, other: Total, sign: int) -> Total:
        sums = {one.currency: one.minor for one in self.by_currency}
        for one in other.by_currency:
            sums[one.currency] = sums.get(one.currency, 0) + sign * one.minor
        return Total(
            tuple(Money(sums[code], code) for code in sorted(sums)),
            self.rows + other.rows,
            self.unvalued + other.unvalued,
            tuple(dict.fromkeys(self.missing + other.missing)),
        )


def summed(totals: Iterable[Total]) -> Total:
    """Many totals of one measure together."""
    sums: dict[str, int] = {}
    rows = unvalued = 0
    missing: dict[Missing, None] = {}
    for total in totals:
        for one in total.by_currency:
            sums[one.currency] = sums.get(one.currency, 0) + one.minor
        rows, unvalued = rows + total.rows, unvalued + total.unvalued
        missing.update(dict.fromkeys(total.missing))
    money = tuple(Money(sums[code], code) for code in sorted(sums))
    return Total(money, rows, unvalued, tuple(missing))


def ratio(part: Total, whole: Total) -> Decimal | None:
    """`part` in percent of `whole`, to a tenth; None where either is refused, or nothing is whole.

    Both must come out in one currency. Rounded once, half to even.
    """
    top, bottom = part.value, whole.value
    if top is None or bottom is None or bottom.minor == 0:
        return None
    if top.currency != bottom.currency and top.minor:
        return None
    return share(top.minor, bottom.minor)


def share(part: int, whole: int) -> Decimal:
    """Percent to a tenth, rounded once, half to even. `whole` is not zero."""
    exact = Decimal(part * 100) / Decimal(whole)
    return exact.quantize(Decimal("0.1"), rounding=ROUND_HALF_EVEN)
