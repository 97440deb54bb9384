"""Which row stands for a record: its own, or that of what it was united with (`db.united`)."""

from __future__ import annotations

from uuid import UUID

from aps_desktop.db.connection import Connection


def raw_rid_of(c: Connection, wire: str) -> int | None:
    """The row number of a record by its id, whatever it was united with."""
    rid: int | None = c.value("SELECT rid FROM record WHERE uuid = ?", (UUID(wire).bytes,))
    return rid


def rid_of(c: Connection, wire: str) -> int | None:
    """The row number of the record that stands for a referred one."""
    rid: int | None = c.value(f"SELECT {found_sql('?')}", (UUID(wire).bytes,))
    return rid


def found_sql(uuid: str) -> str:
    """SQL for the row number of what stands for the record whose id the SQL `uuid` gives."""
    return (
        "(SELECT coalesce(u.survivor, p.rid) FROM record p LEFT JOIN united u ON u.rid = p.rid "
        f"WHERE p.uuid = {uuid})"
    )


def standing(c: Connection, rid: int) -> int:
    """The row number of what stands for a row: itself, unless it was united with another."""
    return int(c.value("SELECT survivor FROM united WHERE rid = ?", (rid,)) or rid)


def any_united(c: Connection) -> bool:
    """Whether anything was united here at all."""
    return c.value("SELECT 1 FROM united LIMIT 1") is not None
