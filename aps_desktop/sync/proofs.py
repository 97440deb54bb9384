"""What shows that a part of what a device did belongs to what it sealed.

A bundle may hold some steps of a device only, and of a step some changes only. For what it leaves
out it carries hashes (`nodes.jsonl`), and for a change whose step is not whole the change's salt:
with them a reader works out the very hash that the device sealed. They say nothing of what was left
out: see `db/chain`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated

import msgspec

from aps_desktop.db import chain, log
from aps_desktop.db.connection import Connection
from aps_desktop.domain.hash_tree import Node, Tree
from aps_desktop.sync.bundle_lines import forked
from aps_desktop.sync.manifest import Hex16, Hex32
from aps_desktop.sync.payload import SENT

MEMBER = "nodes.jsonl"
_Place = Annotated[int, msgspec.Meta(ge=0, le=2**40)]
Nodes = dict[tuple[str, int], dict[Node, bytes]]
"""By device id and step (0: of the device's steps): hashes of what is left out."""


class NodeLine(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    """A hash that stands for 2^level changes of a step, or (step 0) steps of a device."""

    device: Hex16
    step: _Place
    level: Annotated[int, msgspec.Meta(ge=0, le=40)]
    place: _Place
    hash: Hex32


@dataclass
class Proofs:
    """What a bundle carries beside its changes: `salts` (hexadecimal) by change, and lines."""

    salts: dict[int, str] = field(default_factory=dict)
    lines: list[bytes] = field(default_factory=list)

    def add(self, device: str, step: int, cover: Mapping[Node, bytes]) -> None:
        encode = msgspec.json.encode
        self.lines += [encode((device, step, *node, one.hex())) for node, one in cover.items()]


def nodes_of(lines: Iterable[NodeLine]) -> Nodes:
    """A bundle's hashes of what it leaves out."""
    found: Nodes = {}
    for line in lines:
        place = (line.level, line.place)
        found.setdefault((line.device, line.step), {})[place] = bytes.fromhex(line.hash)
    return found


def chain_of(c: Connection, device: int, upto: int, more: Mapping[Node, bytes]) -> Tree:
    """The tree over a device's steps up to one, from those that are here and what is kept.

    What is `more` comes from a bundle, and stands back behind what is known here.
    """
    links = {
        n - 1: bytes(found)
        for n, found in c.all(
            "SELECT n, chain FROM txn WHERE device = ? AND n <= ? AND length(chain) = 32",
            (device, upto),
        )
    }
    return Tree(upto, links, {**more, **chain.nodes(c, device, 0)})


def gather(c: Connection, sealed: Mapping[int, int]) -> Proofs:
    """For what was chosen to be sent (see `payload.chosen`): all that its seals need.

    `sealed` says up to which step the seal of a device goes that is passed on. Nothing is given
    where too little is known here; then a reader is told, or refuses it.
    """
    found = Proofs()
    for device, upto in sealed.items():
        uuid = bytes(c.value("SELECT uuid FROM device WHERE ord = ?", (device,))).hex()
        sent = c.numbers(f"SELECT n - 1 AS n FROM sent_step WHERE device = {int(device)} "
                         f"AND n <= {int(upto)} ORDER BY n")  # fmt: skip
        if 0 < len(sent) < upto:
            cover = chain_of(c, device, upto, {}).cover(sent)
            if cover is None:
                continue
            found.add(uuid, 0, cover)
        parts = c.numbers(
            f"SELECT x.n AS n FROM sent_step x WHERE x.device = {int(device)} AND (x.whole = 0 OR "
            "NOT EXISTS (SELECT 1 FROM step_seed q WHERE q.device = x.device AND q.n = x.n))"
        )
        for step, here in chain.leaves(c, chain.steps(c, device, parts)):
            _show_part(c, found, uuid, step, here)
    return found


def _show_part(
    c: Connection, found: Proofs, uuid: str, step: chain.Step, here: Mapping[int, bytes]
) -> None:
    base = log.dot_of(step.device, step.first)
    dots = c.all(
        f"SELECT o.dot FROM {SENT} AND s.device = ? AND o.dot BETWEEN ? AND ? ORDER BY o.dot",
        (step.device, base, base + step.count - 1),
    )
    places = [dot - base for (dot,) in dots]
    tree = Tree(step.count, here, chain.nodes(c, step.device, step.n))
    cover, salts = tree.cover(places), chain.salts(c, step)
    if cover is not None:
        found.add(uuid, step.n, cover)
        found.salts |= {base + place: salts[place].hex() for place in places if place in salts}


# Checking ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sealed:
    """A seal: up to which step of its device, and the root of those. Beyond the change `limit`
    nothing of the device is taken; `kept`: this seal is to be passed on, and what shows it."""

    upto: int
    root: bytes
    limit: int
    kept: bool


ALTERED, BEYOND = "are not what it had sealed", "go beyond what it had sealed"


def take_up(c: Connection, device: int, *, own_word: bool) -> None:
    """The table `compared` of a device's steps to be compared; what came with them is kept.

    Those that are new or bring something new. Of what the device itself sent (`own_word`) all: that
    needs no look at every change.
    """
    span = log.dot_of(device, 0), log.dot_of(device + 1, 0)
    c.run("DROP TABLE IF EXISTS compared")
    c.run(f"CREATE TEMP TABLE compared (n {c.key})")
    if own_word:
        c.run("INSERT INTO compared SELECT n FROM came WHERE device = ?", (device,))
    else:
        c.run(
            "INSERT INTO compared SELECT n FROM came WHERE device = ? AND fresh = 1 "
            "UNION SELECT txn FROM n WHERE dot > ? AND dot < ?",
            (device, *span),
        )
    c.run(
        "INSERT INTO step_seed SELECT x.device, x.n, x.seed FROM came x JOIN compared p "
        "ON p.n = x.n WHERE x.device = ? AND x.seed IS NOT NULL "
        "ON CONFLICT (device, n) DO UPDATE SET seed = excluded.seed",
        (device,),
    )
    c.run(
        "INSERT INTO change_salt SELECT s.dot, s.salt FROM came_salt s JOIN op o ON o.dot = s.dot "
        "JOIN compared p ON p.n = o.txn WHERE s.dot > ? AND s.dot < ? "
        "ON CONFLICT (dot) DO UPDATE SET salt = excluded.salt",
        span,
    )


def compare(
    c: Connection, device: int, seal: Sealed, nodes: Nodes, *, own_word: bool
) -> str | None:
    """Whether what came of a device (see `take_up`) is what its seal up to a step stands for.

    "" if it is: then what shows it is kept, to be passed on. Else in words what is wrong; None
    where too little came to tell. Forked where the device has sealed something else before.
    `own_word`: the device itself sent it, and signed for all of it; only steps that are here in
    part are looked at, so that they can be passed on.
    """
    came = _came(c, device, nodes)
    compared = c.numbers("SELECT n FROM compared ORDER BY n")
    if compared and compared[-1] > seal.upto:
        return BEYOND
    tree = _brought(c, device, seal.upto, came.get(0, {}))
    if tree.root() is None:
        tree = chain_of(c, device, seal.upto, came.get(0, {}))
    elif tree.root() == seal.root:
        _refuse_versions(c, device, seal, tree)
    if tree.root() is None:
        return None
    if tree.root() != seal.root:
        return ALTERED
    if not tree.vouches_for([n - 1 for n in compared]):
        return None
    if own_word:
        compared = c.numbers(
            "SELECT p.n AS n FROM compared p WHERE NOT EXISTS (SELECT 1 FROM step_seed q "
            f"WHERE q.device = {int(device)} AND q.n = p.n) ORDER BY p.n"
        )
    if seal.kept:
        _keep(c, device, 0, came.get(0, {}), tree.used())
    return _compare_steps(c, device, compared, came)


def is_sealed(c: Connection, device: int, seal: Sealed, nodes: Nodes) -> bool:
    """Whether the steps of a device that a bundle brings, taken or not, are what is sealed."""
    came = _came(c, device, nodes).get(0, {})
    return _brought(c, device, seal.upto, came).root() == seal.root


def _came(c: Connection, device: int, nodes: Nodes) -> dict[int, dict[Node, bytes]]:
    """What a bundle says of what it leaves out of a device, and of what is not taken, by step."""
    uuid = bytes(c.value("SELECT uuid FROM device WHERE ord = ?", (device,))).hex()
    came = {step: dict(found) for (id, step), found in nodes.items() if id == uuid}
    for step, place, found in c.all(
        "SELECT step, place, hash FROM cut WHERE device = ?", (device,)
    ):
        came.setdefault(step, {})[0, place] = bytes(found)
    return came


def _brought(c: Connection, device: int, upto: int, came: Mapping[Node, bytes]) -> Tree:
    """The tree over a device's steps from what the bundle says alone, whatever is known here."""
    links = {
        n - 1: bytes(found)
        for n, found in c.all(
            "SELECT n, chain FROM came WHERE device = ? AND n <= ? AND length(chain) = 32",
            (device, upto),
        )
    }
    return Tree(upto, links, came)


def _refuse_versions(c: Connection, device: int, seal: Sealed, tree: Tree) -> None:
    """Forked where a hash for left-out steps is another one than that of those known here."""
    end = c.value(
        "SELECT min(x.n) - 1 FROM (SELECT n FROM txn WHERE device = ? AND last_seq > ? UNION "
        "SELECT place + 1 FROM cut WHERE device = ? AND step = 0) x",
        (device, seal.limit, device),
    )
    known = chain_of(c, device, seal.upto, {})
    wrong = [
        place << level
        for level, place in tree.given
        if (end is None or (place + 1) << level <= end)
        and known.levels[level].get(place, tree.levels[level][place]) != tree.levels[level][place]
    ]
    if wrong:
        last = c.value(
            "SELECT max(last_seq) FROM txn WHERE device = ? AND n <= ?", (device, min(wrong))
        )
        raise forked(c, device, last or 0)


def _compare_steps(
    c: Connection, device: int, compared: Sequence[int], came: Mapping[int, Mapping[Node, bytes]]
) -> str | None:
    for step, here in chain.leaves(c, chain.steps(c, device, compared)):
        given = came.get(step.n, {})
        others = {**given, **chain.nodes(c, device, step.n)} if len(here) < step.count else {}
        hashed, used = chain.computed(step, here, others)
        if hashed is None:
            return None
        if hashed != step.link:
            return ALTERED
        _keep(c, device, step.n, given, used)
    return ""


def _keep(
    c: Connection, device: int, step: int, given: Mapping[Node, bytes], used: Iterable[Node]
) -> None:
    """Keeps hashes that the seal vouches for, unless they are kept already."""
    c.many(
        "INSERT INTO chain_node VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        [(device, step, *node, given[node]) for node in used if node in given],
    )
