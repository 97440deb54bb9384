"""What became of a database since it was last open is said in the window."""

import shutil
from pathlib import Path

from PySide6.QtWidgets import QApplication

from aps_desktop.app import Program
from aps_desktop.db import store
from aps_desktop.services import offices


def test_a_copied_database_says_that_it_has_a_name_of_its_own(
    qtbot, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setenv("APS_DATA_DIR", str(tmp_path / "data"))
    original, copy = tmp_path / "office.aps", tmp_path / "copy.aps"
    offices.start(str(original), office="LA", device="laptop").close()
    store.open_database(str(original)).close()
    shutil.copy(original, copy)
    program = Program(QApplication.instance())
    assert program.open(str(copy))
    said = []
    program.window.context.message.connect(lambda text, *_: said.append(text))
    qtbot.waitUntil(lambda: bool(said))
    assert program.database.notice in said[0]
    program.close()
