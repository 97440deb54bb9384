"""Changes whose predecessor is not here yet: they wait, and so does what stands on them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from uuid import UUID

from aps_desktop.db.connection import Connection
from aps_desktop.domain.ids import made_by

BEYOND = (
    "EXISTS (SELECT 1 FROM revoked y JOIN device z ON z.uuid = y.uuid "
    "WHERE z.ord = ({0} >> 40) AND ({0} & 1099511627775) > y.upto)"
)
"""Whether a change (SQL of its dot) is of a revoked computer, beyond its last good one."""
_MISSING = f"NOT EXISTS (SELECT 1 FROM op p WHERE p.dot = {{0}}) AND NOT {BEYOND}"
"""Nobody waits for what counts for nothing: what builds on it builds on nothing."""


def hold(c: Connection) -> None:
    """Ops of `n` whose predecessor is missing wait, and those behind them; others are released.

    `released` are the cells in which a waiting op may stand from now on. A plain next edit (see
    `cells.touch`) replaces what is shown, so its predecessor is here.
    """
    c.run("DROP TABLE IF EXISTS released")
    c.run(f"CREATE TEMP TABLE released (cell {c.key})")
    missing = f"WHERE n.prev IS NOT NULL AND {_MISSING.format('n.prev')} AND"
    c.run(
        "INSERT INTO op_held SELECT n.dot FROM t CROSS JOIN n "
        f"{missing} t.general > 0 AND n.cell = t.cell"
    )
    c.run(f"INSERT INTO op_held SELECT n.dot FROM n {missing} (n.cell & 1023) IN (0, 1023)")
    if c.value("SELECT 1 FROM op_held LIMIT 1"):
        _hold_behind(c)


def hold_again(c: Connection) -> None:
    """Before changes leave the log: what stands on them will wait."""
    _look_behind(
        c,
        "SELECT o.dot, o.prev FROM (SELECT DISTINCT cell >> 10 AS rid FROM leaving) x "
        "CROSS JOIN history y CROSS JOIN op o "  # a birth has its own cell
        "WHERE y.cell BETWEEN (x.rid << 10) AND ((x.rid << 10) | 1023) AND o.dot = y.dot "
        "AND o.prev IS NOT NULL",
    )
    _hold_from(c, "SELECT dot FROM leaving UNION SELECT dot FROM op_held")


def look_again(c: Connection, opened: Collection[int]) -> None:
    """After an office list: who waits now; `released` are the cells where that is another one.

    Of the devices `opened` more counts than before, so that it may be waited for.
    """
    for table in ("released", "waited"):
        c.run(f"DROP TABLE IF EXISTS {table}")
    c.run(f"CREATE TEMP TABLE released (cell {c.key})")
    c.run("CREATE TEMP TABLE waited AS SELECT dot FROM op_held")
    if opened:
        devices = ", ".join(str(int(number)) for number in opened)
        c.run(
            f"INSERT INTO op_held SELECT o.dot FROM op o WHERE (o.prev >> 40) IN ({devices}) "
            f"AND {_MISSING.format('o.prev')} AND o.dot NOT IN (SELECT dot FROM waited)"
        )
        _look_behind(c, "SELECT o.dot, o.prev FROM op o WHERE o.prev IS NOT NULL")
        _hold_from(c, "SELECT dot FROM op_held")
    _release(c)
    c.run(
        "INSERT INTO released SELECT DISTINCT o.cell FROM op_held h JOIN op o ON o.dot = h.dot "
        "WHERE h.dot NOT IN (SELECT dot FROM waited) ON CONFLICT DO NOTHING"
    )


def _hold_behind(c: Connection) -> None:
    """Only where heads are worked out can one stand behind what waits; births and lives too."""
    _look_behind(
        c,
        "SELECT n.dot, n.prev FROM t CROSS JOIN n WHERE t.general > 0 AND n.cell = t.cell "
        "AND n.prev IS NOT NULL UNION SELECT n.dot, n.prev FROM n "
        "WHERE n.prev IS NOT NULL AND (n.cell & 1023) IN (0, 1023)",
    )
    _hold_from(c, "SELECT dot FROM op_held")
    _release(c)


def _look_behind(c: Connection, changes: str) -> None:
    """The table `behind` from the SQL of (change, predecessor)."""
    c.run("DROP TABLE IF EXISTS behind")
    c.run(f"CREATE TEMP TABLE behind (dot {c.key}, prev BIGINT)")
    c.run(f"INSERT INTO behind {changes}")
    c.run("CREATE INDEX behind_by_prev ON behind (prev)")


def _hold_from(c: Connection, first: str) -> None:
    """What stands on those changes waits, however long the way: in one go, not step by step."""
    c.run(
        f"INSERT INTO op_held WITH RECURSIVE late(dot) AS ({first} UNION "
        "SELECT b.dot FROM late CROSS JOIN behind b WHERE b.prev = late.dot) "
        "SELECT b.dot FROM behind b WHERE b.dot IN (SELECT dot FROM late) AND b.dot NOT IN "
        "(SELECT dot FROM op_held)"
    )


def _release(c: Connection) -> None:
    """Frees what no longer leads back to a missing op; a circle of ops leads to none."""
    for table in ("still", "free"):
        c.run(f"DROP TABLE IF EXISTS {table}")
    c.run(f"CREATE TEMP TABLE still (dot {c.key}, prev BIGINT)")
    c.run("INSERT INTO still SELECT o.dot, o.prev FROM op_held h JOIN op o ON o.dot = h.dot")
    c.run("CREATE INDEX still_by_prev ON still (prev)")
    c.run(f"CREATE TEMP TABLE free (dot {c.key})")
    c.run(
        "INSERT INTO free WITH RECURSIVE late(dot) AS (SELECT s.dot FROM still s "
        f"WHERE {_MISSING.format('s.prev')} "
        "UNION SELECT s.dot FROM late CROSS JOIN still s WHERE s.prev = late.dot) "
        "SELECT s.dot FROM still s WHERE s.dot NOT IN (SELECT dot FROM late)"
    )
    c.run(
        "INSERT INTO released SELECT DISTINCT o.cell FROM free f JOIN op o ON o.dot = f.dot "
        "WHERE NOT EXISTS (SELECT 1 FROM released x WHERE x.cell = o.cell)"
    )
    c.run("DELETE FROM op_held WHERE dot IN (SELECT dot FROM free)")


def number(c: Connection) -> int:
    """How many of the changes in `n` wait: for a predecessor, or for their record's birth."""
    held = c.value("SELECT count(*) FROM op_held x JOIN n ON n.dot = x.dot")
    unborn = c.all(
        "SELECT r.rid, r.uuid, count(*) FROM (SELECT DISTINCT cell >> 10 AS rid FROM n) x "
        "CROSS JOIN record r CROSS JOIN n WHERE r.rid = x.rid AND r.birth IS NULL "
        "AND n.cell BETWEEN (r.rid << 10) AND ((r.rid << 10) | 1023) "
        "AND NOT EXISTS (SELECT 1 FROM op_held x WHERE x.dot = n.dot) GROUP BY r.rid, r.uuid"
    )
    never = never_born(c)
    return int(held) + sum(int(n) for rid, uuid, n in unborn if not never(rid, bytes(uuid)))


def never_born(c: Connection) -> Callable[[int, bytes], bool]:
    """Whether a record without a birth (row number, id) was made by a revoked computer after all

    that counts of it: its birth is here and counts for nothing, or it was refused when it came.
    """
    births = {rid for (rid,) in c.all("SELECT cell >> 10 FROM op_revoked WHERE (cell & 1023) = 0")}
    ended = [
        bytes(uuid)
        for (uuid,) in c.all(
            "SELECT y.uuid FROM revoked y JOIN device z ON z.uuid = y.uuid "
            "WHERE z.max_seq >= y.upto"
        )
    ]

    def is_so(rid: int, id: bytes) -> bool:
        made = UUID(bytes=id[:16])
        return rid in births or any(made_by(made, device) for device in ended)

    return is_so
