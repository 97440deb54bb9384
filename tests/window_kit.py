"""An office's database and its window, as the tests of windows arrange them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from aps_desktop.db import store
from aps_desktop.db.engine import Database
from aps_desktop.domain.clock import FixedClock, SystemClock
from aps_desktop.tasks.runner import InlineRunner, Runner
from aps_desktop.views import theme
from aps_desktop.views.context import Context
from aps_desktop.views.main_window import MainWindow
from aps_desktop.views.theme_sheet import dress
from aps_desktop.views.ui_state import UiState

NOON = 1_795_435_200_000
"""Milliseconds: 23 Nov 2026, 12:00."""


@dataclass(frozen=True)
class Setting:
    """How a test's office is made; `start` is `store.create` (empty) or `offices.start` (lists)."""

    office: str = "ASEC"
    start: Callable[..., Database] = store.create
    noon: int | None = NOON
    """When its clock stands; None for the machine's own."""
    runner: type[InlineRunner] | type[Runner] = InlineRunner
    size: tuple[int, int] = (1366, 768)

    def database(self, path: Path) -> Database:
        clock = SystemClock() if self.noon is None else FixedClock(self.noon)
        return self.start(str(path), office=self.office, device="here", clock=clock)


def show_window(qtbot: QtBot, db: Database, state: Path, size: tuple[int, int]) -> MainWindow:
    """The main window on a database, painted, in the light scheme."""
    theme.choose("light")
    dress(QApplication.instance())
    context = Context(db, InlineRunner(db), UiState(state))
    made = MainWindow(context, "An office")
    context.setParent(made)
    context.runner.setParent(made)
    qtbot.addWidget(made)
    made.resize(*size)
    made.show()
    qtbot.waitUntil(lambda: made._painted)
    return made
