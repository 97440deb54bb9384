"""Takes one merge back: its changes leave the log, as if the bundle had not been received yet.

So the state before the merge is restored exactly, conflicts included, whoever owns the records;
nobody else's copy changes, and the same bundle can be merged again. Records that were edited here
since, on what the merge had brought, are left as they are, and counted.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from aps_desktop.db import births, chain, log, namesakes
from aps_desktop.db.connection import Connection
from aps_desktop.db.counts import put_counts
from aps_desktop.db.layout import MEMBER
from aps_desktop.domain.entities import BY_NUMBER
from aps_desktop.sync import settle
from aps_desktop.sync.cells import settle_cells, touch_reborn
from aps_desktop.sync.merge import judge_born, own, own_members
from aps_desktop.sync.waiting import hold_again


@dataclass
class TakenBack:
    """What the undo of a merge did: changes taken out, and records left since they were edited."""

    changes: int = 0
    kept_records: int = 0
    entities: dict[str, dict[str, int]] = field(default_factory=dict)
    touched: dict[str, frozenset[int]] = field(default_factory=dict)


def take_back(c: Connection, merge: int) -> TakenBack:
    """Takes a merge back inside the caller's write transaction."""
    c.run("DELETE FROM op_revoked WHERE merge = ?", (merge,))
    _choose(c, merge)
    result = TakenBack(kept_records=c.value("SELECT count(*) FROM built_upon"))
    result.changes = c.value("SELECT count(*) FROM leaving")
    if not result.changes:
        return result
    _forget(c, result)
    return result


def forget(c: Connection, device: bytes, after: int) -> TakenBack:
    """What a device did after one of its changes leaves the log, whatever was built upon it."""
    c.run("DROP TABLE IF EXISTS leaving")
    c.run(f"CREATE TEMP TABLE leaving (dot {c.key}, cell BIGINT)")
    number = c.value("SELECT ord FROM device WHERE uuid = ?", (device,))
    span = log.dot_of(number, after), log.dot_of(number + 1, 0)
    c.run("INSERT INTO leaving SELECT dot, cell FROM op WHERE dot > ? AND dot < ?", span)
    result = TakenBack(changes=c.value("SELECT count(*) FROM leaving"))
    if result.changes:
        _forget(c, result)
    return result


def _forget(c: Connection, result: TakenBack) -> None:
    hold_again(c)
    leave(c)
    for table in ("op_parent", "op_seen", "change_salt"):
        c.run(f"DELETE FROM {table} WHERE dot IN (SELECT dot FROM leaving)")
    _forget_steps(c)
    settle_rest(c, result.entities, result.touched)


def leave(c: Connection) -> None:
    """What is in `leaving` goes out of the log, and out of what is told of its changes."""
    _prepare(c)
    _keep_hashes(c)
    for table in ("op_held", "op_proposal", "op"):
        c.run(f"DELETE FROM {table} WHERE dot IN (SELECT dot FROM leaving)")
    c.run("DELETE FROM history WHERE (cell, dot) IN (SELECT cell, dot FROM leaving)")


def settle_rest(
    c: Connection, entities: dict[str, dict[str, int]], touched: dict[str, frozenset[int]]
) -> None:
    """What the log says without what has left."""
    namesakes.settle(c)
    _unborn(c)
    settle_cells(c)
    settle.rows(c, entities, touched)
    _retreat(c)
    namesakes.tidy(c)


