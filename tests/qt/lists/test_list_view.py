"""What an officer sees in a list: order, words, filters, groups."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QCheckBox
from pytestqt.qtbot import QtBot

from aps_desktop.db.engine import Database
from aps_desktop.db.queries.lists import Filter
from aps_desktop.views import list_states
from aps_desktop.views.context import Context
from aps_desktop.views.list_view import ListView
from tests.list_kit import Opener, click_header, codes, column

_KEY = Qt.Key


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


def test_the_filter_row_is_opened_and_walked_through_by_the_keyboard(
    projects: ListView, qtbot: QtBot
) -> None:
    projects.resize(420, 400)
    projects.activateWindow()
    qtbot.waitUntil(projects.isActiveWindow)
    projects.bar.filters.setFocus()
    qtbot.keyClick(projects.bar.filters, _KEY.Key_Space)
    header = projects.table.horizontalHeader()
    fields = [field.name for field in projects.model.fields]
    for name in fields:
        at = QApplication.focusWidget()
        assert at is header.editor(name).inner
        place = at.mapTo(header, at.rect().center())
        assert header.rect().contains(place)
        qtbot.keyClick(at, _KEY.Key_Tab)
    assert QApplication.focusWidget() is projects.bar.group


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
