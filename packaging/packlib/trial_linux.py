"""The Linux packages in bare Debian roots: no Python, no fonts, two ordinary users.

Each root is made by mmdebstrap (kept as a tar in build/trials) and entered in a mount and process
namespace of its own. Needs root, and Debian's packages for what the program's libraries need.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from packlib.common import fresh, run
from packlib.trial import (
    TRIALS,
    Table,
    all_checks,
    display,
    expect,
    picture,
    wait_for,
    windows_named,
)

SUITES = {"12": "bookworm", "13": "trixie"}
_ENTER = """
root=$1; shift
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/dev/shm" 2>/dev/null
exec chroot "$root" /usr/bin/env -i HOME=/root LANG=C.UTF-8 TERM=dumb DISPLAY="$SHOWN" \\
    PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive "$@"
"""


class Root:
    """A bare Debian system in a folder."""

    def __init__(self, release: str, shown: str, *, megabytes: int = 0) -> None:
        self.folder = TRIALS / f"debian{release}"
        self.shown = shown
        self.leave()
        fresh(self.folder)
        if megabytes:
            run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", self.folder])
        run(["tar", "-C", self.folder, "--exclude=./dev/*", "-xf", bare(release)])
        shutil.copy("/etc/resolv.conf", self.folder / "etc" / "resolv.conf")
        for name in ("sources.list.d", "apt.conf.d"):
            source, target = Path("/etc/apt", name), self.folder / "etc/apt" / name
            if name == "apt.conf.d" and source.is_dir():
                shutil.copytree(source, target, dirs_exist_ok=True)

    def leave(self) -> None:
        """Lets the folder go, also when it is a disk of its own."""
        subprocess.run(["umount", "-q", str(self.folder)], check=False)

    def call(self, line: str, user: str = "", timeout: float = 900) -> str:
        """What a line of shell prints in the root; Failed when it does not end with 0."""
        done = self.attempt(line, user, timeout)
        text = done.stdout.decode("utf-8", "replace").strip()
        expect(done.returncode == 0, f"{line[:80]} -> {done.returncode}: {text[-400:]}")
        return text

    def attempt(
        self, line: str, user: str = "", timeout: float = 900
    ) -> subprocess.CompletedProcess[bytes]:
        inner = ["bash", "-c", line]
        if user:
            inner = ["su", user, "-c", f"export DISPLAY={self.shown} LANG=C.UTF-8; {line}"]
        enter = ["unshare", "--mount", "--pid", "--fork", "--kill-child"]
        command = [*enter, "bash", "-c", _ENTER, "_", str(self.folder), *inner]
        return subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env={**os.environ, "SHOWN": self.shown}, timeout=timeout, check=False,
        )  # fmt: skip


def bare(release: str) -> Path:
    """The tar of a minimal system; made once."""
    target = TRIALS / f"debian{release}.tar"
    if not target.exists():
        TRIALS.mkdir(parents=True, exist_ok=True)
        what = ["--variant=minbase", "--include=ca-certificates", SUITES[release]]
        run(["mmdebstrap", "-q", *what, str(target)])
    return target


def trial(older: Path, newer: Path, release: str) -> Table:
    """The life of the .deb: install, use, upgrade, full disk, remove. Paths of dist folders."""
    table = Table(f"Debian {release}")
    with display() as shown:
        root = Root(release, shown, megabytes=2500)
        try:
            _life(table, root, older, newer, release)
        finally:
            root.leave()
    return table


_FONTS = "find / -xdev -path /proc -prune -o -path '*/lib/aps-desktop' -prune -o "
_NO_FONTS = (
    _FONTS + r"\( -name '*.ttf' -o -name '*.otf' -o -name '*.pfb' \) -print | grep -v ^/root"
)
_USED = "~/.local/share/'APS Desktop'"


def _life(table: Table, root: Root, older: Path, newer: Path, release: str) -> None:
    for folder, name in ((older, "old"), (newer, "new")):
        package = next(folder.glob("*_amd64.deb"))
        shutil.copy(package, root.folder / "srv" / f"{name}.deb")
    table.step("nothing is there", lambda: _nothing(root))
    table.step("install", lambda: _install(root))
    table.step("data of an office", lambda: _office(root))
    table.step("desktop entry, icons, types", lambda: _types(root))
    table.step("a bundle opens in the window", lambda: _bundle(root, release))
    table.step("a forged update is refused", lambda: _forged(root, newer))
    table.step("in the window: forged", lambda: _forged_window(root, release))
    table.step("in the window: good, no database", lambda: _first_update(root, release))
    table.step("the update is taken and backs up", lambda: _update(root, newer))
    table.step("a standard user has no rights", lambda: _no_rights(root))
    table.step("full disk at upgrade: old stays", lambda: _full_upgrade(root))
    table.step("upgrade keeps the data", lambda: _upgrade(root))
    table.step("smoke test in a window (xcb)", lambda: _smoke(root))
    table.step("remove keeps the data", lambda: _remove(root))
    table.step("full disk at installation", lambda: _full_install(root))
    table.step("portable, folder with marks", lambda: _portable(root, newer))
    table.step("portable and .deb side by side", lambda: _beside(root))
    if release == "12":
        table.step(".rpm: install, use, remove", lambda: _rpm(root, newer))


def _nothing(root: Root) -> str:
    python = root.attempt("command -v python3 || command -v python").stdout.decode().strip()
    fonts = root.attempt(_NO_FONTS).stdout.decode().strip()
    expect(not python and not fonts, f"there is {python} {fonts}")
    root.call("useradd -m officer && useradd -m colleague")
    return "no Python, no font, two ordinary users"


def _install(root: Root) -> str:
    root.call("apt-get update -qq")
    text = root.call("apt-get install -y --no-install-recommends /srv/old.deb")
    lines = [one for one in text.splitlines() if "newly installed" in one or "Need to get" in one]
    fonts = root.attempt(_NO_FONTS).stdout.decode().strip()
    expect(not fonts, f"fonts came along: {fonts}")
    return "; ".join(lines) + "; still no fonts"


def _smoke(root: Root) -> str:
    return all_checks(root.call("APS_SMOKE_PLATFORM=xcb aps-desktop --smoke-test", "officer"))


def _office(root: Root) -> str:
    root.call("aps-desktop init --office LA --device trial", "officer")
    root.call("aps-desktop demo --size small", "officer")
    root.call("aps-desktop digest > ~/digest", "officer")
    return root.call(f"ls {_USED}; aps-desktop --version", "officer")


def _types(root: Root) -> str:
    root.call("apt-get install -y --no-install-recommends xdg-utils shared-mime-info "
              "desktop-file-utils libfile-mimeinfo-perl hicolor-icon-theme")  # fmt: skip
    root.call("aps-desktop bundle export ~/'to HQ é.apsync' --full", "officer")
    kind = root.call("xdg-mime query filetype ~/'to HQ é.apsync'", "officer").splitlines()[-1]
    entry = root.call(f"xdg-mime query default {kind}", "officer").splitlines()[-1]
    expect(kind == "application/vnd.aps-desktop.bundle", f"the type is {kind}")
    expect(entry.endswith("ApsDesktop.desktop"), f"it opens with {entry}")
    root.call(f"desktop-file-validate /usr/share/applications/{entry}")
    icons = root.call("find /usr/share/icons -iname '*aps*' | wc -l")
    return f"{kind} opens with {entry}; {icons} icons; man page " + root.call(
        "ls /usr/share/man/man1/aps-desktop.1.gz 2>/dev/null || echo left out by minbase"
    )


def _bundle(root: Root, release: str) -> str:
    return _in_window(root, "officer", "~/'to HQ é.apsync'", "undle", f"debian{release}-bundle")


def _in_window(root: Root, user: str, file: str, title: str, name: str) -> str:
    """Opens a file with the program, waits for the window that it brings, and takes a picture."""
    line = f"timeout -s TERM 60 aps-desktop {file} >/tmp/{name}.log 2>&1; true"
    enter = subprocess.Popen(
        ["unshare", "--mount", "--pid", "--fork", "--kill-child", "bash", "-c", _ENTER, "_",
         str(root.folder), "su", user, "-c", f"export DISPLAY={root.shown}; {line}"],
        stdin=subprocess.DEVNULL, env={**os.environ, "SHOWN": root.shown},
    )  # fmt: skip
    try:
        wait_for(lambda: windows_named(root.shown, "APS Desktop"), 40, "no window came")
        wait_for(lambda: windows_named(root.shown, title), 20, f"no window named {title} came")
        time.sleep(3)  # what is checked in the background is shown
        picture(root.shown, name)
    finally:
        enter.kill()  # and all that was started in it
        enter.wait()
    return f"shown, screenshot {name}.png"


def _forged(root: Root, newer: Path) -> str:
    good = next(newer.glob("*linux-deb.apsupdate")).read_bytes()
    place = root.folder / "home/officer/new.apsupdate"
    for at in (3, 40, len(good) // 2):
        place.write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])
        done = root.attempt("aps-desktop update inspect ~/new.apsupdate", "officer")
        expect(done.returncode == 1, f"byte {at} changed: exit code {done.returncode}")
    place.write_bytes(good)
    wrong = next(newer.glob("*linux-portable.apsupdate"))
    shutil.copy(wrong, root.folder / "home/officer/wrong.apsupdate")
    done = root.attempt("aps-desktop update inspect ~/wrong.apsupdate", "officer")
    expect(done.returncode == 1, "one for another kind of installation was taken")
    return f"3 changed bytes refused; {done.stdout.decode().strip()[:90]}"


_UPDATE_TITLE = "Install an update"


def _forged_window(root: Root, release: str) -> str:
    """A byte of the signed head is another one."""
    good = (root.folder / "home/officer/new.apsupdate").read_bytes()
    forged = good[:60] + bytes([good[60] ^ 1]) + good[61:]
    (root.folder / "home/officer/forged.apsupdate").write_bytes(forged)
    name = f"debian{release}-update-forged"
    return _in_window(root, "officer", "~/forged.apsupdate", _UPDATE_TITLE, name)


def _first_update(root: Root, release: str) -> str:
    """Opened by a colleague who has not begun: the guide, and what the file is before it."""
    shutil.copy(root.folder / "home/officer/new.apsupdate", root.folder / "srv/new.apsupdate")
    name = f"debian{release}-update-first"
    return _in_window(root, "colleague", "/srv/new.apsupdate", _UPDATE_TITLE, name)


def _no_rights(root: Root) -> str:
    """What an ordinary user may not do, and that another one's data is closed to them."""
    done = root.attempt("dpkg -i /srv/new.deb", "officer")
    said = done.stdout.decode().strip().splitlines()[-1]
    expect(done.returncode != 0, "dpkg let an ordinary user in")
    done = root.attempt("echo x >> /usr/lib/aps-desktop/edition.txt", "officer")
    expect(done.returncode != 0, "the program can be written by an ordinary user")
    root.call("chmod 755 /home/officer")  # as some distributions make them
    root.call("aps-desktop init --office KH --device other", "colleague")
    done = root.attempt("ls ~officer/.local/share/'APS Desktop'", "colleague")
    expect(done.returncode != 0, "another user's databases can be read")
    return (
        f"{said}; the program cannot be changed; each user has a database that is closed to others"
    )


