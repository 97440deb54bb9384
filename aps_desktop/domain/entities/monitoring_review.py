"""Who is asked to report, how measures are complied with, and what evaluations found."""

from __future__ import annotations

from aps_desktop.domain.entities.standard_fields import document_class, notes
from aps_desktop.domain.entities.vocabularies import LEVELS
from aps_desktop.domain.fields import Area, Entity, Field, Kind

_REQUEST_KINDS = (
    ("values", "Indicator values"),
    ("progress", "Progress report"),
    ("financial", "Financial report"),
    ("completion", "Completion report"),
    ("compliance", "Compliance status"),
    ("other", "Other"),
)
_REQUEST_STATUS = (
    ("to_send", "To be sent"),
    ("sent", "Sent"),
    ("reminded", "Reminded"),
    ("received", "Received"),
    ("waived", "Waived"),
)
_EVALUATION_TYPES = (
    ("mid_term", "Mid-term review"),
    ("final", "Final evaluation"),
    ("impact", "Impact evaluation"),
    ("thematic", "Thematic evaluation"),
    ("internal", "Internal review"),
    ("audit", "Audit"),
)
_FINDING_KINDS = (
    ("strength", "Strength"),
    ("improvement", "Area for improvement"),
    ("neutral", "Observation"),
)
_RESPONSES = (
    ("pending", "Pending"),
    ("accepted", "Accepted"),
    ("partly", "Partly accepted"),
    ("rejected", "Not accepted"),
)
_RECOMMENDATION_STATUS = (
    ("open", "Open"),
    ("in_progress", "In progress"),
    ("done", "Done"),
    ("dropped", "Dropped"),
)
COMPLIANCE = (
    ("not_started", "Not started"),
    ("ongoing", "Ongoing"),
    ("partly", "Partly complied with"),
    ("complied", "Complied with"),
    ("delayed", "Delayed"),
    ("not_applicable", "Not applicable"),
)

REPORTING_REQUEST = Entity(
    135,
    "reporting_request",
    "Reporting request",
    "Reporting requests",
    Area.MONITORING,
    (
        Field(1, "title", "Request", required=True, listed=True),
        Field(
            2, "kind", "Kind", Kind.CHOICE, choices=_REQUEST_KINDS, default="values", listed=True
        ),
        Field(
            3, "calendar", "Reporting period", Kind.REFERENCE, target="period_calendar", listed=True
        ),
        Field(
            4, "member_state", "To member state", Kind.REFERENCE, target="member_state", listed=True
        ),
        Field(5, "body", "To body", Kind.REFERENCE, target="body", listed=True),
        Field(6, "project", "About project", Kind.REFERENCE, target="project", listed=True),
        Field(7, "indicators", "Indicators", Kind.REFERENCES, target="indicator"),
        Field(8, "sent_on", "Sent on", Kind.DATE),
        Field(9, "due", "Due", Kind.DATE, listed=True, aliases=("Due date",)),
        Field(
            10,
            "status",
            "Status",
            Kind.CHOICE,
            choices=_REQUEST_STATUS,
            default="to_send",
            listed=True,
        ),
        Field(11, "received_on", "Received on", Kind.DATE),
        Field(12, "officer", "Officer", Kind.REFERENCE, target="officer"),
        notes(13),
    ),
    title=("title",),
    key=("title", "member_state", "body"),
    order=("due", "title"),
    purpose="Who was asked to report what by when, and who has not yet.",
    aliases=("Report due", "Reporting schedule"),
)
EVALUATION = Entity(
    136,
    "evaluation",
    "Evaluation",
    "Evaluations",
    Area.MONITORING,
    (
        Field(1, "title", "Title", required=True, listed=True, aliases=("Evaluation title",)),
        Field(2, "type", "Type", Kind.CHOICE, choices=_EVALUATION_TYPES, listed=True),
        Field(3, "project", "Project", Kind.REFERENCE, target="project", listed=True),
        Field(4, "programme", "Programme", Kind.REFERENCE, target="programme"),
        Field(5, "framework", "Framework", Kind.REFERENCE, target="framework"),
        Field(6, "evaluator", "Evaluator", listed=True),
        Field(
            7,
            "status",
            "Status",
            Kind.CHOICE,
            choices=(("planned", "Planned"), ("ongoing", "Ongoing"), ("completed", "Completed")),
            default="planned",
            listed=True,
        ),
        Field(8, "starts_on", "Start", Kind.DATE),
        Field(9, "ends_on", "End", Kind.DATE, listed=True),
        Field(10, "budget", "Cost", Kind.MONEY),
        Field(11, "summary", "Summary", Kind.LONG_TEXT),
        Field(12, "file", "Report", Kind.FILE),
        document_class(13),
        notes(14),
    ),
    title=("title",),
    key=("title",),
    order=("-ends_on", "title"),
    purpose="Reviews, evaluations and audits, planned and done.",
    aliases=("Evaluation plan", "Review"),
)


