"""Opening bundles in the window: look, merge, report, undo; and the quarantine of strangers."""

import shutil
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QFileDialog,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableView,
    QWidget,
)
from pytestqt.qtbot import QtBot

from aps_desktop.db import identity, store
from aps_desktop.db.digest import digest
from aps_desktop.db.engine import Database
from aps_desktop.services import bundle_files, bundles, conflicts, merging, records, trusting
from aps_desktop.views import merge_dialog
from aps_desktop.views.main_window import MainWindow
from aps_desktop.views.merge_dialog import MergeDialog
from aps_desktop.views.merge_dialog_card import BundleCard
from aps_desktop.views.sync_pane_report import ExchangeDialog
from tests.three_offices import Offices, office

Open = Callable[[Database], MainWindow]


def words(widget: QWidget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel))


def dialog_of(window: MainWindow) -> MergeDialog:
    return window.findChildren(MergeDialog)[-1]


def drop(window: MainWindow, *paths: Path) -> MergeDialog:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    assert window.commands.can_take(data.urls())
    window.commands.take(data.urls())
    return dialog_of(window)


def title_of_the_project(window: MainWindow) -> QLineEdit:
    """Where the title of the only project is typed."""
    (row,) = window.context.db.reader().all("SELECT id FROM project")
    window.context.show_record("project", UUID(bytes=bytes(row[0])))
    editor = window.pane()._detail.form.rows["title"].editor.findChild(QLineEdit)
    assert editor is not None
    return editor


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


def test_an_unconfirmed_computer_stays_in_quarantine_until_its_fingerprint_was_compared(
    here: Offices, opened: Open, tmp_path: Path
) -> None:
    stranger = office(tmp_path, "TH")
    records.new(stranger, "project", {"code": "T1", "title": "<b>Mekong</b> sediment"})
    file = tmp_path / "stranger.apsync"
    bundles.export(stranger, file)
    window = opened(here.la)
    dialog = drop(window, file)
    text = words(dialog)
    assert dialog.heading.text() == "Nobody has confirmed the sender yet"
    assert "Not confirmed" in text
    assert trusting.keys(stranger).fingerprint in text
    assert not dialog.merge_button.isVisible()
    card = dialog.findChild(BundleCard)
    card.inside.click()
    inside = card.content.toPlainText()  # and nothing of the lists that came with the program
    assert inside.startswith("Records it changes:\n1  Projects\n\nSteps:\n")
    assert len(inside.splitlines()) == 5
    confirm = dialog.findChild(QPushButton, "confirm_computer")
    assert not confirm.isEnabled()
    dialog.findChild(QCheckBox, "compared_by_phone").click()
    confirm.click()
    assert dialog.merge_button.text() == "Merge 1 change"
    dialog.merge_button.click()
    assert dialog.heading.text() == "Merged 1 change"
    dialog.accept()
    stranger.close()


def test_the_secretariat_puts_a_confirmed_computer_on_the_list(
    here: Offices, opened: Open, tmp_path: Path
) -> None:
    stranger = office(tmp_path, "TH")
    file = tmp_path / "stranger.apsync"
    bundles.export(stranger, file)
    version = trusting.store(here.asec).version
    window = opened(here.asec)
    dialog = drop(window, file)
    dialog.findChild(QCheckBox, "compared_by_phone").click()
    dialog.findChild(QPushButton, "confirm_computer").click()
    assert trusting.store(here.asec).version == version + 1
    dialog.reject()
    stranger.close()


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


