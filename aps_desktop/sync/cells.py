"""What a merge means for single fields: which heads each touched cell has now, from the log."""

from __future__ import annotations

from collections.abc import Mapping

from aps_desktop.db.connection import Connection

_CHANGES_A_RECORD = 8
"""About so many changes has a record: looking at touched ones costs that much more than at all."""


def touch(c: Connection) -> None:
    """The table `t`: cells whose heads may have changed, by what came for them.

    `general` is 0 for a plain next edit, by which the cell is known already; 1 where its heads
    must be worked out; 2 where the record is not born yet.
    """
    c.run("DROP TABLE IF EXISTS t")
    c.run(
        f"CREATE TEMP TABLE t (cell {c.key}, dot BIGINT, hlc BIGINT, extra BIGINT, general BIGINT)"
    )
    cells = c.run(
        # A cell that was ever written shows its head; only the others ask for the record's birth.
        "INSERT INTO t SELECT x.cell, x.dot, x.hlc, 0, CASE WHEN x.others = 0 AND x.prev = x.head "
        "THEN 0 WHEN x.head IS NOT NULL THEN 1 ELSE 2 END FROM (SELECT n.cell AS cell, "
        "n.dot AS dot, n.hlc AS hlc, n.prev AS prev, coalesce(c.extra, 0) AS others, "
        "coalesce(c.dot, (SELECT r.birth FROM record r WHERE r.rid = (n.cell >> 10))) AS head "
        "FROM n LEFT JOIN cell c ON c.cell = n.cell WHERE (n.cell & 1023) BETWEEN 1 AND 1022) x "
        "WHERE true ON CONFLICT DO NOTHING"
    )
    if cells != c.value("SELECT count(*) FROM n WHERE (cell & 1023) BETWEEN 1 AND 1022"):
        c.run(
            "UPDATE t SET general = 1 WHERE general = 0 "
            "AND cell IN (SELECT cell FROM n GROUP BY cell HAVING count(*) > 1)"
        )
    if c.postgres:
        c.run("ANALYZE t")


def touch_further(c: Connection, number: int) -> None:
    """After it is known what waits and what only proposes: which cells are no plain next edit.

    A birth that arrives after its edits, waiting ops that are released, and what an op had settled
    before it came by this merge, are worked out anew.
    """
    c.run(
        "UPDATE t SET general = 1 WHERE general = 0 AND cell IN "
        "(SELECT o.cell FROM op_parent p CROSS JOIN op o WHERE o.dot = p.parent AND o.merge = ?)",
        (number,),
    )
    for table in ("op_held", "op_proposal"):
        c.run(
            "UPDATE t SET general = 1 WHERE general = 0 AND cell IN "
            f"(SELECT o.cell FROM {table} x JOIN op o ON o.dot = x.dot)"
        )
    c.run("UPDATE t SET general = 1 WHERE general = 0 AND cell IN (SELECT cell FROM settling)")
    c.run("DELETE FROM t WHERE general = 2")
    c.run(
        "INSERT INTO t SELECT DISTINCT h.cell, 0, 0, 0, 1 FROM b CROSS JOIN history h "
        "WHERE h.cell BETWEEN (b.rid << 10) + 1 AND (b.rid << 10) + 1022 "
        "ON CONFLICT(cell) DO UPDATE SET general = 1"
    )
    touch_reborn(c)
    c.run(
        "INSERT INTO t SELECT x.cell, 0, 0, 0, 1 FROM released x "
        "JOIN record r ON r.rid = (x.cell >> 10) WHERE r.birth IS NOT NULL "
        "AND (x.cell & 1023) BETWEEN 1 AND 1022 ON CONFLICT(cell) DO UPDATE SET general = 1"
    )


