"""Exchange rates as a table: the newest of each currency, how old it is, and where rates lack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from aps_desktop.db.connection import Connection
from aps_desktop.db.queries.lists import Filter
from aps_desktop.domain.errors import InvalidValue
from aps_desktop.domain.money import CURRENCIES
from aps_desktop.domain.values import Value, show_date, show_number
from aps_desktop.services import ledger, rates
from aps_desktop.services import sheet_cells as cells
from aps_desktop.services.answer_sheets import without_value
from aps_desktop.services.funding import NAME
from aps_desktop.services.rates import GAP_DAYS, Gap, Rate
from aps_desktop.services.sheet_cells import Column, Line, Opens, Sheet, SheetCell

OLD_DAYS = 90
"""A newest rate older than this is said to be too old, as on the Today page."""
_NEWEST = (
    Column("Currency", width=90),
    Column("USD for 1", right=True, width=130),
    Column("For 1 USD", right=True, width=140, why="As the United Nations writes its rates."),
    Column("Rate of", width=110),
    Column("Age", width=150),
    Column("Source", width=0),
    Column("Rates", right=True, width=80),
)
_GAPS = (
    Column("Currency", width=90),
    Column("Month", width=90),
    Column("Transactions", right=True, width=106),
    Column("What is wrong", width=0),
)
_HISTORY = (
    Column("Rate of", width=96),
    Column("USD for 1", right=True, width=116),
    Column("For 1 USD", right=True, width=124),
    Column("Source", width=0),
)


NO_CURRENCY = Sheet(_HISTORY, (), "Choose a currency above to see all its rates.")


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest rate of each currency; `old` counts those that are too old."""

    sheet: Sheet
    old: int


@dataclass(frozen=True, slots=True)
class Lacking:
    """Months whose transactions lack a rate, and how many have no value in US dollars at all."""

    sheet: Sheet
    unvalued: int
    missing: Opens


def newest(c: Connection, day: date) -> Newest:
    """The newest rates as they are on a day."""
    found = [one for one in rates.newest(c) if one.currency in CURRENCIES]
    counts: dict[str, int] = dict(
        c.all("SELECT upper(currency), count(*) FROM exchange_rate GROUP BY upper(currency)")
    )
    lines = tuple(_newest(one, int(counts.get(one.currency, 0)), day) for one in found)
    empty = (
        "No rate is kept yet. Enter one, or import the table of your bank or of the United Nations."
    )
    old = sum((day - one.day).days > OLD_DAYS for one in found)
    return Newest(Sheet(_NEWEST, lines, empty), old)


def lacking(c: Connection, day: date) -> Lacking:
    """What the ledger lacks up to a day's month; it looks at every transaction, so it is asked for
    by itself."""
    wrong = tuple(map(_gap, rates.gaps(c, until=day)))
    unvalued = int(c.value(f"SELECT count(*) FROM fund_transaction t WHERE {ledger.UNVALUED}") or 0)
    return Lacking(
        Sheet(_GAPS, wrong, "Every transaction has a rate of its time."),
        unvalued,
        without_value((Filter("amount", "filled"),)),
    )


def history(c: Connection, currency: str) -> Sheet:
    """All rates of a currency, the newest first."""
    lines = [
        Line(
            (
                cells.day(one.day),
                _exact(one.usd_per_unit),
                _exact(one.units_per_usd),
                cells.text(one.source or "not stated", look="" if one.source else "attention"),
            )
        )
        for one in rates.table(c, currency)
    ]
    return Sheet(_HISTORY, tuple(lines), NO_CURRENCY.empty)


def _newest(one: Rate, count: int, day: date) -> Line:
    opens = Opens("exchange_rate", (Filter("currency", "contains", (one.currency,)),))
    return Line(
        (
            cells.text(one.currency, opens),
            _exact(one.usd_per_unit),
            _exact(one.units_per_usd),
            cells.day(one.day),
            _age((day - one.day).days),
            cells.text(one.source or "not stated", look="" if one.source else "attention"),
            cells.number(count, opens),
        )
    )


def _age(days: int) -> SheetCell:
    words = "today" if not days else "1 day" if days == 1 else f"{days:,} days"
    if days > OLD_DAYS:
        return SheetCell(f"{words}, too old", days, look="late")
    return SheetCell(words, days, look="attention" if days > GAP_DAYS else "")


def _gap(one: Gap) -> Line:
    first = f"{one.month}-01"
    last = f"{one.month}-31"
    opens = Opens(NAME, (Filter("date", "from", (first,)), Filter("date", "to", (last,)),
                         Filter("amount", "filled")))  # fmt: skip
    words = (
        f"newest before it: {show_date(one.newest)}" if one.newest else "no rate on or before it"
    )
    return Line(
        (
            cells.text(one.currency, opens),
            cells.text(_month(one.month)),
            cells.number(one.transactions, opens),
            cells.text(words, look="attention" if one.newest else "late"),
        )
    )


def _month(key: str) -> str:
    return show_date(date.fromisoformat(f"{key}-01")).split(" ", 1)[1]


def _exact(value: Decimal) -> SheetCell:
    return SheetCell(show_number(value), value)


def as_kept(values: Mapping[str, Value], *, inverse: bool) -> dict[str, Value]:
    """A rate's values as they are stored: US dollars for one unit, also when typed inversely."""
    rate = values.get("usd_per_unit")
    if not inverse or not isinstance(rate, Decimal | int):
        return dict(values)
    if rate <= 0:
        raise InvalidValue("The rate is not above zero.", field="usd_per_unit")
    units = Decimal(rate)
    found = {**values, "usd_per_unit": rates.inverted(units)}
    if units == round(units, 6):  # as it was given: then amounts are divided by it exactly
        found["units_per_usd"] = units
    return found
