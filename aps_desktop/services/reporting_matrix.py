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

from aps_desktop.db.connection import Connection
from aps_desktop.domain.entities import entity
from aps_desktop.domain.values import Period
from aps_desktop.services.funding import with_parts
from aps_desktop.services.stored_values import period_of, stored_period, uuid

WAITING, RECEIVED, WAIVED = ("to_send", "sent", "reminded"), "received", "waived"
_INDICATORS = entity("reporting_request").field("indicators").number


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
    where, params = _narrowed(c, narrow)
    rows = c.all(
        "SELECT r.rid, r.id, r.title, r.status, r.due, r.body, r.project, r.member_state, "
        "b.name, b.code, p.code, p.title, s.name, b.id, p.id, s.id "
        "FROM reporting_request r "
        "LEFT JOIN body b ON b.rid = r.body LEFT JOIN project p ON p.rid = r.project "
        "LEFT JOIN member_state s ON s.rid = r.member_state "
        f"WHERE r.calendar = ? AND r.kind = 'values' AND r.status <> ?{where}",
        [calendar.rid, WAIVED, *params],
    )
    counted = _Counted(c, calendar)
    chosen = _chosen(c, calendar)
    return [_request(row, counted, chosen.get(row[0]), calendar, today) for row in rows]


class _Counted:
    """What is expected of whole projects and bodies and what came: read when it is first asked,
    since most requests name their indicators."""

    def __init__(self, c: Connection, calendar: Calendar) -> None:
        self._c = c
        self._period = stored_period(calendar.period)
        self._of: dict[str, dict[int, int]] = {}
        self._came: dict[tuple[str, int, int], list[int]] = defaultdict(lambda: [0, 0])

    def _read(self, column: str) -> None:
        """Distinct indicators, and those that came by state (0: the whole)."""
        self._of[column] = dict(
            self._c.all(
                f"SELECT {column}, count(*) FROM indicator WHERE {column} IS NOT NULL GROUP BY 1"
            )
        )
        rows = self._c.all(
            f"SELECT i.{column}, coalesce(v.member_state, 0), v.status = 'returned', "
            "count(DISTINCT v.indicator) FROM indicator_value v "
            "JOIN indicator i ON i.rid = v.indicator "
            "WHERE v.period = ? AND v.status IN ('pending', 'approved', 'returned') "
            f"AND i.{column} IS NOT NULL GROUP BY 1, 2, 3",
            (self._period,),
        )
        for key, state, returned, count in rows:
            self._came[column, key, state][bool(returned)] += count

    def of(self, project: int | None, body: int | None, state: int | None) -> tuple[int, int, int]:
        """(expected, reported, returned) of a request for all indicators of a project or body."""
        column, key = ("project", project) if project else ("body", body)
        if key is None:
            return 0, 0, 0
        if column not in self._of:
            self._read(column)
        expected = self._of[column].get(key, 0)
        came = self._came.get((column, key, state or 0), [0, 0])
        return expected, min(expected, came[0]), came[1]


def _chosen(c: Connection, calendar: Calendar) -> dict[int, tuple[int, int, int]]:
    """(expected, reported, returned) of the requests that name their indicators themselves."""
    span = stored_period(calendar.period)
    expected = c.all(
        "SELECT r.rid, count(*) FROM reporting_request r "
        "JOIN set_member m ON m.owner = r.rid AND m.field_number = ? "
        "JOIN indicator i ON i.rid = m.member WHERE r.calendar = ? GROUP BY r.rid",
        (_INDICATORS, calendar.rid),
    )
    came: dict[tuple[int, bool], int] = {}
    rows = c.all(
        "SELECT r.rid, v.status = 'returned', count(DISTINCT v.indicator) "
        "FROM reporting_request r JOIN set_member m ON m.owner = r.rid AND m.field_number = ? "
        "JOIN indicator_value v ON v.indicator = m.member AND v.period = ? "
        "AND coalesce(v.member_state, 0) = coalesce(r.member_state, 0) "
        "WHERE r.calendar = ? AND v.status IN ('pending', 'approved', 'returned') GROUP BY 1, 2",
        (_INDICATORS, span, calendar.rid),
    )
    for rid, returned, count in rows:
        came[rid, bool(returned)] = count
    return {
        rid: (number, came.get((rid, False), 0), came.get((rid, True), 0))
        for rid, number in expected
    }


def _request(
    row: tuple[Any, ...],
    counted: _Counted,
    chosen: tuple[int, int, int] | None,
    calendar: Calendar,
    today: date,
) -> Request:
    _, id, title, status, due, body, project, state = row[:8]
    body_name, body_code, code, project_title, state_name, body_id, project_id, state_id = row[8:]
    expected, reported, returned = chosen or counted.of(project, body, state)
    day = _day(due) or calendar.due
    return Request(
        uuid(id), title, status, body_code or body_name or "", code or project_title or "",
        state_name or "", _id(body_id), _id(project_id), _id(state_id), day,
        expected, reported, returned, bool(day and day < today),
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
    owed: dict[str, list[Request]] = defaultdict(list)
    for one in requests(c, calendar, day):
        if one.missing and one.status in WAITING:
            owed[one.state].append(one)
    found = [
        Lacking(
            state, sum(one.missing for one in ones),
            min((one.due for one in ones if one.due), default=None),
            any(one.late for one in ones), ones[0].id,
        )
        for state, ones in owed.items()
    ]  # fmt: skip
    return calendar, sorted(found, key=lambda one: (-one.missing, one.state))


def _narrowed(c: Connection, narrow: Narrow) -> tuple[str, list[Any]]:
    tests = ""
    params: list[Any] = []
    if narrow.pillar:
        tests += " AND coalesce(p.pillar, b.pillar) = ?"
        params.append(narrow.pillar)
    if narrow.body:
        root = c.value("SELECT rid FROM record WHERE uuid = ?", (narrow.body.bytes,))
        bodies = with_parts(c, "body", () if root is None else (int(root),))
        tests += f" AND r.body IN ({','.join('?' * len(bodies))})" if bodies else " AND 1=0"
        params += bodies
    if narrow.member_state:
        tests += " AND s.id = ?"
        params.append(narrow.member_state.bytes)
    if narrow.partner:
        tests += (
            " AND p.fund IN (SELECT f.rid FROM fund f JOIN partner q ON q.rid = f.partner "
            "WHERE q.id = ? UNION SELECT k.fund FROM contribution k "
            "JOIN partner q ON q.rid = k.partner WHERE q.id = ?)"
        )
        params += [narrow.partner.bytes] * 2
    return tests, params


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _id(stored: Any) -> UUID | None:
    return None if stored is None else uuid(stored)
