"""Fictitious meetings: series of bodies through ten years, agendas, attendance; later decisions."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from aps_desktop.services import demo_words as words
from aps_desktop.services.demo_maker import BASE, FIRST_YEAR, Maker, MeetingFacts, ProjectFacts

_TYPES = {
    "summit": "summit",
    "council": "ministerial",
    "ministerial": "ministerial",
    "senior_officials": "senior_officials",
    "working_group": "working_group",
}
_FIRST, _LAST = date(FIRST_YEAR, 1, 9), date(BASE.year + 1, 6, 30)
_SERIES_SHARE = 0.7
_AGENDA, _ATTENDANCE = 3, 3


def make(m: Maker) -> None:
    """The numbered meetings of the bodies, in the order of their days."""
    m.part("Meetings")
    rows = m.c.all("SELECT id, name, level FROM body ORDER BY id")
    names = {UUID(bytes=bytes(row[0])): (str(row[1]), str(row[2])) for row in rows}
    bodies = m.pools["sponsor"] or m.pools["body"]
    wanted = int(m.size.meetings * _SERIES_SHARE)
    per_body = max(1, wanted // len(bodies))
    for place, body in enumerate(bodies):
        count = per_body + (1 if place < wanted - per_body * len(bodies) else 0)
        if count and (place < wanted):
            name, level = names.get(body, ("body", "committee"))
            _series(m, body, name, _TYPES.get(level, "committee"), count)


def _series(m: Maker, body: UUID, name: str, type: str, count: int) -> None:
    first_number = m.number(1, 30)
    series = m.add(
        "meeting_series", title=f"Meeting of the {name}", body=body, type=type,
        frequency="half_yearly" if count > 15 else "yearly", last_number=first_number + count - 1,
        name_pattern=f"{{nth}} Meeting of the {name}",
        agenda_template="\n".join(title for title, _ in words.AGENDA),
    )  # fmt: skip
    span = (_LAST - _FIRST).days // count
    for place in range(count):
        start = m.later(_FIRST, span * place, span * place + max(1, span - 5))
        number = first_number + place
        title = f"{ordinal(number)} Meeting of the {name}"
        facts = _meeting(m, title, body, type, start, series=series, number=number)
        m.meetings_of[body].append(facts)


def _meeting(
    m: Maker, title: str, body: UUID, type: str, start: date, **more: object
) -> MeetingFacts:
    over = start < BASE
    status = m.pick(_OVER if over else _AHEAD)
    online = m.happens(0.85 if date(2020, 4, 1) <= start <= date(2022, 3, 1) else 0.15)
    state, city = m.place()
    held = status == "held"
    id = m.add(
        "meeting", title=title, body=body, type=type, status=status, starts_on=start,
        format="video_conference" if online else m.pick(("in_person", "in_person", "hybrid")),
        ends_on=start + timedelta(days=m.number(0, 3)), starts_at="09:00",
        venue=None if online else city, host_state=None if online else m.states[state],
        chair_state=m.pick(tuple(m.states.values())), desk_officer=m.pick(m.pools["officer"]),
        department=m.pick(m.pools["department"]), document_class=m.document_class(),
        partner=m.pick(m.pools["partner"]) if m.pools["partner"] and m.happens(0.1) else None,
        adopted_on=m.later(start, 5, 60) if held and start < BASE - timedelta(days=70) else None,
        summary="The Meeting reviewed progress and agreed on next steps." if held else None,
        **more,
    )  # fmt: skip
    for place in range(_AGENDA):
        item, purpose = words.AGENDA[(place * 3 + 1) % len(words.AGENDA)]
        m.add(
            "agenda_item", meeting=id, number=str(place + 1), title=item, purpose=purpose,
            minutes=m.pick((15, 30, 45, 60)), sort_order=place + 1,
        )  # fmt: skip
    for attending in m.some(tuple(m.states.values()), _ATTENDANCE, _ATTENDANCE):
        _delegation(m, id, attending, held, online)
    facts = MeetingFacts(id, body, start, held)
    m.meetings.append(facts)
    return facts


def _delegation(m: Maker, meeting: UUID, state: UUID, held: bool, online: bool) -> None:
    m.add(
        "attendance", meeting=meeting, member_state=state, invited=True,
        attended=m.happens(0.95) if held else None, mode="online" if online else "in_person",
        head_post=m.pick(words.POSTS[:3]), women=m.number(0, 4) if held else None,
        men=m.number(0, 4) if held else None,
    )  # fmt: skip


_OVER = ("held",) * 24 + ("cancelled", "postponed")
_AHEAD = ("planned", "planned", "confirmed")


def make_workshops(m: Maker) -> None:
    """Workshops and trainings, each part of a project."""
    m.part("Workshops")
    running = [p for p in m.projects if p.status in _WITH_EVENTS]
    wanted = m.size.meetings - m.counts["meeting"]
    for number in range(wanted if running else 0):
        project = running[number % len(running)]
        kind = m.pick(("workshop", "training", "seminar", "exchange"))
        start = m.day(project.start, min(project.end, _LAST))
        title = f"Regional {kind.title()} on {project.subject}, {start.year} ({number + 1})"
        _meeting(
            m, title, project.body, kind, start, project=project.id,
            participating_states=frozenset(project.states),
        )  # fmt: skip


_WITH_EVENTS = frozenset({"commenced", "extended", "activities_done", "reporting_due", "completed"})


def make_outcomes(m: Maker) -> None:
    """What the meetings decided, and the actions that follow, up to the chain to projects."""
    m.part("Decisions and actions")
    held = [facts for facts in m.meetings if facts.held]
    if not held:
        return
    for place, facts in enumerate(held):
        following = _following(m, facts)
        decisions = _share(m.size.decisions, place, len(held))
        actions = _share(m.size.actions, place, len(held))
        made = [_decision(m, facts, n) for n in range(max(decisions, len(facts.endorses)))]
        for number in range(actions):
            decision, project = made[number % len(made)] if made else (None, None)
            _action(m, facts, decision, project, following)


def _share(whole: int, place: int, parts: int) -> int:
    """An even share of a whole that adds up exactly."""
    return whole * (place + 1) // parts - whole * place // parts


def _following(m: Maker, facts: MeetingFacts) -> UUID | None:
    """The body's next meeting, to which is reported back."""
    meetings = m.meetings_of.get(facts.body, [])
    return next((other.id for other in meetings if other.day > facts.day), None)


