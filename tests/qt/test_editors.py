"""Every kind of field has an editor that shows, takes, refuses and takes back a value."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from time import thread_time
from typing import Any
from uuid import UUID, uuid5

import pytest
from PySide6.QtCore import QMimeData, QObject, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from aps_desktop.domain.errors import InvalidValue, UserError
from aps_desktop.domain.fields import Field, Kind
from aps_desktop.domain.ids import NAMESPACE
from aps_desktop.domain.money import Money
from aps_desktop.domain.values import FileRef, Period, Value
from aps_desktop.views.editors import Editor, editor_for

CHOICES = (("ongoing", "Ongoing"), ("on_hold", "On hold"), ("done", "Completed"))
STATES = {name: uuid5(NAMESPACE, name) for name in ("Cambodia", "Lao PDR", "Thailand", "Viet Nam")}
BODIES = {name: uuid5(NAMESPACE, name) for name in ("ACDM · Disaster", "ACW · Women", "SOM · SOM")}
LABELS = {id: name for names in (STATES, BODIES) for name, id in names.items()}


class Host:
    """Answers at once from the two small lists above."""

    def __init__(self) -> None:
        self.opened: list[UUID] = []
        self.created: list[str] = []

    def today(self) -> date:
        return date(2026, 11, 23)

    def find(self, target: str, text: str, done: Callable[[Any], None], owner: QObject) -> None:
        names = STATES if target == "member_state" else BODIES
        done([(id, name) for name, id in names.items() if text.lower() in name.lower()])

    def state_groups(self, done: Callable[[Any], None], owner: QObject) -> None:
        clmv = frozenset(id for name, id in STATES.items() if name != "Thailand")
        done([("All", frozenset(STATES.values())), ("CLMV", clmv)])

    def words_used(self, field: Field, done: Any, owner: QObject) -> None:
        done(["flood"])

    def open_record(self, target: str, id: UUID) -> None:
        self.opened.append(id)

    def create_record(self, target: str, name: str, done: Callable[[UUID, str], None]) -> None:
        self.created.append(name)
        done(uuid5(NAMESPACE, name), name)

    def add_file(self, path: Path, done: Any, failed: Any) -> None:
        if path.suffix == ".big":
            failed(UserError("“film.big” is larger than 20 MB.", "Attach a smaller copy."))
        else:
            done(FileRef("ab" * 32, path.name))

    def open_file(self, ref: FileRef) -> None:
        self.opened.append(ref)  # type: ignore[arg-type]

    def save_file(self, ref: FileRef, target: Path) -> None: ...


def field(kind: Kind, **more: Any) -> Field:
    target = "body" if kind in (Kind.REFERENCE, Kind.REFERENCES) else ""
    decimals = 2 if kind in (Kind.NUMBER, Kind.PERCENT) else 0
    plain = {"target": target, "decimals": decimals, "choices": CHOICES}
    return Field(1, "thing", "The thing", kind, **{**plain, **more})


@pytest.fixture
def make(qtbot: QtBot) -> Callable[..., Editor]:
    frames = []

    def made(kind: Kind, **more: Any) -> Editor:
        frame = QWidget()
        frames.append(frame)
        qtbot.addWidget(frame)
        editor = editor_for(field(kind, **more), Host(), frame)
        elsewhere = QLineEdit(frame)
        elsewhere.setObjectName("elsewhere")
        elsewhere.move(0, 300)
        editor.resize(400, 120)
        frame.resize(420, 400)
        frame.show()
        frame.activateWindow()
        qtbot.waitUntil(frame.isActiveWindow)
        editor.set_value(None)
        return editor

    return made


def leave(editor: Editor) -> None:
    editor.window().findChild(QLineEdit, "elsewhere").setFocus()
    QApplication.processEvents()


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
