"""Fields in conflict: those whose heads say different things, in records that are there."""

from __future__ import annotations

from aps_desktop.db import log
from aps_desktop.db.connection import Connection


def count(c: Connection) -> int:
    """How many fields there are."""
    return int(c.value(f"SELECT count(*) {_apart(c)}"))


def fields(c: Connection, rid: int) -> list[int]:
    """The numbers of those of one record."""
    rows = c.all(f"SELECT t.cell {_apart(c)} AND t.cell BETWEEN ? AND ?", log.cells_of(rid))
    return [log.field_of_cell(cell) for (cell,) in rows]


def records(c: Connection, entity_number: int) -> frozenset[int]:
    """The row numbers of an entity's records that have such fields."""
    if c.value("SELECT 1 FROM cell WHERE extra > 0 LIMIT 1") is None:
        return frozenset()
    rows = c.all(f"SELECT DISTINCT r.rid {_apart(c)} AND r.tid = ?", (entity_number,))
    return frozenset(rid for (rid,) in rows)


def _apart(c: Connection) -> str:
    said = (
        "CASE WHEN ({0}.cell & 1023) = 0 THEN " + c.json_member("{0}.val", "(t.cell & 1023)") + " "
        "ELSE {0}.val END"
    )
    return (
        "FROM cell t JOIN record r ON r.rid = (t.cell >> 10) AND r.alive = 1 "
        "JOIN op o ON o.dot = t.dot WHERE t.extra > 0 AND EXISTS "
        "(SELECT 1 FROM cell_extra e JOIN op p ON p.dot = e.dot WHERE e.cell = t.cell "
        f"AND {said.format('p')} IS DISTINCT FROM {said.format('o')})"
    )
