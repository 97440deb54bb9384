"""How wide a text is, and its outline to fill: each letter is laid out once in a process.

Laying out and rasterising whole texts took two milliseconds for fifty letters, most of the time of
a picture. Letters are unhinted, so one outline serves every size: all lengths here are in ems.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.font_manager import get_font
from matplotlib.path import Path
from matplotlib.textpath import TextToPath

from aps_desktop.charts import style
from aps_desktop.paths import resource_path

_UNITS = 100.0
"""Font units of an em, as outlines are read: enough that rounding does not show."""
_POINTS_AN_INCH = 72
_APART = ("-liga", "-clig")
"""No ligatures: a letter is the same beside every other."""
_Shape = tuple[Any, Any]
"""Vertices (n x 2, ems) and path codes (n)."""


class _Face:
    """The letters of one weight, as far as they were met; `steps` are by two letters."""

    def __init__(self, bold: bool) -> None:
        ending = "-Bold.ttf" if bold else "-Regular.ttf"
        names = [name for name in style.FILES if name.endswith(ending)]
        self._files = tuple(str(resource_path("fonts", name)) for name in names)
        self.steps: dict[tuple[str, str], float] = {}
        self.shapes: dict[str, _Shape] = {}

    def knows(self, words: str) -> bool:
        """Whether each letter stands for itself beside the others; those that are new are met."""
        text = f"{words} "
        new = {pair for pair in pairwise(text) if pair not in self.steps}
        if not new:
            return True
        # A text is laid out in a quarter of the time of all its pairs.
        texts = ["".join(pair) for pair in new] if len(new) * 4 < len(text) else [text]
        return plain(words) and all(map(self._meet, texts))

    def _meet(self, text: str) -> bool:
        glyphs, shapes = self.layout(text)
        if len(glyphs) != len(text):  # some became one
            return False
        for (name, x, y, scale), (_, after, *_), pair in zip(
            glyphs, glyphs[1:], pairwise(text), strict=False
        ):
            self.steps[pair] = (after - x) / _UNITS
            if pair[0] not in self.shapes:
                vertices, codes = shapes[name]
                self.shapes[pair[0]] = (vertices * scale + (0, y)) / _UNITS, codes
        return True

    def layout(self, text: str) -> tuple[list[Any], dict[str, Any]]:
        """The glyphs (name, x, y, scale) of a text, and their outlines by name; font units."""
        font = get_font(self._files[:1] if plain(text) else self._files)
        font.set_size(_UNITS, _POINTS_AN_INCH)
        maker: Any = TextToPath()
        glyphs, shapes, _ = maker.get_glyphs_with_font(font, text, features=_APART)
        return glyphs, shapes


@lru_cache(maxsize=8192)
def width(words: str, bold: bool) -> float:
    """How far a text reaches, in ems."""
    face = _face(bold)
    if face.knows(words):
        return sum(map(face.steps.__getitem__, pairwise(f"{words} ")))
    return sum(reach for _, reach in _laid(words, bold))


@lru_cache(maxsize=1024)
def outline(words: str, bold: bool) -> Path:
    """The shape of a text that begins at 0, 0 and stands on the line; ems, upwards."""
    face = _face(bold)
    if face.knows(words):
        pieces = [(face.shapes[p[0]], face.steps[p]) for p in pairwise(f"{words} ")]
    else:
        pieces = _laid(words, bold)
    vertices = np.concatenate([shape[0] for shape, _ in pieces])
    places = np.cumsum([0.0, *(reach for _, reach in pieces)])[:-1]
    vertices[:, 0] += np.repeat(places, [len(shape[1]) for shape, _ in pieces])
    made = Path(vertices, np.concatenate([shape[1] for shape, _ in pieces]))
    made.should_simplify = False
    return made


def plain(words: str) -> bool:
    """Whether Noto Sans itself has all letters, without marks that are set above others."""
    return all(
        code < 0x0300 or 0x0370 <= code < 0x0590 or 0x1E00 <= code < 0x2200
        for code in map(ord, words)
    )


@cache
def _face(bold: bool) -> _Face:
    return _Face(bold)


def _laid(words: str, bold: bool) -> list[tuple[_Shape, float]]:
    """Word after word, for scripts in which letters change beside each other."""
    return [_word(word, bold) for word in re.split(r"(?<= )", words)]


@lru_cache(maxsize=1024)
def _word(word: str, bold: bool) -> tuple[_Shape, float]:
    """A word of any script, shaped as a whole, and how far it reaches."""
    glyphs, shapes = _face(bold).layout(f"{word} ")
    placed = [shapes[name][0] * scale + (x, y) for name, x, y, scale in glyphs]
    codes = [shapes[name][1] for name, *_ in glyphs]
    return (np.concatenate(placed) / _UNITS, np.concatenate(codes)), glyphs[-1][1] / _UNITS