def touch_reborn(c: Connection) -> None:
    """Every cell of a record whose birth is another one now: those that are kept, and written."""
    for table in ("cell", "history"):
        c.run(
            f"INSERT INTO t SELECT DISTINCT y.cell, 0, 0, 0, 1 FROM reborn x CROSS JOIN {table} y "
            "WHERE y.cell BETWEEN (x.rid << 10) + 1 AND (x.rid << 10) + 1022 "
            "ON CONFLICT(cell) DO UPDATE SET general = 1"
        )


def settle_cells(c: Connection) -> None:
    """The heads of every touched cell; the twin of `db.log.heads`, for many cells at once.

    A record's births are one node (0) of its cells' graphs, since they say the same.
    """
    if c.value("SELECT 1 FROM t WHERE general = 1 LIMIT 1"):
        _general(c)
    c.run(
        "INSERT INTO cell SELECT cell, dot, hlc, extra FROM t WHERE true ON CONFLICT(cell) "
        "DO UPDATE SET dot = excluded.dot, hlc = excluded.hlc, extra = excluded.extra"
    )


def _general(c: Connection) -> None:
    for table in ("candidate", "replaced", "ranked"):
        c.run(f"DROP TABLE IF EXISTS {table}")
    _candidates(c)
    _break_circles(c)
    c.run(
        "CREATE TEMP TABLE ranked AS SELECT k.cell AS cell, k.dot AS dot, k.hlc AS hlc, "
        "row_number() OVER (PARTITION BY k.cell ORDER BY k.hlc DESC, d.uuid DESC, k.dot DESC) "
        "AS place FROM candidate k "
        "JOIN device d ON d.ord = (k.dot >> 40) WHERE NOT EXISTS "
        "(SELECT 1 FROM replaced x WHERE x.cell = k.cell AND x.node = k.node)"
    )
    c.run("DELETE FROM cell_extra WHERE cell IN (SELECT cell FROM t WHERE general = 1)")
    c.run("INSERT INTO cell_extra SELECT cell, dot, hlc FROM ranked WHERE place > 1")
    c.run(
        "UPDATE t SET dot = x.dot, hlc = x.hlc, extra = (SELECT count(*) FROM cell_extra e "
        "WHERE e.cell = t.cell) FROM ranked x WHERE x.cell = t.cell AND x.place = 1"
    )


def _break_circles(c: Connection) -> None:
    """Where a cell's candidates name each other in a circle, and no head is left, all are heads."""
    c.run(
        "DELETE FROM replaced WHERE cell IN (SELECT t.cell FROM t WHERE t.general = 1 "
        "AND NOT EXISTS (SELECT 1 FROM candidate k WHERE k.cell = t.cell AND NOT EXISTS "
        "(SELECT 1 FROM replaced x WHERE x.cell = k.cell AND x.node = k.node)))"
    )


def _candidates(c: Connection) -> None:
    """The tables `candidate` (ops that stand, and the birth) and `replaced` (those named)."""
    c.run(
        "CREATE TEMP TABLE candidate (cell BIGINT, node BIGINT, dot BIGINT, prev BIGINT, "
        "hlc BIGINT, PRIMARY KEY (cell, node))"
    )
    c.run(
        # CROSS JOIN: in this order, or SQLite reads the whole history.
        "INSERT INTO candidate SELECT t.cell, o.dot, o.dot, o.prev, o.hlc FROM t "
        "CROSS JOIN history h CROSS JOIN op o WHERE t.general = 1 "
        "AND h.cell = t.cell AND o.dot = h.dot "
        "AND NOT EXISTS (SELECT 1 FROM op_held x WHERE x.dot = o.dot) "
        "AND NOT EXISTS (SELECT 1 FROM op_proposal x WHERE x.dot = o.dot)"
    )
    c.run("CREATE TEMP TABLE replaced (cell BIGINT, node BIGINT, PRIMARY KEY (cell, node))")
    node = "CASE WHEN o.cell = ((k.cell >> 10) << 10) THEN 0 ELSE o.dot END"  # its own births
    c.run(
        f"INSERT INTO replaced SELECT DISTINCT k.cell, {node} FROM candidate k "
        "JOIN op o ON o.dot = k.prev"
    )
    c.run(
        f"INSERT INTO replaced SELECT DISTINCT k.cell, {node} FROM candidate k "
        "JOIN op_parent p ON p.dot = k.dot JOIN op o ON o.dot = p.parent WHERE true "
        "ON CONFLICT DO NOTHING"
    )
    c.run(
        "INSERT INTO candidate SELECT t.cell, 0, r.birth, NULL, o.hlc FROM t "
        "JOIN record r ON r.rid = (t.cell >> 10) JOIN op o ON o.dot = r.birth WHERE t.general = 1"
    )


