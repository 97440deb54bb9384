"""Starts the window, or with a sub-command the command line."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from aps_desktop.paths import keep_together

_TAKEN = (
    ".xlsx", ".xlsm", ".xls", ".ods", ".csv", ".tsv", ".xml", ".apsync", ".apsrequest",
    ".apsupdate", ".aps",
)  # fmt: skip
"""Files that the window is given; the last kind is a database."""
_NO_DISPLAY = (
    "There is no screen to open the window on. Start the program from a desktop, or use a command; "
    "“aps-desktop --help” names them.\n"
)


def main(argv: Sequence[str] | None = None) -> int:
    """The program. Without a sub-command the window opens; returns the exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    keep_together()
    if arguments[:1] == ["--child"]:
        from aps_desktop.children import run_child

        return run_child(arguments[1:])
    if arguments[:1] == ["--smoke-test"]:
        from aps_desktop.smoke import smoke_test

        return smoke_test(*arguments[1:2])
    wanted = window_arguments(arguments)
    if wanted is None:
        from aps_desktop.cli import main as command_line

        return command_line(arguments)
    if no_display():
        sys.stderr.write(_NO_DISPLAY)
        return 1
    _import_qt()
    from aps_desktop.app import run

    return run(*wanted)


def no_display() -> bool:
    """Whether there is no screen for a window: Qt would end the program without a word for it."""
    chosen = os.environ.get("QT_QPA_PLATFORM") or "xcb"
    screens = ("DISPLAY", "WAYLAND_DISPLAY")
    return (
        sys.platform.startswith("linux")
        and chosen.partition(":")[0] in ("xcb", "wayland")
        and not any(os.environ.get(name) for name in screens)
    )


def _import_qt() -> None:
    """Imports Qt and puts Python's own import back: PySide6's, for `__feature__`, is slower."""
    import builtins

    own = builtins.__import__
    import PySide6.QtWidgets

    del PySide6
    builtins.__import__ = own


def window_arguments(arguments: list[str]) -> tuple[str, str] | None:
    """(database, file) when these arguments ask for the window; None for the command line."""
    rest = list(arguments)
    database = ""
    if rest[:1] == ["--database"] and len(rest) >= 2:
        database, rest = rest[1], rest[2:]
    if not rest:
        return database, ""
    if len(rest) == 1 and rest[0].lower().endswith(_TAKEN) and not rest[0].startswith("-"):
        file = rest[0]
        return (file, "") if file.lower().endswith(".aps") else (database, file)
    return None


if __name__ == "__main__":
    sys.exit(main())
