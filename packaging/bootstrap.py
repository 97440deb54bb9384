"""Prepares this checkout and starts one of its tasks: `python packaging/bootstrap.py run`.

Plain standard library, since it runs before anything is installed. The Makefile only calls it;
on Windows and macOS it is called directly.
"""

import argparse
import ctypes
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036 - this file is started by whatever python is there
    sys.exit("APS Desktop needs Python 3.11 or later; this is " + sys.version.split()[0] + ".")

import tomllib

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "aps-stamp.json"
WINDOWS = sys.platform == "win32"
VENV_PYTHON = VENV / ("Scripts/python.exe" if WINDOWS else "bin/python")

# What the Qt libraries and the xcb platform plugin of the wheel name as NEEDED (objdump -p), and
# the Debian package that holds it. All other names come with these.
QT_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libX11.so.6": "libx11-6",
    "libbrotlidec.so.1": "libbrotli1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxcb.so.1": "libxcb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libzstd.so.1": "libzstd1",
}


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


# --- what the system must bring -------------------------------------------------------------


def missing_qt_packages() -> list[str]:
    """Debian packages whose library cannot be loaded here; empty on Windows and macOS."""
    if not sys.platform.startswith("linux"):
        return []
    missing = []
    for library, package in QT_LIBRARIES.items():
        try:
            ctypes.CDLL(library)
        except OSError:
            missing.append(package)
    if not has_fonts():
        missing += ["fontconfig", "fonts-dejavu-core"]
    return missing


def has_fonts() -> bool:
    home = Path.home()
    folders = ["/usr/share/fonts", "/usr/local/share/fonts", home / ".fonts"]
    folders.append(home / ".local/share/fonts")
    return any(
        name.endswith((".ttf", ".otf", ".ttc", ".pfb"))
        for folder in folders
        for _, _, names in os.walk(folder)
        for name in names
    )


