"""What a revoked computer did beyond its last good change is no part of the state, at anybody.

It may have come here before the office list that says so, or have been refused after it; there may
even be two versions of it. So that all offices show the same, it leaves the log for a table of its
own (`op_revoked`), as if it had never come, and stands in the histories of records only. A list
that lets more of it count brings it back. What builds on it waits for nothing (`waiting.BEYOND`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from aps_desktop.db import log, namesakes
from aps_desktop.db.connection import Connection
from aps_desktop.sync import cells, merge, settle, unmerge, waiting

_COLUMNS = "dot, prev, cell, hlc, txn, val, merge"


@dataclass
class Settled:
    """How many changes left, or came back, with an office list; which rows show something else."""

    left: int = 0
    back: int = 0
    entities: dict[str, dict[str, int]] = field(default_factory=dict)
    touched: dict[str, frozenset[int]] = field(default_factory=dict)


def united(
    one: Mapping[str, frozenset[int]], other: Mapping[str, frozenset[int]]
) -> dict[str, frozenset[int]]:
    """The rows that either touched; an empty set stands for all of an entity."""
    found = {**one, **other}
    for name in one.keys() & other.keys():
        both = one[name] and other[name]
        found[name] = one[name] | other[name] if both else frozenset()
    return found


def settle_revoked(c: Connection, ends: Mapping[bytes, int]) -> Settled:
    """Brings the state to an office list: `ends` are the last good changes of revoked devices.

    Inside the caller's write transaction. What this database writes itself stays: who is revoked
    goes on seeing his own work, and nobody else does.
    """
    result = Settled()
    before = {bytes(uuid): upto for uuid, upto in c.all("SELECT uuid, upto FROM revoked")}
    own = c.value("SELECT d.uuid FROM local_state l JOIN device d ON d.ord = l.device")
    wanted = {device: upto for device, upto in ends.items() if device != bytes(own or b"")}
    if before == wanted:
        return result
    c.run("DELETE FROM revoked")
    c.many("INSERT INTO revoked VALUES (?, ?)", list(wanted.items()))
    _come_back(c, result)
    _leave(c, result)
    opened = {device for device, upto in before.items() if wanted.get(device, upto + 1) > upto}
    numbers = {bytes(uuid): number for number, uuid in c.all("SELECT ord, uuid FROM device")}
    _wait_again(c, result, [numbers[device] for device in opened & numbers.keys()])
    return result


def _come_back(c: Connection, result: Settled) -> None:
    for table in ("n", "settling"):
        c.run(f"DROP TABLE IF EXISTS {table}")
    c.run("CREATE TEMP TABLE n (cell BIGINT, dot BIGINT, prev BIGINT, hlc BIGINT, txn BIGINT, "
          "PRIMARY KEY (cell, dot))")  # fmt: skip
    result.back = c.run(
        "INSERT INTO n SELECT o.cell, o.dot, o.prev, o.hlc, o.txn FROM op_revoked o "
        f"WHERE NOT {waiting.BEYOND.format('o.dot')}"
    )
    if not result.back:
        return
    back = "FROM op_revoked WHERE dot IN (SELECT dot FROM n)"
    c.run(f"INSERT INTO op SELECT {_COLUMNS} {back}")
    c.run(f"DELETE {back}")
    c.run("INSERT INTO history SELECT cell, dot FROM n")
    namesakes.settle(c, cells_of=("n",))
    c.run(f"CREATE TEMP TABLE settling (cell {c.key})")
    c.run("INSERT INTO settling SELECT DISTINCT cell FROM n")  # each is worked out from the log
    offices = c.all("SELECT DISTINCT d.office FROM n JOIN device d ON d.ord = (n.dot >> 40)")
    merge.settle_new(c, {office or "" for (office,) in offices}, 0)
    settle.rows(c, result.entities, result.touched)
    merge.advance(c, 0)


def _leave(c: Connection, result: Settled) -> None:
    c.run("DROP TABLE IF EXISTS leaving")
    c.run(f"CREATE TEMP TABLE leaving (dot {c.key}, cell BIGINT)")
    for device, upto in c.all(
        "SELECT d.ord, r.upto FROM revoked r JOIN device d ON d.uuid = r.uuid"
    ):
        span = log.dot_of(device, upto), log.dot_of(device + 1, 0)
        c.run("INSERT INTO leaving SELECT dot, cell FROM op WHERE dot > ? AND dot < ?", span)
    result.left = c.value("SELECT count(*) FROM leaving")
    if result.left:
        c.run(f"INSERT INTO op_revoked SELECT {_COLUMNS} FROM op "
              "WHERE dot IN (SELECT dot FROM leaving)")  # fmt: skip
        unmerge.leave(c)
        unmerge.settle_rest(c, result.entities, result.touched)


def _wait_again(c: Connection, result: Settled, opened: Collection[int]) -> None:
    """The heads of cells in which something waits now that did not before, or no longer does."""
    waiting.look_again(c, opened)
    for table in ("t", "n", "b"):
        c.run(f"DROP TABLE IF EXISTS {table}")
    c.run(
        f"CREATE TEMP TABLE t (cell {c.key}, dot BIGINT, hlc BIGINT, extra BIGINT, general BIGINT)"
    )
    c.run(
        "INSERT INTO t SELECT x.cell, 0, 0, 0, 1 FROM released x JOIN record r "
        "ON r.rid = (x.cell >> 10) WHERE r.birth IS NOT NULL AND (x.cell & 1023) BETWEEN 1 AND 1022"
    )
    c.run(f"CREATE TEMP TABLE n (cell {c.key})")
    c.run("INSERT INTO n SELECT cell FROM t")
    c.run(f"CREATE TEMP TABLE b (rid {c.key}, dot BIGINT, fresh BIGINT, val TEXT)")
    settle.note_reborn(c, "SELECT rid FROM b")
    cells.settle_cells(c)
    settle.rows(c, result.entities, result.touched)
