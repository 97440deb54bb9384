"""A bundle's lines, decoded in pieces; how what is wrong with them is said; what was staged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec

from aps_desktop.db import log
from aps_desktop.db.connection import Connection
from aps_desktop.domain.errors import UserError
from aps_desktop.domain.office_names import the_office

CHUNK = 5000
UNREADABLE = (msgspec.DecodeError, RecursionError, UnicodeDecodeError)
"""What decoding raises, whatever the bytes."""
MAX_SEQUENCE = (1 << log.SEQUENCE_BITS) - 1
_T = TypeVar("_T")


class Forked(UserError):
    """Two databases write as one device: a copy that does not know that it is one.

    Up to its change `after` they say the same. `sealed`: what is here of it is, beyond that.
    """

    def __init__(self, device: bytes, after: int, name: str, whose: str, *, sealed: bool) -> None:
        super().__init__(
            f"This bundle and this database disagree about what was done on “{name}” of {whose}. "
            "Mostly its file was copied and both copies are in use; but what was passed on may "
            "also have been altered by somebody else.",
            f"Nothing was merged, and what is here stays as it is. Ask {whose} for a bundle of its "
            "own, and whether there is a copy: that one goes back to a backup from before the two "
            "parted. Who merged a bundle of the wrong copy undoes that merge (Sync › Exchange).",
        )
        self.device = device
        self.after = after
        self.sealed = sealed
        self.who = f"“{name}” of {whose}"


class BadContent(UserError):
    """A bundle whose container is sound but whose lines are not what they must be."""


@dataclass
class Staged:
    """What the bundle held: how many changes, how many were known already, which were new."""

    merge: int
    limits: Mapping[int, int] = field(default_factory=dict)
    """By local device number: the last change of a revoked device that is still taken."""
    changes: int = 0
    already: int = 0
    refused: int = 0
    devices: dict[int, int] = field(default_factory=dict)
    offices: dict[int, str] = field(default_factory=dict)
    """By local device number: the office that its steps may speak for."""
    speaking: set[str] = field(default_factory=set)
    """The offices that brought anything new."""
    steps: dict[tuple[int, int], tuple[int, int, int]] = field(default_factory=dict)
    """By the bundle's number of a device, and step: its stamp, its first and last change."""
    filled: set[tuple[int, int]] = field(default_factory=set)
    """Those that brought a change."""
    cut_steps: dict[tuple[int, int], tuple[int, bytes]] = field(default_factory=dict)
    """By local device and step, where only its first changes are taken: its first, and seed."""
    records: dict[int, tuple[int, int]] = field(default_factory=dict)
    """By the bundle's number: local row number and entity number."""
    members: dict[int, str] = field(default_factory=dict)
    """The ids of sets' members, by the bundle's number: they follow from what a member says."""


Lines = Callable[[str], Iterable[bytes]]
"""A member's lines in pieces, each of one or more whole lines."""


def decoded(lines: Lines, member: str, kind: type[_T]) -> Iterator[tuple[int, _T]]:
    """(number, decoded line) of a member."""
    for first, batch in batches(lines, member, kind):
        yield from enumerate(batch, first)


def batches(lines: Lines, member: str, kind: type[_T]) -> Iterator[tuple[int, list[_T]]]:
    """(number of the first line, decoded lines), for every piece: many at once are far quicker."""
    decoder = msgspec.json.Decoder(kind)
    first = 1
    for piece in lines(member):
        try:
            batch = decoder.decode_lines(piece)
        except UNREADABLE as error:
            raise _first_bad(piece, first, member, decoder) from error
        if len(batch) != piece.count(b"\n") + (not piece.endswith(b"\n")):
            raise bad(member, first, "somewhere from here a line is none, or several")
        yield first, batch
        first += len(batch)


def _first_bad(piece: bytes, first: int, member: str, decoder: Any) -> BadContent:
    for number, line in enumerate(piece.split(b"\n"), first):
        try:
            decoder.decode(line)
        except UNREADABLE as error:
            why = "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
            return bad(member, number, why)
    return bad(member, first, "its lines cannot be told apart")


def bad(member: str, number: int, why: str) -> BadContent:
    """The error for a line that is not what it must be."""
    return BadContent(
        f"Line {number} of {member} in this bundle is not valid: {why}.",
        "Nothing was merged. Ask the sender for the bundle again.",
    )


def forked(c: Connection, device: int, after: int) -> Forked:
    """The error for a device of which a bundle says otherwise than what is here, after a change.

    It accuses nobody: a copied file shows itself so, but also a line that another office altered.
    """
    uuid, office, name = c.one(
        "SELECT uuid, office, name FROM device WHERE ord = ?", (device,)
    ) or (b"", "", "")
    sealed = c.value(
        "SELECT 1 FROM device d LEFT JOIN seal s ON s.device = d.ord WHERE d.ord = ? "
        "AND (s.upto > ? OR d.status IN ('self', 'retired'))",
        (device, after),
    )
    return Forked(bytes(uuid), after, name, the_office(office), sealed=sealed is not None)
