"""The public accountability pack: public records only, and nothing that points to others."""

from __future__ import annotations

from aps_desktop.db.queries.lists import Filter
from aps_desktop.domain.entities import entity
from aps_desktop.reports.document import Block, Column, Document, Heading, Paragraph, Table
from aps_desktop.services.report_parts import Reader

_PARTS = (
    ("programme", ("code", "title", "pillar", "body", "status", "starts_on", "ends_on")),
    ("project", ("code", "title", "pillar", "sponsoring_body", "status", "budget", "planned_start",
                 "planned_end")),
    ("fund_transaction", ("date", "type", "project", "fund", "amount", "usd_value")),
    ("decision", ("meeting", "type", "text")),
    ("meeting", ("title", "body", "starts_on", "venue")),
    ("work_plan", ("code", "title", "body", "starts_on", "ends_on", "status")),
    ("knowledge_product", ("title", "type", "body", "year", "website")),
    ("document", ("number", "title", "type", "dated", "body")),
    ("evaluation", ("title", "type", "project", "ends_on", "summary")),
    ("lesson", ("title", "text", "body", "learned_on")),
    ("exchange_programme", ("title", "type", "starts_on", "host_state", "outcome")),
    ("outreach_activity", ("title", "type", "starts_on", "channel", "reach")),
)  # fmt: skip
"""What the public is shown of each entity; an entity without a document class is not here."""
_ONLY = {"fund_transaction": (Filter("nature", "any_of", ("actual", None)),)}
"""What is planned has not happened, and is no public account of it."""


def pack(reader: Reader, year: int | None) -> Document:
    """All public records, each kind in a table of its own, with how many there are."""
    public = Reader(reader.c, reader.day, "public")
    shown = []
    for name, fields in _PARTS:
        only = _ONLY.get(name, ())
        if number := public.count(name, *only):
            table = public.table(name, fields, only)
            shown.append((entity(name).plural, number, table))
    blocks: list[Block] = [
        Paragraph(
            "This pack holds records of the document class “public”, and of them only what is "
            "named below. Records of any other class are not counted in it."
        ),
        Heading("What is in it"),
        Table(
            (Column("Kind", share=4), Column("Records", True, 1)),
            tuple((title, number) for title, number, _ in shown),
            empty="No record is public yet. Set the document class of a record to “Public”.",
        ),
    ]
    for title, _, table in shown:
        blocks += [Heading(title), table]
    return Document(
        "Public accountability pack",
        tuple(blocks),
        "Transparency and accountability",
        made_on=reader.day,
        mark="Public",
        landscape=True,
    )
