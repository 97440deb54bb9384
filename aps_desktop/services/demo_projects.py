"""Fictitious projects with their way through appraisal and approval, extensions and alignment."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from aps_desktop.services import demo_project_parts
from aps_desktop.services import demo_words as words
from aps_desktop.services.demo_lifecycle import Life, live
from aps_desktop.services.demo_maker import BASE, FIRST_YEAR, Maker, ProjectFacts

_CURRENCIES = ("USD",) * 10 + (
    "EUR", "JPY", "AUD", "CAD", "SGD", "THB", "IDR", "MYR", "PHP", "VND", "KHR", "LAK", "MMK",
    "BND", "KRW", "CNY", "GBP", "INR", "NZD",
)  # fmt: skip
_CRITERIA = (
    ("REL", "Relevance to the work plan"), ("EFF", "Efficiency and budget"),
    ("SUS", "Sustainability"), ("GEN", "Gender and social inclusion"), ("RSK", "Risks"),
)  # fmt: skip


def make(m: Maker) -> None:
    """All projects, in the order in which they began."""
    m.part("Projects")
    _criteria(m)
    first, last = date(FIRST_YEAR, 1, 9), BASE - timedelta(days=5)
    days = (last - first).days
    starts = sorted(
        first + timedelta(days=int(days * max(m.chance.random(), m.chance.random())))
        for _ in range(m.size.projects)
    )
    for number, start in enumerate(starts):
        _project(m, number, m.later(start, 0, 3))


def _criteria(m: Maker) -> None:
    shipped = [row[0] for row in m.shipped("appraisal_criterion")]
    m.pools["criterion"] = shipped or [
        m.add("appraisal_criterion", code=code, title=title, weight=20, most=5, sort_order=n + 1)
        for n, (code, title) in enumerate(_CRITERIA)
    ]


def _project(m: Maker, number: int, concept: date) -> None:
    body = m.pick(m.pools["sponsor"])
    pillar = m.pillar_of[body]
    months = m.pick((4, 8, 12, 12, 18, 24, 30))
    life = live(m, concept, months, m.meetings_of.get(body, []))
    facts = _facts(m, number, concept, months, body, life)
    facts.id = m.add("project", **_values(m, facts, life, pillar))
    m.projects.append(facts)
    m.by_project[facts.id] = facts
    m.projects_of[body].append(facts)
    if life.endorsed_at:
        life.endorsed_at.endorses.append(facts.id)
    _way(m, facts, life)
    _alignment(m, facts)
    demo_project_parts.make(m, facts, life)


def _facts(
    m: Maker, number: int, concept: date, months: int, body: UUID, life: Life
) -> ProjectFacts:
    pillar = m.pillar_of[body]
    subject = m.subject(pillar)
    phase = f" (Phase {m.pick(('II', 'III'))})" if m.happens(0.12) else ""
    commenced = life.day_of("commenced")
    start = commenced or m.later(concept, 300, 420)
    return ProjectFacts(
        id=body,
        code=f"ACP-{concept.year}-ASEC-{number + 1:04d}",
        title=f"{m.pick(words.VERBS)} {_capitals(subject)} {m.pick(words.TARGETS)}{phase}",
        subject=subject,
        pillar=pillar,
        body=body,
        status=life.status,
        currency=m.pick(_CURRENCIES),
        budget=m.number(30, 900) * 1000,
        fund=m.pick(m.pools["fund"]) if m.pools["fund"] else None,
        start=start,
        end=life.days.get("new_end") or m.later(start, months * 30 - 10, months * 30 + 10),
        states=m.some(tuple(m.states.values()), 4, 9),
    )


def _capitals(subject: str) -> str:
    small = {"and", "of", "for", "the"}
    return " ".join(w if w in small else w[:1].upper() + w[1:] for w in subject.split())


def _values(m: Maker, p: ProjectFacts, life: Life, pillar: str) -> dict[str, Any]:
    approved = life.day_of("approved")
    state = m.pick(tuple(m.states))
    programmes = m.pools.get(f"programme {pillar}")
    recurring = m.happens(0.08) and bool(m.projects)
    budget = m.worth(p.currency, p.budget)
    earlier = m.projects[-1] if recurring else None
    return {
        "code": p.code, "title": p.title, "status": p.status, "pillar": pillar,
        "status_date": life.events[-1][1], "sponsoring_body": p.body,
        "asec_code": p.code.replace("ACP", "ASEC") if approved else None,
        "programme": m.pick(programmes) if programmes and m.happens(0.6) else None,
        "proponent": m.pick(words.MINISTRIES[state]), "proponent_state": m.states[state],
        "implementing_agency": m.pick(words.MINISTRIES[state]),
        "participating_states": frozenset(p.states), "desk_officer": m.pick(m.pools["officer"]),
        "department": m.pick(m.pools["department"]), "fund": p.fund,
        "budget": budget, "baseline_budget": budget if approved else None,
        "planned_start": p.start, "planned_end": p.end,
        "actual_start": life.day_of("commenced"), "actual_end": life.days.get("activities_done_on"),
        "baseline_start": p.start if approved else None,
        "baseline_end": p.end if approved else None,
        "description": f"The project works on {p.subject} with {len(p.states)} Member States: "
        "studies, training and a regional exchange of practice.",
        "outcomes": m.pick(words.OUTPUTS), "sustainability": "National budgets take over.",
        "recurring": recurring, "previous_project": earlier.id if earlier else None,
        "previous_code": earlier.code if earlier else None,
        "scope": m.pick(("single_sector", "single_sector", "cross_sector")),
        "nature_of_cooperation": m.pick(
            ("confidence_building", "special_assistance", "joint_effort", "regional_integration")
        ),
        "type_of_intervention": m.pick(
            ("policy_initiative", "institutional_mechanisms", "human_capacity")
        ),
        "sectors": frozenset(m.some(m.pools["sector"], 1, 2)) if m.pools["sector"] else None,
        "tags": frozenset(m.some(("gender", "climate", "digital", "youth", "SME"), 0, 2)),
        "document_class": m.document_class(), "submitted_on": life.day_of("submitted"),
        **{name: day for name, day in life.days.items() if name != "new_end"},
    }  # fmt: skip


def _way(m: Maker, p: ProjectFacts, life: Life) -> None:
    """State changes, the appraisal, the steps of approval and an extension."""
    earlier: str | None = None
    for state, day in life.events:
        m.add(
            "project_state_event", project=p.id, status=state, earlier_status=earlier,
            changed_on=day,
            meeting=life.endorsed_at.id if state == "endorsed" and life.endorsed_at else None,
        )  # fmt: skip
        earlier = state
    received = life.day_of("under_appraisal")
    if received is None:
        return
    _appraisal(m, p, life, received)
    _steps(m, p, life, received)
    if "new_end" in life.days:
        asked = life.day_of("extended") or p.start
        m.add(
            "extension", project=p.id, number="1", requested_on=asked, no_cost=True,
            earlier_end=min(p.end - timedelta(days=60), p.end), new_end=p.end,
            status="approved", decided_on=asked, approved_by=p.body,
            reason="Nominations of participants came late.",
        )  # fmt: skip


def _appraisal(m: Maker, p: ProjectFacts, life: Life, received: date) -> None:
    endorsed = life.day_of("endorsed") or life.day_of("returned")
    appraisal = m.add(
        "appraisal", project=p.id, version="1", kind="secretariat", received_on=received,
        due=m.later(received, 28, 32), appraised_on=endorsed, officer=m.pick(m.pools["officer"]),
        recommendation=m.pick(("endorse", "endorse_with_changes")) if endorsed else None,
        summary="In line with the work plan of the sponsoring body." if endorsed else None,
    )  # fmt: skip
    if endorsed:
        for criterion in m.pools["criterion"][:5]:
            m.add(
                "appraisal_score", appraisal=appraisal, criterion=criterion,
                score=f"{m.number(5, 10) / 2}", met=True,
            )  # fmt: skip


def _steps(m: Maker, p: ProjectFacts, life: Life, received: date) -> None:
    """Who had to agree: the secretariat, the sponsoring body, the final approving body."""
    endorsed, approved = life.day_of("endorsed"), life.day_of("approved")
    asked, refused = life.day_of("final_approval"), life.day_of("rejected")
    m.add(
        "approval_step", project=p.id, step="appraisal", actor="Programme Planning Division",
        outcome="endorsed" if endorsed else "pending", channel="correspondence",
        received_on=received, due=received + timedelta(days=30), decided_on=endorsed, sort_order=1,
    )  # fmt: skip
    if endorsed:
        at = life.endorsed_at
        m.add(
            "approval_step", project=p.id, step="endorsement", body=p.body, outcome="endorsed",
            channel="meeting" if at else "ad_referendum", meeting=at.id if at else None,
            circulation=None if at else _circulation(m, p, endorsed),
            received_on=m.later(received, 10, 14), due=endorsed, decided_on=endorsed, sort_order=2,
        )  # fmt: skip
    if asked:
        outcome = "approved" if approved else "rejected" if refused else "pending"
        m.add(
            "approval_step", project=p.id, step="final_approval", outcome=outcome,
            body=m.pools["cpr"][0] if m.pools["cpr"] else None, actor="Final approving body",
            channel="correspondence", received_on=asked, due=asked + timedelta(days=60),
            decided_on=approved or refused, sort_order=3,
        )  # fmt: skip


def _circulation(m: Maker, p: ProjectFacts, endorsed: date) -> UUID:
    sent = endorsed - timedelta(days=21)
    number = m.counts["circulation"] + 1
    circulation = m.add(
        "circulation", number=f"AR-{sent.year}-{number:04d}", title=f"Endorsement of {p.code}",
        body=p.body, project=p.id, sent_on=sent, due=endorsed, silence=True, status="concluded",
        outcome="adopted", concluded_on=endorsed,
    )  # fmt: skip
    for state in m.states.values():
        silent = m.happens(0.4)
        m.add(
            "circulation_reply", circulation=circulation, member_state=state,
            reply="silent" if silent else "agreed",
            replied_on=None if silent else m.day(sent, endorsed),
        )  # fmt: skip
    return circulation


def _alignment(m: Maker, p: ProjectFacts) -> None:
    """Two measures of the pillar's plan; their weights make a hundred in all but a few projects."""
    nodes = m.pools.get(f"node {p.pillar}") or m.pools["node ascc"]
    chosen = m.some(nodes, 2, 2)
    first = m.pick((40, 50, 60, 70))
    for weight, node in zip((first, 100 - first if m.happens(0.97) else 20), chosen, strict=False):
        m.add("project_alignment", project=p.id, framework_node=node, weight=weight)
