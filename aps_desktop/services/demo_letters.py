"""Fictitious correspondence with partners and member states about funds and projects."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from aps_desktop.services.demo_maker import BASE, Maker

_SENT = (
    "Request for the next instalment",
    "Progress report and statement of expenditure",
    "Concept note for consideration",
    "Invitation to the joint cooperation committee",
    "Request for a no-cost extension",
)
_RECEIVED = (
    "Confirmation of the contribution for the year",
    "Comments on the draft proposal",
    "Approval of the annual work plan",
    "Query about the financial report",
    "Notification of the remittance",
)
_MEDIA = ("letter", "letter", "email", "note_verbale")


def make(m: Maker) -> None:
    """Some letters to and from each who pays, and about projects under way."""
    m.part("Correspondence")
    each = max(2, m.size.projects // 30)
    for partner in m.pools["partner"]:
        for _ in range(m.number(1, each)):
            _letter(m, partner, None)
    for state in tuple(m.states.values())[::3]:
        _letter(m, None, state)


def _letter(m: Maker, partner: UUID | None, state: UUID | None) -> None:
    day = m.later(BASE, -400, 0)
    sent = m.happens(0.5)
    about = m.pick(m.projects) if m.projects and m.happens(0.6) else None
    waits = not sent and m.happens(0.5)
    number = m.counts["correspondence"] + 1
    m.add(
        "correspondence", date=min(day, BASE), direction="sent" if sent else "received",
        subject=m.pick(_SENT if sent else _RECEIVED), medium=m.pick(_MEDIA), partner=partner,
        member_state=state, fund=about.fund if about else None,
        project=about.id if about else None, reference=f"ASEC/{day.year}/{number:04d}",
        counterpart="Mission to ASEAN" if partner else "National secretariat",
        reply_due=day + timedelta(days=21) if waits else None, replied_on=_replied(m, day, waits),
        officer=m.pick(m.pools["officer"]), document_class="limited",
    )  # fmt: skip


def _replied(m: Maker, day: date, waits: bool) -> date | None:
    """Answered within three weeks, or not yet."""
    answer = m.later(day, 2, 20)
    return answer if waits and answer <= BASE and m.happens(0.8) else None
