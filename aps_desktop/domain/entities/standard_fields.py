"""Fields that mean the same in many entities; each call makes the entity's own."""

from __future__ import annotations

from aps_desktop.domain.entities.vocabularies import CLASSES, CONFIDENCE
from aps_desktop.domain.fields import Field, Kind


def notes(number: int, section: str = "") -> Field:
    return Field(
        number,
        "notes",
        "Notes",
        Kind.LONG_TEXT,
        section=section,
        aliases=("Remarks", "Comments"),
    )


def document_class(number: int, section: str = "") -> Field:
    """Who may see the record: it decides which bundles, exports and reports it goes into."""
    return Field(
        number,
        "document_class",
        "Document class",
        Kind.CHOICE,
        choices=CLASSES,
        default="limited",
        section=section,
        help="Decides which offices, exports and reports this record may go to. Once it is "
        "lowered, what the record said before goes along in its history.",
        aliases=("Classification", "Distribution", "Document classification"),
    )


def valid_from(number: int, section: str = "") -> Field:
    return Field(
        number,
        "valid_from",
        "Valid from",
        Kind.DATE,
        section=section,
        aliases=("Effective from", "Since"),
    )


def valid_to(number: int, section: str = "") -> Field:
    return Field(
        number,
        "valid_to",
        "Valid to",
        Kind.DATE,
        section=section,
        help="Empty while it is still valid.",
        aliases=("Valid until", "Effective until"),
    )


def confidence(number: int, section: str = "Origin") -> Field:
    """How sure the shipped data is of itself; empty for what an office typed in."""
    return Field(
        number,
        "confidence",
        "Confidence",
        Kind.CHOICE,
        choices=CONFIDENCE,
        section=section,
        help="Shipped data that is not of high confidence is unverified: check it, then set High.",
    )


def source(number: int, section: str = "Origin") -> Field:
    return Field(
        number,
        "source",
        "Where this was read",
        Kind.LONG_TEXT,
        section=section,
        help="The page or document that shipped data was taken from.",
    )
