"""Requests that are answered: marked as received by whatever brings their last value.

Reviewing and importing mark them in the same step, a merge in one of its own. Only an office whose
changes of a request stand (it made it, or it is the secretariat) marks it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from aps_desktop.db.connection import Connection, placeholders
from aps_desktop.db.engine import Database
from aps_desktop.db.queries.results_reading import REPORTED, pieces, uuid
from aps_desktop.db.store import this_device
from aps_desktop.db.unit_of_work import apply
from aps_desktop.domain.changes import SECRETARIAT, ChangeSet, Update
from aps_desktop.domain.clock import today
from aps_desktop.domain.entities import entity
from aps_desktop.services.reporting_matrix import RECEIVED, WAITING

REQUEST = "reporting_request"
_INDICATORS = entity(REQUEST).field("indicators").number
Came = tuple[int, str, int]
"""A value that counts: its indicator, its period as stored, and its state (0: the whole)."""


def marks(db: Database, c: Connection, coming: Iterable[Came]) -> list[Update]:
    """What marks the requests that are answered in full once these values count."""
    by_place: dict[tuple[str, int], set[int]] = {}
    for indicator, period, state in coming:
        by_place.setdefault((period, state), set()).add(indicator)
    found: list[Update] = []
    mine, params = _own(c)
    for (period, state), indicators in by_place.items():
        rows = c.all(
            "SELECT r.rid, r.id, r.project, r.body FROM reporting_request r "
            "JOIN period_calendar k ON k.rid = r.calendar JOIN record o ON o.rid = r.rid "
            "WHERE k.period = ? AND coalesce(r.member_state, 0) = ? AND r.kind = 'values' "
            f"AND r.status IN ({placeholders(WAITING)}){mine}",
            [period, state, *WAITING, *params],
        )
        for rid, id, project, body in rows:
            asked = _asked(c, rid, project, body)
            missing = asked - indicators
            if len(missing) < len(asked) and missing <= _counted(c, missing, period, state):
                found += [
                    Update(REQUEST, uuid(id), "status", RECEIVED),
                    Update(REQUEST, uuid(id), "received_on", today(db.clock)),
                ]
    return found


def note(db: Database) -> dict[str, str]:
    """Marks all requests that are answered in full: their states before, by id. For after a merge.

    The day is the last on which one of the values was reported, so that every computer that marks
    it says the same.
    """
    c = db.reader()
    mine, params = _own(c)
    rows = c.all(
        "SELECT r.rid, r.id, r.status, r.project, r.body, k.period, coalesce(r.member_state, 0) "
        "FROM request_standing f JOIN reporting_request r ON r.rid = f.rid "
        "JOIN period_calendar k ON k.rid = r.calendar "
        "JOIN record o ON o.rid = r.rid WHERE f.expected > 0 AND f.reported >= f.expected "
        f"AND r.status IN ({placeholders(WAITING)}){mine}",
        [*WAITING, *params],
    )
    changes: list[Update] = []
    for rid, id, _, project, body, period, state in rows:
        changes.append(Update(REQUEST, uuid(id), "status", RECEIVED))
        day = _last_day(c, _asked(c, rid, project, body), period, state)
        if day is not None:
            changes.append(Update(REQUEST, uuid(id), "received_on", day))
    if changes:
        number = f"{len(rows):,} requests" if len(rows) != 1 else "a request"
        apply(db, ChangeSet(f"mark {number} as received", tuple(changes)))
    return {uuid(row[1]).hex: row[2] for row in rows}


def reopen(db: Database, marked: Mapping[str, str]) -> int:
    """After a merge was taken back: requests that it had answered (`note`) wait again; how many."""
    changes: list[Update] = []
    for id, status in marked.items():
        still = db.reader().value(
            "SELECT 1 FROM request_standing f JOIN reporting_request r ON r.rid = f.rid "
            "WHERE r.id = ? AND r.status = ? AND f.reported < f.expected",
            (UUID(id).bytes, RECEIVED),
        )
        if still:
            changes.append(Update(REQUEST, UUID(id), "status", status))
            changes.append(Update(REQUEST, UUID(id), "received_on", None))
    if changes:
        number = f"{len(changes) // 2:,} requests wait" if len(changes) > 2 else "a request waits"
        apply(db, ChangeSet(f"{number} again", tuple(changes)))
    return len(changes) // 2


def _last_day(c: Connection, indicators: set[int], period: str, state: int) -> date | None:
    """When the last of these indicators' values was reported; None where none of them says."""
    days: list[str] = []
    for part in pieces(sorted(indicators)):
        rows = c.all(
            f"SELECT max(reported_on) FROM indicator_value WHERE indicator IN "
            f"({placeholders(part)}) AND period = ? AND coalesce(member_state, 0) = ? "
            f"AND status IN ({placeholders(REPORTED)})",
            [*part, period, state, *REPORTED],
        )
        days += [row[0] for row in rows if row[0]]
    return date.fromisoformat(max(days)) if days else None


def _own(c: Connection) -> tuple[str, list[Any]]:
    """A condition on `record o`: this office's changes of it stand."""
    office = this_device(c)[1]
    if office in ("", SECRETARIAT):
        return "", []
    return " AND coalesce(o.office, '') IN ('', ?)", [office]


def _asked(c: Connection, rid: int, project: int | None, body: int | None) -> set[int]:
    """The indicators that a request is about."""
    named = c.all(
        "SELECT i.rid FROM set_member m JOIN indicator i ON i.rid = m.member "
        "WHERE m.owner = ? AND m.field_number = ?",
        (rid, _INDICATORS),
    )
    if not named:
        column, key = ("project", project) if project else ("body", body)
        named = c.all(f"SELECT rid FROM indicator WHERE {column} = ?", (key,))
    return {int(row[0]) for row in named}


def _counted(c: Connection, indicators: set[int], period: str, state: int) -> set[int]:
    """Which of these indicators have a value that counts."""
    found: set[int] = set()
    for part in pieces(sorted(indicators)):
        rows = c.all(
            f"SELECT indicator FROM indicator_value WHERE indicator IN ({placeholders(part)}) "
            "AND period = ? AND coalesce(member_state, 0) = ? "
            f"AND status IN ({placeholders(REPORTED)})",
            [*part, period, state, *REPORTED],
        )
        found |= {int(row[0]) for row in rows}
    return found
