"""Headquarters on a server: its window merges, settles and sends as a laptop's does."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from aps_desktop.db import check, store
from aps_desktop.db.digest import digest
from aps_desktop.db.engine import Database
from aps_desktop.services import bundles, conflicts, merging, records, trusting
from aps_desktop.views.export_bundle_dialog import ExportBundleDialog
from aps_desktop.views.main_window import MainWindow
from aps_desktop.views.merge_dialog import MergeDialog
from aps_desktop.views.trust_pane_request import HandedDialog
from tests.three_offices import office


@pytest.fixture
def laptop(tmp_path: Path, data_folder: Path) -> Iterator[Database]:
    db = office(tmp_path, "LA")
    yield db
    db.close()


@pytest.fixture
def server(pg_url: Callable[[], str], data_folder: Path) -> Iterator[Database]:
    url = pg_url()
    store.create(url, office="ASEC", device="Headquarters").close()
    db = store.open_database(url)
    yield db
    db.close()


@pytest.fixture
def window(server: Database, opened: Callable[[Database], MainWindow]) -> Iterator[MainWindow]:
    made = opened(server)
    yield made
    made.context.runner.shutdown()


def drop(window: MainWindow, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    window.commands.take(data.urls())


def merged(window: MainWindow, path: Path) -> MergeDialog:
    drop(window, path)
    dialog = window.findChildren(MergeDialog)[-1]
    dialog.merge_button.click()
    return dialog


def test_a_conflict_is_settled_on_the_server_and_both_end_alike(
    laptop: Database, server: Database, window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    request = tmp_path / "la.apsrequest"
    trusting.write_request(laptop, request)
    drop(window, request)
    handed = window.pane().findChild(HandedDialog) or window.findChild(HandedDialog)
    handed.compared.click()
    handed.add.click()
    id = records.new(laptop, "project", {"code": "P1", "title": "Born on the laptop"})
    bundles.export(laptop, tmp_path / "first.apsync")
    # The laptop has no list yet: its computer is the one that was compared by phone.
    assert merged(window, tmp_path / "first.apsync").heading.text() == "Merged 1 change"
    records.put(server, "project", id, {"title": "Of headquarters"})
    records.put(laptop, "project", id, {"title": "Of the laptop"})
    bundles.export(laptop, tmp_path / "second.apsync")
    dialog = merged(window, tmp_path / "second.apsync")
    dialog.conflicts_button.click()
    pane = window.pane()
    assert pane.summary.text() == "1 conflict in 1 record"
    for key in (Qt.Key.Key_2, Qt.Key.Key_Return):
        qtbot.keyClick(pane.list, key)
    assert conflicts.count(server.reader()) == 0
    window.actions["make_bundle"].trigger()
    sending = window.findChild(ExportBundleDialog)
    sending.form.set_folder(tmp_path)
    sending.make.click()
    (file,) = sending.made.files
    sending.reject()
    merging.merge_file(laptop, file)
    assert digest(laptop.reader()) == digest(server.reader())
    assert records.get(laptop.reader(), "project", id).values["title"] == "Of headquarters"
    assert check.check(server.reader()) == []


def test_the_page_of_backups_says_who_makes_them(window: MainWindow) -> None:
    window.go("backups")
    words = window.pane().findChild(QLabel, "backups_words")
    assert "whose keeper backs it up: pg_dump" in words.text()
    assert not window.pane()._table.isVisible()
