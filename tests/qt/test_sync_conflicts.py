"""Settling conflicts in the window, by keyboard alone, one by one and by office."""

from collections.abc import Callable
from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot

from aps_desktop.db.engine import Database
from aps_desktop.reports.document import Bullets, Paragraph
from aps_desktop.services import conflicts, merging, proposals, records, reports
from aps_desktop.services.reports import Asked
from aps_desktop.views import conflict_window
from aps_desktop.views.conflict_window import ConflictsPane
from aps_desktop.views.detail_view import DetailView
from aps_desktop.views.main_window import MainWindow
from tests.three_offices import Offices

Open = Callable[[Database], MainWindow]
KEY = Qt.Key


@pytest.fixture
def here(here: Offices) -> Offices:
    merging.merge_file(here.la, here.in_conflict())
    return here


@pytest.fixture
def window(here: Offices, opened: Open) -> MainWindow:
    return opened(here.la)


def pane_of(window: MainWindow) -> ConflictsPane:
    window.go("conflicts")
    return window.pane()


def press(qtbot: QtBot, pane: ConflictsPane, *keys: KEY) -> None:
    for key in keys:
        qtbot.keyClick(QApplication.focusWidget() or pane.list, key)


def values(here: Offices) -> tuple[str, str]:
    c = here.la.reader()
    id = records.find_id(c, "project", "P1")
    found = records.get(c, "project", id).values
    return str(found["title"]), str(found["description"])


def test_the_values_stand_side_by_side(window: MainWindow) -> None:
    pane = pane_of(window)
    assert pane.summary.text() == "2 conflicts in 1 record"
    assert pane.compare.title.text() == "Title"
    cards = [card.accessibleName() for card in pane.compare.cards]
    assert cards == [
        "Base: Flood early warning",
        "Mine: Title of the Lao office",
        "Theirs: Secretariat: Title of the secretariat",
    ]
    assert "Laptop of ASEC" in pane.compare.cards[2].meta.text()


def test_two_conflicts_are_settled_by_keyboard_alone(
    window: MainWindow, here: Offices, qtbot: QtBot
) -> None:
    pane = pane_of(window)
    press(qtbot, pane, KEY.Key_T, KEY.Key_Return)
    assert values(here)[0] == "Title of the secretariat"
    assert pane.told.text() == "✓ Settled: Title of P1"
    assert window.messages.text() == "", "it would lie over the next one"
    assert pane.compare.title.text() == "Brief description"
    assert pane.compare.where.text() == "Project P1 · Title of the secretariat"
    press(qtbot, pane, KEY.Key_P, KEY.Key_Return)
    assert values(here)[1] == ("Sixty gauges stand along the river. Forty officers are trained.")
    assert conflicts.count(here.la.reader()) == 0
    assert pane.summary.text() == "Conflicts"
    qtbot.waitUntil(lambda: "conflict" not in window.status.text())
    here.send(here.la, here.asec, here.kh)
    assert here.all_equal()


@pytest.mark.parametrize(
    ("key", "title"),
    [
        (KEY.Key_B, "Flood early warning"),
        (KEY.Key_1, "Flood early warning"),
        (KEY.Key_M, "Title of the Lao office"),
        (KEY.Key_2, "Title of the Lao office"),
        (KEY.Key_3, "Title of the secretariat"),
    ],
)
def test_each_value_has_its_key(
    window: MainWindow, here: Offices, qtbot: QtBot, key: KEY, title: str
) -> None:
    pane = pane_of(window)
    press(qtbot, pane, key, KEY.Key_Return)
    assert values(here)[0] == title
    assert conflicts.count(here.la.reader()) == 1


def test_nothing_settles_before_a_value_is_chosen(
    window: MainWindow, here: Offices, qtbot: QtBot
) -> None:
    pane = pane_of(window)
    press(qtbot, pane, KEY.Key_Return, KEY.Key_9, KEY.Key_Return)
    assert conflicts.count(here.la.reader()) == 2
    assert "Choose a value first" in pane.compare.error.text()


def test_another_value_is_typed_and_taken_back(
    window: MainWindow, here: Offices, qtbot: QtBot
) -> None:
    pane = pane_of(window)
    press(qtbot, pane, KEY.Key_E)
    editor = QApplication.focusWidget()
    editor.selectAll()
    qtbot.keyClicks(editor, "A third title")
    press(qtbot, pane, KEY.Key_Return)
    assert values(here)[0] == "A third title"
    window.actions["undo"].trigger()
    assert values(here)[0] == "Title of the Lao office"


def test_what_was_settled_is_taken_back_beside_where_it_is_told(
    window: MainWindow, here: Offices, qtbot: QtBot
) -> None:
    pane = pane_of(window)
    press(qtbot, pane, KEY.Key_T, KEY.Key_Return)
    qtbot.mouseClick(pane.take_back, Qt.MouseButton.LeftButton)
    assert pane.summary.text() == "2 conflicts in 1 record"
    assert (pane.told.isVisible(), pane.list.hasFocus()) == (False, True)
    press(qtbot, pane, KEY.Key_T, KEY.Key_Return)
    window.actions["undo"].trigger()
    assert not pane.told.isVisible()


