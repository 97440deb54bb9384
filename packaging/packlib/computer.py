"""A computer with Windows, as Wine can be one: an account, a screen, two versions."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from packlib import wine
from packlib.common import run
from packlib.trial import TRIALS, all_checks, expect

USER = "Ωé ບຸນ Łódź"
_SHELL_FOLDERS = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\User Shell Folders"
_UNINSTALL = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Uninstall"


class Computer:
    """A Wine prefix with an account whose name has marks, and two versions of the packages."""

    def __init__(self, shown: str, older: Path, newer: Path) -> None:
        self.shown = shown
        self.prefix = TRIALS / "prefix"
        self.end()
        wine.trial_prefix(self.prefix)
        self.drive = self.prefix / "drive_c"
        self.local = self.drive / "users" / USER / "AppData" / "Local"
        self.home = self.local / "Programs" / "APS Desktop"
        self.data = self.local / "APS Desktop"
        self.packages = {"old": older, "new": newer}
        self.local.mkdir(parents=True)
        where = rf"C:\users\{USER}\AppData"
        for name, folder in (("Local AppData", "Local"), ("AppData", "Roaming")):
            place = rf"{where}\{folder}"
            self.call("reg", "add", _SHELL_FOLDERS, "/v", name, "/t", "REG_SZ", "/d", place, "/f")

    def end(self) -> None:
        if self.prefix.exists():
            wine.end(self.prefix)
        for folder in (self.prefix / "drive_c" / "users" / USER / "AppData/Local/Programs",
                       self.prefix / "drive_c" / "Locked",
                       self.prefix / "drive_c" / "Program Files"):  # fmt: skip
            subprocess.run(["umount", "-q", str(folder)], check=False)

    def package(self, version: str, ending: str) -> Path:
        return next(self.packages[version].glob(f"*{ending}"))

    def call(self, *command: str | Path, timeout: float = 400) -> tuple[int, str]:
        """Exit code and output of a Windows program."""
        text = wine.call(self.prefix, *command, timeout=timeout, DISPLAY=self.shown)
        said, _, code = text.rpartition("rc ")
        return int(code) & 0xFF, said.strip()

    def start(self, *command: str | Path) -> subprocess.Popen[bytes]:
        """A program that goes on."""
        return subprocess.Popen(
            ["wine64", *map(str, command)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, env=wine.settings(self.prefix, DISPLAY=self.shown),
        )  # fmt: skip

    def install(self, version: str, *switches: str, want: int = 0) -> str:
        code, said = self.call(self.package(version, "-setup.exe"), "/S", *switches)
        expect(code == want, f"exit code {code}, not {want}: {said}")
        return f"exit code {code}"

    def program(self, *arguments: str, folder: Path | None = None) -> str:
        code, said = self.call((folder or self.home / "app") / "aps-desktop-cli.exe", *arguments)
        expect(code == 0, f"{arguments}: exit code {code}: {said[-400:]}")
        return said

    def entries(self) -> dict[str, str]:
        """{uninstall entry: version}."""
        _, said = self.call("reg", "query", _UNINSTALL, "/s", "/v", "DisplayVersion")
        found, name = {}, ""
        for line in said.splitlines():
            if line.startswith("HKEY"):
                name = line.rsplit("\\", 1)[-1]
            elif "DisplayVersion" in line and "APS" in name:
                found[name] = line.split()[-1]
        return found

    def keys(self, *names: str, pause: float = 2.5) -> None:
        for name in names:
            settings = {**os.environ, "DISPLAY": self.shown}
            subprocess.run(["xdotool", "key", name], env=settings, check=False)
            time.sleep(pause)

    def full(self, folder: Path, megabytes: int) -> None:
        """Makes a folder a small disk of its own."""
        folder.mkdir(parents=True, exist_ok=True)
        run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", folder])

    @contextmanager
    def disk(self, folder: Path, megabytes: int) -> Iterator[None]:
        """A folder that is a small disk of its own for a while; what was in it is hidden."""
        self.full(folder, megabytes)
        try:
            yield
        finally:
            wine.end(self.prefix)
            run(["umount", folder])

    def smoke(self, folder: Path | None = None) -> str:
        """Every check of the installed program's own test."""
        return all_checks(self.program("--smoke-test", folder=folder))
