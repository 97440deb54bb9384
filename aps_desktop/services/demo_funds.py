"""Fictitious money of the funds themselves: receipts, interest, what is given in kind."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from aps_desktop.domain.funding_measures import MANAGED
from aps_desktop.domain.money import Money
from aps_desktop.services.demo_maker import BASE, Maker, ProjectFacts

_MARGIN = 109
"""Percent of what a year's projects cost that comes in at its beginning: a fund is never short."""
_IN_KIND = ("Meeting venue", "Interpretation", "Lecturers", "Local transport")
_HALF = 2


def make(m: Maker, paying: list[ProjectFacts]) -> int:
    """Receipts for every fund that is managed here, a year at a time; how many transactions."""
    before = m.counts["fund_transaction"]
    needs: dict[tuple[UUID, int], int] = {}
    for project in paying:
        if project.fund is not None:
            key = (project.fund, project.start.year)
            needs[key] = needs.get(key, 0) + project.budget
    funds = _funds(m)
    for (fund, year), dollars in needs.items():
        modality, partner, currency = funds.get(fund, ("", None, ""))
        if modality in MANAGED:
            _receipts(m, fund, year, dollars * _MARGIN // 100, partner, currency or "USD")
    for project in paying[:: max(4, m.size.projects // 60)]:
        _in_kind(m, project)
    return m.counts["fund_transaction"] - before


def _funds(m: Maker) -> dict[UUID, tuple[str, UUID | None, str]]:
    """By fund: modality, main partner, currency."""
    rows = m.c.all(
        "SELECT f.id, f.modality, p.id, f.currency FROM fund f "
        "LEFT JOIN partner p ON p.rid = f.partner ORDER BY f.id"
    )
    return {
        UUID(bytes=bytes(id)): (
            str(modality or ""), UUID(bytes=bytes(partner)) if partner else None,
            str(currency or ""),
        )
        for id, modality, partner, currency in rows
    }  # fmt: skip


def _receipts(
    m: Maker, fund: UUID, year: int, dollars: int, partner: UUID | None, currency: str
) -> None:
    """From the main partner; a fund of ASEAN's own is paid into by two member states."""
    day = date(year - 1, 12, 1)
    if partner is not None:
        _entry(m, "receipt", day, m.worth(currency, dollars), f"RCPT/{year}", fund, partner=partner)
    else:
        for part, state in enumerate(m.some(tuple(m.states.values()), _HALF, _HALF)):
            worth = m.worth("USD", dollars // _HALF)
            _entry(m, "receipt", day + timedelta(days=part), worth, f"RCPT/{year}/{part + 1}", fund,
                   member_state=state)  # fmt: skip
    if m.happens(0.6):
        earned = m.worth("USD", max(100, dollars // 120))
        _entry(m, "interest", min(date(year, 12, 31), BASE), earned, f"INT/{year}", fund)


def _in_kind(m: Maker, p: ProjectFacts) -> None:
    """What the host of an activity gives: an estimate, beside the cash."""
    if p.start > BASE or not p.states:
        return
    _entry(
        m, "receipt", p.start, m.money("USD", 4_000, 20_000), f"{p.code[4:]}/K", p.fund,
        project=p.id, member_state=m.pick(p.states), in_kind=True,
        in_kind_description=m.pick(_IN_KIND),
    )  # fmt: skip


def _entry(
    m: Maker, type: str, day: date, amount: Money, reference: str, fund: UUID | None, **more: Any
) -> None:
    m.add(
        "fund_transaction", type=type, date=day, fund=fund, amount=amount, nature="actual",
        reference=reference, document_class="limited", **more,
        **m.frozen(amount, day),
    )  # fmt: skip


def needs(m: Maker, projects: list[ProjectFacts]) -> None:
    """Work plan lines for projects: what a measure needs, and whose money is for it."""
    plans = [row[0] for row in m.shipped("work_plan")]
    if not plans:
        return
    for place, p in enumerate(projects[::2]):
        m.add(
            "work_plan_line", work_plan=plans[place % len(plans)], code=f"P{place + 1}",
            owner_body=p.body, measure=p.title, key_output=f"Results of {p.code}", project=p.id,
            starts_on=p.start, due=p.end, lead_state=m.pick(p.states) if p.states else None,
            status="ongoing" if p.end > BASE else "completed", fund=p.fund,
            needed=m.worth("USD", p.budget * m.pick((100, 115, 140, 180)) // 100),
        )  # fmt: skip
