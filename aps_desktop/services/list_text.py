"""The selected rows of a list as text for the clipboard: tabs between columns, headings first."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from uuid import UUID

from aps_desktop.db.connection import Connection, placeholders
from aps_desktop.db.queries import lists
from aps_desktop.db.queries.lists import ListQuery
from aps_desktop.domain.entities import entity

_CHUNK = 500
_FORMULA = re.compile(r"[=@\t]|[+-](?![\d.,]+\s*%?$)")


def rows_as_text(c: Connection, query: ListQuery, rids: Sequence[int]) -> str:
    """Tab-separated text as spreadsheets paste it."""
    out = io.StringIO()
    writer = csv.writer(out, dialect="excel-tab", lineterminator="\n")
    kind = entity(query.entity)
    writer.writerow([kind.field(name).label for name in query.fields])
    for start in range(0, len(rids), _CHUNK):
        for row in lists.page(c, query, rids[start : start + _CHUNK]):
            writer.writerow([harmless(text) for text in row.shown])
    return out.getvalue()


def ids_of(c: Connection, name: str, rids: Sequence[int]) -> list[UUID]:
    """The public ids of records, in the order of their row numbers given."""
    found: list[UUID] = []
    kind = entity(name)
    for start in range(0, len(rids), _CHUNK):
        part = list(rids[start : start + _CHUNK])
        marks = placeholders(part)
        by_rid = {
            row[0]: UUID(bytes=bytes(row[1]))
            for row in c.all(f"SELECT rid, id FROM {kind.name} WHERE rid IN ({marks})", part)
        }
        found += [by_rid[rid] for rid in part if rid in by_rid]
    return found


def harmless(text: str) -> str:
    """What a spreadsheet would run as a formula is marked as text: it may come from anywhere."""
    return f"'{text}" if _FORMULA.match(text) else text
