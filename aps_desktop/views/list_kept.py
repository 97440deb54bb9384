"""A list's look as plain JSON for the window's kept state: columns, sort, filters, view."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from aps_desktop.domain.fields import Entity
from aps_desktop.services import saved_views
from aps_desktop.services.saved_views import ViewSettings


def to_state(settings: ViewSettings, view: UUID | None, filter_row: bool) -> dict[str, Any]:
    """Filters that name records of this file by row number are left out: they are passing."""
    filters = [[f.field, f.op, list(f.values)] for f in settings.filters if f.op != "rid"]
    return {
        "columns": list(settings.columns),
        "widths": dict(settings.widths),
        "sort": [list(pair) for pair in settings.sort],
        "filters": filters,
        "text": settings.text,
        "group": settings.group,
        "view": view.hex if view else "",
        "filter_row": filter_row,
    }


def from_state(kind: Entity, state: dict[str, Any]) -> tuple[ViewSettings, UUID | None, bool]:
    """(settings, saved view, filter row shown); what is not understood is left out."""
    settings = saved_views.from_plain(kind, state)
    try:
        view = UUID(str(state.get("view", "")))
    except ValueError:
        view = None
    return settings, view, state.get("filter_row") is True
