"""The work of bodies: meetings with what was decided, actions that follow, and circulations."""

from __future__ import annotations

from aps_desktop.domain.entities import coordination_decision
from aps_desktop.domain.entities.standard_fields import (
    document_class,
    notes,
    valid_from,
    valid_to,
)
from aps_desktop.domain.entities.vocabularies import EVENT_STATUS, MODES
from aps_desktop.domain.fields import Area, Entity, Field, Kind

MEETING_TYPES = (
    ("summit", "Summit"),
    ("ministerial", "Ministerial meeting"),
    ("ministerial_retreat", "Ministerial retreat"),
    ("senior_officials", "Senior officials meeting"),
    ("committee", "Committee meeting"),
    ("working_group", "Working group meeting"),
    ("task_force", "Task force meeting"),
    ("coordinating_conference", "Coordinating conference"),
    ("jcc", "Joint cooperation committee (JCC)"),
    ("jprc", "Joint planning and review committee (JPRC)"),
    ("partner_consultation", "Consultation with partners"),
    ("workshop", "Workshop"),
    ("training", "Training"),
    ("seminar", "Seminar"),
    ("exchange", "Exchange or study visit"),
    ("cultural_event", "Cultural event"),
)
MEETING_FORMATS = (
    ("in_person", "In person"),
    ("video_conference", "Video conference"),
    ("hybrid", "Hybrid"),
    ("ad_referendum", "Ad referendum"),
)
_FREQUENCIES = (
    ("monthly", "Monthly"),
    ("quarterly", "Quarterly"),
    ("half_yearly", "Twice a year"),
    ("yearly", "Once a year"),
    ("two_yearly", "Every two years"),
    ("as_needed", "As needed"),
)
_PURPOSES = (
    ("decision", "For decision"),
    ("discussion", "For discussion"),
    ("information", "For information"),
    ("procedure", "Procedure"),
)

MEETING_SERIES = Entity(
    70,
    "meeting_series",
    "Meeting series",
    "Meeting series",
    Area.COMMITTEES,
    (
        Field(1, "title", "Series", required=True, listed=True, aliases=("Series title",)),
        Field(2, "body", "Body", Kind.REFERENCE, target="body", listed=True),
        Field(3, "type", "Type", Kind.CHOICE, choices=MEETING_TYPES, listed=True),
        Field(4, "frequency", "How often", Kind.CHOICE, choices=_FREQUENCIES, listed=True),
        Field(5, "usual_month", "Usual month", listed=True),
        Field(
            6,
            "name_pattern",
            "Names of its meetings",
            help="Such as “{nth} Meeting of the ASEAN Committee on Disaster Management”.",
        ),
        Field(7, "last_number", "Last number given", Kind.NUMBER, listed=True),
        Field(8, "agenda_template", "Usual agenda", Kind.LONG_TEXT, help="One item a line."),
        valid_from(9),
        valid_to(10),
        notes(11),
    ),
    title=("title",),
    key=("title",),
    order=("title",),
    purpose="Meetings that recur and are numbered: the 45th follows the 44th.",
    aliases=("Recurring meeting",),
)
MEETING = Entity(
    71,
    "meeting",
    "Meeting",
    "Meetings",
    Area.COMMITTEES,
    (
        Field(
            1,
            "title",
            "Meeting",
            required=True,
            listed=True,
            aliases=("Meeting title", "Name of meeting", "Meeting name"),
        ),
        Field(2, "body", "Body", Kind.REFERENCE, target="body", listed=True),
        Field(3, "series", "Series", Kind.REFERENCE, target="meeting_series"),
        Field(4, "number", "Number in its series", Kind.NUMBER),
        Field(5, "type", "Type", Kind.CHOICE, choices=MEETING_TYPES, listed=True),
        Field(6, "format", "Format", Kind.CHOICE, choices=MEETING_FORMATS, default="in_person"),
        Field(
            7,
            "status",
            "Status",
            Kind.CHOICE,
            choices=EVENT_STATUS,
            default="planned",
            listed=True,
            aliases=("Meeting status",),
        ),
        Field(
            8,
            "starts_on",
            "Start",
            Kind.DATE,
            listed=True,
            section="When and where",
            aliases=("Date", "Meeting date", "Start date", "From"),
        ),
        Field(
            9,
            "ends_on",
            "End",
            Kind.DATE,
            section="When and where",
            aliases=("End date", "To"),
        ),
        Field(10, "starts_at", "Time", section="When and where", help="Local time, as 09:00."),
        Field(
            11,
            "venue",
            "Venue",
            listed=True,
            section="When and where",
            aliases=("Place", "City", "Location"),
        ),
        Field(
            12,
            "host_state",
            "Host",
            Kind.REFERENCE,
            target="member_state",
            listed=True,
            section="When and where",
            aliases=("Host country",),
        ),
        Field(
            13,
            "chair_state",
            "Chair",
            Kind.REFERENCE,
            target="member_state",
            section="Who",
            aliases=("Chaired by",),
        ),
        Field(14, "partner", "With partner", Kind.REFERENCE, target="partner", section="Who"),
        Field(
            15,
            "participating_states",
            "Participating member states",
            Kind.REFERENCES,
            target="member_state",
            section="Who",
        ),
        Field(
            16,
            "desk_officer",
            "Desk officer",
            Kind.REFERENCE,
            target="officer",
            section="Who",
        ),
        Field(17, "department", "Department", Kind.REFERENCE, target="department", section="Who"),
        Field(
            18,
            "project",
            "Project",
            Kind.REFERENCE,
            target="project",
            section="Links",
            help="For a workshop or training that is part of a project.",
        ),
        Field(
            19,
            "back_to_back",
            "Back to back with",
            Kind.REFERENCE,
            target="meeting",
            section="Links",
        ),
        Field(20, "theme", "Theme", section="Links"),
        Field(21, "summary", "Summary of proceedings", Kind.LONG_TEXT, section="Record"),
        Field(22, "report", "Report of the meeting", Kind.FILE, section="Record"),
        Field(23, "adopted_on", "Report adopted on", Kind.DATE, section="Record"),
        document_class(24, "Record"),
        notes(25, "Record"),
    ),
    title=("title",),
    key=("title",),
    order=("-starts_on", "title"),
    purpose="Meetings of bodies, and workshops and trainings, from the plan to the report.",
    aliases=("Meeting calendar", "Calendar of meetings"),
)


