"""The pages about exchange: who has what, history, trust, proposals, and making bundles."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLabel, QToolButton
from pytestqt.qtbot import QtBot

from aps_desktop.db import store
from aps_desktop.db.engine import Database
from aps_desktop.services import (
    bundles,
    merging,
    proposals,
    records,
    sync_status,
    trusting,
    working,
)
from aps_desktop.views import sync_pane
from aps_desktop.views.detail_view import DetailView
from aps_desktop.views.export_bundle_dialog import ExportBundleDialog
from aps_desktop.views.first_run import FirstRun
from aps_desktop.views.main_window import MainWindow
from aps_desktop.views.plain_label import PlainLabel
from aps_desktop.views.sync_pane_report import ExchangeDialog
from aps_desktop.views.trust_pane_after import RevertDialog, RevokeDialog
from aps_desktop.views.trust_pane_request import HandedDialog
from tests.detail_kit import leave, type_into
from tests.three_offices import Offices, office

Open = Callable[[Database], MainWindow]


def cells(model: object) -> list[list[str]]:
    rows, columns = model.rowCount(), model.columnCount()
    return [[model.index(r, c).data() for c in range(columns)] for r in range(rows)]


def test_exchange_says_who_lacks_what_since_when(here: Offices, opened: Open) -> None:
    records.new(here.la, "project", {"code": "P1", "title": "One"})
    window = opened(here.la)
    window.go("sync")
    peers = cells(window.pane().peers)
    assert [row[0] for row in peers] == ["Secretariat", "Cambodia office"]
    assert all(row[2].startswith("Unconfirmed since ") for row in peers)
    here.send(here.la, here.asec)
    here.send(here.asec, here.la)
    window.context.runner.mutate(lambda db: records.put(db, "project", found(db), {"title": "Two"}))
    assert peers_after(window)[0][2].endswith(": 1 change")


def found(db: Database) -> object:
    return records.find_id(db.reader(), "project", "P1")


def peers_after(window: MainWindow) -> list[list[str]]:
    return cells(window.pane().peers)


def test_a_missing_bundle_is_named(here: Offices, opened: Open) -> None:
    id = records.new(here.la, "project", {"code": "P1", "title": "One"})
    here.send(here.la, here.asec, here.kh)
    here.send(here.kh, here.la)
    here.send(here.asec, here.la)
    records.put(here.la, "project", id, {"title": "Two"})
    here.bundle(here.la)  # lost on its way
    device = store.this_device(here.la.reader())[0].bytes
    with here.la.writing() as c:  # as if the receivers had confirmed it: the next one is a delta
        for peer in (here.kh, here.asec):
            uuid = store.this_device(peer.reader())[0].bytes
            c.run("UPDATE known SET upto = 2 WHERE peer = ? AND device IN "
                  "(SELECT ord FROM device WHERE uuid = ?)", (uuid, device))  # fmt: skip
    records.put(here.la, "project", id, {"title": "Three"})
    file = here.folder / "delta.apsync"
    bundles.export(here.la, file, offices=["KH"])
    merging.merge_file(here.kh, file)
    (waiting,) = sync_status.waiting(here.kh.reader())
    assert (waiting.office, waiting.changes, waiting.bundles) == ("LA", 1, (2,))
    window = opened(here.kh)
    window.go("sync")
    assert "waits for bundle 2 of the Lao PDR office" in window.pane().waiting.text()
    assert "1 bundle waiting" in window.status.text()


def test_every_bundle_stays_in_the_history_and_a_merge_can_be_taken_back(
    here: Offices, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    records.new(here.la, "project", {"code": "P1", "title": "One"})
    working.name_officer(here.asec, "Siti")
    here.send(here.la, here.asec)
    window = opened(here.asec)
    window.go("sync")
    pane = window.pane()
    rows = cells(pane.history)
    assert [(row[1], row[2], row[5]) for row in rows] == [
        ("In", "Lao PDR office", "Merged"),
        ("Out", "Everybody", "Made"),
    ]
    pane._history_table.selectRow(0)
    monkeypatch.setattr(sync_pane, "ask", lambda *a, **k: True)
    pane.undo.click()
    assert cells(pane.history)[0][5] == "Taken back"
    ExchangeDialog(pane.history.thing(0), window).open()
    told = [label.text() for label in window.findChild(ExchangeDialog).findChildren(PlainLabel)]
    assert any(words.startswith("Merged") and "by Siti: " in words for words in told)
    assert any(re.fullmatch(r"The merge was undone \d.+ by Siti\.", words) for words in told)
    assert store.counts(here.asec.reader()).get("project", 0) == 0
    assert not pane.undo.isEnabled()


def test_making_a_bundle_says_for_whom_and_whether_it_is_encrypted(
    here: Offices, opened: Open, tmp_path: Path
) -> None:
    window = opened(here.asec)
    window.actions["make_bundle"].trigger()
    dialog = window.findChild(ExportBundleDialog)
    form = dialog.form
    assert form.root.lineEdit().accessibleName() == "Which one"
    form.some.click()
    assert not dialog.make.isEnabled()
    form.boxes["KH"].click()
    form.full.click()
    form.set_folder(tmp_path / "nowhere")
    dialog.make.click()
    assert "There is no such folder" in dialog.problem.text()
    form.set_folder(tmp_path)
    dialog.make.click()
    (file,) = dialog.made.files
    assert file.name.startswith("ASEC to KH 2 ")
    text = "\n".join(label.text() for label in dialog.findChildren(QLabel))
    assert "Encrypted: only computers of the Cambodia office can read it." in text
    merging.merge_file(here.kh, file)
    dialog.reject()


def test_a_lonely_office_is_told_that_its_bundle_is_open_to_all(
    opened: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APS_DATA_DIR", str(tmp_path / "data"))
    db = office(tmp_path, "TH")
    window = opened(db)
    window.actions["make_bundle"].trigger()
    dialog = window.findChild(ExportBundleDialog)
    assert not dialog.form.some.isEnabled()
    dialog.form.set_folder(tmp_path)
    dialog.form.split.click()
    dialog.make.click()
    text = "\n".join(label.text() for label in dialog.findChildren(QLabel))
    assert "! Not encrypted" in text
    dialog.reject()
    db.close()


def test_the_form_of_a_bundle_goes_by_keyboard_and_says_what_is_still_to_be_chosen(
    here: Offices, opened: Open, qtbot: QtBot
) -> None:
    records.new(here.asec, "programme", {"code": "ARISE", "title": "Of a long name " * 8})
    window = opened(here.asec)
    window.actions["make_bundle"].trigger()
    dialog = window.findChild(ExportBundleDialog)
    form = dialog.form
    for radio in (form.everybody, form.new):
        radio.click()
        radio.click()
        assert radio.isChecked()  # a chosen one stays chosen
    form.some.setFocus()
    form.some.click()
    assert dialog.lacks.text() == "Tick an office."
    qtbot.keyClick(form.some, Qt.Key.Key_Tab)
    assert dialog.focusWidget() is form.boxes["KH"]
    form.boxes["KH"].click()
    form.scope.setCurrentIndex(form.scope.findData("programme"))
    assert (form.root.currentIndex(), dialog.lacks.text()) == (
        -1, "Choose the programme from the list."
    )  # fmt: skip
    form.root.setCurrentIndex(0)
    assert form.root.lineEdit().cursorPosition() == 0
    assert (dialog.lacks.text(), dialog.make.isEnabled()) == ("", True)
    assert form.narrowed().startswith("One programme: ARISE · Of a long name")
    form.root.lineEdit().setText("something else")
    assert not dialog.make.isEnabled()
    dialog.reject()


def test_the_list_of_a_box_shows_its_last_choice_whole(
    here: Offices, opened: Open, qtbot: QtBot
) -> None:
    window = opened(here.asec)
    window.actions["make_bundle"].trigger()
    dialog = window.findChild(ExportBundleDialog)
    box = dialog.form.scope
    dialog.activateWindow()
    box.setFocus()  # the frame of a box with the keyboard is thicker
    qtbot.waitUntil(box.hasFocus)
    box.showPopup()
    view = box.view()
    qtbot.waitUntil(view.isVisible)
    rows = sum(view.sizeHintForRow(row) for row in range(box.count()))
    assert (view.verticalScrollBar().maximum(), view.viewport().height()) == (0, rows)
    box.hidePopup()
    dialog.reject()


def test_a_request_is_named_after_its_computer(
    here: Offices, opened: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offered = []

    def choose(parent: object, title: str, name: str, kinds: str) -> tuple[str, str]:
        offered.append(name)
        return str(tmp_path / "ours"), kinds

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    window = opened(here.la)
    window.actions["request"].trigger()
    assert offered == ["LA Laptop of LA.apsrequest"]
    assert "Send ours.apsrequest to the secretariat" in window.messages.text()
    assert (tmp_path / "ours.apsrequest").exists()


def test_a_request_is_added_only_when_its_fingerprint_was_compared(
    here: Offices, opened: Open, tmp_path: Path
) -> None:
    stranger = office(tmp_path, "TH")
    request = tmp_path / "th.apsrequest"
    trusting.write_request(stranger, request)
    window = opened(here.asec)
    window.commands.take_file(request)
    pane = window.pane()
    assert pane.fingerprint.text() == trusting.keys(here.asec).fingerprint
    dialog = window.findChild(HandedDialog)
    assert trusting.keys(stranger).fingerprint in [w.text() for w in dialog.findChildren(QLabel)]
    assert not dialog.add.isEnabled()
    dialog.compared.click()
    dialog.add.click()
    assert ["Thailand office", "Laptop of TH"] in [row[:2] for row in cells(pane.rows)]
    assert pane.list_words.text().startswith("Office list, version 5, made ")
    stranger.close()


def test_the_secretariat_revokes_a_computer(here: Offices, opened: Open) -> None:
    window = opened(here.asec)
    window.go("trust")
    pane = window.pane()
    offices = [line[0] for line in cells(pane.rows)]
    pane.table.selectRow(offices.index("Secretariat"))
    assert not pane.revoke.isEnabled()  # the computer that signs the list
    row = offices.index("Cambodia office")
    pane.table.selectRow(row)
    pane.revoke.click()
    dialog = window.findChild(RevokeDialog)
    dialog.after.setValue(7)
    dialog.go.click()
    assert cells(pane.rows)[row][4] == "Revoked after its bundle 7"
    assert pane.table.currentIndex().row() == row
    assert pane.revert.isEnabled()  # what it did after that is put back next


def test_what_was_built_on_a_revoked_computers_record_waits_for_no_bundle(
    here: Offices, tmp_path: Path
) -> None:
    id = records.new(here.kh, "project", {"code": "P1", "title": "A thief's"})
    here.send(here.kh, here.asec, here.la)
    records.put(here.asec, "project", id, {"title": "Edited in good faith"})
    trusting.revoke(here.asec, store.this_device(here.kh.reader())[0].hex, 0)
    assert sync_status.waiting(here.asec.reader()) == []
    new = office(tmp_path, "TH")
    trusting.write_request(new, tmp_path / "th.apsrequest")
    trusting.add(here.asec, tmp_path / "th.apsrequest")
    file = here.bundle(here.asec, full=True)
    for db in (here.la, new):  # who has the record's making, and who never got it
        assert merging.merge_file(db, file).held == 0
        assert sync_status.waiting(db.reader()) == []
    new.close()


def test_the_secretariat_puts_back_what_a_computer_did(here: Offices, opened: Open) -> None:
    id = records.new(here.la, "project", {"code": "P1", "title": "Good"})
    here.send(here.la, here.asec)
    records.put(here.la, "project", id, {"title": "Bad"})
    records.new(here.la, "project", {"code": "P2", "title": "Bad too"})
    here.send(here.la, here.asec)
    window = opened(here.asec)
    window.go("trust")
    pane = window.pane()
    pane.table.selectRow([line[0] for line in cells(pane.rows)].index("Lao PDR office"))
    pane.revert.click()
    dialog = window.findChild(RevertDialog)
    assert dialog.after.value() == 2
    dialog.after.setValue(1)
    dialog.go.click()
    assert "2 records put back" in window.messages.text()
    c = here.asec.reader()
    assert records.get(c, "project", id).values["title"] == "Good"
    assert store.counts(c)["project"] == 1
    window.actions["undo"].trigger()
    assert store.counts(here.asec.reader())["project"] == 2


def test_a_proposal_is_seen_at_its_field_and_answered(
    here: Offices, opened: Open, qtbot: QtBot
) -> None:
    id = records.new(here.la, "project", {"code": "P1", "title": "One"})
    here.send(here.la, here.kh, here.asec)
    records.put(here.kh, "project", id, {"title": "<b>Two</b>"})
    records.delete(here.kh, "project", [id])
    here.send(here.kh, here.la)
    window = opened(here.la)
    window.context.show_record("project", id)
    shown = window.pane().findChild(QLabel, "title_proposed")
    assert shown.whole() == "Proposed by Cambodia office: <b>Two</b>"
    banner = window.pane().findChild(QLabel, "title_proposed").window()
    assert any("delete this record" in w.text() for w in banner.findChildren(QLabel))
    badge = window.pane().findChild(QToolButton, "title_proposal")
    qtbot.mouseClick(badge, Qt.MouseButton.LeftButton)
    pane = window.pane()
    assert pane.key == "proposals"
    assert pane.summary.text() == "2 proposals for you to decide"
    pane.accept.click()
    assert records.get(here.la.reader(), "project", id).values["title"] == "<b>Two</b>"
    pane.decline.click()
    assert proposals.waiting(here.la.reader()) == []
    assert pane.summary.text() == "Proposals"
    assert not pane.accept.isEnabled()


def test_what_is_typed_into_anothers_record_is_proposed_once_and_taken_back(
    here: Offices, opened: Open, qtbot: QtBot
) -> None:
    id = records.new(here.la, "project", {"code": "P1", "title": "One"})
    here.send(here.la, here.kh)
    window = opened(here.kh)
    window.context.show_record("project", id)
    view = window.findChild(DetailView, "detail_project")
    row = view.form.rows["title"]
    qtbot.waitUntil(lambda: row.editor.value() == "One")
    type_into(qtbot, row, "Two")
    leave(view, "code")
    # The value is the owner's until he accepts: what was typed stands under it.
    assert row.editor.value() == "One"
    assert row.proposed.whole() == "Proposed by Cambodia office: Two"
    assert window.messages.text() == "Proposed to the office that owns the record; it decides."
    window.go("sync")
    assert len(proposals.waiting(here.kh.reader())) == 1
    assert here.kh.reader().value("SELECT count(*) FROM op_proposal") == 1
    window.actions["undo"].trigger()
    assert window.messages.text() == "Undone: edit project P1."
    assert proposals.waiting(here.kh.reader()) == []


def test_an_own_proposal_is_withdrawn(here: Offices, opened: Open) -> None:
    id = records.new(here.la, "project", {"code": "P1", "title": "One"})
    here.send(here.la, here.kh)
    records.put(here.kh, "project", id, {"title": "Two"})
    window = opened(here.kh)
    window.go("proposals")
    pane = window.pane()
    assert cells(pane.rows)[0][6] == "Lao PDR office"
    assert (pane.accept.isEnabled(), pane.decline.text()) == (False, "Withdra&w")
    pane.decline.click()
    assert proposals.waiting(here.kh.reader()) == []


def test_the_guide_takes_a_bundle_into_a_new_office(
    here: Offices, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = here.bundle(here.asec)
    guide = FirstRun(tmp_path / "new.aps")
    qtbot.addWidget(guide)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *a: (str(file), ""))
    guide.findChild(object, "choose_bundle").click()
    assert guide.pages.currentWidget() is guide.office
    assert guide.bundle == str(file)
