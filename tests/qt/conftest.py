"""What the tests of windows share: an office's database, its context, its window, three offices.

A module that wants another office, clock or runner has a fixture `setting` of its own.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from aps_desktop.db.engine import Database
from aps_desktop.views.context import Context
from aps_desktop.views.main_window import MainWindow
from aps_desktop.views.ui_state import UiState
from tests.window_kit import Setting, show_window


@pytest.fixture
def setting() -> Setting:
    return Setting()


@pytest.fixture
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where backups and the like of this test's databases go."""
    folder = tmp_path / "data"
    monkeypatch.setenv("APS_DATA_DIR", str(folder))
    return folder


@pytest.fixture
def db(tmp_path: Path, data_folder: Path, setting: Setting) -> Iterator[Database]:
    """The database of an office, as `setting` says."""
    database = setting.database(tmp_path / "office.aps")
    yield database
    database.close()


@pytest.fixture
def context(qapp: QApplication, db: Database, setting: Setting) -> Iterator[Context]:
    """What pages and dialogs need of that database."""
    runner = setting.runner(db)
    yield Context(db, runner, UiState(None))
    runner.shutdown()


@pytest.fixture
def opened(
    tmp_path: Path, data_folder: Path, setting: Setting, qtbot: QtBot
) -> Callable[[Database], MainWindow]:
    """Opens the main window on a database; what it keeps of its state is found by the next one."""
    state = tmp_path / "window.json"
    return lambda database: show_window(qtbot, database, state, setting.size)
