"""What stands beside the form: history, related records, doubts, the keys between them."""

from collections.abc import Callable
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from aps_desktop.db import store
from aps_desktop.db.engine import Database
from aps_desktop.services import history, records
from aps_desktop.views.context import Context
from aps_desktop.views.detail_view import DetailView
from aps_desktop.views.new_record_dialog import NewRecordDialog
from tests.detail_kit import leave, stored


def test_the_keyboard_shows_which_change_it_stands_at(
    open_page: Callable[..., DetailView], project: UUID, db: Database, qtbot: QtBot
) -> None:
    records.put(db, "project", project, {"title": "Worse title"})
    shown = open_page(project).tabs.history
    shown.parentWidget().parentWidget().setCurrentWidget(shown)
    assert not shown.restore.isEnabled()
    shown.fields.setFocus()
    qtbot.keyClick(shown.fields, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is shown.table
    assert [at.row() for at in shown.table.selectionModel().selectedRows()] == [0]
    assert shown.restore.isEnabled()
    qtbot.keyClick(shown.table, Qt.Key.Key_Tab, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(shown.restore, Qt.Key.Key_Space)
    assert stored(db, project, "title") == "Early warning"


def test_a_value_is_put_back_from_the_history(
    open_page: Callable[..., DetailView], project: UUID, db: Database, said: list[str], qtbot: QtBot
) -> None:
    records.put(db, "project", project, {"title": "Worse title"})
    records.put(db, "project", project, {"tags": frozenset()})
    view = open_page(project)
    view.tabs.setCurrentWidget(view.tabs.history)
    shown = view.tabs.history
    shown.fields.setCurrentIndex(shown.fields.findData("title"))
    shown.fields.activated.emit(shown.fields.currentIndex())
    assert [shown.model.index(0, c).data() for c in (3, 4, 5)] == [
        "Title",
        "Early warning",
        "Worse title",
    ]
    shown.table.selectRow(0)
    qtbot.mouseClick(shown.restore, Qt.MouseButton.LeftButton)
    assert stored(db, project, "title") == "Early warning"
    assert said == ["“Title” has its earlier value again."]
    removed = next(e for e in history.of_record(db.reader(), "project", project) if e.was)
    shown.fields.setCurrentIndex(shown.fields.findData("tags"))
    shown.fields.activated.emit(shown.fields.currentIndex())
    assert removed is not None
    shown.table.selectRow(0)
    qtbot.mouseClick(shown.restore, Qt.MouseButton.LeftButton)
    assert stored(db, project, "tags") == frozenset({"flood"})


def test_related_records_have_tabs_with_counts(
    open_page: Callable[..., DetailView], project: UUID, db: Database, context: Context
) -> None:
    view = open_page(project)
    context.runner.mutate(
        lambda d: records.create(d, "extension", d.ids.new(), {"project": project, "number": "1"})
    )
    assert "Extensions 1" in [view.tabs.tabText(n) for n in range(view.tabs.count())]
    assert view.tabs.tabText(0) == "Overview"
    assert view.tabs.tabText(view.tabs.count() - 1) == "History"


def test_a_part_is_added_without_leaving_the_page(
    open_page: Callable[..., DetailView], project: UUID, db: Database, qtbot: QtBot
) -> None:
    view = open_page(project)
    view.tabs.open_tab("extension.project")
    tab = view.tabs.currentWidget()
    tab.list.new_requested.emit()
    dialog = view.findChild(NewRecordDialog)
    rows = dialog.form.form.rows
    assert rows["project"].editor.value() == project
    qtbot.keyClicks(rows["number"].editor.line, "1")
    qtbot.mouseClick(dialog.form.create_button, Qt.MouseButton.LeftButton)
    assert store.counts(db.reader())["extension"] == 1
    assert "Extensions 1" in [view.tabs.tabText(n) for n in range(view.tabs.count())]


def test_a_doubt_is_told_in_amber_and_saved_all_the_same(
    open_page: Callable[..., DetailView], project: UUID, db: Database, qtbot: QtBot
) -> None:
    view = open_page(project)
    row = view.form.rows["description"]
    row.editor.setFocus()
    row.editor.text.setPlainText("word " * 301)
    leave(view)
    assert "301 words" in row.message.text()
    assert row.message.property("status") == "attention"
    assert str(stored(db, project, "description")).startswith("word word")


def test_a_deleted_record_leaves_its_page_and_undo_is_offered(
    open_page: Callable[..., DetailView], project: UUID, db: Database, said: list[str]
) -> None:
    view = open_page(project)
    view.header.action_requested.emit("delete")
    assert view.record is None
    assert not view.header.isVisible()
    assert said == ["Deleted Early warning."]


def test_every_field_of_the_form_can_be_reached_with_the_tab_key(
    open_page: Callable[..., DetailView], project: UUID, qtbot: QtBot
) -> None:
    view = open_page(project)
    view.focus_form()
    reached = []
    for _ in range(300):
        at = QApplication.focusWidget()
        name = next((n for n, r in view.form.rows.items() if r.isAncestorOf(at)), "")
        if name and (not reached or reached[-1] != name):
            reached.append(name)
        qtbot.keyClick(at, Qt.Key.Key_Tab)
    expected = list(view.form.rows)
    assert list(dict.fromkeys(reached)) == expected


def test_control_tab_goes_to_the_next_tab(
    open_page: Callable[..., DetailView], project: UUID, qtbot: QtBot
) -> None:
    view = open_page(project)
    view.focus_form()
    line = view.form.rows["code"].editor.line
    qtbot.keyClick(line, Qt.Key.Key_Tab, Qt.KeyboardModifier.ControlModifier)
    assert view.tabs.currentIndex() == 1
