"""Fictitious indicators with targets and values, requests, evaluations, lessons, compliance."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from aps_desktop.domain.values import Period
from aps_desktop.services import demo_words as words
from aps_desktop.services.demo_maker import BASE, Maker, ProjectFacts

_UNITS = ("people", "officials trained", "institutions", "states", "publications", "sites")


def make(m: Maker) -> None:
    """Indicators of the projects, then what is asked, found and learned."""
    m.part("Indicators and values")
    dimension = m.add(
        "disaggregation_dimension", name="Sample: type of participant", kind="other",
        members=frozenset({"government", "civil society", "private sector"}),
    )  # fmt: skip
    running = [p for p in m.projects if p.start < BASE] or m.projects
    for place in range(m.size.indicators):
        values = m.size.values * (place + 1) // m.size.indicators
        values -= m.size.values * place // m.size.indicators
        _indicator(m, running[place % len(running)], place, values, dimension)
    _requests(m)
    _evaluations(m)
    _compliance(m)


def _indicator(m: Maker, p: ProjectFacts, place: int, values: int, dimension: UUID) -> None:
    measure = m.pick(("number",) * 6 + ("percentage", "yes_no", "qualitative"))
    unit = m.pick(_UNITS) if measure == "number" else "%" if measure == "percentage" else None
    cumulative = measure == "number" and m.happens(0.3)
    indicator = m.add(
        "indicator", code=f"I{place + 1:05d}", project=p.id,
        title=f"{_capital(unit or 'Progress')} reached by work on {p.subject} ({place + 1})",
        result=p.results[place % 2] if p.results else None, body=p.body, measure_type=measure,
        unit=unit, direction="decrease" if m.happens(0.1) else "increase",
        accumulation="cumulative" if cumulative else "per_period",
        aggregation="latest" if cumulative else "average" if measure == "percentage" else "sum",
        baseline=m.number(0, 40) if measure in ("number", "percentage") else None,
        baseline_date=p.start, me_level=m.pick(("compliance", "outcome", "impact")),
        kpi=m.happens(0.15), frequency="quarterly", responsible="Proponent",
        dimensions=frozenset([dimension]) if m.happens(0.1) else None,
    )  # fmt: skip
    total = 0
    for number, period in enumerate(_quarters(p, values)):
        total = total + m.number(5, 60) if cumulative else m.number(5, 95)
        if number % 5 == 0 and measure in ("number", "percentage"):
            m.add("target", indicator=indicator, period=period, value=total + m.number(-5, 20))
        _value(m, indicator, measure, period, total, number)


def _quarters(p: ProjectFacts, count: int) -> list[Period]:
    """The last quarters up to the project's end or the present one, one for each value."""
    last = min(p.end, BASE)
    index = last.year * 4 + (last.month - 1) // 3
    if Period.quarter(index // 4, index % 4 + 1).end >= BASE:
        index -= 1
    first = index - count + 1
    return [Period.quarter(n // 4, n % 4 + 1) for n in range(first, index + 1)]


def _value(
    m: Maker, indicator: UUID, measure: str, period: Period, number: int, place: int
) -> None:
    recent = period.end > BASE - timedelta(days=120)
    status = m.pick(_RECENT) if recent else "approved"
    approved = status == "approved"
    reported = min(BASE, m.later(period.end, 5, 45))
    values: dict[str, Any] = {}
    if measure == "percentage":
        values = {"value": min(100, number), "numerator": min(100, number), "denominator": 100}
    elif measure == "number":
        values = {"value": number}
    elif measure == "yes_no":
        values = {"yes": number > 30}
    else:
        values = {"text": "Work goes on as planned; the network met twice."}
    m.add(
        "indicator_value", indicator=indicator, period=period, status=status,
        member_state=m.pick(tuple(m.states.values())) if place % 3 == 0 else None,
        sex=m.pick(("female", "male")) if place % 7 == 0 else None,
        reported_on=reported, reviewed_on=m.later(reported, 0, 10) if approved else None,
        reviewed_by="Monitoring and Evaluation Division" if approved else None, **values,
    )  # fmt: skip


_RECENT = ("draft", "pending", "pending", "returned", "approved")


def _requests(m: Maker) -> None:
    for calendar in m.pools["calendar"][-4:]:
        for body in m.pools["sponsor"][: max(4, m.size.projects // 40)]:
            status = m.pick(("sent", "reminded", "received", "received"))
            sent = m.later(BASE, -300, -20)
            number = m.counts["reporting_request"] + 1
            m.add(
                "reporting_request", title=f"Quarterly values, request {number}", kind="values",
                calendar=calendar, body=body, member_state=m.pick(tuple(m.states.values())),
                sent_on=sent, due=sent + timedelta(days=30), status=status,
                received_on=m.later(sent, 10, 18) if status == "received" else None,
                officer=m.pick(m.pools["officer"]),
            )  # fmt: skip


def _evaluations(m: Maker) -> None:
    done = [p for p in m.projects if p.status == "completed"]
    for number, p in enumerate(done[:: 10 if m.size.projects >= 1000 else 4]):
        evaluation = m.add(
            "evaluation", title=f"Final evaluation of {p.code}", type="final", project=p.id,
            evaluator="Independent evaluator (fictitious)", status="completed",
            starts_on=p.end, ends_on=min(BASE, m.later(p.end, 30, 90)),
            budget=m.money("USD", 5_000, 30_000), summary="Results were largely reached.",
        )  # fmt: skip
        finding = m.add(
            "finding", evaluation=evaluation, number="1", kind="improvement",
            text=f"Approval of the work on {p.subject} took longer than planned.",
        )  # fmt: skip
        due = m.later(p.end, 120, 300)
        m.add(
            "recommendation", evaluation=evaluation, number="1", finding=finding,
            text="Agree on the calendar of approvals with the sponsoring body in advance.",
            priority=m.pick(("low", "medium", "high")), body=p.body, due=due,
            response=m.pick(("accepted", "partly", "pending")),
            status="done" if due < BASE else "open",
        )  # fmt: skip
        m.add(
            "lesson", title=f"{m.pick(words.LESSONS)} ({number + 1})", project=p.id, body=p.body,
            evaluation=evaluation, learned_on=min(BASE, p.end),
            tags=frozenset(m.some(("planning", "training", "finance"), 1, 2)),
        )  # fmt: skip


def _compliance(m: Maker) -> None:
    period = Period.year(BASE.year)
    for number in range(max(11, m.size.projects // 2)):
        nodes = m.pools[f"node {m.pick(('apsc', 'aec', 'ascc'))}"]
        m.add(
            "compliance_status", framework_node=nodes[number % len(nodes)], period=period,
            member_state=m.pick(tuple(m.states.values())), body=m.pick(m.pools["sponsor"]),
            status=m.pick(("not_started", "ongoing", "ongoing", "partly", "complied", "delayed")),
            reported_on=m.day(date(BASE.year, 1, 5), BASE),
        )  # fmt: skip


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
