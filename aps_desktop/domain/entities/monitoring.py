"""Results, indicators and their values, and what evaluations found."""

from __future__ import annotations

from aps_desktop.domain.entities import monitoring_review
from aps_desktop.domain.entities.standard_fields import notes, valid_from, valid_to
from aps_desktop.domain.entities.vocabularies import AGE_BANDS, SEXES
from aps_desktop.domain.fields import Area, Entity, Field, Kind

_RESULT_LEVELS = (("output", "Output"), ("outcome", "Outcome"), ("impact", "Impact"))
ME_LEVELS = (
    ("compliance", "Compliance monitoring"),
    ("outcome", "Outcomes monitoring"),
    ("impact", "Impact evaluation"),
)
_MEASURES = (
    ("number", "Number"),
    ("percentage", "Percentage"),
    ("qualitative", "Qualitative"),
    ("yes_no", "Yes or no"),
)
_DIRECTIONS = (("increase", "Increase"), ("decrease", "Decrease"))
_ACCUMULATIONS = (("per_period", "Per period"), ("cumulative", "Cumulative"))
_AGGREGATIONS = (
    ("sum", "Sum"),
    ("average", "Average"),
    ("ratio", "Sum of numerators by sum of denominators"),
    ("latest", "Latest value"),
    ("none", "Not added up"),
)
_DIMENSION_KINDS = (
    ("member_state", "Member state"),
    ("sex", "Sex"),
    ("age", "Age"),
    ("other", "Other"),
)
_VALUE_STATUS = (
    ("draft", "Draft"),
    ("pending", "Pending review"),
    ("returned", "Returned"),
    ("approved", "Approved"),
)

RESULT = Entity(
    130,
    "result",
    "Result",
    "Results",
    Area.MONITORING,
    (
        Field(1, "code", "Result code", listed=True, aliases=("Result no.",)),
        Field(2, "title", "Result", required=True, listed=True, aliases=("Result statement",)),
        Field(3, "level", "Level", Kind.CHOICE, choices=_RESULT_LEVELS, listed=True),
        Field(4, "parent", "Contributes to", Kind.REFERENCE, target="result", listed=True),
        Field(5, "project", "Project", Kind.REFERENCE, target="project", listed=True),
        Field(6, "programme", "Programme", Kind.REFERENCE, target="programme"),
        Field(7, "framework_node", "Framework item", Kind.REFERENCE, target="framework_node"),
        Field(8, "description", "Description", Kind.LONG_TEXT),
        Field(9, "assumptions", "Assumptions", Kind.LONG_TEXT),
        Field(10, "sort_order", "Place in lists", Kind.NUMBER),
    ),
    title=("title",),
    code="code",
    key=("project", "title"),
    order=("project", "sort_order", "code"),
    tree="parent",
    purpose="The chain of outputs, outcomes and impact that a project or programme works for.",
    aliases=("Results framework", "Logframe"),
)
INDICATOR = Entity(
    131,
    "indicator",
    "Indicator",
    "Indicators",
    Area.MONITORING,
    (
        Field(1, "code", "Indicator code", listed=True, aliases=("Indicator no.",)),
        Field(
            2,
            "title",
            "Indicator",
            required=True,
            listed=True,
            aliases=("Indicator name", "KPI"),
        ),
        Field(3, "project", "Project", Kind.REFERENCE, target="project", listed=True),
        Field(4, "result", "Result", Kind.REFERENCE, target="result"),
        Field(5, "programme", "Programme", Kind.REFERENCE, target="programme"),
        Field(6, "framework_node", "Framework item", Kind.REFERENCE, target="framework_node"),
        Field(7, "body", "Body", Kind.REFERENCE, target="body"),
        Field(
            8,
            "measure_type",
            "Measured as",
            Kind.CHOICE,
            choices=_MEASURES,
            default="number",
            section="Measure",
        ),
        Field(
            9,
            "unit",
            "Unit",
            listed=True,
            section="Measure",
            aliases=("Unit of measure", "UoM"),
        ),
        Field(
            10,
            "direction",
            "Direction",
            Kind.CHOICE,
            choices=_DIRECTIONS,
            default="increase",
            listed=True,
            section="Measure",
            help="Which way is better.",
        ),
        Field(
            11,
            "accumulation",
            "Values are",
            Kind.CHOICE,
            choices=_ACCUMULATIONS,
            default="per_period",
            section="Measure",
            help="Cumulative values never fall without an explicit correction.",
        ),
        Field(
            12,
            "aggregation",
            "Added up by",
            Kind.CHOICE,
            choices=_AGGREGATIONS,
            default="sum",
            section="Measure",
        ),
        Field(
            13,
            "baseline",
            "Baseline",
            Kind.NUMBER,
            decimals=4,
            listed=True,
            section="Baseline",
            aliases=("Baseline value",),
        ),
        Field(14, "baseline_date", "Baseline date", Kind.DATE, section="Baseline"),
        Field(15, "baseline_comment", "Baseline in words", section="Baseline"),
        Field(
            16,
            "source_of_verification",
            "Source of verification",
            listed=True,
            section="Baseline",
            aliases=("Means of verification", "MoV", "Data source"),
        ),
        Field(
            17,
            "me_level",
            "Level of monitoring",
            Kind.CHOICE,
            choices=ME_LEVELS,
            section="Use",
        ),
        Field(18, "kpi", "Key performance indicator", Kind.YES_NO, default="0", section="Use"),
        Field(
            19,
            "dimensions",
            "Broken down by",
            Kind.REFERENCES,
            target="disaggregation_dimension",
            section="Use",
        ),
        Field(20, "frequency", "Reported", section="Use", help="Such as quarterly or yearly."),
        Field(21, "responsible", "Responsible", section="Use"),
        Field(22, "lowest", "Lowest plausible value", Kind.NUMBER, decimals=4, section="Checks"),
        Field(23, "highest", "Highest plausible value", Kind.NUMBER, decimals=4, section="Checks"),
        Field(24, "definition", "Definition and method", Kind.LONG_TEXT, section="Checks"),
        notes(25, "Checks"),
    ),
    title=("title",),
    code="code",
    key=("project", "title", "unit"),
    order=("project", "code", "title"),
    purpose="What is measured to know whether a result comes about, from which baseline.",
    aliases=("KPI", "Indicator list", "M&E framework"),
)
DISAGGREGATION_DIMENSION = Entity(
    132,
    "disaggregation_dimension",
    "Dimension",
    "Dimensions",
    Area.MONITORING,
    (
        Field(1, "name", "Dimension", required=True, listed=True),
        Field(
            2,
            "kind",
            "Kind",
            Kind.CHOICE,
            choices=_DIMENSION_KINDS,
            default="other",
            listed=True,
        ),
        Field(3, "members", "Its values", Kind.TAGS, listed=True),
        Field(4, "description", "Description", Kind.LONG_TEXT),
        valid_from(5),
        valid_to(6),
    ),
    title=("name",),
    key=("name",),
    order=("name",),
    purpose="By what values are broken down: sex, age, member state, and the office's own.",
    aliases=("Disaggregation",),
)


