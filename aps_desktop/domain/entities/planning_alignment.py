"""What a project is aligned with, and how its status went."""

from __future__ import annotations

from aps_desktop.domain.fields import Area, Entity, Field, Kind
from aps_desktop.domain.lifecycle import STATE_CHOICES

PROJECT_ALIGNMENT = Entity(
    34,
    "project_alignment",
    "Alignment",
    "Alignments",
    Area.PROGRAMMES,
    (
        Field(
            1,
            "project",
            "Project",
            Kind.REFERENCE,
            target="project",
            required=True,
            part_of=True,
            listed=True,
        ),
        Field(
            2,
            "framework_node",
            "Framework item",
            Kind.REFERENCE,
            target="framework_node",
            required=True,
            listed=True,
            aliases=("Aligned with",),
        ),
        Field(
            3,
            "weight",
            "Weight",
            Kind.PERCENT,
            decimals=2,
            listed=True,
            help="The weights within one framework add up to 100 %.",
        ),
        Field(4, "explanation", "How it contributes", Kind.LONG_TEXT, listed=True),
    ),
    title=("project", "framework_node"),
    key=("project", "framework_node"),
    order=("project",),
    purpose="Which goals and measures a project serves, and how much of it serves each.",
    aliases=("Project alignment",),
)
PROJECT_STATE_EVENT = Entity(
    35,
    "project_state_event",
    "Status change",
    "Status changes",
    Area.PROGRAMMES,
    (
        Field(
            1,
            "project",
            "Project",
            Kind.REFERENCE,
            target="project",
            required=True,
            part_of=True,
            listed=True,
        ),
        Field(
            2,
            "status",
            "New status",
            Kind.CHOICE,
            choices=STATE_CHOICES,
            required=True,
            listed=True,
        ),
        Field(
            3, "earlier_status", "Earlier status", Kind.CHOICE, choices=STATE_CHOICES, listed=True
        ),
        Field(4, "changed_on", "On", Kind.DATE, listed=True),
        Field(5, "reason", "Reason", Kind.LONG_TEXT, listed=True),
        Field(6, "meeting", "Meeting", Kind.REFERENCE, target="meeting"),
        Field(7, "file", "Document", Kind.FILE),
    ),
    title=("project", "changed_on"),
    key=("project", "status", "changed_on"),
    order=("-changed_on",),
    purpose="When a project's status changed, and why.",
    aliases=("Status history",),
)
ENTITIES = (PROJECT_ALIGNMENT, PROJECT_STATE_EVENT)
