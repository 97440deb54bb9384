"""The money of a project, body or fund as a report's table: the same figures as the window's."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from aps_desktop.domain.totals import Total
from aps_desktop.reports.document import Amount, Block, Bullets, Cell, Column, Paragraph, Table
from aps_desktop.services import funding_flows
from aps_desktop.services.funding import Answer, Figure, Scope
from aps_desktop.services.report_parts import Reader

_ALWAYS = ("pledge", "commitment", "receipt", "disbursement", "expenditure", "refund")
_EVERY_CLASS = "These sums count transactions of every document class."
_COLUMNS = (Column("Measure", share=4), Column("Amount", True, 4), Column("Transactions", True, 2))


def money_table(reader: Reader, about: str, rid: int, until: date | None = None) -> list[Block]:
    """Each measure by itself up to a day, what follows from them, and how they were counted.

    A total that has no value in one currency is shown in each of its currencies, and said. The sums
    are those of the window, whatever the report's class; it says so.
    """
    scope = _scope(about, rid, until or reader.day)
    by = "fund" if about == "fund" else "project"
    moved = funding_flows.flows(reader.c, scope, by)
    left = funding_flows.balances(reader.c, scope, by)
    if not any(one.total and one.total.rows for one in moved.totals):
        return [Paragraph("No transactions recorded.", "muted")]
    shown = [one for one in moved.totals if one.key in _ALWAYS or (one.total and one.total.rows)]
    _rest_on(reader, moved)
    known = {one.key for one in moved.totals}
    derived = [
        one for one in left.totals if one.key not in known and (not one.total or one.total.rows)
    ]
    rows = [_row(one) for one in (*shown, *derived)]
    return [
        Table(_COLUMNS, tuple(rows)),
        Paragraph(_EVERY_CLASS, "muted"),
        *_explained(moved, left),
    ]


def moved_in(reader: Reader, about: str, rid: int, year: int) -> list[Block]:
    """Each measure of one year by itself."""
    scope = replace(_scope(about, rid, date(year, 12, 31)), years=(year, year))
    moved = funding_flows.flows(reader.c, scope, "fund" if about == "fund" else "project")
    _rest_on(reader, moved)
    rows = [_row(one) for one in moved.totals if one.total and one.total.rows]
    empty = f"No transactions recorded in {year}."
    return [Table(_COLUMNS, tuple(rows), empty=empty), *_missing(moved)]


def _rest_on(reader: Reader, moved: Answer) -> None:
    for one in moved.totals:
        if one.opens is not None:
            reader.unsettled.added_up(reader.c, one.opens)


def _scope(about: str, rid: int, until: date) -> Scope:
    match about:
        case "project":
            return Scope(projects=(rid,), as_of=until)
        case "body":
            return Scope(bodies=(rid,), as_of=until)
    return Scope(funds=(rid,), as_of=until)


def _row(figure: Figure) -> tuple[Cell, ...]:
    if figure.total is None:
        return figure.label, None, figure.count
    return figure.label, _amount(figure.total), figure.total.rows


def _amount(total: Total) -> Cell:
    value = total.value
    if value is not None:
        return Amount.of(value)
    return " + ".join(str(one) for one in total.by_currency)


def _explained(moved: Answer, left: Answer) -> list[Block]:
    said = list(dict.fromkeys((*moved.explained, *left.explained)))
    blocks: list[Block] = [Bullets(tuple(said), "muted")] if said else []
    return [*blocks, *_missing(moved)]


def _missing(moved: Answer) -> list[Block]:
    """The transactions for which a total is refused."""
    lacking = [m for figure in moved.totals if figure.total for m in figure.total.missing]
    if not lacking:
        return []
    words = "These transactions have no value in US dollars, so no total is given:"
    return [Paragraph(words, "strong"), Bullets(tuple(one.words for one in lacking))]