def _indicator() -> Field:
    return Field(
        1,
        "indicator",
        "Indicator",
        Kind.REFERENCE,
        target="indicator",
        required=True,
        part_of=True,
        listed=True,
    )


TARGET = Entity(
    133,
    "target",
    "Target",
    "Targets",
    Area.MONITORING,
    (
        _indicator(),
        Field(2, "period", "Period", Kind.PERIOD, required=True, listed=True),
        Field(
            3, "value", "Target", Kind.NUMBER, decimals=4, listed=True, aliases=("Target value",)
        ),
        Field(4, "revised_value", "Revised target", Kind.NUMBER, decimals=4, listed=True),
        Field(5, "reason", "Reason for the revision", Kind.LONG_TEXT, listed=True),
        Field(6, "text", "Target in words"),
        Field(7, "member_state", "Member state", Kind.REFERENCE, target="member_state"),
    ),
    title=("indicator", "period"),
    key=("indicator", "period", "member_state"),
    order=("indicator", "period"),
    purpose="What an indicator is to reach in a period; a revised target keeps the first one.",
)
INDICATOR_VALUE = Entity(
    134,
    "indicator_value",
    "Period value",
    "Period values",
    Area.MONITORING,
    (
        _indicator(),
        Field(2, "period", "Period", Kind.PERIOD, required=True, listed=True),
        Field(
            3,
            "value",
            "Value",
            Kind.NUMBER,
            decimals=4,
            listed=True,
            aliases=("Actual", "Achieved"),
        ),
        Field(4, "numerator", "Numerator", Kind.NUMBER, decimals=4),
        Field(5, "denominator", "Denominator", Kind.NUMBER, decimals=4),
        Field(6, "text", "Value in words", Kind.LONG_TEXT, help="For qualitative indicators."),
        Field(7, "yes", "Yes or no", Kind.YES_NO),
        Field(
            8,
            "member_state",
            "Member state",
            Kind.REFERENCE,
            target="member_state",
            listed=True,
            section="Of which",
        ),
        Field(9, "sex", "Sex", Kind.CHOICE, choices=SEXES, section="Of which"),
        Field(10, "age_band", "Age", Kind.CHOICE, choices=AGE_BANDS, section="Of which"),
        Field(
            11,
            "dimension",
            "Dimension",
            Kind.REFERENCE,
            target="disaggregation_dimension",
            section="Of which",
        ),
        Field(12, "dimension_value", "Its value", section="Of which"),
        Field(
            13,
            "status",
            "Review",
            Kind.CHOICE,
            choices=_VALUE_STATUS,
            default="draft",
            listed=True,
            section="Review",
        ),
        Field(14, "comment", "Comment", Kind.LONG_TEXT, section="Review"),
        Field(15, "evidence", "Evidence", Kind.FILE, section="Review"),
        Field(16, "reported_on", "Reported on", Kind.DATE, section="Review"),
        Field(17, "reviewed_by", "Reviewed by", section="Review"),
        Field(18, "reviewed_on", "Reviewed on", Kind.DATE, section="Review"),
        Field(
            19,
            "correction",
            "Correction",
            Kind.YES_NO,
            section="Review",
            help="Corrects an earlier value, so that a cumulative total may fall.",
        ),
    ),
    title=("indicator", "period"),
    key=("indicator", "period", "member_state", "sex", "age_band", "dimension_value"),
    order=("indicator", "period"),
    purpose="What was reached in a period, by whom it was reported, and whether it is approved.",
    aliases=("Actual value", "Progress value"),
)

ENTITIES: tuple[Entity, ...] = (
    RESULT,
    INDICATOR,
    DISAGGREGATION_DIMENSION,
    TARGET,
    INDICATOR_VALUE,
    *monitoring_review.ENTITIES,
)
