"""The kept number of live records of each entity: no list counts its rows when it opens."""

from __future__ import annotations

from aps_desktop.db.connection import Connection


def put_counts(c: Connection, counts: dict[int, int]) -> None:
    """Keeps the number of live records by entity."""
    c.many(
        "INSERT INTO entity_count(tid, n) VALUES (?, ?) "
        "ON CONFLICT(tid) DO UPDATE SET n = entity_count.n + excluded.n",
        [(tid, n) for tid, n in counts.items() if n],
    )
