"""Partners of ASEAN: countries and organisations outside it."""

from __future__ import annotations

from aps_desktop.domain.entities.standard_fields import (
    confidence,
    notes,
    source,
    valid_from,
    valid_to,
)
from aps_desktop.domain.fields import Area, Entity, Field, Kind

PARTNER_CATEGORIES = (
    ("dialogue_partner", "Dialogue Partner"),
    ("sectoral_dialogue_partner", "Sectoral Dialogue Partner"),
    ("development_partner", "Development Partner"),
    ("special_observer", "Special Observer"),
    ("guest", "Guest"),
    ("international_organisation", "International organisation"),
    ("regional_organisation", "Regional organisation"),
    ("think_tank", "Think tank"),
    ("other", "Other"),
)

PARTNER = Entity(
    6,
    "partner",
    "Partner",
    "Partners",
    Area.FUNDING,
    (
        Field(1, "code", "Partner code", required=True, listed=True),
        Field(
            2,
            "name",
            "Name",
            required=True,
            listed=True,
            aliases=("Partner name", "Dialogue partner", "Donor"),
        ),
        Field(
            3,
            "category",
            "Formal status",
            Kind.CHOICE,
            choices=PARTNER_CATEGORIES,
            listed=True,
            aliases=("Partner category",),
        ),
        Field(
            4,
            "since",
            "Partner since (year)",
            listed=True,
            aliases=("Dialogue relations since",),
        ),
        Field(5, "partnership_level", "Level of partnership", listed=True),
        Field(6, "level_since", "At this level since (year)"),
        Field(7, "currency", "Usual currency", listed=True),
        Field(8, "iso2", "ISO country code"),
        Field(
            9,
            "groupings",
            "Groupings",
            Kind.TAGS,
            help="Frameworks it takes part in, such as ASEAN+3 or East Asia Summit.",
        ),
        Field(10, "plan_of_action", "Plan of action", help="The current plan and its years."),
        Field(11, "email", "E-mail of the mission"),
        Field(12, "website", "Website"),
        Field(13, "iati_identifier", "IATI organisation identifier"),
        valid_from(14),
        valid_to(15),
        confidence(16),
        source(17),
        notes(18),
    ),
    title=("name",),
    code="code",
    key=("code",),
    order=("category", "name"),
    purpose="Dialogue and development partners, and the organisations ASEAN works with.",
    aliases=("External partner", "Donor", "Development partner"),
)
