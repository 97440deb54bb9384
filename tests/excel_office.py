# ruff: noqa: E501
"""A small office for the Excel tests: entities, and a resolver that knows some records."""

from __future__ import annotations

import re
from uuid import UUID, uuid5

from aps_desktop.domain.fields import Area, Entity, Field, Kind

SPACE = UUID("00000000-0000-0000-0000-00000000abcd")
P = Area.PROGRAMMES


def _entity(number, name, label, plural, fields, **more):
    specs = []
    for i, (field, kind, *rest) in enumerate(fields, 1):
        options = rest[0] if rest else {}
        options.setdefault("label", field.replace("_", " ").capitalize())
        specs.append(Field(i, field, kind=kind, **options))
    more.setdefault("title", (specs[0].name,))
    return Entity(number, name, label, plural, P, tuple(specs), **more)


STATES = (
    ("concept", "Concept note"), ("draft", "Draft proposal"), ("submitted", "Submitted to Secretariat"),
    ("under_appraisal", "Under ASEC appraisal"), ("returned", "Returned for revision"),
    ("endorsed", "Endorsed by sponsoring (sectoral) body"), ("approved", "Approved"),
    ("commenced", "Commenced"), ("on_hold", "On hold"), ("reporting_due", "Completion report due (60 days)"),
    ("completed", "Completed (report and unspent balance verified by ASEC)"), ("cancelled", "Cancelled"),
)  # fmt: skip
TYPES = tuple(
    (k, k.capitalize()) for k in "pledge commitment receipt disbursement expenditure refund".split()
)
BODY = _entity(1, "body", "Body", "Bodies", [
    ("code", Kind.TEXT, {"label": "Acronym"}), ("name", Kind.TEXT),
], code="code", title=("name",), key=("code",))  # fmt: skip
FUND = _entity(2, "fund", "Fund", "Funds", [
    ("code", Kind.TEXT), ("name", Kind.TEXT), ("currency", Kind.TEXT),
], code="code", title=("name",), key=("code",))  # fmt: skip
STATE = _entity(3, "member_state", "Member state", "Member states", [
    ("code", Kind.TEXT), ("name", Kind.TEXT),
], code="code", title=("name",), key=("code",))  # fmt: skip
PROJECT = _entity(4, "project", "Project", "Projects", [
    ("code", Kind.TEXT, {"label": "Project code", "required": True}),
    ("title", Kind.TEXT, {"required": True}),
    ("pillar", Kind.CHOICE, {"choices": (("APSC", "Political-Security"), ("AEC", "Economic"), ("ASCC", "Socio-Cultural"))}),
    ("body", Kind.REFERENCE, {"label": "Sponsoring body", "target": "body", "aliases": ("Sectoral body",)}),
    ("proponent", Kind.TEXT),
    ("fund", Kind.REFERENCE, {"target": "fund", "aliases": ("Source of fund",)}),
    ("budget", Kind.MONEY, {"label": "Approved budget"}),
    ("start", Kind.DATE), ("end", Kind.DATE),
    ("status", Kind.CHOICE, {"choices": STATES}),
    ("states", Kind.TAGS, {"label": "Participating AMS"}),
    ("contact", Kind.TEXT, {"label": "Contact person"}),
    ("description", Kind.LONG_TEXT),
], code="code", title=("title",), key=("code",))  # fmt: skip
TRANSACTION = _entity(5, "transaction", "Transaction", "Transactions", [
    ("project", Kind.REFERENCE, {"target": "project"}),
    ("date", Kind.DATE, {"required": True}),
    ("type", Kind.CHOICE, {"choices": TYPES, "required": True}),
    ("amount", Kind.MONEY, {"required": True}),
    ("reference", Kind.TEXT), ("remarks", Kind.LONG_TEXT),
], title=("reference",), aliases=("disbursement",))  # fmt: skip
MEETING = _entity(6, "meeting", "Meeting", "Meetings", [
    ("title", Kind.TEXT, {"required": True}),
    ("body", Kind.REFERENCE, {"target": "body", "required": True}),
    ("start", Kind.DATE, {"aliases": ("Date",)}), ("end", Kind.DATE),
    ("venue", Kind.TEXT), ("kind", Kind.CHOICE, {"choices": (("ministerial", "Ministerial"),)}),
], key=("title",))  # fmt: skip
DECISION = _entity(7, "decision", "Decision", "Decisions", [
    ("meeting", Kind.REFERENCE, {"target": "meeting", "part_of": True, "required": True}),
    ("item", Kind.TEXT, {"label": "Agenda item"}),
    ("text", Kind.LONG_TEXT, {"label": "Decision", "required": True}),
], title=("text",), key=("meeting", "item"))  # fmt: skip
ACTION = _entity(8, "action_item", "Action item", "Action items", [
    ("decision", Kind.REFERENCE, {"target": "decision"}),
    ("meeting", Kind.REFERENCE, {"target": "meeting"}),
    ("text", Kind.LONG_TEXT, {"label": "Action", "required": True}),
    ("responsible", Kind.TEXT), ("due", Kind.DATE, {"label": "Due date"}),
    ("status", Kind.CHOICE, {"choices": (("open", "Open"), ("in_progress", "In progress"), ("done", "Done"), ("overdue", "Overdue"))}),
], title=("text",), aliases=("follow-up",))  # fmt: skip
INDICATOR = _entity(9, "indicator", "Indicator", "Indicators", [
    ("project", Kind.REFERENCE, {"target": "project"}),
    ("title", Kind.TEXT, {"required": True}), ("unit", Kind.TEXT),
    ("direction", Kind.CHOICE, {"choices": (("increase", "Increase"), ("decrease", "Decrease"))}),
    ("baseline", Kind.NUMBER, {"decimals": 4}),
    ("source", Kind.TEXT, {"label": "Source of verification"}),
], title=("title",), key=("project", "title", "unit"))  # fmt: skip
TARGET = _entity(10, "target", "Target", "Targets", [
    ("indicator", Kind.REFERENCE, {"target": "indicator", "part_of": True, "required": True}),
    ("period", Kind.PERIOD, {"required": True}),
    ("value", Kind.NUMBER, {"decimals": 4, "required": True}),
], title=("period",), key=("indicator", "period"))  # fmt: skip
ACTUAL = _entity(11, "indicator_value", "Period value", "Period values", [
    ("indicator", Kind.REFERENCE, {"target": "indicator", "part_of": True, "required": True}),
    ("period", Kind.PERIOD, {"required": True}),
    ("value", Kind.NUMBER, {"decimals": 4, "required": True}),
], title=("period",), key=("indicator", "period"))  # fmt: skip
ENTITIES = (
    BODY, FUND, STATE, PROJECT, TRANSACTION, MEETING, DECISION, ACTION, INDICATOR, TARGET, ACTUAL,
)  # fmt: skip

_BODIES = (
    "ADGSOM SOMHD STOM SOMRI SOMTC SEOM COSTI SOMY ACCMSME ACW ACDM SOMCA ASOEN SOMAMAF ACCP SOMED "
    "SLOM SOME"
).split()
_FUNDS = (
    "ADF",
    "APTCF",
    "Aus4ASEAN Futures",
    "ASTIF",
    "JAIF",
    "AKCF",
    "ACCF",
    "Cost-sharing",
    "AIF",
)


def uid(text: str) -> UUID:
    return uuid5(SPACE, text)


class Office:
    """Knows bodies, funds and whatever is added, by name."""

    def __init__(self) -> None:
        self.known = {("body", b.casefold()): uid(b) for b in _BODIES}
        self.known |= {("fund", f.casefold()): uid(f) for f in _FUNDS}

    def resolve(self, entity: str, text: str) -> UUID | None:
        return self.known.get((entity, text.casefold()))

    def suggest(self, entity: str, text: str) -> str | None:
        start = re.sub(r"\W", "", text.casefold())[:3]
        return next((n.upper() for e, n in self.known if e == entity and n.startswith(start)), None)
