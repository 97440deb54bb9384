"""One fictitious project's way through its life, day by day up to the day of the fiction."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from aps_desktop.services.demo_maker import BASE, Maker, MeetingFacts


@dataclass(slots=True)
class Life:
    """The states a project went through with their days, and the days that follow from them."""

    events: list[tuple[str, date]] = field(default_factory=list)
    endorsed_at: MeetingFacts | None = None
    days: dict[str, date] = field(default_factory=dict)

    @property
    def status(self) -> str:
        return self.events[-1][0]

    def reach(self, state: str, day: date) -> bool:
        """Enters a state, unless its day is still to come; whether life goes on."""
        if day > BASE:
            return False
        self.events.append((state, day))
        return True

    def day_of(self, state: str) -> date | None:
        return next((day for name, day in self.events if name == state), None)


def live(m: Maker, concept: date, months: int, meetings: list[MeetingFacts]) -> Life:
    """The life of a project that began as a concept on a day and works for some months."""
    life = Life()
    life.reach("concept", concept)
    if _formulated(m, life, concept) and _endorsed(m, life, meetings) and _approved(m, life):
        _carried_out(m, life, months)
    return life


def _formulated(m: Maker, life: Life, concept: date) -> bool:
    draft = m.later(concept, 20, 90)
    submitted = m.later(draft, 20, 120)
    return (
        life.reach("draft", draft)
        and life.reach("submitted", submitted)
        and life.reach("under_appraisal", m.later(submitted, 2, 14))
    )


def _endorsed(m: Maker, life: Life, meetings: list[MeetingFacts]) -> bool:
    appraised = m.later(life.events[-1][1], 14, 60)
    if m.happens(0.25):
        if not life.reach("returned", appraised):
            return False
        again = m.later(appraised, 14, 60)
        if not life.reach("under_appraisal", again):
            return False
        appraised = m.later(again, 10, 40)
    soon = appraised + timedelta(days=200)
    meeting = next((one for one in meetings if one.held and appraised <= one.day <= soon), None)
    if meeting is not None and m.happens(0.8):
        life.endorsed_at = meeting
        return life.reach("endorsed", meeting.day)
    return life.reach("endorsed", m.later(appraised, 20, 90))


def _approved(m: Maker, life: Life) -> bool:
    endorsed = life.events[-1][1]
    if m.happens(0.03):
        life.reach("deferred", m.later(endorsed, 10, 60))
        return False
    asked = m.later(endorsed, 2, 20)
    if not life.reach("final_approval", asked):
        return False
    decided = m.later(asked, 20, 150)
    if m.happens(0.05):
        life.reach("rejected", decided)
        return False
    return life.reach("approved", decided)


def _carried_out(m: Maker, life: Life, months: int) -> None:
    notified = m.later(life.events[-1][1], 3, 20)
    paid = m.later(notified, -2, 60)
    if notified <= BASE:
        life.days["approval_notified_on"] = notified
    if paid <= BASE:
        life.days["first_disbursement_on"] = paid
    commenced = max(notified, paid)
    if not life.reach("commenced", commenced):
        return
    done = m.later(commenced, months * 30 - 20, months * 30 + 20)
    if m.happens(0.03):
        life.reach("cancelled", m.later(commenced, 30, 200))
        return
    if m.happens(0.03) and not life.reach("on_hold", m.later(commenced, 20, months * 20)):
        return
    if life.status == "on_hold" and not life.reach(
        "commenced", m.later(life.events[-1][1], 30, 90)
    ):
        return
    if m.happens(0.18):
        asked = max(m.later(done, -60, -20), m.later(life.events[-1][1], 1, 10))
        if not life.reach("extended", asked):
            return
        life.days["new_end"] = m.later(done, 60, 200)
        done = life.days["new_end"]
    _closed(m, life, done)


def _closed(m: Maker, life: Life, done: date) -> None:
    """The completion report is due 60 days after the activities; then the balance is verified."""
    if not life.reach("activities_done", done):
        return
    life.days["activities_done_on"] = done
    if not life.reach("reporting_due", m.later(done, 1, 5)):
        return
    report = m.later(done, 25, 60 if m.happens(0.8) else 140)
    if report > BASE:
        return
    life.days["completion_report_on"] = report
    unspent = m.later(report, 5, 60)
    if unspent > BASE or m.happens(0.02):
        return
    life.days["unspent_received_on"] = unspent
    verified = m.later(unspent, 3, 40)
    if life.reach("completed", verified):
        life.days["verified_on"] = verified
