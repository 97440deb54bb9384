"""The data-quality report: what is complete, what is missing, late or unverified."""

from __future__ import annotations

import math
from decimal import ROUND_DOWN, Decimal

from aps_desktop.db.connection import Connection
from aps_desktop.db.layout import field_columns
from aps_desktop.domain.entities import ENTITIES, entity
from aps_desktop.domain.fields import Entity, Field
from aps_desktop.reports.document import (
    Block,
    Cell,
    Column,
    Document,
    Heading,
    Number,
    Paragraph,
    Table,
)
from aps_desktop.services import duplicates, report_charts, today
from aps_desktop.services.chart_data import Bar, Bars, Head, Part
from aps_desktop.services.dashboard_words import source
from aps_desktop.services.report_parts import Reader

_WANTED: dict[str, tuple[str, ...]] = {
    "project": ("sponsoring_body", "fund", "budget", "planned_start", "planned_end", "pillar",
                "description", "desk_officer", "status_date", "document_class"),
    "work_plan_line": ("owner_body", "due", "key_output", "status"),
    "indicator": ("unit", "baseline", "source_of_verification", "result", "responsible"),
    "fund_transaction": ("project", "fund", "usd_value", "reference"),
    "action_item": ("due", "responsible", "status"),
    "decision": ("type", "meeting"),
    "meeting": ("body", "starts_on", "document_class"),
    "document": ("document_class", "type", "dated"),
}  # fmt: skip
"""Fields that officers rely on, beyond those that no record can be without."""
_GROUPS = (
    ("project", "sponsoring_body", "body", "Projects by sponsoring body"),
    ("project", "fund", "fund", "Projects by fund"),
)


def quality(reader: Reader, year: int | None) -> Document:
    """How complete the records are, by kind, by body and by fund; and what needs a person."""
    c = reader.c
    blocks: list[Block] = [
        Paragraph(
            "A field counts as filled when something stands in it; whether it is right, only a "
            "person can tell. Fields that no record can be without are not counted. The numbers "
            "count records of every document class; only what does not fit together is named, "
            "and of that nothing above this report's class."
        ),
        Heading("Completeness by kind of record"),
        *_chart(reader),
        _by_kind(c),
        Heading("Fields that are missing"),
        _by_field(c),
    ]
    for name, by, target, title in _GROUPS:
        blocks += [Heading(title), _by_group(c, name, by, target)]
    blocks += [
        Heading("What needs attention"),
        _alarms(reader),
        Heading("What does not fit together"),
        _issues(reader),
        Heading("Shipped lists not yet verified"),
        _unverified(c),
    ]
    return Document(
        "Data quality",
        tuple(blocks),
        "Data-quality report",
        made_on=reader.day,
        source="All records of this office",
    )


def _filled(kind: Entity, field: Field) -> str:
    """SQL that counts the records in which a field is filled."""
    return f"count(t.{field_columns(field)[0]})"


def _fields(name: str) -> list[Field]:
    return [entity(name).field(one) for one in _WANTED[name]]


def _counts(c: Connection, name: str) -> tuple[int, list[int]]:
    """Records of a kind, and in how many of them each wanted field is filled."""
    kind = entity(name)
    sums = ", ".join(_filled(kind, field) for field in _fields(name))
    row = c.one(f"SELECT count(*), {sums} FROM {name} t")
    return (int(row[0]), [int(n) for n in row[1:]]) if row else (0, [])


def _share(part: int, whole: int) -> Cell:
    """A percentage, to one digit; nothing of nothing is no number."""
    if not whole:
        return None
    share = Decimal(100 * part) / whole
    # Never all of what is not all.
    return Number(share.quantize(Decimal("0.1"), ROUND_DOWN), "%")


