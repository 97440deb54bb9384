"""The Windows packages under Wine 8: silent and by their pages, from install to purge.

Wine is not Windows: what it cannot show (SmartScreen, Defender, real accounts, HiDPI, printing) is
in docs/pilot-checklist.md.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
import zipfile
from pathlib import Path

from packlib import wine
from packlib.common import fresh, run
from packlib.trial import (
    TRIALS,
    Failed,
    Table,
    display,
    expect,
    picture,
    wait_for,
    windows_named,
)
from packlib.windows import nothing_of_the_test_prefix

USER = "Ωé ບຸນ Łódź"
_SHELL_FOLDERS = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\User Shell Folders"
_UNINSTALL = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Uninstall"


def trial(older: Path, newer: Path) -> Table:
    """The life of the three packages. Paths of dist folders."""
    table = Table("Windows")
    with display() as shown:
        computer = Computer(shown, older, newer)
        try:
            _silent(table, computer)
            _by_pages(table, computer)
            _others(table, computer)
        finally:
            computer.end()
    return table


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
                       self.prefix / "drive_c" / "Locked"):  # fmt: skip
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


# --- silent -----------------------------------------------------------------------------------


def _silent(table: Table, c: Computer) -> None:
    table.step("full disk at installation", lambda: _no_room(c))
    table.step("no right to write there", lambda: _locked(c))
    table.step("silent install, name with marks", lambda: _install(c))
    table.step("data of an office", lambda: _office(c))
    table.step("a bundle opens by association", lambda: _bundle(c))
    table.step("busy: refused while running", lambda: _busy(c))
    table.step("full disk at upgrade: old stays", lambda: _full_upgrade(c))
    table.step("upgrade keeps the data", lambda: _upgrade(c))
    table.step("smoke test of what is installed", lambda: _smoke(c))
    table.step("an older version is refused", lambda: c.install("old", want=5))
    table.step("two versions side by side", lambda: _beside(c))
    table.step("uninstall keeps the data", lambda: _uninstall(c))
    table.step("purge on request", lambda: _purge(c))


def _no_room(c: Computer) -> str:
    c.full(c.local / "Programs", 120)
    try:
        seen = c.install("old", want=2)
        left = [p.name for p in c.home.rglob("*")] if c.home.exists() else []
        expect(not left, f"left behind: {left[:5]}")
    finally:
        wine.end(c.prefix)
        run(["umount", c.local / "Programs"])
    return f"{seen}, nothing left behind"


def _locked(c: Computer) -> str:
    folder = c.drive / "Locked"
    folder.mkdir()
    run(["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", folder])
    try:
        return c.install("old", r"/D=C:\Locked\APS", want=2)
    finally:
        wine.end(c.prefix)
        run(["umount", folder])


def _install(c: Computer) -> str:
    started = time.monotonic()
    seen = c.install("old")
    seconds = time.monotonic() - started
    expect((c.home / "app" / "aps-desktop.exe").exists(), "the program is not there")
    nothing_of_the_test_prefix(c.home)
    size = sum(p.stat().st_size for p in c.home.rglob("*") if p.is_file())
    return f"{seen} after {seconds:.0f} s, {size / 1e6:.0f} MB in {c.home.relative_to(c.drive)}"


def _smoke(c: Computer, folder: Path | None = None) -> str:
    text = c.program("--smoke-test", folder=folder)
    lines = [one for one in text.splitlines() if one.startswith(("ok", "FAILED"))]
    expect(len(lines) >= 10 and all(one.startswith("ok") for one in lines), text)
    return f"{len(lines)} checks: " + ", ".join(one[8:28].strip() for one in lines)


def _office(c: Computer) -> str:
    c.program("init", "--office", "LA", "--device", "trial")
    c.program("demo", "--size", "small")
    expect((c.data / "office.aps").exists(), f"the data is not in {c.data}")
    (TRIALS / "digest").write_text(c.program("digest"))
    return f"{c.data.relative_to(c.drive)}: {', '.join(sorted(p.name for p in c.data.iterdir()))}"


def _bundle(c: Computer) -> str:
    # Wine does not show a user's own associations to ShellExecute: it gets those of the installer.
    for name in (".apsync", "APSDesktop.Bundle"):
        own = rf"Software\Classes\{name}"
        c.call("reg", "copy", rf"HKCU\{own}", rf"HKLM\{own}", "/s", "/f")
    file = c.drive / "users" / "to HQ é.apsync"
    c.program("bundle", "export", r"C:\users\to HQ é.apsync", "--full")
    c.start("start", "/unix", file)
    wait_for(lambda: windows_named(c.shown, "APS Desktop"), 90, "no window came")
    wait_for(lambda: windows_named(c.shown, "undle"), 30, "the bundle's window did not come")
    time.sleep(3)
    picture(c.shown, "windows-bundle")
    return "window and bundle shown, screenshot windows-bundle.png"


def _busy(c: Computer) -> str:
    seen = c.install("new", want=3)
    c.call("taskkill", "/im", "aps-desktop.exe", "/f")
    wine.end(c.prefix)
    return f"{seen}; {c.program('--version')} is untouched"


def _full_upgrade(c: Computer) -> str:
    kept = TRIALS / "programs"
    fresh(kept)
    shutil.copytree(c.local / "Programs", kept, dirs_exist_ok=True, symlinks=True)
    c.full(c.local / "Programs", 460)
    try:
        shutil.copytree(kept, c.local / "Programs", dirs_exist_ok=True, symlinks=True)
        seen = c.install("new", want=2)
        names = sorted(p.name for p in c.home.iterdir())
        expect(names == ["app", "uninstall.exe"], f"in the folder: {names}")
        version = c.program("--version")
    finally:
        wine.end(c.prefix)
        run(["umount", c.local / "Programs"])
    expect("0.1.0" in version, f"{version} runs")
    return f"{seen}; {version} still runs"


def _upgrade(c: Computer) -> str:
    (c.home / "app" / "stale-file.txt").touch()
    seen = c.install("new")
    expect(not (c.home / "app" / "stale-file.txt").exists(), "a file of the old version stayed")
    version = c.program("--version")
    expect("0.2.0" in version and c.entries() == {"APSDesktop": "0.2.0"}, f"{c.entries()}")
    expect(c.program("digest") == (TRIALS / "digest").read_text(), "the data is another")
    return f"{seen}; {version}; digest of the data unchanged"


def _beside(c: Computer) -> str:
    c.install("old", r"/D=C:\Apps\GrößeAPS")
    other = c.drive / "Apps" / "GrößeAPS"
    one, two = c.program("--version"), c.program("--version", folder=other / "app")
    entries = c.entries()
    expect(one != two and len(entries) == 2, f"{one}, {two}, {entries}")
    code, _ = c.call(other / "uninstall.exe", "/S", rf"_?={wine.windows_path(other)}")
    expect(code == 0 and not (other / "app").exists(), "the second one did not go")
    expect(c.program("--version") == one, "the first one went too")
    return f"{one} and {two}, entries {entries}; one removed, the other runs"


def _remove(c: Computer, *switches: str) -> None:
    c.call(c.home / "uninstall.exe", "/S", *switches)
    wait_for(lambda: not (c.home / "app").exists(), 60, "the program is still there")
    wine.end(c.prefix)


def _uninstall(c: Computer) -> str:
    _remove(c)
    expect((c.data / "office.aps").exists(), "the data is gone")
    _, said = c.call("reg", "query", r"HKCU\Software\Classes\.apsync")
    expect("APSDesktop" not in said and not c.entries(), f"left in the registry: {said}")
    return f"program, association and entry gone; data in {c.data.relative_to(c.drive)}"


def _purge(c: Computer) -> str:
    c.install("new")
    _remove(c, "/PURGEDATA")
    wait_for(lambda: not c.data.exists(), 30, "the data is still there")
    return "program and data gone"


# --- by its pages -----------------------------------------------------------------------------


def _by_pages(table: Table, c: Computer) -> None:
    table.step("install by its pages", lambda: _pages(c))
    table.step("update by file, backed up", lambda: _update(c))
    table.step("uninstall by its pages", lambda: _uninstall_pages(c))


def _walk(c: Computer, title: str, name: str) -> None:
    """Through the installer's pages with the Enter key; a picture of each."""
    wait_for(lambda: windows_named(c.shown, title), 60, f"the window {title} did not come")
    time.sleep(2)
    picture(c.shown, f"{name}-1-welcome")
    c.keys("Return")
    picture(c.shown, f"{name}-2-folder")
    c.keys("Return")
    picture(c.shown, f"{name}-3-installing")


