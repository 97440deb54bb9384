"""Closed lists that several entities share: (key, label) pairs; keys are stable."""

from __future__ import annotations

Choices = tuple[tuple[str, str], ...]

PILLARS: Choices = (
    ("apsc", "APSC"),
    ("aec", "AEC"),
    ("ascc", "ASCC"),
    ("connectivity", "Connectivity"),
    ("iai", "IAI"),
    ("all", "Cross-pillar"),
)
CLASSES: Choices = (
    ("public", "Public"),
    ("limited", "Limited distribution"),
    ("restricted", "Restricted"),
    ("confidential", "Confidential"),
)
"""Document classes, from the most open to the most closed."""
CONFIDENCE: Choices = (
    ("high", "High"),
    ("medium", "Medium (unverified)"),
    ("low", "Low (unverified)"),
)
REQUEST_STATUS: Choices = (
    ("requested", "Requested"),
    ("approved", "Approved"),
    ("rejected", "Not approved"),
    ("withdrawn", "Withdrawn"),
)
WORK_STATUS: Choices = (
    ("not_started", "Not started"),
    ("ongoing", "Ongoing"),
    ("completed", "Completed"),
    ("delayed", "Delayed"),
    ("discontinued", "Discontinued"),
    ("carried_forward", "Carried forward"),
)
EVENT_STATUS: Choices = (
    ("planned", "Planned"),
    ("confirmed", "Confirmed"),
    ("held", "Held"),
    ("postponed", "Postponed"),
    ("cancelled", "Cancelled"),
)
SEXES: Choices = (("female", "Female"), ("male", "Male"), ("not_stated", "Not stated"))
AGE_BANDS: Choices = (
    ("under_15", "Under 15"),
    ("15_24", "15 to 24"),
    ("25_34", "25 to 34"),
    ("35_59", "35 to 59"),
    ("60_over", "60 and over"),
    ("not_stated", "Not stated"),
)
LEVELS: Choices = (("low", "Low"), ("medium", "Medium"), ("high", "High"))
MODES: Choices = (("in_person", "In person"), ("online", "Online"))
DISSEMINATION_CHANNELS: Choices = (
    ("website", "Website"),
    ("email_list", "E-mail list"),
    ("usb_bundle", "USB or bundle"),
    ("printed", "Printed copies"),
    ("workshop", "Workshop"),
    ("social_media", "Social media"),
    ("press_release", "Press release"),
    ("library", "Library deposit"),
)
