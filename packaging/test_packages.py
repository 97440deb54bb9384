"""Takes the packages to bare systems and uses them there: `make test-packages`.

    python packaging/test_packages.py                     all of them
    python packaging/test_packages.py debian12 windows    some of them

Two versions are made where they are not there yet (build/trials/old and new, quick compression):
an upgrade needs two. The results are printed as a table and kept in build/trials/results.md;
screenshots are in build/trials/screenshots. Needs root and Debian.
"""

from __future__ import annotations

import os
import subprocess
import sys

from bootstrap import FOR_LINUX, FOR_TRIALS, FOR_WINDOWS, missing_of
from packlib import trial_linux, trial_windows
from packlib.common import PACKAGING, say, stop
from packlib.trial import TRIALS, Table

VERSIONS = {"old": "0.1.0", "new": "0.2.0"}
TRIALS_THERE_ARE = {
    "debian12": ("linux", lambda old, new: trial_linux.trial(old, new, "12")),
    "debian13": ("linux", lambda old, new: trial_linux.trial(old, new, "13")),
    "windows": ("windows", trial_windows.trial),
}


def main() -> int:
    """Runs what is named, or everything; 0 when all of it passed."""
    chosen = sys.argv[1:] or list(TRIALS_THERE_ARE)
    if unknown := sorted(set(chosen) - set(TRIALS_THERE_ARE)):
        stop(f"there is no {', '.join(unknown)}; there are {', '.join(TRIALS_THERE_ARE)}")
    if os.geteuid() != 0:
        stop("the trials make systems of their own and need root")
    if missing := missing_of(FOR_LINUX | FOR_WINDOWS | FOR_TRIALS):
        stop(f"install what is missing: apt-get install {' '.join(missing)}")
    for system in dict.fromkeys(TRIALS_THERE_ARE[name][0] for name in chosen):
        made(system)
    tables = [TRIALS_THERE_ARE[name][1](TRIALS / "old", TRIALS / "new") for name in chosen]
    text = as_text(tables)
    (TRIALS / "results.md").write_text(text, "utf-8")
    say("\n" + text)
    return 0 if all(table.passed for table in tables) else 1


def made(system: str) -> None:
    """Both versions of a system's packages, made by package.py where they are missing."""
    for folder, version in VERSIONS.items():
        target = TRIALS / folder
        if list(target.glob("*.deb" if system == "linux" else "*-setup.exe")):
            continue
        settings = {**os.environ, "APS_FAST": "1", "APS_BUILD_VERSION": version}
        settings["APS_DIST_DIR"] = str(target)
        target.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, str(PACKAGING / "package.py"), system]
        if subprocess.run(command, env=settings, check=False).returncode:
            stop(f"version {version} for {system} could not be made")


def as_text(tables: list[Table]) -> str:
    """The results as a table in Markdown."""
    lines = ["| where | what | passed | seconds | seen |", "|---|---|---|---|---|"]
    for table in tables:
        for where, what, passed, seconds, seen in table.rows:
            short = seen.replace("|", "/")[:220]
            lines.append(f"| {where} | {what} | {'yes' if passed else '**NO**'} "
                         f"| {seconds:.0f} | {short} |")  # fmt: skip
    good = sum(row[2] for table in tables for row in table.rows)
    total = sum(len(table.rows) for table in tables)
    return "\n".join(lines) + f"\n\n{good} passed, {total - good} failed\n"


if __name__ == "__main__":
    sys.exit(main())
