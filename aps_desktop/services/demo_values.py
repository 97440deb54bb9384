"""Fictitious indicators of every sort, with targets and values that tell a story by quarter."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from aps_desktop.domain.values import Period
from aps_desktop.services.demo_maker import BASE, Maker, ProjectFacts

_REVIEWER = "Monitoring and Evaluation Division"
_RECENT = ("draft", "pending", "pending", "pending", "returned", "approved")
_PILLARS = ("apsc", "aec", "ascc")
_SCALE = "Absent; Planned; Partly in place; In place; Well established"
_STEPS = ("Absent", "Planned", "Partly in place", "In place", "Well established")
_MOST_STATES = 3

Value = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """An indicator that a state is asked for."""

    project: ProjectFacts
    indicator: UUID
    state: UUID


@dataclass
class Made:
    """Who is to report what, and what came, for the requests that follow."""

    asked: list[Asked] = field(default_factory=list)
    came: set[tuple[UUID, UUID, Period]] = field(default_factory=set)


@dataclass(frozen=True)
class _Sort:
    """One sort of indicator: how it is described, its targets, and its values in a quarter.

    `values(m, p, q, of)` gives the values of quarter `q` of `of`, counted from the oldest.
    """

    title: str
    fields: dict[str, Any]
    values: Callable[[Maker, ProjectFacts, int, int], list[Value]]
    goal: Callable[[int, int], int | None]
    a_quarter: int = 1
    by: str = ""


def last_quarters(count: int) -> list[Period]:
    """The last quarters that are over on the day of the fiction, oldest first."""
    index = BASE.year * 4 + (BASE.month - 1) // 3 - 1
    return [Period.quarter(n // 4, n % 4 + 1) for n in range(index - count + 1, index + 1)]


def make(m: Maker) -> Made:
    """As many indicators and values as the size asks for, in turn over the running projects."""
    made = Made()
    dimensions = {
        "member_state": m.add("disaggregation_dimension", name="Member state", kind="member_state"),
        "sex": m.add(
            "disaggregation_dimension", name="Sex", kind="sex",
            members=frozenset({"female", "male"}),
        ),
        "other": m.add(
            "disaggregation_dimension", name="Sample: type of participant", kind="other",
            members=frozenset({"government", "civil society", "private sector"}),
        ),
    }  # fmt: skip
    tops = {pillar: _top(m, pillar) for pillar in _PILLARS}
    running = [p for p in m.projects if p.start < BASE] or m.projects
    number = max(1, m.size.indicators - len(tops))
    for place in range(number):
        count = m.size.values * (place + 1) // number - m.size.values * place // number
        project = running[place % len(running)]
        _indicator(m, project, place, count, dimensions, tops, made)
    return made


def _top(m: Maker, pillar: str) -> UUID:
    """What the projects' people trained add up to."""
    indicator = m.add(
        "indicator", code=f"K-{pillar.upper()}", title=f"People trained in {pillar.upper()} work",
        measure_type="number", unit="people", direction="increase", accumulation="per_period",
        aggregation="sum", baseline=0, me_level="outcome", kpi=True, frequency="quarterly",
        responsible=_REVIEWER,
    )  # fmt: skip
    m.add("target", indicator=indicator, period=Period.year(BASE.year), value=12_000)
    return indicator


