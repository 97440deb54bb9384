"""Fictitious requests, evaluations, lessons and compliance; the values are in `demo_values`."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from aps_desktop.domain.values import Period
from aps_desktop.services import demo_values
from aps_desktop.services import demo_words as words
from aps_desktop.services.demo_maker import BASE, Maker, ProjectFacts


def make(m: Maker) -> None:
    """Indicators of the projects with their values, then what is asked, found and learned."""
    m.part("Indicators and values")
    made = demo_values.make(m)
    _requests(m, made)
    _evaluations(m)
    _compliance(m)


def _requests(m: Maker, made: demo_values.Made) -> None:
    """Every project's states are asked each quarter; the newest quarter is not all answered."""
    calendars = m.pools["calendar"][-4:]
    for calendar, quarter in zip(calendars, demo_values.last_quarters(len(calendars)), strict=True):
        due = quarter.end + timedelta(days=30)
        for asked in made.asked[: max(30, m.size.projects // 5)]:
            answered = (asked.indicator, asked.state, quarter) in made.came
            status = "received" if answered else m.pick(("sent", "sent", "reminded", "to_send"))
            number = m.counts["reporting_request"] + 1
            sent = None if status == "to_send" else m.later(quarter.end, 1, 8)
            m.add(
                "reporting_request", title=f"Values of {quarter}, request {number}", kind="values",
                calendar=calendar, body=asked.project.body, project=asked.project.id,
                member_state=asked.state, indicators=frozenset([asked.indicator]), sent_on=sent,
                due=due, status=status,
                received_on=m.later(quarter.end, 9, 28) if answered else None,
                officer=m.pick(m.pools["officer"]),
            )  # fmt: skip


def _evaluations(m: Maker) -> None:
    done = [p for p in m.projects if p.status == "completed"]
    for number, p in enumerate(done[:: 10 if m.size.projects >= 1000 else 2]):
        evaluation = m.add(
            "evaluation", title=f"Final evaluation of {p.code}", type="final", project=p.id,
            evaluator="Independent evaluator (fictitious)", status="completed",
            starts_on=p.end, ends_on=min(BASE, m.later(p.end, 30, 90)),
            budget=m.money("USD", 5_000, 30_000), summary="Results were largely reached.",
        )  # fmt: skip
        m.add(
            "finding", evaluation=evaluation, number="F1", kind="strength",
            text=f"All participating states took part in the work on {p.subject}.",
        )  # fmt: skip
        for place, (text, advice, to) in enumerate(m.some(_FOUND, 1, 2), 2):
            finding = m.add(
                "finding", evaluation=evaluation, number=f"F{place}", kind="improvement",
                text=text.format(p.subject),
            )  # fmt: skip
            _recommend(m, p, evaluation, finding, f"R{place - 1}", advice, to)
        m.add(
            "lesson", title=f"{m.pick(words.LESSONS)} ({number + 1})", project=p.id, body=p.body,
            evaluation=evaluation, learned_on=min(BASE, p.end),
            tags=frozenset(m.some(("planning", "training", "finance"), 1, 2)),
        )  # fmt: skip


_FOUND = (
    ("Approval of the work on {0} took longer than planned.",
     "Agree on the calendar of approvals with the sponsoring body in advance.", "Secretariat"),
    ("Values on {0} came late and without their sources.",
     "Ask for values with a form, and name the source of each.", "Proponent"),
    ("Few of those trained in {0} use what they learned.",
     "Follow up every training after six months.", "Implementing agency"),
)  # fmt: skip


def _recommend(
    m: Maker, p: ProjectFacts, evaluation: UUID, finding: UUID, number: str, text: str, to: str
) -> None:
    due = m.later(p.end, 120, 300)
    response = m.pick(("accepted", "accepted", "partly", "pending"))
    m.add(
        "recommendation", evaluation=evaluation, number=number, finding=finding, text=text,
        priority=m.pick(("low", "medium", "high")), body=p.body, due=due, addressed_to=to,
        response=response, status="done" if due < BASE else "open",
        response_text="Will be taken into the next work plan." if response == "accepted" else None,
    )  # fmt: skip


def _compliance(m: Maker) -> None:
    """Each measure with what most states did about it: some finished, some late, some silent."""
    period = Period.year(BASE.year)
    states = tuple(m.states.values())
    for pillar in ("apsc", "aec", "ascc"):
        nodes = m.pools[f"node {pillar}"]
        for node in nodes[: max(4, m.size.projects // 100)]:
            body = m.pick(m.pools["sponsor"])
            for state in m.some(states, 6, 11):
                m.add(
                    "compliance_status", framework_node=node, period=period, member_state=state,
                    body=body, status=m.pick(_COMPLIED),
                    reported_on=m.day(date(BASE.year, 1, 5), BASE),
                )  # fmt: skip


_COMPLIED = ("not_started", "ongoing", "ongoing", "partly", "complied", "complied", "delayed")
