"""Charts in reports: asked for while a report is put together, drawn before it is written."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence

import msgspec

from aps_desktop.children import read_frame, start_child, write_frame
from aps_desktop.reports.document import Block, Document, Paragraph, Picture
from aps_desktop.services.chart_data import Body, Chart, Head, Nothing

_UPRIGHT, _LANDSCAPE = (680, 280), (1040, 300)
"""Pixels of a chart as wide as the page: its smallest words are then 8 points high."""


def chart(made: Chart) -> list[Block]:
    """The chart as a block; nothing where it has nothing to show."""
    return [] if isinstance(made.body, Nothing) else [picture(made.head, made.body)]


def picture(head: Head, body: Body) -> Picture:
    """A chart that is yet to be drawn."""
    words = f"{head.finding}. {head.subtitle}. {head.source}."
    return Picture(b"", words, chart=msgspec.msgpack.encode([head, body]))


def drawn(document: Document) -> Document:
    """The document with its charts as pictures, drawn by a process of its own.

    One that cannot be drawn is told in words in its place.
    """
    wanted = [one.chart for one in document.blocks if isinstance(one, Picture) and one.chart]
    if not wanted:
        return document
    pngs = iter(_pngs(wanted, _LANDSCAPE if document.landscape else _UPRIGHT))
    blocks = tuple(
        _replaced(one, next(pngs)) if isinstance(one, Picture) and one.chart else one
        for one in document.blocks
    )
    return msgspec.structs.replace(document, blocks=blocks)


def _replaced(block: Picture, png: bytes) -> Block:
    if not png:
        return Paragraph(f"This chart could not be drawn: {block.words}", "muted")
    return msgspec.structs.replace(block, png=png, chart=b"")


def _pngs(charts: Sequence[bytes], size: tuple[int, int]) -> list[bytes]:
    child = start_child("charts.child", [], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    made = []
    try:
        for number, one in enumerate(charts):
            write_frame(child.stdin, [number, "file", one, "png", *size, False])
            child.stdin.flush()
            frame = read_frame(child.stdout)
            answer = msgspec.msgpack.decode(frame)[1] if frame is not None else ""
            made.append(answer if isinstance(answer, bytes) else b"")
    finally:
        child.stdin.close()
        child.stdout.close()
        child.wait()
    return made
