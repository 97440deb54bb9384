"""Who has not reported what: of every request of a reporting period, what came and what did not.

A request asks a body's or a project's indicators of a member state (or of the body itself) for a
period. Its value has come when one for that indicator, state and period is pending or approved; a
returned one has to come again. What is missing is late when the day it was due is over.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from aps_desktop.db.connection import Connection, placeholders
from aps_desktop.db.queries.stored_values import period_of, uuid
from aps_desktop.domain.values import Period
from aps_desktop.services.funding import with_parts

WAITING, RECEIVED = ("to_send", "sent", "reminded"), "received"


@dataclass(frozen=True)
class Calendar:
    """One reporting period with its window."""

    rid: int
    id: UUID
    name: str
    period: Period
    opens: date | None
    due: date | None
    locked: bool


@dataclass(frozen=True)
class Narrow:
    """What requests are narrowed to. A body stands for itself and all below it."""

    pillar: str = ""
    body: UUID | None = None
    partner: UUID | None = None
    member_state: UUID | None = None


@dataclass(frozen=True)
class Request:
    """One request and what came. `late`: what is missing was due before today."""

    id: UUID
    title: str
    status: str
    body: str
    project: str
    state: str
    body_id: UUID | None
    project_id: UUID | None
    state_id: UUID | None
    due: date | None
    expected: int
    reported: int
    returned: int
    late: bool

    @property
    def missing(self) -> int:
        return max(0, self.expected - self.reported)


@dataclass
class Cell:
    """The requests of one row and column, added up."""

    requests: list[Request] = field(default_factory=list)

    @property
    def expected(self) -> int:
        return sum(one.expected for one in self.requests)

    @property
    def reported(self) -> int:
        return sum(one.reported for one in self.requests)

    @property
    def missing(self) -> int:
        return sum(one.missing for one in self.requests)

    @property
    def late(self) -> int:
        return sum(one.missing for one in self.requests if one.late)

    @property
    def returned(self) -> int:
        return sum(one.returned for one in self.requests)


@dataclass
class Matrix:
    """Rows are bodies or projects, columns the states that were asked, in their names' order.

    The column "" is for requests to no state. `cells` by (row, column).
    """

    calendar: Calendar
    rows: list[str]
    columns: list[str]
    cells: dict[tuple[str, str], Cell]

    def row_total(self, row: str) -> Cell:
        return _joined(cell for (at, _), cell in self.cells.items() if at == row)

    def column_total(self, column: str) -> Cell:
        return _joined(cell for (_, at), cell in self.cells.items() if at == column)

    def whole(self) -> Cell:
        return _joined(self.cells.values())


def _joined(cells: Iterable[Cell]) -> Cell:
    return Cell([one for cell in cells for one in cell.requests])


def calendars(c: Connection) -> list[Calendar]:
    """The reporting periods, the newest first."""
    rows = c.all(
        "SELECT rid, id, name, period, opens_on, due, locked FROM period_calendar "
        "ORDER BY period DESC, name"
    )
    return [
        Calendar(rid, uuid(id), name, period_of(period), _day(opens), _day(due), bool(locked))
        for rid, id, name, period, opens, due, locked in rows
        if period
    ]


def bodies_asked(c: Connection, calendar: Calendar) -> list[tuple[UUID, str]]:
    """The bodies of a period's requests, by their short names."""
    rows = c.all(
        "SELECT b.id, coalesce(b.code, b.name) FROM body b WHERE b.rid IN ("
        "SELECT r.body FROM reporting_request r WHERE r.calendar = ? AND r.kind = 'values') "
        "ORDER BY 2",
        (calendar.rid,),
    )
    return [(uuid(id), name) for id, name in rows]


def current(found: list[Calendar], today: date) -> Calendar | None:
    """The period that is being reported: the newest that is over, else the oldest there is."""
    over = [one for one in found if one.period.end < today]
    return over[0] if over else (found[-1] if found else None)


def matrix(
    c: Connection, calendar: Calendar, today: date, by: str = "body", narrow: Narrow = Narrow()
) -> Matrix:
    """All requests of a period by "body" or "project" and by state; what is most late first."""
    cells: dict[tuple[str, str], Cell] = defaultdict(Cell)
    for one in requests(c, calendar, today, narrow):
        row = one.project if by == "project" else one.body
        cells[row or "(none named)", one.state].requests.append(one)
    columns = [row[0] for row in c.all("SELECT name FROM member_state ORDER BY name")]
    if any(column == "" for _, column in cells):
        columns.append("")
    late: dict[str, tuple[int, int]] = {}
    for (row, _), cell in cells.items():
        before = late.get(row, (0, 0))
        late[row] = before[0] + cell.late, before[1] + cell.missing
    rows = sorted(late, key=lambda row: (-late[row][0], -late[row][1], row))
    return Matrix(calendar, rows, columns, dict(cells))