def _update(root: Root, newer: Path) -> str:
    root.call("chmod a+r ~officer/*.apsupdate")
    seen = root.call("aps-desktop update inspect ~/new.apsupdate", "officer")
    done = root.attempt("aps-desktop update apply ~/new.apsupdate", "officer")
    expect(done.returncode in (0, 3), done.stdout.decode())
    backups = root.call(f"find {_USED}/backups -name '*before update*' | wc -l", "officer")
    expect(backups != "0", "there is no backup")
    laid = root.call(f"cd {_USED}/updates && ls */*", "officer")
    return f"{seen.splitlines()[-1]} backups made: {backups}; laid ready: {laid}"


@contextmanager
def _nearly_full(root: Root, left: int) -> Iterator[None]:
    """Leaves so many bytes on the root's disk."""
    filler = root.folder / "filler"
    with filler.open("wb") as out:
        free = shutil.disk_usage(root.folder).free
        os.posix_fallocate(out.fileno(), 0, max(1, free - left))
    try:
        yield
    finally:
        filler.unlink()


def _refused_for_room(root: Root) -> str:
    """What dpkg says when the package does not fit."""
    with _nearly_full(root, 60_000_000):
        done = root.attempt("dpkg -i /srv/new.deb")
    expect(done.returncode != 0, "it went through on a full disk")
    said = [line for line in done.stdout.decode().splitlines() if "No space" in line]
    expect(said, done.stdout.decode())
    return said[0].strip()[:90]


