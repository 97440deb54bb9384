"""A step's hash, which stands for what was changed, by whom, on what it was built.

It holds ids only, no number that is local to a database: every office that has the step works out
the same. Each change is a leaf of a tree of its own with a secret salt, so that a part of the step
can be shown to belong to it, while nobody finds out by guessing what the other part says. The
hashes of all steps of a device are the leaves of one more tree, the device's chain, which it seals.
A step's words (its label) are left out; they may be withheld where a record is not sent.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import msgspec

from aps_desktop.db import log, namesakes
from aps_desktop.db.connection import Connection, Row, placeholders
from aps_desktop.domain import hash_tree

_STEP, _SEED = b"\x03", b"\x05"
_AT_ONCE = 5000
_NONE_OF_IT = bytes(32)
_encode = msgspec.json.Encoder().encode


def derived_seed(device: bytes, step: int) -> bytes:
    """The seed of a step that every office must work out alike, or that was made without one.

    Of shipped lists, and of steps that older programs made: it keeps nothing secret.
    """
    text = _SEED + device + step.to_bytes(8, "big")
    return hashlib.blake2b(text, digest_size=hash_tree.SALT).digest()


def content(
    record: str, tid: int, number: int, prev: str, val: str | None,
    replaces: Iterable[str] = (), saw: Iterable[str] = (),
) -> bytes:  # fmt: skip
    """What a change says, in the one spelling that is hashed; changes by `device id:sequence`."""
    return _encode((record, tid, number, prev, val, sorted(replaces), sorted(saw)))


def link(numbers: Sequence[int], officer: str, office: str, why: str, root: bytes) -> bytes:
    """A step's hash; `numbers` are its own, first and last change, wall time and stamp."""
    header = _encode((*numbers, officer, office, why))
    return hashlib.blake2b(_STEP + root + header, digest_size=32).digest()


class Names:
    """Changes by the ids of their devices."""

    def __init__(self, c: Connection) -> None:
        self._c = c
        self._names: dict[int, str] = {}

    def device(self, number: int) -> str:
        name = self._names.get(number)
        if name is None:
            uuid = self._c.value("SELECT uuid FROM device WHERE ord = ?", (number,))
            name = self._names[number] = bytes(uuid or b"").hex()
        return name

    def change(self, dot: int | None) -> str:
        if not dot:
            return ""
        return f"{self.device(log.device_of(dot))}:{log.sequence_of(dot)}"


class StepHash:
    """Takes a step's changes in their order, each before what it replaces and had seen."""

    def __init__(self, c: Connection, seed: bytes) -> None:
        self._names = Names(c)
        self._salts = hash_tree.salts(seed)
        self._leaves: list[bytes] = []
        self._last: tuple[str, int, int, str, str | None] | None = None
        self._replaces: list[str] = []
        self._saw: list[str] = []

    def change(self, uuid: str, tid: int, number: int, prev: int | None, val: str | None) -> None:
        """One change of the record with this id (32 hexadecimal digits)."""
        self._take_last()
        self._last = uuid, tid, number, self._names.change(prev), val

    def parents(self, pairs: Iterable[tuple[int, int]]) -> None:
        """(the last change, further change that it replaces)."""
        self._replaces += [self._names.change(parent) for _, parent in pairs]

    def seen(self, triples: Iterable[tuple[int, int, int]]) -> None:
        """(the last change, device, up to which of its changes it had seen)."""
        self._saw += [f"{self._names.device(device)}:{upto}" for _, device, upto in triples]

    def digest(self, numbers: Sequence[int], officer: str, office: str, why: str) -> bytes:
        """The step's hash: see `link`."""
        self._take_last()
        return link(numbers, officer, office, why, hash_tree.root(self._leaves))

    def _take_last(self) -> None:
        if self._last is None:
            return
        text = content(*self._last, self._replaces, self._saw)
        self._leaves.append(hash_tree.leaf(next(self._salts), text))
        if self._replaces or self._saw:
            self._replaces, self._saw = [], []


@dataclass(frozen=True, slots=True)
class Step:
    """A step as the log has it; `link` and `seed` are empty where they are not known."""

    device: int
    n: int
    first: int
    last: int
    wall: int
    hlc: int
    officer: str
    office: str
    why: str
    link: bytes
    seed: bytes

    @property
    def count(self) -> int:
        return self.last - self.first + 1

    def hashed(self, root: bytes) -> bytes:
        numbers = (self.n, self.first, self.last, self.wall, self.hlc)
        return link(numbers, self.officer, self.office, self.why, root)


def steps(c: Connection, device: int, numbers: Sequence[int] | None = None) -> Iterator[Step]:
    """The steps of a device (those numbers, or all), in order."""
    sql = (
        "SELECT t.device, t.n, t.first_seq, t.last_seq, t.wall, t.hlc, t.officer, t.office, t.why, "
        "t.chain, q.seed FROM txn t LEFT JOIN step_seed q ON q.device = t.device AND q.n = t.n "
        "WHERE t.device = ? "
    )
    if numbers is None:
        for row in c.all(f"{sql}ORDER BY t.n", (device,)):
            yield _step(row)
        return
    wanted = sorted(numbers)
    for start in range(0, len(wanted), 500):
        part = wanted[start : start + 500]
        these = f"AND t.n IN ({placeholders(part)}) ORDER BY t.n"
        for row in c.all(sql + these, (device, *part)):
            yield _step(row)


def _step(row: Row) -> Step:
    device, n, first, last, wall, hlc, officer, office, why, chain, seed = row
    return Step(
        device, n, first, last, wall, hlc, officer or "", office or "", why or "",
        bytes(chain or b""), bytes(seed or b""),
    )  # fmt: skip


