"""Where a project stands on its way, since when, and what moves it on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from aps_desktop.db.connection import Connection
from aps_desktop.db.engine import Database
from aps_desktop.db.unit_of_work import apply
from aps_desktop.domain import lifecycle
from aps_desktop.domain.changes import Applied, Change, ChangeSet, Create, Update
from aps_desktop.domain.errors import InvalidValue
from aps_desktop.domain.funding_measures import MEASURE_LABELS
from aps_desktop.domain.money import Money
from aps_desktop.domain.values import Value, show_date
from aps_desktop.services import answer_sheets, records
from aps_desktop.services.funding import Scope
from aps_desktop.services.records import Record

_DECIDED: dict[str, str] = {
    "returned": "returned",
    "rejected": "rejected",
    "deferred": "deferred",
    "endorsed": "endorsed",
    "approved": "approved",
}
"""Project state -> what the deciding body's approval step says."""

_STEP_OF: dict[str, str] = {
    "submitted": "appraisal",
    "under_appraisal": "endorsement",
    "endorsed": "final_approval",
    "final_approval": "final_approval",
}
"""State that a decision leaves -> the approval step that decided."""

_SET_OUT: dict[str, str] = {"under_appraisal": "appraisal", "final_approval": "final_approval"}
"""State in which somebody is asked -> the approval step that then waits."""


_ASIDE = frozenset({"returned", "rejected", "deferred", "cancelled", "on_hold"})
"""States that lead off the usual way; they are offered after the one that leads on."""


@dataclass(frozen=True)
class Standing:
    """`stage` counts from 0 in `lifecycle.STAGES`, -1 for an unknown state; `days` in the state."""

    state: str
    label: str
    stage: int
    since: date | None
    days: int | None
    ways: tuple[str, ...]
    money: tuple[tuple[str, str], ...]
    due: str

    @property
    def clock(self) -> str:
        """ "41 days in under appraisal", empty when it has ended or the day is not known."""
        if self.days is None or self.state in lifecycle.ENDED:
            return ""
        if not self.days:
            return "since today"
        days = "1 day" if self.days == 1 else f"{self.days:,} days"
        return f"{days} in “{self.label}”"


@dataclass(frozen=True)
class Move:
    """`facts` are project fields that the new state needs; `step` fields of the approval step."""

    project: UUID
    to: str
    on: date
    facts: Mapping[str, Value]
    step: Mapping[str, Value]
    reason: str = ""


def standing(c: Connection, record: Record, today: date) -> Standing:
    """A project's place in its life, its money and what is due next."""
    state = str(record.values.get("status") or "concept")
    known = lifecycle.STATES.get(state)
    stages = [key for key, _ in lifecycle.STAGES]
    since = _since(c, record, state)
    return Standing(
        state,
        known.label if known else state,
        stages.index(known.stage) if known else -1,
        since,
        max(0, (today - since).days) if since else None,
        tuple(sorted(lifecycle.NEXT.get(state, ()), key=_ASIDE.__contains__)),
        tuple(_money(c, record)),
        _next_due(record, state, today),
    )


def asks_decision(state: str, to: str) -> str:
    """The approval step that a move decides or sets out; empty when it is no such move."""
    if to in _DECIDED:
        return _STEP_OF.get(state, "")
    return _SET_OUT.get(to, "")


def missing(values: Mapping[str, Value], to: str) -> list[tuple[str, str]]:
    """(field, why) of the dates that the project needs before it is truly in that state."""
    facts = {name: _day(values.get(name)) for name in lifecycle.FACTS}
    return lifecycle.missing_facts(to, facts)


