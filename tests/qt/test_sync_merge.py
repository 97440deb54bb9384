"""Opening bundles in the window: look, merge, report, undo; and the quarantine of strangers."""

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QPushButton,
    QTableView,
)
from pytestqt.qtbot import QtBot

from aps_desktop.db.digest import digest
from aps_desktop.services import bundle_files, bundles, conflicts, records
from aps_desktop.views import merge_dialog
from aps_desktop.views.merge_dialog_card import BundleCard
from aps_desktop.views.sync_pane_report import ExchangeDialog
from tests.merge_kit import Open, dialog_of, drop, title_of_the_project, words
from tests.three_offices import Offices, office


def test_a_dropped_bundle_is_looked_at_merged_reported_and_taken_back(
    here: Offices, opened: Open, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = here.in_conflict()
    before = digest(here.la.reader())
    window = opened(here.la)
    dialog = drop(window, file)
    text = words(dialog)
    assert "Secretariat · Laptop of ASEC · bundle 2" in text
    assert "Confirmed sender" in text
    assert "2 conflicts to settle then" in text
    assert "They had not seen 2 changes of yours" in text
    assert dialog.merge_button.text() == "Merge 2 changes"
    assert digest(here.la.reader()) == before
    dialog.merge_button.click()
    assert dialog.heading.text() == "Merged 2 changes"
    assert conflicts.count(here.la.reader()) == 2
    target = tmp_path / "report.html"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *a: (str(target), ""))
    dialog.save_button.click()
    assert "Merge report" in target.read_text(encoding="utf-8")
    assert dialog.problem.text() == "✓ The report is in report.html."  # not behind this window
    qtbot.waitUntil(lambda: "2 conflicts" in window.status.text())
    meant: list[bool] = [False, True]
    monkeypatch.setattr(merge_dialog, "ask", lambda *_, **__: meant.pop(0))
    dialog.undo_button.click()  # beside "Save report…", and pressed by mistake
    assert conflicts.count(here.la.reader()) == 2
    dialog.undo_button.click()
    assert digest(here.la.reader()) == before
    assert "taken back" in window.messages.text()


def test_the_differences_are_there_before_the_merge_and_in_the_history_after_it(
    here: Offices, opened: Open, qtbot: QtBot
) -> None:
    window = opened(here.la)
    dialog = drop(window, here.in_conflict())
    unfold = dialog.findChild(QPushButton, "show_differences")
    table = dialog.findChild(QTableView, "differences_table")
    assert (unfold.text(), table.isVisible()) == ("Show 2 differences", False)
    unfold.click()
    assert (unfold.text(), table.isVisible()) == ("Hide 2 differences", True)
    model = table.model()
    assert [model.index(0, at).data() for at in range(model.columnCount())] == [
        "P1", "Title", "Title of the Lao office", "Title of the secretariat",
        "Conflict: both stay",
    ]  # fmt: skip
    theirs = model.index(1, 3)  # two sentences that begin alike
    assert theirs.data() == "Sixty gauges stand along the river. Officers are trained."
    dialog.merge_button.click()
    dialog.accept()
    window.go("sync")
    window.pane()._history_table.selectRow(0)
    window.pane()._history_table.activated.emit(window.pane().history.index(0, 0))
    again = window.findChild(ExchangeDialog)
    shown = again.findChild(QTableView, "differences_table")
    assert shown.model().rowCount() == 2
    again.resize(600, 200)  # a merge of all kinds of records is longer than a screen
    bar = again.scroll.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    qtbot.keyClick(again, Qt.Key.Key_End)
    assert bar.value() == bar.maximum()


def test_a_bundle_dropped_on_a_field_is_opened_and_not_written_into_it(
    here: Offices, opened: Open, qtbot: QtBot
) -> None:
    file = here.in_conflict()
    window = opened(here.la)
    editor = title_of_the_project(window)
    at = QPointF(editor.mapTo(window, editor.rect().center()))
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file))])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier(0)
    enter = QDragEnterEvent(at.toPoint(), copy, data, left, none)
    QApplication.sendEvent(window.windowHandle(), enter)
    assert enter.isAccepted()
    QApplication.sendEvent(window.windowHandle(), QDropEvent(at, copy, data, left, none))
    assert editor.text() == "Title of the Lao office"
    assert dialog_of(window).merge_button.text() == "Merge 2 changes"
    dialog_of(window).reject()
    data.setUrls([QUrl.fromLocalFile(str(here.folder / "notes.txt"))])
    move = QDragMoveEvent(at.toPoint(), copy, data, left, none)
    move.accept()
    QApplication.sendEvent(window.windowHandle(), move)
    assert not move.isAccepted()  # nothing that the program reads


def test_what_is_being_typed_is_saved_before_a_merge_and_does_not_answer_it(
    here: Offices, opened: Open, qtbot: QtBot
) -> None:
    file = here.in_conflict()
    window = opened(here.la)
    editor = title_of_the_project(window)
    editor.setFocus()
    editor.selectAll()
    qtbot.keyClicks(editor, "Typed while it came")
    dialog = drop(window, file)
    dialog.merge_button.click()
    dialog.accept()
    found = {one.field: one for one in conflicts.open_conflicts(here.la.reader())}
    values = {version.value for version in found["title"].versions}
    assert values == {"Typed while it came", "Title of the secretariat"}