def leaves(c: Connection, found: Iterable[Step]) -> Iterator[tuple[Step, dict[int, bytes]]]:
    """Each step with the hashes of its changes, by place, as far as they and their salts are here.

    The hash of a change that says that it is of another step, or of another moment, is wrong.
    """
    run: list[Step] = []
    for step in found:
        if run and (step.first != run[-1].last + 1 or step.last - run[0].first >= _AT_ONCE):
            yield from _of_run(c, run)
            run = []
        run.append(step)
    if run:
        yield from _of_run(c, run)


def _of_run(c: Connection, run: Sequence[Step]) -> Iterator[tuple[Step, dict[int, bytes]]]:
    device = run[0].device
    span = log.dot_of(device, run[0].first), log.dot_of(device, run[-1].last)
    said = texts(c, span)
    salted: dict[int, bytes] = dict(
        c.all("SELECT dot, salt FROM change_salt WHERE dot BETWEEN ? AND ?", span)
    )
    one = next(said, None)
    for step in run:
        base, end = log.dot_of(device, step.first), log.dot_of(device, step.last)
        found: dict[int, bytes] = {}
        salts = enumerate(hash_tree.salts(step.seed)) if step.seed else None
        while one is not None and one[0] <= end:
            dot, n, hlc, text = one
            salt = salted.get(dot)
            if salts is not None:
                salt = next(salt for place, salt in salts if place == dot - base)
            if salt is not None:
                of_it = (n, hlc) == (step.n, step.hlc)
                found[dot - base] = hash_tree.leaf(bytes(salt), text) if of_it else _NONE_OF_IT
            one = next(said, None)
        yield step, found


def texts(c: Connection, span: tuple[int, int]) -> Iterator[tuple[int, int, int, bytes]]:
    """(change, step, stamp, what it says) of the changes in a span."""
    names = Names(c)
    replaces: dict[int, list[str]] = {}
    saw: dict[int, list[str]] = {}
    for dot, parent in c.all("SELECT dot, parent FROM op_parent WHERE dot BETWEEN ? AND ?", span):
        replaces.setdefault(dot, []).append(names.change(parent))
    for dot, device, upto in c.all(
        "SELECT dot, device, seq FROM op_seen WHERE dot BETWEEN ? AND ?", span
    ):
        saw.setdefault(dot, []).append(f"{names.device(device)}:{upto}")
    for dot, n, hlc, uuid, tid, number, prev, val in c.each(
        f"SELECT o.dot, o.txn, o.hlc, {c.hex(namesakes.id_sql('r.uuid'))}, r.tid, o.cell & 1023, "
        f"o.prev, o.val FROM op o JOIN record r ON r.rid = (o.cell >> {log.FIELD_BITS}) "
        "WHERE o.dot BETWEEN ? AND ? ORDER BY o.dot",
        span,
    ):
        text = content(
            uuid, tid, number, names.change(prev), val, replaces.get(dot, ()), saw.get(dot, ())
        )
        yield dot, n, hlc, text


def computed(
    step: Step, found: dict[int, bytes], others: hash_tree.Hashes
) -> tuple[bytes | None, list[hash_tree.Node]]:
    """A step's hash from its changes and the hashes of those that are not here; which it needed.

    None where too little is here.
    """
    if len(found) == step.count:
        return step.hashed(hash_tree.root([found[place] for place in sorted(found)])), []
    tree = hash_tree.Tree(step.count, found, others)
    root = tree.root()
    if root is None or not tree.vouches_for(sorted(found)):
        return None, []
    return step.hashed(root), tree.used()


def nodes(c: Connection, device: int, step: int) -> dict[hash_tree.Node, bytes]:
    """Kept hashes of what is not here: of changes of a step, or (step 0) of steps."""
    return {
        (level, place): bytes(found)
        for level, place, found in c.all(
            "SELECT level, place, hash FROM chain_node WHERE device = ? AND step = ?",
            (device, step),
        )
    }


def salts(c: Connection, step: Step) -> dict[int, bytes]:
    """The salts of a step's changes by place, as far as they are known here."""
    if step.seed:
        return dict(zip(range(step.count), hash_tree.salts(step.seed), strict=False))
    base = log.dot_of(step.device, step.first)
    rows = c.all(
        "SELECT dot, salt FROM change_salt WHERE dot BETWEEN ? AND ?",
        (base, base + step.count - 1),
    )
    return {dot - base: bytes(salt) for dot, salt in rows}


def fill(c: Connection) -> None:
    """Gives the steps that have no hash one, with a seed that all offices work out alike.

    They were made by a program that had another kind of hash. Those of which a part is missing
    stay without.
    """
    wanted: dict[int, list[int]] = {}
    for device, n in c.all(
        "SELECT device, n FROM txn WHERE chain IS NULL OR length(chain) <> 32 ORDER BY device, n"
    ):
        wanted.setdefault(device, []).append(n)
    for device, numbers in wanted.items():
        uuid = bytes(c.value("SELECT uuid FROM device WHERE ord = ?", (device,)))
        c.many(
            "INSERT INTO step_seed VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            [(device, n, derived_seed(uuid, n)) for n in numbers],
        )
        found = leaves(c, list(steps(c, device, numbers)))
        hashed = [(computed(step, here, {})[0], device, step.n) for step, here in found]
        c.many("UPDATE txn SET chain = ? WHERE device = ? AND n = ?", hashed)


def renew(c: Connection) -> None:
    """Brings a log that has the older kind of hashes to this one; seals over those say no more."""
    c.run("UPDATE txn SET chain = NULL")
    c.run("DELETE FROM seal")
    fill(c)