def _choose(c: Connection, merge: int) -> None:
    """The tables `leaving` (dots that go) and `built_upon` (records that must stay)."""
    for table in ("leaving", "built_upon", "brought"):
        c.run(f"DROP TABLE IF EXISTS {table}")
    c.run(f"CREATE TEMP TABLE brought (dot {c.key}, cell BIGINT)")
    c.run("INSERT INTO brought SELECT dot, cell FROM op WHERE merge = ?", (merge,))
    c.run(f"CREATE TEMP TABLE built_upon (rid {c.key})")
    # Only a record that also has changes of this device's own can have been built upon.
    c.run(
        "INSERT INTO built_upon WITH RECURSIVE after_it(dot, rid) AS ("
        "SELECT x.dot, x.cell >> 10 FROM brought x WHERE EXISTS "
        "(SELECT 1 FROM history h JOIN op w ON w.dot = h.dot WHERE w.merge = 0 "
        "AND h.cell BETWEEN ((x.cell >> 10) << 10) AND (x.cell | 1023)) "
        "UNION SELECT o.dot, a.rid FROM after_it a CROSS JOIN history h CROSS JOIN op o "
        "WHERE h.cell BETWEEN (a.rid << 10) AND ((a.rid << 10) | 1023) AND o.dot = h.dot "
        "AND (o.prev = a.dot OR EXISTS "
        "(SELECT 1 FROM op_parent q WHERE q.dot = o.dot AND q.parent = a.dot))) "
        "SELECT DISTINCT a.rid FROM after_it a CROSS JOIN op o WHERE o.dot = a.dot AND o.merge = 0"
    )
    # A deletion or restoration of this device's own names no op, but is about the record that came.
    c.run(
        "INSERT INTO built_upon SELECT DISTINCT x.cell >> 10 FROM brought x "
        "CROSS JOIN history h CROSS JOIN op w WHERE h.cell = (x.cell | 1023) AND w.dot = h.dot "
        "AND (x.cell & 1023) = 0 AND w.merge = 0 ON CONFLICT DO NOTHING"
    )
    c.run(f"CREATE TEMP TABLE leaving (dot {c.key}, cell BIGINT)")
    c.run(
        "INSERT INTO leaving SELECT dot, cell FROM brought "
        "WHERE (cell >> 10) NOT IN (SELECT rid FROM built_upon)"
    )


def _forget_steps(c: Connection) -> None:
    """Steps of which nothing stays are not known any more: others may come under their numbers.

    But the hashes of those that their device has sealed: what is left of its others stands on them.
    """
    gone = (
        "(device, n) IN (SELECT device, n FROM going) AND NOT EXISTS "
        "(SELECT 1 FROM op o WHERE o.dot BETWEEN ((txn.device << 40) | txn.first_seq) "
        "AND ((txn.device << 40) | txn.last_seq))"
    )
    c.run(
        f"DELETE FROM chain_node WHERE (device, step) IN (SELECT device, n FROM txn WHERE {gone})"
    )
    c.run(
        "INSERT INTO chain_node SELECT device, 0, 0, n - 1, chain FROM txn WHERE EXISTS "
        "(SELECT 1 FROM seal s WHERE s.device = txn.device AND s.step >= txn.n) "
        f"AND length(chain) = 32 AND {gone} ON CONFLICT DO NOTHING"
    )
    c.run(f"DELETE FROM step_seed WHERE (device, n) IN (SELECT device, n FROM txn WHERE {gone})")
    c.run(f"DELETE FROM txn WHERE {gone}")


def _prepare(c: Connection) -> None:
    """The tables that settling works on: touched cells `t`, touched records `n`, no births `b`.

    And `going`, the steps that the leaving changes belong to.
    """
    for table in ("t", "n", "b", "released", "going"):
        c.run(f"DROP TABLE IF EXISTS {table}")
    c.run(
        "CREATE TEMP TABLE going AS SELECT DISTINCT o.dot >> 40 AS device, o.txn AS n "
        "FROM leaving x CROSS JOIN op o WHERE o.dot = x.dot"
    )
    c.run(
        f"CREATE TEMP TABLE t (cell {c.key}, dot BIGINT, hlc BIGINT, extra BIGINT, general BIGINT)"
    )
    c.run(
        "INSERT INTO t SELECT DISTINCT cell, 0, 0, 0, 1 FROM leaving "
        "WHERE (cell & 1023) BETWEEN 1 AND 1022"
    )
    c.run(
        # What names one of several births as its predecessor replaces them all, while it is here.
        "INSERT INTO t SELECT DISTINCT h.cell, 0, 0, 0, 1 FROM leaving x CROSS JOIN history h "
        "WHERE (x.cell & 1023) = 0 AND h.cell BETWEEN x.cell + 1 AND x.cell + 1022 "
        "ON CONFLICT DO NOTHING"
    )
    c.run(f"CREATE TEMP TABLE n (cell {c.key})")
    c.run("INSERT INTO n SELECT DISTINCT cell FROM leaving")
    c.run(f"CREATE TEMP TABLE b (rid {c.key}, dot BIGINT, fresh BIGINT, val TEXT)")
    c.run(
        "INSERT INTO b SELECT DISTINCT x.cell >> 10, 0, 0, '' FROM leaving x "
        "WHERE (x.cell & 1023) IN (0, 1023)"
    )
    c.run(
        # All that stays of these may only be proposed; then they are not there any more.
        "INSERT INTO b SELECT DISTINCT o.cell >> 10, 0, 0, '' FROM op_proposal p CROSS JOIN op o "
        "WHERE o.dot = p.dot AND (o.cell >> 10) IN (SELECT cell >> 10 FROM leaving) "
        "ON CONFLICT DO NOTHING"
    )


