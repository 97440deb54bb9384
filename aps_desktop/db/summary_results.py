"""What is kept of results: where each indicator stands, and what came of every request.

A request asks for its indicators, else for all of its project, else for all of its body, from its
member state (or of the whole); what came is pending or approved, what was returned has to come
again.
"""

from __future__ import annotations

from aps_desktop.db import standings, value_doubts
from aps_desktop.db.summary_kinds import Fact, Source, Worked
from aps_desktop.domain.entities import entity

_INDICATORS = entity("reporting_request").field("indicators").number
_NAMED = f"SELECT m.owner FROM set_member m WHERE m.field_number = {_INDICATORS}"

_OF_VALUE = "SELECT x.indicator WHERE x.indicator IS NOT NULL"
# The parts of a whole are told apart by the names of states and dimensions.
_NAMED_STATE, _NAMED_DIMENSION = (
    Source(
        kind,
        ("name",),
        f"SELECT v.indicator FROM indicator_value v WHERE v.{field} = x.rid "
        "AND v.indicator IS NOT NULL",
    )
    for kind, field in (("member_state", "member_state"), ("disaggregation_dimension", "dimension"))
)

STANDINGS = Worked(
    "indicator_standing",
    "indicator",
    standings.COLUMNS,
    ("indicator", "state", "year"),
    (
        Source(
            "indicator",
            (
                "project", "body", "me_level", "kpi", "measure_type", "direction", "accumulation",
                "aggregation", "unit", "baseline", "scale",
            ),
        ),
        Source(
            "indicator_value",
            (
                "indicator", "period", "value", "numerator", "denominator", "text", "yes",
                "member_state", "sex", "age_band", "dimension", "dimension_value", "status",
            ),
            _OF_VALUE,
        ),
        Source(
            "target",
            ("indicator", "period", "value", "revised_value", "member_state"),
            _OF_VALUE,
        ),
        Source(
            "project",
            ("pillar", "sponsoring_body"),
            "SELECT i.rid FROM indicator i WHERE i.project = x.rid",
        ),
        Source("body", ("pillar",), "SELECT i.rid FROM indicator i WHERE i.body = x.rid"),
        _NAMED_STATE, _NAMED_DIMENSION,
    ),
    standings.rows,
    version=2,
    indexes=(
        ("state", "year", "kpi", "pillar", "band", "known", "indicator", "body", "project"),
        ("year", "state", "states", "indicator"),
    ),
)  # fmt: skip

DOUBTS = Worked(
    "value_doubt",
    "indicator",
    value_doubts.COLUMNS,
    ("indicator", "number"),
    (
        Source(
            "indicator",
            (
                "measure_type", "direction", "accumulation", "aggregation", "unit", "baseline",
                "scale", "over_100", "lowest", "highest",
            ),
        ),
        Source(
            "indicator_value",
            (
                "indicator", "period", "value", "numerator", "denominator", "text", "yes",
                "member_state", "sex", "age_band", "dimension", "dimension_value", "correction",
            ),
            _OF_VALUE,
        ),
        _NAMED_STATE, _NAMED_DIMENSION,
    ),
    value_doubts.rows,
    indexes=(("rule", "severity", "indicator"),),
)  # fmt: skip

_COUNTED = "v.status IN ('pending', 'approved')"
_RETURNED = "v.status = 'returned'"


def _came(status: str) -> str:
    """How many different indicators have values of some review states, for a request `t`."""
    # The period is no bare column here: its index holds the values of all indicators.
    mine = (
        "v.period || '' = k.period AND coalesce(v.member_state, 0) = coalesce(t.member_state, 0) "
        f"AND {status}"
    )
    of = (
        "SELECT count(DISTINCT v.indicator) FROM indicator i CROSS JOIN indicator_value v "
        "WHERE v.indicator = i.rid AND"
    )
    return (
        f"CASE WHEN {_NAMES} THEN (SELECT count(DISTINCT v.indicator) FROM set_member m "
        "JOIN indicator_value v ON v.indicator = m.member "
        f"WHERE m.owner = t.rid AND m.field_number = {_INDICATORS} AND {mine}) "
        f"WHEN t.project IS NOT NULL THEN ({of} i.project = t.project AND {mine}) "
        f"ELSE ({of} i.body = t.body AND {mine}) END"
    )


_MEMBERS = (
    "FROM set_member m JOIN indicator i ON i.rid = m.member "
    f"WHERE m.owner = t.rid AND m.field_number = {_INDICATORS}"
)
_NAMES = f"EXISTS (SELECT 1 {_MEMBERS})"
_EXPECTED = (
    f"CASE WHEN {_NAMES} THEN (SELECT count(*) {_MEMBERS}) "
    "WHEN t.project IS NOT NULL "
    "THEN (SELECT count(*) FROM indicator i WHERE i.project = t.project) "
    "ELSE (SELECT count(*) FROM indicator i WHERE i.body = t.body) END"
)

REQUESTS = Fact(
    "request_standing",
    (
        ("calendar", "integer", "t.calendar"),
        ("project", "integer", "coalesce(t.project, 0)"),
        ("body", "integer", "coalesce(t.body, 0)"),
        ("pillar", "text", "coalesce(p.pillar, b.pillar, '')"),
        ("state", "integer", "coalesce(t.member_state, 0)"),
        ("due", "text", "coalesce(t.due, k.due, '')"),
        ("status", "text", "coalesce(t.status, '')"),
        ("expected", "integer", _EXPECTED),
        ("reported", "integer", _came(_COUNTED)),
        ("returned", "integer", _came(_RETURNED)),
    ),
    "reporting_request t JOIN period_calendar k ON k.rid = t.calendar "
    "LEFT JOIN project p ON p.rid = t.project LEFT JOIN body b ON b.rid = t.body",
    "t.kind = 'values' AND coalesce(t.status, '') <> 'waived'",
    (
        Source(
            "reporting_request",
            ("kind", "calendar", "project", "body", "member_state", "due", "status"),
        ),
        Source(
            "set_member",
            ("owner", "field_number", "member"),
            "SELECT r.rid FROM reporting_request r "
            f"WHERE r.rid = x.owner AND x.field_number = {_INDICATORS}",
        ),
        Source(
            "period_calendar",
            ("period", "due"),
            "SELECT r.rid FROM reporting_request r WHERE r.calendar = x.rid",
        ),
        Source(
            "project",
            ("pillar",),
            "SELECT r.rid FROM reporting_request r WHERE r.project = x.rid",
        ),
        Source("body", ("pillar",), "SELECT r.rid FROM reporting_request r WHERE r.body = x.rid"),
        Source(
            "indicator",
            ("project", "body"),
            "SELECT r.rid FROM reporting_request r WHERE r.project = x.project "
            "UNION SELECT r.rid FROM reporting_request r "
            "WHERE r.body = x.body AND r.project IS NULL "
            f"UNION {_NAMED} AND m.member = x.rid",
        ),
    ),
    (),
    (
        ("calendar", "pillar", "body", "state", "due", "expected", "reported", "project"),
    ),
    follows=(
        "indicator_standing",
        f"{_NAMED} AND m.member IN (SELECT rid FROM {{touched}}) "
        "UNION SELECT r.rid FROM {touched} x JOIN indicator i ON i.rid = x.rid "
        "JOIN reporting_request r ON r.project = i.project "
        "UNION SELECT r.rid FROM {touched} x JOIN indicator i ON i.rid = x.rid "
        "JOIN reporting_request r ON r.body = i.body AND r.project IS NULL WHERE 1 = 1",
    ),
)  # fmt: skip
