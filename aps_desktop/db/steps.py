"""The undo stack: it is the log's own transactions, so it also works after a restart."""

from __future__ import annotations

from aps_desktop.db.connection import Connection
from aps_desktop.domain.changes import Why

_STEPS = frozenset({Why.EDIT, Why.IMPORT, Why.RESOLVE, Why.REVERT})


def remember(c: Connection, txn: int, label: str, why: Why) -> None:
    """A new step: it can be undone, and what was undone before can no longer be redone."""
    if why not in _STEPS:
        return
    c.run("UPDATE undo_entry SET state = 'dropped' WHERE state = 'undone'")
    c.run("INSERT INTO undo_entry VALUES (?, ?, 'done', ?)", (txn, txn, label))


def next_undo(c: Connection) -> tuple[int, int, str] | None:
    """(step, its transaction now, label) of what "Undo" would take back."""
    row = c.one(
        "SELECT n, current, label FROM undo_entry WHERE state = 'done' ORDER BY n DESC LIMIT 1"
    )
    return (row[0], row[1], row[2]) if row else None


def next_redo(c: Connection) -> tuple[int, int, str] | None:
    """(step, its transaction now, label) of what "Redo" would do again."""
    row = c.one(
        "SELECT n, current, label FROM undo_entry WHERE state = 'undone' ORDER BY n LIMIT 1"
    )
    return (row[0], row[1], row[2]) if row else None
