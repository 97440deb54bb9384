"""What was written to and by those who pay: letters, notes, e-mails, calls."""

from __future__ import annotations

from aps_desktop.domain.entities.standard_fields import document_class, notes
from aps_desktop.domain.fields import Area, Entity, Field, Kind

DIRECTIONS = (("received", "Received"), ("sent", "Sent"))
_MEDIA = (
    ("letter", "Letter"),
    ("note_verbale", "Note verbale"),
    ("email", "E-mail"),
    ("call", "Call"),
    ("talk", "Talk"),
)

CORRESPONDENCE = Entity(
    107,
    "correspondence",
    "Letter or message",
    "Correspondence",
    Area.FUNDING,
    (
        Field(
            1, "date", "Date", Kind.DATE, required=True, listed=True, aliases=("Date of letter",)
        ),
        Field(
            2,
            "direction",
            "Received or sent",
            Kind.CHOICE,
            choices=DIRECTIONS,
            required=True,
            listed=True,
        ),
        Field(3, "subject", "Subject", required=True, listed=True, aliases=("Subject of letter",)),
        Field(4, "medium", "How", Kind.CHOICE, choices=_MEDIA, default="letter"),
        Field(5, "partner", "Partner", Kind.REFERENCE, target="partner", listed=True),
        Field(6, "member_state", "Member state", Kind.REFERENCE, target="member_state"),
        Field(7, "fund", "Fund", Kind.REFERENCE, target="fund"),
        Field(8, "project", "Project", Kind.REFERENCE, target="project", listed=True),
        Field(9, "reference", "Reference no.", aliases=("Letter no.",)),
        Field(
            10,
            "counterpart",
            "Addressee or sender",
            help="The office or post, rather than a person.",
        ),
        Field(11, "summary", "What it says", Kind.LONG_TEXT),
        Field(12, "reply_due", "Reply due", Kind.DATE, listed=True),
        Field(13, "replied_on", "Replied on", Kind.DATE),
        Field(14, "officer", "Officer", Kind.REFERENCE, target="officer"),
        Field(15, "file", "Letter", Kind.FILE),
        document_class(16),
        notes(17),
    ),
    title=("subject",),
    key=("date", "subject", "partner"),
    order=("-date", "subject"),
    purpose="Letters and messages to and from partners, member states and managers of funds.",
    aliases=("Letters", "Letter register"),
)
