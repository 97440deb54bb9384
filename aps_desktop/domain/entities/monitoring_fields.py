"""Fields that values and their amendments share."""

from __future__ import annotations

from aps_desktop.domain.entities.vocabularies import AGE_BANDS, SEXES
from aps_desktop.domain.fields import Field, Kind


def indicator_field() -> Field:
    """What it is about; field 1 of targets, values and amendments."""
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


def of_which(first: int) -> tuple[Field, ...]:
    """Of which part a value speaks: five fields, numbered from `first` on."""
    return (
        Field(
            first,
            "member_state",
            "Member state",
            Kind.REFERENCE,
            target="member_state",
            listed=True,
            section="Of which",
        ),
        Field(first + 1, "sex", "Sex", Kind.CHOICE, choices=SEXES, section="Of which"),
        Field(first + 2, "age_band", "Age", Kind.CHOICE, choices=AGE_BANDS, section="Of which"),
        Field(
            first + 3,
            "dimension",
            "Dimension",
            Kind.REFERENCE,
            target="disaggregation_dimension",
            section="Of which",
        ),
        Field(first + 4, "dimension_value", "Its value", section="Of which"),
    )