def _evaluation() -> Field:
    return Field(
        1,
        "evaluation",
        "Evaluation",
        Kind.REFERENCE,
        target="evaluation",
        required=True,
        part_of=True,
        listed=True,
    )


FINDING = Entity(
    137,
    "finding",
    "Finding",
    "Findings",
    Area.MONITORING,
    (
        _evaluation(),
        Field(2, "number", "Finding no.", listed=True),
        Field(3, "text", "Finding", Kind.LONG_TEXT, required=True, listed=True),
        Field(4, "kind", "Kind", Kind.CHOICE, choices=_FINDING_KINDS, listed=True),
        Field(5, "criterion", "Criterion", help="Relevance, effectiveness, sustainability, ..."),
    ),
    title=("text",),
    code="number",
    key=("evaluation", "text"),
    order=("evaluation", "number"),
    purpose="What an evaluation found: strengths and areas for improvement.",
    aliases=("Area for improvement",),
)
RECOMMENDATION = Entity(
    138,
    "recommendation",
    "Recommendation",
    "Recommendations",
    Area.MONITORING,
    (
        _evaluation(),
        Field(2, "number", "Recommendation no.", listed=True),
        Field(3, "text", "Recommendation", Kind.LONG_TEXT, required=True, listed=True),
        Field(4, "finding", "From finding", Kind.REFERENCE, target="finding"),
        Field(5, "priority", "Priority", Kind.CHOICE, choices=LEVELS, listed=True),
        Field(6, "addressed_to", "Addressed to", listed=True),
        Field(7, "body", "Body", Kind.REFERENCE, target="body"),
        Field(
            8,
            "response",
            "Response",
            Kind.CHOICE,
            choices=_RESPONSES,
            default="pending",
            listed=True,
        ),
        Field(9, "response_text", "Management response", Kind.LONG_TEXT),
        Field(10, "action_item", "Action", Kind.REFERENCE, target="action_item"),
        Field(11, "due", "Due", Kind.DATE, listed=True),
        Field(
            12,
            "status",
            "Status",
            Kind.CHOICE,
            choices=_RECOMMENDATION_STATUS,
            default="open",
            listed=True,
        ),
    ),
    title=("text",),
    code="number",
    key=("evaluation", "text"),
    order=("evaluation", "number"),
    purpose="What an evaluation recommends, what was answered, and what is done about it.",
)
LESSON = Entity(
    139,
    "lesson",
    "Lesson",
    "Lessons",
    Area.MONITORING,
    (
        Field(1, "title", "Lesson", required=True, listed=True, aliases=("Lesson learned",)),
        Field(2, "text", "What happened and what to do", Kind.LONG_TEXT),
        Field(3, "project", "Project", Kind.REFERENCE, target="project", listed=True),
        Field(4, "evaluation", "Evaluation", Kind.REFERENCE, target="evaluation"),
        Field(5, "body", "Body", Kind.REFERENCE, target="body", listed=True),
        Field(6, "sectors", "Sectors", Kind.REFERENCES, target="classification", listed=True),
        Field(7, "tags", "Tags", Kind.TAGS),
        Field(8, "learned_on", "Recorded on", Kind.DATE, listed=True),
        document_class(9),
    ),
    title=("title",),
    key=("title",),
    order=("title",),
    purpose="What was learned, so that the next proposal of that body or sector can use it.",
    aliases=("Lessons learned",),
)
COMPLIANCE_STATUS = Entity(
    140,
    "compliance_status",
    "Compliance status",
    "Compliance",
    Area.MONITORING,
    (
        Field(
            1,
            "framework_node",
            "Measure",
            Kind.REFERENCE,
            target="framework_node",
            listed=True,
        ),
        Field(
            2,
            "work_plan_line",
            "Work plan line",
            Kind.REFERENCE,
            target="work_plan_line",
            listed=True,
        ),
        Field(
            3, "member_state", "Member state", Kind.REFERENCE, target="member_state", listed=True
        ),
        Field(4, "body", "Body", Kind.REFERENCE, target="body", listed=True),
        Field(5, "period", "Period", Kind.PERIOD, listed=True),
        Field(
            6,
            "status",
            "Status",
            Kind.CHOICE,
            choices=COMPLIANCE,
            required=True,
            default="not_started",
            listed=True,
        ),
        Field(7, "comment", "Comment", Kind.LONG_TEXT, listed=True),
        Field(8, "evidence", "Evidence", Kind.FILE),
        Field(9, "reported_on", "Reported on", Kind.DATE),
        document_class(10),
    ),
    title=("framework_node", "work_plan_line", "member_state"),
    key=("framework_node", "work_plan_line", "member_state", "period"),
    order=("-period",),
    purpose="How far each member state or body has carried out a measure.",
    aliases=("CSAP", "Compliance monitoring"),
)
ENTITIES = (
    REPORTING_REQUEST,
    EVALUATION,
    FINDING,
    RECOMMENDATION,
    LESSON,
    COMPLIANCE_STATUS,
)