def _decision(m: Maker, facts: MeetingFacts, number: int) -> tuple[UUID, ProjectFacts | None]:
    pillar = m.pillar_of[facts.body]
    project: ProjectFacts | None = None
    type, text = m.pick(words.DECISIONS)
    if number < len(facts.endorses):
        type, text = words.DECISIONS[0]
        project = m.by_project[facts.endorses[number]]
    elif m.happens(0.2) and m.projects_of.get(facts.body):
        project = m.pick(m.projects_of[facts.body])
    reserved = m.happens(0.02)
    id = m.add(
        "decision", meeting=facts.id, item=str(number + 1), type=type, body=facts.body,
        text=text.format(project.title if project and type == "endorsed" else m.subject(pillar)),
        project=project.id if project else None, document_class=m.document_class(),
        work_plan_line=m.pick(m.pools["line"]) if m.happens(0.2) else None,
        reservation="Subject to domestic consultation." if reserved else None,
        reserving_states=frozenset([m.pick(tuple(m.states.values()))]) if reserved else None,
    )  # fmt: skip
    return id, project


def _action(
    m: Maker,
    facts: MeetingFacts,
    decision: UUID | None,
    project: ProjectFacts | None,
    following: UUID | None,
) -> None:
    due = m.later(facts.day, 14, 300)
    if due > BASE:
        status = m.pick(("open", "in_progress"))
    elif due > BASE - timedelta(days=120):
        status = m.pick(("open", "in_progress") + ("done",) * 5)
    else:
        status = m.pick(_ACTION_OVER)
    done = status == "done"
    m.add(
        "action_item", meeting=facts.id, decision=decision, due=due, status=status,
        text=m.pick(words.ACTIONS).format(m.subject(m.pillar_of[facts.body])),
        responsible_body=facts.body if m.happens(0.5) else None,
        responsible="Secretariat" if m.happens(0.95) else None,
        responsible_state=m.pick(tuple(m.states.values())) if m.happens(0.4) else None,
        report_back_at=following, done_on=min(BASE, m.later(due, -30, 5)) if done else None,
        outcome="Done and reported." if done else None,
        project=project.id if project else None,
        result=project.results[0] if project and project.results else None,
        desk_officer=m.pick(m.pools["officer"]), document_class=m.document_class(),
    )  # fmt: skip


_ACTION_OVER = ("done",) * 80 + ("cancelled", "superseded", "open")


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 11th."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10)
    return f"{number}{ending or 'th'}"
