"""Makes resources/map/member_states.json from Natural Earth, as npm's world-atlas carries it.

Arguments: the file countries-50m.json of that package (version 2.0.2; Natural Earth 4.1.0, public
domain). Only the member states are taken; small islands go, and lines are simplified.
"""

import json
import sys
from pathlib import Path

STATES = {
    "096": "BN", "116": "KH", "360": "ID", "418": "LA", "458": "MY", "104": "MM", "608": "PH",
    "702": "SG", "764": "TH", "626": "TL", "704": "VN",
}  # fmt: skip
OUT = Path(__file__).resolve().parent.parent / "resources" / "map" / "member_states.json"
TOLERANCE = 0.06
"""Degrees; a pixel of the map is about this wide."""
LEAST_AREA = 0.02
"""Square degrees; smaller islands are left out unless they are a state's largest part."""

Point = tuple[float, float]
Ring = list[Point]


def arcs_of(topology: dict) -> list[Ring]:
    """The lines of the file in degrees: whole numbers that add up, scaled and moved."""
    scale, move = topology["transform"]["scale"], topology["transform"]["translate"]
    found = []
    for arc in topology["arcs"]:
        x = y = 0
        line = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            line.append((x * scale[0] + move[0], y * scale[1] + move[1]))
        found.append(line)
    return found


def simplified(line: Ring) -> Ring:
    """Douglas and Peucker's way; shared borders stay shared, since whole arcs are simplified."""
    if len(line) < 3:
        return line
    (ax, ay), (bx, by) = line[0], line[-1]
    length = ((bx - ax) ** 2 + (by - ay) ** 2) ** 0.5

    def away(point: Point) -> float:
        px, py = point
        if not length:
            return ((px - ax) ** 2 + (py - ay) ** 2) ** 0.5
        return abs((by - ay) * px - (bx - ax) * py + bx * ay - by * ax) / length

    far = max(range(1, len(line) - 1), key=lambda n: away(line[n]))
    if away(line[far]) <= TOLERANCE:
        return [line[0], line[-1]]
    return simplified(line[: far + 1])[:-1] + simplified(line[far:])


def ring_of(numbers: list[int], arcs: list[Ring]) -> Ring:
    ring: Ring = []
    for number in numbers:
        line = arcs[number] if number >= 0 else arcs[~number][::-1]
        ring += line if not ring else line[1:]
    return ring


def area(ring: Ring) -> float:
    pairs = zip(ring, ring[1:] + ring[:1], strict=True)
    return abs(sum(ax * by - bx * ay for (ax, ay), (bx, by) in pairs)) / 2


def main() -> int:
    topology = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    exact = arcs_of(topology)
    arcs = [simplified(line) for line in exact]
    states = {}
    for shape in topology["objects"]["countries"]["geometries"]:
        code = STATES.get(str(shape.get("id")))
        if code is None:
            continue
        parts = [shape["arcs"]] if shape["type"] == "Polygon" else shape["arcs"]
        # A state that is smaller than what simplifying takes away keeps its exact outline.
        rings = [(ring_of(part[0], arcs), ring_of(part[0], exact)) for part in parts]
        rings = [(short if len(short) > 4 else whole) for short, whole in rings]
        rings.sort(key=area, reverse=True)
        kept = [r for n, r in enumerate(rings) if n == 0 or area(r) >= LEAST_AREA]
        states[code] = [[[round(x, 2), round(y, 2)] for x, y in ring] for ring in kept]
    if len(states) != len(STATES):
        sys.exit(f"missing: {sorted(set(STATES.values()) - set(states))}")
    OUT.parent.mkdir(exist_ok=True)
    source = "Made with Natural Earth (naturalearthdata.com, public domain), 1:50m, version 4.1.0"
    text = json.dumps({"source": source, "states": states}, separators=(",", ":"))
    OUT.write_text(text + "\n", encoding="utf-8")
    print(OUT.name, len(text), {code: len(rings) for code, rings in states.items()})
    return 0


if __name__ == "__main__":
    sys.exit(main())
