"""The oracle: what a database must show, as a pure function of the changes in its log.

Nothing here is fast, set-based or incremental; it is the specification, to be read. Of the program
it uses the entity descriptions, the reading of a birth's texts, and the folding of titles.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import count
from uuid import UUID

from aps_desktop.db import log, namesakes
from aps_desktop.db.connection import Connection
from aps_desktop.db.layout import MEMBER, follows
from aps_desktop.db.titles import fold_title
from aps_desktop.domain.entities import BY_NUMBER
from aps_desktop.domain.fields import BIRTH, LIFE, SAME_AS, Entity, Kind
from aps_desktop.domain.ids import made_by, shipped_ids

KINDS: dict[int, Entity] = {**BY_NUMBER, MEMBER.number: MEMBER}
OpId = tuple[str, int]
"""(device id, sequence): names a change everywhere."""


@dataclass(frozen=True)
class Op:
    """One change of the log, without any number that is local to a database."""

    id: OpId
    record: str
    entity: int
    field: int
    value: str | None
    prev: OpId | None
    replaces: frozenset[OpId]
    seen: frozenset[OpId]
    stamp: int
    office: str

    @property
    def rank(self) -> tuple[int, str, int]:
        """Of several heads, the one with the greatest rank is shown."""
        return self.stamp, *self.id

    @property
    def deletes(self) -> bool:
        return self.field == LIFE and self.value == "0"

    def covers(self, other: Op) -> bool:
        """Whether a deletion had seen another change of its record."""
        return any(device == other.id[0] and upto >= other.id[1] for device, upto in self.seen)

    def says(self, number: int) -> str | None:
        """What it says of a field: a birth says something of every field."""
        return log.read_image(self.value).get(number) if self.field == BIRTH else self.value


@dataclass
class State:
    """What a database shows, without any number that is local to it."""

    records: dict[str, tuple[int, log.Image]] = field(default_factory=dict)
    conflicts: dict[tuple[str, int], list[str]] = field(default_factory=dict)
    """By record and field: the texts of all heads, of cells that have several."""
    proposals: set[OpId] = field(default_factory=set)
    held: set[OpId] = field(default_factory=set)
    parents: dict[str, str] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    counts: dict[int, int] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)


def state_of(ops: Iterable[Op], ends: Mapping[str, int] | None = None) -> State:
    """The specification. `ends` are the last changes that count of devices that are revoked."""
    ends = ends or {}
    by_id = {op.id: op for op in ops if not beyond(op.id, ends)}
    state = State(held=held(by_id, ends))
    by_record: dict[str, list[Op]] = {}
    for op in by_id.values():
        by_record.setdefault(op.record, []).append(op)
    known: dict[str, tuple[int, log.Image]] = {}
    said = {r: [op for op in own if op.field == BIRTH] for r, own in by_record.items()}
    births = {record: birth_of(all_of_it) for record, all_of_it in said.items() if all_of_it}
    for record, (birth, _) in births.items():
        own = [op for op in by_record[record] if op.entity == birth.entity]
        owner = owner_of(record, births)
        proposed = {op.id for op in own if owner and op.office not in ("ASEC", owner)}
        state.proposals |= proposed
        standing = [op for op in own if op.id not in proposed]
        image = log.read_image(birth.value)
        for number in {op.field for op in own} - {BIRTH, LIFE}:
            heads = heads_of(number, own, birth, state.held | proposed)
            shown = heads[0].says(number)
            image = {n: wire for n, wire in image.items() if n != number}
            image |= {number: shown} if shown is not None else {}
            if len(heads) > 1:
                state.conflicts[record, number] = sorted(op.says(number) or "" for op in heads)
        known[record] = birth.entity, image
        if lives(standing):
            state.records[record] = birth.entity, image
            state.owners[record] = owner
    return with_finders(state, known)


def knowledge_of(ops: Iterable[Op]) -> dict[str, int]:
    """By device: up to which of its changes none is missing."""
    numbers: dict[str, set[int]] = {}
    for op in ops:
        numbers.setdefault(op.id[0], set()).add(op.id[1])
    reach = {
        device: next(n for n in count(1) if n not in own) - 1 for device, own in numbers.items()
    }
    return {device: upto for device, upto in reach.items() if upto}


def beyond(id: OpId, ends: Mapping[str, int]) -> bool:
    """Whether a change counts for nothing: its device was revoked from an earlier one on."""
    return id[0] in ends and id[1] > ends[id[0]]


def held(by_id: dict[OpId, Op], ends: Mapping[str, int]) -> set[OpId]:
    """Changes whose predecessor is missing and may yet come, and those behind them."""
    waiting: set[OpId] = set()
    while True:
        more = {
            op.id
            for op in by_id.values()
            if op.prev and not beyond(op.prev, ends)
            and (op.prev not in by_id or op.prev in waiting)
        }  # fmt: skip
        if more == waiting:
            return waiting
        waiting = more


def birth_of(births: list[Op]) -> tuple[Op, str]:
    """The birth that counts, and whose the record is: its maker's, whom its id names.

    Births as another kind of record than that one are none of it; a set's member is one by its id.

    Ids that name nobody: a shipped list's; else the latest birth is shown, and where several
    offices claim the record, it is the secretariat's.
    """
    id = UUID(births[0].record)
    births = [op for op in births if op.entity == MEMBER.number] or births
    made = [op for op in births if made_by(id, bytes.fromhex(op.id[0]))]
    shipped = [op for op in births if id.version == 5 and bytes.fromhex(op.id[0]) in shipped_ids()]
    claims = made or shipped or births
    first = min(claims, key=lambda op: (op.id[1], op.id[0]))
    birth = first if made else max(claims, key=lambda op: op.rank)
    offices = {op.office for op in claims if op.entity == birth.entity}
    return (
        birth,
        offices.pop() if len(offices) == 1 else "ASEC",
    )


def owner_of(record: str, births: dict[str, tuple[Op, str]]) -> str:
    """A set's member belongs to the owner of the whole."""
    if record not in births:
        return ""
    birth, owner = births[record]
    whole = birth.says(1) if birth.entity == MEMBER.number else None
    return owner_of(whole, births) if whole else owner


