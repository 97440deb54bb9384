"""The update dialog and the manual, as an officer meets them."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from aps_desktop.app import Program
from aps_desktop.db.engine import Database
from aps_desktop.paths import resource_path
from aps_desktop.services import updates
from aps_desktop.sync import update_file
from aps_desktop.views.main_window import MainWindow
from aps_desktop.views.manual_window import ManualWindow, open_manual, pages
from aps_desktop.views.merge_dialog import MergeDialog
from aps_desktop.views.update_dialog import UpdateDialog, UpdateNews

KEY = Ed25519PrivateKey.from_private_bytes(b"r" * 32)


@pytest.fixture
def window(db: Database, opened: Callable[[Database], MainWindow]) -> MainWindow:
    return opened(db)


@pytest.fixture
def update(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An update that this installation believes."""
    keys = (KEY.public_key().public_bytes_raw().hex(),)
    monkeypatch.setattr(updates, "RELEASE_KEYS", keys)
    monkeypatch.setattr(updates, "edition", lambda: "windows-user")
    installer = tmp_path / "setup.exe"
    installer.write_bytes(b"MZ" * 5000)
    path = tmp_path / "new.apsupdate"
    manifest = update_file.described(installer, "9.0.0", "windows-user")
    update_file.write(installer, manifest, KEY.sign, path)
    return path


def dialog(qtbot: QtBot, window: QWidget, path: Path) -> UpdateDialog:
    made = UpdateDialog(window.context, path, window)
    qtbot.addWidget(made)
    made.show()
    return made


def test_an_update_is_checked_backed_up_and_handed_over(
    qtbot: QtBot, window: QWidget, update: Path
) -> None:
    shown = dialog(qtbot, window, update)
    qtbot.waitUntil(shown.install.isEnabled)
    assert "9.0.0" in shown.title.text()
    assert shown.words.text().endswith("your data stays where it is.")
    assert shown.words.height() >= shown.words.heightForWidth(shown.words.width())
    with qtbot.waitSignal(window.context.handed_over) as handed:
        qtbot.keyClick(shown.install, Qt.Key.Key_Space)
    handover = handed.args[0]
    assert "before update" in handover.backup.name
    assert Path(handover.command[0]).read_bytes() == b"MZ" * 5000


def test_a_forged_update_is_refused_in_words(qtbot: QtBot, window: QWidget, update: Path) -> None:
    data = bytearray(update.read_bytes())
    data[60] ^= 1
    update.write_bytes(data)
    shown = dialog(qtbot, window, update)
    qtbot.waitUntil(lambda: not shown.install.isVisible())
    assert shown.title.text() == "The update is not installed"
    assert "release manager" in shown.words.text()


def test_a_dropped_update_is_looked_at(qtbot: QtBot, window: QWidget, update: Path) -> None:
    window.commands.take_file(update)
    shown = window.findChild(UpdateDialog)
    qtbot.waitUntil(shown.install.isEnabled)
    shown.reject()


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Program]:
    """The program on a computer where it was never used; `started` is what it hands over to."""
    monkeypatch.setenv("APS_DATA_DIR", str(tmp_path / "nothing yet"))
    started: list[updates.Handover] = []
    monkeypatch.setattr(updates, "start", started.append)
    program = Program(QApplication.instance())
    monkeypatch.setattr(program, "_app", QObject())
    program._app.quit = lambda: None
    program.started = started
    yield program
    program.close()
    program.guide.close()
    program.guide.deleteLater()


def test_an_update_is_offered_before_there_is_a_database(
    qtbot: QtBot, bare: Program, update: Path
) -> None:
    assert bare.start("", str(update))
    shown = bare.guide.findChild(UpdateDialog)
    qtbot.waitUntil(shown.install.isEnabled)
    assert "9.0.0" in shown.title.text()
    assert "no database on this computer yet" in shown.words.text()
    assert shown.words.height() >= shown.words.heightForWidth(shown.words.width())
    assert shown.rect().contains(shown.buttons.geometry())
    qtbot.keyClick(shown.install, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: bare.handover is not None)
    bare.close()
    (handover,) = bare.started
    assert handover.backup is None
    assert Path(handover.command[0]).read_bytes() == b"MZ" * 5000


