"""What waits between offices, for Today: conflicts, proposals, bundles that have not come."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from aps_desktop.db.connection import Connection
from aps_desktop.db.queries import conflicts as in_conflict
from aps_desktop.db.queries import lists
from aps_desktop.domain.office_names import office_name

CONFLICTS, PROPOSALS = "conflict_open", "proposal_open"
MISSING, QUEUED = "bundle_missing", "bundle_queued"
SETTLE, UNCONFIRMED = "to_settle", "bundle_unconfirmed"
TITLES = {
    CONFLICTS: "Conflicts to settle",
    PROPOSALS: "Proposals to decide",
    MISSING: "Bundles that have not come",
    QUEUED: "Bundles that wait for an update",
    SETTLE: "Things to settle",
    UNCONFIRMED: "Bundles not confirmed for 14 days",
}
_DAYS_TO_CONFIRM, _DAY = 14, 86_400_000
_FIELDS_A_RECORD = 8
"""How many fields of one record in conflict are looked through for the next record."""


@dataclass(frozen=True, slots=True)
class Matter:
    """One thing that waits: a record, where it is about one, and what is the matter."""

    title: str
    message: str
    entity: str = ""
    id: UUID | None = None


Waits = tuple[str, int, list[Matter]]


def waits(c: Connection, limit: int | None) -> Iterator[Waits]:
    """(rule, how many, the first `limit` of them) of what somebody here has to see to.

    What reads it is imported only where there is something: Today comes before the first paint.
    """
    if c.value("SELECT 1 FROM cell WHERE extra > 0 LIMIT 1") is not None:
        yield _conflicts(c, limit)
    if c.value("SELECT 1 FROM op_proposal LIMIT 1") is not None:
        yield _proposals(c, limit)
    if c.value("SELECT 1 FROM bundle_log WHERE direction = 'in' LIMIT 1") is not None:
        yield _missing(c, limit)
        yield _queued(c, limit)


def later(c: Connection, limit: int | None) -> Iterator[Waits]:
    """What takes longer to find, and is asked for once the other alarms stand there."""
    yield _to_settle(c, limit)
    yield _unconfirmed(c, limit)


def _to_settle(c: Connection, limit: int | None) -> Waits:
    """What edits made apart got wrong together.

    It reads the index of every code: some 50 ms with 12,000 meetings, ten times that with 120,000.
    """
    from aps_desktop.services import duplicates

    waiting = duplicates.issues(c)
    found = [
        Matter(one.title, duplicates.KINDS[one.kind].lower(), one.entity, one.record)
        for one in waiting[:limit]
    ]
    return SETTLE, len(waiting), found


def _unconfirmed(c: Connection, limit: int | None) -> Waits:
    """Computers that were sent changes of ours long ago, and have not shown that they have them."""
    before = c.clock.millis() - _DAYS_TO_CONFIRM * _DAY
    sent = c.all(
        "SELECT at, sequence, report FROM bundle_log WHERE direction = 'out' AND at < ? "
        "ORDER BY at",
        (before,),
    )
    if not sent:
        return UNCONFIRMED, 0, []
    from aps_desktop.services import merge_report, sync_status

    found = []
    for peer in sync_status.peers(c):
        if not peer.lacks or peer.state not in ("listed", "confirmed"):
            continue
        for at, sequence, report in sent:
            offices = json.loads(report or "{}").get("offices") or [peer.office]
            if at >= (peer.since or 0) and peer.office in offices:
                title = f"{office_name(peer.office)}, {peer.name}"
                words = f"bundle {sequence:,} of {merge_report.day(at)}"
                found.append(Matter(title, words))
                break
    return UNCONFIRMED, len(found), found[:limit]


def _conflicts(c: Connection, limit: int | None) -> Waits:
    """A line for each record; what counts is its fields, as beside "Sync"."""
    from aps_desktop.services import conflicts

    number = in_conflict.count(c)
    most = None if limit is None else limit * _FIELDS_A_RECORD
    labels: dict[tuple[str, UUID], list[str]] = {}
    for one in conflicts.open_conflicts(c, limit=most) if number and most != 0 else ():
        labels.setdefault((one.entity, one.record), []).append(one.label)
    found = [
        Matter(_title(c, *record), _differ(fields), *record)
        for record, fields in list(labels.items())[:limit]
    ]
    return CONFLICTS, number, found


def _differ(fields: list[str]) -> str:
    return f"{', '.join(fields)} {'differs' if len(fields) == 1 else 'differ'}"


def _proposals(c: Connection, limit: int | None) -> Waits:
    from aps_desktop.services import proposals

    waiting = [one for one in proposals.waiting(c) if one.may_answer and not one.own]
    found = []
    for one in waiting[:limit]:
        message = f"{one.label or one.words}, {office_name(one.office)}"
        title = _title(c, one.entity, one.record) or one.title
        found.append(Matter(title, message, one.entity, one.record))
    return PROPOSALS, len(waiting), found


def _title(c: Connection, entity: str, id: UUID) -> str:
    """A record as the other alarms call it; "" for one that is deleted."""
    rid = c.value("SELECT rid FROM record WHERE uuid = ?", (id.bytes,)) or 0
    return lists.labels_of(c, entity, [rid]).get(rid, (b"", ""))[1]


def _missing(c: Connection, limit: int | None) -> Waits:
    from aps_desktop.services import sync_status

    waiting = sync_status.waiting(c)
    found = []
    for one in waiting[:limit]:
        changes = "1 change waits" if one.changes == 1 else f"{one.changes:,} changes wait"
        which = f" for bundle {one.bundles[0]:,}" if one.bundles else ""
        found.append(Matter(office_name(one.office) or "Another office", f"{changes}{which}"))
    return MISSING, len(waiting), found


def _queued(c: Connection, limit: int | None) -> Waits:
    from aps_desktop.services import queued_bundles

    waiting = queued_bundles.waiting(c)
    found = [Matter(one.file, f"made by version {one.made_by}") for one in waiting[:limit]]
    return QUEUED, len(waiting), found