def _indicator(
    m: Maker,
    p: ProjectFacts,
    place: int,
    count: int,
    dimensions: dict[str, UUID],
    tops: dict[str, UUID],
    made: Made,
) -> None:
    sort = _SORTS[(place // 3 + place) % len(_SORTS)]
    by = "other" if sort.by == "sex" and m.happens(0.2) else sort.by
    towards = tops.get(p.pillar) if sort.fields.get("unit") == "people" else None
    indicator = m.add(
        "indicator", code=f"I{place + 1:05d}", project=p.id, body=p.body,
        title=sort.title.format(p.subject), result=p.results[place % 2] if p.results else None,
        baseline_date=p.start, me_level=m.pick(("compliance", "outcome", "outcome", "impact")),
        kpi=m.happens(0.15), frequency="quarterly", responsible="Proponent",
        counts_towards=towards, dimensions=frozenset([dimensions[by]]) if by else None,
        source_of_verification=m.pick(("Attendance lists", "Survey", "Ministry records")),
        **sort.fields,
    )  # fmt: skip
    states = p.states[:_MOST_STATES] if by == "member_state" else []
    made.asked += [Asked(p, indicator, state) for state in states]
    _targets(m, indicator, sort, count // max(1, sort.a_quarter))
    _values(m, p, indicator, sort, count, made)


def _targets(m: Maker, indicator: UUID, sort: _Sort, quarters: int) -> None:
    """A target for this year, sometimes revised with its reason, and one for the next."""
    for ahead in (0, 1):
        goal = sort.goal(ahead, max(1, quarters))
        if goal is None:
            return
        revised = ahead == 0 and goal > 10 and m.happens(0.08)
        m.add(
            "target", indicator=indicator, period=Period.year(BASE.year + ahead), value=goal,
            revised_value=goal * 9 // 10 if revised else None,
            reason="Two trainings were moved to the next year." if revised else None,
        )  # fmt: skip


def _values(
    m: Maker, p: ProjectFacts, indicator: UUID, sort: _Sort, count: int, made: Made
) -> None:
    """The newest values first, until there are as many as were asked for."""
    left = count
    for back, period in enumerate(reversed(last_quarters(count))):
        if left <= 0:
            return
        quarters = max(1, count // max(1, sort.a_quarter))
        ones = sort.values(m, p, max(0, quarters - 1 - back), quarters)[:left]
        if back == 0 and sort.by == "member_state" and len(ones) > 1:
            ones = ones[: m.pick((0, 1, 2, 2, len(ones)))]
        left -= len(ones)
        for one in ones:
            _value(m, indicator, period, one, made)


def _value(m: Maker, indicator: UUID, period: Period, one: Value, made: Made) -> None:
    recent = period.end > BASE - timedelta(days=120)
    status = m.pick(_RECENT) if recent else "approved"
    reported = min(BASE, m.later(period.end, 5, 45))
    approved = status == "approved"
    if status in ("pending", "approved") and "member_state" in one:
        made.came.add((indicator, one["member_state"], period))
    returned = "Please give the source of this figure." if status == "returned" else None
    id = m.add(
        "indicator_value", indicator=indicator, period=period, status=status, comment=returned,
        reported_on=reported, entered_by="Proponent", reviewed_by=_REVIEWER if approved else None,
        reviewed_on=m.later(reported, 0, 10) if approved else None, **one,
    )  # fmt: skip
    locked = period.end < BASE - timedelta(days=180)
    if locked and "value" in one and m.happens(0.002 if m.size.projects >= 1000 else 0.01):
        m.add(
            "value_amendment", indicator=indicator, period=period, amends=id,
            old_text=f"{one['value']:,}", value=one["value"] + 2, status="pending",
            member_state=one.get("member_state"), sex=one.get("sex"),
            reason="A list of participants was found later.", asked_on=m.later(BASE, -30, -1),
            asked_by="Proponent",
        )  # fmt: skip


# The sorts ----------------------------------------------------------------------------------------


def _flow(m: Maker, p: ProjectFacts, q: int, of: int) -> list[Value]:
    del p, of
    usual = 40 + 3 * q + m.number(-8, 8)
    return [{"value": usual * 12 if m.happens(0.005) else usual}]


def _by_state(m: Maker, p: ProjectFacts, q: int, of: int) -> list[Value]:
    del of
    return [
        {"value": 12 + 2 * q + m.number(0, 9), "member_state": state}
        for state in p.states[:_MOST_STATES]
    ]


def _by_sex(m: Maker, p: ProjectFacts, q: int, of: int) -> list[Value]:
    del p, of
    women, men = 20 + 2 * q + m.number(0, 8), 22 + q + m.number(0, 8)
    return [
        {"value": women + men},
        {"value": women, "sex": "female"},
        {"value": men, "sex": "male"},
    ]


def _cumulative(m: Maker, p: ProjectFacts, q: int, of: int) -> list[Value]:
    del p, of
    return [{"value": 15 * (q + 1) + m.number(0, 9)}]


def _days(m: Maker, p: ProjectFacts, q: int, of: int) -> list[Value]:
    del p
    return [{"value": 90 - 45 * q // of + m.number(-6, 6)}]


def _backlog(m: Maker, p: ProjectFacts, q: int, of: int) -> list[Value]:
    del p
    return [{"value": max(0, 24 - 22 * (q + 1) // of + m.number(-1, 2))}]


def _percentage(m: Maker, p: ProjectFacts, q: int, of: int) -> list[Value]:
    ones: list[Value] = []
    for state in p.states[:_MOST_STATES]:
        whole = m.number(40, 120)
        part = min(whole, whole * (45 + 40 * (q + 1) // of + m.number(-6, 6)) // 100)
        ones.append({"numerator": part, "denominator": whole, "member_state": state})
    return ones


def _yes_no(m: Maker, p: ProjectFacts, q: int, of: int) -> list[Value]:
    del p
    return [{"yes": q * 3 > of * 2 or m.happens(0.1)}]


def _quality(m: Maker, p: ProjectFacts, q: int, of: int) -> list[Value]:
    del p
    return [{"text": _STEPS[min(4, 4 * q // of + m.number(0, 1))]}]


def _number(unit: str, **more: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "measure_type": "number", "unit": unit, "direction": "increase",
        "accumulation": "per_period", "aggregation": "sum", "baseline": 0,
    }  # fmt: skip
    return {**fields, **more}


def _sorts() -> Iterator[_Sort]:
    yield _Sort("Officials trained in {0}", _number("people"), _by_state,
                lambda ahead, _: 260 + 60 * ahead, 3, "member_state")  # fmt: skip
    yield _Sort("People reached by work on {0}", _number("people"), _by_sex,
                lambda ahead, _: 320 + 80 * ahead, 3, "sex")  # fmt: skip
    yield _Sort("Days from submission to approval, {0}",
                _number("days", direction="decrease", aggregation="latest", baseline=90),
                _days, lambda ahead, _: 45 - 10 * ahead)  # fmt: skip
    yield _Sort("Institutions that adopted guidelines on {0}",
                _number("institutions", accumulation="cumulative", aggregation="latest"),
                _cumulative, lambda ahead, of: 15 * of + 60 * ahead)  # fmt: skip
    yield _Sort("Share of participants who use what they learned, {0}",
                _number("%", measure_type="percentage", aggregation="ratio", baseline=45,
                        lowest=0, highest=100),
                _percentage, lambda ahead, _: 80 + 5 * ahead, 3, "member_state")  # fmt: skip
    yield _Sort("Unresolved cases on {0}",
                _number("cases", direction="decrease", aggregation="latest", baseline=24),
                _backlog, lambda _ahead, _: 0)  # fmt: skip
    yield _Sort("Publications on {0}", _number("publications"), _flow,
                lambda ahead, _: 190 + 20 * ahead)  # fmt: skip
    yield _Sort("Regional mechanism on {0} is in force",
                _number("", measure_type="yes_no", aggregation="latest", baseline=None),
                _yes_no, lambda _ahead, _: 1)  # fmt: skip
    yield _Sort("State of national plans on {0}",
                _number("", measure_type="qualitative", aggregation="latest", baseline=1,
                        scale=_SCALE),
                _quality, lambda _ahead, _: 4)  # fmt: skip
    yield _Sort("Sites where {0} is monitored", _number("sites", baseline=None), _flow,
                lambda ahead, _: 170 + 20 * ahead)  # fmt: skip


_SORTS = tuple(_sorts())