def conflicts(c: Connection, number: int) -> int:
    """In how many fields this merge brought a head that says something else than another one."""
    wire = (
        "CASE WHEN ({0}.cell & 1023) = 0 THEN " + c.json_member("{0}.val", "(t.cell & 1023)") + " "
        "ELSE {0}.val END"
    )
    return int(
        c.value(
            "SELECT count(*) FROM t JOIN op o ON o.dot = t.dot WHERE t.extra > 0 AND EXISTS "
            "(SELECT 1 FROM cell_extra e JOIN op p ON p.dot = e.dot WHERE e.cell = t.cell "
            "AND (o.merge = ? OR p.merge = ?) "
            f"AND {wire.format('p')} IS DISTINCT FROM {wire.format('o')})",
            (number, number),
        )
    )


def parallel(c: Connection, sender_knows: Mapping[bytes, int], number: int) -> int:
    """Records of which the sender changed some fields and somebody else, unseen by it, others."""
    _unseen(c, sender_knows, number)
    # From the unseen, which are few: each asks for its own record's cells.
    return int(
        c.value(
            "SELECT count(*) FROM (SELECT cell >> 10 AS rid, min(cell) AS low, max(cell) AS high "
            "FROM unseen GROUP BY cell >> 10) u WHERE EXISTS (SELECT 1 FROM t "
            "WHERE t.cell BETWEEN (u.rid << 10) AND ((u.rid << 10) | 1023) AND t.extra = 0 "
            "AND (u.low <> u.high OR t.cell <> u.low))"
        )
    )


def _unseen(c: Connection, sender_knows: Mapping[bytes, int], number: int) -> None:
    """The table `unseen`: cells with changes that the sender did not know and that were here.

    Of all records; or, where those changes are many, of the records that the merge touched.
    """
    for table in ("knows", "unseen"):
        c.run(f"DROP TABLE IF EXISTS {table}")
    c.run(f"CREATE TEMP TABLE knows (low {c.key}, high BIGINT)")
    spans, new = [], 0
    for device, uuid, held in c.all("SELECT ord, uuid, max_seq FROM device"):
        known = sender_knows.get(bytes(uuid), 0)
        spans.append((device << 40 | known, (device + 1) << 40))
        new += max(0, held - known)
    c.many("INSERT INTO knows VALUES (?, ?)", spans)
    c.run("CREATE TEMP TABLE unseen (cell BIGINT)")
    unknown = "o.dot > k.low AND o.dot < k.high AND o.merge <> ?"
    if new <= c.value("SELECT count(*) FROM t") * _CHANGES_A_RECORD:
        c.run(
            "INSERT INTO unseen SELECT o.cell FROM knows k CROSS JOIN op o "
            f"WHERE {unknown} AND (o.cell & 1023) BETWEEN 1 AND 1022",
            (number,),
        )
        return
    c.run(
        "INSERT INTO unseen SELECT o.cell FROM (SELECT DISTINCT cell >> 10 AS rid FROM t) x "
        "CROSS JOIN history h CROSS JOIN op o CROSS JOIN knows k "
        "WHERE h.cell BETWEEN (x.rid << 10) + 1 AND (x.rid << 10) + 1022 AND o.dot = h.dot "
        f"AND {unknown}",
        (number,),
    )
