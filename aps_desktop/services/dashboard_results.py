"""Charts of results: how far indicators are, against their targets, by member state, and reported.

The figures are those of `services/results_figures`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from aps_desktop.db.connection import Connection
from aps_desktop.db.queries.conditions import Filter
from aps_desktop.domain.entities.vocabularies import PILLARS
from aps_desktop.domain.results_bands import BEHIND, NEAR, REACHED, UNDER_WAY, UNKNOWN
from aps_desktop.services import results_figures as results
from aps_desktop.services.chart_data import (
    Bar,
    Bars,
    Cell,
    Chart,
    Columns,
    Head,
    Heat,
    Marks,
    Part,
    Table,
)
from aps_desktop.services.dashboard_selection import Selection, whole
from aps_desktop.services.dashboard_words import (
    count_ticks,
    counted,
    percent,
    source,
)
from aps_desktop.services.reporting_matrix import RECEIVED, WAITING

_BULLETS, _HEAT_ROWS, _PERIODS = 14, 16, 12
_MANY, _NAMED = 1_000, 10_000
_FULL, _TENTH = Decimal(1), Decimal("0.1")
_MOST_SHARE = 1.5
"""A bar ends at one and a half times its target; its words say the true share."""
_HUES = {
    REACHED: "completion_reporting", NEAR: "plain", UNDER_WAY: "attention", BEHIND: "late",
    UNKNOWN: "pale",
}  # fmt: skip
_NONE = "No indicators", "Enter the results framework, or import it."
_UNREPORTED = "No values by member state", "They come from the reporting forms of the states."
_UNASKED = "No requests", "Ask offices for values: Monitoring › Reporting requests."


def _filters(c: Connection, selection: Selection) -> results.Filters:
    return results.Filters(
        year=selection.year, pillar=selection.pillar or "", body=_id(c, selection.body),
        partner=_id(c, selection.partner), member_state=_id(c, selection.state),
    )  # fmt: skip


def _id(c: Connection, rid: int | None) -> UUID | None:
    found = c.value("SELECT uuid FROM record WHERE rid = ?", (rid,)) if rid is not None else None
    return UUID(bytes=bytes(found)) if found is not None else None


def progress(c: Connection, selection: Selection, today: date) -> tuple[Chart, Chart]:
    """Indicators by their progress, and those that are furthest from their targets.

    Where there are very many, only the key ones.
    """
    filters, what = _filters(c, selection), "indicator"
    many, key = results.numbers(c, filters)
    if many > _MANY and key:
        filters, what = replace(filters, kpi_only=True), "key indicator"
    counts, ways = results.bands(c, filters), results.ways(c, filters)
    return _bands(selection, today, counts, what), _bullets(selection, today, ways, what)


def _bands(selection: Selection, today: date, counts: list[results.Band], what: str) -> Chart:
    """Indicators by how far they are on the way to their targets."""
    marks = Marks()
    rows = []
    for one in counts:
        place = marks.add(one.words, counted(one.number, what), *_indicators(one.codes))
        part = Part(one.number, _HUES[one.key], mark=place)
        rows.append(Bar(one.words, (part,), f"{one.number:,}", faint=not one.number))
    total = sum(one.number for one in counts)
    reached = counts[0].number
    finding = f"{percent(reached, total)} of {counted(total, what)} reached the target"
    head = Head(
        finding,
        f"Indicators by progress towards their targets, number{_in(selection)}",
        source(today),
    )
    table = Table(("Progress", "Indicators"), tuple((one.words, one.number) for one in counts))
    drawn = Bars(tuple(rows))
    return whole("results-bands", head, drawn, marks, table, selection, _NONE, empty=not total)


def _indicators(codes: Sequence[str]) -> tuple[str, tuple[Filter, ...]]:
    """The list of these indicators; none where they are too many to name, or one has no code."""
    if not codes or not all(codes) or len(codes) > _NAMED:
        return "", ()
    return "indicator", (Filter("code", "any_of", tuple(codes)),)


def _bullets(selection: Selection, today: date, known: list[results.Way], what: str) -> Chart:
    """The indicators that are furthest from their targets: the actual against a line of 100%."""
    marks = Marks()
    rows = []
    shown = known[:_BULLETS]
    names = _told_apart(shown)
    for one, name in zip(shown, names, strict=True):
        value = f"{one.actual} of {one.target} {one.unit}".strip()
        told = f"{one.share:.0%} of the way: {value}"
        place = marks.add(one.label, told, "indicator", record=one.id)
        length = max(0.0, min(_MOST_SHARE, float(one.share))) * 100
        parts = (Part(length, _HUES[one.band], mark=place),)
        rows.append(Bar(name, parts, f"{one.share:.0%}", goal=100.0))
    short = sum(one.share < _FULL for one in known)
    are = "is" if short == 1 else "are"
    finding = f"{short:,} of {counted(len(known), what)} {are} short of the target"
    if not short:
        finding = f"All {counted(len(known), what)} reached their targets"
    note = f"The {_BULLETS} furthest from target" if len(known) > _BULLETS else ""
    head = Head(
        finding,
        "Progress from baseline to target, percent; the line is the target",
        source(today),
        note,
    )
    longest = max([100.0, *(row.parts[0].value for row in rows)])
    drawn = Bars(tuple(rows), limit=longest)
    table = _bullet_table(known)
    return whole("results-bullets", head, drawn, marks, table, selection, _NONE, empty=not rows)


def _bullet_table(known: list[results.Way]) -> Table:
    return Table(
        ("Code", "Indicator", "Project", "Actual", "Target", "Unit", "Progress, percent"),
        tuple(
            (
                f.code,
                f.title,
                f.project,
                f.actual,
                f.target,
                f.unit,
                (100 * f.share).quantize(_TENTH),
            )
            for f in known
        ),
    )


def states(c: Connection, selection: Selection, today: date) -> Chart:
    """The newest value of each member state for the indicators that most states report."""
    found = results.states_by_indicator(c, _filters(c, selection), _HEAT_ROWS)
    marks = Marks()
    cells = tuple(_heat_row(marks, found, one) for one in found.indicators)
    missing = sum(1 for row in cells for cell in row if cell.share is None)
    squares = len(cells) * len(found.states)
    there = percent(squares - missing, squares)
    finding = f"{there} of the values of {counted(len(found.states), 'state')} are there"
    subtitle = f"Newest value by member state; the stronger the tint, the further{_in(selection)}"
    head = Head(finding, subtitle, source(today), "Grey: nothing reported")
    table = Table(
        ("Code", "Indicator", "Project", *(name for _, name in found.states)),
        tuple(
            (
                one.code,
                one.title,
                one.project,
                *(_words(found.cells.get((one.id, state))) for state, _ in found.states),
            )
            for one in found.indicators
        ),
    )
    codes = {
        UUID(bytes=bytes(id)): str(code) for id, code in c.all("SELECT id, code FROM member_state")
    }
    drawn = Heat(
        tuple(_told_apart(found.indicators)),
        tuple(codes.get(state, name) for state, name in found.states), cells, "plain",
    )  # fmt: skip
    return whole(
        "results-states", head, drawn, marks, table, selection, _UNREPORTED, empty=not cells
    )


def _told_apart(named: Sequence[results.Named]) -> list[str]:
    """Titles, with the project's code behind those that several of them share."""
    often = Counter(one.title for one in named)
    return [
        f"{one.title} · {one.project}" if often[one.title] > 1 and one.project else one.title
        for one in named
    ]


