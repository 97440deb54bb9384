"""What every step of a build needs: where things are, which version, which moment, how to run."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parents[2]
PACKAGING = ROOT / "packaging"
BUILD = ROOT / "build"
DIST = Path(os.environ.get("APS_DIST_DIR") or ROOT / "dist")
APP_ID = "org.aps_desktop.ApsDesktop"
PUBLISHER = "APS Desktop developers"


def say(text: str) -> None:
    print(text, flush=True)


def stop(text: str) -> NoReturn:
    sys.exit(f"make package: {text}")


def project() -> dict[str, object]:
    """The [project] table of pyproject.toml."""
    return dict(tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"])


def version() -> str:
    """The version that is built; APS_BUILD_VERSION replaces it (a trial of an upgrade)."""
    chosen = os.environ.get("APS_BUILD_VERSION") or str(project()["version"])
    if not re.fullmatch(r"\d+\.\d+\.\d+", chosen):
        stop(f"a version has three numbers, as in 1.2.3; this one is {chosen!r}")
    return chosen


def epoch() -> int:
    """SOURCE_DATE_EPOCH, else the moment of the commit: all files of a build carry it."""
    chosen = os.environ.get("SOURCE_DATE_EPOCH")
    if not chosen:
        command = ["git", "log", "-1", "--format=%ct"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        chosen = done.stdout.strip() or "1700000000"
    os.environ["SOURCE_DATE_EPOCH"] = chosen
    return int(chosen)


def run(command: list[str | Path], **options: object) -> None:
    """Runs a program and stops the build with its own words when it fails."""
    done = subprocess.run(command, check=False, stdin=subprocess.DEVNULL, **options)  # type: ignore[call-overload]
    if done.returncode:
        said = "".join(t for t in (done.stdout, done.stderr) if isinstance(t, str))
        stop(f"{said}\nthis step failed ({done.returncode}): {' '.join(map(str, command))}")


def output(command: list[str | Path], **options: object) -> str:
    """What a program prints."""
    return subprocess.run(command, check=True, capture_output=True, text=True, **options).stdout  # type: ignore[call-overload, no-any-return]


def sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def fresh(folder: Path) -> Path:
    """An empty folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def write(path: Path, text: str, mode: int = 0o644) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
    path.chmod(mode)


def same_time(folder: Path) -> None:
    """Gives everything under a folder the build's moment and plain rights."""
    moment = epoch()
    for path in [*sorted(folder.rglob("*")), folder]:
        if path.is_symlink():
            os.utime(path, (moment, moment), follow_symlinks=False)
            continue
        may_run = path.is_dir() or bool(path.stat().st_mode & 0o100)
        path.chmod(0o755 if may_run else 0o644)
        os.utime(path, (moment, moment))


def size_of(folder: Path) -> int:
    """Bytes of all files under a folder."""
    return sum(p.lstat().st_size for p in folder.rglob("*") if p.is_file())


def fast() -> bool:
    """Whether compression may be quick (APS_FAST=1): for developing, never for a release."""
    return os.environ.get("APS_FAST") == "1"
