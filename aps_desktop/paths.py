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


def data_dir() -> Path:
    """The user's data folder by the platform's conventions; made when missing."""
    chosen = os.environ.get("APS_DATA_DIR")
    if chosen:
        folder = Path(chosen)
    else:
        import platformdirs

        folder = Path(platformdirs.user_data_dir(APP_NAME, appauthor=False))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def default_database() -> str:
    """The database that opens when none is named: the environment's, else the user's own."""
    return os.environ.get("APS_DATABASE") or str(data_dir() / "office.aps")
