"""Names for what narrows a list; a record that is referred to is looked up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aps_desktop.db.connection import DatabaseFault
from aps_desktop.db.queries import lists
from aps_desktop.db.queries.lists import Filter
from aps_desktop.domain.entities import field_of
from aps_desktop.domain.fields import Entity, Field
from aps_desktop.models.list_words import filter_words


def chip_words(
    runner: Any, kind: Entity, filters: Mapping[str, tuple[Filter, ...]]
) -> dict[str, str]:
    """{field: words} of everything that narrows a list."""
    return {
        name: filter_words(field_of(kind, name), group, _named(runner, field_of(kind, name), group))
        for name, group in filters.items()
    }


def _named(runner: Any, field: Field, group: tuple[Filter, ...]) -> str:
    rids = [v for f in group if f.op in ("rid", "any_of") for v in f.values]
    if not field.target or not rids:
        return ""
    try:
        known = lists.labels_of(runner.window_connection(), field.target, rids[:5])
    except DatabaseFault:
        return ""
    return " or ".join(known[rid][1] for rid in rids if rid in known)
