"""Merging: which heads each touched cell has now, set-based, from the log alone.

The state is a function of the set of changes: whatever way they came, in whatever order, the same
changes give the same heads, the same shown values and the same conflicts. ARCHITECTURE.md has the
specification; `tests/property` holds it as a model of a few dozen lines.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from aps_desktop.db import identity
from aps_desktop.db.connection import Connection
from aps_desktop.db.layout import MEMBER
from aps_desktop.db.log_writer import SECRETARIAT, kind_of
from aps_desktop.db.standing import found_sql
from aps_desktop.domain.entities import BY_NUMBER
from aps_desktop.domain.fields import Entity
from aps_desktop.sync import settle
from aps_desktop.sync.stage import Lines, stage

_ONLY_PROPOSES = (
    "JOIN record r ON r.rid = (o.cell >> 10) JOIN txn t ON t.device = (o.dot >> 40) "
    "AND t.n = o.txn WHERE r.birth IS NOT NULL AND r.office <> '' "
    f"AND t.office NOT IN ('', '{SECRETARIAT}', r.office)"
)
_SEEN_LIMIT = 24 * 3600 * 1000 << 16


@dataclass
class Outcome:
    """What a merge did, by number; `entities` counts new, changed, deleted, restored records."""

    merged: int = 0
    already: int = 0
    refused: int = 0
    held: int = 0
    conflicts: int = 0
    parallel: int = 0
    proposals: int = 0
    renewed: bool = False
    """Own later changes came back, so the database is an older state: it has a new device now."""
    entities: dict[str, dict[str, int]] = field(default_factory=dict)
    touched: dict[str, frozenset[int]] = field(default_factory=dict)


def merge(
    c: Connection,
    lines: Lines,
    number: int,
    now_stamp: int,
    sender_knows: Mapping[bytes, int] | None = None,
    limits: Mapping[bytes, int] | None = None,
) -> Outcome:
    """Merges a bundle's lines inside the caller's write transaction, as merge `number`.

    `sender_knows` is how far the sender had each device's changes, by device id: it tells edits
    made side by side from later ones, for the report only.
    `now_stamp` is this computer's time as a hybrid stamp: stamps more than a day ahead of it are
    merged like any other but never advance this device's own clock.
    `limits` are the last good changes of revoked devices: see `stage`.
    """
    staged = stage(c, lines, number, limits)
    renewed = _behind(c)
    if renewed:
        identity.renew(c)
    outcome = Outcome(
        renewed=renewed, merged=staged.changes - staged.already - staged.refused,
        already=staged.already, refused=staged.refused,
    )  # fmt: skip
    if outcome.merged:
        _births(c)
        _hold(c)
        _proposals(c)
        _touch_cells(c)
        settle_cells(c)
        settle.rows(c, outcome.entities, outcome.touched)
        outcome.conflicts = _conflicts(c, number)
        outcome.parallel = _parallel(c, sender_knows or {}, number)
        _advance(c, now_stamp)
    outcome.held = c.value("SELECT count(*) FROM op_held x JOIN n ON n.dot = x.dot") or 0
    outcome.held += c.value(
        "SELECT count(*) FROM (SELECT rid FROM record WHERE birth IS NULL) r CROSS JOIN n "
        "WHERE n.cell BETWEEN (r.rid << 10) AND ((r.rid << 10) | 1023) "
        "AND NOT EXISTS (SELECT 1 FROM op_held x WHERE x.dot = n.dot)"
    )
    outcome.proposals = c.value("SELECT count(*) FROM op_proposal x JOIN n ON n.dot = x.dot")
    return outcome


def _behind(c: Connection) -> bool:
    """Whether changes of this very device came that it does not know: it was put back unnoticed.

    Its next change would get the number of one of them.
    """
    device, last = c.one("SELECT device, seq FROM local_state") or (0, 0)
    return c.value(
        "SELECT 1 FROM op WHERE dot > ? AND dot < ? LIMIT 1",
        (device << 40 | last, (device + 1) << 40),
    ) is not None  # fmt: skip


def _births(c: Connection) -> None:
    """The winning birth of every record that got one; `b` marks those born only now."""
    c.run("DROP TABLE IF EXISTS b")
    c.run(f"CREATE TEMP TABLE b (rid {c.key}, dot BIGINT, fresh BIGINT, val TEXT)")
    c.run(
        "INSERT INTO b SELECT x.rid, x.dot, CASE WHEN r.birth IS NULL THEN 1 ELSE 0 END, x.val "
        "FROM (SELECT n.cell >> 10 AS rid, o.dot AS dot, o.val AS val, row_number() OVER "
        "(PARTITION BY n.cell ORDER BY o.hlc DESC, d.uuid DESC, o.dot DESC) AS place "
        "FROM (SELECT DISTINCT cell FROM n WHERE (cell & 1023) = 0) n "
        "JOIN history h ON h.cell = n.cell JOIN op o ON o.dot = h.dot "
        "JOIN device d ON d.ord = (o.dot >> 40)) x JOIN record r ON r.rid = x.rid "
        "WHERE x.place = 1 ORDER BY x.rid"
    )
    c.run(
        "UPDATE record SET birth = b.dot, office = (SELECT t.office FROM op o JOIN txn t "
        "ON t.device = (o.dot >> 40) AND t.n = o.txn WHERE o.dot = b.dot) "
        "FROM b WHERE b.rid = record.rid"
    )
    for tid in [row[0] for row in c.all(_BORN_KINDS)]:
        kind = kind_of(tid)
        if kind.owner:
            _parents(c, kind, kind.owner.number)
    own_members(c)


_BORN_KINDS = (
    "SELECT DISTINCT r.tid FROM b JOIN record r ON r.rid = b.rid "
    f"WHERE r.tid IN ({', '.join(str(n) for n in (*BY_NUMBER, MEMBER.number))})"
)


def own_members(c: Connection) -> None:
    """A set's member belongs to the office of the record that has the set."""
    c.run(
        "UPDATE record SET office = (SELECT p.office FROM record p WHERE p.rid = record.parent) "
        f"WHERE tid = {MEMBER.number} AND (rid IN (SELECT rid FROM b) "
        "OR parent IN (SELECT rid FROM b))"
    )


