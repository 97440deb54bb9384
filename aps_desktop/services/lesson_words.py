"""Which words of two texts say that they are about the same: those that not everybody writes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

_WORD = re.compile(r"[^\W\d_]{4,}")
_PLURALS, _VERBS = (("ies", "y"), ("es", ""), ("s", "")), (("ing", ""), ("ed", ""))
_LEAST = 4
_OFTEN, _FEW = 4, 8
"""A word in more than one of four texts tells nothing apart, where there are eight or more."""
_GENERAL = frozenset(
    """about above after again against all along also among and any are around asean association
    based been before being below better between both but came can cause clear could does done down
    during each early either enough every few first for from further gave give good had has have
    here high how into its itself just keep kept last late later learn learnt least less lesson let
    like long made main make many may mean more most much must need never new next not now off
    office officer often once one only other our out over own part phase plan programme project
    proposal put rather same second several shall short should since some soon still such support
    take than that the their them then there these they this those three through time too two under
    until use very want was well were what when where whether which while who whole why will with
    within without work would year yet you
    action activity agency authority body build capacity committee conduct cooperation coordination
    country develop development dialogue enhance event expert government group human implement
    implementation improve initiative international joint level local meeting member ministry
    national network number official organisation organise partner partnership people policy
    practice prepare process promote provide public region regional report resource result sector
    senior session state stakeholder strategy strengthen study system team technical toward
    train trainer training understand workshop""".split()
)
"""What nearly every proposal and lesson says."""


def telling(text: str) -> dict[str, str]:
    """The words that tell what a text is about: as they are compared, and as they were written."""
    found: dict[str, str] = {}
    for word in _WORD.findall(text):
        stem = _stem(word.casefold())
        if stem not in _SAID:
            found.setdefault(stem, word)
    return found


def common(texts: Iterable[Iterable[str]]) -> frozenset[str]:
    """Words that stand in so many of the texts that they tell none of them apart."""
    known = [set(words) for words in texts]
    if len(known) < _FEW:
        return frozenset()
    often = Counter(word for words in known for word in words)
    return frozenset(word for word, number in often.items() if number * _OFTEN > len(known))


def shared(one: Mapping[str, str], other: Mapping[str, str], without: frozenset[str]) -> list[str]:
    """The telling words of both, as the first has written them, in its order."""
    return [word for stem, word in one.items() if stem in other and stem not in without]


def _stem(word: str) -> str:
    """Without the endings of English plurals and verbs: "fisheries" is "fishery"."""
    for endings in (_PLURALS, _VERBS):
        for ending, instead in endings:
            stem = word.removesuffix(ending) + instead
            if word.endswith(ending) and not word.endswith("ss") and len(stem) >= _LEAST:
                word = stem
                break
    return word.removesuffix("e") if len(word) > _LEAST else word


_SAID = frozenset(map(_stem, _GENERAL))
