"""New records: made, told what is missing, kept, offered again."""

from collections.abc import Callable
from uuid import UUID

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from aps_desktop.db import store
from aps_desktop.db.engine import Database
from aps_desktop.services import records
from aps_desktop.views.detail_view import DetailView
from tests.detail_kit import type_into


def test_a_new_record_is_made_with_control_enter(
    open_page: Callable[..., DetailView], db: Database, qtbot: QtBot
) -> None:
    view = open_page()
    rows = view.draft.form.rows
    type_into(qtbot, rows["code"], "P-7")
    type_into(qtbot, rows["title"], "Seventh")
    with qtbot.waitSignal(view.created) as made:
        qtbot.keyClick(
            rows["title"].editor.line, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier
        )
    record = records.get(db.connect(), "project", made.args[0])
    assert record.values["title"] == "Seventh"
    assert record.values["status"] == "concept"
    assert view.record is not None
    assert view.record.id == record.id
    assert records.undo_labels(db.reader())[0] == "new project P-7"


def test_an_incomplete_new_record_says_what_is_missing(
    open_page: Callable[..., DetailView], db: Database, qtbot: QtBot
) -> None:
    view = open_page()
    type_into(qtbot, view.draft.form.rows["code"], "P-7")
    view.draft.create()
    assert view.draft.form.rows["title"].message.isVisible()
    assert view.draft.form.rows["title"].editor.line.hasFocus()
    assert store.counts(db.reader()).get("project", 0) == 0


def test_an_unfinished_new_record_is_kept_and_offered_again(
    open_page: Callable[..., DetailView], project: UUID, db: Database, qtbot: QtBot
) -> None:
    view = open_page()
    type_into(qtbot, view.draft.form.rows["title"], "Half thought")
    view.show_record(project)
    again = open_page()
    assert again.draft.form.rows["title"].editor.line.text() == "Half thought"
    assert again.draft.banner.isVisible()
    qtbot.mouseClick(again.draft.banner.button, Qt.MouseButton.LeftButton)
    assert again.draft.form.rows["title"].editor.line.text() == ""
    again.clear()
    assert open_page().draft.form.rows["title"].editor.line.text() == ""


def test_a_new_record_begins_with_what_it_was_asked_for_with(
    open_page: Callable[..., DetailView], project: UUID, db: Database
) -> None:
    body = records.find_id(db.reader(), "body", "ACDM")
    view = open_page(sponsoring_body=body)
    row = view.draft.form.rows["sponsoring_body"]
    assert row.editor.line.text() == "ACDM · Disaster management"
    assert row.editor.value() == body


def test_a_discarded_draft_does_not_come_back(
    open_page: Callable[..., DetailView], qtbot: QtBot
) -> None:
    view = open_page()
    type_into(qtbot, view.draft.form.rows["title"], "Never mind")
    view.draft.keep()
    qtbot.mouseClick(view.draft.discard_button, Qt.MouseButton.LeftButton)
    assert open_page().draft.form.rows["title"].editor.line.text() == ""


def test_control_enter_in_a_chosen_reference_makes_the_new_record(
    open_page: Callable[..., DetailView], project: UUID, db: Database, qtbot: QtBot
) -> None:
    view = open_page(
        code="P-9", title="Ninth", sponsoring_body=records.find_id(db.reader(), "body", "ACDM")
    )
    line = view.draft.form.rows["sponsoring_body"].editor.line
    line.setFocus()
    with qtbot.waitSignal(view.created):
        qtbot.keyClick(line, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
