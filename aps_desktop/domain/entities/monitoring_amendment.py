"""A value that came after its period was locked: it waits beside the old one for a decision."""

from __future__ import annotations

from aps_desktop.domain.entities.vocabularies import AGE_BANDS, SEXES
from aps_desktop.domain.fields import Area, Entity, Field, Kind

_STATUS = (("pending", "Waits for a decision"), ("accepted", "Accepted"), ("rejected", "Rejected"))

VALUE_AMENDMENT = Entity(
    141,
    "value_amendment",
    "Amendment",
    "Amendments",
    Area.MONITORING,
    (
        Field(
            1,
            "indicator",
            "Indicator",
            Kind.REFERENCE,
            target="indicator",
            required=True,
            part_of=True,
            listed=True,
        ),
        Field(2, "period", "Period", Kind.PERIOD, required=True, listed=True),
        Field(3, "amends", "Amended value", Kind.REFERENCE, target="indicator_value"),
        Field(4, "old_text", "Value before", listed=True),
        Field(5, "value", "New value", Kind.NUMBER, decimals=4, listed=True),
        Field(6, "numerator", "Numerator", Kind.NUMBER, decimals=4),
        Field(7, "denominator", "Denominator", Kind.NUMBER, decimals=4),
        Field(8, "text", "New value in words", Kind.LONG_TEXT),
        Field(9, "yes", "Yes or no", Kind.YES_NO),
        Field(
            10,
            "member_state",
            "Member state",
            Kind.REFERENCE,
            target="member_state",
            listed=True,
            section="Of which",
        ),
        Field(11, "sex", "Sex", Kind.CHOICE, choices=SEXES, section="Of which"),
        Field(12, "age_band", "Age", Kind.CHOICE, choices=AGE_BANDS, section="Of which"),
        Field(
            13,
            "dimension",
            "Dimension",
            Kind.REFERENCE,
            target="disaggregation_dimension",
            section="Of which",
        ),
        Field(14, "dimension_value", "Its value", section="Of which"),
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
