"""Linux: the program as one folder (PyInstaller), then .deb, .rpm and .tar.xz of it."""

from __future__ import annotations

import gzip
import hashlib
import io
import lzma
import os
import shutil
import sys
import tarfile
import time
from email.utils import formatdate
from pathlib import Path

from packlib.common import (
    APP_ID,
    BUILD,
    DIST,
    PACKAGING,
    PUBLISHER,
    ROOT,
    epoch,
    fast,
    fresh,
    run,
    same_time,
    say,
    sha256,
    version,
    write,
)
from packlib.licences import copy_licences, system_python
from packlib.requirements import lock_file
from packlib.stage import ICONS, SIZES, prepare

ENVIRONMENT = BUILD / "linux-env"
FOLDER = BUILD / f"linux-{version()}" / "aps-desktop"
MIME = {
    "bundle": ("application/vnd.aps-desktop.bundle", "APS Desktop bundle", "apsync"),
    "update": ("application/vnd.aps-desktop.update", "APS Desktop update", "apsupdate"),
}
DEPENDS = ["libc6 (>= 2.36)", "libstdc++6 (>= 12)", "libgcc-s1", "libgl1", "libegl1", "libxcb1"]
SUMMARY = "The desk of programme officers: offline, and merged between offices"


def make() -> list[Path]:
    """All Linux packages; their files."""
    python = environment()
    prepare(python)
    freeze(python)
    made = [tar(), deb(), rpm()]
    for file in made:
        say(f"  {file.name}: {file.stat().st_size:,} bytes, SHA-256 {sha256(file)[:16]}…")
    return made


def environment() -> Path:
    """build/linux-env from the lock files, every file checked by hash; its Python."""
    locks = [lock_file("linux"), lock_file("linux-build")]
    mark = hashlib.sha256(
        b"".join(f.read_bytes() for f in locks) + sys.version.encode()
    ).hexdigest()
    stamp, python = ENVIRONMENT / "stamp", ENVIRONMENT / "bin" / "python"
    if stamp.exists() and stamp.read_text() == mark:
        return python
    say("Installing what the packages are made of, checked by hash")
    fresh(ENVIRONMENT)
    run([sys.executable, "-m", "venv", ENVIRONMENT])
    options = ["-qq", "--disable-pip-version-check", "--no-deps", "--require-hashes"]
    for lock in locks:
        run([python, "-m", "pip", "install", *options, "--only-binary=:all:", "-r", lock])
    stamp.write_text(mark)
    return python


def freeze(python: Path) -> None:
    """build/linux/aps-desktop: the program with its own Python and Qt."""
    started = time.monotonic()
    fresh(FOLDER.parent)
    where = ["--distpath", FOLDER.parent, "--workpath", BUILD / "pyinstaller"]
    settings = {**os.environ, "PYTHONHASHSEED": "0", "SOURCE_DATE_EPOCH": str(epoch())}
    settings |= {"PYINSTALLER_CONFIG_DIR": str(BUILD / "pyinstaller-config")}
    command = [python, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN", *where]
    run([*command, PACKAGING / "aps.spec"], env=settings, cwd=ROOT)
    packages = next((python.parents[1] / "lib").glob("python3.*/site-packages"))
    copy_licences(packages, FOLDER / "licences")
    system_python(FOLDER / "licences")
    same_time(FOLDER)
    say(f"one folder in {time.monotonic() - started:.0f} s")


# --- the tree that .deb and .rpm put on a system ---------------------------------------------


def tree(target: Path, kind: str) -> Path:
    """/usr as installed, with the edition ("linux-deb") that the program reads for updates."""
    fresh(target)
    shutil.copytree(FOLDER, target / "usr/lib/aps-desktop", symlinks=True)
    write(target / "usr/lib/aps-desktop/edition.txt", kind + "\n")
    (target / "usr/bin").mkdir(parents=True)
    (target / "usr/bin/aps-desktop").symlink_to("../lib/aps-desktop/aps-desktop")
    icons = target / "usr/share/icons/hicolor"
    for size in SIZES:
        for place, name in (
            ("apps", APP_ID),
            *((("mimetypes", _icon(m[0]))) for m in MIME.values()),
        ):
            file = icons / f"{size}x{size}" / place / f"{name}.png"
            file.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ICONS / f"aps-{size}.png", file)
    scalable = icons / "scalable/apps" / f"{APP_ID}.svg"
    scalable.parent.mkdir(parents=True)
    shutil.copy(ICONS / "aps.svg", scalable)
    for source, place in (
        ("desktop", f"usr/share/applications/{APP_ID}.desktop"),
        ("metainfo.xml", f"usr/share/metainfo/{APP_ID}.metainfo.xml"),
        ("mime.xml", f"usr/share/mime/packages/{APP_ID}.xml"),
    ):
        write(target / place, filled(PACKAGING / "linux" / source))
    manual = target / "usr/share/man/man1/aps-desktop.1.gz"
    manual.parent.mkdir(parents=True)
    text = filled(PACKAGING / "linux" / "aps-desktop.1")
    manual.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    documents = target / "usr/share/doc/aps-desktop"
    write(documents / "copyright", filled(PACKAGING / "linux" / "copyright"))
    changes = f"aps-desktop ({version()}) stable; urgency=medium\n\n  * See CHANGELOG.md.\n\n"
    changes += f" -- {PUBLISHER} <aps@localhost>  {formatdate(epoch())}\n"
    (documents / "changelog.gz").write_bytes(gzip.compress(changes.encode(), 9, mtime=0))
    return target


