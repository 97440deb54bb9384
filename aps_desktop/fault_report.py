"""A report of a fault that can be sent on: places in the program, none of the user's data."""

from __future__ import annotations

import re
import sys

from aps_desktop import __version__

_FRAME = re.compile(r'\s*File "(.*)", line (\d+), in (\S+)')
_KIND = re.compile(r"([\w.]*(?:Error|Exception|Interrupt|Fault|Exit|Warning))(?::|$)")


def report(traceback: str) -> str:
    """A traceback without data: frames and the kinds of error, but no messages and no paths."""
    python = ".".join(str(part) for part in sys.version_info[:3])
    lines = [f"APS Desktop {__version__}, Python {python}, {sys.platform}"]
    for line in traceback.splitlines():
        if frame := _FRAME.match(line):
            parts = re.split(r"[\\/]", frame[1])
            inside = "aps_desktop" in parts
            name = "/".join(parts[parts.index("aps_desktop") :]) if inside else parts[-1]
            lines.append(f"  {name}:{frame[2]} {frame[3]}")
        elif kind := _KIND.match(line):
            lines.append(kind[1])
    return "\n".join(lines)
