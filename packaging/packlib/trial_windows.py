"""The Windows packages under Wine 8: silent and by their pages, from install to purge.

Wine is not Windows: what it cannot show (SmartScreen, Defender, real accounts, HiDPI, printing) is
in docs/pilot-checklist.md.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

from packlib import trial_windows_it, wine
from packlib.common import fresh, run
from packlib.computer import Computer
from packlib.trial import (
    TRIALS,
    Table,
    display,
    expect,
    picture,
    wait_for,
    windows_named,
)
from packlib.windows import nothing_of_the_test_prefix


def trial(older: Path, newer: Path) -> Table:
    """The life of the packages. Paths of dist folders."""
    table = Table("Windows")
    with display() as shown:
        computer = Computer(shown, older, newer)
        try:
            _silent(table, computer)
            _by_pages(table, computer)
            trial_windows_it.steps(table, computer)
        finally:
            computer.end()
    return table


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
    table.step("smoke test of what is installed", c.smoke)
    table.step("an older version is refused", lambda: c.install("old", want=5))
    table.step("two versions side by side", lambda: _beside(c))
    table.step("uninstall keeps the data", lambda: _uninstall(c))
    table.step("purge on request", lambda: _purge(c))


def _no_room(c: Computer) -> str:
    with c.disk(c.local / "Programs", 120):
        seen = c.install("old", want=2)
        left = [p.name for p in c.home.rglob("*")] if c.home.exists() else []
        expect(not left, f"left behind: {left[:5]}")
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
    with c.disk(c.local / "Programs", 460):
        shutil.copytree(kept, c.local / "Programs", dirs_exist_ok=True, symlinks=True)
        seen = c.install("new", want=2)
        names = sorted(p.name for p in c.home.iterdir())
        expect(names == ["app", "uninstall.exe"], f"in the folder: {names}")
        version = c.program("--version")
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


_COMMAND = r"HKCU\Software\Classes\APSDesktop.Bundle"


def _beside(c: Computer) -> str:
    c.install("old", r"/D=C:\Apps\GrößeAPS")
    other = c.drive / "Apps" / "GrößeAPS"
    one, two = c.program("--version"), c.program("--version", folder=other / "app")
    entries = c.entries()
    expect(one != two and len(entries) == 2, f"{one}, {two}, {entries}")
    code, _ = c.call(other / "uninstall.exe", "/S", r"_?=C:\Apps\GrößeAPS")
    expect(code == 0 and not (other / "app").exists(), "the second one did not go")
    expect(c.program("--version") == one, "the first one went too")
    _, opens = c.call("reg", "query", rf"{_COMMAND}\shell\open\command", "/ve")
    expect(r"Programs\APS Desktop\app" in opens, f"bundles open with {opens}")
    menu = [p.name for p in (c.drive / "users").rglob("APS Desktop.lnk")]
    expect(menu, "the Start menu has no entry any more")
    return f"{one} and {two}, entries {entries}; one removed, the other runs"


def _remove(c: Computer, done: Callable[[], object], words: str, *switches: str) -> None:
    """Removes the program; the uninstaller returns at once and goes on, until `done` is so."""
    c.call(c.home / "uninstall.exe", "/S", *switches)
    wait_for(lambda: not (c.home / "app").exists(), 60, "the program is still there")
    wait_for(done, 60, words)
    wine.end(c.prefix)


def _uninstall(c: Computer) -> str:
    def unknown() -> bool:
        _, said = c.call("reg", "query", r"HKCU\Software\Classes\.apsync")
        return "APSDesktop" not in said and not c.entries()

    _remove(c, unknown, "it is still in the registry")
    expect((c.data / "office.aps").exists(), "the data is gone")
    return f"program, association and entry gone; data in {c.data.relative_to(c.drive)}"


def _purge(c: Computer) -> str:
    c.install("new")
    _remove(c, lambda: not c.data.exists(), "the data is still there", "/PURGEDATA")
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
