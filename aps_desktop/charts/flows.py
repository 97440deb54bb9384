"""Flows from one side to the other (a Sankey diagram): bands as wide as what flows."""

from __future__ import annotations

from collections.abc import Sequence

from aps_desktop.charts.sheet import Sheet, fitted, measure
from aps_desktop.charts.style import SMALL
from aps_desktop.services.chart_data import Flows, Node

_NODE = 9.0
_GAP = 9.0
_SIDE_SHARE = 0.34


def draw(sheet: Sheet, body: Flows) -> None:
    head = 18.0 if any(body.heads) else 0.0
    sums = _sums(body)
    most = max(len(body.left), len(body.right), 1)
    gap = min(_GAP + 5, max(1.0, (sheet.height - head) * 0.3 / most))
    total = max(sum(sums[0]), sum(sums[1])) or 1.0
    scale = (sheet.height - head - gap * (most - 1) - 4) / total
    starts = _side_width(sheet, body.left)
    ends = sheet.width - _side_width(sheet, body.right)
    tops = (
        _nodes(sheet, body.left, sums[0], starts - _NODE, head, gap, scale, "right"),
        _nodes(sheet, body.right, sums[1], ends, head, gap, scale, "left"),
    )
    for at, words, side in ((starts, body.heads[0], "right"), (ends, body.heads[1], "left")):
        sheet.text(at, 5, words, size=SMALL, colour=sheet.tokens.muted, align=side)
    _bands(sheet, body, tops, scale, starts, ends)


def _sums(body: Flows) -> tuple[list[float], list[float]]:
    left, right = [0.0] * len(body.left), [0.0] * len(body.right)
    for flow in body.flows:
        left[flow.left] += flow.value
        right[flow.right] += flow.value
    return left, right


def _side_width(sheet: Sheet, nodes: Sequence[Node]) -> float:
    widest = max(
        (measure(n.label, SMALL) + measure(n.text, SMALL, bold=True) for n in nodes), default=0.0
    )
    return min(widest + 22, sheet.width * _SIDE_SHARE) + _NODE


def _nodes(
    sheet: Sheet, nodes: Sequence[Node], sums: Sequence[float], x: float, top: float, gap: float,
    scale: float, side: str,
) -> list[float]:  # fmt: skip
    """Draws one side; where each node begins."""
    tops, y, free = [], top, top - 7.0
    for node, value in zip(nodes, sums, strict=True):
        height = max(1.5, value * scale)
        tops.append(y)
        sheet.box(x, y, x + _NODE, y + height, sheet.hue(node.hue))
        room = (x if side == "right" else sheet.width - x - _NODE) - 8
        at = max(y + height / 2, free + 7.0)
        free = at + 7.0
        if free > sheet.height + 4:  # more nodes than lines of text: the band tells by pointing
            y += height + gap
            continue
        name = fitted(node.label, room - measure(node.text, SMALL, bold=True) - 8, SMALL)
        if side == "right":
            sheet.text(x - 6, at, node.text, size=SMALL, bold=True, align="right")
            before = x - 12 - measure(node.text, SMALL, bold=True)
            sheet.text(before, at, name, size=SMALL, align="right")
            sheet.hit(node.mark, 0, at - 8, x + _NODE, at + 8)
        else:
            sheet.text(x + _NODE + 6, at, name, size=SMALL)
            after = x + _NODE + 12 + measure(name, SMALL)
            sheet.text(after, at, node.text, size=SMALL, bold=True)
            sheet.hit(node.mark, x, at - 8, sheet.width, at + 8)
        y += height + gap
    return tops


def _bands(
    sheet: Sheet, body: Flows, tops: tuple[list[float], list[float]], scale: float, left: float,
    right: float,
) -> None:  # fmt: skip
    begun, ended = list(tops[0]), list(tops[1])
    for flow in sorted(body.flows, key=lambda one: (one.left, one.right)):
        height = flow.value * scale
        start, end = begun[flow.left], ended[flow.right]
        colour = sheet.hue(body.right[flow.right].hue)
        sheet.band(left, start, start + height, right, end, end + height, colour, 0.42)
        _hits(sheet, flow.mark, left, start, right, end, max(height, 4.0))
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
