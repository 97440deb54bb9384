"""Which version of a project's budget counts; every report, figure and file asks here."""

from __future__ import annotations


def precedence(status: str, approved_on: str, id: str) -> tuple[bool, bool, str, str]:
    """How near a version is to being in force: of a project's versions the greatest is.

    That is the approved one of the latest day; without one the newest that no other has replaced.
    `approved_on` is an ISO date or empty; `id` tells which of two versions was entered later.
    """
    approved = status == "approved"
    return approved, status != "superseded", approved_on if approved else "", id
