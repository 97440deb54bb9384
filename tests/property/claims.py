"""A colleague who writes his bundles by hand: births of records that others made, with any stamp,
of their kind or another; and changes of records that nobody has seen yet, as any kind.

His own database is of no interest, so he has none; what he sends is signed like anybody's.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from uuid import UUID, uuid5

import msgspec

from aps_desktop.db import log
from aps_desktop.db.connection import Connection
from aps_desktop.db.layout import MEMBER
from aps_desktop.domain.entities import entity
from aps_desktop.domain.fields import BIRTH, LIFE, Entity
from aps_desktop.domain.ids import NAMESPACE
from aps_desktop.domain.values import to_wire
from tests.property import values
from tests.property.offices import NOW, Bundle

Claimed = tuple[str, int]
"""A record's id, and the number of its entity."""
_STAMPS = (1, NOW << 16, (NOW + 1) << 16, 4_070_908_800_000 << 16)
"""1970, when the others work, 2099."""


class Colleague:
    """A device of an office, and how far its changes and steps are numbered."""

    def __init__(self, office: str, rnd: Random) -> None:
        self._office = office
        self._device = rnd.randbytes(16).hex()
        self._sequence = 0
        self._step = 0

    def claims(self, record: Claimed, image: log.Image, rnd: Random) -> Bundle:
        """A bundle with his birth of a record, and sometimes what he makes of it then."""
        self._step += 2  # with gaps, so that no chain of hashes is expected
        first = self._sequence + 1
        lines: list[list[object]] = [[1, first, 1, BIRTH, self._step, 0, 0, log.write_image(image)]]
        if image and rnd.random() < 0.5:
            number = rnd.choice(sorted(image))
            lines.append([1, first + 1, 1, number, self._step, 1, first, image[number]])
        return self._bundle(record, lines, rnd)

    def edits(self, record: Claimed, number: int, text: str, rnd: Random) -> Bundle:
        """A bundle with what he says of one field, whoever else says what of it."""
        self._step += 2
        line: list[object] = [1, self._sequence + 1, 1, number, self._step, 0, 0, text]
        return self._bundle(record, [line], rnd)

    def two_versions(
        self, record: Claimed, number: int, texts: Sequence[str], rnd: Random
    ) -> list[Bundle]:
        """One change of a field in as many versions, each in a bundle, then his birth of it."""
        found, first = [], self._sequence
        image = {number: texts[0]}
        for text in texts:
            self._sequence, self._step = first, first * 2 + 1000
            line: list[object] = [1, first + 1, 1, number, self._step, 0, 0, text]
            birth: list[object] = [1, first + 2, 1, BIRTH, self._step, 0, 0, log.write_image(image)]
            found.append(self._bundle(record, [line, birth], rnd))
        return found

    def misnames(self, record: Claimed, image: log.Image, rnd: Random) -> Bundle:
        """A bundle with changes of a record as another kind than it is: no birth among them."""
        self._step += 2
        first = self._sequence + 1
        lines: list[list[object]] = [[1, first, 1, LIFE, self._step, 0, 0, "0", [], []]]
        if image and rnd.random() < 0.5:
            number = rnd.choice(sorted(image))
            lines.append([1, first + 1, 1, number, self._step, 0, 0, image[number]])
        return self._bundle(record, lines, rnd)

    @property
    def device(self) -> bytes:
        return bytes.fromhex(self._device)

    @property
    def sequence(self) -> int:
        """Of the last change that he wrote."""
        return self._sequence

    def _bundle(
        self,
        record: Claimed,
        lines: list[list[object]],
        rnd: Random,
        other: Colleague | None = None,
    ) -> Bundle:
        first, self._sequence = self._sequence + 1, self._sequence + len(lines)
        step = [
            *(1, self._step, first, self._sequence, NOW, rnd.choice(_STAMPS)),
            *("Colleague", self._office, "edit", "claim", "1", 1, ""),
        ]
        found: dict[str, list[list[object]]] = {
            "devices.jsonl": [[1, self._device, self._office, "Claimant", ""]],
            "records.jsonl": [[1, *record]], "steps.jsonl": [step], "changes.jsonl": lines,
        }  # fmt: skip
        if other:
            found["devices.jsonl"].append([2, other._device, other._office, "Claimant", ""])
        return {member: [msgspec.json.encode(x) for x in own] for member, own in found.items()}


def in_circle(
    one: Colleague, other: Colleague, record: Claimed, image: log.Image, rnd: Random
) -> list[Bundle]:
    """A bundle of each, with a change of one field that replaces the other's."""
    number, found = rnd.choice(sorted(image)), []
    ends = {one: one._sequence + 1, other: other._sequence + 1}
    for mine, theirs in ((one, other), (other, one)):
        mine._step += 2
        line: list[object] = [1, ends[mine], 1, number, mine._step]
        if rnd.random() < 0.7:
            line += [2, ends[theirs], image[number]]
        else:
            line += [0, 0, image[number], [[2, ends[theirs]]], []]
        found.append(mine._bundle(record, [line], rnd, theirs))
    return found


def image_of(kind: Entity, c: Connection, rnd: Random) -> log.Image:
    """What a birth of that kind may say, in canonical texts."""
    said = values.record(kind, values.present(c), rnd)
    fields = [f for f in kind.columns if said.get(f.name) is not None]
    wires = {f.number: to_wire(f, said[f.name]) for f in fields}
    return {number: wire for number, wire in wires.items() if wire is not None}


def record_to_claim(c: Connection, before: Sequence[Claimed], rnd: Random) -> Claimed:
    """Somebody's record, living or deleted; or one whose id names nobody, claimed before or not."""
    if before and rnd.random() < 0.3:
        return rnd.choice(before)
    if rnd.random() < 0.2:
        id = UUID(bytes=rnd.randbytes(16), version=4) if rnd.random() < 0.5 else uuid5(
            NAMESPACE, str(rnd.random())
        )  # fmt: skip
        return id.hex, entity(rnd.choice(("body", "fund"))).number
    numbers = ",".join(str(entity(name).number) for name in values.FIELDS)
    rows = c.all(
        f"SELECT uuid, tid FROM record WHERE tid IN ({numbers}) AND length(uuid) = 16 ORDER BY uuid"
    )
    return rnd.choice([(bytes(uuid).hex(), tid) for uuid, tid in rows])


def misnamed(c: Connection, before: Sequence[Claimed], rnd: Random) -> tuple[str, Entity]:
    """Somebody's record, a member of a set too, and a kind that it may not be of."""
    kind = entity(rnd.choice(sorted(values.FIELDS)))
    if before and rnd.random() < 0.3:
        return rnd.choice(before)[0], kind
    numbers = ",".join(str(entity(name).number) for name in values.FIELDS)
    rows = c.all(
        f"SELECT uuid FROM record WHERE tid IN ({numbers}, {MEMBER.number}) "
        "AND length(uuid) = 16 ORDER BY rid DESC LIMIT 20"
    )
    return bytes(rnd.choice(rows)[0]).hex(), kind
