"""The parts of a fictitious project: budget, tasks, risks, results and instalments."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from aps_desktop.domain.values import Period
from aps_desktop.services import demo_words as words
from aps_desktop.services.demo_lifecycle import Life
from aps_desktop.services.demo_maker import BASE, RATES, Maker, ProjectFacts

_CATEGORIES = (
    ("travel_per_diem", "Travel and per diem of participants", 40),
    ("contracts_individuals", "Experts", 25),
    ("supplies_services", "Venue, interpretation and printing", 20),
    ("equipment", "Equipment", 5),
    ("other", "Visibility and contingency", 10),
)
_TASKS = (
    ("Inception and work plan", 0, 10, False),
    ("Baseline study", 10, 35, False),
    ("Regional workshop", 35, 45, False),
    ("Pilot in Member States", 40, 80, False),
    ("Guidelines validated", 85, 85, True),
    ("Completion report", 85, 100, False),
)
_FINISHED = frozenset({"activities_done", "reporting_due", "completed"})


def make(m: Maker, p: ProjectFacts, life: Life) -> None:
    """Everything that hangs on a project but its money flows and values."""
    tasks = _tasks(m, p)
    p.tasks = tasks
    _budget(m, p, life)
    _risks(m, p, life)
    _results(m, p)
    if life.day_of("commenced") and m.happens(0.15):
        _realignment(m, p)


def _tasks(m: Maker, p: ProjectFacts) -> list[UUID]:
    span = max(60, (p.end - p.start).days)
    ended = p.status in ("rejected", "cancelled", "deferred")
    tasks: list[UUID] = []
    for place, (title, first, last, milestone) in enumerate(_TASKS):
        start = p.start + timedelta(days=span * first // 100)
        end = p.start + timedelta(days=span * last // 100)
        status, progress = _task_state(m, p.status, start, end, ended)
        task = m.add(
            "task", project=p.id, title=title, milestone=milestone, starts_on=start, ends_on=end,
            status=status, progress=progress, sort_order=place + 1,
            responsible=m.pick(("Secretariat", "Proponent", "Implementing agency")),
            officer=m.pick(m.pools["officer"]) if place % 3 == 0 else None,
            actual_start=start if progress else None,
            actual_end=m.later(end, 0, 14) if progress == 100 and end < BASE else None,
            baseline_start=start, baseline_end=end,
        )  # fmt: skip
        if tasks and place in (1, 2, 4):
            m.add("task_dependency", task=task, predecessor=tasks[-1], kind="finish_start")
        tasks.append(task)
    return tasks


def _task_state(m: Maker, status: str, start: date, end: date, ended: bool) -> tuple[str, int]:
    if ended:
        return "cancelled", 0
    if status in _FINISHED:
        return "completed", 100
    if status not in ("commenced", "extended", "on_hold") or start > BASE:
        return "not_started", 0
    if end < BASE:
        return ("completed", 100) if m.happens(0.85) else ("delayed", m.number(40, 90))
    return "ongoing", m.number(10, 80)


def _budget(m: Maker, p: ProjectFacts, life: Life) -> None:
    approved = life.day_of("approved")
    foreign = p.currency != "USD"
    budget = m.add(
        "budget", project=p.id, version="1", total=m.worth(p.currency, p.budget),
        status="approved" if approved else "draft", approved_on=approved,
        baseline=bool(approved), rate=rate_of(p.currency) if foreign else None,
        rate_date=p.start if foreign and p.start <= BASE else None,
        rate_source="UN operational rate (fictitious)" if foreign else None,
    )  # fmt: skip
    for place, (category, title, share) in enumerate(_CATEGORIES):
        quarter = p.start + timedelta(days=90 * (place % 3))
        m.add(
            "budget_line", budget=budget, code=f"{place + 1}", description=title,
            category=category, fund=p.fund, in_kind=False,
            period=Period.quarter(quarter.year, (quarter.month + 2) // 3),
            amount=m.worth(p.currency, p.budget * share // 100),
        )  # fmt: skip


def rate_of(currency: str) -> str:
    """US dollars for one unit, as text with ten decimals at most."""
    from decimal import Decimal

    return str((1 / Decimal(RATES[currency])).quantize(Decimal("0.0000000001")))


def _risks(m: Maker, p: ProjectFacts, life: Life) -> None:
    over = p.status in _FINISHED
    for title, category in m.some(words.RISKS, 1, 2):
        m.add(
            "risk", title=title, project=p.id, kind="risk", category=category,
            likelihood=str(m.number(1, 5)), impact=str(m.number(1, 5)),
            status="closed" if over else m.pick(("open", "open", "mitigated")),
            mitigation="Reviewed at each progress report.",
            responsible=m.pick(("Proponent", "Secretariat", "Implementing agency")),
            identified_on=life.events[0][1],
            review_on=None if over else m.later(BASE, -20, 120),
            closed_on=life.events[-1][1] if over else None,
        )  # fmt: skip


def _results(m: Maker, p: ProjectFacts) -> None:
    outcome = m.add(
        "result", code="OC1", title=f"Better {p.subject} in the participating states",
        level="outcome", project=p.id, sort_order=1,
    )  # fmt: skip
    output = m.add(
        "result", code="OP1", title=m.pick(words.OUTPUTS), level="output", parent=outcome,
        project=p.id, sort_order=2,
    )  # fmt: skip
    p.results = [outcome, output]


def _realignment(m: Maker, p: ProjectFacts) -> None:
    asked = m.day(p.start, min(p.end, BASE))
    decided = m.later(asked, 7, 40)
    m.add(
        "realignment", project=p.id, number="1", requested_on=asked,
        amount=m.worth(p.currency, p.budget // 10), share=10, threshold=10,
        moved="From equipment to travel.", reason="A second training was asked for.",
        status="approved" if decided <= BASE else "requested",
        decided_on=decided if decided <= BASE else None, approved_by=p.body,
    )  # fmt: skip