def test_a_forged_update_is_refused_before_there_is_a_database(
    qtbot: QtBot, bare: Program, update: Path
) -> None:
    data = bytearray(update.read_bytes())
    data[60] ^= 1
    update.write_bytes(data)
    bare.start("", str(update))
    shown = bare.guide.findChild(UpdateDialog)
    qtbot.waitUntil(lambda: not shown.install.isVisible())
    assert "release manager" in shown.words.text()
    shown.reject()
    assert bare.guide.isVisible()  # the guide goes on


def test_a_bundle_before_there_is_a_database_joins_with_it(bare: Program, tmp_path: Path) -> None:
    bundle = tmp_path / "from LA.apsync"
    bundle.write_bytes(b"APS")
    bare.start("", str(bundle))
    assert bare.guide.bundle == str(bundle)
    assert bare.guide.pages.currentWidget() is bare.guide.office


def test_the_foot_says_that_a_newer_version_is_about(qtbot: QtBot, window: QWidget) -> None:
    with window.context.db.writing() as c:
        updates.heard_of(c, "9.1.0")
    with qtbot.waitSignal(window.context.message) as said:
        UpdateNews(window).read()
    assert "9.1.0" in said.args[0]
    assert said.args[2] == "Install an update…"


def test_an_update_beside_a_bundle_is_offered_once_the_bundle_is_closed(
    qtbot: QtBot, window: MainWindow, update: Path
) -> None:
    bundle = update.with_name("from LA.apsync")
    bundle.write_bytes(b"APS")
    window.commands.take_file(bundle)
    shown = window.findChild(MergeDialog)
    qtbot.waitUntil(shown.close_button.isVisible)
    assert not window.messages.isVisible()
    window.context.say("The merge has been taken back.", "ok")
    shown.close_button.click()
    qtbot.waitUntil(lambda: window.messages._waiting is not None)
    assert "taken back" in window.messages.text()  # what was just done is said first
    qtbot.mouseClick(window.messages._close, Qt.MouseButton.LeftButton)
    assert "Beside the bundle lies version 9.0.0" in window.messages.text()
    assert not window.messages._timer.isActive()  # it stays until it was read
    qtbot.mouseClick(window.messages._action, Qt.MouseButton.LeftButton)
    looked = window.findChild(UpdateDialog)
    qtbot.waitUntil(looked.install.isEnabled)
    looked.reject()


def test_a_version_heard_of_in_a_bundle_is_told_when_it_is_closed(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    with window.context.db.writing() as c:
        updates.heard_of(c, "9.1.0")
    window.commands.take_file(tmp_path / "gone.apsync")
    with qtbot.waitSignal(window.context.message) as said:
        window.findChild(MergeDialog).reject()
    assert "9.1.0" in said.args[0]


def test_the_manual_opens_turns_pages_and_finds(qtbot: QtBot, window: QWidget) -> None:
    window.commands.run("manual")
    shown = window.findChild(ManualWindow, "manual_window")
    qtbot.addWidget(shown)
    assert open_manual(window) is shown
    assert "APS Desktop manual" in shown.page.toPlainText()
    shown.find_field.setText("passphrase")
    hidden = [shown.contents.item(row).isHidden() for row in range(shown.contents.count())]
    assert any(hidden)
    assert not all(hidden)
    assert "assphrase" in shown.page.toPlainText()
    shown.find_field.clear()
    shown.show_page("18-sync.md")
    assert shown.page.toPlainText().startswith("Sync")


def test_every_page_is_reached_and_no_link_leads_nowhere() -> None:
    names = {name for name, _ in pages()}
    assert len(names) >= 15
    index = resource_path("manual", "index.md").read_text("utf-8")
    linked = set(re.findall(r"\]\(([\w.-]+\.md)\)", index))
    assert linked == names - {"index.md"}
    for name in names:
        text = resource_path("manual", name).read_text("utf-8")
        assert set(re.findall(r"\]\(([\w.-]+\.md)\)", text)) <= names, name
        assert text.startswith("# "), name
