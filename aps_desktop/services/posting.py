"""What a form for a transaction fills in by itself: what follows from the project or instalment."""

from __future__ import annotations

from uuid import UUID

from aps_desktop.db.connection import Connection
from aps_desktop.domain.errors import NotFound
from aps_desktop.domain.values import Value
from aps_desktop.services import record_page, records

_FROM: dict[str, tuple[str, ...]] = {
    "tranche": ("project", "fund", "amount"),
    "project": ("fund",),
    "fund": ("partner",),
}
"""Record -> its fields that a transaction takes over."""


def suggested(c: Connection, name: str, id: UUID) -> tuple[dict[str, Value], dict[UUID, str]]:
    """Values that a transaction of this tranche, project or fund usually has, and their labels."""
    found: dict[str, Value] = {}
    for source, fields in _FROM.items():
        known = id if source == name else found.get(source)
        if not isinstance(known, UUID):
            continue
        try:
            values = records.get(c, source, known).values
        except NotFound:
            continue
        for field in fields:
            if values.get(field) is not None:
                found.setdefault(field, values[field])
    found.pop(name, None)
    return found, record_page.labels_of(c, "fund_transaction", found)