def _parents(c: Connection, kind: Entity, number: int) -> None:
    owner = c.unhex(c.json_text("b.val", number))
    raw = f"(SELECT p.rid FROM record p WHERE p.uuid = {owner})"
    parent = raw if kind is MEMBER else found_sql(owner)
    c.run(
        f"UPDATE record SET parent = {parent} "
        f"FROM b WHERE b.rid = record.rid AND record.tid = {kind.number} AND b.fresh = 1"
    )


def _hold(c: Connection) -> None:
    """Ops whose predecessor is missing wait, and those behind them; others are released.

    `released` are the cells in which a waiting op may stand from now on.
    """
    c.run("DROP TABLE IF EXISTS released")
    c.run(f"CREATE TEMP TABLE released (cell {c.key})")
    c.run(
        "INSERT INTO op_held SELECT n.dot FROM n WHERE n.prev IS NOT NULL "
        "AND NOT EXISTS (SELECT 1 FROM op o WHERE o.dot = n.prev)"
    )
    if not c.value("SELECT 1 FROM op_held LIMIT 1"):
        return
    _hold_behind(c)


def hold_again(c: Connection) -> None:
    """After changes left the log: what stood on them waits, and `t` gets the cells concerned."""
    not_yet = "NOT EXISTS (SELECT 1 FROM op_held h WHERE h.dot = o.dot)"
    c.run(
        "INSERT INTO op_held SELECT o.dot FROM leaving x JOIN history y "
        "ON y.cell BETWEEN ((x.cell >> 10) << 10) AND (x.cell | 1023) "  # a birth has its own cell
        f"JOIN op o ON o.dot = y.dot AND o.prev = x.dot WHERE {not_yet}"
    )
    behind = (
        "INSERT INTO op_held SELECT DISTINCT o.dot FROM leaving x JOIN history y "
        "ON y.cell BETWEEN ((x.cell >> 10) << 10) AND (x.cell | 1023) JOIN op o ON o.dot = y.dot "
        f"JOIN op_held p ON p.dot = o.prev WHERE {not_yet}"
    )
    while c.run(behind) > 0:
        pass


