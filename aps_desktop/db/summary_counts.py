"""Meetings, decisions, actions and participations as narrow facts, so that they are counted fast.

Each has one row with what dashboards narrow and group it by: the day with its year and month, the
body with its pillar, partner and state. `COUNTED` says which field of the entity each column is.
"""

from __future__ import annotations

from dataclasses import dataclass

from aps_desktop.db.summary_kinds import Cube, Fact, Source
from aps_desktop.domain.entities import entity

SET = "participating_states"
"""The states that take part in a project, of which each is a fact of its own."""
_STATES = entity("project").field(SET).number


@dataclass(frozen=True, slots=True)
class Counted:
    """A fact of each record of an entity. `columns`: the entity's field, as in a `Filter`, to the
    fact's column; `day` is the field of its day, `record` the column of the record's row number."""

    entity: str
    fact: Fact
    columns: dict[str, str]
    day: str = ""
    record: str = "rid"


def _time(day: str) -> tuple[tuple[str, str, str], ...]:
    return (
        ("day", "text", f"coalesce({day}, '')"),
        ("year", "text", f"coalesce(substr({day}, 1, 4), '')"),
        ("month", "text", f"coalesce(substr({day}, 1, 7), '')"),
    )


def _held(meeting: str, state: str) -> tuple[tuple[str, str, str], ...]:
    """What a meeting says; `meeting` is its alias, `b` its body's."""
    return (
        ("body", "integer", f"coalesce({meeting}.body, 0)"),
        ("pillar", "text", "coalesce(b.pillar, '')"),
        ("partner", "integer", f"coalesce({meeting}.partner, 0)"),
        ("state", "integer", f"coalesce({state}, 0)"),
    )


def _of_meetings(name: str, fields: tuple[str, ...]) -> tuple[Source, ...]:
    """The sources of facts about records of meetings."""
    mine = f"SELECT y.rid FROM {name} y"
    return (
        Source(name, fields),
        Source(
            "meeting",
            ("starts_on", "body", "partner", "host_state"),
            f"{mine} WHERE y.meeting = x.rid",
        ),
        Source(
            "body", ("pillar",), f"{mine} JOIN meeting m ON m.rid = y.meeting WHERE m.body = x.rid"
        ),
    )


def _indexes(*counted: str) -> tuple[tuple[str, ...], ...]:
    return tuple((by, *(c for c in counted if c != by)) for by in ("body", "partner", "state"))


MEETINGS = Counted(
    "meeting",
    Fact(
        "meeting_fact",
        (
            *_time("t.starts_on"),
            ("status", "text", "coalesce(t.status, '')"),
            ("format", "text", "coalesce(t.format, '')"),
            *_held("t", "t.host_state"),
        ),
        "meeting t LEFT JOIN body b ON b.rid = t.body",
        "1 = 1",
        (
            Source(
                "meeting", ("starts_on", "status", "format", "body", "partner", "host_state")
            ),
            Source("body", ("pillar",), "SELECT m.rid FROM meeting m WHERE m.body = x.rid"),
        ),
        (
            Cube("meetings_by_year", ("pillar", "year", "status", "format"), ()),
            Cube("meetings_by_month", ("year", "pillar", "month", "status", "format"), ()),
        ),
        _indexes("year", "status", "month", "format"),
    ),
    {
        "starts_on": "day", "status": "status", "format": "format", "body": "body",
        "body.pillar": "pillar", "partner": "partner", "host_state": "state",
    },
    "starts_on",
)  # fmt: skip

DECISIONS = Counted(
    "decision",
    Fact(
        "decision_fact",
        (
            *_time("m.starts_on"),
            ("type", "text", "coalesce(t.type, '')"),
            *_held("m", "m.host_state"),
        ),
        "decision t LEFT JOIN meeting m ON m.rid = t.meeting LEFT JOIN body b ON b.rid = m.body",
        "1 = 1",
        _of_meetings("decision", ("meeting", "type")),
        (Cube("decisions_by_year", ("pillar", "year", "type"), ()),),
        _indexes("year", "type"),
    ),
    {
        "meeting.starts_on": "day", "type": "type", "meeting.body": "body",
        "meeting.body.pillar": "pillar", "meeting.partner": "partner",
        "meeting.host_state": "state",
    },
    "meeting.starts_on",
)  # fmt: skip

