"""The licences folder of every package: ours, and that of everything that is carried."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from packlib.common import PACKAGING, ROOT

_TOOLS = ("pip", "setuptools", "pyinstaller", "altgraph")
_WORDS = ("licen", "copying", "notice", "authors")


def copy_licences(packages: Path, target: Path) -> None:
    """What the distributions in `packages` carry as licence files, a folder each, and ours."""
    shutil.copytree(PACKAGING / "licences", target)
    shutil.copy(ROOT / "LICENSE", target / "APS-Desktop.txt")
    shutil.copy(ROOT / "resources" / "fonts" / "OFL.txt", target / "Noto-Sans-OFL.txt")
    for info in sorted(packages.glob("*.dist-info")):
        name = info.name.split("-")[0]
        if name.lower().startswith(_TOOLS):
            continue
        files = [p for p in sorted(info.rglob("*")) if p.is_file() and _is_licence(p, info)]
        for file in files or [info / "METADATA"]:
            place = target / name / "-".join(file.relative_to(info).parts)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, place)


def system_python(target: Path) -> None:
    """The licence of the Python that this script runs in."""
    base = Path(sys.base_prefix, "lib", f"python3.{sys.version_info.minor}", "LICENSE.txt")
    if base.exists():
        shutil.copy(base, target / "Python.txt")


def _is_licence(path: Path, info: Path) -> bool:
    inside = path.relative_to(info).parts
    return inside[0] == "licenses" or path.name.lower().startswith(_WORDS)
