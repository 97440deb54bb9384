"""Answers about money as tables and cards: the same figures, laid out for people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from aps_desktop.db.connection import Connection
from aps_desktop.db.queries import money
from aps_desktop.db.queries.lists import Filter
from aps_desktop.domain.funding_measures import MEASURE_LABELS
from aps_desktop.domain.money import Money
from aps_desktop.domain.values import show_date
from aps_desktop.services import sheet_cells as cells
from aps_desktop.services.funding import NAME, Answer, Figure, Ledger, Scope
from aps_desktop.services.sheet_cells import Card, Column, Line, Look, Opens, Sheet, SheetCell

_PERCENT_WIDTH = 160
_WIDTH = 132
_COUNT_WIDTH = 80
_SIGN = 8
"""About the width of a letter in a heading."""
_SOON = 30
"""Days."""
_FULL = 100
"""Percent from which more was paid than was committed."""


def sheet(
    answer: Answer,
    first: str,
    *,
    keys: Sequence[str] = (),
    extra: Sequence[str] = (),
    empty: str = "There is nothing to count yet.",
    first_width: int = 0,
) -> Sheet:
    """The answer as a table. `keys` are the figures to show, in their order; else all of them.

    `extra` are those that are shown only where there is room.
    """
    shown = [one for one in _columns(answer) if not keys or one.key in keys]
    shown.sort(key=lambda one: list(keys).index(one.key) if keys else 0)
    columns = (
        Column(first, width=first_width),
        *(_column(one, extra=one.key in extra) for one in shown),
    )
    names = [one.key for one in shown]
    lines = [Line((_head(line.label, line.note, line.entity, line.id),
                   *_cells(line.figures, names))) for line in answer.lines]  # fmt: skip
    if answer.totals and lines:
        words = "Total of all" if answer.more else "Total"
        lines.append(Line((cells.text(words), *_cells(answer.totals, names)), total=True))
    refused = [one for one in answer.totals if one.total is not None and one.total.refused]
    return Sheet(columns, tuple(lines), empty, _refusal(refused), _lacking(refused), answer.more)


def cell(figure: Figure, *, empty: str = "–") -> SheetCell:
    """One figure as a cell; it opens the rows that make it."""
    opens = Opens(figure.opens.entity, figure.opens.filters) if figure.opens else None
    if figure.total is not None:
        return cells.total(figure.total, opens, empty=empty)
    if figure.percent is not None:
        look: Look = "attention" if figure.percent > _FULL else ""
        return cells.percent(figure.percent, opens, look=look)
    if figure.day is not None:
        return _day(figure)
    if figure.count is not None:
        return cells.number(figure.count, opens)
    return cells.text("–", opens, look="muted")


def cards(
    figures: Iterable[Figure], keys: Sequence[str], native: dict[str, str] | None = None
) -> list[Card]:
    """The figures of these keys as cards; `native` says by key what they are made of."""
    by_key = {one.key: one for one in figures}
    made = []
    for key in keys:
        figure = by_key.get(key)
        if figure is None:
            continue
        shown = cell(figure)
        under = (native or {}).get(key, "")
        made.append(Card(figure.label, shown, "" if under == shown.text else under))
    return made


def in_kind_cards(figures: Iterable[Figure]) -> list[Card]:
    """What was given in kind, each measure by itself, beside the cash."""
    return [
        Card(one.label, cell(one), "an estimate, not in the cash")
        for one in figures
        if one.key.endswith("_in_kind")
    ]


def in_currencies(c: Connection, scope: Scope, *, in_kind: int = 0) -> dict[str, str]:
    """By measure: the actual amounts in the currencies in which they were paid, side by side."""
    only = Ledger.of(c, scope).narrowed(in_kind=in_kind)
    found: dict[str, list[Money]] = {}
    for one in money.sums(c, ("type",), only, native=True):
        found.setdefault(str(one.keys[0]), []).append(Money(one.minor, one.unit))
    return {
        measure: " + ".join(str(one) for one in sorted(parts, key=lambda m: m.currency))
        for measure, parts in found.items()
        if measure in MEASURE_LABELS
    }


def without_value(filters: Sequence[Filter] = ()) -> Opens:
    """The transactions of a list that have no value in US dollars."""
    return Opens(NAME, (*filters, Filter("usd_value", "empty")))


def _day(figure: Figure) -> SheetCell:
    """A day, and in how many days it is where that is said."""
    days = figure.count
    if figure.day is None or days is None:
        return cells.day(figure.day)
    words = "today" if not days else f"in {days:,} day{'' if days == 1 else 's'}"
    look: Look = "attention" if days <= _SOON else ""
    return SheetCell(f"{show_date(figure.day)}, {words}", figure.day, look=look)


def _columns(answer: Answer) -> list[Figure]:
    """One figure for each column: the totals', and what only lines have."""
    found = {one.key: one for one in answer.totals}
    for line in answer.lines[:1]:
        for one in line.figures:
            found.setdefault(one.key, one)
    return list(found.values())


def _column(figure: Figure, *, extra: bool) -> Column:
    if figure.percent is not None or figure.key.endswith("_rate"):
        return Column(figure.label, right=True, width=_PERCENT_WIDTH, extra=extra)
    if figure.day is not None:
        width = 100 if figure.count is None else 190
        return Column(figure.label, width=width, extra=extra)
    least = _WIDTH if figure.total is not None else _COUNT_WIDTH
    width = max(least, len(figure.label) * _SIGN + 20)
    return Column(figure.label, right=True, width=width, extra=extra)


def _head(label: str, note: str, entity: str, id: object) -> SheetCell:
    opens = Opens(entity, id=id) if entity and id is not None else None  # type: ignore[arg-type]
    return cells.text(f"{label} ({note})" if note else label, opens)


def _cells(figures: Iterable[Figure], keys: Sequence[str]) -> list[SheetCell]:
    by_key = {one.key: one for one in figures}
    return [cell(by_key[key]) if key in by_key else cells.text("") for key in keys]


def _refusal(refused: Sequence[Figure]) -> str:
    if not refused:
        return ""
    parts = [f"{one.label}: {cells.refusal(one.total)}" for one in refused if one.total]
    more = f" And {len(parts) - 2} more." if len(parts) > 2 else ""
    why = "! Not added up, because a sum of unlike currencies says nothing."
    return f"{why} {' '.join(parts[:2])}{more}"


def _lacking(refused: Sequence[Figure]) -> Opens | None:
    for one in refused:
        if one.opens is not None and one.opens.entity == NAME:
            return without_value(one.opens.filters)
    return None