def _heat_row(
    marks: Marks, found: results.StatesByIndicator, indicator: results.Named
) -> tuple[Cell, ...]:
    """A square for each state: its tint is the way done, else the value beside the highest."""
    mine = [found.cells.get((indicator.id, state)) for state, _ in found.states]
    highest = max((abs(cell.value) for cell in mine if cell), default=Decimal(0))
    row = []
    for cell, (_, name) in zip(mine, found.states, strict=True):
        told, share = "nothing reported", Decimal(0)
        if cell is not None:
            told = f"{cell.words}, {cell.period.start.year}"
            share = abs(cell.value) / highest if highest else Decimal(0)
            if cell.share is not None:
                share = cell.share
                told += f"; {share:.0%} of the way to its target"
        place = marks.add(f"{name}: {indicator.label}", told, "indicator", record=indicator.id)
        tint = max(0.0, min(1.0, float(share)))
        row.append(Cell(None, "", place) if cell is None else Cell(tint, _brief(cell.words), place))
    return tuple(row)


def _brief(words: str) -> str:
    """A value in a small square: percentages whole."""
    number, sign, _ = words.partition("%")
    number = number.strip()
    return f"{Decimal(number):.0f}%" if sign and number.replace(".", "").isdigit() else words


def _words(cell: Any) -> str:
    return cell.words if cell is not None else "–"


