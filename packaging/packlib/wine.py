"""Wine: byte-compiling with the shipped Python, and the trials of the Windows packages."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from packlib.common import stop

_OVERRIDES = "ucrtbase,mscms=n,b;winemenubuilder.exe=d;mscoree,mshtml="


def windows_path(path: Path) -> str:
    """A Linux path as Wine's programs know it."""
    return "Z:" + str(path.resolve()).replace("/", "\\")


def settings(prefix: Path, **more: str) -> dict[str, str]:
    """The environment of a program under Wine."""
    path = f"/usr/lib/wine:{os.environ['PATH']}"
    own = {"WINEPREFIX": str(prefix), "WINEARCH": "win64", "WINEDEBUG": "-all", "PATH": path}
    own |= {"WINEDLLOVERRIDES": _OVERRIDES, "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "0"}
    return {**os.environ, **own, **more}


def call(prefix: Path, *command: str | Path, timeout: float = 600, **more: str) -> str:
    """What a Windows program printed, with its exit code in the last line ("rc 0")."""
    # Its output goes through a pipe: with a file as standard output Wine says "Invalid handle".
    line = ["wine64", *map(str, command)]
    done = subprocess.run(
        line, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        env=settings(prefix, **more), timeout=timeout, check=False,
    )  # fmt: skip
    text = done.stdout.decode("utf-8", "replace").replace("\r", "")
    return f"{text}\nrc {done.returncode}".strip()


def plain_prefix(folder: Path) -> Path:
    """A Wine prefix without a display; made once."""
    if shutil.which("wineserver", path=settings(folder)["PATH"]) is None:
        stop("Wine is missing: apt-get install wine wine64")
    if not (folder / "system.reg").exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        call(folder, "wineboot", "-i", DISPLAY="")
        subprocess.run(["wineserver", "-w"], env=settings(folder), check=False)
    return folder


def end(prefix: Path) -> None:
    """Ends everything that runs in a prefix."""
    subprocess.run(["wineserver", "-k"], env=settings(prefix), check=False)
    subprocess.run(["wineserver", "-w"], env=settings(prefix), check=False)
