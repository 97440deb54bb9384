"""Editors that choose: records, words, states, files, days, periods."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from uuid import uuid5

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication
from pytestqt.qtbot import QtBot

from aps_desktop.domain.errors import InvalidValue
from aps_desktop.domain.fields import Kind
from aps_desktop.domain.ids import NAMESPACE
from aps_desktop.domain.values import FileRef, Period
from aps_desktop.views.editors import Editor
from tests.editor_kit import BODIES, LABELS, STATES, leave


def test_a_record_is_picked_by_typing_and_enter(make: Callable[..., Editor], qtbot: QtBot) -> None:
    editor = make(Kind.REFERENCE)
    editor.setFocus()
    qtbot.keyClicks(editor.line, "wom")
    qtbot.waitUntil(editor.line.finder.popup().isVisible)
    with qtbot.waitSignal(editor.done):
        qtbot.keyClick(editor.line.finder.popup(), Qt.Key.Key_Return)
    assert editor.value() == BODIES["ACW · Women"]
    assert editor.line.text() == "ACW · Women"
    qtbot.keyClick(editor.line, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert editor.host.opened == [BODIES["ACW · Women"]]
    qtbot.mouseClick(editor.clear_button, Qt.MouseButton.LeftButton)
    assert editor.value() is None


def test_a_typed_code_is_enough_when_the_field_is_left(
    make: Callable[..., Editor], qtbot: QtBot
) -> None:
    editor = make(Kind.REFERENCE)
    editor.setFocus()
    qtbot.keyClicks(editor.line, "acdm")
    with qtbot.waitSignal(editor.line.searched):
        pass
    editor.line.hide_found()
    leave(editor)
    assert editor.value() == BODIES["ACDM · Disaster"]


def test_words_that_name_no_record_are_refused_and_kept(
    make: Callable[..., Editor], qtbot: QtBot
) -> None:
    editor = make(Kind.REFERENCE)
    editor.setFocus()
    qtbot.keyClicks(editor.line, "zzz")
    leave(editor)
    assert editor.line.text() == "zzz"
    with pytest.raises(InvalidValue, match="was chosen"):
        editor.value()


def test_a_new_record_is_made_from_the_picker(make: Callable[..., Editor], qtbot: QtBot) -> None:
    editor = make(Kind.REFERENCE)
    editor.setFocus()
    qtbot.keyClicks(editor.line, "New committee")
    qtbot.waitUntil(editor.line.finder.popup().isVisible)
    popup = editor.line.finder.popup()
    assert popup.currentIndex().data() == "+ New body “New committee”"
    with qtbot.waitSignal(editor.done):
        qtbot.keyClick(popup, Qt.Key.Key_Return)
    assert editor.host.created == ["New committee"]
    assert editor.value() == uuid5(NAMESPACE, "New committee")


def test_words_become_chips_and_backspace_takes_one_away(
    make: Callable[..., Editor], qtbot: QtBot
) -> None:
    editor = make(Kind.TAGS)
    editor.setFocus()
    qtbot.keyClicks(editor.line, "flood,early warning")
    qtbot.keyClick(editor.line, Qt.Key.Key_Return)
    assert editor.value() == frozenset({"flood", "early warning"})
    qtbot.keyClick(editor.line, Qt.Key.Key_Backspace)
    assert editor.value() == frozenset({"early warning"})


def test_words_used_before_are_offered(make: Callable[..., Editor], qtbot: QtBot) -> None:
    editor = make(Kind.TAGS)
    editor.setFocus()
    qtbot.keyClicks(editor.line, "flo")
    qtbot.waitUntil(editor.line.completer().popup().isVisible)
    qtbot.keyClick(editor.line.completer().popup(), Qt.Key.Key_Down)
    qtbot.keyClick(editor.line.completer().popup(), Qt.Key.Key_Return)
    QApplication.processEvents()
    assert editor.value() == frozenset({"flood"})
    assert editor.line.text() == ""


def test_records_become_chips(make: Callable[..., Editor], qtbot: QtBot) -> None:
    editor = make(Kind.REFERENCES)
    editor.setFocus()
    qtbot.keyClicks(editor.line, "som")
    qtbot.waitUntil(editor.line.finder.popup().isVisible)
    qtbot.keyClick(editor.line.finder.popup(), Qt.Key.Key_Return)
    assert editor.value() == frozenset({BODIES["SOM · SOM"]})
    chip = next(b for b in editor.findChildren(QAbstractButton) if "SOM" in b.text())
    assert chip.accessibleName() == "The thing: remove SOM · SOM"
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    assert editor.value() == frozenset()


def test_member_states_are_ticked_one_by_one_or_by_group(
    make: Callable[..., Editor], qtbot: QtBot
) -> None:
    editor = make(Kind.REFERENCES, target="member_state")
    editor.set_value(frozenset({STATES["Thailand"]}), LABELS)
    assert len(editor.boxes) == len(STATES)
    qtbot.mouseClick(editor.group_buttons["CLMV"], Qt.MouseButton.LeftButton)
    assert editor.value() == frozenset(STATES.values()) - {STATES["Thailand"]}
    box = editor.boxes[STATES["Thailand"]]
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Space)
    assert editor.value() == frozenset(STATES.values())
    assert editor.is_changed()


def test_a_file_is_taken_and_one_too_large_refused(make: Callable[..., Editor]) -> None:
    editor = make(Kind.FILE)
    editor.take(Path("report.pdf"))
    assert editor.value() == FileRef("ab" * 32, "report.pdf")
    assert editor.open_button.isVisible()
    editor.take(Path("film.big"))
    with pytest.raises(InvalidValue, match="larger than 20 MB"):
        editor.value()
    editor.revert()
    assert editor.value() is None


def test_the_calendar_gives_a_day(make: Callable[..., Editor], qtbot: QtBot) -> None:
    editor = make(Kind.DATE)
    editor.setFocus()
    qtbot.keyClick(editor.line, Qt.Key.Key_F4)
    calendar = editor._popup
    assert calendar.selectedDate().toPython() == date(2026, 11, 23)
    with qtbot.waitSignal(editor.done):
        calendar.activated.emit(calendar.selectedDate())
    assert editor.value() == date(2026, 11, 23)
    assert not calendar.isVisible()


def test_the_chooser_gives_a_period(make: Callable[..., Editor], qtbot: QtBot) -> None:
    editor = make(Kind.PERIOD)
    qtbot.mouseClick(editor.button, Qt.MouseButton.LeftButton)
    quarter = next(b for b in editor._popup.findChildren(QAbstractButton) if b.text() == "Q2")
    with qtbot.waitSignal(editor.done):
        quarter.click()
    assert editor.value() == Period.quarter(2026, 2)
