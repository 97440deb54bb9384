"""What an officer does with the rows of a list: move, open, copy, delete, hand on."""

from typing import Any
from uuid import UUID

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from aps_desktop.db.engine import Database
from aps_desktop.domain.money import Money
from aps_desktop.services import records
from aps_desktop.views.context import Context
from aps_desktop.views.list_view import ListView
from tests.list_kit import Opener, codes, column, id_of

_KEY = Qt.Key


_CTRL = Qt.KeyboardModifier.ControlModifier


def test_keys_move_open_make_and_find(projects: ListView, qtbot: QtBot, db: Database) -> None:
    table = projects.table
    table.setFocus()
    qtbot.keyClick(table, _KEY.Key_End, _CTRL)
    assert table.currentIndex().row() == 3
    qtbot.keyClick(table, _KEY.Key_Home, _CTRL)
    qtbot.keyClick(table, _KEY.Key_Down)
    with qtbot.waitSignal(projects.opened) as opened:
        qtbot.keyClick(table, _KEY.Key_Return)
    assert opened.args == [id_of(db, "P-2")]
    for key, modifier in ((_KEY.Key_Insert, Qt.KeyboardModifier.NoModifier), (_KEY.Key_N, _CTRL)):
        with qtbot.waitSignal(projects.new_requested):
            qtbot.keyClick(table, key, modifier)
    qtbot.keyClick(table, _KEY.Key_F, _CTRL)
    assert projects.focusWidget() is projects.bar.box


def test_the_record_under_the_selection_is_told_once(
    projects: ListView, qtbot: QtBot, db: Database
) -> None:
    told: list[UUID | None] = []
    projects.selected.connect(told.append)
    for row in (0, 1, 2):
        projects.table.select_row(row)
    qtbot.waitUntil(lambda: bool(told))
    assert told == [id_of(db, "P-3")]


def test_rows_are_copied_with_their_headings(
    projects: ListView, qtbot: QtBot, said: list[tuple[Any, ...]]
) -> None:
    projects.show_columns(("code", "title"))
    projects.table.selectAll()
    qtbot.keyClick(projects.table, _KEY.Key_C, _CTRL)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[:2] == ["Project code\tTitle", "P-1\tHợp tác kinh tế"]
    assert len(lines) == 5
    assert said[-1][0] == "Copied 4 rows."


def test_deleting_goes_to_the_next_row_and_offers_undo(
    projects: ListView, qtbot: QtBot, said: list[tuple[Any, ...]]
) -> None:
    projects.table.select_row(1)
    qtbot.keyClick(projects.table, _KEY.Key_Delete)
    assert codes(projects) == ["P-1", "P-3", "P-4"]
    assert projects.table.currentIndex().row() == 1
    text, _, action, undo = said[-1]
    assert (text, action) == ("Deleted project P-2.", "Undo")
    undo()
    assert codes(projects) == ["P-1", "P-2", "P-3", "P-4"]


def test_a_record_in_use_is_not_deleted_and_the_reason_is_said(
    opened: Opener, db: Database, qtbot: QtBot, said: list[tuple[Any, ...]]
) -> None:
    body = records.new(db, "body", {"code": "ACW", "name": "Women"})
    records.put(db, "project", id_of(db, "P-1"), {"sponsoring_body": body})
    view = opened("body")
    view.table.select_row(0)
    qtbot.keyClick(view.table, _KEY.Key_Delete)
    assert codes(view) == ["ACW"]
    assert "still used by 1 project" in said[-1][0]


def test_several_records_are_handed_on_for_editing(
    projects: ListView, qtbot: QtBot, db: Database
) -> None:
    projects.table.selectAll()
    assert projects.bar.count.text() == "4 of 4 selected"
    with qtbot.waitSignal(projects.bulk_edit_requested) as wish:
        projects.actions_.bulk_edit()
    assert wish.args[0] == [id_of(db, code) for code in ("P-1", "P-2", "P-3", "P-4")]
    with qtbot.waitSignal(projects.export_requested) as wish:
        projects.actions_.export()
    assert wish.args[0] == projects.query()