def test_a_clock_that_is_years_ahead_is_said(
    here: Offices, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = opened(here.la)
    records.new(here.asec, "project", {"code": "P1", "title": "One"})
    now = here.asec.clock.millis()
    with monkeypatch.context() as ahead:
        ahead.setattr(type(here.asec.clock), "millis", lambda _: now + 3 * 365 * 86_400_000)
        records.new(here.asec, "project", {"code": "P2", "title": "Two"})
        file = here.bundle(here.asec)
    dialog = drop(window, file)
    assert "it comes from the future" in words(dialog)
    dialog.merge_button.click()
    assert dialog.heading.text() == "Merged 2 changes"
    dialog.reject()


def test_a_clock_at_1970_is_said_to_both_sides_and_loses_nothing(
    here: Offices, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = opened(here.la)
    id = records.new(here.asec, "project", {"code": "P1", "title": "One"})
    with monkeypatch.context() as then:
        then.setattr(type(here.asec.clock), "millis", lambda _: 86_400_000)
        again = store.open_database(str(here.asec.path))
        assert "By the clock of this computer it is 2 Jan 1970, but the last" in again.notice
        records.put(again, "project", id, {"title": "In 1970"})
        file = here.bundle(again)
        again.close()
        new = office(here.folder, "TH")
        assert "which was before there was this program" in new.notice
        new.close()
    dialog = drop(window, file)
    assert "By its date it is more than a year old" in words(dialog)
    dialog.merge_button.click()
    dialog.reject()
    for db in (here.la, here.asec):
        assert records.get(db.reader(), "project", id).values["title"] == "In 1970"
    again = store.open_database(str(here.asec.path))
    assert not again.notice  # the date is right again
    again.close()


def test_a_known_bundle_has_nothing_to_merge(here: Offices, opened: Open) -> None:
    file = here.bundle(here.asec, full=True)
    window = opened(here.la)
    drop(window, file).merge_button.click()
    dialog_of(window).accept()
    dialog = drop(window, file)
    assert dialog.heading.text() == "There is nothing to merge"
    assert not dialog.merge_button.isVisible()
    dialog.reject()


def test_the_first_office_list_comes_with_the_fingerprint_to_compare(
    here: Offices, opened: Open, tmp_path: Path, qtbot: QtBot
) -> None:
    new = office(tmp_path, "TH")
    request = tmp_path / "th.apsrequest"
    trusting.write_request(new, request)
    trusting.add(here.asec, request)
    for number in range(40):
        records.new(here.asec, "project", {"code": f"P{number}", "title": "One"})
    records.new(here.kh, "project", {"code": "KH1", "title": "Two"})
    here.send(here.kh, here.asec)
    window = opened(here.asec)
    window.go("trust")
    signer = window.pane().list_note.text().partition("the key that signs the list is ")[2]
    window = opened(new)
    dialog = drop(window, here.bundle(here.asec))
    label = dialog.findChild(QLabel, "list_signer")
    assert f"{label.text()}." == signer
    assert "believe the key that signs the list" in words(dialog)
    assert "without its own seal" not in words(dialog)  # whose key stands on that list
    dialog.resize(600, 260)
    bar = dialog._scroll.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    qtbot.keyClick(dialog.merge_button, Qt.Key.Key_PageDown)
    assert bar.value() > 0
    assert "Compare its list first" in words(dialog)
    dialog.merge_button.click()
    assert "Office list, version 5, is in force now" in words(dialog)
    dialog.reject()
    dialog = drop(window, here.bundle(here.asec))
    assert dialog.findChild(QLabel, "list_signer") is None
    dialog.reject()
    new.close()


def test_a_bundle_that_brings_a_newer_office_list_alone_says_so(
    here: Offices, opened: Open, qtbot: QtBot
) -> None:
    device = store.this_device(here.kh.reader())[0].hex
    trusting.revoke(here.asec, device, 0)
    window = opened(here.la)
    dialog = drop(window, here.bundle(here.asec))
    assert dialog.heading.text() == "No new changes, but it brings the office list"
    assert "Office list, version 5, comes with it" in words(dialog)
    assert dialog.merge_button.text() == "Take the office list"
    dialog.merge_button.click()
    assert dialog.heading.text() == "The office list is in force"
    dialog.reject()
    window.go("sync")
    qtbot.waitUntil(lambda: window.pane().history.rowCount() == 2)
    ExchangeDialog(window.pane().history.thing(0), window).open()
    assert "Office list, version 5, is in force now" in words(window.findChild(ExchangeDialog))
    window.findChild(ExchangeDialog).reject()


def test_two_copies_of_one_file_are_told_without_blame_and_the_advice_leads_out(
    here: Offices, opened: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(here.la.path, tmp_path / "copy.aps")
    with monkeypatch.context() as patch:  # a copy of the whole computer, notes included
        patch.setattr(identity, "_why_new", lambda *_: "")
        copy = store.open_database(str(tmp_path / "copy.aps"))
    records.new(copy, "project", {"code": "P1", "title": "On the copy"})
    records.new(here.la, "project", {"code": "P2", "title": "At the office"})
    (wrong,) = here.send(copy, here.kh)
    here.send(here.la, here.asec)
    window = opened(here.asec)
    dialog = drop(window, here.bundle(here.kh))
    text = words(dialog)
    assert dialog.heading.text() == "It has another version of some work, which is not taken"
    assert "two versions of what was done on “Laptop of LA” of the Lao PDR office from" in text
    assert "may also have been altered by somebody else" in text  # nobody is accused
    assert "The version that is here stays, the one in the bundle was not taken" in text
    dialog.reject()
    bundles.export(copy, tmp_path / "own.apsync")
    dialog = drop(window, tmp_path / "own.apsync")  # what the copy itself sends
    text = words(dialog)
    assert dialog.heading.text() == "This bundle cannot be merged"
    assert "disagree about what was done on “Laptop of LA” of the Lao PDR office" in text
    assert "may also have been altered by somebody else" in text
    assert "what is here stays as it is" in text
    dialog.reject()
    merging.undo_merge(here.kh, wrong.merge)
    here.send(here.la, here.kh)
    here.send(here.kh, here.asec, here.la)
    assert here.all_equal()
    copy.close()
