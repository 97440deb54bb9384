"""The ASEAN Cooperation Project: its states, the ways between them, and its hard rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

MOST_WORDS = 300
"""The template's limit for the brief description."""
REPORT_DAYS = 60
"""The completion report is due so many days after full implementation."""


@dataclass(frozen=True)
class State:
    """One state of a project. `iati` is the activity status code of IATI 2.03."""

    key: str
    label: str
    stage: str
    iati: int
    meaning: str = ""


STAGES: tuple[tuple[str, str], ...] = (
    ("formulation", "Project proposal formulation"),
    ("appraisal_approval", "Appraisal and approval"),
    ("implementation_monitoring", "Implementation and monitoring"),
    ("completion_reporting", "Completion and reporting"),
)

_STATES = (
    State("concept", "Concept note", "formulation", 1),
    State("draft", "Draft proposal", "formulation", 1),
    State("submitted", "Submitted", "formulation", 1, "Submitted to the Secretariat"),
    State("under_appraisal", "Under appraisal", "appraisal_approval", 1),
    State("returned", "Returned for revision", "appraisal_approval", 1),
    State("endorsed", "Endorsed", "appraisal_approval", 1, "Endorsed by the sponsoring body"),
    State(
        "final_approval",
        "Awaiting final approval",
        "appraisal_approval",
        1,
        "With the final approving body: CPR, JPRC, JCC, fund management or partner",
    ),
    State("approved", "Approved", "appraisal_approval", 1),
    State("rejected", "Not approved", "appraisal_approval", 5),
    State("deferred", "Deferred", "appraisal_approval", 6),
    State(
        "commenced",
        "Commenced",
        "implementation_monitoring",
        2,
        "Approval notified and first disbursement received",
    ),
    State("on_hold", "On hold", "implementation_monitoring", 6),
    State("extended", "Extended", "implementation_monitoring", 2),
    State("activities_done", "Activities completed", "completion_reporting", 3),
    State("reporting_due", "Completion report due", "completion_reporting", 3),
    State(
        "completed",
        "Completed",
        "completion_reporting",
        4,
        "Completion report and unspent balance received and verified",
    ),
    State("cancelled", "Cancelled", "completion_reporting", 5),
)
STATES: dict[str, State] = {state.key: state for state in _STATES}
STATE_CHOICES: tuple[tuple[str, str], ...] = tuple((s.key, s.label) for s in _STATES)

NEXT: dict[str, tuple[str, ...]] = {
    "concept": ("draft", "cancelled"),
    "draft": ("submitted", "cancelled"),
    "submitted": ("under_appraisal", "returned", "cancelled"),
    "under_appraisal": ("endorsed", "returned", "rejected", "deferred", "cancelled"),
    "returned": ("under_appraisal", "submitted", "cancelled"),
    "endorsed": ("final_approval", "returned", "deferred", "cancelled"),
    "final_approval": ("approved", "rejected", "deferred", "returned", "cancelled"),
    "approved": ("commenced", "cancelled"),
    "rejected": (),
    "deferred": ("under_appraisal", "final_approval", "cancelled"),
    "commenced": ("activities_done", "extended", "on_hold", "cancelled"),
    "on_hold": ("commenced", "extended", "cancelled"),
    "extended": ("activities_done", "on_hold", "cancelled"),
    "activities_done": ("reporting_due",),
    "reporting_due": ("completed",),
    "completed": (),
    "cancelled": (),
}
"""The states that may follow each state, the usual one first.

The window offers these; an import or a merge may still set any state, since it tells what happened.
"""
RUNNING = frozenset({"commenced", "on_hold", "extended"})
ENDED = frozenset({"rejected", "completed", "cancelled"})
FACTS = (
    "approval_notified_on",
    "first_disbursement_on",
    "activities_done_on",
    "completion_report_on",
    "unspent_received_on",
    "verified_on",
)
"""The project's date fields on which the hard rules stand."""

DURATIONS: tuple[tuple[str, str], ...] = (
    ("under_6", "Less than 6 months"),
    ("6_to_12", "6 to 12 months"),
    ("over_12", "More than 12 months"),
)


def may_follow(state: str, after: str) -> bool:
    """Whether a project may go from the state `after` to `state`; from an unknown one, to any."""
    return after not in NEXT or state in NEXT[after]


def commenced_on(notified: date | None, disbursed: date | None) -> date | None:
    """The later of approval notice and first disbursement; None until both are there."""
    return max(notified, disbursed) if notified and disbursed else None


def completed_on(report: date | None, unspent: date | None, verified: date | None) -> date | None:
    """The day on which the last of report, unspent balance and verification was there."""
    return max(report, unspent, verified) if report and unspent and verified else None


def report_due(done: date) -> date:
    """The last day for the completion report of a project fully implemented on `done`."""
    return done + timedelta(days=REPORT_DAYS)


def duration_class(start: date, end: date) -> str:
    """The template's class of duration; both days count. ValueError if it ends too early."""
    if end < start:
        raise ValueError("ends before it starts")
    after = end + timedelta(days=1)
    if after < _months_later(start, 6):
        return "under_6"
    return "6_to_12" if after <= _months_later(start, 12) else "over_12"


def word_count(text: str) -> int:
    """Words as a word processor counts them: what stands between spaces."""
    return len(text.split())


def missing_facts(state: str, facts: Mapping[str, date | None]) -> list[tuple[str, str]]:
    """(field, message) for every date without which the project is not yet in that state."""
    wanted: list[tuple[str, str]] = []
    if state in RUNNING or state in ("activities_done", "reporting_due", "completed"):
        wanted += [
            (
                "approval_notified_on",
                "A project has commenced once approval was notified: since when?",
            ),
            (
                "first_disbursement_on",
                "A project has commenced once the first disbursement came: when?",
            ),
        ]
    if state in ("reporting_due", "completed"):
        wanted.append(
            ("activities_done_on", f"The {REPORT_DAYS} days for the report run from this day.")
        )
    if state == "completed":
        wanted += [
            (
                "completion_report_on",
                "A project is completed once its completion report was received.",
            ),
            (
                "unspent_received_on",
                "A project is completed once its unspent balance was received.",
            ),
            ("verified_on", "A project is completed once report and balance were verified."),
        ]
    return [(name, message) for name, message in wanted if facts.get(name) is None]


def _months_later(day: date, months: int) -> date:
    """The same day some months on; the month's last where it has no such day."""
    year, month = divmod(day.month - 1 + months, 12)
    first = date(day.year + year, month + 1, 1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return min(last, first + timedelta(days=day.day - 1))
