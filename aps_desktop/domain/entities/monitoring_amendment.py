"""A value that came after its period was locked: it waits beside the old one for a decision."""

from __future__ import annotations

from aps_desktop.domain.entities.monitoring_fields import indicator_field, of_which
from aps_desktop.domain.fields import Area, Entity, Field, Kind

_STATUS = (("pending", "Waits for a decision"), ("accepted", "Accepted"), ("rejected", "Rejected"))

VALUE_AMENDMENT = Entity(
    141,
    "value_amendment",
    "Amendment",
    "Amendments",
    Area.MONITORING,
    (
        indicator_field(),
        Field(2, "period", "Period", Kind.PERIOD, required=True, listed=True),
        Field(3, "amends", "Amended value", Kind.REFERENCE, target="indicator_value"),
        Field(4, "old_text", "Value before", listed=True),
        Field(5, "value", "New value", Kind.NUMBER, decimals=4, listed=True),
        Field(6, "numerator", "Numerator", Kind.NUMBER, decimals=4),
        Field(7, "denominator", "Denominator", Kind.NUMBER, decimals=4),
        Field(8, "text", "New value in words", Kind.LONG_TEXT),
        Field(9, "yes", "Yes or no", Kind.YES_NO),
        *of_which(10),
        Field(
            15,
            "reason",
            "Reason",
            Kind.LONG_TEXT,
            required=True,
            listed=True,
            section="Decision",
        ),
        Field(16, "evidence", "Evidence", Kind.FILE, section="Decision"),
        Field(
            17,
            "status",
            "Status",
            Kind.CHOICE,
            choices=_STATUS,
            default="pending",
            listed=True,
            section="Decision",
        ),
        Field(18, "asked_on", "Came on", Kind.DATE, listed=True, section="Decision"),
        Field(19, "asked_by", "From", section="Decision"),
        Field(20, "decided_on", "Decided on", Kind.DATE, section="Decision"),
        Field(21, "decided_by", "Decided by", section="Decision"),
        Field(22, "comment", "Comment", Kind.LONG_TEXT, section="Decision"),
    ),
    title=("indicator", "period"),
    key=("indicator", "period", "member_state", "asked_on"),
    order=("-asked_on",),
    purpose="Values that came after their period was locked; the value before stays until then.",
)
ENTITIES = (VALUE_AMENDMENT,)
