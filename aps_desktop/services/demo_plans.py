"""Fictitious frameworks with their nodes, programmes, and work plans with their lines."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from aps_desktop.services import demo_words as words
from aps_desktop.services.demo_maker import BASE, Maker

_PILLARS = ("apsc", "aec", "ascc", "connectivity", "iai")
_LINES = 12


def make(m: Maker) -> None:
    """Frameworks first: lines and projects are aligned with their nodes."""
    m.part("Frameworks and work plans")
    for pillar in _PILLARS:
        _framework(m, pillar, max(6, m.size.nodes // len(_PILLARS)))
    _programmes(m)
    _work_plans(m)


def _framework(m: Maker, pillar: str, nodes: int) -> None:
    """A made-up plan of goals, objectives and measures: the official titles are the office's."""
    framework = m.add(
        "framework", code=f"SAMPLE-{pillar.upper()}", type="strategic_plan", pillar=pillar,
        title=f"Sample Strategic Plan {BASE.year}-{BASE.year + 4} ({pillar.upper()}, fictitious)",
        status="current", valid_from=date(BASE.year, 1, 1), valid_to=date(BASE.year + 4, 12, 31),
        structure="goal > objective > measure",
    )  # fmt: skip
    goals = max(1, nodes // 30)
    objectives = max(2, nodes // 6)
    tops = [_node(m, framework, pillar, None, "goal", f"{n + 1}") for n in range(goals)]
    middles = [
        _node(
            m, framework, pillar, tops[n % goals], "objective", f"{n % goals + 1}.{n // goals + 1}"
        )
        for n in range(objectives)
    ]
    for n in range(max(3, nodes - goals - objectives)):
        parent = n % objectives
        code = f"{parent % goals + 1}.{parent // goals + 1}.{n // objectives + 1}"
        node = _node(m, framework, pillar, middles[parent], "measure", code)
        m.pools[f"node {pillar}"].append(node)


def _node(
    m: Maker, framework: UUID, pillar: str, parent: UUID | None, level: str, code: str
) -> UUID:
    subject = m.subject(pillar)
    title = subject[:1].upper() + subject[1:]
    if level == "measure":
        title = f"{m.pick(words.VERBS)} {subject} {m.pick(words.TARGETS)}"
    return m.add(
        "framework_node", framework=framework, code=code, title=title, parent=parent, level=level,
        lead_body=m.pick(m.pools["sponsor"]),
        due=date(BASE.year + m.number(0, 4), 12, 31) if level == "measure" else None,
    )  # fmt: skip


def _programmes(m: Maker) -> None:
    m.pools["fund"] = [row[0] for row in m.shipped("fund")]
    for number in range(max(4, m.size.projects // 40)):
        pillar = m.pick(_PILLARS[:3])
        start = date(m.number(2017, BASE.year), 1, 1)
        end = date(start.year + m.number(3, 5), 12, 31)
        subject = m.subject(pillar)
        programme = m.add(
            "programme", code=f"PRG-{number + 1:03d}",
            title=f"Programme on {subject[:1].upper()}{subject[1:]} {start.year}-{end.year}",
            pillar=pillar, body=m.pick(m.pools["sponsor"]),
            status="closed" if end < BASE else "active",
            fund=m.pick(m.pools["fund"]) if m.pools["fund"] else None,
            budget=m.money("USD", 1_000_000, 20_000_000), starts_on=start, ends_on=end,
            objective=f"{m.pick(words.VERBS)} {subject}, measured every year.",
            participating_states=frozenset(m.some(tuple(m.states.values()), 4, 11)),
            department=m.pick(m.pools["department"]), manager=m.pick(m.pools["officer"]),
        )  # fmt: skip
        m.pools[f"programme {pillar}"].append(programme)


def _work_plans(m: Maker) -> None:
    wanted = max(4, m.size.projects // 10)
    bodies = m.pools["sponsor"]
    previous: dict[UUID, UUID] = {}
    for number in range(wanted):
        body = bodies[number % len(bodies)]
        year = BASE.year - (wanted - 1 - number) // len(bodies)
        _work_plan(m, body, max(2017, year), number, previous)


def _work_plan(m: Maker, body: UUID, year: int, number: int, previous: dict[UUID, UUID]) -> None:
    start, end = date(year, 1, 1), date(year, 12, 31)
    plan = m.add(
        "work_plan", code=f"WP-{year}-{number + 1:04d}",
        title=f"Work Plan {year} of body {number % len(m.pools['sponsor']) + 1} ({number + 1})",
        body=body, starts_on=start, ends_on=end, status="adopted" if end > BASE else "closed",
        adopted_on=m.later(start, 10, 60), previous_plan=previous.get(body),
    )  # fmt: skip
    previous[body] = plan
    pillar = m.pillar_of[body]
    nodes = m.pools.get(f"node {pillar}") or m.pools["node ascc"]
    for place in range(_LINES):
        line = _line(m, plan, body, place, start, m.pick(nodes), m.subject(pillar))
        m.pools["line"].append(line)


def _line(
    m: Maker, plan: UUID, body: UUID, place: int, start: date, node: UUID, subject: str
) -> UUID:
    due = m.later(start, 60, 360)
    over = due < BASE
    status = m.pick(
        ("completed", "completed", "completed", "delayed", "carried_forward", "discontinued")
        if over
        else ("ongoing", "ongoing", "not_started")
    )
    progress = {"completed": 100, "not_started": 0}.get(status, m.number(10, 90))
    return m.add(
        "work_plan_line", work_plan=plan, code=f"{place + 1}", owner_body=body,
        measure=f"{m.pick(words.VERBS)} {subject} {m.pick(words.TARGETS)}",
        key_output=m.pick(words.OUTPUTS), starts_on=start, due=due, status=status,
        progress=progress, status_date=min(BASE, m.later(due, -60, 20)),
        lead_state=m.pick(tuple(m.states.values())), framework_node=node,
        needed=m.money("USD", 20_000, 400_000),
        fund=m.pick(m.pools["fund"]) if m.pools["fund"] else None,
    )  # fmt: skip
