"""Burn against plan: what was to be spent, and what was, month by month or by quarter or year."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from aps_desktop.db.connection import Connection
from aps_desktop.db.queries import money
from aps_desktop.db.queries.money import Sum
from aps_desktop.domain.funding_measures import ACTUAL, BURN_RATE, MEASURE_LABELS, PLANNED
from aps_desktop.domain.totals import Total, ratio
from aps_desktop.services.funding import (
    Answer,
    Figure,
    Ledger,
    Line,
    Scope,
    between,
    name_missing,
    total_of,
)

PERIODS = ("month", "quarter", "year")
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


def burn(
    c: Connection, scope: Scope, period: str = "month", measure: str = "expenditure"
) -> Answer:
    """Planned and actual of a measure in each period, and both added up from the beginning."""
    ledger = Ledger.of(c, scope)
    only = ledger.narrowed(measures=(measure,), nature="")
    found: dict[tuple[str, str], list[Sum]] = {}
    for one in money.sums(c, ("month", "nature"), only):
        month, nature = one.keys
        found.setdefault((period_of(month, period), nature), []).append(one)
    keys = _without_holes(sorted({key for key, _ in found}), period)
    sums = {nature: Total() for nature in (PLANNED, ACTUAL)}
    lines = []
    for key in keys:
        parts = {n: total_of(found.get((key, n), ())) for n in sums}
        sums = {n: sums[n].plus(parts[n]) for n in sums}
        lines.append(Line(key, period_words(key), _figures(ledger, measure, key, parts, sums)))
    totals = name_missing(c, _figures(ledger, measure, "", sums, sums))
    label = MEASURE_LABELS[measure].lower()
    return Answer(
        "burn", f"{MEASURE_LABELS[measure]} against plan by {period}", tuple(lines), totals,
        (
            f"Burn is {BURN_RATE}, for what was {label}.",
            "Planned is what stands in the ledger as planned transactions, in cash.",
        ),
    )  # fmt: skip


def _figures(
    ledger: Ledger, measure: str, key: str, parts: dict[str, Total], sums: dict[str, Total]
) -> tuple[Figure, ...]:
    first, last = period_days(key) if key else (None, None)
    span = between("date", first, last)
    until = between("date", None, last)
    made = []
    for nature, label in ((PLANNED, "Planned"), (ACTUAL, "Actual")):
        opens = ledger.opens((measure,), nature=nature, more=span)
        made.append(Figure(nature, label, parts[nature], opens=opens))
    for nature, label in ((PLANNED, "Planned so far"), (ACTUAL, "Actual so far")):
        opens = ledger.opens((measure,), nature=nature, more=until)
        made.append(Figure(f"{nature}_so_far", label, sums[nature], opens=opens))
    rate: Decimal | None = ratio(sums[ACTUAL], sums[PLANNED])
    both = ledger.opens((measure,), nature="", more=until)
    made.append(Figure("burn_rate", "Of plan so far", percent=rate, opens=both))
    return tuple(made)


# Periods ------------------------------------------------------------------------------------------


def period_of(month: str, period: str) -> str:
    """ "2026-03" as "2026-03", "2026-Q1" or "2026"."""
    if period == "month":
        return month
    year, number = month.split("-")
    return year if period == "year" else f"{year}-Q{(int(number) + 2) // 3}"


def period_words(key: str) -> str:
    """ "2026-03" as "Mar 2026", "2026-Q1" as "Q1 2026"."""
    year, _, part = key.partition("-")
    if not part:
        return year
    if part.startswith("Q"):
        return f"{part} {year}"
    return f"{date(2000, int(part), 1):%b} {year}"


def period_days(key: str) -> tuple[date, date]:
    """The first and the last day of a period."""
    year, _, part = key.partition("-")
    months = 12 if not part else 3 if part.startswith("Q") else 1
    first = date(int(year), 1 if not part else (int(part.strip("Q")) - 1) * months + 1, 1)
    return first, _after(first, months) - timedelta(1)


def _after(first: date, months: int) -> date:
    number = first.year * 12 + first.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def _without_holes(keys: list[str], period: str) -> list[str]:
    """Every period from the first to the last, also those in which nothing happened."""
    if not keys or int(keys[-1][:4]) - int(keys[0][:4]) > 100:  # a mistyped year
        return keys
    at, last = period_days(keys[0])[0], period_days(keys[-1])[0]
    found = []
    while at <= last:
        found.append(period_of(at.isoformat()[:7], period))
        at = _after(at, _MONTHS[period])
    return found
