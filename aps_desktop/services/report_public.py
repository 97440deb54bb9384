"""The public accountability pack: public records only, and nothing that points to others."""

from __future__ import annotations

from aps_desktop.domain.entities import entity
from aps_desktop.reports.document import Block, Column, Document, Heading, Paragraph, Table
from aps_desktop.services.report_parts import Reader, columns, narrowed

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


def pack(reader: Reader, year: int | None) -> Document:
    """All public records, each kind in a table of its own, with how many there are."""
    public = Reader(reader.c, reader.day, "public")
    tables = [(entity(name).plural, _public_table(public, name, fields)) for name, fields in _PARTS]
    shown = [(title, table) for title, table in tables if table.rows]
    blocks: list[Block] = [
        Paragraph(
            "This pack holds records of the document class “public”, and of them only what is "
            "named below. Records of any other class are not counted in it."
        ),
        Heading("What is in it"),
        Table(
            (Column("Kind", share=4), Column("Records", True, 1)),
            tuple((title, len(table.rows)) for title, table in shown),
            empty="No record is public yet. Set the document class of a record to “Public”.",
        ),
    ]
    for title, table in shown:
        blocks += [Heading(title), table]
    return Document(
        "Public accountability pack",
        tuple(blocks),
        "Transparency and accountability",
        made_on=reader.day,
        mark="Public",
        landscape=True,
    )


def _public_table(reader: Reader, name: str, fields: tuple[str, ...]) -> Table:
    rows = reader.cells(name, fields, reader.rids(name))
    return narrowed(Table(columns(name, fields), tuple(rows)))
