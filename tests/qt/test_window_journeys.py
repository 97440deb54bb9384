"""The window as an officer meets it: going about, undoing, finding, and coming back."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QMenu, QWidget
from pytestqt.qtbot import QtBot

from aps_desktop.db import backup, store
from aps_desktop.db.engine import Database
from aps_desktop.domain.entities import ENTITIES
from aps_desktop.domain.values import Period
from aps_desktop.services import records
from aps_desktop.views.main_window import MainWindow
from aps_desktop.views.navigation import AREAS, places, places_in
from aps_desktop.views.navigation_model import ROW
from aps_desktop.views.palette import Palette
from aps_desktop.views.shortcuts import all_commands
from aps_desktop.views.ui_state import UiState
from tests.window_kit import Setting

Open = Callable[[], MainWindow]


@pytest.fixture
def setting() -> Setting:
    return Setting(office="LA", noon=None, size=(1440, 900))


def project(db: Database, code: str = "ACP-1", title: str = "Early warning for floods") -> UUID:
    return records.new(db, "project", {"code": code, "title": title})


@pytest.fixture
def opened(opened: Callable[[Database], MainWindow], db: Database) -> Open:
    return partial(opened, db)


def test_every_area_and_page_opens(opened: Open) -> None:
    window = opened()
    for area in AREAS:
        window.go_area(area.key)
        assert window.pane().area == area.key
    for key, place in places().items():
        window.go(key)
        assert window.pane().key == key
        assert window.top.crumbs()[-1] == place.title
        assert window.rail.view.currentIndex().data() in (place.title, area_title(place.area))


def area_title(key: str) -> str:
    return next(area.title for area in AREAS if area.key == key)


def test_every_entity_can_be_reached() -> None:
    reached = {place.entity for area in AREAS for place in places_in(area.key)}
    assert {e.name for e in ENTITIES} <= reached


def test_back_and_forward_return_to_the_record(opened: Open, db: Database) -> None:
    first, second = project(db), project(db, "ACP-2", "Paramedics")
    window = opened()
    window.context.show_record("project", first)
    window.context.show_record("project", second)
    window.go("today")
    window.actions["back"].trigger()
    assert window.top.crumbs() == ["Programmes", "Projects", "Paramedics"]
    window.actions["back"].trigger()
    assert window.top.crumbs()[-1] == "Early warning for floods"
    window.actions["forward"].trigger()
    assert window.top.crumbs()[-1] == "Paramedics"


def test_undo_says_what_it_undoes_and_does_it(opened: Open, db: Database) -> None:
    id = project(db)
    window = opened()
    work = lambda d: records.put(d, "project", id, {"title": "Other"})  # noqa: E731
    window.context.runner.mutate(work)
    assert window.actions["undo"].text() == "&Undo: edit project ACP-1"
    assert window.status.text().startswith("Saved ")
    window.actions["undo"].trigger()
    assert records.get(db.reader(), "project", id).values["title"] == "Early warning for floods"
    assert window.actions["redo"].text() == "&Redo: edit project ACP-1"
    window.actions["redo"].trigger()
    assert records.get(db.reader(), "project", id).values["title"] == "Other"


def test_an_editor_undoes_its_own_typing_first(opened: Open, db: Database, qtbot: QtBot) -> None:
    project(db)
    window = opened()
    window.undo.read_labels()
    editor = QLineEdit(window)
    editor.show()
    editor.setFocus()
    qtbot.keyClicks(editor, "abc")
    window.undo.run("undo")
    assert editor.text() == ""
    assert store.counts(db.reader())["project"] == 1


def test_the_palette_finds_records_pages_and_commands(opened: Open, db: Database, qtbot) -> None:
    id = project(db)
    window = opened()
    window.actions["palette"].trigger()
    palette = window.findChild(Palette)
    qtbot.keyClicks(palette.field, "floo")
    qtbot.waitUntil(lambda: any(e.kind == "record" for e in palette.entries()))
    assert palette.entries()[0].id == id
    qtbot.keyClick(palette, Qt.Key.Key_Return)
    assert window.top.crumbs()[-1] == "Early warning for floods"


@pytest.mark.parametrize(("typed", "found"), [("dark", "scheme_dark"), ("backups", "backups")])
def test_the_palette_ranks_what_begins_as_typed_first(
    opened: Open, qtbot: QtBot, typed: str, found: str
) -> None:
    window = opened()
    window.actions["palette"].trigger()
    palette = window.findChild(Palette)
    palette.field.setText(typed)
    assert palette.entries()[0].key == found
    palette.reject()


def test_no_two_pages_have_one_title() -> None:
    titles = [place.title for place in places().values()]
    assert len(set(titles)) == len(titles)


def test_light_and_dark_change_everything_at_once(opened: Open) -> None:
    window = opened()
    light = window.grab().toImage().pixelColor(QPoint(700, 850)).lightness()
    window.actions["scheme_dark"].trigger()
    dark = window.grab().toImage().pixelColor(QPoint(700, 850)).lightness()
    assert light > 200 > 60 > dark
    assert window.context.ui_state.get("scheme") == "dark"
    window.actions["scheme_light"].trigger()


def test_the_next_start_finds_the_window_as_it_was(opened: Open, db: Database, qtbot) -> None:
    project(db)
    first = opened()
    first.setGeometry(40, 30, 1000, 600)
    first.go("entity:project")
    first.pane().list.set_text("flood")
    first.set_rail_narrow(True)
    first.close()
    second = opened()
    assert second.pane().key == "entity:project"
    assert second.rail.is_narrow()
    kept = second.context.ui_state.get("geometry")
    assert kept == [40, 30, 1000, 600]


def test_the_next_start_opens_the_record_that_was_open(
    opened: Open, db: Database, qtbot: QtBot
) -> None:
    id, other = project(db), records.new(db, "project", {"code": "X-2", "title": "Another"})
    for wanted, left in ((id, None), (other, None), (id, id)):
        window = opened()
        window.go("entity:project", {"record": wanted.hex})
        window.close()
        if left:
            records.delete(db, "project", [left])
        pane = opened().pane()
        if left:
            assert pane.target() == {}
            assert not pane._side.isVisible()
        else:
            assert pane.target() == {"record": wanted.hex}
            qtbot.waitUntil(lambda pane=pane, id=wanted: pane.list.selected_id() == id)
            assert pane._detail.record.id == wanted


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "[]", "null", '{"geometry": "wide", "place": 7, "panes": [], "rail_narrow": "x"}',
        '{"geometry": [99999, 99999, 5, 5], "place": "entity:nothing", "area_places": 3}',
        '{"geometry": [-5000, -5000, 900, 700], "panes": {"changes": {"sizes": ["a"]}}}',
        '{"place": "today", "panes": {"entity:project": {"record": "no id", "list": 3}}}',
    ],
)  # fmt: skip
def test_a_damaged_state_file_does_no_harm(opened: Open, tmp_path: Path, text: str) -> None:
    (tmp_path / "window.json").write_text(text, encoding="utf-8")
    window = opened()
    assert window.pane().key == "today"
    screen = QApplication.primaryScreen().availableGeometry()
    assert screen.intersects(window.geometry())


def test_today_leads_to_what_is_late(opened: Open, db: Database, qtbot: QtBot) -> None:
    late = date.today() - timedelta(12)
    id = records.new(db, "action_item", {"text": "Send the report", "due": late, "status": "open"})
    window = opened()
    pane = window.pane()
    texts = {(line.text, line.note) for line in pane.left.lines.lines}
    assert ("Send the report", "12 days late") in texts
    at = next(n for n, line in enumerate(pane.left.lines.lines) if line.kind == "record")
    pane.left.clicked.emit(pane.left.lines.index(at))
    assert window.pane().key == "entity:action_item"
    assert window.pane().target() == {"record": id.hex}
    window.go("today")
    at = next(n for n, line in enumerate(pane.left.lines.lines) if line.kind == "rule")
    pane.left.clicked.emit(pane.left.lines.index(at))
    assert window.pane().list.query().narrowed


def asked_of_two_states(db: Database) -> dict[str, list[UUID]]:
    """The requests of a period that is over, two of each state: not sent yet, and sent."""
    due = date.today() - timedelta(3)
    span = Period(due - timedelta(90), due - timedelta(1))
    calendar = records.new(db, "period_calendar", {"name": "Last", "period": span, "due": due})
    code = records.new(db, "project", {"code": "P-9", "title": "Asked"})
    records.new(db, "indicator", {"title": "I", "project": code})
    states = {
        code: records.new(db, "member_state", {"code": code, "name": name})
        for code, name in (("VN", "Viet Nam"), ("TH", "Thailand"))
    }
    return {
        state: [
            records.new(
                db, "reporting_request",
                {"title": f"{state} {n}", "calendar": calendar, "project": code, "due": due,
                 "member_state": states[state],
                 "status": status},
            )
            for n, status in enumerate(("to_send", "sent"))
        ]
        for state in states
    }  # fmt: skip


def test_one_click_in_today_sends_the_requests_of_a_state_again(
    opened: Open, db: Database, qtbot: QtBot
) -> None:
    asked = asked_of_two_states(db)
    window = opened()
    left = window.pane().left
    at = next(n for n, one in enumerate(left.lines.lines) if one.text == "Last, Viet Nam")
    place = left.act_rect(left.lines.index(at)).center()
    qtbot.mouseClick(left.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.waitUntil(window.context.runner.idle)

    def statuses(state: str) -> list[object]:
        c = db.connect()
        return [records.get(c, "reporting_request", id).values["status"] for id in asked[state]]

    assert statuses("VN") == ["sent", "reminded"]
    assert statuses("TH") == ["to_send", "sent"], "the other state was not meant"
    assert window.pane().key == "today", "the line was not opened"
    at = next(n for n, one in enumerate(left.lines.lines) if one.text == "Last, Thailand")
    left.setFocus()
    left.setCurrentIndex(left.lines.index(at))
    qtbot.keyClick(left, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(window.context.runner.idle)
    assert statuses("TH") == ["sent", "reminded"]
    assert window.pane().key == "today"


def test_nothing_late_says_that_all_is_in_order(opened: Open, db: Database) -> None:
    project(db)
    window = opened()
    labels = [label.text() for label in window.pane().findChildren(QLabel) if label.isVisible()]
    assert "All is in order" in labels


def test_a_narrow_window_shows_the_record_in_the_list_s_place(opened: Open, db: Database) -> None:
    id = project(db)
    window = opened()
    window.resize(1200, 700)
    window.context.show_record("project", id)
    pane = window.pane()
    assert not pane.list.isVisible()
    pane.findChild(QWidget, "back_to_list").click()
    assert pane.list.isVisible()
    window.resize(1440, 900)
    window.context.show_record("project", id)
    assert pane.list.isVisible()


def test_changes_tell_who_did_what(opened: Open, db: Database) -> None:
    id = project(db)
    records.put(db, "project", id, {"title": "Other"})
    window = opened()
    window.go("changes")
    pane = window.pane()
    assert pane.steps.rowCount() == 2
    assert pane.steps.thing(0).label == "edit project ACP-1"
    assert [pane.changes.data(pane.changes.index(0, n)) for n in range(5)] == [
        "ACP-1", "Changed", "Title", "Early warning for floods", "Other",
    ]  # fmt: skip


def test_a_backup_is_made_from_the_menu(opened: Open, db: Database) -> None:
    project(db)
    window = opened()
    window.actions["backup"].trigger()
    assert window.pane().rows.rowCount() == 1
    assert window.pane().rows.index(0, 1).data() == "You asked for it"
    assert "backup today" in window.status.text()
    assert window.messages.text() == "A backup has been made and verified."


def test_a_backup_of_an_older_file_says_so_in_plain_words(opened: Open, db: Database) -> None:
    backup.copy_to(db, backup.new_name(db.path, datetime(2026, 11, 3, 9), "before format 2"))
    window = opened()
    window.go("backups")
    why = window.pane().rows.index(0, 1).data()
    assert why == "Before a newer version of the program changed the file"


def test_shortcuts_and_mnemonics_are_unique(opened: Open) -> None:
    keys = [QKeySequence(key).toString() for c in all_commands() for key in c.keys]
    assert sorted(keys) == sorted(set(keys))
    window = opened()
    for menu in window.menuBar().findChildren(QMenu):
        marks = [mnemonic(action.text()) for action in menu.actions()]
        marks = [mark for mark in marks if mark]
        assert sorted(marks) == sorted(set(marks)), menu.title()


def mnemonic(text: str) -> str:
    at = text.replace("&&", "").find("&")
    return text.replace("&&", "")[at + 1].lower() if at >= 0 else ""


def test_a_screen_reader_has_a_name_for_everything_that_takes_the_focus(
    opened: Open, db: Database
) -> None:
    id = project(db)
    window = opened()
    window.context.show_record("project", id)
    nameless = []
    for key in ("entity:project", "today", "changes", "backups"):
        window.go(key)
        nameless += [
            f"{type(widget).__name__} {widget.objectName()!r} on {key}"
            for widget in window.findChildren(QWidget)
            if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
            and widget.isVisible()
            and widget.focusProxy() is None
            and not name_of(widget)
        ]
    assert nameless == [], "\n".join(nameless)


def name_of(widget: QWidget) -> str:
    own = widget.accessibleName() or getattr(widget, "text", str)()
    proxy = widget.parent()
    inside = proxy is not None and proxy.metaObject().className() in ("QComboBox", "QSpinBox")
    labels = widget.window().findChildren(QLabel)
    return own or inside or any(label.buddy() is widget for label in labels)


def test_labels_with_data_never_read_markup(opened: Open, db: Database) -> None:
    project(db, title="<img src='x'><b>Bold</b>")
    window = opened()
    window.go("entity:project")
    window.pane().list.table.selectRow(0)
    window.go("changes")
    auto = [
        f"{type(label).__name__} {label.objectName()!r} {label.text()[:40]!r}"
        for label in window.findChildren(QLabel)
        if label.textFormat() is not Qt.TextFormat.PlainText and label.text()
    ]
    assert auto == []


def test_a_record_far_down_is_selected_once_its_list_is_read(
    opened: Open, db: Database, qtbot: QtBot
) -> None:
    for number in range(300):
        last = project(db, f"P-{number:03}", f"Project {number}")
    window = opened()
    window.context.show_record("project", last)
    table = window.pane().list.table
    qtbot.waitUntil(lambda: table.selected_count() == 1)
    assert window.pane().list.selected_id() == last


def test_the_number_beside_today_is_there_before_today_was_opened(
    opened: Open, db: Database, tmp_path: Path, qtbot: QtBot
) -> None:
    records.new(db, "action_item", {"text": "Report", "status": "open", "due": date(2020, 1, 1)})
    state = UiState(tmp_path / "window.json")
    state.put("place", "entity:project")
    state.save()
    rail = opened().rail.model
    qtbot.waitUntil(lambda: rail.index(0).data(ROW).badge == 1)
