"""Fictitious offices, staff, organisations, bodies, tenures and contacts."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from aps_desktop.domain.values import Period
from aps_desktop.services import demo_words as words
from aps_desktop.services.demo_maker import BASE, Maker


def make(m: Maker) -> None:
    """Everything that the other parts refer to."""
    m.part("Offices and staff")
    for id, code, currency in m.shipped("member_state", "code", "currency"):
        m.states[code] = id
        m.currency_of[code] = currency or "USD"
    m.pools["partner"] = [row[0] for row in m.shipped("partner")]
    m.pools["sector"] = [row[0] for row in m.shipped("classification")]
    offices = _offices(m)
    _departments(m, offices)
    _organisations(m)
    m.part("Bodies")
    _bodies(m)
    _tenures(m)
    _focal_points(m)
    _calendar(m)


def _offices(m: Maker) -> dict[str, UUID]:
    known = {code: id for id, code in m.shipped("office", "code")}
    if "ASEC" not in known:
        known["ASEC"] = m.add(
            "office", code="ASEC", name="ASEAN Programme Secretariat (fictitious)",
            kind="secretariat", member_state=m.states["ID"], city="Jakarta",
        )  # fmt: skip
    for state, id in m.states.items():
        if state not in known:
            known[state] = m.add(
                "office", code=state, name=f"National Secretariat, {words.CITIES[state][0]}",
                kind="national_secretariat", member_state=id, city=words.CITIES[state][0],
                email=f"office@{state.lower()}.example",
            )  # fmt: skip
    return known


def _departments(m: Maker, offices: dict[str, UUID]) -> None:
    per_department = max(2, m.size.projects // 250)
    for number, (code, name) in enumerate(words.DEPARTMENTS):
        department = m.add(
            "department", code=code, name=name, office=offices["ASEC"], sort_order=number + 1
        )
        m.pools["department"].append(department)
        head: UUID | None = None
        for place in range(per_department):
            state = m.pick(tuple(m.states))
            head = m.add(
                "officer", name=m.person(state), post=words.POSTS[min(place, len(words.POSTS) - 1)],
                department=department, office=offices["ASEC"], reports_to=head if place else None,
                email=f"{code.lower()}{place + 1}@aps.example",
                starts_on=m.day(date(2018, 1, 1), date(2026, 6, 1)),
                duties=m.some(("planning", "meetings", "finance", "reports", "outreach"), 1, 3),
            )  # fmt: skip
            m.pools["officer"].append(head)
        _vacancy(m, department, offices["ASEC"], number)
    for state in m.states:
        for post in words.POSTS[1:3]:
            m.add("officer", name=m.person(state), post=post, office=offices[state])


def _vacancy(m: Maker, department: UUID, office: UUID, number: int) -> None:
    announced = m.day(BASE - timedelta(days=120), BASE)
    m.add(
        "vacancy", post=m.pick(words.POSTS[2:]), number=f"VA-{BASE.year}-{number + 1:02d}",
        department=department, office=office, grade=m.pick(("P2", "P3", "P4", "G6")),
        status=m.pick(("announced", "shortlisting", "planned")), announced_on=announced,
        closes_on=announced + timedelta(days=30), applications=m.number(3, 80),
    )  # fmt: skip


def _organisations(m: Maker) -> None:
    for state, id in m.states.items():
        for name in words.MINISTRIES[state]:
            organisation = m.add(
                "organisation", name=f"{name}, {state}", kind="government", member_state=id,
                roles=["implementing", "focal point"],
            )  # fmt: skip
            m.pools["organisation"].append(organisation)
    for number in range(max(10, m.size.projects // 30)):
        state = m.pick(tuple(m.states))
        name = f"{m.pick(('Institute', 'Centre', 'Academy', 'Network'))} for {m.subject('ascc')}"
        organisation = m.add(
            "organisation", code=f"ORG{number + 1:03d}", name=f"{name} ({number + 1})",
            kind=m.pick(("academic", "civil_society", "business", "international")),
            member_state=m.states[state], roles=["implementing"],
        )  # fmt: skip
        m.pools["organisation"].append(organisation)


def _bodies(m: Maker) -> None:
    """The shipped bodies, and fictitious working groups under them up to the wanted number."""
    rows = m.shipped("body", "pillar", "level", "code", "sector")
    for id, pillar, level, code, _ in rows:
        m.pillar_of[id] = pillar or "all"
        if code == "CPR":
            m.pools["cpr"].append(id)
        if level in ("senior_officials", "committee", "working_group", "entity"):
            m.pools["sponsor"].append(id)
        m.pools["body"].append(id)
    parents: list[UUID | None] = list(m.pools["sponsor"]) or [None]
    for number in range(max(8 if not rows else 0, m.size.bodies - len(rows))):
        parent = m.pick(parents)
        pillar = m.pillar_of.get(parent, "ascc") if parent else m.pick(("apsc", "aec", "ascc"))
        subject = m.subject(pillar)
        body = m.add(
            "body", code=f"WG-{number + 1:03d}",
            name=f"Working Group on {subject[:1].upper()}{subject[1:]} {number + 1} (fictitious)",
            parent=parent, pillar=pillar, level="working_group", active=True,
            chair_arrangement="alphabetical", chair_months=12, meetings_per_year=m.number(1, 3),
            department=m.pick(m.pools["department"]), desk_officer=m.pick(m.pools["officer"]),
            valid_from=m.day(date(2012, 1, 1), date(2022, 1, 1)),
        )  # fmt: skip
        m.pillar_of[body] = pillar
        m.pools["body"].append(body)
        m.pools["sponsor"].append(body)


def _tenures(m: Maker) -> None:
    """Chairs by the year in alphabetical order, two years back and one ahead."""
    order = list(m.states.items())
    years = range(BASE.year - 2, BASE.year + 2) if m.size.projects >= 1000 else (BASE.year,)
    for place, body in enumerate(m.pools["sponsor"]):
        for year in years:
            turn = (place + year) % len(order)
            m.add(
                "tenure", role="chair", member_state=order[turn][1], body=body,
                valid_from=date(year, 1, 1), valid_to=date(year, 12, 31),
                next_state=order[(turn + 1) % len(order)][1],
            )  # fmt: skip
    for place, partner in enumerate(m.pools["partner"][:11]):
        m.add(
            "tenure", role="country_coordinator", partner=partner,
            member_state=order[place % len(order)][1],
            valid_from=date(2024, 7, 1), valid_to=date(2027, 1, 31 if place % 3 else 15),
        )  # fmt: skip


def _focal_points(m: Maker) -> None:
    for body in m.pools["sponsor"][:: 1 if m.size.projects >= 1000 else 4]:
        for state in m.some(tuple(m.states), 2, 4):
            m.add(
                "focal_point", name=m.person(state), post=m.pick(words.POSTS[:5]), body=body,
                member_state=m.states[state], consent=True,
                email=f"focal.{m.number(1, 9999)}@{state.lower()}.example",
                valid_from=m.day(date(2021, 1, 1), BASE),
            )  # fmt: skip


def _calendar(m: Maker) -> None:
    """Reporting quarters of three years; those that are long over are locked."""
    for year in range(BASE.year - 1, BASE.year + 2):
        for quarter in range(1, 5):
            period = Period.quarter(year, quarter)
            calendar = m.add(
                "period_calendar", name=f"Q{quarter} {year}", period=period, kind="quarter",
                opens_on=period.end + timedelta(days=1), due=period.end + timedelta(days=30),
                locked=period.end < BASE - timedelta(days=180),
            )  # fmt: skip
            if period.end < BASE:
                m.pools["calendar"].append(calendar)