def missing_programs(*wanted: str) -> list[str]:
    """Debian packages of the programs that the tests start and that are not here."""
    if not sys.platform.startswith("linux"):
        return []
    missing = []
    if "postgresql" in wanted and not (
        shutil.which("initdb") or list(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    ):
        missing.append("postgresql")
    programs = {"xvfb": "Xvfb", "sqlitebrowser": "sqlitebrowser", "xdotool": "xdotool"}
    missing += [p for p, command in programs.items() if p in wanted and not shutil.which(command)]
    return missing


def install_packages(packages: list[str]) -> None:
    """Root on a Debian system installs them; anybody else is told the one line to copy."""
    if not packages:
        return
    names = " ".join(packages)
    if not shutil.which("apt-get"):
        sys.exit(f"Install with your system's own tool what Debian calls: {names}")
    line = f"sudo apt-get update && sudo apt-get install -y --no-install-recommends {names}"
    if os.geteuid() != 0:
        sys.exit(f"Some system packages are missing. Copy this line, then try again:\n  {line}")
    say(f"Installing system packages: {names}")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    for command in (["apt-get", "update", "-qq"], install):
        done = subprocess.run(
            command,
            env=quiet,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        sys.exit(f"{done.stdout}{done.stderr}apt-get could not install them. By hand:\n  {line}")


# --- the virtual environment ----------------------------------------------------------------


def fingerprint() -> str:
    """Of all that decides what is installed: dependencies, pins, interpreter and place."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    parts = [project["project"], project["build-system"], sys.version, str(ROOT)]
    parts.append((ROOT / "constraints.txt").read_text(encoding="utf-8"))
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def read_stamp() -> dict[str, object]:
    try:
        return dict(json.loads(STAMP.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


def ensure_environment(extra: str = "") -> None:
    """Makes .venv or brings it up to date; does nothing when it already fits."""
    stamp, wanted = read_stamp(), fingerprint()
    extras = {str(stamp.get("extra", "")), extra} - {""}
    if stamp.get("fingerprint") == wanted and extra in {"", stamp.get("extra")}:
        return
    if stamp.get("python", sys.version) != sys.version or not works("import pip", VENV_PYTHON):
        make_environment()
    STAMP.unlink(missing_ok=True)
    say("Installing the Python packages of this version (the first time: about 250 MB).")
    target = f".[{','.join(sorted(extras))}]" if extras else "."
    pip(VENV_PYTHON, "install", "--constraint", "constraints.txt", "--editable", target)
    kept = {"fingerprint": wanted, "python": sys.version, "extra": ",".join(sorted(extras))}
    STAMP.write_text(json.dumps(kept), encoding="utf-8")


def make_environment() -> None:
    """With ensurepip; without it (Debian splits it off) with the pip that is there."""
    say("Making the virtual environment .venv")
    base = [sys.executable, "-m", "venv", "--clear"]
    if not works("import venv, ensurepip") and works("import venv, pip"):
        run_or_exit([*base, "--without-pip", str(VENV)])
        pip(Path(sys.executable), "--python", str(VENV_PYTHON), "install", "pip")
        return
    if not works("import venv, ensurepip"):
        install_packages(["python3-venv", f"python3.{sys.version_info.minor}-venv"])
    run_or_exit([*base, str(VENV)])


def works(statement: str, python: Path = Path(sys.executable)) -> bool:
    if not python.exists():
        return False
    command = [str(python), "-c", statement]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def pip(python: Path, *arguments: str) -> None:
    quiet = [] if sys.stdout.isatty() else ["-qq"]
    options = ["--disable-pip-version-check", "--no-input", *quiet]
    run_or_exit([str(python), "-m", "pip", *options, *arguments], output=sys.stderr)


def run_or_exit(command: list[str], output: object = None) -> None:
    done = subprocess.run(command, cwd=ROOT, stdout=output, check=False)  # type: ignore[call-overload]
    if done.returncode:
        sys.exit(f"This step failed (exit code {done.returncode}): {' '.join(command)}")


# --- the tasks --------------------------------------------------------------------------------


def start(*arguments: str, **environment: str) -> int:
    """Runs the environment's Python in the foreground, in the folder of the checkout."""
    sys.stdout.flush()
    settings = {**os.environ, **environment}
    settings.pop("PYTHONHOME", None)
    try:
        return subprocess.call([str(VENV_PYTHON), *arguments], cwd=ROOT, env=settings)
    except KeyboardInterrupt:
        return 130


def setup(_: list[str]) -> int:
    """Installs what developing needs and stops there."""
    install_packages(missing_qt_packages() + missing_programs("postgresql"))
    ensure_environment("dev")
    return 0


def run(arguments: list[str]) -> int:
    """Starts the program."""
    install_packages(missing_qt_packages())
    ensure_environment()
    return start("-m", "aps_desktop", *arguments)


def test(arguments: list[str]) -> int:
    """The tests that every change must pass; no display needed."""
    setup([])
    return start("-m", "pytest", *(arguments or side_by_side()), **offscreen())


def side_by_side() -> list[str]:
    """A whole run takes two processes of up to 1 GB; what is asked for by name runs in one, where
    a debugger works. The end is shared out again, since some tests take half a minute."""
    return ["--numprocesses=2", "--dist=worksteal"] if (os.cpu_count() or 1) > 1 else []


def test_all(arguments: list[str]) -> int:
    """All tests, the long ones and those in a real window under Xvfb included."""
    install_packages(missing_programs("postgresql", "xvfb"))
    setup([])
    long = {"APS_HYPOTHESIS_PROFILE": "long"}
    chosen = arguments or side_by_side()
    return start("-m", "pytest", "-m", "", *chosen, **offscreen(), **long)


def bench(arguments: list[str]) -> int:
    """Measures beside peers; the figures are printed."""
    install_packages(missing_programs("xvfb", "xdotool", "sqlitebrowser"))
    setup([])
    files = ["-o", "python_files=bench_*.py", "tests/benchmarks"]
    return start("-m", "pytest", "-q", "-s", "-m", "", *files, *arguments, **offscreen())


def lint(_: list[str]) -> int:
    """Style, types below the views, and the direction of imports."""
    setup([])
    checks = (
        ("-m", "ruff", "check", "."),
        ("-m", "ruff", "format", "--check", "."),
        ("-m", "mypy"),
        ("-c", "import importlinter.cli as cli; raise SystemExit(cli.lint_imports(no_cache=True))"),
    )
    return max([start(*check) for check in checks])


def screenshots(arguments: list[str]) -> int:
    """Writes a picture of every page and window into screenshots/."""
    setup([])
    return start("packaging/screenshots.py", *(arguments or ["screenshots"]), **offscreen())


FOR_LINUX = {"objdump": "binutils", "rpmbuild": "rpm"}
FOR_WINDOWS = {
    "makensis": "nsis", "wixl": "wixl", "wine": "wine wine64",
    "x86_64-w64-mingw32-gcc": "gcc-mingw-w64-x86-64",
}  # fmt: skip
FOR_TRIALS = {
    "mmdebstrap": "mmdebstrap", "Xvfb": "xvfb", "xdotool": "xdotool", "import": "imagemagick",
    "desktop-file-validate": "desktop-file-utils",
}  # fmt: skip
"""Programs, and Debian's packages that have them."""


def missing_of(programs: dict[str, str]) -> list[str]:
    """The Debian packages of those programs that are not there."""
    return [p for name, packages in programs.items() if not shutil.which(name)
            for p in packages.split()]  # fmt: skip


def package(arguments: list[str]) -> int:
    """Makes the installers in dist/; docs/packaging.md says more."""
    install_packages(missing_of(FOR_LINUX if "linux" in arguments else FOR_LINUX | FOR_WINDOWS))
    setup([])
    return start("packaging/package.py", *arguments, **offscreen())


def test_packages(arguments: list[str]) -> int:
    """Takes the installers to bare systems, uses them there, and prints a table."""
    install_packages(missing_of(FOR_LINUX | FOR_WINDOWS | FOR_TRIALS))
    setup([])
    return start("packaging/test_packages.py", *arguments)


def offscreen() -> dict[str, str]:
    return {"QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM") or "offscreen"}


TASKS = {
    "run": run,
    "test": test,
    "test-all": test_all,
    "bench": bench,
    "lint": lint,
    "screenshots": screenshots,
    "package": package,
    "test-packages": test_packages,
    "setup": setup,
}


def main() -> int:
    listing = "\n".join(f"  {name:12} {task.__doc__}" for name, task in TASKS.items())
    parser = argparse.ArgumentParser(
        prog="bootstrap.py",
        description=__doc__.splitlines()[0] if __doc__ else None,
        epilog="tasks:\n" + listing,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("task", choices=TASKS)
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="handed on to the task")
    chosen = parser.parse_args()
    return TASKS[chosen.task](chosen.arguments)


if __name__ == "__main__":
    sys.exit(main())