def _meeting() -> Field:
    return Field(
        1,
        "meeting",
        "Meeting",
        Kind.REFERENCE,
        target="meeting",
        required=True,
        part_of=True,
        listed=True,
    )


AGENDA_ITEM = Entity(
    72,
    "agenda_item",
    "Agenda item",
    "Agenda items",
    Area.COMMITTEES,
    (
        _meeting(),
        Field(2, "number", "Number", required=True, listed=True, aliases=("Agenda item no.",)),
        Field(3, "title", "Agenda title", required=True, listed=True, aliases=("Subject",)),
        Field(4, "purpose", "For", Kind.CHOICE, choices=_PURPOSES, listed=True),
        Field(5, "lead", "Led by", listed=True, aliases=("Presented by", "Lead")),
        Field(6, "project", "Project", Kind.REFERENCE, target="project", listed=True),
        Field(7, "minutes", "Minutes planned", Kind.NUMBER),
        Field(8, "discussion", "Discussion", Kind.LONG_TEXT),
        Field(9, "paper", "Paper", Kind.FILE),
        Field(10, "sort_order", "Place on the agenda", Kind.NUMBER),
        notes(11),
    ),
    title=("number", "title"),
    code="number",
    key=("meeting", "number"),
    order=("meeting", "sort_order", "number"),
    purpose="What a meeting deals with, in its order.",
    aliases=("Agenda", "Provisional agenda"),
)
ATTENDANCE = Entity(
    73,
    "attendance",
    "Delegation",
    "Attendance",
    Area.COMMITTEES,
    (
        _meeting(),
        Field(
            2, "member_state", "Member state", Kind.REFERENCE, target="member_state", listed=True
        ),
        Field(3, "partner", "Partner", Kind.REFERENCE, target="partner", listed=True),
        Field(
            4, "organisation", "Organisation", Kind.REFERENCE, target="organisation", listed=True
        ),
        Field(5, "body", "Body", Kind.REFERENCE, target="body"),
        Field(6, "invited", "Invited", Kind.YES_NO, default="1", listed=True),
        Field(7, "attended", "Attended", Kind.YES_NO, listed=True),
        Field(8, "mode", "Mode", Kind.CHOICE, choices=MODES),
        Field(
            9,
            "head_post",
            "Post of the head of delegation",
            help="The post, not the name.",
            aliases=("Head of delegation",),
        ),
        Field(10, "women", "Women", Kind.NUMBER, listed=True, aliases=("Female delegates",)),
        Field(11, "men", "Men", Kind.NUMBER, listed=True, aliases=("Male delegates",)),
        Field(12, "not_stated", "Sex not stated", Kind.NUMBER),
        notes(13),
    ),
    title=("meeting", "member_state", "partner", "organisation"),
    key=("meeting", "member_state", "partner", "organisation"),
    order=("meeting",),
    purpose="Which delegations were invited and came, and how many delegates; no names.",
    aliases=("Delegations", "Participants list"),
)

ENTITIES: tuple[Entity, ...] = (
    MEETING_SERIES,
    MEETING,
    AGENDA_ITEM,
    ATTENDANCE,
    *coordination_decision.ENTITIES,
)
