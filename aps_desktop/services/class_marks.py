"""The document class that stands on figures: the highest of all records that may be in them."""

from __future__ import annotations

from aps_desktop.db.connection import Connection
from aps_desktop.domain.entities import ENTITIES
from aps_desktop.domain.entities.vocabularies import CLASSES
from aps_desktop.services.report_parts import DEFAULT_CLASS


def mark(c: Connection) -> str:
    """ "May hold up to “Restricted”", after the highest class that any record has.

    Figures count records of every class and name some of them, so only the highest is safe to say.
    """
    keys = [key for key, _ in CLASSES]
    cases = " ".join(f"WHEN '{key}' THEN {at}" for at, key in enumerate(keys))
    step = f"max(CASE coalesce(document_class, '{DEFAULT_CLASS}') {cases} END)"
    classed = [kind.name for kind in ENTITIES if "document_class" in kind.by_name]
    found = c.all(" UNION ALL ".join(f"SELECT {step} FROM {name}" for name in classed))
    highest = max((int(at) for (at,) in found if at is not None), default=keys.index(DEFAULT_CLASS))
    return f"May hold up to “{CLASSES[highest][1]}”"


def beside(words: str, marked: str) -> str:
    """The mark on one line with what a file was narrowed to."""
    return " · ".join(part for part in (marked, words) if part)