def _hold_behind(c: Connection) -> None:
    behind = (
        "INSERT INTO op_held SELECT n.dot FROM n JOIN op_held h ON h.dot = n.prev "
        "WHERE NOT EXISTS (SELECT 1 FROM op_held x WHERE x.dot = n.dot)"
    )
    while c.run(behind) > 0:
        pass
    free = (
        "SELECT h.dot FROM op_held h JOIN op o ON o.dot = h.dot JOIN op p ON p.dot = o.prev "
        "WHERE NOT EXISTS (SELECT 1 FROM op_held x WHERE x.dot = o.prev)"
    )
    while True:
        c.run(
            f"INSERT INTO released SELECT DISTINCT o.cell FROM op o WHERE o.dot IN ({free}) "
            "AND NOT EXISTS (SELECT 1 FROM released x WHERE x.cell = o.cell)"
        )
        if c.run(f"DELETE FROM op_held WHERE dot IN ({free})") <= 0:
            return


def _proposals(c: Connection) -> None:
    """Ops by an office that neither owns the record nor is the secretariat only propose."""
    c.run(f"INSERT INTO op_proposal SELECT o.dot FROM n o {_ONLY_PROPOSES}")
    judge_born(c)


def judge_born(c: Connection) -> None:
    """Judges anew all ops of records in `b` and of their sets: their owner may be another now.

    They may have arrived before their record was born, or before its owner was known.
    """
    c.run("DROP TABLE IF EXISTS judged")
    c.run(f"CREATE TEMP TABLE judged (dot {c.key})")
    c.run(
        # CROSS JOIN here and below: in this order, or SQLite reads the history for every record.
        "INSERT INTO judged SELECT h.dot FROM b CROSS JOIN history h "
        "WHERE h.cell BETWEEN (b.rid << 10) AND ((b.rid << 10) | 1023) "
        "ON CONFLICT DO NOTHING"
    )
    c.run(
        "INSERT INTO judged SELECT h.dot FROM b CROSS JOIN record m CROSS JOIN history h "
        f"WHERE m.parent = b.rid AND m.tid = {MEMBER.number} "
        "AND h.cell BETWEEN (m.rid << 10) AND ((m.rid << 10) | 1023) "
        "ON CONFLICT DO NOTHING"
    )
    c.run("DELETE FROM op_proposal WHERE dot IN (SELECT dot FROM judged)")
    c.run(
        f"INSERT INTO op_proposal SELECT o.dot FROM judged j JOIN op o ON o.dot = j.dot "
        f"{_ONLY_PROPOSES}"
    )


