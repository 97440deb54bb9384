"""What somebody may try who passes on what another office did: one alteration of a bundle each."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from random import Random
from typing import Any

from aps_desktop.db import chain
from aps_desktop.db.connection import Connection
from aps_desktop.sync import proofs, seals
from tests.property.sealed import Lines, Parcel

STEPS, CHANGES = "steps.jsonl", "changes.jsonl"
Tamper = Callable[[Lines, set[int], Random], bool]
"""Alters what concerns these devices (by their numbers in the bundle); False: there was nothing."""


def _of(lines: Lines, member: str, devices: set[int]) -> list[Any]:
    return [line for line in lines[member] if line[0] in devices]


def _one(lines: Lines, member: str, devices: set[int], rnd: Random) -> Any:
    found = _of(lines, member, devices)
    return rnd.choice(found) if found else None


def _put(member: str, at: int, new: Callable[[Any, Random], Any]) -> Tamper:
    def alter(lines: Lines, devices: set[int], rnd: Random) -> bool:
        line = _one(lines, member, devices, rnd)
        if line is None or at >= len(line) or line[at] == (put := new(line[at], rnd)):
            return False
        line[at] = put
        return True

    return alter


def _hex(old: str, rnd: Random) -> str:
    return rnd.randbytes(len(old) // 2).hex()


def _next(old: int, rnd: Random) -> int:
    return old + 1


def _without(member: str) -> Tamper:
    def leave_out(lines: Lines, devices: set[int], rnd: Random) -> bool:
        line = _one(lines, member, devices, rnd)
        if line is not None:
            lines[member].remove(line)
        return line is not None

    return leave_out


def _swapped(at: int) -> Tamper:
    """Two changes of one device exchange what they say."""

    def swap(lines: Lines, devices: set[int], rnd: Random) -> bool:
        one, other = (_one(lines, CHANGES, devices, rnd) for _ in range(2))
        if one is None or one[0] != other[0] or one[at] == other[at]:
            return False
        one[at], other[at] = other[at], one[at]
        return True

    return swap


def _replaces(lines: Lines, devices: set[int], rnd: Random) -> bool:
    line = _one(lines, CHANGES, devices, rnd)
    if line is None or line[1] < 2:
        return False
    rest = [*line[8:], [], []][:2] if len(line) < 10 else line[8:10]
    line[8:10] = [[*rest[0], [line[0], line[1] - 1]], rest[1]]
    return True


def _saw(lines: Lines, devices: set[int], rnd: Random) -> bool:
    line = _one(lines, CHANGES, devices, rnd)
    if line is None or line[1] < 2 or (len(line) > 9 and line[9]):
        return False
    line[8:10] = [line[8] if len(line) > 8 else [], [[line[0], line[1] - 1]]]
    return True


def _invented(lines: Lines, devices: set[int], rnd: Random) -> bool:
    """One more step with one more change, behind the last."""
    line, step = (_one(lines, member, devices, rnd) for member in (CHANGES, STEPS))
    if line is None or step is None or line[0] != step[0]:
        return False
    last = max(one[3] for one in _of(lines, STEPS, {step[0]})) + rnd.choice((1, 2, 40))
    number = max(one[1] for one in _of(lines, STEPS, {step[0]})) + rnd.choice((1, 2, 40))
    chain = rnd.choice((step[12], _hex(step[12], rnd)))
    lines[STEPS].append([step[0], number, last, last, *step[4:12], chain, rnd.randbytes(16).hex()])
    lines[CHANGES].append([line[0], last, line[2], line[3], number, 0, 0, line[7]])
    return True


def _put_in(lines: Lines, devices: set[int], rnd: Random) -> bool:
    """A change of one's own in the place of one that is left out, or in any step's name."""
    line = _one(lines, CHANGES, devices, rnd)
    step = _one(lines, STEPS, devices, rnd)
    if line is None or step is None or line[0] != step[0]:
        return False
    taken = {one[1] for one in _of(lines, CHANGES, {line[0]})}
    free = [n for n in range(step[2], step[3] + 1) if n not in taken] or [step[3] + 1000]
    salt = rnd.randbytes(16).hex()
    start = [line[0], rnd.choice(free), *line[2:4], step[1], 0, 0]
    lines[CHANGES].append([*start, line[7], [], [], salt])
    return True


def _node(change: Callable[[Any, Random], Any]) -> Tamper:
    def alter(lines: Lines, devices: set[int], rnd: Random) -> bool:
        ids = {line[1] for line in _of(lines, "devices.jsonl", devices)}
        found = [line for line in lines[proofs.MEMBER] if line[0] in ids]
        if not found:
            return False
        line = rnd.choice(found)
        lines[proofs.MEMBER].remove(line)
        new = change(line, rnd)
        if new is not None:
            lines[proofs.MEMBER].append(new)
        return True

    return alter


def _seal(change: Callable[[Any, Random], Any]) -> Tamper:
    def alter(lines: Lines, devices: set[int], rnd: Random) -> bool:
        ids = {line[1] for line in _of(lines, "devices.jsonl", devices)}
        lines[seals.MEMBER] = [
            new
            for line in lines[seals.MEMBER]
            if (new := change(line, rnd) if line[0] in ids else line) is not None
        ]
        return True

    return alter


TAMPERS: dict[str, Tamper] = {
    "another value": _put(CHANGES, 7, lambda old, _: f"{old or ''}1"),
    "another record": _put(CHANGES, 2, _next),
    "another field": _put(CHANGES, 3, _next),
    "another place": _put(CHANGES, 1, lambda old, rnd: old + rnd.choice((1, 7, 1000))),
    "another step": _put(CHANGES, 4, lambda old, rnd: max(1, old + rnd.choice((-1, 1)))),
    "another predecessor": _put(CHANGES, 6, lambda old, _: max(1, old - 1)),
    "another salt": _put(CHANGES, 10, _hex),
    "one more that it replaces": _replaces,
    "seen otherwise": _saw,
    "a change left out": _without(CHANGES),
    "values exchanged": _swapped(7),
    "places exchanged": _swapped(1),
    "records exchanged": _swapped(2),
    "another first": _put(STEPS, 2, lambda old, _: max(1, old - 1)),
    "another last": _put(STEPS, 3, _next),
    "another time": _put(STEPS, 4, _next),
    "another stamp": _put(STEPS, 5, lambda old, _: old + (1 << 40)),
    "another officer": _put(STEPS, 6, lambda old, _: f"{old}x"),
    "another reason": _put(STEPS, 8, lambda old, _: f"{old}x"),
    "another hash": _put(STEPS, 12, _hex),
    "another seed": _put(STEPS, 13, lambda old, rnd: rnd.randbytes(16).hex()),
    "no seed": _put(STEPS, 13, lambda *_: ""),
    "as an older program": _put(STEPS, 13, lambda *_: None),
    "an invented step": _invented,
    "a change put in": _put_in,
    "another node": _node(lambda line, rnd: [*line[:4], _hex(line[4], rnd)]),
    "a node elsewhere": _node(lambda line, _: [*line[:3], line[3] + 1, line[4]]),
    "no node": _node(lambda *_: None),
    "no seal": _seal(lambda *_: None),
    "a seal further on": _seal(lambda line, _: [line[0], line[1] + 1, line[2] + 1, *line[3:]]),
    "a seal of something else": _seal(lambda line, rnd: [*line[:3], _hex(line[3], rnd), line[4]]),
}


def _both(*names: str) -> Tamper:
    def alter(lines: Lines, devices: set[int], rnd: Random) -> bool:
        done = [TAMPERS[name](lines, devices, rnd) for name in names]
        return all(done)

    return alter


TAMPERS |= {
    " and ".join(names): _both(*names)
    for names in (
        ("another value", "no seal"),
        ("another value", "another hash"),
        ("another value", "as an older program"),
        ("a change put in", "no node"),
        ("an invented step", "no seal"),
        ("an invented step", "a seal further on"),
    )
}


def tampered(parcel: Parcel, name: str, rnd: Random) -> Parcel | None:
    """The bundle with one alteration of what others did; None where there is nothing to alter."""
    lines = deepcopy(parcel.lines)
    devices = {d[0] for d in lines["devices.jsonl"] if d[1] != parcel.sender.hex() and not d[4]}
    if not TAMPERS[name](lines, devices, rnd) or lines == parcel.lines:
        return None
    return replace(parcel, lines=lines)


REWRITES = (
    "UPDATE op SET val = coalesce(val, '') || '1' WHERE dot = {dot}",
    "UPDATE op SET prev = coalesce(prev, 0) + 1 WHERE dot = {dot}",
    "UPDATE op SET cell = cell + 1 WHERE dot = {dot}",
    "UPDATE op SET hlc = hlc + 65536 WHERE dot = {dot}",
    "INSERT INTO op_parent VALUES ({dot}, {dot} - 1) ON CONFLICT DO NOTHING",
    "INSERT INTO op_seen VALUES ({dot}, {device}, 1) ON CONFLICT DO NOTHING",
    "DELETE FROM op WHERE dot = {dot}",
    "UPDATE txn SET officer = officer || 'x' WHERE device = {device} AND n = {step}",
    "UPDATE txn SET hlc = hlc + 65536 WHERE device = {device} AND n = {step}",
)
"""What somebody does to his own database with another tool, before he passes it on."""


def rewrite(c: Connection, uuid: bytes, sql: str, rnd: Random) -> None:
    """Rewrites a change of a device, and works out again every hash that follows from it."""
    device = c.value("SELECT ord FROM device WHERE uuid = ?", (uuid,))
    ops = c.all(
        "SELECT dot, txn FROM op WHERE (dot >> 40) = ? ORDER BY dot DESC LIMIT 8", (device,)
    )
    dot, step = rnd.choice(ops)
    c.run(sql.format(device=device, dot=dot, step=step))
    hash_again(c, device)


def hash_again(c: Connection, device: int) -> None:
    """Gives the steps of a device the hashes that follow from what stands in the log."""
    for step, here in list(chain.leaves(c, chain.steps(c, device))):
        hashed, _ = chain.computed(step, here, chain.nodes(c, device, step.n))
        if hashed is not None:
            c.run("UPDATE txn SET chain = ? WHERE device = ? AND n = ?", (hashed, device, step.n))
