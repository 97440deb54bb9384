"""The program as it goes into an installer: build/stage, with its version and release key."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
from pathlib import Path

from packlib import signing
from packlib.common import BUILD, PUBLISHER, ROOT, fresh, say, version, write

STAGE = BUILD / "stage"
ICONS = BUILD / "icons"
SIZES = (16, 24, 32, 48, 64, 128, 256)

_START = """\
import sys

from aps_desktop.__main__ import main

sys.exit(main())
"""

_VERSION_INFO = """\
VSVersionInfo(
  ffi=FixedFileInfo(filevers=({commas}, 0), prodvers=({commas}, 0)),
  kids=[
    StringFileInfo([StringTable("040904B0", [
      StringStruct("CompanyName", "{publisher}"),
      StringStruct("FileDescription", "APS Desktop"),
      StringStruct("FileVersion", "{version}"),
      StringStruct("ProductName", "APS Desktop"),
      StringStruct("ProductVersion", "{version}"),
    ])]),
    VarFileInfo([VarStruct("Translation", [0x409, 1200])]),
  ],
)
"""


def prepare(python: Path) -> Path:
    """Copies the program and its resources; makes the icons with the Qt of `python`."""
    fresh(STAGE)
    ignore = shutil.ignore_patterns("__pycache__", "*.pyc")
    shutil.copytree(ROOT / "aps_desktop", STAGE / "aps_desktop", ignore=ignore)
    shutil.copytree(ROOT / "resources", STAGE / "resources", ignore=ignore)
    words = f'"""APS Desktop."""\n\n__version__ = "{version()}"\n'
    write(STAGE / "aps_desktop" / "__init__.py", words)
    key = signing.public_key()
    words = f'"""Set by the build."""\n\nRELEASE_KEYS: tuple[str, ...] = ("{key}",)\n'
    write(STAGE / "aps_desktop" / "sync" / "release_key.py", words)
    write(STAGE / "start.py", _START)
    commas = ", ".join(version().split("."))
    text = _VERSION_INFO.format(commas=commas, publisher=PUBLISHER, version=version())
    write(STAGE / "version_info.txt", text)
    make_icons(python)
    say(f"program {version()}, release key {key[:16]}…")
    return STAGE


_DRAW = """
import sys
from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer
app = QGuiApplication([])
renderer = QSvgRenderer(sys.argv[1])
for size in map(int, sys.argv[3:]):
    image = QImage(QSize(size, size), QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    renderer.render(painter)
    painter.end()
    image.save(f"{sys.argv[2]}/aps-{size}.png")
side = QImage(QSize(164, 314), QImage.Format.Format_RGB888)
side.fill(QColor("#1d4e89"))
painter = QPainter(side)
renderer.render(painter, QRectF(42, 48, 80, 80))
painter.end()
side.save(f"{sys.argv[2]}/side.bmp")
"""


def make_icons(python: Path) -> None:
    """build/icons: PNG of every size, one .ico of them all, the side of the installer's pages."""
    fresh(ICONS)
    shutil.copy(ROOT / "resources/icons/app.svg", ICONS / "aps.svg")
    command = [python, "-c", _DRAW, ICONS / "aps.svg", ICONS, *map(str, SIZES)]
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    subprocess.run(command, check=True, env=environment)
    pictures = [(size, (ICONS / f"aps-{size}.png").read_bytes()) for size in SIZES]
    place, table, body = 6 + 16 * len(pictures), b"", b""
    for size, data in pictures:
        side = size % 256
        table += struct.pack("<BBBBHHII", side, side, 0, 0, 1, 32, len(data), place + len(body))
        body += data
    head = struct.pack("<HHH", 0, 1, len(pictures))
    (ICONS / "aps.ico").write_bytes(head + table + body)
