"""Where things are: the user's data, and what is shipped with the program."""

from __future__ import annotations

import os
import sys
from pathlib import Path

APP_NAME = "APS Desktop"


def resource_path(*parts: str) -> Path:
    """A file shipped with the program: frozen, installed from a wheel, or in a checkout."""
    frozen = getattr(sys, "_MEIPASS", None)
    if frozen:
        return Path(frozen, "resources", *parts)
    package = Path(__file__).resolve().parent
    inside = package / "resources"
    return (inside if inside.is_dir() else package.parent / "resources").joinpath(*parts)


def program_dir() -> Path:
    """The folder of the installed program, which may hold `portable.txt` and `edition.txt`."""
    if getattr(sys, "frozen", False):
        return Path(sys.executable).resolve().parent
    # The Windows packages: our starter stands beside runtime\\ and lib\\aps_desktop.
    return Path(__file__).resolve().parents[2 if _in_windows_folder() else 1]


def _in_windows_folder() -> bool:
    library = Path(__file__).resolve().parents[1]
    return library.name == "lib" and (library.parent / "runtime" / "pythonw.exe").exists()


def edition() -> str:
    """Which package this was installed from ("linux-deb", "windows-user"); "" for none."""
    try:
        return (program_dir() / "edition.txt").read_text(encoding="utf-8").strip()
    except OSError:
        return ""


def is_portable() -> bool:
    """Whether everything is kept beside the program: a file portable.txt in its folder says so."""
    return (program_dir() / "portable.txt").exists()


def keep_together() -> None:
    """In portable mode temporary files too go beside the program, not on the computer."""
    if not is_portable() or os.environ.get("APS_DATA_DIR"):
        return
    folder = data_dir() / "temporary"
    folder.mkdir(exist_ok=True)
    for name in ("TMP", "TEMP", "TMPDIR", "MPLCONFIGDIR"):
        os.environ[name] = str(folder)


def data_dir() -> Path:
    """The user's data folder by the platform's conventions; made when missing, for its user alone.

    APS_DATA_DIR names another one; in portable mode it is beside the program's folder, and for
    whoever has the stick.
    """
    rights = 0o777  # less what the user's own mask takes
    chosen = os.environ.get("APS_DATA_DIR")
    if chosen:
        folder = Path(chosen)
    elif is_portable():
        folder = program_dir().parent / f"{APP_NAME} data"
    else:
        import platformdirs

        folder, rights = Path(platformdirs.user_data_dir(APP_NAME, appauthor=False)), 0o700
    folder.mkdir(mode=rights, parents=True, exist_ok=True)
    return folder


def default_database() -> str:
    """The database that opens when none is named: the environment's, else the user's own."""
    return os.environ.get("APS_DATABASE") or str(data_dir() / "office.aps")
