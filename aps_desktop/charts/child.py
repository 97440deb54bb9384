"""The process that draws: charts come in on standard input, pictures go out.

Frames of [number, what, ...] in, [number, answer, ...] out; it ends when its input ends. What:
"picture" (drawable, width, height, ratio, dark) -> device width, device height, RGBA, regions;
"file" (drawable, kind, width, height, dark) -> bytes; "slide" (title, subtitle, drawables, dark)
-> bytes of a PNG; "page" (drawables) -> the same for print. An answer that is a text says what
went wrong.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from aps_desktop.children import read_frame, write_frame
from aps_desktop.db.durable import write_json
from aps_desktop.paths import data_dir
from aps_desktop.services.chart_data import Bar, Bars, Body, Head, Part

FONT_LIST = "3.11.0"
"""The version of the list in the pinned matplotlib; a test compares."""

_USUAL = (
    "Strengthening the regional dialogue on early warning, climate change and public health in "
    "ASEAN; officials trained, projects, meetings, actions and values of the year by quarter: "
    "USD 102.3 m of 45,678.90, 98% committed, Capacity Building for Trade Facilitation"
)
"""Letters beside each other as most texts have them."""


def main(argv: Sequence[str]) -> int:
    """Draws until the other side closes; `argv` is not used."""
    if "MPLCONFIGDIR" not in os.environ:
        os.environ["MPLCONFIGDIR"] = str(own_fonts_only(data_dir() / "charts"))
    out = sys.stdout.buffer
    sys.stdout = sys.stderr
    decode = msgspec.msgpack.Decoder(list[Any]).decode
    _warm_up()
    while (frame := read_frame(sys.stdin.buffer)) is not None:
        number, what, *rest = decode(frame)
        try:
            answer = _ANSWERS[what](*rest)
        except Exception:  # told to the other side, which shows or logs it
            answer = [traceback.format_exc()]
        write_frame(out, [number, *answer])
        out.flush()
    return 0


def own_fonts_only(folder: Path) -> Path:
    """A folder for matplotlib in which the list of the computer's fonts is there, and empty.

    It would take seconds to make at the first start, and charts use the shipped fonts only. A
    matplotlib that wants another list makes its own.
    """
    path = folder / f"fontlist-v{FONT_LIST}.json"
    if not path.exists():
        fonts: dict[str, Any] = {
            "_version": FONT_LIST,
            "_FontManager__default_weight": "normal",
            "default_size": None,
            "defaultFamily": {"ttf": "DejaVu Sans", "afm": "Helvetica"},
            "afmlist": [],
            "ttflist": [],
            "__class__": "FontManager",
        }
        try:
            write_json(path, fonts)
        except OSError:  # Windows, where another child that starts just now already reads it
            if not path.exists():
                raise
    return folder


def _warm_up() -> None:
    """The first picture of a process takes much longer than the others, and so do letters that
    were not met yet."""
    bars = Bars((Bar(_USUAL, (Part(1, "plain"),), _USUAL),))
    _picture(msgspec.msgpack.encode([Head(_USUAL, _USUAL, ""), bars]), 2400, 60, 1.0, False)


def _read(drawable: bytes) -> tuple[Head, Body]:
    head, body = msgspec.msgpack.decode(drawable, type=tuple[Head, Body])
    return head, body


def _picture(drawable: bytes, width: int, height: int, ratio: float, dark: bool) -> list[Any]:
    from aps_desktop.charts import draw

    sheet = draw.chart(*_read(drawable), width, height, dark=dark)
    return [*draw.pixels(sheet, ratio), sheet.regions]


def _file(drawable: bytes, kind: str, width: int, height: int, dark: bool) -> list[Any]:
    from aps_desktop.charts import draw

    return [draw.encoded(draw.chart(*_read(drawable), width, height, dark=dark), kind)]


def _slide(title: str, subtitle: str, drawables: list[bytes], dark: bool) -> list[Any]:
    from aps_desktop.charts import draw

    sheet = draw.slide(title, subtitle, [_read(one) for one in drawables], dark=dark)
    return [draw.encoded(sheet, "png", 1.0)]


def _page(drawables: list[bytes]) -> list[Any]:
    from aps_desktop.charts import draw

    return [draw.encoded(draw.page([_read(one) for one in drawables]), "png")]


_ANSWERS: dict[str, Callable[..., list[Any]]] = {
    "picture": _picture,
    "file": _file,
    "slide": _slide,
    "page": _page,
}
