"""The member states on a map: tinted by value; the three smallest also by a ring to point at.

Outlines: Natural Earth (public domain), made by packaging/make_map.py.
"""

from __future__ import annotations

import json
from functools import cache
from math import cos, radians, tau
from math import sin as sine

from aps_desktop.charts.heat import scale, tint
from aps_desktop.charts.sheet import Sheet, measure
from aps_desktop.charts.style import SMALL, TEXT, text_on
from aps_desktop.paths import resource_path
from aps_desktop.services.chart_data import Map, Place

_WEST, _EAST, _SOUTH, _NORTH = 86.5, 141.5, -12.4, 28.8
_FLAT = cos(radians(8.0))
"""One degree of longitude against one of latitude, in the middle of the map."""

_NAMES: dict[str, tuple[float, float]] = {
    "MM": (89.8, 21.2), "LA": (102.5, 19.9), "TH": (101.2, 16.0), "VN": (111.4, 15.6),
    "KH": (105.0, 12.7), "MY": (107.4, 5.2), "SG": (106.9, 0.9), "BN": (112.2, 7.4),
    "PH": (128.6, 13.4), "ID": (113.9, -0.9), "TL": (128.9, -10.6),
}  # fmt: skip
"""Where each name stands (its middle), beside or on its state."""
_RINGS: dict[str, tuple[float, float]] = {
    "SG": (103.82, 1.35), "BN": (114.7, 4.6), "TL": (125.9, -8.85),
}  # fmt: skip
_HALO = tuple((across, down) for across in (-1.2, 1.2) for down in (-1.2, 1.2))
_ON_LAND = frozenset({"TH", "KH", "ID", "LA"})

Ring = list[tuple[float, float]]


@cache
def outlines() -> dict[str, list[Ring]]:
    """The states' outlines in degrees, by ISO code."""
    text = resource_path("map", "member_states.json").read_text(encoding="utf-8")
    return {
        code: [[(x, y) for x, y in ring] for ring in rings]
        for code, rings in json.loads(text)["states"].items()
    }


def draw(sheet: Sheet, body: Map) -> None:
    size = min(sheet.width / ((_EAST - _WEST) * _FLAT), sheet.height / (_NORTH - _SOUTH))
    left = (sheet.width - (_EAST - _WEST) * _FLAT * size) / 2
    top = (sheet.height - (_NORTH - _SOUTH) * size) / 2

    def at(degrees: tuple[float, float]) -> tuple[float, float]:
        x, y = degrees
        return left + (x - _WEST) * _FLAT * size, top + (_NORTH - y) * size

    for place in body.places:
        fill = _fill(sheet, body, place)
        shapes = [[at(p) for p in ring] for ring in outlines().get(place.code, [])]
        if shapes:
            edge = sheet.tokens.surface
            sheet.polygons(shapes, [fill] * len(shapes), edge=edge, width=0.8)
        for shape in shapes:
            sheet.hit(place.mark, *(v for point in shape for v in point))
    for place in body.places:
        if place.code in _RINGS:
            _ring(sheet, place, at(_RINGS[place.code]), _fill(sheet, body, place))
        if place.code in _NAMES:
            _name(sheet, body, place, at(_NAMES[place.code]))
    if any(body.scale):
        scale(sheet, body.hue, body.scale, left, sheet.height - 8)


def _fill(sheet: Sheet, body: Map, place: Place) -> str:
    return sheet.tokens.nothing if place.share is None else tint(sheet, body.hue, place.share)


def _ring(sheet: Sheet, place: Place, at: tuple[float, float], fill: str) -> None:
    x, y = at
    circle = [(x + 7 * cos(tau * n / 24), y + 7 * sine(tau * n / 24)) for n in range(24)]
    sheet.polygons([circle], [fill], edge=sheet.tokens.text, width=1.2)
    sheet.hit(place.mark, x - 9, y - 9, x + 9, y + 9)


def _name(sheet: Sheet, body: Map, place: Place, at: tuple[float, float]) -> None:
    x, y = at
    colour = sheet.tokens.text
    if place.code in _ON_LAND and place.share is not None:
        colour = text_on(_fill(sheet, body, place))
    # A halo keeps the words apart from whatever land they reach into.
    halo = sheet.tokens.surface if colour == sheet.tokens.text else _fill(sheet, body, place)
    for across, down in (*_HALO, (0.0, 0.0)):
        ink = colour if not across else halo
        sheet.text(x + across, y - 7 + down, place.label, size=SMALL, colour=ink, align="center")
        sheet.text(
            x + across, y + 8 + down, place.text, size=TEXT, colour=ink, align="center", bold=True
        )
    half = max(measure(place.label, SMALL), measure(place.text, TEXT, bold=True)) / 2 + 3
    sheet.hit(place.mark, x - half, y - 15, x + half, y + 16)
