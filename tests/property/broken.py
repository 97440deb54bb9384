"""Seeded bugs: the program with one thought left out, so that the harnesses can show they bite."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from aps_desktop.db.connection import Connection


@dataclass(frozen=True)
class Bug:
    """SQL that runs with some of its text exchanged."""

    name: str
    swaps: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return self.name


@contextmanager
def broken(bug: Bug) -> Iterator[None]:
    """The program with that bug. Fails when the SQL that it changes is no longer there."""
    right = Connection._execute
    used: set[str] = set()

    def wrong(self: Connection, sql: str, params: Any) -> Any:
        for old, new in bug.swaps:
            if old in sql:
                used.add(old)
                sql = sql.replace(old, new)
        return right(self, sql, params)

    with patch.object(Connection, "_execute", wrong):
        yield
    missing = {old for old, _ in bug.swaps} - used
    assert not missing, f"the program no longer says {missing}: write this bug anew"


IN_MERGE = (
    Bug("no tie-break by device", (("d.uuid DESC, k.dot DESC", "k.dot DESC"),)),
    Bug(
        "further heads are ignored",
        (
            ("FROM ranked WHERE place > 1", "FROM ranked WHERE place > 99"),
            ("extra = (SELECT count(*) FROM cell_extra e WHERE e.cell = t.cell)", "extra = 0"),
        ),
    ),
    Bug(
        "further parents are ignored",
        (("JOIN op_parent p ON p.dot = k.dot", "JOIN op_parent p ON p.dot = -1"),),
    ),
    Bug(
        "what an op replaces is ignored",
        (("JOIN op o ON o.dot = k.prev", "JOIN op o ON o.dot = -1"),),
    ),
    Bug(
        "several births are several nodes",
        (("CASE WHEN o.cell = ((k.cell >> 10) << 10) THEN 0 ELSE o.dot END", "o.dot"),),
    ),
    Bug(
        "every edit is taken for the next one",
        (("x.prev = x.head", "1 = 1"),),
    ),
    Bug(
        "life is not worked out anew",
        (
            (
                "UPDATE life SET alive = CASE",
                "UPDATE life SET alive = CASE WHEN fresh = 0 THEN before",
            ),
        ),
    ),
    Bug("a deletion has not seen its last op", (("s.seq >= (o.dot", "s.seq > (o.dot"),)),
    Bug("nothing waits", (("n WHERE n.prev IS NOT NULL", "n WHERE 1 = 0"),)),
    Bug(
        "what waited is never released",
        (("DELETE FROM op_held WHERE dot IN", "DELETE FROM op_held WHERE 1 = 0 AND dot IN"),),
    ),
    Bug("proposals stand", (("AND t.office NOT IN (", "AND 1 = 0 AND t.office NOT IN ("),)),
    Bug(
        "who says last that he made a record owns it",
        (
            (
                "FROM b WHERE EXISTS (SELECT 1 FROM history",
                "FROM b WHERE 1 = 0 AND EXISTS (SELECT 1 FROM history",
            ),
        ),
    ),
    Bug(
        "a birth as another kind is one too",
        (("WHERE x.place = 1 AND length(r.uuid) = 16", "WHERE x.place = 1"),),
    ),
    Bug(
        "a birth that does not count is shown",
        (("FROM reborn x JOIN life", "FROM (SELECT rid FROM reborn WHERE 1 = 0) x JOIN life"),),
    ),
    Bug(
        "whoever has no office may change anything",
        (("t.office NOT IN ('ASEC'", "t.office NOT IN ('', 'ASEC'"),),
    ),
    Bug(
        "members belong to who adds them",
        (
            (
                "UPDATE record SET office = (SELECT p.office",
                "UPDATE record SET office = (SELECT NULL",
            ),
        ),
    ),
    Bug(
        "revived records stay where they were",
        (
            (
                "UPDATE record SET parent = ? WHERE rid",
                "UPDATE record SET parent = NULL WHERE 1 = 0 AND ? = rid",
            ),
        ),
    ),
    Bug("live records are not counted", (("SELECT tid, sum(alive - before)", "SELECT tid, 0"),)),
    Bug(
        "new titles are not found",
        (
            (
                "SELECT t.cell >> 10 FROM t JOIN u ON u.rid = (t.cell >> 10) WHERE u.tid = ",
                "SELECT 0 FROM t JOIN u ON u.tid = ",
            ),
        ),
    ),
    Bug(
        "known changes are taken in again",
        (
            ("DELETE FROM arrived WHERE EXISTS", "DELETE FROM arrived WHERE 1 = 0 AND EXISTS"),
            ("INSERT INTO op SELECT dot, prev", "INSERT OR REPLACE INTO op SELECT dot, prev"),
            (
                "INSERT INTO op_proposal SELECT o.dot FROM (SELECT",
                "INSERT OR IGNORE INTO op_proposal SELECT o.dot FROM (SELECT",
            ),
            (
                "INSERT INTO history SELECT cell, dot FROM n",
                "INSERT OR IGNORE INTO history SELECT cell, dot FROM n",
            ),
        ),
    ),
    Bug(
        "references still name the duplicate",
        (("coalesce(u.survivor, p.rid)", "coalesce(p.rid, u.survivor)"),),
    ),
    Bug(
        "a uniting counts before its survivor is here",
        (("AND s.birth IS NOT NULL AND s.rid <> o.rid", "AND s.rid <> o.rid"),),
    ),
    Bug(
        "knowledge passes over gaps",
        (
            (
                "SELECT count(*), max(dot) FROM op WHERE",
                "SELECT max(dot) - min(dot) + 1, max(dot) FROM op WHERE",
            ),
        ),
    ),
)
IN_SEALS = (
    Bug(
        "a part of a known step is not compared",
        (
            (
                "UNION SELECT txn FROM n WHERE dot > ?",
                "UNION SELECT txn FROM n WHERE 1 = 0 AND dot > ?",
            ),
        ),
    ),
    Bug(
        "whoever sealed once need not seal again",
        (("SELECT 1 FROM seal WHERE device = ?", "SELECT 1 FROM seal WHERE device = -?"),),
    ),
)
IN_UNDO = (
    Bug("undo forgets sets", ((" ORDER BY o.dot DESC", " AND r.tid <> 1000 ORDER BY o.dot DESC"),)),
    Bug(
        "undo takes the first op first",
        (("BETWEEN ? AND ? ORDER BY o.dot DESC", "BETWEEN ? AND ? ORDER BY o.dot"),),
    ),
    Bug("redo outlives a new edit", (("SET state = 'dropped'", "SET state = 'undone'"),)),
    Bug(
        "records come back as they were born",
        (
            (
                "ON o.dot = c.dot WHERE c.cell BETWEEN ? AND ?",
                "ON o.dot = c.dot WHERE c.cell BETWEEN ? AND ? AND 1 = 0",
            ),
        ),
    ),
    Bug(
        "history forgets sets",
        (
            (
                "SELECT rid FROM record WHERE parent = ? AND tid",
                "SELECT rid FROM record WHERE parent = ? AND 1 = 0 AND tid",
            ),
        ),
    ),
)