def _touch_cells(c: Connection) -> None:
    """The table `t`: cells whose heads may have changed; `general` 0 for a plain next edit."""
    c.run("DROP TABLE IF EXISTS t")
    c.run(
        f"CREATE TEMP TABLE t (cell {c.key}, dot BIGINT, hlc BIGINT, extra BIGINT, general BIGINT)"
    )
    special = " OR ".join(
        f"EXISTS (SELECT 1 FROM {table} x WHERE x.dot = n.dot)"
        for table in ("op_held", "op_proposal", "op_parent")
        if c.value(f"SELECT 1 FROM {table} x JOIN n ON n.dot = x.dot LIMIT 1")
    )
    odd = f"max(CASE WHEN {special} THEN 1 ELSE 0 END)" if special else "0"
    c.run(
        "INSERT INTO t SELECT n.cell, max(n.dot), max(n.hlc), 0, CASE WHEN count(*) = 1 "
        "AND max(coalesce(c.extra, 0)) = 0 AND max(n.prev) = max(coalesce(c.dot, r.birth)) "
        f"AND {odd} = 0 THEN 0 ELSE 1 END "
        "FROM n JOIN record r ON r.rid = (n.cell >> 10) LEFT JOIN cell c ON c.cell = n.cell "
        "WHERE (n.cell & 1023) BETWEEN 1 AND 1022 AND r.birth IS NOT NULL GROUP BY n.cell"
    )
    # A birth that arrives after its edits, and waiting ops that are released, are worked out anew.
    c.run(
        "INSERT INTO t SELECT DISTINCT h.cell, 0, 0, 0, 1 FROM b CROSS JOIN history h "
        "WHERE h.cell BETWEEN (b.rid << 10) + 1 AND (b.rid << 10) + 1022 "
        "ON CONFLICT(cell) DO UPDATE SET general = 1"
    )
    c.run(
        "INSERT INTO t SELECT x.cell, 0, 0, 0, 1 FROM released x "
        "JOIN record r ON r.rid = (x.cell >> 10) WHERE r.birth IS NOT NULL "
        "AND (x.cell & 1023) BETWEEN 1 AND 1022 ON CONFLICT(cell) DO UPDATE SET general = 1"
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
    node = "CASE WHEN (o.cell & 1023) = 0 THEN 0 ELSE o.dot END"
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
    c.run(
        "CREATE TEMP TABLE ranked AS SELECT k.cell AS cell, k.dot AS dot, k.hlc AS hlc, "
        "row_number() OVER (PARTITION BY k.cell ORDER BY k.hlc DESC, d.uuid DESC, k.dot DESC) "
        "AS place, count(*) OVER (PARTITION BY k.cell) AS heads FROM candidate k "
        "JOIN device d ON d.ord = (k.dot >> 40) WHERE NOT EXISTS "
        "(SELECT 1 FROM replaced x WHERE x.cell = k.cell AND x.node = k.node)"
    )
    c.run("DELETE FROM cell_extra WHERE cell IN (SELECT cell FROM t WHERE general = 1)")
    c.run("INSERT INTO cell_extra SELECT cell, dot, hlc FROM ranked WHERE place > 1")
    c.run(
        "UPDATE t SET dot = x.dot, hlc = x.hlc, extra = x.heads - 1 FROM ranked x "
        "WHERE x.cell = t.cell AND x.place = 1"
    )


def _conflicts(c: Connection, number: int) -> int:
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


def _parallel(c: Connection, sender_knows: Mapping[bytes, int], number: int) -> int:
    """Records of which the sender changed some fields and somebody else, unseen by it, others."""
    c.run("DROP TABLE IF EXISTS unseen")
    c.run("CREATE TEMP TABLE unseen (cell BIGINT)")
    for device, uuid in c.all("SELECT ord, uuid FROM device"):
        low = device << 40 | sender_knows.get(bytes(uuid), 0)
        c.run(
            "INSERT INTO unseen SELECT cell FROM op WHERE dot > ? AND dot < ? AND merge <> ? "
            "AND (cell & 1023) BETWEEN 1 AND 1022",
            (low, (device + 1) << 40, number),
        )
    # By record, since looking a record's cells up one by one took minutes for large merges.
    span = "SELECT cell >> 10 AS rid, min(cell) AS low, max(cell) AS high FROM"
    return int(
        c.value(
            f"SELECT count(*) FROM ({span} unseen GROUP BY cell >> 10) u "
            f"JOIN ({span} t WHERE extra = 0 GROUP BY cell >> 10) t ON t.rid = u.rid "
            "WHERE NOT (u.low = u.high AND t.low = t.high AND u.low = t.low)"
        )
    )


def _advance(c: Connection, now_stamp: int) -> None:
    """Per device, how far the changes are here without a gap; and the highest credible stamp."""
    for number, top in c.all("SELECT ord, max_seq FROM device WHERE status <> 'self'"):
        low, high = number << 40 | top, (number + 1) << 40
        number_of, last = c.one(
            "SELECT count(*), max(dot) FROM op WHERE dot > ? AND dot < ?", (low, high)
        ) or (0, None)
        if last is None:
            continue
        reached = (
            last - low
            if last - low == number_of
            else c.value(
                "SELECT max(seq) FROM (SELECT dot - ? AS seq, row_number() OVER (ORDER BY dot) "
                "AS place FROM op WHERE dot > ? AND dot < ?) x WHERE seq = place",
                (low, low, high),
            )
        )
        if reached:
            c.run("UPDATE device SET max_seq = max_seq + ? WHERE ord = ?", (reached, number))
    c.run(
        "UPDATE local_state SET seen_hlc = (SELECT CASE WHEN coalesce(max(hlc), 0) > seen_hlc "
        "THEN max(hlc) ELSE seen_hlc END FROM n WHERE hlc <= ?)",
        (now_stamp + _SEEN_LIMIT,),
    )
