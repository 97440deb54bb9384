"""Origin seals: an office's signature over the tree of its own steps, passed on by others.

A bundle is signed by whoever sends it. What it passes on of others is believed because of their
seals: an office cannot alter, leave out or invent a step of another one unnoticed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, TypeVar

import msgspec

from aps_desktop.db import log
from aps_desktop.db.connection import Connection, Row
from aps_desktop.domain.errors import UserError
from aps_desktop.domain.office_names import the_office
from aps_desktop.sync import proofs, step_check
from aps_desktop.sync.bundle_lines import MAX_SEQUENCE, UNREADABLE
from aps_desktop.sync.keys import FOR_SEAL, SigningKey, verify
from aps_desktop.sync.manifest import Hex16, Hex32, Sequence

MEMBER = "seals.jsonl"
FORMAT = 2
"""The first format whose seals are of this kind."""
_T = TypeVar("_T")
LOOKED_AT = 100_000
"""Of more changes of a sender's own a process beside the merge says whether they are sealed."""
Keys = Callable[[str, str], Collection[str]]
"""By device id and office: the public keys whose seals are that device's."""


class SealLine(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    """Up to which step and change the tree of a device's steps has this hash, and its signature."""

    device: Hex16
    step: Sequence
    upto: Sequence
    chain: Hex32
    signature: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{128}\Z")]


@dataclass(frozen=True)
class Sent:
    """Which device sent a bundle, whether it is of all records (`whole`), and of which devices it
    then says that it holds everything above a change up to another one (`covers`, by device id)."""

    sender: bytes
    whole: bool
    covers: Mapping[str, tuple[int, int]]
    limits: Mapping[bytes, int]
    """By device: up to which change its work is taken."""
    forked: Collection[bytes]
    """Devices that have two versions of something, which their seals must show."""
    skipped: Collection[bytes]
    """Devices of which nothing new was taken, since no seal covers it."""
    own_steps: Callable[[], str] | None = None
    """What is found of the steps of the sender in the bundle itself (see `step_check`)."""


class Altered(UserError):
    """What a bundle passes on is not what its office had sealed."""

    whole = False
    """Whether only who means it can have made such a bundle, so that nothing of it is taken."""
    devices: Collection[bytes] = ()
    """Whose part of the bundle is not as it should be; empty where it is more than a part."""

    @classmethod
    def all_of(cls, wrong: Mapping[bytes, Altered]) -> Altered:
        """The first of several errors, for all of those devices."""
        first = next(iter(wrong.values()))
        first.devices = tuple(wrong)
        return first


_KEPT = (
    "SELECT d.uuid, s.step, s.upto, s.chain, s.signature FROM seal s "
    "JOIN device d ON d.ord = s.device"
)


def lines(c: Connection, key: SigningKey) -> list[SealLine]:
    """The seals of this installation's own devices, made now, and those kept of others."""
    found = []
    own = c.all(
        "SELECT d.ord, d.uuid, max(t.n), max(t.last_seq) FROM device d JOIN txn t "
        "ON t.device = d.ord WHERE d.status IN ('self', 'retired') GROUP BY d.ord, d.uuid "
        "ORDER BY d.ord"
    )
    for device, uuid, step, upto in own:
        root = proofs.chain_of(c, device, step, {}).root()
        if root is not None:
            seal = SealLine(bytes(uuid).hex(), step, upto, root.hex(), "")
            bare = (seal.device, seal.step, seal.upto, seal.chain)
            seal.signature = key.sign(FOR_SEAL, msgspec.json.encode(bare)).hex()
            found.append(seal)
    kept = c.all(f"{_KEPT} WHERE d.status NOT IN ('self', 'retired') ORDER BY d.ord")
    return found + [_line(row) for row in kept]


def reach(c: Connection, found: Iterable[SealLine]) -> dict[int, int]:
    """By device (its number here): up to which of its steps its seal goes."""
    numbers = {bytes(uuid).hex(): number for number, uuid in c.all("SELECT ord, uuid FROM device")}
    return {numbers[seal.device]: seal.step for seal in found}


def read(pieces: Iterable[bytes]) -> list[SealLine]:
    """A bundle's seals. Altered when they cannot be read."""
    return _read(pieces, SealLine)


def read_nodes(pieces: Iterable[bytes]) -> proofs.Nodes:
    """A bundle's hashes of what it leaves out. Altered when they cannot be read."""
    return proofs.nodes_of(_read(pieces, proofs.NodeLine))


def _read(pieces: Iterable[bytes], kind: type[_T]) -> list[_T]:
    decoder = msgspec.json.Decoder(kind)
    try:
        return [line for piece in pieces for line in decoder.decode_lines(piece)]
    except UNREADABLE as error:
        raise Altered("The seals in this bundle cannot be read.", _AGAIN) from error


_AGAIN = "Nothing was merged. Ask the sender for the bundle again."


def check(
    c: Connection,
    found: Collection[SealLine],
    nodes: proofs.Nodes,
    sent: Sent,
    keys: Keys,
    listed: Collection[str],
) -> dict[str, int]:
    """Compares what was passed on (see `stage`; it is in the log) with the seals; keeps those.

    Altered when a seal is not its device's, when the changes are not what was sealed, or when a
    bundle brings no seal of a device that is known to seal, or of one that nobody listed (`listed`)
    under the name of an office whose keys are known, or leaves out what it says that it holds. A
    seal that is here already serves too, for what it covers: an older program passes none on. How
    much no seal covers is returned by office. Where there are very many, a process beside the merge
    has looked at the sender's own: what is not what he sealed is refused here, and not only where
    it is passed on.
    """
    by_device = {seal.device: seal for seal in sorted(found, key=lambda seal: seal.upto)}
    looking = _Looking(c, nodes, sent, keys, listed)
    unsealed: Counter[str] = Counter()
    wrong: dict[bytes, Altered] = {}
    for device, uuid, office, status in c.all(
        "SELECT d.ord, d.uuid, d.office, d.status FROM device d "
        "WHERE d.status <> 'shipped' ORDER BY d.ord"
    ):
        if bytes(uuid) in sent.skipped:
            continue
        seal, own = by_device.get(bytes(uuid).hex()), status in ("self", "retired")
        try:
            unsealed[office or ""] += looking.at(device, bytes(uuid), office or "", seal, own=own)
        except Altered as error:
            if error.whole:
                raise
            if bytes(uuid) == sent.sender:
                raise Altered.all_of({sent.sender: error}) from error
            wrong[bytes(uuid)] = error
    if wrong:
        raise Altered.all_of(wrong)
    return dict(+unsealed)


class _Looking:
    """What came, one device after the other."""

    def __init__(
        self, c: Connection, nodes: proofs.Nodes, sent: Sent, keys: Keys, listed: Collection[str]
    ) -> None:
        self._c = c
        self._nodes = nodes
        self._sent = sent
        self._keys = keys
        self._listed = listed
        new = c.all("SELECT low >> 40 FROM span UNION SELECT dot >> 40 FROM arrived")
        self._new = {device for (device,) in new}

    def at(self, device: int, uuid: bytes, office: str, seal: SealLine | None, *, own: bool) -> int:
        """How many of a device's changes no seal covers. Altered where they may not be taken."""
        c, sent, id = self._c, self._sent, uuid.hex()
        known, limit = self._keys(id, office), sent.limits.get(uuid)
        if seal is not None and known:
            _refuse_forged(seal, known, office)
        else:
            seal = None  # nobody has confirmed this computer: its seal proves nothing
        sealed = _sealed(c, device, seal, limit)
        if uuid in sent.forked and not (
            sealed and proofs.is_sealed(c, device, sealed, self._nodes)
        ):
            raise _altered(office, "are not those that it made, for all that is known here")
        if device not in self._new:
            return 0
        from_it = uuid == sent.sender
        invented = bool(known) and id not in self._listed and not own
        own_word = from_it and self._own_steps(office)
        used = sealed if seal or from_it else _sealed(c, device, _kept(c, device), limit)
        fits = _compare(
            c, device, used, self._nodes, office, own_word=own_word, brought=seal is not None
        )
        if not fits and not from_it and (invented or own or _seals(c, device)):
            words = "came without the seal that it gives them"
            raise _altered(office, words, whole=invented)
        if not from_it and not _complete(c, device, sent.covers.get(id)):
            raise _altered(office, "are not all there, though it says so", whole=True)
        if seal is not None and sealed and sealed.kept and fits and not own:
            _keep(c, device, seal)
        return 0 if fits or from_it else _number(c, device)

    def _own_steps(self, office: str) -> bool:
        """Whether it is known already that the sender's steps have their hashes. Altered if not."""
        found = step_check.UNKNOWN if self._sent.own_steps is None else self._sent.own_steps()
        if found == step_check.ALTERED:
            raise _altered(office, proofs.ALTERED)
        return found == step_check.RIGHT


def is_by(key: str, bare: tuple[str, int, int, str], signature: bytes) -> bool:
    """Whether a seal (device id, step, change, chain) was given with this key."""
    return verify(key, FOR_SEAL, msgspec.json.encode(bare), signature)


def _compare(
    c: Connection, device: int, seal: proofs.Sealed | None, nodes: proofs.Nodes, office: str,
    *, own_word: bool, brought: bool,
) -> bool:  # fmt: skip
    """Whether a seal covers what came of a device. Altered where it does not fit.

    One that was not `brought`, but is here already, may have been given before what came now.
    """
    proofs.take_up(c, device, own_word=own_word)
    if seal is None:
        return False
    wrong = proofs.compare(c, device, seal, nodes, own_word=own_word)
    if not brought and wrong == proofs.BEYOND:
        return False
    if wrong:
        raise _altered(office, wrong)
    return wrong is not None


def _number(c: Connection, device: int) -> int:
    """How many changes of a device are new."""
    span = log.dot_of(device, 0), log.dot_of(device + 1, 0)
    return int(c.value("SELECT count(*) FROM n WHERE dot > ? AND dot < ?", span))


def _complete(c: Connection, device: int, covers: tuple[int, int] | None) -> bool:
    """Whether everything is here that a bundle said it brings of a device."""
    if covers is None:
        return True
    span = log.dot_of(device, covers[0]), log.dot_of(device, covers[1])
    here = c.value("SELECT count(*) FROM op WHERE dot > ? AND dot <= ?", span)
    return bool(here >= covers[1] - covers[0])


def _refuse_forged(seal: SealLine, keys: Collection[str], office: str) -> None:
    signature = bytes.fromhex(seal.signature)
    bare = (seal.device, seal.step, seal.upto, seal.chain)
    if not any(is_by(key, bare, signature) for key in keys):
        raise _altered(office, "carry a seal that it did not give", whole=True)


def _altered(office: str, what: str, *, whole: bool = False) -> Altered:
    whose = the_office(office)
    error = Altered(
        f"Changes of {whose} in this bundle {what}.",
        f"Nothing was merged, and what is here stays. Ask {whose} for a bundle of its own: once "
        "that is merged, open this one again. If it is refused then too, tell the secretariat who "
        "sent it.",
    )
    error.whole = whole
    return error


def _line(row: Row) -> SealLine:
    uuid, step, upto, root, signature = row
    return SealLine(bytes(uuid).hex(), step, upto, bytes(root).hex(), bytes(signature).hex())


def _kept(c: Connection, device: int) -> SealLine | None:
    row = c.one(f"{_KEPT} WHERE s.device = ?", (device,))
    return _line(row) if row else None


def _sealed(
    c: Connection, device: int, seal: SealLine | None, limit: int | None
) -> proofs.Sealed | None:
    """What a seal says of a device of which nothing is taken beyond a change.

    Where steps beyond it are known here, others may have other ones: then no seal goes with these
    but the one that is kept already.
    """
    if seal is None:
        return None
    sql = "SELECT 1 FROM txn WHERE device = ? AND last_seq > ? LIMIT 1"
    beyond = limit is not None and c.value(sql, (device, limit)) is not None
    last = MAX_SEQUENCE if limit is None else limit
    kept = not (beyond and _seals(c, device))
    return proofs.Sealed(seal.step, bytes.fromhex(seal.chain), last, kept)


def _seals(c: Connection, device: int) -> bool:
    return c.value("SELECT 1 FROM seal WHERE device = ?", (device,)) is not None


def _keep(c: Connection, device: int, seal: SealLine) -> None:
    """The furthest seal of each device is passed on."""
    c.run(
        "INSERT INTO seal(device, step, upto, chain, signature) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT(device) DO UPDATE SET step = excluded.step, upto = excluded.upto, "
        "chain = excluded.chain, signature = excluded.signature WHERE excluded.upto > seal.upto",
        (
            *(device, seal.step, seal.upto),
            *(bytes.fromhex(seal.chain), bytes.fromhex(seal.signature)),
        ),
    )
