"""Compares the packages of two builds of one commit, byte for byte.

    python packaging/compare.py                        dist/ with a second build, made elsewhere
    python packaging/compare.py ../one/dist ../two/dist

Prints a table and ends with 0 when all files are the same. Of packages that are not, the files of
the program's folder that differ are named, where both builds still have it. The second build is a
clean clone of the present commit in a folder with another name, with the same release key.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from packlib.common import DIST, ROOT, say, sha256, stop
from packlib.signing import TEST_KEY

_FOLDERS = ("build/linux-*/aps-desktop", "build/windows-*/app")


def main() -> int:
    """0 when the builds are the same."""
    if len(sys.argv) == 3:
        one, two = (Path(name).resolve() for name in sys.argv[1:])
        return compared(one, two)
    if len(sys.argv) != 1:
        stop("name two folders with packages, or none")
    with tempfile.TemporaryDirectory(prefix="aps-second-build-", dir=ROOT.parent) as folder:
        return compared(DIST, second(Path(folder, "clone")))


def second(clone: Path) -> Path:
    """The packages of a clean clone of this commit."""
    subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
    if TEST_KEY.exists():
        (clone / "build").mkdir()
        shutil.copy(TEST_KEY, clone / "build")
    subprocess.run(["make", "-C", str(clone), "package"], check=True)
    return clone / "dist"


def compared(one: Path, two: Path) -> int:
    names = sorted({p.name for folder in (one, two) for p in folder.iterdir() if p.is_file()})
    if not names:
        stop(f"there are no packages in {one} and {two}")
    different = 0
    say("| file | bytes | SHA-256 | |")
    say("|---|---|---|---|")
    for name in names:
        a, b = one / name, two / name
        if not (a.exists() and b.exists()):
            say(f"| {name} | | | **only in {(one if a.exists() else two)}** |")
            different += 1
            continue
        same = sha256(a) == sha256(b)
        different += not same
        words = "same" if same else "**DIFFERENT**"
        say(f"| {name} | {a.stat().st_size:,} | {sha256(a)[:16]}… | {words} |")
    say(f"\n{len(names)} files, {different} different")
    if different:
        name_causes(one.parent, two.parent)
    return 1 if different else 0


def name_causes(one: Path, two: Path) -> None:
    """The files of the program's folder that differ."""
    for pattern in _FOLDERS:
        for folder in one.glob(pattern):
            other = two / folder.relative_to(one)
            if other.is_dir():
                found = sorted(_differing(folder, other))
                say(f"{folder.relative_to(one)}: {len(found)} files differ {found[:20]}")


def _differing(folder: Path, other: Path) -> set[str]:
    def contents(top: Path) -> dict[str, str]:
        files = (p for p in top.rglob("*") if p.is_file() and not p.is_symlink())
        return {str(p.relative_to(top)): sha256(p) for p in files}

    a, b = contents(folder), contents(other)
    return {name for name in a.keys() | b.keys() if a.get(name) != b.get(name)}


if __name__ == "__main__":
    sys.exit(main())
