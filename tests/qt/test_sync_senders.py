"""Who sent a bundle: whether they are believed, what they bring of the list, and their clock."""

import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QLabel,
    QPushButton,
)
from pytestqt.qtbot import QtBot

from aps_desktop.db import identity, store
from aps_desktop.services import bundles, merging, records, trusting
from aps_desktop.views.merge_dialog_card import BundleCard
from aps_desktop.views.sync_pane_report import ExchangeDialog
from tests.merge_kit import Open, drop, words
from tests.three_offices import Offices, office


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
