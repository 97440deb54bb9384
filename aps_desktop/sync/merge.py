"""Merging: what a bundle's changes make of the records, set-based, from the log alone.

The state is a function of the set of changes: whatever way they came, in whatever order, the same
changes give the same heads, the same shown values and the same conflicts. ARCHITECTURE.md has the
specification; `tests/property` holds it as a model of a few dozen lines.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from aps_desktop.db import births, identity, namesakes
from aps_desktop.db.connection import Connection
from aps_desktop.db.layout import MEMBER
from aps_desktop.db.log_writer import kind_of
from aps_desktop.db.standing import found_sql
from aps_desktop.domain.changes import SECRETARIAT
from aps_desktop.domain.entities import BY_NUMBER
from aps_desktop.domain.fields import Entity
from aps_desktop.sync import cells, settle, waiting
from aps_desktop.sync.bundle_lines import Lines
from aps_desktop.sync.stage import stage

_ONLY_PROPOSES = (
    "JOIN record r ON r.rid = (o.cell >> 10) JOIN txn t ON t.device = (o.dot >> 40) "
    "AND t.n = o.txn WHERE r.birth IS NOT NULL AND r.office <> '' "
    f"AND t.office NOT IN ('{SECRETARIAT}', r.office)"
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
    second_births: int = 0
    """Births of records that were made elsewhere: they do not count."""
    misnamed: int = 0
    """Changes of records that are of another kind than these changes say: they do not count."""
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
    offices: Mapping[bytes, str] | None = None,
) -> Outcome:
    """Merges a bundle's lines inside the caller's write transaction, as merge `number`.

    `sender_knows` is how far the sender had each device's changes, by device id: it tells edits
    made side by side from later ones, for the report only.
    `now_stamp` is this computer's time as a hybrid stamp: stamps more than a day ahead of it are
    merged like any other but never advance this device's own clock.
    `limits` are the last good changes of revoked devices, `offices` whose devices are: see `stage`.
    """
    staged = stage(c, lines, number, limits, offices)
    renewed = _behind(c)
    if renewed:
        identity.renew(c)
    outcome = Outcome(
        renewed=renewed, merged=staged.changes - staged.already - staged.refused,
        already=staged.already, refused=staged.refused,
    )  # fmt: skip
    if outcome.merged:
        settle_new(c, staged.speaking, number)
        settle.rows(c, outcome.entities, outcome.touched)
        outcome.conflicts = cells.conflicts(c, number)
        outcome.parallel = cells.parallel(c, sender_knows or {}, number)
        advance(c, now_stamp)
    _count_waiting(c, outcome)
    return outcome


def settle_new(c: Connection, speaking: Collection[str], number: int) -> None:
    """Births, proposals and heads, once the changes in `n` (of those offices) are in the log."""
    _births(c)
    cells.touch(c)
    waiting.hold(c)
    _proposals(c, speaking)
    cells.touch_further(c, number)
    cells.settle_cells(c)


def _count_waiting(c: Connection, outcome: Outcome) -> None:
    """What came and stands nowhere yet, or never will."""
    outcome.misnamed = namesakes.changes(c, "n")
    outcome.held = waiting.number(c) - outcome.misnamed
    outcome.second_births = c.value(
        "SELECT count(*) FROM n JOIN record r ON r.rid = (n.cell >> 10) "
        f"WHERE (n.cell & 1023) = 0 AND r.tid <> {MEMBER.number} AND n.dot <> r.birth"
    )
    outcome.proposals = c.value(
        "SELECT count(*) FROM op_proposal x JOIN n ON n.dot = x.dot JOIN record r "
        f"ON r.rid = (n.cell >> 10) WHERE (n.cell & 1023) <> 0 OR r.tid = {MEMBER.number}"
    )


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
    c.run(f"CREATE TEMP TABLE b (rid {c.key}, dot BIGINT, fresh BIGINT, val TEXT, tid BIGINT)")
    c.run(
        "INSERT INTO b SELECT x.rid, x.dot, CASE WHEN r.birth IS NULL THEN 1 ELSE 0 END, x.val, "
        "r.tid "
        "FROM (SELECT n.cell >> 10 AS rid, o.dot AS dot, o.val AS val, row_number() OVER "
        "(PARTITION BY n.cell ORDER BY o.hlc DESC, d.uuid DESC, o.dot DESC) AS place "
        "FROM (SELECT DISTINCT cell FROM n WHERE (cell & 1023) = 0) n "
        "JOIN history h ON h.cell = n.cell JOIN op o ON o.dot = h.dot "
        "JOIN device d ON d.ord = (o.dot >> 40)) x JOIN record r ON r.rid = x.rid "
        "WHERE x.place = 1 AND length(r.uuid) = 16 ORDER BY x.rid"
    )
    c.run("CREATE INDEX b_by_tid ON b (tid)")
    several = births.chosen(c, _SEVERAL)
    _note_reborn(c, several)
    c.run(
        "UPDATE record SET birth = b.dot, office = (SELECT t.office FROM op o JOIN txn t "
        "ON t.device = (o.dot >> 40) AND t.n = o.txn WHERE o.dot = b.dot) "
        "FROM b WHERE b.rid = record.rid AND record.rid IN (SELECT rid FROM b)"
    )
    own(c, several)
    for tid in [row[0] for row in c.all(_BORN_KINDS)]:
        kind = kind_of(tid)
        if kind.owner:
            _parents(c, kind, kind.owner.number)
    own_members(c)


_SEVERAL = (
    "SELECT b.rid AS rid FROM b WHERE EXISTS "
    "(SELECT 1 FROM history h WHERE h.cell = (b.rid << 10) AND h.dot <> b.dot)"
)


def _note_reborn(c: Connection, found: Mapping[int, births.Chosen]) -> None:
    """Of records with several births: which one counts, in `b`; what shows another, `reborn`."""
    c.many(
        "UPDATE b SET dot = ?, val = (SELECT o.val FROM op o WHERE o.dot = ?) WHERE rid = ?",
        [(one.dot, one.dot, rid) for rid, one in found.items()],
    )
    settle.note_reborn(
        c, "SELECT b.rid AS rid FROM b CROSS JOIN record r WHERE r.rid = b.rid AND r.birth <> b.dot"
    )


def own(c: Connection, found: Mapping[int, births.Chosen]) -> None:
    """Records with several births belong to whom `db.births` says."""
    c.many(
        "UPDATE record SET office = ? WHERE rid = ?",
        [(one.office, rid) for rid, one in found.items()],
    )


_BORN_KINDS = (
    "SELECT DISTINCT tid FROM b "
    f"WHERE tid IN ({', '.join(str(n) for n in (*BY_NUMBER, MEMBER.number))})"
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
        "FROM b WHERE b.rid = record.rid AND b.fresh = 1 "
        f"AND record.rid IN (SELECT rid FROM b WHERE tid = {kind.number})"
    )


def _proposals(c: Connection, speaking: Collection[str]) -> None:
    """Ops by an office that neither owns the record nor is the secretariat only propose.

    `speaking` are the offices whose ops came: what one office says of its own records needs no
    look at every op.
    """
    others = sorted(set(speaking) - {SECRETARIAT})
    if others:
        only = others[0] if len(others) == 1 else ""
        c.run(
            "INSERT INTO op_proposal SELECT o.dot FROM "
            "(SELECT DISTINCT cell >> 10 AS rid FROM n) x CROSS JOIN record p CROSS JOIN n o "
            f"{_ONLY_PROPOSES} AND p.rid = x.rid AND p.office NOT IN ('', ?) "
            "AND o.cell BETWEEN (x.rid << 10) AND ((x.rid << 10) | 1023)",
            (only,),
        )
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
        "INSERT INTO op_proposal SELECT o.dot FROM judged j CROSS JOIN op o "
        f"{_ONLY_PROPOSES} AND o.dot = j.dot"
    )


def advance(c: Connection, now_stamp: int) -> None:
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
