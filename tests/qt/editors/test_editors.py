"""Every kind of field has an editor that shows, takes, refuses and takes back a value."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from time import thread_time

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from aps_desktop.domain.errors import InvalidValue
from aps_desktop.domain.fields import Kind
from aps_desktop.domain.money import Money
from aps_desktop.domain.values import FileRef, Period, Value
from aps_desktop.views.editors import Editor
from tests.editor_kit import BODIES, CHOICES, LABELS, leave

EXAMPLES: dict[Kind, tuple[Value, Value]] = {
    Kind.TEXT: ("One", "Two"),
    Kind.LONG_TEXT: ("One\nline", "Two"),
    Kind.NUMBER: (Decimal("1250.5"), Decimal(3)),
    Kind.MONEY: (Money(25_000_000, "USD"), Money(-100, "JPY")),
    Kind.PERCENT: (Decimal("72.5"), Decimal(0)),
    Kind.DATE: (date(2026, 11, 23), date(2025, 1, 1)),
    Kind.PERIOD: (Period.quarter(2026, 2), Period.year(2025)),
    Kind.CHOICE: ("on_hold", "ongoing"),
    Kind.REFERENCE: (BODIES["ACW · Women"], BODIES["SOM · SOM"]),
    Kind.TAGS: (frozenset({"flood", "drought"}), frozenset({"flood"})),
    Kind.YES_NO: (True, False),
    Kind.FILE: (FileRef("ab" * 32, "a.pdf"), FileRef("cd" * 32, "b.pdf")),
    Kind.REFERENCES: (frozenset(BODIES.values()), frozenset({BODIES["SOM · SOM"]})),
}


def test_every_kind_has_an_example() -> None:
    assert set(EXAMPLES) == set(Kind)


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_shows_what_is_stored_and_keeps_what_is_typed(
    kind: Kind, make: Callable[..., Editor]
) -> None:
    editor = make(kind)
    one, other = EXAMPLES[kind]
    assert not editor.is_changed()
    editor.set_value(one, LABELS)
    assert editor.value() == one
    assert not editor.is_changed()
    kept = editor.keep()
    editor.set_value(other, LABELS)
    assert editor.value() == other
    editor.recall(kept)
    assert editor.value() == one
    assert editor.is_changed()
    editor.revert()
    assert editor.value() == other
    editor.set_value(None)
    assert editor.value() in (None, frozenset())


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_is_named_for_a_screen_reader(kind: Kind, make: Callable[..., Editor]) -> None:
    editor = make(kind)
    editor.set_value(EXAMPLES[kind][0], LABELS)
    nameless = [
        type(part).__name__
        for part in editor.findChildren(QWidget)
        if part.focusPolicy() & Qt.FocusPolicy.TabFocus
        and part.isVisible()
        and not part.accessibleName()
        and not (isinstance(part, QAbstractButton) and part.text())
    ]
    assert nameless == []
    assert editor.focusProxy() is not None


@pytest.mark.parametrize(
    ("kind", "typed", "value", "shown"),
    [
        (Kind.NUMBER, "1250.5", Decimal("1250.5"), "1,250.5"),
        (Kind.PERCENT, "72,5 %", Decimal("72.5"), "72.5"),
        (Kind.MONEY, "eur 1.2m", Money(120_000_000, "EUR"), "1,200,000.00"),
        (Kind.MONEY, "(1,234.50)", Money(-123_450, "USD"), "-1,234.50"),
        (Kind.DATE, "3.2.26", date(2026, 2, 3), "3 Feb 2026"),
        (Kind.PERIOD, "q3", Period.quarter(2026, 3), "Q3 2026"),
    ],
)
def test_what_is_typed_is_shown_as_it_was_understood(
    kind: Kind, typed: str, value: Value, shown: str, make: Callable[..., Editor], qtbot: QtBot
) -> None:
    editor = make(kind)
    editor.setFocus()
    qtbot.keyClicks(editor.line, typed)
    with qtbot.waitSignal(editor.done):
        leave(editor)
    assert editor.value() == value
    assert editor.line.text() == shown


def test_what_cannot_be_stays_as_it_was_typed_until_escape(
    make: Callable[..., Editor], qtbot: QtBot
) -> None:
    editor = make(Kind.DATE)
    editor.set_value(date(2026, 11, 23))
    editor.setFocus()
    editor.line.selectAll()
    qtbot.keyClicks(editor.line, "31/2/2026")
    leave(editor)
    assert editor.line.text() == "31/2/2026"
    with pytest.raises(InvalidValue, match="does not exist"):
        editor.value()
    editor.setFocus()
    qtbot.keyClick(editor.line, Qt.Key.Key_Escape)
    assert editor.line.text() == "23 Nov 2026"


def test_direction_marks_and_nul_do_not_get_in(make: Callable[..., Editor]) -> None:
    editor = make(Kind.TEXT)
    editor.setFocus()
    editor.line.setText("gnp\u202efdp\x00.exe  now")
    leave(editor)
    assert editor.value() == "gnpfdp.exe now"
    assert editor.line.text() == "gnpfdp.exe now"


def test_one_line_of_200_000_characters_does_not_stop_the_window(
    make: Callable[..., Editor],
) -> None:
    editor = make(Kind.LONG_TEXT)
    pasted = QMimeData()
    pasted.setText("word " * 40_000)
    pasted.setHtml("<b>word</b>")
    began = thread_time()  # not what the machine does besides
    editor.text.insertFromMimeData(pasted)
    QApplication.processEvents()
    assert thread_time() - began < 2
    text = editor.findChild(QPlainTextEdit).toPlainText()
    assert max(map(len, text.split("\n"))) <= 10_000
    assert text.replace("\n", "").startswith("word word")


def test_a_long_text_says_that_it_is_done_after_a_pause(
    make: Callable[..., Editor], qtbot: QtBot
) -> None:
    editor = make(Kind.LONG_TEXT)
    editor.setFocus()
    editor._idle.setInterval(10)
    with qtbot.waitSignal(editor.done):
        qtbot.keyClicks(editor.text, "Some words ")
    editor.set_stored("Some words")
    assert not editor.is_changed()


def test_a_choice_is_found_by_a_part_of_its_words(
    make: Callable[..., Editor], qtbot: QtBot
) -> None:
    editor = make(Kind.CHOICE)
    editor.setFocus()
    qtbot.keyClicks(editor.combo.lineEdit(), "hold")
    offered = editor.combo.completer().completionModel()
    assert [offered.index(n, 0).data() for n in range(offered.rowCount())] == ["On hold"]
    editor.combo.completer().popup().hide()
    editor.combo.setEditText("complete")
    leave(editor)
    assert editor.value() == "done"
    assert editor.combo.currentText() == "Completed"


def test_escape_comes_back_to_what_was_offered(make: Callable[..., Editor], qtbot: QtBot) -> None:
    editor = make(Kind.CHOICE)
    editor.offer("ongoing")
    assert editor.is_changed()
    editor.setFocus()
    line = editor.combo.lineEdit()
    qtbot.keyClick(line, Qt.Key.Key_Escape)
    assert editor.value() == "ongoing"
    line.selectAll()
    qtbot.keyClicks(line, "comp")
    editor.combo.completer().popup().hide()
    qtbot.keyClick(line, Qt.Key.Key_Escape)
    assert editor.value() == "ongoing"
    editor.set_value("done")
    line.selectAll()
    qtbot.keyClicks(line, "on hold")
    editor.combo.completer().popup().hide()
    qtbot.keyClick(line, Qt.Key.Key_Escape)
    assert editor.value() == "done"


@pytest.mark.parametrize(
    ("typed", "value"), [("comp", "done"), ("HOL", "on_hold"), ("on", None), ("o", None)]
)
def test_the_beginning_of_one_choice_is_enough(
    make: Callable[..., Editor], qtbot: QtBot, typed: str, value: str | None
) -> None:
    editor = make(Kind.CHOICE)
    editor.setFocus()
    qtbot.keyClicks(editor.combo.lineEdit(), typed)
    editor.combo.completer().popup().hide()
    leave(editor)
    if value is None:
        with pytest.raises(InvalidValue):
            editor.value()
        assert editor.combo.currentText() == typed
    else:
        assert editor.value() == value
        assert editor.combo.currentText() == dict(CHOICES)[value]


def test_a_choice_of_a_newer_version_is_kept(make: Callable[..., Editor]) -> None:
    editor = make(Kind.CHOICE)
    editor.set_value("from_the_future")
    assert editor.value() == "from_the_future"
    assert editor.combo.currentText() == "from_the_future"


def test_yes_no_and_not_stated_by_keys(make: Callable[..., Editor], qtbot: QtBot) -> None:
    editor = make(Kind.YES_NO)
    seen = []
    for key in (Qt.Key.Key_Y, Qt.Key.Key_N, Qt.Key.Key_Delete):
        with qtbot.waitSignal(editor.done):
            qtbot.keyClick(editor.focusProxy(), key)
        seen.append(editor.value())
    assert seen == [True, False, None]
