"""Charts of the money: from whom, how far it came, year by year, and what is lacking.

The figures are those of `services/funding_*`; a total that is refused for a missing rate is shown
as refused, never as zero.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from aps_desktop.db.connection import Connection
from aps_desktop.db.queries.conditions import Filter
from aps_desktop.domain.funding_measures import MEASURE_LABELS
from aps_desktop.domain.totals import Total
from aps_desktop.services import funding_flows, funding_gap, funding_partners
from aps_desktop.services.chart_data import (
    Bar,
    Bars,
    Chart,
    Head,
    Line,
    Lines,
    Marks,
    Part,
    Table,
)
from aps_desktop.services.dashboard_selection import Selection, in_year, not_narrowed, scope, whole
from aps_desktop.services.dashboard_words import counted, money, money_ticks, percent, source
from aps_desktop.services.funding import Answer, Figure

_MOST = 12
_STEPS = ("pledge", "commitment", "disbursement", "expenditure")
NO_TRANSACTIONS = "No transactions", "Enter pledges and commitments, or import the ledger."
_NO_NEEDS = "No needs", "Work plan lines say what they need, and which project serves them."
NOBODY = ":"
"""The key of what names no payer."""
_KINDS = {"partner": "partner", "state": "member state"}


def cents(total: Total | None) -> int | None:
    """A total in US cents; None when it is refused or in another currency."""
    if total is None:
        return 0
    value = total.value
    return 0 if value is not None and not value.minor else total.usd


def lacking(figures: Iterable[Figure]) -> str:
    """The note of a chart in which some total is refused; empty when all can be said."""
    rows = sum(f.total.unvalued for f in figures if f.total is not None and cents(f.total) is None)
    return f"{counted(rows, 'transaction')} without a rate left out of bars" if rows else ""


def shown(total: Total | None) -> str:
    """An amount in a chart; one that is refused says so."""
    value = cents(total)
    return money(value) if value is not None else "no total: a rate is missing"


def mark(marks: Marks, label: str, figure: Figure) -> int:
    """A mark with the exact amount and the list that the figure opens."""
    opens, total = figure.opens, figure.total
    words = "nothing"
    if total is not None:
        words = str(total.value) if total.value is not None else " + ".join(
            str(one) for one in total.by_currency
        ) + ": no total, a rate is missing"  # fmt: skip
    return marks.add(label, words, opens.entity if opens else "", opens.filters if opens else ())


@dataclass(frozen=True)
class _Payers:
    """What each payer gave for each pillar, in US cents; refused amounts are left out.

    By the key of the payer: a partner and a member state may have one name.
    """

    names: Mapping[str, str]
    amounts: Mapping[tuple[str, str], int]
    filters: Mapping[str, tuple[Filter, ...]]
    pillars: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, answer: Answer, selection: Selection) -> _Payers:
        amounts: dict[tuple[str, str], int] = defaultdict(int)
        filters: dict[str, tuple[Filter, ...]] = {}
        labels: dict[str, str] = {}
        for line in answer.lines:  # one for each payer and year: "AU · Australia · 2026"
            payer = line.key.rpartition(":")[0]
            labels[payer] = line.label.rpartition(" · ")[0]
            for figure in line.figures[:-1]:
                amounts[payer, figure.key] += cents(figure.total) or 0
            opens = line.figures[-1].opens
            # A line is of one year: without its days the list is of all years that are chosen.
            kept = [f for f in (opens.filters if opens else ()) if f.field != "date"]
            filters[payer] = (*kept, *in_year("date", selection.year))
        return cls(
            payer_names(labels),
            amounts,
            filters,
            tuple((f.key, f.label) for f in answer.totals[:-1]),
        )

    def total(self, name: str) -> int:
        return sum(self.amounts.get((name, key), 0) for key, _ in self.pillars)

    def order(self) -> list[str]:
        """Those who gave most first, what names nobody last; who gave nothing is left out."""
        gave = [name for name in self.filters if self.total(name) > 0]
        return sorted(gave, key=lambda n: (n == NOBODY, -self.total(n), self.names[n], n))

    def mark(self, marks: Marks, name: str, key: str, label: str) -> int:
        value = self.amounts.get((name, key), 0)
        pillar = (Filter("project.pillar", "any_of", (None if key == "none" else key,)),)
        return marks.add(
            f"{self.names[name]}, {label}", money(value, exact=True), "fund_transaction",
            (*self.filters[name], *pillar),
        )  # fmt: skip


def payer_names(labels: Mapping[str, str]) -> dict[str, str]:
    """What payers are called; with code and kind where two have one name."""
    short = {key: label.rpartition(" · ")[2] for key, label in labels.items()}
    times = Counter(short.values())
    return {
        key: name
        if times[name] == 1 or key == NOBODY
        else f"{labels[key]} ({_KINDS[key.partition(':')[0]]})"
        for key, name in short.items()
    }


def _payer_table(payers: _Payers, order: Sequence[str]) -> Table:
    rows = tuple(
        (payers.names[n], *(dollars(payers.amounts.get((n, k), 0)) for k, _ in payers.pillars),
         dollars(payers.total(n)))
        for n in order
    )  # fmt: skip
    return Table(("Payer", *(f"{w}, USD" for _, w in payers.pillars), "Together, USD"), rows)


def partners(c: Connection, selection: Selection, today: date) -> Chart:
    """What each payer committed, in the colours of the pillars."""
    answer = funding_partners.by_partner(c, scope(selection))
    payers = _Payers.of(answer, selection)
    order = payers.order()
    marks = Marks()
    rows = []
    for name in order[:_MOST]:
        parts = tuple(
            Part(float(payers.amounts[name, key]), "" if key == "none" else key,
                 mark=payers.mark(marks, name, key, words))
            for key, words in payers.pillars
            if payers.amounts.get((name, key), 0) > 0
        )  # fmt: skip
        rows.append(Bar(payers.names[name], parts, money(payers.total(name))))
    total = sum(payers.total(n) for n in order)
    named = [n for n in order if n != NOBODY]
    finding = f"{counted(len(named), 'payer')} committed {money(sum(map(payers.total, named)))}"
    if not named:
        finding = f"{money(total)} committed; no payer is named"
    elif len(named) > 3:
        first = sum(payers.total(n) for n in named[:3])
        one, two, three = (payers.names[n] for n in named[:3])
        lead, share = f"{one}, {two} and {three}", percent(first, total)
        finding = f"{lead} committed {share} of {money(total)}"
    note = lacking(answer.totals[-1:]) or (
        f"{_MOST} of {counted(len(order), 'payer')}" if len(order) > _MOST else ""
    )
    head = Head(
        finding, f"Commitments by payer, US dollars{in_selection(selection)}", source(today), note
    )
    keys = tuple((key if key != "none" else "", words) for key, words in payers.pillars)
    table = _payer_table(payers, order)
    return whole(
        "funding-partner", head, Bars(tuple(rows), keys), marks, table, selection, NO_TRANSACTIONS,
        empty=not rows,
    )  # fmt: skip


def funnel(c: Connection, selection: Selection, today: date) -> Chart:
    """From pledge to expenditure: how much of each step came to the next one."""
    answer = funding_flows.flows(c, scope(selection), "pillar")
    marks = Marks()
    rows = []
    before, earlier = 0, _STEPS[0]
    for key in _STEPS:
        figure = answer.total(key)
        value = cents(figure.total)
        words = shown(figure.total)
        inside = ""
        if value is not None and before and key != _STEPS[0]:
            inside = f"{percent(value, before)} of what was {MEASURE_LABELS[earlier].lower()}"
        earlier = key
        place = mark(marks, MEASURE_LABELS[key], figure)
        bar = Part(float(max(0, value or 0)), key, inside, place)
        rows.append(Bar(MEASURE_LABELS[key], (bar,), words, faint=value is None))
        before = value or 0
    head = Head(_lag(answer), f"Actual transactions in cash, US dollars{in_selection(selection)}",
                source(today), lacking(answer.totals))  # fmt: skip
    figures = [answer.total(key) for key in _STEPS]
    table = Table(
        ("Measure", "US dollars", "Transactions"),
        tuple((f.label, dollars(cents(f.total)), f.total.rows if f.total else 0) for f in figures),
    )
    empty = not any(f.total and f.total.rows for f in figures)
    return whole(
        "funding-funnel",
        head,
        Bars(tuple(rows)),
        marks,
        table,
        selection,
        NO_TRANSACTIONS,
        empty=empty,
    )


def _lag(answer: Answer) -> str:
    committed, paid = (cents(answer.total(k).total) for k in ("commitment", "disbursement"))
    if committed is None or paid is None:
        return "The totals are refused: rates are missing"
    if paid < committed:
        return f"Disbursement lags commitment by {money(committed - paid)}"
    if paid > committed:
        return f"Disbursement is {money(paid - committed)} above commitment"
    return "All that was committed is disbursed"


def years(c: Connection, selection: Selection, today: date) -> Chart:
    """The four measures year by year."""
    answer = funding_flows.flows(c, scope(selection.without("year")), "year")
    known = [n for n in answer.lines if any(_rows(n.figure(key)) for key in _STEPS)]
    marks = Marks()
    lines = []
    highest = 0
    for key in _STEPS:
        points = []
        for line in known:
            figure = line.figure(key)
            value = cents(figure.total)
            if value is None:
                continue
            highest = max(highest, value)
            place = mark(marks, f"{figure.label} in {line.label}", figure)
            day = date(int(line.key), 7, 1).toordinal()
            points.append((float(day), float(max(0, value)), place))
        # A promise is dashed: four lines are told apart by more than their colours.
        lines.append(Line(MEASURE_LABELS[key], key, tuple(points), dashed=key == _STEPS[0]))
    ticks = tuple((float(date(int(n.key), 7, 1).toordinal()), n.label) for n in known)
    every = max(1, -(-len(ticks) // 12))
    subtitle = "Pledged, committed, disbursed and spent by year, US dollars"
    note = lacking(answer.totals) or not_narrowed(selection, "all years are drawn", "year")
    head = Head(_trend(answer, today), subtitle, source(today), note)
    table = Table(
        ("Year", *(f"{MEASURE_LABELS[k]}, USD" for k in _STEPS)),
        tuple((n.label, *(dollars(cents(n.figure(k).total)) for k in _STEPS)) for n in known),
    )
    drawn = Lines(tuple(lines), ticks[::-1][::every][::-1], money_ticks(highest))
    return whole(
        "funding-year", head, drawn, marks, table, selection, NO_TRANSACTIONS, empty=not known
    )


def _rows(figure: Figure) -> int:
    return figure.total.rows if figure.total is not None else 0


def _trend(answer: Answer, today: date) -> str:
    known = {int(n.key): cents(n.figure("commitment").total) for n in answer.lines}
    now, before = known.get(today.year), known.get(today.year - 1)
    if now is None or not before:
        said = [(year, value) for year, value in known.items() if value]
        if not said:
            return "What was pledged, committed, disbursed and spent"
        last, value = max(said)
        return f"Commitments in {last}: {money(value)}"
    change = (now - before) / before
    way = "up" if change >= 0 else "down"
    return f"Commitments in {today.year}: {money(now)}, {way} {abs(change):.0%} on {today.year - 1}"


def gap(c: Connection, selection: Selection, today: date) -> Chart:
    """What work plan lines need and nobody has committed or pledged, by body."""
    # A need is of no year and no payer: only pillar and body narrow it.
    answer = funding_gap.gap(c, scope(selection.without("year", "partner", "state")), "body")
    marks = Marks()
    rows = []
    for line in answer.lines[:_MOST]:
        name = line.label.split(" · ")[0]
        parts = []
        for key, hue in (("committed", "commitment"), ("uncommitted", "pledge"), ("gap", "gap")):
            figure = line.figure(key)
            value = cents(figure.total) or 0
            if value > 0:
                place = mark(marks, f"{line.label}: {figure.label.lower()}", figure)
                parts.append(Part(float(value), hue, mark=place))
        rows.append(Bar(name, tuple(parts), shown(line.figure("gap").total)))
    finding = _lacking(answer.total("needed").total, answer.total("gap").total)
    keys = (
        ("commitment", "Committed"),
        ("pledge", "Pledged only"),
        ("gap", "Lacking (and its amount)"),
    )
    note = not_narrowed(selection, "needs name none", "year", "partner", "state")
    if not note and len(answer.lines) > _MOST:
        note = f"{_MOST} of {len(answer.lines)} bodies"
    head = Head(finding, "Needs of work plan lines by body, US dollars", source(today), note)
    table = Table(
        ("Body", "Needed, USD", "Committed, USD", "Pledged only, USD", "Gap, USD"),
        tuple(
            (n.label, *(dollars(cents(n.figure(k).total))
                        for k in ("needed", "committed", "uncommitted", "gap")))
            for n in answer.lines
        ),
    )  # fmt: skip
    return whole(
        "funding-gap", head, Bars(tuple(rows), keys), marks, table, selection, _NO_NEEDS,
        empty=not answer.lines,
    )  # fmt: skip


def _lacking(needed: Total | None, left: Total | None) -> str:
    if cents(left) is None or cents(needed) is None:
        return "The gap is refused: a rate is missing"
    if (cents(left) or 0) <= 0:
        return f"All of {shown(needed)} needed is covered"
    return f"{shown(left)} of {shown(needed)} needed has no money yet"


def dollars(value: int | None) -> object:
    """Cents as dollars in a table; a refused total says so."""
    from decimal import Decimal

    return "no rate" if value is None else Decimal(value).scaleb(-2)


def in_selection(selection: Selection) -> str:
    """The chosen year behind what is measured."""
    return f", {selection.year}" if selection.year is not None else ""
