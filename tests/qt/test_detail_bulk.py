"""Editing many records at once: what is not ticked stays, and it is one step."""

from collections.abc import Callable
from uuid import UUID

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea
from pytestqt.qtbot import QtBot

from aps_desktop.db.engine import Database
from aps_desktop.domain.values import Value
from aps_desktop.services import records
from aps_desktop.views.bulk_edit_dialog import BulkEditDialog
from aps_desktop.views.context import Context
from aps_desktop.views.detail_view import DetailView
from aps_desktop.views.main_window import MainWindow


@pytest.fixture
def projects(db: Database) -> list[UUID]:
    return [
        records.new(db, "project", {"code": f"P-{n}", "title": f"Project {n}", "proponent": maker})
        for n, maker in enumerate(("BNPB", "BNPB", "NDMO"))
    ]


@pytest.fixture
def dialog(qtbot: QtBot, context: Context, projects: list[UUID]) -> BulkEditDialog:
    made = BulkEditDialog(context, "project", projects)
    qtbot.addWidget(made)
    made.show()
    return made


def stored(db: Database, ids: list[UUID], name: str) -> list[Value]:
    c = db.connect()
    return [records.get(c, "project", id).values[name] for id in ids]


def test_nothing_changes_until_a_field_is_ticked(dialog: BulkEditDialog) -> None:
    assert not dialog.apply.isEnabled()
    assert dialog.fields["proponent"].now.text().startswith("Different values")
    assert "code" not in dialog.fields


def test_ticked_fields_change_in_one_step_and_the_others_stay(
    dialog: BulkEditDialog, db: Database, projects: list[UUID], qtbot: QtBot
) -> None:
    row = dialog.fields["proponent"]
    row.change.setChecked(True)
    qtbot.keyClicks(row.editor.line, "BNPB")
    assert dialog.preview.text().startswith("1 of 3 projects will change: “Proponent”.")
    with qtbot.waitSignal(dialog.accepted):
        qtbot.mouseClick(dialog.apply, Qt.MouseButton.LeftButton)
    assert stored(db, projects, "proponent") == ["BNPB"] * 3
    assert stored(db, projects, "title") == ["Project 0", "Project 1", "Project 2"]
    assert records.undo_labels(db.reader())[0] == "edit 3 projects"
    records.undo(db)
    assert stored(db, projects, "proponent") == ["BNPB", "BNPB", "NDMO"]


def test_a_value_that_cannot_be_is_told_and_nothing_is_written(
    dialog: BulkEditDialog, db: Database, projects: list[UUID], qtbot: QtBot
) -> None:
    row = dialog.fields["planned_end"]
    row.change.setChecked(True)
    qtbot.keyClicks(row.editor.line, "31/2/2026")
    qtbot.mouseClick(dialog.apply, Qt.MouseButton.LeftButton)
    assert row.error.isVisible()
    assert dialog.isVisible()
    assert stored(db, projects, "planned_end") == [None] * 3
    row.editor.line.selectAll()
    qtbot.keyClicks(row.editor.line, "28/2/2026")
    assert not row.error.isVisible()


def test_the_editor_that_a_tick_opens_is_in_sight(dialog: BulkEditDialog, qtbot: QtBot) -> None:
    rows = list(dialog.fields.values())
    last = next(row for row in reversed(rows) if row.y() + row.height() < dialog.height())
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    last.change.setFocus()
    qtbot.keyClick(last.change, Qt.Key.Key_Space)
    view = dialog.findChild(QScrollArea).viewport()

    def seen() -> bool:
        at = last.editor.mapTo(view, last.editor.rect().bottomLeft())
        return view.rect().contains(at)

    qtbot.waitUntil(seen)


def test_a_ticked_field_that_is_emptied_is_emptied_in_all(
    dialog: BulkEditDialog, db: Database, projects: list[UUID], qtbot: QtBot
) -> None:
    dialog.fields["proponent"].change.setChecked(True)
    assert "change: “Proponent” (emptied)." in dialog.preview.text()
    qtbot.mouseClick(dialog.apply, Qt.MouseButton.LeftButton)
    assert stored(db, projects, "proponent") == [None] * 3


def test_with_several_chosen_the_form_says_that_it_is_of_one(
    projects: list[UUID], db: Database, opened: Callable[[Database], MainWindow], qtbot: QtBot
) -> None:
    window = opened(db)
    window.go("entity:project")
    pane = window.pane()
    table = pane.list.table
    table.selectRow(0)
    qtbot.waitUntil(lambda: window.findChild(DetailView) is not None)
    assert not pane.several.isVisible()
    qtbot.keyClick(table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert pane.several.words.text() == "2 projects are chosen. The form is of this one only."
    pane.several.button.click()
    dialog = window.findChild(BulkEditDialog)
    assert "2 projects" in dialog.preview.text() or "2 projects" in dialog.windowTitle()
    dialog.reject()
    assert pane.several.isVisible()
    qtbot.keyClick(table, Qt.Key.Key_Down)
    assert not pane.several.isVisible()
