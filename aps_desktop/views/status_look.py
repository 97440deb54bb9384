"""How a status looks: one of four hues, always with an icon and its word."""

from __future__ import annotations

from aps_desktop.domain.fields import Field, Kind

STATUS_FIELDS = (
    "status", "stage", "state", "outcome", "decision", "recommendation", "reply", "response",
    "earlier_status",
)  # fmt: skip
"""Names of the choices that are shown as a status wherever there is room for an icon."""

_LATE = frozenset(
    "rejected reject overdue off_track late not_met delayed objected no_consensus occurred "
    "reporting_due".split()
)
_ATTENTION = frozenset(
    "on_hold suspended returned at_risk pending postponed deferred revise reserved reminded check "
    "partly endorse_with_changes approved_with_conditions under_appraisal final_approval".split()
)
_OK = frozenset(
    "ongoing completed approved active done implemented on_track commenced extended endorsed "
    "adopted current filled held confirmed paid agreed met received accepted complied released "
    "final activities_done endorse adopted_with_changes agreed_with_comments mitigated "
    "in_progress concluded".split()
)
_ICONS = {"ok": "ok", "attention": "attention", "late": "late", "neutral": "clock"}


def is_status(field: Field) -> bool:
    """Whether a field's choices are states of something, and not mere kinds."""
    return field.kind is Kind.CHOICE and field.name in STATUS_FIELDS


def hue(key: str) -> str:
    """ "ok", "attention", "late" or "neutral"."""
    if key in _LATE:
        return "late"
    if key in _ATTENTION:
        return "attention"
    return "ok" if key in _OK else "neutral"


def icon_of(of: str) -> str:
    """The name of the icon that stands before a status of that hue."""
    return _ICONS[of]
