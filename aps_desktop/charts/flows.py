"""Flows from one side to the other (a Sankey diagram): bands as wide as what flows.

Between the first and the last column there may be others, which the money passes through.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aps_desktop.charts.sheet import Sheet, fitted, measure
from aps_desktop.charts.style import SMALL
from aps_desktop.services.chart_data import Flow, Flows, Node

_NODE = 9.0
_GAP = 14.0
_LINE = 14.0
_SIDE_SHARE = 0.34
_HEAD = 20.0
_VEIL = "d0"
"""How much of a band the ground of a name that lies over it lets through (hexadecimal)."""


@dataclass(frozen=True)
class _Column:
    """Where the nodes of a column stand: its left edge, and their tops and heights."""

    x: float
    tops: tuple[float, ...]
    heights: tuple[float, ...]


def draw(sheet: Sheet, body: Flows) -> None:
    head = _HEAD if any(body.heads) else 0.0
    columns, scale = _columns(sheet, body, head)
    sides = ["right", *["left"] * (len(columns) - 1)]
    for nodes, column in zip(body.columns, columns, strict=True):
        for node, top, height in zip(nodes, column.tops, column.heights, strict=True):
            sheet.box(column.x, top, column.x + _NODE, top + height, sheet.hue(node.hue))
    for at, flows in enumerate(body.flows):
        _bands(sheet, body.columns[at + 1], flows, columns[at], columns[at + 1], scale)
    for at, (column, side) in enumerate(zip(columns, sides, strict=True)):
        ends = columns[at + 1].x if 0 < at < len(columns) - 1 else sheet.width
        _names(sheet, body.columns[at], column, side, ends)
        if head:
            muted = sheet.tokens.muted
            x = column.x + (_NODE if side == "right" else 0)
            sheet.text(x, 5, body.heads[at], size=SMALL, colour=muted, align=side)


def _columns(sheet: Sheet, body: Flows, head: float) -> tuple[list[_Column], float]:
    """Where all nodes stand, and how many pixels one of what flows is high."""
    sums = _sums(body)
    most = max((len(nodes) for nodes in body.columns), default=1) or 1
    room = sheet.height - head - 4
    gap = min(_GAP, max(1.0, room * 0.4 / most))
    total = max(sum(values) for values in sums) or 1.0
    scale = (room - gap * (most - 1)) / total
    share = _SIDE_SHARE if len(body.columns) == 2 else _SIDE_SHARE * 0.8
    first = _side_width(sheet, body.columns[0], share)
    last = sheet.width - _side_width(sheet, body.columns[-1], share)
    step = (last - first) / (len(body.columns) - 1)
    made = []
    for at, values in enumerate(sums):
        heights = [max(1.5, value * scale) for value in values]
        # A column with fewer nodes stands in the middle of the others' height.
        y = head + max(0.0, (room - sum(heights) - gap * (len(heights) - 1)) / 2)
        tops = []
        for height in heights:
            tops.append(y)
            y += height + gap
        x = first + step * at - (_NODE if at == 0 else 0)
        made.append(_Column(x, tuple(tops), tuple(heights)))
    return made, scale


def _sums(body: Flows) -> list[list[float]]:
    """What flows through each node: the more of what comes in and what goes out."""
    into = [[0.0] * len(nodes) for nodes in body.columns]
    out = [[0.0] * len(nodes) for nodes in body.columns]
    for at, flows in enumerate(body.flows):
        for flow in flows:
            out[at][flow.left] += flow.value
            into[at + 1][flow.right] += flow.value
    return [list(map(max, *pair)) for pair in zip(into, out, strict=True)]


def _side_width(sheet: Sheet, nodes: Sequence[Node], share: float) -> float:
    widest = max(
        (measure(n.label, SMALL) + measure(n.text, SMALL, bold=True) for n in nodes), default=0.0
    )
    return min(widest + 22, sheet.width * share) + _NODE


def _names(sheet: Sheet, nodes: Sequence[Node], column: _Column, side: str, ends: float) -> None:
    """The names of a column, beside their nodes, moved apart where they would cover each other."""
    free = -_LINE / 2
    for node, top, height in zip(nodes, column.tops, column.heights, strict=True):
        at = max(top + height / 2, free + _LINE / 2)
        if at + _LINE / 2 > sheet.height + 4:  # no line is left: the band tells by pointing
            break
        free = at + _LINE / 2
        over = side == "left" and ends < sheet.width
        value = measure(node.text, SMALL, bold=True)
        room = (column.x if side == "right" else ends - column.x - _NODE) - 14 - value
        name = fitted(node.label, room, SMALL)
        if side == "right":
            sheet.text(column.x - 6, at, node.text, size=SMALL, bold=True, align="right")
            sheet.text(column.x - 12 - value, at, name, size=SMALL, align="right")
            sheet.hit(node.mark, 0, at - 8, column.x + _NODE, at + 8)
            continue
        x = column.x + _NODE + 5
        after = x + measure(name, SMALL) + (6 if name else 0)
        if over:
            ground = sheet.tokens.surface + _VEIL
            sheet.box(x - 2, at - 7, after + value + 3, at + 7, ground)
        sheet.text(x, at, name, size=SMALL)
        sheet.text(after, at, node.text, size=SMALL, bold=True)
        right = after + value + 3 if over else sheet.width
        sheet.hit(node.mark, column.x, at - 8, right, at + 8)


def _bands(
    sheet: Sheet, nodes: Sequence[Node], flows: Sequence[Flow], start: _Column, end: _Column,
    scale: float,
) -> None:  # fmt: skip
    """The bands between two columns, in the colours of the nodes that they lead to."""
    begun, ended = list(start.tops), list(end.tops)
    left, right = start.x + _NODE, end.x
    for flow in sorted(flows, key=lambda one: (one.left, one.right)):
        height = flow.value * scale
        top, bottom = begun[flow.left], ended[flow.right]
        colour = sheet.hue(nodes[flow.right].hue)
        sheet.band(left, top, top + height, right, bottom, bottom + height, colour, 0.42)
        _hits(sheet, flow.mark, left, top, right, bottom, max(height, 4.0))
        begun[flow.left] += height
        ended[flow.right] += height


def _hits(
    sheet: Sheet, mark: int, left: float, start: float, right: float, end: float, height: float
) -> None:
    """The band's outline as a polygon: the same curve, in a few steps."""
    steps = [n / 12 for n in range(13)]
    edge = [
        (left + (right - left) * t, start + (end - start) * (3 * t * t - 2 * t**3)) for t in steps
    ]
    there = [v for x, y in edge for v in (x, y)]
    back = [v for x, y in reversed(edge) for v in (x, y + height)]
    sheet.hit(mark, *there, *back)
