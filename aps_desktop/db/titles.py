"""Titles for searching: folded, so that "hop tac" finds "hợp tác" and "DUC" finds "Đức"."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache

from aps_desktop.domain.fields import Entity, Kind

_STROKES = str.maketrans({"đ": "d", "ð": "d", "ø": "o", "ł": "l", "ı": "i"})


def fold(text: str) -> str:
    """Lower case without marks; scripts whose marks are letters (Thai, Khmer, ...) keep them."""
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFD", text.casefold())
    kept = (c for c in folded if not "\u0300" <= c <= "\u036f")
    return unicodedata.normalize("NFC", "".join(kept)).translate(_STROKES)


@lru_cache(maxsize=256)
def title_numbers(entity: Entity) -> tuple[int, ...]:
    """The numbers of the text fields by which a record is searched."""
    names = dict.fromkeys((entity.code, *entity.title))
    fields = [entity.by_name[n] for n in names if n in entity.by_name]
    return tuple(f.number for f in fields if f.kind in (Kind.TEXT, Kind.LONG_TEXT))


def fold_title(entity: Entity, image: Mapping[int, str | None]) -> str:
    """What a record is found by; empty when it has no words of its own."""
    return folded_title(image.get(number) for number in title_numbers(entity))


def folded_title(words: Iterable[str | None]) -> str:
    """The same from the texts of the fields that count."""
    return fold(" ".join(filter(None, words)))[:500]
