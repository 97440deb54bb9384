"""Asking offices for their values: the requests of a period, their Excel forms, and reminders."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from aps_desktop.db.connection import Connection, placeholders
from aps_desktop.db.engine import Database
from aps_desktop.db.queries import results_reading as reading
from aps_desktop.db.unit_of_work import apply
from aps_desktop.domain.changes import Applied, Change, ChangeSet, Create, Update
from aps_desktop.domain.clock import today
from aps_desktop.domain.entities import entity
from aps_desktop.domain.errors import NotFound, UserError
from aps_desktop.domain.values import Period, Value
from aps_desktop.services import reporting_matrix as matrix
from aps_desktop.services.reporting_form import make_form
from aps_desktop.services.reporting_matrix import Calendar, Request

REQUEST = "reporting_request"


@dataclass(frozen=True)
class Sent:
    """What sending requests did: the step, and the forms that were written."""

    applied: Applied
    files: tuple[Path, ...] = ()


def ask(db: Database, calendar: UUID) -> Applied:
    """Makes a period's requests: every running project's participating states for the indicators
    that are broken down by member state, the project itself for the others.

    Requests that are there already are left alone. UserError when nothing is to be asked.
    """
    c = db.reader()
    found = next((one for one in matrix.calendars(c) if one.id == calendar), None)
    if found is None:
        raise UserError("This reporting period is no longer there.")
    there = {
        (row[0], row[1])
        for row in c.all(
            "SELECT project, coalesce(member_state, 0) FROM reporting_request "
            "WHERE calendar = ? AND kind = 'values' AND project IS NOT NULL",
            (found.rid,),
        )
    }
    changes = [
        Create(REQUEST, db.ids.new(), values)
        for key, values in _wanted(c, found)
        if key not in there
    ]
    if not changes:
        raise UserError(
            f"Everybody was asked for {found.name} already, or no project has indicators.",
            "Give the projects that run in this period indicators first.",
        )
    number = f"{len(changes):,} requests" if len(changes) != 1 else "a request"
    return apply(db, ChangeSet(f"ask for {found.name}: {number}", tuple(changes)))


def make_quarters(db: Database, year: int) -> Applied:
    """The four quarters of a year in the reporting calendar, due 30 days after each ends."""
    there = {calendar.period for calendar in matrix.calendars(db.reader())}
    spans = [Period.quarter(year, quarter) for quarter in (1, 2, 3, 4)]
    changes = tuple(
        Create(
            "period_calendar", db.ids.new(),
            {"name": str(span), "period": span, "kind": "quarter", "locked": False,
             "opens_on": span.end + timedelta(1), "due": span.end + timedelta(30)},
        )
        for span in spans if span not in there
    )  # fmt: skip
    if not changes:
        raise UserError(f"The quarters of {year} are there already.")
    return apply(db, ChangeSet(f"make the quarters of {year}", changes))


_RUNNING = ("commenced", "extended", "on_hold", "activities_done", "reporting_due")


def _wanted(
    c: Connection, calendar: Calendar
) -> Iterable[tuple[tuple[int, int], dict[str, Value]]]:
    """(project and state, the request's fields) of everything that a period asks for."""
    marks = placeholders(_RUNNING)
    rows = c.all(
        "SELECT i.rid, i.id, p.rid, p.id, p.code, p.title, b.id, EXISTS ("
        "SELECT 1 FROM set_member m JOIN disaggregation_dimension d ON d.rid = m.member "
        "WHERE m.owner = i.rid AND m.field_number = 19 AND d.kind = 'member_state') "
        "FROM indicator i JOIN project p ON p.rid = i.project "
        f"LEFT JOIN body b ON b.rid = p.sponsoring_body WHERE p.status IN ({marks}) "
        "AND (p.planned_start IS NULL OR p.planned_start <= ?) ORDER BY p.code, i.code",
        [*_RUNNING, calendar.period.end.isoformat()],
    )
    states = _participants(c)
    by_project: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for row in rows:
        by_project[row[2]].append(row)
    for rid, ones in by_project.items():
        _, _, _, project, code, title, body, _ = ones[0]
        base: dict[str, Value] = {
            "kind": "values", "calendar": calendar.id, "project": reading.uuid(project),
            "body": reading.uuid(body) if body else None, "due": calendar.due,
            "status": "to_send",
        }  # fmt: skip
        name = code or title
        by_state = frozenset(reading.uuid(one[1]) for one in ones if one[7])
        others = frozenset(reading.uuid(one[1]) for one in ones if not one[7])
        for state_rid, state, state_name in states.get(rid, []) if by_state else []:
            words = f"{calendar.name}, {name}, {state_name}"
            request = {**base, "title": words, "member_state": state, "indicators": by_state}
            yield (rid, state_rid), request
        if others:
            yield (rid, 0), {**base, "title": f"{calendar.name}, {name}", "indicators": others}


def _participants(c: Connection) -> dict[int, list[tuple[int, UUID, str]]]:
    """The participating states of projects, by the project's row number."""
    number = entity("project").field("participating_states").number
    found: dict[int, list[tuple[int, UUID, str]]] = defaultdict(list)
    rows = c.all(
        "SELECT m.owner, s.rid, s.id, s.name FROM set_member m "
        "JOIN member_state s ON s.rid = m.member JOIN project p ON p.rid = m.owner "
        "WHERE m.field_number = ? ORDER BY s.name",
        (number,),
    )
    for owner, rid, id, name in rows:
        found[owner].append((rid, reading.uuid(id), name))
    return found


def send_again(
    db: Database, calendar: Calendar, requests: Sequence[Request], folder: Path | None
) -> Sent:
    """Marks requests as sent or reminded, as one step; with a folder, writes each state's form.

    Without a folder they go out with the next bundle. What was answered in full is left alone.
    """
    open_ones = [one for one in requests if one.missing and one.status in matrix.WAITING]
    if not open_ones:
        raise UserError("Nothing is missing here.", "Choose a cell in which values are missing.")
    files = tuple(write_forms(db, calendar, open_ones, folder)) if folder else ()
    day = today(db.clock)
    changes: list[Change] = []
    for one in open_ones:
        status = "sent" if one.status == "to_send" else "reminded"
        new: dict[str, Value] = {"status": status}
        if status == "sent":
            new["sent_on"] = day
        changes += [Update(REQUEST, one.id, name, value) for name, value in new.items()]
    number = f"{len(open_ones):,} requests" if len(open_ones) != 1 else "a request"
    return Sent(apply(db, ChangeSet(f"send {number} for {calendar.name}", tuple(changes))), files)


def send_state_again(db: Database, request: UUID) -> Sent:
    """Sends again what the state of one request owes in the period that is being reported."""
    c, day = db.reader(), today(db.clock)
    calendar = matrix.current(matrix.calendars(c), day)
    asked = matrix.requests(c, calendar, day) if calendar else []
    states = {one.state for one in asked if one.id == request}
    if calendar is None or not states:
        raise NotFound("This request is of a period that is over.")
    return send_again(db, calendar, [one for one in asked if one.state in states], None)


def write_forms(
    db: Database, calendar: Calendar, requests: Sequence[Request], folder: Path
) -> list[Path]:
    """A form for each member state (or project, where no state is asked) of the requests."""
    if not folder.is_dir():
        raise UserError("There is no such folder.", "Choose a folder or put the stick in.")
    groups: dict[str, list[Request]] = defaultdict(list)
    for one in requests:
        groups[one.state or one.project or one.body].append(one)
    c = db.reader()
    written = []
    for name, ones in groups.items():
        safe = "".join(ch if ch.isalnum() or ch in " -" else " " for ch in name)
        target = folder / f"{calendar.name} {' '.join(safe.split())}.xlsx"
        make_form(c, calendar, ones, target)
        written.append(target)
    return written


def answered(requests: Iterable[Request]) -> list[Request]:
    """Requests whose values are all there although they are not marked as received."""
    return [
        one for one in requests
        if one.expected and not one.missing and one.status in matrix.WAITING
    ]  # fmt: skip


def mark_received(db: Database, requests: Sequence[Request]) -> Applied:
    """Marks requests as received, today."""
    day = today(db.clock)
    changes: list[Change] = []
    for one in requests:
        changes.append(Update(REQUEST, one.id, "status", matrix.RECEIVED))
        changes.append(Update(REQUEST, one.id, "received_on", day))
    number = f"{len(requests):,} requests" if len(requests) != 1 else "a request"
    return apply(db, ChangeSet(f"mark {number} as received", tuple(changes)))
