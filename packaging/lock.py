"""Writes packaging/locks/*.txt: every wheel of an installer by version and hash.

    python packaging/lock.py            writes all
    python packaging/lock.py windows    only that one, with its build tools

Versions are those of constraints.txt; which packages there are follows from pyproject.toml and the
wheels' own metadata, with markers read as on the target (pip reads them as on the machine it runs
on). Names and hashes only: where the files come from is pip's own setting.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from email.parser import HeaderParser
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packlib.common import PACKAGING, ROOT, say, stop
from packlib.requirements import TARGETS, Target, build_tools, direct, pins

HEAD = """\
# What the {name} installers are made of: made by packaging/lock.py from pyproject.toml and
# constraints.txt; make package installs from it with --require-hashes. Do not edit.
"""


def main() -> int:
    """Writes the locks that are named, or all."""
    chosen = sys.argv[1:] or list(TARGETS)
    with tempfile.TemporaryDirectory() as folder:
        for name in chosen:
            target = TARGETS[name]
            found = closure(target, direct(target), Path(folder, name))
            write_lock(PACKAGING / "locks" / f"{name}.txt", name, found)
            tools = closure(target, build_tools(), Path(folder, f"{name}-build"))
            write_lock(PACKAGING / "locks" / f"{name}-build.txt", f"{name} build", tools)
    return 0


def closure(target: Target, wanted: list[Requirement], folder: Path) -> dict[str, tuple[str, str]]:
    """{name: (version, sha256)} of everything that is needed, found through the wheels."""
    versions, found, todo = pins(), {}, [(r, "") for r in wanted]
    done: set[tuple[str, frozenset[str]]] = set()
    while todo:
        requirement, by = todo.pop()
        name = canonicalize_name(requirement.name)
        key = (name, frozenset(requirement.extras))
        if key in done:
            continue
        done.add(key)
        if name not in versions:
            stop(f"{name} (needed by {by or 'pyproject.toml'}) has no version in constraints.txt")
        wheel = fetch(target, name, versions[name], folder)
        found[name] = (versions[name], hashlib.sha256(wheel.read_bytes()).hexdigest())
        todo += [(r, name) for r in needs(wheel, target, requirement.extras)]
    return dict(sorted(found.items()))


def fetch(target: Target, name: str, version: str, folder: Path) -> Path:
    """The wheel of one package for the target."""
    place = folder / name
    if not place.exists():
        say(f"  {name} {version}")
        command = [
            sys.executable, "-m", "pip", "download", "-qq", "--no-deps", "--only-binary=:all:",
            "--disable-pip-version-check", "--dest", str(place), *target.pip_options,
            f"{name}=={version}",
        ]  # fmt: skip
        if subprocess.run(command, cwd=ROOT, check=False).returncode:
            stop(f"{name} {version} has no wheel for {target.name}")
    return next(place.glob("*.whl"))


def needs(wheel: Path, target: Target, extras: set[str]) -> list[Requirement]:
    """What a wheel needs on the target."""
    with zipfile.ZipFile(wheel) as archive:
        inside = next(n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
        headers = HeaderParser().parsestr(archive.read(inside).decode("utf-8"))
    every = [Requirement(line) for line in headers.get_all("Requires-Dist") or []]
    return [r for r in every if target.takes(r, extras)]


def write_lock(path: Path, name: str, found: dict[str, tuple[str, str]]) -> None:
    lines = [f"{n}=={v} --hash=sha256:{h}" for n, (v, h) in found.items()]
    path.parent.mkdir(exist_ok=True)
    path.write_text(HEAD.format(name=name) + "\n".join(lines) + "\n", "utf-8")
    say(f"{path.name}: {len(found)} packages")


if __name__ == "__main__":
    sys.exit(main())
