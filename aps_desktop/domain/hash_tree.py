"""Trees of hashes: one hash stands for a row of leaves, and few hashes stand for what is left out.

The node of level L at place P stands for the 2^L leaves from P * 2^L on, and there are only whole
ones. Those that no larger one stands for, from the largest on, are folded into the root. So nodes
stay what they are however long the row becomes. docs/bundle-format.md describes the bytes.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence

Node = tuple[int, int]
"""(level, place)."""
Hashes = Mapping[Node, bytes]

SALT = 16
"""Bytes of a leaf's salt, and of the seed that all salts of a row follow from."""
_LEAF, _PAIR, _FOLD, _SALTS = b"\x00", b"\x01", b"\x02", b"\x04"
_blake = hashlib.blake2b


def salts(seed: bytes) -> Iterator[bytes]:
    """The salts of a row's leaves, one after the other: who knows some knows no other one."""
    number = 0
    while True:
        four = _blake(_SALTS + seed + number.to_bytes(8, "big"), digest_size=64).digest()
        for start in range(0, 64, SALT):
            yield four[start : start + SALT]
        number += 1


def salt_of(seed: bytes, place: int) -> bytes:
    """The salt of one leaf."""
    four = _blake(_SALTS + seed + (place >> 2).to_bytes(8, "big"), digest_size=64).digest()
    return four[(place & 3) * SALT : (place & 3) * SALT + SALT]


def leaf(salt: bytes, content: bytes) -> bytes:
    """A leaf's hash: without its salt nobody finds out by guessing what it stands for."""
    return _blake(_LEAF + salt + content, digest_size=32).digest()


def _pair(left: bytes, right: bytes) -> bytes:
    return _blake(_PAIR + left + right, digest_size=32).digest()


def _fold(tops: Sequence[bytes]) -> bytes:
    """One hash of the tops, the largest first."""
    found = tops[0]
    for top in tops[1:]:
        found = _blake(_FOLD + found + top, digest_size=32).digest()
    return found


def _tops(count: int) -> list[Node]:
    """The nodes that a row of so many leaves ends in, the largest first."""
    levels = range(count.bit_length() - 1, -1, -1)
    return [(level, (count >> level) - 1) for level in levels if count >> level & 1]


def root(leaves: Sequence[bytes]) -> bytes:
    """The hash of a row of which every leaf is here; there is at least one."""
    tops: list[bytes] = []
    row = list(leaves)
    while row:
        if len(row) & 1:
            tops.append(row.pop())
        row = [_pair(a, b) for a, b in zip(row[::2], row[1::2], strict=True)]
    return _fold(tops[::-1])


class Row:
    """A row whose leaves come one after the other: of them no more is kept than the root needs."""

    def __init__(self) -> None:
        self.count = 0
        self._tops: list[bytes] = []

    def add(self, found: bytes) -> None:
        """The next leaf."""
        self.count += 1
        rest = self.count
        while not rest & 1:
            found = _pair(self._tops.pop(), found)
            rest >>= 1
        self._tops.append(found)

    def root(self) -> bytes:
        """The hash of the row so far; it has one leaf at least."""
        return _fold(self._tops)


def _has(places: Sequence[int], node: Node) -> bool:
    """Whether a node stands for any of some leaves (sorted)."""
    level, place = node
    first = bisect_left(places, place << level)
    return first < len(places) and places[first] < (place + 1) << level


class Tree:
    """What can be worked out of a row from some leaves, and from hashes of what is left out.

    `given` are the nodes that are known, but could not be worked out.
    """

    def __init__(self, count: int, leaves: Mapping[int, bytes], others: Hashes) -> None:
        self.count = count
        self.given: set[Node] = set()
        by_level: dict[int, dict[int, bytes]] = {}
        for (level, place), found in others.items():
            if level < 64 and (place + 1) << level <= count:
                by_level.setdefault(level, {})[place] = found
        row = {place: found for place, found in leaves.items() if place < count}
        self.levels: list[dict[int, bytes]] = []
        for level in range(count.bit_length()):
            if level:
                row = self._above(row, count >> level)
            for place, found in by_level.get(level, {}).items():
                if place not in row:
                    row[place] = found
                    self.given.add((level, place))
            self.levels.append(row)

    @staticmethod
    def _above(row: Mapping[int, bytes], count: int) -> dict[int, bytes]:
        return {
            place >> 1: _pair(found, row[place | 1])
            for place, found in row.items()
            if not place & 1 and place >> 1 < count and place | 1 in row
        }

    def root(self) -> bytes | None:
        """The hash of the whole row; None where too little is here."""
        tops = [self.levels[level].get(place) for level, place in _tops(self.count)]
        found = [top for top in tops if top is not None]
        return _fold(found) if found and len(found) == len(tops) else None

    def used(self) -> list[Node]:
        """The given nodes that the root was worked out from: it vouches for them alone."""
        found, open_nodes = [], _tops(self.count)
        while open_nodes and self.given:
            level, place = open_nodes.pop()
            if (level, place) in self.given:
                found.append((level, place))
            elif level:
                open_nodes += [(level - 1, place << 1), (level - 1, place << 1 | 1)]
        return found

    def vouches_for(self, places: Sequence[int]) -> bool:
        """Whether the root was worked out from all of these leaves (sorted) themselves.

        Of a leaf for which a given node stands, as it is or with others, it says nothing.
        """
        return not any(_has(places, node) for node in self.used())

    def cover(self, present: Sequence[int]) -> dict[Node, bytes] | None:
        """The fewest hashes from which, with these leaves (sorted), the root can be worked out.

        None where one of them is not known here.
        """
        found: dict[Node, bytes] = {}
        open_nodes = _tops(self.count)[::-1]
        while open_nodes:
            level, place = open_nodes.pop()
            if _has(present, (level, place)):
                if level:
                    open_nodes += [(level - 1, place << 1 | 1), (level - 1, place << 1)]
                continue
            known = self.levels[level].get(place)
            if known is None:
                return None
            found[level, place] = known
        return found