def test_escape_leaves_the_editor(window: MainWindow, qtbot: QtBot) -> None:
    pane = pane_of(window)
    press(qtbot, pane, KEY.Key_E)
    press(qtbot, pane, KEY.Key_Escape)
    assert QApplication.focusWidget() is pane.list
    press(qtbot, pane, KEY.Key_Down)
    assert pane.compare.title.text() == "Brief description"


def test_all_of_an_office_in_one_step(
    window: MainWindow, here: Offices, monkeypatch: pytest.MonkeyPatch
) -> None:
    pane = pane_of(window)
    monkeypatch.setattr(conflict_window, "ask", lambda *a, **k: True)
    actions = {action.text(): action for action in pane.menu.actions()}
    assert set(actions) == {"Lao PDR office (2)", "Secretariat (2)"}
    actions["Secretariat (2)"].trigger()
    assert conflicts.count(here.la.reader()) == 0
    assert values(here)[0] == "Title of the secretariat"
    window.actions["undo"].trigger()
    assert values(here)[0] == "Title of the Lao office"


def test_the_badge_on_the_field_leads_to_its_conflict(
    window: MainWindow, here: Offices, qtbot: QtBot
) -> None:
    id = records.find_id(here.la.reader(), "project", "P1")
    window.context.show_record("project", id)
    badge = window.pane().findChild(QToolButton, "title_conflict")
    qtbot.mouseClick(badge, Qt.MouseButton.LeftButton)
    assert window.pane().key == "conflicts"
    assert window.pane().list.conflict().record == id


def test_the_rail_and_the_foot_count_them(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: "2 conflicts" in window.status.text())
    row = window.rail.model.row_of("sync")
    shown = window.rail.model.index(row).data(Qt.ItemDataRole.AccessibleTextRole)
    assert shown == "Sync, 2"


def test_a_proposal_for_the_field_stands_beside_the_others_since_settling_answers_it(
    here: Offices, opened: Open, qtbot: QtBot
) -> None:
    c = here.la.reader()
    id = records.find_id(c, "project", "P1")
    records.put(here.kh, "project", id, {"title": "Title of Cambodia"})
    here.send(here.kh, here.la)
    pane = pane_of(opened(here.la))
    last = pane.compare.cards[-1]
    assert last.accessibleName() == "Proposed by Cambodia office: Title of Cambodia"
    press(qtbot, pane, KEY.Key_4, KEY.Key_Return)
    assert values(here)[0] == "Title of Cambodia"
    assert proposals.waiting(here.la.reader()) == []
    assert [one.field for one in conflicts.open_conflicts(here.la.reader())] == ["description"]


def test_the_keyboard_is_in_the_list_as_soon_as_there_is_one(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    runner, asked = window.context.runner, []
    query = runner.query
    with monkeypatch.context() as slow:
        slow.setattr(runner, "query", lambda *a, **more: asked.append((a, more)))
        pane = pane_of(window)
        assert not pane.list.isVisible()
        window.rail.setFocus()  # as when the palette closes
    for a, more in asked:
        query(*a, **more)
    assert pane.list.hasFocus()


def test_a_record_in_conflict_says_so_over_its_form_and_in_its_list(
    window: MainWindow, here: Offices, qtbot: QtBot
) -> None:
    records.new(here.la, "project", {"code": "P2", "title": "In order"})
    id = records.find_id(here.la.reader(), "project", "P1")
    window.context.show_record("project", id)
    pane = window.pane()
    view = pane.findChild(DetailView)
    assert view.banner.words.text() == (
        "Changed apart by two offices, and not settled: Title, Brief description."
    )
    table = pane.list.table
    assert table.marked == {view.record.rid}
    at = next(row for row in range(2) if table.model().rid_at(row) in table.marked)
    assert "Two offices changed it apart" in table._tip(table.model().index(at, 0))
    assert table._tip(table.model().index(1 - at, 0)) == ""
    row = view.form.rows["title"]
    assert row.badge is not None
    assert row.badge.height() <= row.label.sizeHint().height()  # fields in one line stay in it
    view.banner.button.click()
    conflicts_pane = window.pane()
    assert conflicts_pane.key == "conflicts"
    press(qtbot, conflicts_pane, KEY.Key_T, KEY.Key_Return, KEY.Key_M, KEY.Key_Return)
    window.context.show_record("project", id)
    assert not view.banner.isVisible()
    assert table.marked == frozenset()


def test_the_menu_of_offices_stands_before_the_list_and_has_a_key(
    window: MainWindow, qtbot: QtBot
) -> None:
    pane = pane_of(window)
    qtbot.keyClick(pane.list, KEY.Key_Backtab)
    assert QApplication.focusWidget() is pane.bulk
    pane.menu.aboutToShow.connect(pane.menu.close)
    opened: list[bool] = []
    pane.menu.aboutToShow.connect(lambda: opened.append(True))
    qtbot.keyClick(pane.list, KEY.Key_A, Qt.KeyboardModifier.AltModifier)
    assert opened == [True]


def test_a_report_says_what_is_not_settled(here: Offices) -> None:
    id = records.find_id(here.la.reader(), "project", "P1")
    made = reports.document(here.la.reader(), Asked("progress", id), date(2026, 11, 26))
    first, lines = made.blocks[:2]
    assert isinstance(first, Paragraph)
    assert first.text.startswith("Provisional: ")
    assert isinstance(lines, Bullets)
    assert lines.items == ("P1 · Title of the Lao office: Title, Brief description",)
