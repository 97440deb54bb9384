"""The passphrase of the open database: set, change, refuse, remove, from the window."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from aps_desktop.app import Program
from aps_desktop.db import driver, store
from aps_desktop.services import backup, offices, records
from aps_desktop.views.passphrase_dialog import PassphraseDialog


@pytest.fixture
def program(qtbot, tmp_path: Path, monkeypatch):
    monkeypatch.setenv("APS_DATA_DIR", str(tmp_path / "data"))
    location = str(tmp_path / "office.aps")
    offices.start(location, office="LA", device="test").close()
    program = Program(QApplication.instance())
    assert program.open(location)
    yield program
    program.close()


def test_it_is_set_changed_and_removed_and_the_work_stays(program, tmp_path: Path) -> None:
    path = tmp_path / "office.aps"
    id = records.new(program.database, "body", {"code": "X", "name": "Kept"})
    program.window.context.passphrase_wanted.emit("", "four words of mine")
    assert driver.is_encrypted(path)
    assert program.window.messages._text.text() == "The database is locked with a passphrase."
    assert records.get(program.database.reader(), "body", id).title == "Kept"
    program.window.context.passphrase_wanted.emit("four words of mine", "another one")
    with pytest.raises(store.PassphraseNeeded):
        store.open_database(str(path))
    program.window.context.passphrase_wanted.emit("another one", "")
    assert not driver.is_encrypted(path)
    assert "whoever has the file" in program.window.messages._text.text()
    assert records.get(program.database.reader(), "body", id).title == "Kept"


def test_a_wrong_present_passphrase_changes_nothing(program, tmp_path: Path, monkeypatch) -> None:
    told = []
    monkeypatch.setattr("aps_desktop.views.dialogs.tell", lambda error, title: told.append(title))
    program.window.context.passphrase_wanted.emit("", "right")
    before = (tmp_path / "office.aps").read_bytes()
    program.window.context.passphrase_wanted.emit("wrong", "new")
    assert told == ["Passphrase"]
    assert (tmp_path / "office.aps").read_bytes() == before


def test_a_backup_that_was_put_back_says_what_that_means(program, qtbot) -> None:
    id = records.new(program.database, "body", {"code": "X", "name": "Before"})
    copy = backup.before(program.database, "merge")
    records.put(program.database, "body", id, {"name": "After"})
    program.window.context.restore_wanted.emit(copy)
    assert records.get(program.database.reader(), "body", id).title == "Before"
    words = program.window.messages._text.text()
    assert "This computer counts as a new device now" in words
    program.window.go("backups")
    rows = program.window.pane().rows
    qtbot.waitUntil(lambda: rows.rowCount() == 2)
    assert rows.index(0, 1).data() == "Before another backup was put back"


def test_the_dialog_wants_the_same_words_twice(qtbot) -> None:
    dialog = PassphraseDialog(locked=False)
    qtbot.addWidget(dialog)
    dialog.new.setText("four unrelated words here")
    assert not dialog._accept.isEnabled()
    dialog.again.setText("four unrelated words here")
    assert dialog._accept.isEnabled()
    qtbot.waitUntil(lambda: dialog._meter.value() > 0)
