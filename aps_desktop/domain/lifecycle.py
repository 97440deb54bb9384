"""The ASEAN Cooperation Project: its states, the ways between them, and its hard rules."""

from __future__ import annotations

from dataclasses import dataclass


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