def _chart(reader: Reader) -> list[Block]:
    """How complete each kind of record is; nothing where there are none."""
    found = []
    for name in _WANTED:
        total, filled = _counts(reader.c, name)
        if total:
            share = 100 * sum(filled) / (total * len(filled))
            found.append((share, entity(name).plural))
    if not found:
        return []
    least, kind = min(found)
    head = Head(
        f"{kind} are the least complete: {math.floor(least)}% of their fields are filled"
        if least < 100 else "All fields that officers rely on are filled",
        "Fields filled by kind of record, percent", source(reader.day),
    )  # fmt: skip
    bars = tuple(
        Bar(words, (Part(share, "done"),), f"{math.floor(share)}%", goal=100.0)
        for share, words in found
    )
    return [report_charts.picture(head, Bars(bars, limit=100.0))]


def _by_kind(c: Connection) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for name in _WANTED:
        total, filled = _counts(c, name)
        if total:
            rows.append((entity(name).plural, total, _share(sum(filled), total * len(filled))))
    return Table(
        (Column("Kind", share=4), Column("Records", True), Column("Fields filled", True)),
        tuple(rows),
        empty="There are no records yet.",
    )


def _by_field(c: Connection) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for name in _WANTED:
        total, filled = _counts(c, name)
        for field, number in zip(_fields(name), filled, strict=True) if total else ():
            if number < total:
                rows.append(
                    (entity(name).plural, field.label, total - number, _share(number, total))
                )
    return Table(
        (Column("Kind", share=3), Column("Field", share=4), Column("Missing in", True),
         Column("Filled", True)),
        tuple(rows),
        empty="Nothing is missing.",
    )  # fmt: skip


def _by_group(c: Connection, name: str, by: str, target: str) -> Table:
    kind = entity(name)
    sums = " + ".join(_filled(kind, field) for field in _fields(name))
    code = entity(target).code
    found = c.all(
        f"SELECT g.{code}, count(*), {sums} FROM {name} t LEFT JOIN {target} g ON g.rid = t.{by} "
        f"GROUP BY g.{code} ORDER BY g.{code}"
    )
    wanted = len(_fields(name))
    short = sorted(
        (Decimal(int(filled)) / (total * wanted), str(label or "Not stated"), int(total), filled)
        for label, total, filled in found
        if int(filled) < total * wanted
    )
    rows = tuple(
        (label, total, _share(int(filled), total * wanted)) for _, label, total, filled in short
    )
    heads = (Column(entity(target).label, share=4), Column("Records", True), Column("Filled", True))
    plural, whole = entity(target).plural.lower(), len(found) - len(short)
    words = f"Nothing is missing for any of {len(found):,} {plural}."
    caption = f"Least complete first; {whole:,} more are complete." if whole and short else ""
    return Table(heads, rows, caption, empty=words if found else f"No {kind.plural.lower()} yet.")


def _alarms(reader: Reader) -> Table:
    found = today.found(reader.c, reader.day, each=0)
    return Table(
        (Column("What", share=5), Column("Records", True, 1)),
        tuple((one.rule.title, one.count) for one in found),
        empty="Nothing is late and nothing waits.",
    )


def _issues(reader: Reader) -> Table:
    found = duplicates.issues(reader.c)
    named = {name: reader.ids(name) for name in {one.entity for one in found}}
    seen = [one for one in found if one.record in named[one.entity]]
    rows = tuple((issue.title, issue.words) for issue in seen[:200])
    return Table(
        (Column("What", share=3), Column("Why", share=5)), rows, empty="All records fit together."
    )


def _unverified(c: Connection) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for kind in ENTITIES:
        if "confidence" in kind.by_name:
            number = c.value(
                f"SELECT count(*) FROM {kind.name} WHERE confidence IS NOT NULL "
                "AND confidence <> 'high'"
            )
            if number:
                rows.append((kind.plural, int(number)))
    return Table(
        (Column("List", share=4), Column("Unverified", True, 1)),
        tuple(rows),
        empty="Everything shipped has been verified.",
    )