def _icon(mime: str) -> str:
    return mime.replace("/", "-")


def filled(file: Path) -> str:
    """A template's text with version, day and name put in."""
    day = time.strftime("%Y-%m-%d", time.gmtime(epoch()))
    values = {"VERSION": version(), "DAY": day, "APP_ID": APP_ID, "SUMMARY": SUMMARY}
    text = file.read_text("utf-8")
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    return text


def deb() -> Path:
    """The package for Debian and Ubuntu."""
    root = tree(BUILD / "deb", "linux-deb")
    kilobytes = sum((p.lstat().st_size + 1023) // 1024 for p in root.rglob("*") if p.is_file())
    sums = [
        f"{hashlib.md5(p.read_bytes()).hexdigest()}  {p.relative_to(root)}"
        for p in sorted(root.rglob("*"))
        if p.is_file() and not p.is_symlink()
    ]
    control = filled(PACKAGING / "linux" / "control")
    control = control.replace("@SIZE@", str(kilobytes)).replace("@DEPENDS@", ", ".join(DEPENDS))
    write(root / "DEBIAN/control", control)
    write(root / "DEBIAN/md5sums", "\n".join(sums) + "\n")
    same_time(root)
    target = DIST / f"aps-desktop_{version()}_amd64.deb"
    target.parent.mkdir(exist_ok=True)
    control_files = packed(root / "DEBIAN", "./")
    shutil.rmtree(root / "DEBIAN")
    parts = (
        ("debian-binary", b"2.0\n"),
        ("control.tar.xz", control_files),
        ("data.tar.xz", packed(root, "./")),
    )
    with target.open("wb") as out:
        out.write(b"!<arch>\n")
        for name, data in parts:
            out.write(f"{name:16}{epoch():<12}{0:<6}{0:<6}{100644:<8}{len(data):<10}`\n".encode())
            out.write(data + b"\n" * (len(data) % 2))
    return target


def packed(folder: Path, top: str) -> bytes:
    """A folder as .tar.xz, the same for the same files; its members begin with `top`.

    With the filter for x86 code, which dpkg-deb does not offer and dpkg reads: a tenth smaller.
    """
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for path in [folder, *sorted(folder.rglob("*"))]:
            inside = str(path.relative_to(folder)).removeprefix(".")
            archive.add(path, arcname=top + inside, recursive=False, filter=_anywhere)
    strength = 1 if fast() else 9 | lzma.PRESET_EXTREME
    filters = [
        {"id": lzma.FILTER_X86},
        {"id": lzma.FILTER_LZMA2, "preset": strength, "dict_size": _DICTIONARY},
    ]
    return lzma.compress(plain.getbuffer(), check=lzma.CHECK_CRC32, filters=filters)


_DICTIONARY = 64 << 20
"""Bytes that whoever unpacks needs in memory."""


def rpm() -> Path:
    """The package for Fedora, openSUSE and their relatives; rpmbuild is in Debian's package rpm."""
    root = tree(BUILD / "rpm", "linux-rpm")
    same_time(root)
    work = fresh(BUILD / "rpmbuild")
    text = filled(PACKAGING / "linux" / "rpm.spec").replace("@ROOT@", str(root))
    write(
        work / "aps-desktop.spec", text.replace("@PAYLOAD@", "w1.gzdio" if fast() else "w9.xzdio")
    )
    settings = {**os.environ, "SOURCE_DATE_EPOCH": str(epoch())}
    command = ["rpmbuild", "-bb", "--quiet", "--define", f"_topdir {work}", "aps-desktop.spec"]
    run(command, capture_output=True, text=True, env=settings, cwd=work)
    target = DIST / f"aps-desktop-{version()}-1.x86_64.rpm"
    shutil.move(next(work.glob("RPMS/x86_64/*.rpm")), target)
    return target


def tar() -> Path:
    """The folder as it is: unpack anywhere, start aps-desktop."""
    target = DIST / f"aps-desktop-{version()}-linux-x64.tar.xz"
    target.parent.mkdir(exist_ok=True)
    top = f"aps-desktop-{version()}"
    write(FOLDER / "edition.txt", "linux-portable\n")
    same_time(FOLDER)
    target.write_bytes(packed(FOLDER, f"{top}/"))
    (FOLDER / "edition.txt").unlink()
    same_time(FOLDER)
    return target


def _anywhere(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Nothing of who packed it, nor of when."""
    member.mtime = epoch()
    member.uid = member.gid = 0
    member.uname = member.gname = "root"
    return member
