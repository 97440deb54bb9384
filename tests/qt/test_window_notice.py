"""What became of a database since it was last open is said in the window."""

import os
import shutil
from pathlib import Path

from PySide6.QtWidgets import QApplication, QFileDialog

from aps_desktop.app import Program
from aps_desktop.db import store
from aps_desktop.services import backup, offices, records
from aps_desktop.views import damaged_file


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


def test_a_database_on_a_locked_stick_is_copied_here_and_opened(
    qtbot, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setenv("APS_DATA_DIR", str(tmp_path / "data"))
    stick, target = tmp_path / "stick.aps", tmp_path / "office.aps"
    offices.start(str(stick), office="LA", device="laptop").close()
    real = os.access
    monkeypatch.setattr(
        os,
        "access",
        lambda path, mode: (mode != os.W_OK or "stick" not in str(path)) and real(path, mode),
    )
    program = Program(QApplication.instance())
    assert program.open(str(stick))
    banner = program.window.banner
    assert banner.isVisibleTo(program.window)
    assert "everything can be read, and nothing changed" in banner.words.text()
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    banner.button.click()
    qtbot.waitUntil(lambda: program.database.path == target)
    assert not program.database.read_only
    assert not program.window.banner.isVisibleTo(program.window)
    qtbot.waitUntil(lambda: "new device name" in program.window.messages.text())
    program.close()


def test_a_damaged_database_is_put_right_where_it_would_have_opened(
    qtbot, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setenv("APS_DATA_DIR", str(tmp_path / "data"))
    file = tmp_path / "office.aps"
    db = offices.start(str(file), office="LA", device="laptop")
    records.new(db, "project", {"code": "P1", "title": "Precious"})
    backup.before(db, "merge")
    db.close()
    file.write_bytes(file.read_bytes()[:100_000])
    asked: list[str] = []
    wanted = [False, True]

    def answer(title: str, text: str, do: str, **_: object) -> bool:
        asked.append(f"{title} {text} {do}")
        return wanted.pop(0)

    monkeypatch.setattr(damaged_file, "ask", answer)
    program = Program(QApplication.instance())
    assert not program.open(str(file))  # "Cancel": it stays as it is
    assert program.exit_code == 1
    assert program.open(str(file))
    assert "Its newest whole backup is of" in asked[0]
    assert "put right from" in program.window.messages.text()
    assert len(list(tmp_path.glob("*damaged*"))) == 1
    c = program.database.reader()
    assert records.find_id(c, "project", "P1") is not None
    program.close()
