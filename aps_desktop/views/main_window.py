"""The window: rail, top bar, pages, status line, and the way between pages."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID

from PySide6.QtCore import QEvent, QSize, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from aps_desktop.db.connection import Connection
from aps_desktop.domain.changes import Applied
from aps_desktop.domain.clock import today
from aps_desktop.services import working
from aps_desktop.views import theme
from aps_desktop.views.context import Context
from aps_desktop.views.form_banner import FormBanner
from aps_desktop.views.main_window_actions import Actions
from aps_desktop.views.main_window_commands import Commands
from aps_desktop.views.main_window_state import keep_geometry, restore_geometry
from aps_desktop.views.main_window_sync import SyncCounts
from aps_desktop.views.main_window_top_bar import TopBar
from aps_desktop.views.main_window_trail import Stop, Trail
from aps_desktop.views.main_window_undo import Undo
from aps_desktop.views.navigation import ENTITY, places, places_in
from aps_desktop.views.navigation_rail import NavigationRail
from aps_desktop.views.pane import PROPOSED, Pane
from aps_desktop.views.status_bar import MessageBar, StatusBar

FIRST_PLACE = "today"

_LOCKED = (
    "This file lies where nothing can be written (a locked stick, a CD): everything can be read, "
    "and nothing changed. To work in it, copy it to this computer."
)


class MainWindow(QMainWindow):
    """One window over one database.

    `painted` comes once, after the first paint: what costs time waits for it. `left` comes when
    the window has closed. `database_wanted` and `office_wanted` ask the program for another one.
    """

    painted = Signal()
    left = Signal()
    database_wanted = Signal(str)
    office_wanted = Signal()

    def __init__(self, context: Context, office: str = "") -> None:
        super().__init__()
        self.setObjectName("main_window")
        self.setWindowTitle(f"{office} – APS Desktop" if office else "APS Desktop")
        self.setMinimumSize(QSize(800, 460))
        self.setAcceptDrops(True)
        self.context = context
        self._panes: dict[str, Pane] = {}
        self._trail = Trail()
        self._painted = False
        self.actions = Actions(self)
        self.commands = Commands(self)
        self._build()
        self.undo = Undo(context, self.actions, self)
        self.sync = SyncCounts(context, self.rail, self.status, self)
        self._office = office
        self._show_officer(working.officer(context.runner.window_connection()))
        self._connect()
        self._restore()

    # Building -----------------------------------------------------------------------------------

    def _build(self) -> None:
        centre = QWidget(self)
        centre.setObjectName("centre")
        self.rail = NavigationRail(centre)
        self.top = TopBar(
            centre, self.actions["toggle_rail"], self.actions["back"], self.actions["forward"]
        )
        self.stack = QStackedWidget(centre)
        self.stack.setObjectName("pages")
        self.status = StatusBar(centre)
        self.banner = FormBanner(centre)
        self.banner.setObjectName("banner")
        if self.context.db.read_only:
            newer = self.context.db.newer
            button = "" if newer else "Copy to this computer…"
            self.banner.ask("read_only", newer or _LOCKED, button)
        self.banner.pressed.connect(self.commands.copy_here)
        pages = QVBoxLayout()
        pages.setSpacing(0)
        for widget in (self.top, self.banner, self.stack):
            pages.addWidget(widget, 1 if widget is self.stack else 0)
        across = QHBoxLayout()
        across.setSpacing(0)
        across.addWidget(self.rail)
        across.addLayout(pages, 1)
        whole = QVBoxLayout(centre)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(across, 1)
        whole.addWidget(self.status)
        self.setCentralWidget(centre)
        self.messages = MessageBar(self.stack)

    def _connect(self) -> None:
        self.actions.requested.connect(self.commands.run)
        self.rail.place_requested.connect(self.go)
        self.rail.area_requested.connect(self.go_area)
        self.top.place_requested.connect(self.go)
        self.top.search.clicked.connect(self.actions["palette"].trigger)
        self.context.message.connect(self.messages.show_message)
        self.context.open_record.connect(self._on_record_wanted)
        self.context.open_list.connect(self._on_list_wanted)
        self.context.open_pane.connect(self.go)
        self.context.open_place.connect(self.go)
        self.context.command_wanted.connect(self.commands.run)
        self.context.backup_made.connect(self.commands.read_backup)
        self.context.officer_named.connect(self._show_officer)
        self.context.runner.changed.connect(self._on_changed)

    def _restore(self) -> None:
        state = self.context.ui_state
        restore_geometry(self, state)
        self.set_rail_narrow(state.get("rail_narrow", False))
        self.actions[f"scheme_{theme.chosen()}"].setChecked(True)
        key = state.get("place", FIRST_PLACE)
        self.go(key if key in places() else FIRST_PLACE)

    # Going --------------------------------------------------------------------------------------

    def go(self, key: str, target: dict[str, Any] | None = None) -> None:
        """Opens a page, and in it a record or a narrowed list; "back" leads here again."""
        if key not in places():
            return  # a page of another version of the program
        self._leave()
        self._trail.visit(Stop(key, target or {}))
        self._show(key, target or {})

    def go_area(self, area: str) -> None:
        """Opens the page of an area that was open last, else its first."""
        kept = self.context.ui_state.get("area_places", {}).get(area)
        inside = [place.key for place in places_in(area)]
        if inside:
            self.go(kept if kept in inside else inside[0])

    def step(self, forward: bool) -> None:
        """Goes back or forward."""
        self._leave()
        stop = self._trail.forward() if forward else self._trail.back()
        if stop is not None:
            self._show(stop.key, stop.target)

    def pane(self) -> Pane:
        """The page that is open."""
        return self.stack.currentWidget()

    def set_rail_narrow(self, narrow: bool) -> None:
        self.rail.set_narrow(narrow)
        self.context.ui_state.put("rail_narrow", narrow)
        word = "&Widen navigation" if narrow else "&Collapse navigation"
        self.actions["toggle_rail"].setText(word)

    def _leave(self) -> None:
        if self.stack.count():
            self._trail.amend(self.pane().target())
            self.pane().leave()

    def save_typed(self) -> None:
        """Saves what stands in a field that nobody has left yet: a menu leaves none.

        Merged before it is saved, it would pass for an answer to what the merge brought.
        """
        if self.stack.count():
            self.pane().leave()

    def _show(self, key: str, target: dict[str, Any]) -> None:
        pane = self._made(key)
        self.stack.setCurrentWidget(pane)
        self.messages.raise_()  # the stack puts the page it shows above everything in it
        self.rail.show_place(key)
        self.top.show_place(key)
        state = self.context.ui_state
        state.put("place", key)
        state.put("area_places", {**state.get("area_places", {}), pane.area: key})
        if target:
            pane.show_target(target)
        pane.activate()
        back, forward = self._trail.can_go()
        self.actions.enable({"back": back, "forward": forward})
        self.commands.place_changed(pane)

    def _made(self, key: str) -> Pane:
        pane = self._panes.get(key)
        if pane is None:
            pane = places()[key].make(self.context)
            self._panes[key] = pane
            self.stack.addWidget(pane)
            pane.crumb_changed.connect(self._on_crumb_changed)
            pane.badge_changed.connect(self._on_badge_changed)
            pane.restore_state(self.context.ui_state.get("panes", {}).get(key, {}))
        return pane

    # What happens -------------------------------------------------------------------------------

    def _show_officer(self, officer: str) -> None:
        self.status.show_office(self._office, officer, read_only=self.context.db.read_only)

    def _on_record_wanted(self, entity: str, id: UUID) -> None:
        self.go(ENTITY + entity, {"record": id.hex})

    def _on_list_wanted(self, entity: str, filters: tuple[Any, ...]) -> None:
        self.go(ENTITY + entity, {"filters": filters})

    def _on_crumb_changed(self, title: str) -> None:
        if self.sender() is self.pane():
            self.top.show_record(title)

    def _on_badge_changed(self, number: int) -> None:
        self.rail.set_badge(self.sender().area, number)

    def _on_changed(self, applied: Applied) -> None:
        if applied.number:
            self.status.show_saved(datetime.now())
        self.undo.read_labels()
        for pane in self._panes.values():
            pane.on_changed(applied)
        if applied.proposed and not self.pane().says_proposed:
            self.context.say(PROPOSED, "info", "Undo", self.actions["undo"].trigger)

    def _on_first_paint(self) -> None:
        self.undo.read_labels()
        self.commands.read_backup()
        self.sync.read()
        self._read_late()
        self.painted.emit()
        from aps_desktop.views.main_window_drops import FileDrops

        FileDrops(self, self.commands)
        if "dashboards" in self.context.ui_state.get("panes", {}):
            self.context.charts().start(1)  # whoever looks at dashboards finds it ready

    def _read_late(self) -> None:
        """The number beside Today, where another page was open first."""
        if FIRST_PLACE not in self._panes:
            day = today(self.context.db.clock)
            self.context.runner.query(partial(_late, day), self._on_late_read, owner=self)

    def _on_late_read(self, number: int) -> None:
        if FIRST_PLACE not in self._panes:
            self.rail.set_badge(places()[FIRST_PLACE].area, number)

    # Qt's own -----------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.Paint and not self._painted:
            self._painted = True
            # The pages' own paint events come after the window's: wait until all are through.
            QTimer.singleShot(0, self, self._on_first_paint)
        return done

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)
        self.messages.place()

    def closeEvent(self, event: object) -> None:
        self._leave()
        self.keep_state()
        self.context.end()
        event.accept()
        self.left.emit()

    def keep_state(self) -> None:
        """Writes down what the next start restores."""
        state = self.context.ui_state
        keep_geometry(self, state)
        kept = {key: pane.save_state() for key, pane in self._panes.items()}
        state.put("panes", {**state.get("panes", {}), **{k: v for k, v in kept.items() if v}})
        state.save()


def _late(day: date, c: Connection) -> int:
    from aps_desktop.services import today as rules

    return rules.late_count(rules.found(c, day, each=1))