def test_what_a_merge_left_to_settle_is_said_at_once(here: Offices, opened: Open) -> None:
    for db in (here.la, here.asec):
        records.new(db, "project", {"code": "P7", "title": "One code, two projects"})
    window = opened(here.la)
    dialog = drop(window, here.bundle(here.asec))
    assert not dialog.problem.isVisible()
    dialog.merge_button.click()
    assert dialog.problem.text() == ("! 1 thing is to settle (same code): see Sync, “To settle”.")


def test_long_texts_are_shown_from_where_they_part_and_new_records_by_their_names(
    here: Offices, opened: Open
) -> None:
    title = "Strengthening early warning for coastal communities of "
    id = records.new(here.la, "project", {"code": "P1", "title": f"{title}the Mekong"})
    here.send(here.la, here.asec)
    records.put(here.asec, "project", id, {"title": f"{title}the delta"})
    records.new(here.asec, "organisation", {"name": "Mekong River Commission"})
    window = opened(here.la)
    dialog = drop(window, here.bundle(here.asec))
    model = dialog.findChild(QTableView, "differences_table").model()
    rows = [[model.index(row, at).data() for at in range(4)] for row in range(2)]
    assert rows[0] == ["P1", "Title", "…communities of the Mekong", "…communities of the delta"]
    assert model.index(0, 3).data(Qt.ItemDataRole.ToolTipRole) == f"{title}the delta"
    assert rows[1][:2] == ["Mekong River Commission", "New organisation"]
    dialog.reject()


def test_the_report_prints_as_pdf(
    here: Offices, opened: Open, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = opened(here.la)
    dialog = drop(window, here.in_conflict())
    dialog.merge_button.click()
    target = tmp_path / "report.pdf"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *a: (str(target), ""))
    dialog.save_button.click()
    assert target.read_bytes().startswith(b"%PDF")
    assert dialog.conflicts_button.isDefault()
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert window.pane().key == "conflicts"


def test_a_folder_of_parts_and_broken_files_says_what_it_can_do(
    here: Offices, opened: Open, tmp_path: Path
) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    good = here.in_conflict()
    (stick / "broken.apsync").write_bytes(good.read_bytes()[:400])
    whole = stick / "whole.apsync"
    whole.write_bytes(good.read_bytes())
    bundle_files.splitting.split(whole, stick, 4000)
    whole.unlink()
    window = opened(here.la)
    dialog = drop(window, stick)
    states = sorted(card.item.state for card in dialog.findChildren(BundleCard))
    assert states == ["ready", "refused"]
    assert dialog.heading.text() == "2 changes can be merged, 1 file cannot"
    assert "Nothing in your database was changed" in words(dialog)
    dialog.merge_button.click()
    assert dialog.heading.text() == "Merged 2 changes"
    dialog.accept()
    one = min(stick.glob("whole.part-*"))  # the others lie beside it
    again = drop(window, one)
    assert [card.item.state for card in again.findChildren(BundleCard)] == ["known"]
    again.accept()


def test_a_bundle_of_a_newer_program_waits_and_says_so(
    here: Offices, opened: Open, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as newer:
        newer.setattr(bundles, "SCHEMA_VERSION", 99)
        file = here.bundle(here.asec)
    window = opened(here.la)
    dialog = drop(window, file)
    assert dialog.heading.text() == "It waits until this program is updated"
    assert "Waits for an update" in words(dialog)
    assert not dialog.merge_button.isVisible()
    dialog.accept()
    left = window.pane().left  # Today had been read before
    qtbot.waitUntil(
        lambda: "Bundles that wait for an update" in [line.text for line in left.lines.lines]
    )
    window.go("sync")
    pane = window.pane()
    assert f"{file.name} was made by a newer program" in pane.waiting.text()
    assert pane.history.index(0, 5).data() == "Waits for an update"


def test_a_bundle_for_others_says_how_to_get_one(
    here: Offices, opened: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger = office(tmp_path, "TH")
    window = opened(stranger)
    dialog = drop(window, here.bundle(here.asec))
    assert dialog.heading.text() == "This bundle cannot be merged"
    assert "encrypted for other offices" in words(dialog)
    target = tmp_path / "me.apsrequest"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *a: (str(target), ""))
    dialog.findChild(QPushButton, "save_request").click()
    assert target.exists()
    dialog.reject()
    stranger.close()


def test_a_known_bundle_has_nothing_to_merge(here: Offices, opened: Open) -> None:
    file = here.bundle(here.asec, full=True)
    window = opened(here.la)
    drop(window, file).merge_button.click()
    dialog_of(window).accept()
    dialog = drop(window, file)
    assert dialog.heading.text() == "There is nothing to merge"
    assert not dialog.merge_button.isVisible()
    dialog.reject()
