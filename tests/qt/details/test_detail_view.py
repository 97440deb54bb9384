"""What an officer edits on a record’s page: saved, told, undone, come back to."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from aps_desktop.db.connection import DatabaseFault
from aps_desktop.db.engine import Database
from aps_desktop.domain.changes import Applied
from aps_desktop.services import drafts, records
from aps_desktop.tasks.runner import Runner
from aps_desktop.views.context import Context
from aps_desktop.views.detail_view import DetailView
from aps_desktop.views.ui_state import UiState
from tests.detail_kit import leave, stored, type_into


def test_a_field_saves_itself_when_it_is_left(
    open_page: Callable[..., DetailView], project: UUID, db: Database, qtbot: QtBot
) -> None:
    view = open_page(project)
    type_into(qtbot, view.form.rows["title"], "Early warning for all")
    leave(view)
    assert stored(db, project, "title") == "Early warning for all"
    assert view.header.title.text() == "Early warning for all"
    assert records.undo_labels(db.reader())[0] == "edit project P-1"


def test_a_field_that_is_left_as_it_was_writes_nothing(
    open_page: Callable[..., DetailView], project: UUID, db: Database, qtbot: QtBot
) -> None:
    before = db.reader().value("SELECT txn FROM local_state")
    view = open_page(project)
    for row in view.form.rows.values():
        row.editor.setFocus()
        QApplication.processEvents()
    assert db.reader().value("SELECT txn FROM local_state") == before


def test_a_value_that_cannot_be_is_told_under_its_field_and_stays(
    open_page: Callable[..., DetailView], project: UUID, db: Database, qtbot: QtBot
) -> None:
    view = open_page(project)
    row = view.form.rows["planned_start"]
    type_into(qtbot, row, "31/2/2026")
    leave(view)
    assert row.message.isVisible()
    assert "does not exist" in row.message.text()
    assert row.editor.line.text() == "31/2/2026"
    assert stored(db, project, "planned_start") == date(2026, 1, 1)
    row.editor.setFocus()
    qtbot.keyClick(row.editor.line, Qt.Key.Key_Escape)
    assert row.editor.line.text() == "1 Jan 2026"
    assert not row.message.isVisible()


def test_an_emptied_required_field_is_refused(
    open_page: Callable[..., DetailView], project: UUID, db: Database, qtbot: QtBot
) -> None:
    view = open_page(project)
    row = view.form.rows["title"]
    type_into(qtbot, row, " ")
    leave(view)
    assert row.message.isVisible()
    assert stored(db, project, "title") == "Early warning"


def test_help_shows_only_while_its_field_has_the_focus(
    open_page: Callable[..., DetailView], project: UUID
) -> None:
    view = open_page(project)
    help = view.form.rows["budget"].help
    assert not help.isVisible()
    view.form.rows["budget"].editor.setFocus()
    assert help.isVisible()
    leave(view)
    assert not help.isVisible()


def test_undo_shows_the_earlier_value_and_keeps_the_cursor(
    open_page: Callable[..., DetailView], project: UUID, db: Database, context: Context
) -> None:
    view = open_page(project)
    records.put(db, "project", project, {"title": "Another title"})
    view.show_record(project)
    line = view.form.rows["title"].editor.line
    line.setFocus()
    line.setCursorPosition(5)
    context.runner.mutate(records.undo)
    assert line.text() == "Early warning"
    assert line.cursorPosition() == 5
    assert line.hasFocus()


def test_a_change_from_elsewhere_leaves_what_is_being_typed_alone(
    open_page: Callable[..., DetailView],
    project: UUID,
    db: Database,
    context: Context,
    qtbot: QtBot,
) -> None:
    view = open_page(project)
    line = view.form.rows["title"].editor.line
    type_into(qtbot, view.form.rows["title"], "Half a ti")
    context.runner.mutate(
        lambda d: records.put(d, "project", project, {"title": "From a merge", "proponent": "X"})
    )
    assert line.text() == "Half a ti"
    assert view.form.rows["proponent"].editor.line.text() == "X"


def test_a_busy_database_keeps_the_text_and_offers_to_try_again(
    open_page: Callable[..., DetailView],
    project: UUID,
    db: Database,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def busy(*_: object) -> None:
        raise DatabaseFault("Another program is using the database.", "Close it and try again.")

    view = open_page(project)
    with monkeypatch.context() as patch:
        patch.setattr(records, "put", busy)
        type_into(qtbot, view.form.rows["title"], "Kept")
        leave(view)
    assert view.banner.isVisible()
    assert "Another program" in view.banner.words.text()
    assert view.form.rows["title"].editor.line.text() == "Kept"
    qtbot.mouseClick(view.banner.button, Qt.MouseButton.LeftButton)
    assert stored(db, project, "title") == "Kept"
    assert not view.banner.isVisible()


def test_what_was_typed_and_is_invalid_comes_back_with_its_record(
    open_page: Callable[..., DetailView], project: UUID, db: Database, qtbot: QtBot
) -> None:
    other = records.new(db, "project", {"code": "P-2", "title": "Other"})
    view = open_page(project)
    type_into(qtbot, view.form.rows["planned_end"], "some day")
    view.show_record(other)
    assert view.form.rows["planned_end"].editor.line.text() == ""
    view.show_record(project)
    assert view.form.rows["planned_end"].editor.line.text() == "some day"
    assert view.banner.isVisible()
    qtbot.mouseClick(view.banner.button, Qt.MouseButton.LeftButton)
    assert view.banner.isVisible(), "it cannot be saved as it is"
    qtbot.mouseClick(view.banner.second, Qt.MouseButton.LeftButton)
    assert not view.banner.isVisible()
    assert view.form.rows["planned_end"].editor.line.text() == ""
    assert drafts.load(db.connect(), "project", project.hex) == {}


def test_what_is_typed_is_saved_when_another_record_is_shown(
    open_page: Callable[..., DetailView], project: UUID, db: Database, qtbot: QtBot
) -> None:
    other = records.new(db, "project", {"code": "P-2", "title": "Other"})
    view = open_page(project)
    type_into(qtbot, view.form.rows["title"], "Quickly typed")
    view.show_record(other)
    assert stored(db, project, "title") == "Quickly typed"
    assert stored(db, other, "title") == "Other"


def test_escape_where_nothing_is_typed_goes_back_to_the_list(
    open_page: Callable[..., DetailView], project: UUID, qtbot: QtBot
) -> None:
    view = open_page(project)
    view.focus_form()
    with qtbot.waitSignal(view.back_requested):
        qtbot.keyClick(view.form.rows["code"].editor.line, Qt.Key.Key_Escape)


def test_a_record_is_picked_in_the_form(
    open_page: Callable[..., DetailView], project: UUID, db: Database, qtbot: QtBot
) -> None:
    view = open_page(project)
    line = view.form.rows["sponsoring_body"].editor.line
    assert line.text() == "ACDM · Disaster management"
    type_into(qtbot, view.form.rows["sponsoring_body"], "women")
    qtbot.waitUntil(line.finder.popup().isVisible)
    qtbot.keyClick(line.finder.popup(), Qt.Key.Key_Return)
    chosen = stored(db, project, "sponsoring_body")
    assert chosen == records.find_id(db.reader(), "body", "ACW")


def test_words_and_states_are_sets(
    open_page: Callable[..., DetailView], project: UUID, db: Database, qtbot: QtBot
) -> None:
    for code, name in (("KH", "Cambodia"), ("TH", "Thailand")):
        records.new(db, "member_state", {"code": code, "name": name})
    view = open_page(project)
    line = view.form.rows["tags"].editor.line
    line.setFocus()
    qtbot.keyClicks(line, "drought;")
    leave(view)
    assert stored(db, project, "tags") == frozenset({"flood", "drought"})
    states = view.form.rows["participating_states"].editor
    states.group_buttons["All"].setFocus()
    qtbot.mouseClick(states.group_buttons["All"], Qt.MouseButton.LeftButton)
    leave(view)
    assert len(stored(db, project, "participating_states")) == 2


def test_a_wide_page_has_two_columns_and_a_narrow_one_has_one(
    open_page: Callable[..., DetailView], project: UUID
) -> None:
    view = open_page(project)
    code, title = view.form.rows["asec_code"], view.form.rows["status"]
    assert code.geometry().top() == title.geometry().top()
    view.resize(420, 700)
    QApplication.processEvents()
    assert code.geometry().bottom() < title.geometry().top()


def test_typing_goes_on_while_a_value_is_being_written(
    qtbot: QtBot, db: Database, project: UUID
) -> None:
    runner = Runner(db)
    view = DetailView(Context(db, runner, UiState(None)), "project")
    qtbot.addWidget(view)
    runner.changed.connect(view.on_changed)
    view.resize(900, 700)
    view.show()
    view.activateWindow()
    qtbot.waitUntil(view.isActiveWindow)
    view.show_record(project)
    qtbot.waitUntil(lambda: view.record is not None)
    row = view.form.rows["description"]
    row.editor._idle.setInterval(1)
    row.editor.setFocus()
    for word in ("one ", "two ", "three ", "four"):
        qtbot.keyClicks(row.editor.text, word)
        qtbot.waitUntil(lambda: not row.editor._idle.isActive())  # now it is being written
    qtbot.waitUntil(lambda: stored(db, project, "description") == "one two three four")
    assert row.editor.text.toPlainText() == "one two three four"
    type_into(qtbot, view.form.rows["title"], "Left in a hurry")
    view.clear()
    qtbot.waitUntil(lambda: stored(db, project, "title") == "Left in a hurry")
    runner.shutdown()


def typed_and_not_left(
    qtbot: QtBot, view: DetailView, project: UUID, db: Database
) -> Callable[[], dict[str, Any]]:
    """Adds words to the title until they are kept as a draft; returns what reads the drafts."""
    line = view.form.rows["title"].editor.line
    line.setFocus()
    line.end(False)
    qtbot.keyClicks(line, " for coasts")
    kept = partial(drafts.load, db.connect(), "project", project.hex)
    qtbot.waitUntil(lambda: "title" in kept(), timeout=4000)
    return kept


def test_words_in_a_field_that_was_not_left_survive_the_end_of_the_program(
    qtbot: QtBot, open_page: Callable[..., DetailView], project: UUID, db: Database
) -> None:
    kept = typed_and_not_left(qtbot, open_page(project), project, db)
    again = open_page(project)  # as the next start would, since nothing was left or saved
    assert again.form.rows["title"].editor.line.text() == "Early warning for coasts"
    assert again.banner.words.text() == "Typed last time and not saved, here again: Title."
    qtbot.mouseClick(again.banner.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: kept() == {}, timeout=4000)
    assert stored(db, project, "title") == "Early warning for coasts"
    assert not again.banner.isVisible()


def test_words_saved_on_the_way_are_not_offered_any_more(
    qtbot: QtBot, open_page: Callable[..., DetailView], project: UUID, db: Database
) -> None:
    typed_and_not_left(qtbot, open_page(project), project, db)
    again = open_page(project)
    assert again.banner.kind == "draft"
    again.leave()  # as a menu of the window does
    assert stored(db, project, "title") == "Early warning for coasts"
    again.on_changed(Applied(1, "", {"project": frozenset({again.record.rid})}))
    qtbot.waitUntil(lambda: again.banner.kind == "")
    assert not again.banner.isVisible()
