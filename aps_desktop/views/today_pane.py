"""Today: what is late, what comes up, what waits, and what was changed last."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from aps_desktop.domain.clock import today
from aps_desktop.services import audit, today_exchange
from aps_desktop.services import today as rules
from aps_desktop.services.audit import AuditStep
from aps_desktop.services.today import BETWEEN, ENDING, LATE, SOON, UNTIDY, WAITING, Alarm, Found
from aps_desktop.views import icons, theme
from aps_desktop.views.context import OK
from aps_desktop.views.pane import Pane
from aps_desktop.views.plain_label import PlainLabel
from aps_desktop.views.status_bar import when
from aps_desktop.views.today_list import Line, TodayList, lines_of

if TYPE_CHECKING:
    from uuid import UUID

    from aps_desktop.db.connection import Connection
    from aps_desktop.db.engine import Database
    from aps_desktop.domain.changes import Applied
    from aps_desktop.views.context import Context

_TWO_COLUMNS_FROM = 980
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_MONTHS = (
    "January February March April May June July August September October November December"
).split()
_STEPS = 8
_PANES = {
    today_exchange.CONFLICTS: "conflicts",
    today_exchange.PROPOSALS: "proposals",
    today_exchange.MISSING: "sync",
    today_exchange.QUEUED: "sync",
    today_exchange.SETTLE: "issues",
    today_exchange.UNCONFIRMED: "sync",
}
"""Where what waits between offices is seen to, by its rule."""

Read = tuple[date, list[Found], list[AuditStep]]


class TodayPane(Pane):
    """Two columns of lines; each opens the record or the list behind it."""

    def __init__(self, context: Context, key: str, title: str, area: str) -> None:
        super().__init__(context, key, title, area)
        self._stale = True
        self._later: list[Found] = []
        self._day = PlainLabel(role="title")
        self._day.setObjectName("today_date")
        self._summary = PlainLabel(role="muted")
        self._summary.setObjectName("today_summary")
        self.left = TodayList("today_urgent", "Late and waiting", self)
        self.right = TodayList("today_coming", "Coming up and changed last", self)
        self._order = self._all_in_order()
        self._begin = self._beginning()
        self._lay_out()
        for column in (self.left, self.right):
            column.chosen.connect(self._on_chosen)
            column.acted.connect(self._on_acted)
            column.show_lines([])
        context.theme_changed.connect(self._on_theme_changed)
        self._show_date(today(context.db.clock))

    def _lay_out(self) -> None:
        inside = QWidget(self)
        inside.setObjectName("today_page")
        inside.setProperty("ground", "surface")
        inside.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._columns = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._columns.setSpacing(36)
        for column in (self.left, self.right):
            self._columns.addWidget(column, 1, Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(inside)
        layout.setContentsMargins(28, 30, 28, 30)
        for label in (self._day, self._summary):
            label.setContentsMargins(12, 0, 12, 0)
        layout.setSpacing(4)
        layout.addWidget(self._day)
        layout.addWidget(self._summary)
        layout.addSpacing(10)
        layout.addWidget(self._order)
        layout.addWidget(self._begin)
        layout.addLayout(self._columns)
        layout.addStretch(1)
        scroll = QScrollArea(self)
        scroll.setObjectName("today_scroll")
        scroll.setAccessibleName("Today")
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inside)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scroll)

    def _all_in_order(self) -> QWidget:
        """What stands here when no rule finds anything."""
        page = QWidget(self)
        self._tick = QLabel(page)
        self._tick.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        texts = (
            PlainLabel("All is in order", role="heading"),
            PlainLabel("Nothing is late, nothing waits, nothing runs out soon.", role="muted"),
        )
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 60, 0, 40)
        layout.addWidget(self._tick)
        for label in texts:
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            layout.addWidget(label)
        page.hide()
        return page

    def _beginning(self) -> QWidget:
        """What stands here in an office that has nothing of its own yet."""
        page = QWidget(self)
        layout = QVBoxLayout(page)
        layout.setContentsMargins(12, 40, 12, 40)
        layout.setSpacing(8)
        layout.addWidget(PlainLabel("Begin with what you have", role="heading"))
        layout.addWidget(
            PlainLabel(
                "Import the workbook in which your office keeps its projects or meetings: it is "
                "shown before anything is written, and can be taken back. Or make the first one.",
                role="muted",
                wrap=True,
            )
        )
        layout.addSpacing(8)
        row = QHBoxLayout()
        for words, name, kind, act in (
            ("Import a workbook…", "begin_import", "primary", self._on_import),
            ("New project", "begin_project", "", self._on_first_project),
            ("Ask to join the other offices…", "begin_request", "quiet", self._on_join),
        ):
            button = QPushButton(words, page)
            button.setObjectName(name)
            button.setProperty("kind", kind)
            button.clicked.connect(act)
            row.addWidget(button)
        row.addStretch(1)
        layout.addLayout(row)
        page.hide()
        return page

    def _on_import(self) -> None:
        self.context.command_wanted.emit("import")

    def _on_join(self) -> None:
        self.context.command_wanted.emit("request")

    def _on_first_project(self) -> None:
        self.context.open_pane.emit("entity:project")
        self.context.command_wanted.emit("new_record")

    # What the window asks -----------------------------------------------------------------------

    def activate(self) -> None:
        self.left.setFocus()
        if self._stale or self._shown_day != today(self.context.db.clock):
            self._read()

    def on_changed(self, applied: Applied) -> None:
        self._stale = True
        if self.isVisible():
            self._read()

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)
        two = self.width() >= _TWO_COLUMNS_FROM
        across, down = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._columns.setDirection(across if two else down)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._on_theme_changed()

    # Reading and showing ------------------------------------------------------------------------

    def _read(self) -> None:
        self._stale = False
        day = today(self.context.db.clock)
        self._show_date(day)
        self.context.runner.query(partial(_read_all, day=day), self._on_read, owner=self, key="all")

    def _show_date(self, day: date) -> None:
        self._shown_day = day
        self._day.setText(f"{_DAYS[day.weekday()]}, {day.day} {_MONTHS[day.month - 1]} {day.year}")

    def _on_read(self, read: Read) -> None:
        self._show(read)
        self.context.runner.query(
            rules.later, partial(self._on_later, read), owner=self, key="later"
        )

    def _on_later(self, read: Read, later: list[Found]) -> None:
        """It takes longer than all the rest, so it comes after it."""
        if later != self._later:
            self._later = later
            self._show(read)

    def _show(self, read: Read) -> None:
        _, found, steps = read
        found = rules.in_order(found + self._later)
        own = bool(steps)
        lines = partial(lines_of, found, read_only=self.context.db.read_only)
        self.left.show_lines(lines((BETWEEN, LATE, WAITING)))
        self.right.show_lines(lines((SOON, ENDING, UNTIDY)) + _step_lines(steps))
        self._order.setVisible(not found and own)
        self._begin.setVisible(not own)
        self._summary.setText(_summary(found))
        self._summary.setVisible(bool(found))
        self._on_theme_changed()
        self.context.ui_state.put("late", rules.late_count(found))
        self.badge_changed.emit(rules.late_count(found))

    def _on_theme_changed(self) -> None:
        drawn = icons.pixmap("ok", 40, theme.tokens().ok, self.devicePixelRatioF())
        self._tick.setPixmap(drawn)

    def _on_chosen(self, thing: Any) -> None:
        key = thing.rule if isinstance(thing, Alarm) else ""
        key = thing.rule.key if isinstance(thing, Found) else key
        if key in _PANES:
            where = {"record": thing.id.hex} if isinstance(thing, Alarm) and thing.id else {}
            self.context.open_place.emit(_PANES[key], {"mine": True, **where})
        elif isinstance(thing, Alarm):
            self.context.show_record(thing.entity, thing.id)
        elif isinstance(thing, Found) and thing.rule.entity == "exchange_rate":
            self.context.open_pane.emit("rates")
        elif isinstance(thing, Found):
            self.context.show_list(thing.rule.entity, thing.filters)
        else:
            self.context.open_pane.emit("changes")

    def _on_acted(self, alarm: Alarm) -> None:
        self.context.runner.mutate(
            partial(_send_again, alarm.id), self._on_sent, self.context.show_failure
        )

    def _on_sent(self, _: object) -> None:
        self.context.say(
            "Sent again: it goes out with the next bundle.", OK, "Make a bundle",
            partial(self.context.command_wanted.emit, "make_bundle"),
        )  # fmt: skip


def _send_again(request: UUID, db: Database) -> tuple[Applied, object]:
    from aps_desktop.services import reporting  # not before the first paint

    sent = reporting.send_state_again(db, request)
    return sent.applied, sent


def _read_all(c: Connection, day: date) -> Read:
    return day, rules.found(c, day), audit.page(c, limit=_STEPS, shipped=False)


def _summary(found: list[Found]) -> str:
    totals = dict.fromkeys((BETWEEN, LATE, WAITING, SOON), 0)
    for one in found:
        if one.rule.section in totals:
            totals[one.rule.section] += one.count
    words = (
        (totals[BETWEEN], "between offices"),
        (totals[LATE], "late"),
        (totals[WAITING], "waiting for a decision"),
        (totals[SOON], "coming up"),
    )
    return " · ".join(f"{number:,} {word}" for number, word in words if number)


def _step_lines(steps: list[AuditStep]) -> list[Line]:
    if not steps:
        return []
    now = datetime.now()
    lines = [Line("gap"), Line("section", "Changed last")]
    for step in steps:
        who = step.officer or step.office
        at = when(datetime.fromtimestamp(step.at / 1000), now)
        lines.append(Line("step", step.what, f"{who}, {at}", thing=step))
    return lines
