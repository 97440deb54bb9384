"""Under Wine: the MSI of IT departments, the portable zip, and an account without rights."""

from __future__ import annotations

import zipfile
from pathlib import Path

from packlib import wine
from packlib.common import fresh, run
from packlib.computer import Computer
from packlib.trial import TRIALS, Failed, Table, expect, wait_for, windows_named
from packlib.windows import nothing_of_the_test_prefix

_USER_CANCELLED = 1602
"""Of Windows Installer; an exit code has one byte here."""


_FAILED = 1603


def steps(table: Table, c: Computer) -> None:
    table.step("MSI: full disk at installation", lambda: _msi_no_room(c))
    table.step("MSI: full disk at upgrade: old stays", lambda: _msi_full_upgrade(c))
    table.step("MSI: install, use, upgrade", lambda: _msi(c))
    table.step("MSI: refused while running", lambda: _msi_busy(c))
    table.step("MSI: remove", lambda: _msi_remove(c))
    table.step("portable zip keeps data beside it", lambda: _portable(c))
    standard = Standard(c)
    try:
        table.step("standard user: installs for itself", standard.own)
        table.step("standard user: folder of another", standard.foreign)
        table.step("standard user: locked program", standard.locked)
        table.step("standard user: MSI is refused", standard.msi)
    finally:
        standard.end()


def _folder(c: Computer) -> Path:
    return c.drive / "Program Files" / "APS Desktop"


def _msiexec(c: Computer, what: str, version: str) -> int:
    code, _ = c.call("msiexec", what, wine.windows_path(c.package(version, ".msi")), "/qn")
    return code


def _refused(c: Computer) -> None:
    code = _msiexec(c, "/i", "new")
    expect(code == _FAILED & 0xFF, f"exit code {code} (of 256), not 1603")


def _msi_no_room(c: Computer) -> str:
    with c.disk(_folder(c).parent, 300):
        _refused(c)
        expect(not _folder(c).exists(), "something was left behind")
    return "exit code 1603, nothing left behind"


def _msi_full_upgrade(c: Computer) -> str:
    """There would be room for the new version alone, or for half of it beside the old one."""
    with c.disk(_folder(c).parent, 450):
        code = _msiexec(c, "/i", "old")
        expect(code == 0, f"0.1.0: exit code {code}")
        before = sorted(p.name for p in _folder(c).rglob("*"))
        _refused(c)
        expect(sorted(p.name for p in _folder(c).rglob("*")) == before, "files are others")
        version = c.program("--version", folder=_folder(c))
        expect("0.1.0" in version, f"{version} runs")
        expect(_msiexec(c, "/x", "old") == 0, "0.1.0 cannot be removed")
    return f"exit code 1603; {version} still runs, and can be removed"


def _msi(c: Computer) -> str:
    folder = _folder(c)
    for version, number in (("old", "0.1.0"), ("new", "0.2.0")):
        code = _msiexec(c, "/i", version)
        expect(code == 0, f"{number}: exit code {code}")
        found = c.program("--version", folder=folder)
        expect(number in found, f"{found} after {number}")
    edition = (folder / "edition.txt").read_text().strip()
    nothing_of_the_test_prefix(folder)
    return f"{edition}: 0.1.0, then 0.2.0 over it; {c.smoke(folder)}"


def _msi_busy(c: Computer) -> str:
    """Also the removal: both would leave half a program."""
    c.start(_folder(c) / "aps-desktop.exe")
    wait_for(lambda: windows_named(c.shown, "APS Desktop"), 90, "no window came")
    before = sorted(p.name for p in _folder(c).rglob("*"))
    code = _msiexec(c, "/x", "new")
    expect(code == _USER_CANCELLED & 0xFF, f"exit code {code} (of 256), not 1602")
    expect(sorted(p.name for p in _folder(c).rglob("*")) == before, "files are gone")
    wine.end(c.prefix)
    return f"exit code 1602; {c.program('--version', folder=_folder(c))} is untouched"


