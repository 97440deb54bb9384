"""The public accountability pack: public records only, and nothing that points to others."""

from __future__ import annotations

from aps_desktop.db.queries.lists import Filter
from aps_desktop.domain.entities import entity
from aps_desktop.domain.fields import Kind
from aps_desktop.reports.document import Block, Cell, Column, Document, Heading, Paragraph, Table
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
    """A table in which a reference to a record that is not public is left blank: even its title
    would tell of it."""
    rids = reader.rids(name)
    rows = reader.cells(name, fields, rids)
    for place, field in enumerate(entity(name).field(f) for f in fields):
        if field.kind is Kind.REFERENCE and "document_class" in entity(field.target).by_name:
            seen = _pointing_to_public(reader, name, field.name, field.target)
            rows = [_blanked(row, place, rid in seen) for rid, row in zip(rids, rows, strict=True)]
    return narrowed(Table(columns(name, fields), tuple(rows)))


def _pointing_to_public(reader: Reader, name: str, field: str, target: str) -> set[int]:
    public = reader.rids(target, (Filter("document_class", "any_of", ("public",)),))
    listed = set(public)
    found = reader.c.all(f"SELECT rid, {field} FROM {name} WHERE {field} IS NOT NULL")
    return {rid for rid, to in found if to in listed}


def _blanked(row: tuple[Cell, ...], place: int, keep: bool) -> tuple[Cell, ...]:
    return row if keep else (*row[:place], None, *row[place + 1 :])