def _pages(c: Computer) -> str:
    process = c.start(c.package("old", "-setup.exe"))
    _walk(c, "APS Desktop Setup", "windows-install")
    wait_for(lambda: "APSDesktop" in c.entries(), 120, "it is not installed")
    until = time.monotonic() + 180
    while not windows_named(c.shown, "Welcome to APS Desktop"):
        expect(time.monotonic() < until, "it did not start")
        time.sleep(8)
        if process.poll() is None:  # the last page: "Start APS Desktop now" is ticked
            picture(c.shown, "windows-install-4-done")
            c.keys("Return")
    time.sleep(5)
    picture(c.shown, "windows-install-5-first-start")
    wine.end(c.prefix)
    return "4 pages, then the program's first start; screenshots windows-install-*.png"


def _update(c: Computer) -> str:
    c.program("init", "--office", "KH", "--device", "trial")
    file = c.drive / "new.apsupdate"
    good = c.package("new", "windows-user.apsupdate").read_bytes()
    for at in (5, 60, len(good) - 9):
        file.write_bytes(good[:at] + bytes([good[at] ^ 8]) + good[at + 1 :])
        code, _ = c.call(
            c.home / "app" / "aps-desktop-cli.exe", "update", "apply", r"C:\new.apsupdate"
        )
        expect(code == 1, f"byte {at} changed: exit code {code}")
    file.write_bytes(good)
    c.start(c.home / "app" / "aps-desktop-cli.exe", "update", "apply", r"C:\new.apsupdate")
    _walk(c, "APS Desktop Setup", "windows-update")
    wait_for(lambda: c.entries() == {"APSDesktop": "0.2.0"}, 150, f"{c.entries()}")
    backups = list(c.data.rglob("*before update*"))
    expect(backups, "there is no backup")
    wine.end(c.prefix)
    return f"3 changed bytes refused; {backups[0].name}; {c.program('--version')} in the same place"


