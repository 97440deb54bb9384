"""The command line: the same services as the window, for IT departments, schedules and tests."""

from aps_desktop.cli.commands import main

__all__ = ["main"]