def _full_upgrade(root: Root) -> str:
    before = root.call("aps-desktop --version", "officer")
    said = _refused_for_room(root)
    after = root.call("aps-desktop --version", "officer")
    expect(after == before, f"{before} became {after}")
    root.call("aps-desktop check", "officer")
    return f"{said}; {after} still runs"


def _full_install(root: Root) -> str:
    said = _refused_for_room(root)
    left = root.attempt("ls -A /usr/lib/aps-desktop /usr/bin/aps-desktop 2>/dev/null")
    expect(not left.stdout.strip(), f"left behind: {left.stdout.decode()[:200]}")
    return f"{said}; nothing left behind; " + root.call(f"ls {_USED} | head -1", "officer")


def _upgrade(root: Root) -> str:
    root.call("apt-get install -y --no-install-recommends /srv/new.deb")
    version = root.call("aps-desktop --version", "officer")
    expect("0.2.0" in version, f"{version} runs")
    root.call("aps-desktop digest | cmp - ~/digest", "officer")
    stale = root.call("dpkg -V aps-desktop; true")
    return f"{version}, digest of the data unchanged {stale}"


def _remove(root: Root) -> str:
    root.call("apt-get remove -y aps-desktop")
    left = root.attempt("ls -d /usr/lib/aps-desktop /usr/bin/aps-desktop").stdout.decode()
    expect("cannot access '/usr/lib/aps-desktop'" in left, f"left behind: {left}")
    return "program gone; " + root.call(f"ls {_USED} | head -3", "officer")