def _uninstall_pages(c: Computer) -> str:
    c.start(c.home / "uninstall.exe")
    _walk(c, "APS Desktop Uninstall", "windows-uninstall")
    wait_for(lambda: not (c.home / "app").exists(), 90, "the program is still there")
    time.sleep(4)
    picture(c.shown, "windows-uninstall-4-data-kept")
    c.keys("Return", "Return")
    expect((c.data / "office.aps").exists(), "the data is gone")
    wine.end(c.prefix)
    return "3 pages and the message where the data is; screenshots windows-uninstall-*.png"


# --- the other packages -----------------------------------------------------------------------


def _others(table: Table, c: Computer) -> None:
    table.step("MSI: install, use, upgrade, remove", lambda: _msi(c))
    table.step("portable zip keeps data beside it", lambda: _portable(c))


def _msi(c: Computer) -> str:
    folder = c.drive / "Program Files" / "APS Desktop"
    for version, number in (("old", "0.1.0"), ("new", "0.2.0")):
        file = wine.windows_path(c.package(version, ".msi"))
        code, said = c.call("msiexec", "/i", file, "/qn")
        expect(code == 0, f"{number}: exit code {code} {said}")
        found = c.program("--version", folder=folder)
        expect(number in found, f"{found} after {number}")
        edition = (folder / "edition.txt").read_text().strip()
    nothing_of_the_test_prefix(folder)
    seen = _smoke(c, folder)
    code, _ = c.call("msiexec", "/x", wine.windows_path(c.package("new", ".msi")), "/qn")
    if code or (folder / "aps-desktop.exe").exists():
        raise Failed(f"not removed: exit code {code}")
    return f"{edition}: 0.1.0, then 0.2.0 over it; {seen}; removed"


def _portable(c: Computer) -> str:
    stick = fresh(c.drive / "USB stick é")
    for version in ("old", "new"):
        with zipfile.ZipFile(c.package(version, "windows-portable.zip")) as archive:
            archive.extractall(stick)
    older, newer = stick / "APS Desktop 0.1.0", stick / "APS Desktop 0.2.0"
    before = sorted(c.local.rglob("*"))
    c.program("init", "--office", "MM", "--device", "stick", folder=older)
    _smoke(c, newer)
    found = c.program("digest", folder=newer)
    expect((stick / "APS Desktop data" / "office.aps").exists(), "the data is elsewhere")
    expect(sorted(c.local.rglob("*")) == before, "something was left on the computer")
    return f"0.2.0 finds what 0.1.0 made ({found[:16]}…); nothing on the computer itself"
