"""Prints how large the packages are and what takes the room: `python packaging/figures.py`.

Of what `make package` left in build/ and dist/. The start of the installed program beside that of
the checkout: make bench ARGS="tests/benchmarks/bench_start.py -k installed".
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from packlib.common import BUILD, DIST, say, size_of, version
from packlib.contents import CONTENTS
from packlib.evidence import LIMIT, too_large

FOLDERS = {
    "linux": (BUILD / f"linux-{version()}" / "aps-desktop", "_internal"),
    "windows": (BUILD / f"windows-{version()}" / "app", "lib"),
}
_SHOWN = 24
_ALSO = {
    "aps_desktop": "the program, its manual, lists, fonts and map",
    "runtime": "Python itself",
    "libpython3.11.so.1.0": "Python itself",
    "python3.11": "Python itself",
    "base_library.zip": "Python itself",
    "resources": "the manual, lists, fonts and map",
    "shiboken6": "joins Python and Qt",
    "fontTools": "letters in charts, for matplotlib",
    "pillow": "libraries of PIL",
    "kiwisolver": "for matplotlib",
    "contourpy": "for matplotlib",
    "et_xmlfile": "for openpyxl",
    "cffi": "for cryptography",
    "dateutil": "for matplotlib",
    "tzdata": "time zones, for psycopg on Windows",
    "licences": "the licences of all of these",
    "libcrypto.so.3": "for Python's TLS and hashes",
    "libstdc++.so.6": "what Qt's libraries need",
}
"""Of what comes along with those that are named in contents.py."""


def main() -> int:
    """0 when every package is within the limit."""
    packages = [p for p in sorted(DIST.glob("*")) if p.is_file() and version() in p.name]
    for file in packages:
        say(f"{file.stat().st_size:>12,}  {file.name}")
    large = too_large(packages)
    words = ", ".join(p.name for p in large) or "kept by all installers"
    say(f"limit {LIMIT:,}: {words}")
    for name, (folder, inside) in FOLDERS.items():
        if folder.exists():
            say(f"\n{name} installed: {size_of(folder):,} bytes; of it")
            for part, size in parts(folder, inside).most_common(_SHOWN):
                say(f"{size:>12,}  {part:28} {reason(part)}")
    return 1 if large or not packages else 0


def parts(folder: Path, inside: str) -> Counter[str]:
    """Bytes of each library."""
    found: Counter[str] = Counter()
    for path in (p for p in folder.rglob("*") if p.is_file()):
        names = path.relative_to(folder).parts
        name = names[1] if names[0] == inside and len(names) > 1 else names[0]
        found[name.split(".libs")[0].split("-")[0]] += path.lstat().st_size
    return found


def reason(part: str) -> str:
    """Why the program carries it."""
    for brings in CONTENTS.values():
        if part in (*brings.modules, *(h.split(".")[0] for h in brings.hidden)):
            return brings.why
    return _ALSO.get(part, "")


if __name__ == "__main__":
    sys.exit(main())