ACTIONS = Counted(
    "action_item",
    Fact(
        "action_fact",
        (
            *_time("t.due"),
            ("status", "text", "coalesce(t.status, '')"),
            *_held("m", "t.responsible_state"),
        ),
        "action_item t LEFT JOIN meeting m ON m.rid = t.meeting LEFT JOIN body b ON b.rid = m.body",
        "1 = 1",
        _of_meetings("action_item", ("meeting", "due", "status", "responsible_state")),
        (
            Cube("actions_by_year", ("pillar", "year", "status"), ()),
            Cube("actions_by_month", ("year", "pillar", "month", "status"), ()),
        ),
        (*_indexes("year", "status", "day"), ("status", "day", "pillar", "body")),
    ),
    {
        "due": "day", "status": "status", "meeting.body": "body", "meeting.body.pillar": "pillar",
        "meeting.partner": "partner", "responsible_state": "state",
    },
    "due",
)  # fmt: skip

_PROJECT = ("pillar", "sponsoring_body", "fund", "planned_start", "planned_end", "status")
_OF_PROJECT = {
    SET: "state", "pillar": "pillar", "sponsoring_body": "body", "fund.partner": "partner",
    "planned_start": "starts", "planned_end": "ends", "status": "status",
}  # fmt: skip


def _planned(project: str) -> tuple[tuple[str, str, str], ...]:
    """What a project says, of this alias; `f` is its fund."""
    return (
        ("pillar", "text", f"coalesce({project}.pillar, '')"),
        ("body", "integer", f"coalesce({project}.sponsoring_body, 0)"),
        ("partner", "integer", "coalesce(f.partner, 0)"),
        ("starts", "text", f"coalesce({project}.planned_start, '')"),
        ("ends", "text", f"coalesce({project}.planned_end, '')"),
        ("status", "text", f"coalesce({project}.status, '')"),
    )


PROJECTS = Counted(
    "project",
    Fact(
        "project_fact",
        (("state", "integer", "0"), *_planned("t")),
        "project t LEFT JOIN fund f ON f.rid = t.fund",
        "1 = 1",
        (
            Source("project", _PROJECT),
            Source("fund", ("partner",), "SELECT p.rid FROM project p WHERE p.fund = x.rid"),
        ),
        (
            Cube("projects_by_pillar", ("pillar", "status"), ()),
            Cube("projects_by_body", ("body", "pillar", "status"), ()),
        ),
        (
            ("starts", "ends", "pillar", "status", "body", "partner"),
            ("partner", "starts", "ends", "pillar", "status", "body"),
        ),
    ),
    _OF_PROJECT,
)

PARTICIPATIONS = Counted(
    "project",
    Fact(
        "participation_fact",
        (
            ("state", "integer", "coalesce(t.member, 0)"),
            ("project", "integer", "t.owner"),
            *_planned("p"),
        ),
        "set_member t JOIN project p ON p.rid = t.owner LEFT JOIN fund f ON f.rid = p.fund",
        f"t.field_number = {_STATES}",
        (
            Source("set_member", ("owner", "field_number", "member")),
            Source(
                "project",
                _PROJECT,
                "SELECT y.rid FROM set_member y "
                f"WHERE y.owner = x.rid AND y.field_number = {_STATES}",
            ),
            Source(
                "fund",
                ("partner",),
                "SELECT y.rid FROM project p JOIN set_member y ON y.owner = p.rid "
                f"WHERE p.fund = x.rid AND y.field_number = {_STATES}",
            ),
        ),
        (Cube("participations", ("state", "pillar", "status"), ()),),
        (
            ("state", "starts", "ends", "pillar", "status", "body", "partner", "project"),
            ("project", "state"),
        ),
    ),
    _OF_PROJECT,
    record="project",
)

COUNTED: tuple[Counted, ...] = (MEETINGS, DECISIONS, ACTIONS, PROJECTS, PARTICIPATIONS)