def _msi_remove(c: Computer) -> str:
    code = _msiexec(c, "/x", "new")
    if code or (_folder(c) / "aps-desktop.exe").exists():
        raise Failed(f"not removed: exit code {code}")
    return "exit code 0, program gone"


def _portable(c: Computer) -> str:
    stick = fresh(c.drive / "USB stick é")
    for version in ("old", "new"):
        with zipfile.ZipFile(c.package(version, "windows-portable.zip")) as archive:
            archive.extractall(stick)
    older, newer = stick / "APS Desktop 0.1.0", stick / "APS Desktop 0.2.0"
    before = sorted(c.local.rglob("*"))
    c.program("init", "--office", "MM", "--device", "stick", folder=older)
    c.smoke(newer)
    found = c.program("digest", folder=newer)
    expect((stick / "APS Desktop data" / "office.aps").exists(), "the data is elsewhere")
    expect(sorted(c.local.rglob("*")) == before, "something was left on the computer")
    return f"0.2.0 finds what 0.1.0 made ({found[:16]}…); nothing on the computer itself"


class Standard:
    """An account of this system that has no rights, with a Windows of its own; what it may not
    write to belongs to root. Wine asks the system's rights, as Windows asks its own."""

    def __init__(self, c: Computer) -> None:
        self._c = c
        self.prefix = TRIALS / "prefix-standard"
        self.end()
        wine.trial_prefix(self.prefix)
        run(["chown", "-R", wine.STANDARD_USER, self.prefix])
        self.drive = self.prefix / "drive_c"
        self.call("wineboot", "-u")
        self.home = next((self.drive / "users").glob("nobody")) / "AppData/Local/Programs"

    def end(self) -> None:
        if self.prefix.exists():
            wine.end(self.prefix, wine.STANDARD_USER)

    def call(self, *command: str | Path) -> tuple[int, str]:
        text = wine.call(
            self.prefix, *command, timeout=400, user=wine.STANDARD_USER,
            DISPLAY=self._c.shown, HOME=str(self.prefix),
        )  # fmt: skip
        said, _, code = text.rpartition("rc ")
        return int(code) & 0xFF, said.strip()

    def setup(self, version: str, *switches: str) -> int:
        return self.call(self._c.package(version, "-setup.exe"), "/S", *switches)[0]

    def version(self) -> str:
        return self.call(self.home / "APS Desktop/app/aps-desktop-cli.exe", "--version")[1]

    def own(self) -> str:
        code = self.setup("old")
        expect(code == 0, f"exit code {code}")
        return f"exit code 0; {self.version()} in {self.home.relative_to(self.drive)}"

    def foreign(self) -> str:
        shared = fresh(self.drive / "Shared")
        code = self.setup("old", r"/D=C:\Shared\APS")
        expect(code == 2 and not any(shared.iterdir()), f"exit code {code}, {[*shared.iterdir()]}")
        return "exit code 2, nothing was written"

    def locked(self) -> str:
        """An administrator has put the program under a lock: it stays, whole and usable."""
        folder = self.home / "APS Desktop"
        run(["chown", "-R", "root", folder])
        run(["chmod", "-R", "go-w", folder])
        before = sorted(p.name for p in folder.iterdir())
        code = self.setup("new")
        expect(code in (2, 3), f"exit code {code}")
        expect(sorted(p.name for p in folder.iterdir()) == before, f"{[*folder.iterdir()]}")
        seen = self.version()
        expect("0.1.0" in seen, f"{seen} runs")
        return f"exit code {code}; {seen} still runs"

    def msi(self) -> str:
        programs = self.drive / "Program Files"
        run(["chown", "-R", "root", programs])
        run(["chmod", "-R", "go-w", programs])
        file = wine.windows_path(self._c.package("new", ".msi"))
        code, _ = self.call("msiexec", "/i", file, "/qn")
        there = programs / "APS Desktop"
        left = [p.name for p in there.rglob("*.exe")] if there.exists() else []
        expect(code != 0 and not left, f"exit code {code}, {left}")
        return f"exit code {code} (of 256), nothing in Program Files"