def move(db: Database, asked: Move) -> Applied:
    """Moves a project, with its status change and approval step, as one undo step."""
    to, on, step = asked.to, asked.on, asked.step
    record = records.get(db.reader(), "project", asked.project)
    before = str(record.values.get("status") or "concept")
    if not lifecycle.may_follow(to, before):
        raise InvalidValue("The project has moved on since.", "Look at its status again.")
    new: dict[str, Value] = {**asked.facts, "status": to, "status_date": on}
    if to == "submitted" and record.values.get("submitted_on") is None:
        new["submitted_on"] = on
    if to == "approved":
        new.update(_baseline(record.values))
    event: dict[str, Value] = {
        "project": asked.project,
        "status": to,
        "earlier_status": before,
        "changed_on": on,
        "reason": asked.reason or None,
        "meeting": step.get("meeting"),
    }
    changes: list[Change] = [
        *(Update("project", asked.project, name, value) for name, value in new.items()),
        Create("project_state_event", db.ids.new(), event),
    ]
    if asks_decision(before, to):
        changes += _steps(db, record, before, to, on, step)
    label = f"move project {records.short_title(record)} to {lifecycle.STATES[to].label.lower()}"
    return apply(db, ChangeSet(label, tuple(changes)))


def _steps(
    db: Database, record: Record, before: str, to: str, on: date, given: Mapping[str, Value]
) -> list[Change]:
    """Fills in the approval step that was waiting for this decision, or makes one."""
    kind = asks_decision(before, to)
    values: dict[str, Value] = {name: value for name, value in given.items() if value is not None}
    if to not in _DECIDED:
        made = {**values, "project": record.id, "step": kind, "received_on": on}
        made["outcome"] = "pending"
        return [Create("approval_step", db.ids.new(), made)]
    values |= {"outcome": _DECIDED[to], "decided_on": on}
    waiting = db.reader().value(
        "SELECT id FROM approval_step WHERE project = ? AND step = ? AND outcome = 'pending' "
        "ORDER BY rid DESC",
        (record.rid, kind),
    )
    if waiting is None:
        made = {**values, "project": record.id, "step": kind}
        return [Create("approval_step", db.ids.new(), made)]
    step = UUID(bytes=bytes(waiting))
    return [Update("approval_step", step, name, value) for name, value in values.items()]


def _baseline(values: Mapping[str, Value]) -> dict[str, Value]:
    """Budget and dates as they are at approval, kept beside those that may still change."""
    pairs = (("budget", "baseline_budget"), ("planned_start", "baseline_start"),
             ("planned_end", "baseline_end"))  # fmt: skip
    return {
        kept: values[now]
        for now, kept in pairs
        if values.get(now) is not None and values.get(kept) is None
    }


def _since(c: Connection, record: Record, state: str) -> date | None:
    since = _day(record.values.get("status_date"))
    if since is not None:
        return since
    last = c.value(
        "SELECT max(changed_on) FROM project_state_event WHERE project = ? AND status = ?",
        (record.rid, state),
    )
    return date.fromisoformat(last) if last else None


def _money(c: Connection, record: Record) -> list[tuple[str, str]]:
    """(what, amounts) lines; one amount for each currency, never added across."""
    lines = []
    budget = record.values.get("budget")
    if isinstance(budget, Money):
        lines.append(("Budget", str(budget)))
    paid = answer_sheets.in_currencies(c, Scope(projects=(record.rid,)))
    for measure in ("disbursement", "expenditure", "refund"):
        if measure in paid:
            lines.append((MEASURE_LABELS[measure], paid[measure]))
    return lines


def _next_due(record: Record, state: str, today: date) -> str:
    """What the project owes next, with its day; empty when nothing is known to be due."""
    done = _day(record.values.get("activities_done_on"))
    end = _day(record.values.get("planned_end"))
    if state in lifecycle.ENDED:
        return ""
    if done and not record.values.get("completion_report_on"):
        return _due("Completion report", lifecycle.report_due(done), today)
    if state in lifecycle.RUNNING and end:
        return _due("Activities end", end, today)
    return ""


def _due(what: str, day: date, today: date) -> str:
    days = (day - today).days
    words = "1 day" if abs(days) == 1 else f"{abs(days):,} days"
    if days < 0:
        return f"{what}: {show_date(day)}, {words} late"
    return f"{what}: {show_date(day)}, in {words}" if days else f"{what}: today"


def _day(value: Value) -> date | None:
    return value if isinstance(value, date) else None