def _portable(root: Root, newer: Path) -> str:
    home = root.folder / "home/officer/Łódź é ສ"
    fresh(home)
    run(["tar", "-C", home, "-xf", next(newer.glob("*.tar.xz"))])
    inside = next(home.glob("aps-desktop-*"))
    (inside / "portable.txt").touch()
    root.call("chown -R officer: ~officer/Łódź*")
    start = "~/Łódź*/aps-desktop-*/aps-desktop"
    root.call(f"{start} --smoke-test", "officer")
    root.call(f"{start} init --office KH --device stick", "officer")
    kept = sorted(p.name for p in (home / "APS Desktop data").iterdir())
    expect("office.aps" in kept, f"the data is not beside the program: {kept}")
    return f"smoke test passed; beside the program: {', '.join(kept)}"


def _beside(root: Root) -> str:
    root.call("apt-get install -y --no-install-recommends /srv/old.deb")
    one = root.call("aps-desktop --version", "officer")
    two = root.call("~/Łódź*/aps-desktop-*/aps-desktop --version", "officer")
    root.call("apt-get remove -y aps-desktop")
    expect(one != two, "both are the same version")
    return f"{one} and {two} run"


def _rpm(root: Root, newer: Path) -> str:
    shutil.copy(next(newer.glob("*.rpm")), root.folder / "srv" / "new.rpm")
    root.call("apt-get install -y --no-install-recommends rpm")
    # Debian's own packages are not in rpm's database: what the package needs is looked at by dpkg.
    root.call("rpm --nodeps -i /srv/new.rpm")
    root.call("APS_SMOKE_PLATFORM=xcb aps-desktop --smoke-test", "officer")
    edition = root.call("cat /usr/lib/aps-desktop/edition.txt")
    root.call("rpm -e aps-desktop")
    left = root.attempt("ls /usr/bin/aps-desktop").returncode
    expect(left != 0, "the program is still there")
    return f"{edition}: smoke test passed, removed"
