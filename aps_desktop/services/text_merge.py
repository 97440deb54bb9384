"""Comparing and putting together two edits of one text; a proposal, never done by itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
_WORDS_UP_TO = 40_000
"""Longer texts are compared line by line: word by word would take seconds."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a comparison: "same", "gone" (only in the old text) or "new"."""

    kind: str
    text: str


def compare(old: str, new: str) -> list[Piece]:
    """What became of a text, in reading order."""
    one, other = _parts(old, new)
    pieces: list[Piece] = []
    for what, i1, i2, j1, j2 in _matcher(one, other).get_opcodes():
        if what == "equal":
            pieces.append(Piece("same", "".join(one[i1:i2])))
            continue
        if i2 > i1:
            pieces.append(Piece("gone", "".join(one[i1:i2])))
        if j2 > j1:
            pieces.append(Piece("new", "".join(other[j1:j2])))
    return pieces


def put_together(base: str, one: str, other: str) -> str | None:
    """The base with both edits in it; None where both changed the same words."""
    parts, first, second = _parts(base, one, other)
    edits = sorted(set(_edits(parts, first)) | set(_edits(parts, second)))
    done: list[str] = []
    at = 0
    for start, end, words in edits:
        if start < at or (done and start == at and start == end == _last_end(edits, start)):
            return None
        done += [*parts[at:start], *words]
        at = end
    return "".join([*done, *parts[at:]])


def _last_end(edits: list[tuple[int, int, tuple[str, ...]]], at: int) -> int:
    """`at` when two insertions stand at this very place, since their order is nobody's guess."""
    here = [edit for edit in edits if edit[0] == edit[1] == at]
    return at if len(here) > 1 else -1


def _edits(base: list[str], changed: list[str]) -> list[tuple[int, int, tuple[str, ...]]]:
    return [
        (i1, i2, tuple(changed[j1:j2]))
        for what, i1, i2, j1, j2 in _matcher(base, changed).get_opcodes()
        if what != "equal"
    ]


def _matcher(one: list[str], other: list[str]) -> SequenceMatcher[str]:
    return SequenceMatcher(None, one, other, autojunk=len(one) > 5_000)


def _parts(*texts: str) -> list[list[str]]:
    if max(len(text) for text in texts) > _WORDS_UP_TO:
        return [text.splitlines(keepends=True) for text in texts]
    return [_WORDS.findall(text) for text in texts]