def test_the_menu_offers_what_fits_the_selection(projects: ListView) -> None:
    projects.table.selectAll()
    menu = projects.actions_.popup(QPoint(0, 0))
    enabled = {action.objectName(): action.isEnabled() for action in menu.actions()}
    assert enabled["list_bulk"]
    assert not enabled["list_open"]
    menu.close()


def test_the_first_arrow_down_chooses_the_first_record(projects: ListView, qtbot: QtBot) -> None:
    projects.activateWindow()
    qtbot.waitUntil(projects.isActiveWindow)
    projects.table.setFocus(Qt.FocusReason.TabFocusReason)
    for row in (0, 1):
        qtbot.keyClick(projects.table, _KEY.Key_Down)
        chosen = projects.table.selectionModel().selectedRows()
        assert [index.row() for index in chosen] == [row]


def test_the_menu_sorts_as_the_headings_do(projects: ListView) -> None:
    def choose(words: str) -> list[str]:
        menu = projects.actions_.popup(QPoint(0, 0))
        order = menu.findChild(QMenu, "list_sort")
        next(one for one in order.actions() if one.text().split("\t")[0] == words).trigger()
        menu.close()
        return codes(projects)

    assert choose("Title") == ["P-2", "P-3", "P-1", "P-4"]
    assert choose("Title") == ["P-4", "P-1", "P-3", "P-2"]
    menu = projects.actions_.popup(QPoint(0, 0))
    shown = [one.text() for one in menu.findChild(QMenu, "list_sort").actions() if one.isChecked()]
    assert shown == ["Title\tdownwards"]
    menu.close()
    assert choose("The list’s own order") == ["P-1", "P-2", "P-3", "P-4"]


def test_an_edit_elsewhere_repaints_one_row_and_keeps_the_place(
    projects: ListView, db: Database, context: Context
) -> None:
    projects.table.select_row(2)
    reset: list[None] = []
    projects.model.modelReset.connect(lambda: reset.append(None))
    context.runner.mutate(
        lambda d: records.put(d, "project", id_of(db, "P-3"), {"budget": Money(5000, "USD")})
    )
    assert column(projects, "budget")[2] == "USD 50.00"
    assert not reset
    context.runner.mutate(lambda d: records.put(d, "project", id_of(db, "P-3"), {"code": "A-0"}))
    assert codes(projects) == ["A-0", "P-1", "P-2", "P-4"]
    assert projects.selected_id() == id_of(db, "A-0")


def test_a_new_record_appears_and_a_renamed_reference_shows(
    opened: Opener, db: Database, context: Context
) -> None:
    body = records.new(db, "body", {"code": "ACW", "name": "Women"})
    view = opened()
    values = {"code": "P-0", "title": "New", "sponsoring_body": body}
    context.runner.mutate(lambda d: records.create(d, "project", d.ids.new(), values))
    assert codes(view)[0] == "P-0"
    assert column(view, "sponsoring_body")[0] == "ACW"
    context.runner.mutate(lambda d: records.put(d, "body", body, {"code": "ACWC"}))
    assert column(view, "sponsoring_body")[0] == "ACWC"


def test_other_entities_leave_a_list_alone(
    projects: ListView, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(projects.model, "_ask", lambda key, *_: asked.append(key))
    values = {"name": "Someone"}
    context.runner.mutate(lambda d: records.create(d, "officer", d.ids.new(), values))
    assert asked == []


def test_every_part_has_a_name_for_screen_readers(projects: ListView) -> None:
    projects.bar.filters.setChecked(True)
    named = [projects.table, projects.bar.box, projects.bar.view, projects.bar.group]
    named += [projects.bar.columns, projects.bar.filters, projects.bar.more]
    named += [editor.inner for editor in projects.table.horizontalHeader()._editors.values()]
    assert all(widget.accessibleName() and widget.objectName() is not None for widget in named)


def test_a_cell_that_is_cut_has_the_whole_text_as_its_tip(projects: ListView) -> None:
    painter = projects.table._painter
    assert painter.is_cut("a very long text that never fits", 60)
    assert not painter.is_cut("short", 600)
