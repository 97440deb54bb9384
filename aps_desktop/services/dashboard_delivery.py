"""Charts of delivery: spending against plan, delivery by fund, and what waits for approval."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date

from aps_desktop.db.connection import Connection
from aps_desktop.db.queries import figures
from aps_desktop.db.queries.conditions import Filter
from aps_desktop.domain.entities import entity
from aps_desktop.services import funding_burn, funding_flows
from aps_desktop.services.chart_data import (
    Bar,
    Bars,
    Chart,
    Columns,
    Head,
    Line,
    Lines,
    Marks,
    Part,
    Table,
)
from aps_desktop.services.dashboard_funding import cents, dollars, lacking, mark
from aps_desktop.services.dashboard_selection import (
    Selection,
    not_narrowed,
    projects,
    scope,
    through,
    whole,
)
from aps_desktop.services.dashboard_words import counted, money, money_ticks, percent, source
from aps_desktop.services.funding import Answer

_PERIODS, _FUNDS = 16, 14
_STEPS = entity("approval_step").field("step").choices
_BANDS = ((0, 30, "on_track"), (31, 60, "plain"), (61, 90, "attention"), (91, None, "late"))
_UNSPENT = "No spending", "Enter planned and actual expenditure, or import the ledger."
_UNDONE = "No commitments", "Enter commitments and disbursements, or import the ledger."
_DECIDED = "Nothing waits for approval", "Every approval step is decided."


def so_far(answer: Answer, today: date) -> tuple[int, int]:
    """(planned, spent) up to today in US cents; the running period's plan counts by its days.

    Refused sums are left out here; the charts say so.
    """
    plan = spent = 0
    for line in answer.lines:
        first, last = funding_burn.period_days(line.key)
        if first > today:
            continue
        planned = cents(line.figure("planned").total) or 0
        whole_days, gone = (last - first).days + 1, (min(last, today) - first).days + 1
        plan += planned if last <= today else planned * gone // whole_days
        spent += cents(line.figure("actual").total) or 0
    return plan, spent


def burn(c: Connection, selection: Selection, today: date) -> Chart:
    """Planned and actual spending of each period."""
    period = "month" if selection.year is not None else "quarter"
    answer = funding_burn.burn(c, scope(selection), period)
    until = f"{today.year}-{today.month:02d}" if period == "month" else (
        f"{today.year}-Q{(today.month + 2) // 3}")  # fmt: skip
    past = [line for line in answer.lines if line.key <= until]
    lines = [*past[-_PERIODS + 4 :], *[n for n in answer.lines if n.key > until][:4]]
    marks = Marks()
    rows = []
    highest = 0
    for line in lines:
        planned, actual = (line.figure(key) for key in ("planned", "actual"))
        plan, spent = cents(planned.total) or 0, cents(actual.total) or 0
        highest = max(highest, plan, spent)
        parts = (
            Part(float(plan), "pale", mark=mark(marks, f"{line.label}: planned", planned)),
            Part(float(spent), "expenditure", mark=mark(marks, f"{line.label}: spent", actual)),
        )
        rows.append(Bar(_short(line.label), parts, faint=line.key > until))
    plan, spent = so_far(answer, today)
    finding = f"{money(spent)} spent of {money(plan)} planned so far: {percent(spent, plan)}"
    if not plan:
        finding = f"{money(spent)} spent so far; nothing was planned"
    head = Head(
        finding,
        f"Expenditure by {period}, US dollars; the running {period}'s plan by its days",
        source(today),
        lacking(answer.totals[:2]),
    )
    keys = (("pale", "Planned"), ("expenditure", "Spent"))
    table = Table(
        ("Period", "Planned, USD", "Spent, USD"),
        tuple(
            (n.label, *(dollars(cents(n.figure(k).total)) for k in ("planned", "actual")))
            for n in answer.lines
        ),
    )
    drawn = Columns(tuple(rows), keys, nested=True, ticks=money_ticks(highest))
    return whole("delivery-burn", head, drawn, marks, table, selection, _UNSPENT, empty=not rows)


def _short(label: str) -> str:
    """ "Q3 2026" under a column: "Q3 26"; "Mar 2026": "Mar 26"."""
    first, _, year = label.partition(" ")
    return f"{first} {year[2:]}" if year else label


def s_curve(c: Connection, selection: Selection, today: date) -> Chart:
    """Spending added up from the beginning, against the plan added up."""
    period = "month" if selection.year is not None else "quarter"
    answer = funding_burn.burn(c, scope(selection), period)
    marks = Marks()
    made: dict[str, list[tuple[float, float, int]]] = {"planned": [], "actual": []}
    for line in answer.lines:
        first, last = funding_burn.period_days(line.key)
        for key, points in made.items():
            figure = line.figure(f"{key}_so_far")
            value = cents(figure.total)
            if value is None or (key == "actual" and first > today):
                continue
            day = min(last, today) if key == "actual" else last
            place = mark(marks, f"{figure.label}, {line.label}", figure)
            points.append((float(day.toordinal()), float(value), place))
    highest = max((y for points in made.values() for _, y, _ in points), default=0.0)
    lines = (
        Line("Planned", "planned", tuple(made["planned"]), dashed=True),
        Line("Spent", "expenditure", tuple(made["actual"])),
    )
    plan, spent = so_far(answer, today)
    behind = plan - spent
    finding = f"Spending is {money(abs(behind))} {'behind' if behind > 0 else 'ahead of'} plan"
    if not any(y for _, y, _ in made["planned"]):
        finding = f"{money(spent)} spent; nothing was planned"
    subtitle = f"Expenditure added up, US dollars; the running {period}'s plan by its days"
    head = Head(finding, subtitle, source(today), lacking(answer.totals[2:4]))
    table = Table(
        ("Until the end of", "Planned, USD", "Spent, USD"),
        tuple(
            (n.label, *(dollars(cents(n.figure(f"{k}_so_far").total)) for k in made))
            for n in answer.lines
        ),
    )
    drawn = Lines(lines, _dates(made), money_ticks(highest), float(today.toordinal()))
    return whole(
        "delivery-s-curve", head, drawn, marks, table, selection, _UNSPENT, empty=not marks.all()
    )


def _dates(made: dict[str, list[tuple[float, float, int]]]) -> tuple[tuple[float, str], ...]:
    """The beginnings of years, or of months where there is but one year."""
    days = [x for points in made.values() for x, _, _ in points]
    if not days:
        return ()
    first, last = date.fromordinal(int(min(days))), date.fromordinal(int(max(days)))
    if last.year - first.year < 2:
        starts = [date(y, m, 1) for y in (first.year, last.year) for m in range(1, 13, 2)]
        kept = sorted({d for d in starts if first <= d <= last})
        # The first one says its year, and each January.
        return tuple(
            (float(d.toordinal()), f"{d:%b %Y}" if d == kept[0] or d.month == 1 else f"{d:%b}")
            for d in kept
        )
    every = max(1, (last.year - first.year) // 8)
    jans = [date(y, 1, 1) for y in range(first.year + 1, last.year + 1) if y % every == 0]
    return tuple((float(d.toordinal()), str(d.year)) for d in jans)


def rates(c: Connection, selection: Selection, today: date) -> Chart:
    """What of the commitments of each fund is disbursed."""
    answer = funding_flows.delivery(c, scope(selection), "fund")
    found = [n for n in answer.lines if (cents(n.figure("commitment").total) or 0) > 0]
    found.sort(key=lambda n: -(cents(n.figure("commitment").total) or 0))
    marks = Marks()
    rows = []
    for line in found[:_FUNDS]:
        rate = line.figure("delivery_rate")
        if rate.percent is None:
            continue
        opens = rate.opens
        committed = cents(line.figure("commitment").total) or 0
        value = f"{rate.percent}% of {money(committed)} committed"
        place = marks.add(
            line.label, value, opens.entity if opens else "", opens.filters if opens else ()
        )
        share = float(rate.percent)
        rows.append(Bar(
            line.label.split(" · ")[0], (Part(share, "disbursement", mark=place),),
            f"{share:.0f}%", goal=100.0,
        ))  # fmt: skip
    total = answer.total("delivery_rate").percent
    finding = "The delivery rate is refused: rates are missing"
    if total is not None:
        finding = f"{total:.0f}% of what was committed is disbursed"
    note = f"The {_FUNDS} largest of {len(found)} funds" if len(found) > _FUNDS else ""
    head = Head(finding, "Disbursed of committed by fund, percent", source(today), note)
    table = Table(
        ("Fund", "Committed, USD", "Disbursed, USD", "Delivery, percent"),
        tuple(
            (n.label, *(dollars(cents(n.figure(k).total)) for k in ("commitment", "disbursement")),
             n.figure("delivery_rate").percent)
            for n in found
        ),
    )  # fmt: skip
    limit = max([100.0, *(row.parts[0].value for row in rows)])
    drawn = Bars(tuple(rows), limit=limit)
    return whole("delivery-rate", head, drawn, marks, table, selection, _UNDONE, empty=not rows)


def ageing(c: Connection, selection: Selection, today: date) -> Chart:
    """Approval steps that wait for a decision, by how long they have waited."""
    base = (
        *through("project", projects(selection.without("year"))),
        Filter("outcome", "any_of", ("pending",)), Filter("received_on", "filled"),
    )  # fmt: skip
    found, oldest = _waiting(c, base, today)
    marks = Marks()
    rows = []
    for key, label in _STEPS:
        counts = found.get(key, Counter())
        parts = tuple(
            _age_part(marks, base, key, label, band, counts[band], today)
            for band in range(len(_BANDS))
            if counts[band]
        )
        rows.append(Bar(label, parts, f"{sum(counts.values()):,}", faint=not counts))
    waiting = sum(sum(counts.values()) for counts in found.values())
    late = sum(counts[3] for counts in found.values())
    finding = f"{counted(waiting, 'approval step')} {'waits' if waiting == 1 else 'wait'}"
    finding += f"; {late:,} for over 90 days" if late else f", the oldest for {oldest} days"
    keys = tuple((hue, _age(n)) for n, (_, _, hue) in enumerate(_BANDS))
    head = Head(
        finding,
        "Approval steps without a decision, by days since received, number",
        source(today),
        not_narrowed(selection, "these wait today", "year"),
    )
    table = Table(
        ("Step", *(_age(n) for n in range(len(_BANDS)))),
        tuple(
            (label, *(found.get(key, Counter())[n] for n in range(len(_BANDS))))
            for key, label in _STEPS
        ),
    )
    drawn = Bars(tuple(rows), keys)
    return whole(
        "delivery-ageing", head, drawn, marks, table, Selection(), _DECIDED, empty=not waiting
    )


def _waiting(
    c: Connection, base: tuple[Filter, ...], today: date
) -> tuple[dict[str, Counter[int]], int]:
    """How many approval steps wait, by step and band of days, and the most days."""
    found: dict[str, Counter[int]] = defaultdict(Counter)
    oldest = 0
    steps = figures.grouped(c, "approval_step", base, ("step", "received_on"))
    for step, received, number in steps:
        days = max(0, (today - date.fromisoformat(str(received)[:10])).days)
        band = next(n for n, (_, to, _) in enumerate(_BANDS) if to is None or days <= to)
        found[str(step or "")][band] += int(number)
        oldest = max(oldest, days)
    return dict(found), oldest


def _age(band: int) -> str:
    low, high, _ = _BANDS[band]
    return f"{low} to {high} days" if high is not None else "Over 90 days"


def _age_part(
    marks: Marks, base: tuple[Filter, ...], key: str, label: str, band: int, number: int,
    today: date,
) -> Part:  # fmt: skip
    low, high, hue = _BANDS[band]
    where = [*base, Filter("step", "any_of", (key,))]
    if low:
        latest = date.fromordinal(today.toordinal() - low).isoformat()
        where.append(Filter("received_on", "to", (latest,)))
    if high is not None:
        earliest = date.fromordinal(today.toordinal() - high).isoformat()
        where.append(Filter("received_on", "from", (earliest,)))
    words = f"{label}, {_age(band).lower()}"
    place = marks.add(words, counted(number, "step"), "approval_step", where)
    return Part(number, hue, f"{number:,}", place)
