"""Which script a piece of text is written in: Word wants a font for each."""

from __future__ import annotations

from collections.abc import Iterator

_FONTS = (
    (0x0B80, 0x0BFF, "Nirmala UI"),
    (0x0E00, 0x0E7F, "Leelawadee UI"),
    (0x0E80, 0x0EFF, "Leelawadee UI"),
    (0x1000, 0x109F, "Myanmar Text"),
    (0x1780, 0x17FF, "Leelawadee UI"),
    (0x19E0, 0x19FF, "Leelawadee UI"),
    (0xA9E0, 0xA9FF, "Myanmar Text"),
    (0xAA60, 0xAA7F, "Myanmar Text"),
)
"""First and last sign of the states' complex scripts, and the font that Windows has for them."""

_JOINING = frozenset(" \u200b\u200c\u200d\u00a0.,()-")
"""Signs that belong to whatever script they stand in."""


def pieces(text: str) -> Iterator[tuple[str, str]]:
    """(text, font) of the runs of one script; the font is empty for everything but those above."""
    start, font = 0, ""
    for at, sign in enumerate(text):
        if sign in _JOINING:
            continue
        wanted = _font(ord(sign))
        if wanted != font:
            if at > start:
                yield text[start:at], font
            start, font = at, wanted
    if start < len(text):
        yield text[start:], font


def _font(code: int) -> str:
    if code < 0x0B80:
        return ""
    return next((font for first, last, font in _FONTS if first <= code <= last), "")
