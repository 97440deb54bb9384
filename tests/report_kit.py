"""A report of a database as it would be made on 23 Nov 2026, and what is read in it."""

from datetime import date
from typing import Any
from uuid import UUID

from aps_desktop.db.engine import Database
from aps_desktop.reports.document import Document, Heading, Table
from aps_desktop.services import reports
from aps_desktop.services.reports import Asked

NOON = 1_795_435_200_000  # 23 Nov 2026
DAY = date(2026, 11, 23)


def made(db: Database, name: str, record: UUID | None = None, **more: Any) -> Document:
    return reports.document(db.reader(), Asked(name, record, **more), DAY)


def section(document: Document, title: str) -> Table:
    """The first table under a heading."""
    blocks = list(document.blocks)
    at = next(n for n, b in enumerate(blocks) if isinstance(b, Heading) and b.text == title)
    return next(b for b in blocks[at:] if isinstance(b, Table))