def requests(
    c: Connection, calendar: Calendar, today: date, narrow: Narrow = Narrow()
) -> list[Request]:
    """Every request for indicator values of a period that was not waived, with what came."""
    where, params = narrowed(c, narrow)
    rows = c.all(
        "SELECT r.id, r.title, r.status, f.due, f.expected, f.reported, f.returned, "
        "b.name, b.code, p.code, p.title, s.name, b.id, p.id, s.id "
        "FROM request_standing f JOIN reporting_request r ON r.rid = f.rid "
        "LEFT JOIN body b ON b.rid = r.body LEFT JOIN project p ON p.rid = r.project "
        f"LEFT JOIN member_state s ON s.rid = r.member_state WHERE f.calendar = ?{where}",
        [calendar.rid, *params],
    )
    return [_request(row, calendar, today) for row in rows]


def _request(row: tuple[Any, ...], calendar: Calendar, today: date) -> Request:
    id, title, status, due, expected, reported, returned = row[:7]
    body_name, body_code, code, project_title, state_name, body_id, project_id, state_id = row[7:]
    day = _day(due) or calendar.due
    return Request(
        uuid(id), title, status, body_code or body_name or "", code or project_title or "",
        state_name or "", _id(body_id), _id(project_id), _id(state_id), day,
        expected, min(expected, reported), returned, bool(day and day < today),
    )  # fmt: skip


@dataclass(frozen=True)
class Lacking:
    """A state that still owes values of a period: how many, until when, and one of its requests."""

    state: str
    missing: int
    due: date | None
    late: bool
    request: UUID


def lacking(c: Connection, day: date) -> tuple[Calendar | None, list[Lacking]]:
    """Which states owe values of the period that is being reported, those with most first.

    A locked period is over: what comes then is an amendment.
    """
    calendar = current(calendars(c), day)
    if calendar is None or calendar.locked:
        return calendar, []
    rows = c.all(
        "SELECT coalesce(s.name, ''), CAST(sum(f.expected - f.reported) AS BIGINT), "
        "min(coalesce(f.due, ?)), min(f.rid) FROM request_standing f "
        "JOIN reporting_request r ON r.rid = f.rid "
        "LEFT JOIN member_state s ON s.rid = r.member_state "
        "WHERE f.calendar = ? AND f.reported < f.expected "
        f"AND r.status IN ({placeholders(WAITING)}) GROUP BY 1",
        (calendar.due.isoformat() if calendar.due else None, calendar.rid, *WAITING),
    )
    found = []
    for state, missing, earliest, rid in rows:
        due = _day(earliest)
        late = bool(due and due < day)
        id = uuid(c.value("SELECT id FROM reporting_request WHERE rid = ?", (rid,)))
        found.append(Lacking(state, int(missing), due, late, id))
    return calendar, sorted(found, key=lambda one: (-one.missing, one.state))


PARTNERS_PROJECTS = (
    "SELECT p.rid FROM project p JOIN fund f ON f.rid = p.fund "
    "JOIN partner q ON q.rid = f.partner WHERE q.id = ?"
)
"""The projects that are paid from a fund of a partner, as lists narrow them too."""


def narrowed(c: Connection, narrow: Narrow) -> tuple[str, list[Any]]:
    """Conditions on `request_standing f`, each with its leading AND, and their parameters."""
    tests = ""
    params: list[Any] = []
    if narrow.pillar:
        tests += " AND f.pillar = ?"
        params.append(narrow.pillar)
    if narrow.body:
        root = c.value("SELECT rid FROM record WHERE uuid = ?", (narrow.body.bytes,))
        bodies = with_parts(c, "body", () if root is None else (int(root),))
        tests += f" AND f.body IN ({placeholders(bodies)})" if bodies else " AND 1=0"
        params += bodies
    if narrow.member_state:
        tests += " AND f.state = (SELECT rid FROM record WHERE uuid = ?)"
        params.append(narrow.member_state.bytes)
    if narrow.partner:
        tests += f" AND f.project IN ({PARTNERS_PROJECTS})"
        params.append(narrow.partner.bytes)
    return tests, params


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _id(stored: Any) -> UUID | None:
    return None if stored is None else uuid(stored)
