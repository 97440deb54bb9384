"""What an officer does in a list: finds, sorts, filters, groups, chooses columns, keeps views."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QCheckBox, QInputDialog, QLineEdit, QListWidget
from pytestqt.qtbot import QtBot

from aps_desktop.db.engine import Database
from aps_desktop.db.queries.lists import Filter
from aps_desktop.db.unit_of_work import apply
from aps_desktop.domain.changes import ChangeSet, Create
from aps_desktop.domain.money import Money
from aps_desktop.services import records
from aps_desktop.views import list_states
from aps_desktop.views.context import Context
from aps_desktop.views.list_view import ListView

_ROWS = (
    ("P-1", "Hợp tác kinh tế", "draft", 100, date(2026, 1, 5)),
    ("P-2", "Early warning", "approved", 900, date(2025, 3, 1)),
    ("P-3", "Health of youth", "draft", 300, None),
    ("P-4", "Ports and water", None, 200, date(2026, 11, 23)),
)
_KEY = Qt.Key
_CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def db(db: Database) -> Database:
    changes = [
        Create(
            "project",
            db.ids.new(),
            {
                "code": code,
                "title": title,
                "status": status,
                "budget": Money(minor, "USD"),
                "planned_start": start,
            },
        )
        for code, title, status, minor, start in _ROWS
    ]
    apply(db, ChangeSet("test", tuple(changes)))
    return db


@pytest.fixture
def said(context: Context) -> list[tuple[Any, ...]]:
    told: list[tuple[Any, ...]] = []
    context.message.connect(lambda *message: told.append(message))
    return told


Opener = Callable[..., ListView]


@pytest.fixture
def opened(qtbot: QtBot, context: Context) -> Opener:
    def open_list(name: str = "project", **options: Any) -> ListView:
        view = ListView(context, name, **options)
        context.runner.changed.connect(view.on_changed)
        qtbot.addWidget(view)
        view.resize(1200, 500)
        view.show()
        return view

    return open_list


@pytest.fixture
def projects(opened: Opener) -> ListView:
    return opened()


def column(view: ListView, name: str = "code") -> list[str]:
    at = [field.name for field in view.model.fields].index(name)
    return [view.model.texts(row)[at] for row in range(view.model.rowCount())]


def codes(view: ListView) -> list[str]:
    return column(view)


def rid(db: Database, code: str) -> int:
    return db.reader().value("SELECT rid FROM project WHERE code = ?", (code,))


def id_of(db: Database, code: str) -> UUID:
    return records.find_id(db.reader(), "project", code)


def click_header(qtbot: QtBot, view: ListView, name: str) -> None:
    header = view.table.horizontalHeader()
    at = [field.name for field in view.model.fields].index(name)
    x = header.sectionViewportPosition(at) + 10
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(x, 8))


def test_a_list_shows_its_records_in_their_own_order(projects: ListView) -> None:
    assert codes(projects) == ["P-1", "P-2", "P-3", "P-4"]
    assert column(projects, "status") == ["Draft proposal", "Approved", "Draft proposal", ""]
    assert column(projects, "budget")[1] == "USD 9.00"
    assert projects.bar.count.text() == "4 shown"
    assert projects.states.state == list_states.FULL


def test_nothing_is_read_before_the_list_is_seen(context: Context, qtbot: QtBot) -> None:
    view = ListView(context, "project")
    qtbot.addWidget(view)
    assert view.model.rowCount() == 0
    view.show()
    assert view.model.rowCount() == 4


def test_a_heading_sorts_up_then_down_then_as_before(projects: ListView, qtbot: QtBot) -> None:
    click_header(qtbot, projects, "budget")
    assert codes(projects) == ["P-1", "P-4", "P-3", "P-2"]
    assert projects.table.horizontalHeader().isSortIndicatorShown()
    click_header(qtbot, projects, "budget")
    assert codes(projects) == ["P-2", "P-3", "P-4", "P-1"]
    click_header(qtbot, projects, "budget")
    assert codes(projects) == ["P-1", "P-2", "P-3", "P-4"]
    assert not projects.table.horizontalHeader().isSortIndicatorShown()


def test_the_box_finds_words_without_their_marks(projects: ListView, qtbot: QtBot) -> None:
    qtbot.keyClicks(projects.bar.box, "hop tac")
    qtbot.waitUntil(lambda: codes(projects) == ["P-1"])
    assert projects.bar.count.text() == "1 shown"
    qtbot.keyClick(projects.bar.box, _KEY.Key_Down)
    assert projects.selected_id() is not None
    qtbot.keyClick(projects.bar.box, _KEY.Key_Escape)
    qtbot.waitUntil(lambda: len(codes(projects)) == 4)


def test_filtered_to_nothing_offers_to_clear(projects: ListView, qtbot: QtBot) -> None:
    projects.bar.box.setFocus()
    qtbot.keyClicks(projects.bar.box, "xyz")
    qtbot.waitUntil(lambda: projects.states.state == list_states.NOTHING)
    assert projects.states.clear.isVisible()
    qtbot.mouseClick(projects.states.clear, Qt.MouseButton.LeftButton)
    assert len(codes(projects)) == 4
    assert projects.bar.box.text() == ""


def test_an_empty_list_says_what_belongs_there(opened: Opener, qtbot: QtBot) -> None:
    view = opened("fund")
    assert view.states.state == list_states.EMPTY
    assert view.states.new.text() == "New fund"
    with qtbot.waitSignal(view.new_requested):
        view.states.new.click()
    with qtbot.waitSignal(view.import_requested):
        view.states.bring.click()


def test_the_filter_row_has_an_editor_for_each_kind(projects: ListView, qtbot: QtBot) -> None:
    projects.bar.filters.setChecked(True)
    header = projects.table.horizontalHeader()
    box = header.editor("status").findChild(QCheckBox, "choice_draft")
    box.setChecked(True)
    assert codes(projects) == ["P-1", "P-3"]
    assert header.editor("status").button.text() == "Draft proposal ▾"
    header.editor("status").findChild(QCheckBox, "choice_empty").setChecked(True)
    assert codes(projects) == ["P-1", "P-3", "P-4"]
    line = header.editor("title").line
    qtbot.keyClicks(line, "HEALTH")
    qtbot.waitUntil(lambda: codes(projects) == ["P-3"])
    assert projects.bar.count.text() == "1 shown"
    projects.clear_filters()
    assert line.text() == ""
    assert not box.isChecked()


@pytest.mark.parametrize(
    ("field", "low", "high", "wanted"),
    [
        ("budget", "2", "", ["P-2", "P-3", "P-4"]),
        ("budget", "USD 2", "3.00", ["P-3", "P-4"]),
        ("planned_start", "1 Jan 2026", "", ["P-1", "P-4"]),
        ("planned_start", "", "2025", ["P-2"]),
        ("planned_start", "2026", "2026", ["P-1", "P-4"]),
    ],
)
def test_a_range_is_typed_as_in_a_form(
    projects: ListView, qtbot: QtBot, field: str, low: str, high: str, wanted: list[str]
) -> None:
    projects.bar.filters.setChecked(True)
    editor = projects.table.horizontalHeader().editor(field)
    for op, text in (("from", low), ("to", high)):
        editor.edges[op].setText(text)
        editor.edges[op].editingFinished.emit()
    assert codes(projects) == wanted


def test_a_range_that_cannot_be_is_said_in_place(projects: ListView) -> None:
    projects.bar.filters.setChecked(True)
    editor = projects.table.horizontalHeader().editor("budget")
    editor.edges["from"].setText("much")
    editor.edges["from"].editingFinished.emit()
    assert editor._said.text()
    assert len(codes(projects)) == 4


def test_filters_from_elsewhere_are_shown_and_can_be_taken_away(
    projects: ListView, db: Database
) -> None:
    projects.set_filters([Filter("status", "any_of", ("draft",)), Filter("remarks", "empty")])
    assert codes(projects) == ["P-1", "P-3"]
    chips = [chip.text() for chip in projects.chips.findChildren(object) if hasattr(chip, "text")]
    assert "Status: Draft proposal" in " ".join(chips)
    projects.chips.removed.emit("status")
    assert len(codes(projects)) == 4
    projects.chips.removed.emit("")
    assert not projects.chips.isVisible()


def test_fixed_filters_stay(opened: Opener, db: Database) -> None:
    view = opened(fixed_filters=(Filter("status", "any_of", ("draft",)),))
    assert codes(view) == ["P-1", "P-3"]
    view.clear_filters()
    assert codes(view) == ["P-1", "P-3"]
    view.set_fixed_filters((Filter("status", "any_of", ("approved",)),))
    assert codes(view) == ["P-2"]


def test_groups_have_headings_that_fold(projects: ListView, qtbot: QtBot) -> None:
    projects.set_group("status")
    model, table = projects.model, projects.table
    heads = [model.heading(row) for row in range(model.rowCount())]
    assert [head for head in heads if head] == [
        ("Not stated", 1, True),
        ("Draft proposal", 2, True),
        ("Approved", 1, True),
    ]
    table.setCurrentIndex(model.index(2, 0))
    qtbot.keyClick(table, _KEY.Key_Left)
    assert model.rowCount() == 5
    assert model.heading(2) == ("Draft proposal", 2, False)
    assert model.texts(4)[0] == "P-2"
    qtbot.keyClick(table, _KEY.Key_Right)
    assert model.rowCount() == 7
    projects.set_group("")
    assert codes(projects) == ["P-1", "P-2", "P-3", "P-4"]


def test_the_group_menu_offers_what_can_be_shared(projects: ListView) -> None:
    menu = projects.bar.group.menu()
    menu.aboutToShow.emit()
    actions = {action.text(): action for action in menu.actions()}
    assert "Title" not in actions
    actions["Status"].trigger()
    assert projects.model.heading(0) is not None
    menu.aboutToShow.emit()
    assert next(a for a in menu.actions() if a.text() == "Status").isChecked()


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


def test_columns_are_chosen_moved_and_kept(projects: ListView, opened: Opener) -> None:
    menu = projects.columns.popup(QPoint(0, 0))
    names = menu.findChild(QListWidget, "columns_list")
    items = {names.item(row).data(Qt.ItemDataRole.UserRole): names.item(row) for row in range(10)}
    items["status"].setCheckState(Qt.CheckState.Unchecked)
    menu.close()
    assert "status" not in projects.columns.shown()
    header = projects.table.horizontalHeader()
    header.moveSection(1, 0)
    header.resizeSection(header.logicalIndex(1), 222)
    assert projects.columns.shown()[:2] == ("title", "code")
    kept = projects.save_state()
    other = opened()
    other.restore_state(kept)
    assert [f.name for f in other.model.fields][:2] == ["title", "code"]
    assert other.table.columnWidth(1) == 222
    other.columns.reset()
    assert other.columns.shown() == other.columns.default


def test_other_columns_leave_the_selection(projects: ListView, db: Database) -> None:
    projects.table.select_row(2)
    projects.show_columns(("title", "code"))
    assert projects.selected_id() == id_of(db, "P-3")


def test_the_last_column_stays(projects: ListView) -> None:
    projects.show_columns(("code",))
    menu = projects.columns.popup(QPoint(0, 0))
    item = menu.findChild(QListWidget, "columns_list").item(0)
    item.setCheckState(Qt.CheckState.Unchecked)
    menu.close()
    assert projects.columns.shown() == ("code",)
    assert item is not None


def test_state_is_found_again_and_damaged_state_is_borne(
    projects: ListView, opened: Opener
) -> None:
    projects.set_sort([("budget", True)])
    projects.set_filters([Filter("status", "any_of", ("draft",))])
    other = opened()
    other.restore_state(projects.save_state())
    assert codes(other) == ["P-3", "P-1"]
    for bad in ({}, {"columns": 5, "sort": [["x"]], "view": [], "filters": {"a": 1}}):
        other.restore_state(bad)
    assert len(codes(other)) == 4


def test_views_are_kept_switched_renamed_and_deleted(
    projects: ListView, qtbot: QtBot, db: Database
) -> None:
    projects.set_filters([Filter("status", "any_of", ("draft",))])
    choose(projects, "save_view")
    name_it(projects, "Drafts")
    assert projects.bar.view.text() == "Drafts ▾"
    projects.views.choose(None)
    assert len(codes(projects)) == 4
    assert projects.bar.view.text() == "All projects ▾"
    pick(projects, "Drafts")
    assert codes(projects) == ["P-1", "P-3"]
    projects.set_sort([("code", True)])
    choose(projects, "update_view")
    choose(projects, "rename_view")
    name_it(projects, "My drafts")
    projects.views.choose(None)
    pick(projects, "My drafts")
    assert codes(projects) == ["P-3", "P-1"]
    choose(projects, "delete_view")
    assert projects.bar.view.text() == "All projects ▾"
    assert db.reader().value("SELECT count(*) FROM saved_view") == 0


def entries(view: ListView) -> list[Any]:
    menu = view.bar.view.menu()
    menu.aboutToShow.emit()
    return menu.actions()


def choose(view: ListView, name: str) -> None:
    next(action for action in entries(view) if action.objectName() == name).trigger()


def pick(view: ListView, words: str) -> None:
    next(action for action in entries(view) if action.text() == words).trigger()


def name_it(view: ListView, name: str) -> None:
    dialogs = view.window().findChildren(QInputDialog, "view_name")
    dialog = next(one for one in dialogs if one.isVisible())
    dialog.findChild(QLineEdit).setText(name)
    dialog.accept()
    QApplication.processEvents()


def test_every_part_has_a_name_for_screen_readers(projects: ListView) -> None:
    projects.bar.filters.setChecked(True)
    named = [projects.table, projects.bar.box, projects.bar.view, projects.bar.group]
    named += [projects.bar.columns, projects.bar.filters, projects.bar.more]
    named += [editor.focusProxy() for editor in projects.table.horizontalHeader()._editors.values()]
    assert all(widget.accessibleName() and widget.objectName() is not None for widget in named)


def test_a_cell_that_is_cut_has_the_whole_text_as_its_tip(projects: ListView) -> None:
    painter = projects.table._painter
    assert painter.is_cut("a very long text that never fits", 60)
    assert not painter.is_cut("short", 600)
