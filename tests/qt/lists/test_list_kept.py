"""Columns are chosen and moved; views are kept, and the state of a list is found again."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QListWidget
from pytestqt.qtbot import QtBot

from aps_desktop.db.engine import Database
from aps_desktop.db.queries.lists import Filter
from aps_desktop.views.list_view import ListView
from tests.list_kit import Opener, choose, codes, id_of, name_it, pick


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