def reporting(c: Connection, selection: Selection, today: date) -> Chart:
    """Of the values that were asked for, how many came, by reporting period."""
    rates = results.reporting_rate(c, _filters(c, selection), today)
    marks = Marks()
    rows = []
    kept = [rate for rate in rates if rate.expected][:_PERIODS][::-1]
    for rate in kept:
        of = _requests(selection, rate.label)
        asked = marks.add(
            f"{rate.label}: asked for", counted(rate.expected, "value"), "reporting_request", of
        )
        came = marks.add(
            f"{rate.label}: reported",
            f"{rate.reported:,} of {rate.expected:,}, {percent(rate.reported, rate.expected)}",
            "reporting_request",
            of,
        )
        parts = (Part(rate.expected, "pale", mark=asked), Part(rate.reported, "done", mark=came))
        rows.append(Bar(rate.label, parts, percent(rate.reported, rate.expected)))
    late = sum(rate.late for rate in rates)
    asked_all, came_all = sum(r.expected for r in rates), sum(r.reported for r in rates)
    finding = f"{percent(came_all, asked_all)} of the values asked for are in; {late:,} are late"
    highest = max((rate.expected for rate in kept), default=0)
    head = Head(finding, "Values asked for and reported by period, number", source(today))
    table = Table(
        ("Period", "Asked for", "Reported", "Late"),
        tuple((r.label, r.expected, r.reported, r.late) for r in rates),
    )
    keys = (("pale", "Asked for"), ("done", "Reported (and %)"))
    drawn = Columns(tuple(rows), keys, nested=True, ticks=count_ticks(highest))
    return whole(
        "results-reporting", head, drawn, marks, table, selection, _UNASKED, empty=not rows
    )


def _requests(selection: Selection, period: str) -> tuple[Filter, ...]:
    """The requests for values of a reporting period that are counted: not those waived."""
    found = [
        Filter("calendar.name", "any_of", (period,)),
        Filter("kind", "any_of", ("values",)),
        Filter("status", "any_of", (*WAITING, RECEIVED)),
    ]
    if selection.pillar is not None:
        mine = ("any_of", (selection.pillar,))
        alone = (("project.pillar", "empty", ()), ("body.pillar", *mine))
        words = f"Pillar: {dict(PILLARS)[selection.pillar]}"
        found.append(Filter("project", "either", (words, (("project.pillar", *mine),), alone)))
    if selection.body is not None:
        found.append(Filter("body", "any_of", selection.bodies))
    if selection.partner is not None:
        found.append(Filter("project.fund.partner", "rid", (selection.partner,)))
    if selection.state is not None:
        found.append(Filter("member_state", "rid", (selection.state,)))
    return tuple(found)


def _in(selection: Selection) -> str:
    return f", {selection.year}" if selection.year is not None else ""