def _keep_hashes(c: Connection) -> None:
    """Of steps that stay in part: the hashes of what leaves, so that the rest can be passed on."""
    parted: dict[int, list[int]] = {}
    for device, n in c.all(
        "SELECT x.device, x.n FROM (SELECT l.dot >> 40 AS device, o.txn AS n, count(*) AS many "
        "FROM leaving l JOIN op o ON o.dot = l.dot GROUP BY l.dot >> 40, o.txn) x "
        "JOIN txn t ON t.device = x.device AND t.n = x.n WHERE x.many < (SELECT count(*) FROM op p "
        "WHERE p.dot BETWEEN ((t.device << 40) | t.first_seq) AND ((t.device << 40) | t.last_seq))"
    ):
        parted.setdefault(device, []).append(n)
    for device, numbers in parted.items():
        for step, here in chain.leaves(c, chain.steps(c, device, numbers)):
            base = log.dot_of(device, step.first)
            rows = c.all(
                "SELECT dot FROM leaving WHERE dot BETWEEN ? AND ?", (base, base + step.count - 1)
            )
            places = [dot - base for (dot,) in rows if dot - base in here]
            c.many(
                "INSERT INTO chain_node VALUES (?, ?, 0, ?, ?) ON CONFLICT DO NOTHING",
                [(device, step.n, place, here[place]) for place in places],
            )


def _unborn(c: Connection) -> None:
    """Records whose birth left are known by reference only again; another birth takes over."""
    left = (
        "SELECT r.rid AS rid FROM leaving x CROSS JOIN record r WHERE r.rid = (x.cell >> 10) "
        "AND (x.cell & 1023) = 0 AND length(r.uuid) = 16"
    )
    found = births.chosen(c, left)
    c.run(
        "UPDATE b SET dot = coalesce((SELECT x.dot FROM (SELECT o.dot AS dot, row_number() OVER "
        "(ORDER BY o.hlc DESC, d.uuid DESC, o.dot DESC) AS place FROM history h "
        "JOIN op o ON o.dot = h.dot JOIN device d ON d.ord = (o.dot >> 40) "
        f"WHERE h.cell = (b.rid << 10)) x WHERE x.place = 1), 0) WHERE rid IN ({left})"
    )
    c.many("UPDATE b SET dot = ? WHERE rid = ?", [(one.dot, rid) for rid, one in found.items()])
    settle.note_reborn(c, f"SELECT b.rid AS rid FROM b WHERE b.dot > 0 AND b.rid IN ({left})")
    c.run(
        "UPDATE record SET birth = CASE WHEN b.dot > 0 THEN b.dot END FROM b "
        f"WHERE b.rid = record.rid AND record.rid IN ({left})"
    )
    own(c, found)
    touch_reborn(c)
    _take_out(
        c,
        "SELECT r.rid FROM record r WHERE r.birth IS NULL "
        "AND r.rid IN (SELECT cell >> 10 FROM leaving)",
    )
    own_members(c)
    judge_born(c)


def _take_out(c: Connection, gone: str) -> None:
    """What is kept of records without a birth goes; `gone` is the SQL of a query for them (rid)."""
    counts: dict[int, int] = {}
    for kind in (*BY_NUMBER.values(), MEMBER):
        lost = c.run(f"DELETE FROM {kind.name} WHERE rid IN ({gone})")
        if lost > 0:
            counts[kind.number] = -lost
            c.run(f"DELETE FROM search_title WHERE tid = {kind.number} AND rid IN ({gone})")
    put_counts(c, counts)
    c.run(f"DELETE FROM cell_extra WHERE (cell >> 10) IN ({gone})")
    c.run(
        f"DELETE FROM cell WHERE cell IN (SELECT x.cell FROM ({gone}) g CROSS JOIN cell x "
        "WHERE x.cell BETWEEN (g.rid << 10) AND ((g.rid << 10) | 1023))"
    )
    c.run(f"DELETE FROM t WHERE (cell >> 10) IN ({gone})")
    c.run(f"UPDATE record SET alive = 0, office = NULL WHERE rid IN ({gone})")


def _retreat(c: Connection) -> None:
    """What is known of other devices ends before the first change that left."""
    for number, lowest in c.all("SELECT dot >> 40, min(dot) FROM leaving GROUP BY dot >> 40"):
        before = (lowest & ((1 << 40) - 1)) - 1
        c.run(
            "UPDATE device SET max_seq = ? WHERE ord = ? AND max_seq > ?", (before, number, before)
        )