def heads_of(number: int, own: list[Op], birth: Op, left_out: set[OpId]) -> list[Op]:
    """A cell's candidates that no candidate names, the shown one first; births are one node.

    Where they name each other in a circle and none is left, all are heads.
    """
    births = {op.id for op in own if op.field == BIRTH}
    edits = [op for op in own if op.field == number and op.id not in left_out]
    named = {name for op in edits for name in (op.prev, *op.replaces)}
    heads = [op for op in edits if op.id not in named]
    heads += [birth] if not named & births else []
    return sorted(heads or [*edits, birth], key=lambda op: op.rank, reverse=True)


def lives(standing: list[Op]) -> bool:
    """Some change that is not a deletion was not seen by any deletion."""
    deletions = [op for op in standing if op.deletes]
    return any(not op.deletes and not any(d.covers(op) for d in deletions) for op in standing)


def standing_for(state: State, known: dict[str, tuple[int, log.Image]]) -> dict[str, str]:
    """Which record stands for a duplicate: by the live uniting members, to the end of the way."""
    after: dict[str, str] = {}
    for entity, image in state.records.values():
        if entity == MEMBER.number and image.get(2) == str(SAME_AS) and image.get(3) in known:
            old, new = image[1], image[3]
            if old != new and (old not in known or known[old][0] == known[new][0]):
                after[old] = min(new, after.get(old, new))

    def end(path: list[str]) -> str:
        following = after.get(path[-1])
        if following is None:
            return path[-1]
        if following in path:
            return min(path[path.index(following) :])
        return end([*path, following])

    return {old: end([old]) for old in after if end([old]) != old}


def with_finders(state: State, known: dict[str, tuple[int, log.Image]]) -> State:
    """What lists and searches go by follows from the live records; duplicates are no rows."""
    stands = standing_for(state, known)
    for record in stands.keys() & known.keys():
        state.records.pop(record, None)
        state.owners.pop(record, None)
        folded = fold_title(KINDS[known[record][0]], known[record][1])
        if folded:
            state.titles[record] = folded
    for record, (entity, image) in list(state.records.items()):
        kind = KINDS[entity]
        for spec in kind.columns:
            wire = image.get(spec.number)
            if spec.kind is Kind.REFERENCE and wire in stands and follows(kind, spec, image):
                image[spec.number] = stands[wire]
        folded = fold_title(kind, image)
        if folded:
            state.titles[record] = folded
        if kind.owner and kind.owner.number in image:
            state.parents[record] = image[kind.owner.number]
    state.counts = dict(Counter(entity for entity, _ in state.records.values()))
    return state


def read_ops(c: Connection) -> list[Op]:
    """The log's changes, with the numbers of this database taken out."""
    devices = {number: bytes(uuid).hex() for number, uuid in c.all("SELECT ord, uuid FROM device")}
    records = {
        r: (namesakes.id_of(uuid).hex(), tid)
        for r, uuid, tid in c.all("SELECT rid, uuid, tid FROM record")
    }
    offices = {(d, n): office or "" for d, n, office in c.all("SELECT device, n, office FROM txn")}
    replaces: dict[int, set[OpId]] = {}
    seen: dict[int, set[OpId]] = {}

    def named(dot: int) -> OpId:
        return devices[log.device_of(dot)], log.sequence_of(dot)

    for dot, parent in c.all("SELECT dot, parent FROM op_parent"):
        replaces.setdefault(dot, set()).add(named(parent))
    for dot, device, upto in c.all("SELECT dot, device, seq FROM op_seen"):
        seen.setdefault(dot, set()).add((devices[device], upto))
    return [
        Op(
            named(dot),
            *records[log.rid_of_cell(cell)],
            log.field_of_cell(cell),
            val,
            named(prev) if prev else None,
            frozenset(replaces.get(dot, ())),
            frozenset(seen.get(dot, ())),
            stamp,
            offices[log.device_of(dot), txn],
        )
        for dot, prev, cell, stamp, txn, val in c.all(
            "SELECT dot, prev, cell, hlc, txn, val FROM op"
        )
    ]
