"""Checks of values: what is wrong or doubtful, what came late, and what waits for a decision."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from aps_desktop.db.connection import Connection
from aps_desktop.db.engine import Database
from aps_desktop.db.queries import results_reading as reading
from aps_desktop.domain.changes import Applied
from aps_desktop.services import amendments, amendments_merged, locked_periods, value_quality
from aps_desktop.services.amendments_merged import LateValue
from aps_desktop.services.value_quality import RULES, Found, Looked
from aps_desktop.views import icons
from aps_desktop.views.comment_dialog import ask_comment
from aps_desktop.views.pane import ReadingPane, on_surface
from aps_desktop.views.plain_label import PlainLabel

if TYPE_CHECKING:
    from aps_desktop.views.context import Context

_EACH, _MORE = 12, 50
_HOW = (
    "A value is an outlier when both it and its step from the one before are more than 3.5 times "
    "the usual distance from the median of the indicator's own history (modified z-score). "
    "Cumulative values fall only by a correction; parts never exceed the whole; percentages lie "
    "between 0 and 100."
)


@dataclass(frozen=True)
class Waiting:
    """One amendment that waits: what it would change."""

    id: UUID
    words: str
    reason: str


@dataclass(frozen=True)
class Read:
    """What the page shows."""

    looked: Looked
    waiting: list[Waiting]
    late: list[LateValue]


class ChecksPane(ReadingPane):
    """Sections with a line for each thing; every line opens its record or decides in place."""

    touches = frozenset({"indicator_value", "indicator", "value_amendment", "period_calendar"})

    def __init__(self, context: Context, key: str, title: str, area: str) -> None:
        super().__init__(context, key, title, area)
        on_surface(self)
        self._scroll = QScrollArea(self)
        self._scroll.setObjectName("checks_scroll")
        self._scroll.setAccessibleName(title)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.again = QPushButton("Check again", self)
        self.again.setObjectName("check_again")
        self.again.clicked.connect(self.read)
        self._open: dict[str, int] = defaultdict(lambda: _EACH)
        self._opened = ""
        self.summary = PlainLabel("", self, role="strong")
        self.summary.setObjectName("checks_summary")
        bar = QHBoxLayout()
        bar.setContentsMargins(16, 14, 16, 0)
        bar.addWidget(self.summary, 1)
        bar.addWidget(self.again)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(bar)
        column.addWidget(self._scroll, 1)

    def first(self) -> QWidget:
        return self.again

    def ask(self) -> None:
        self.summary.setText("Checking…")
        self.context.runner.query(
            partial(_read, each=self._open.copy()), self._on_read, self.context.show_failure,
            owner=self, key="checks",
        )  # fmt: skip

    def _on_read(self, read: Read) -> None:
        parts = [
            f"{number:,} {words}"
            for number, words in (
                (read.looked.wrong, "wrong"),
                (read.looked.doubtful, "doubtful"),
                (len(read.waiting), "waiting for a decision"),
                (len(read.late), "sent after the lock"),
            )
            if number
        ]
        said = ", ".join(parts) if parts else "All values pass the checks"
        self.summary.setText(f"{said}.")
        self._fill(read)

    def _fill(self, read: Read) -> None:
        """One line for each thing, as many of each section as it is opened for."""
        at = self._scroll.verticalScrollBar().value()
        page = QWidget(self)
        on_surface(page)
        column = QVBoxLayout(page)
        column.setContentsMargins(16, 10, 16, 16)
        column.setSpacing(6)
        column.addWidget(PlainLabel(_HOW, page, role="small", wrap=True))
        self._amendments(page, column, read.waiting)
        self._late(page, column, read.late)
        for rule, title in RULES:
            if number := read.looked.numbers.get(rule, 0):
                self._section(page, column, title, number)
                for one in read.looked.found[rule]:
                    column.addWidget(self._line(page, one))
                self._rest(page, column, number, rule)
        column.addStretch(1)
        old = self._scroll.takeWidget()
        if old is not None:
            old.deleteLater()
        self._scroll.setWidget(page)
        self._opened = ""
        self._scroll.verticalScrollBar().setValue(at)

    def _section(self, page: QWidget, column: QVBoxLayout, title: str, number: int) -> None:
        column.addSpacing(10)
        column.addWidget(PlainLabel(f"{title}  {number:,}", page, role="heading"))

    def _rest(self, page: QWidget, column: QVBoxLayout, number: int, rule: str) -> None:
        """A button for the lines that are not shown yet."""
        left = number - self._open[rule]
        if left > 0:
            next_ones = min(left, _MORE)
            words = (
                f"Show {next_ones:,} more of {left:,}" if left > _MORE else f"Show {left:,} more"
            )
            button = QPushButton(words, page)
            button.setObjectName(f"more_{rule}")
            button.setAccessibleName(words)
            button.setProperty("kind", "quiet")
            button.clicked.connect(partial(self._on_more, rule))
            column.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
            if rule == self._opened:
                button.setFocus()

    def _on_more(self, rule: str) -> None:
        self._open[rule] += _MORE
        self._opened = rule
        self.read()

    def _line(self, page: QWidget, one: Found) -> QWidget:
        line, row = self._row(page, "late" if one.doubt.severity == "error" else "attention")
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(PlainLabel(f"{one.label} – {one.where}", line, wrap=True))
        words.addWidget(PlainLabel(one.doubt.words, line, role="small", wrap=True))
        row.addLayout(words, 1)
        button = QToolButton(line)
        button.setIcon(icons.icon("chevron-right"))
        button.setObjectName("open_value")
        button.setAccessibleName(f"Open the value of {one.label}, {one.where}")
        button.clicked.connect(partial(self.context.show_record, "indicator_value", one.id))
        row.addWidget(button)
        return line

    def _row(self, page: QWidget, icon: str) -> tuple[QWidget, QHBoxLayout]:
        line = QWidget(page)
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 2, 0, 2)
        row.setSpacing(10)
        sign = PlainLabel("", line)
        sign.setPixmap(icons.icon(icon, icon).pixmap(16, 16))
        row.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        return line, row

    def _decision(
        self, page: QWidget, words: str, more: str, acts: tuple[tuple[str, str, Any], ...]
    ) -> QWidget:
        line, row = self._row(page, "attention")
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addWidget(PlainLabel(words, line, wrap=True))
        if more:
            column.addWidget(PlainLabel(more, line, role="small", wrap=True))
        row.addLayout(column, 1)
        for text, name, act in acts:
            button = QPushButton(text, line)
            button.setObjectName(name)
            button.setAccessibleName(f"{text}: {words}")
            button.setEnabled(not self.context.db.read_only)
            button.clicked.connect(act)
            row.addWidget(button)
        return line

    def _amendments(self, page: QWidget, column: QVBoxLayout, waiting: list[Waiting]) -> None:
        if not waiting:
            return
        self._section(page, column, "Amendments that wait", len(waiting))
        for one in waiting[: self._open["amendments"]]:
            acts = (
                ("Accept", "accept_amendment", partial(self._on_decide, one, True)),
                ("Reject…", "reject_amendment", partial(self._on_decide, one, False)),
            )
            column.addWidget(self._decision(page, one.words, one.reason, acts))
        self._rest(page, column, len(waiting), "amendments")

    def _late(self, page: QWidget, column: QVBoxLayout, late: list[LateValue]) -> None:
        if not late:
            return
        self._section(page, column, "Merged, but sent after the period was locked", len(late))
        for one in late[: self._open["late"]]:
            words = f"{one.label}: {one.before or 'no value'} → {one.now}"
            acts = (
                ("Keep it", "keep_late", partial(self._on_settle, one, True)),
                ("Put back", "put_back_late", partial(self._on_settle, one, False)),
            )
            column.addWidget(self._decision(page, words, f"From {one.office}", acts))
        self._rest(page, column, len(late), "late")

    def _on_decide(self, one: Waiting, accept: bool) -> None:
        comment = ""
        if not accept:
            comment = ask_comment("Reject the amendment", "Why is it rejected?", "Reject", self)
            if not comment:
                return
        self.context.runner.mutate(
            partial(_decide, one.id, accept, comment), None, self.context.show_failure
        )

    def _on_settle(self, one: LateValue, keep: bool) -> None:
        self.context.runner.mutate(partial(_settle, one, keep), None, self.context.show_failure)


def _read(c: Connection, each: Mapping[str, int]) -> Read:
    rows = c.all(
        "SELECT a.id, i.code, i.title, a.period, a.old_text, a.value, a.numerator, a.denominator, "
        "a.text, a.yes, a.reason, s.name FROM value_amendment a "
        "JOIN indicator i ON i.rid = a.indicator "
        "LEFT JOIN member_state s ON s.rid = a.member_state "
        "WHERE a.status = 'pending' ORDER BY i.code, a.period"
    )
    waiting = [_waiting(row) for row in rows]
    late = amendments_merged.late_values(c)
    return Read(value_quality.look(c, each), waiting, late)


def _waiting(row: tuple[Any, ...]) -> Waiting:
    id, code, title, period, old, value, top, bottom, text, yes, reason, state = row
    numbers = [reading.number(n) for n in (value, top, bottom)]
    new = locked_periods.shown(
        {
            "value": numbers[0], "numerator": numbers[1], "denominator": numbers[2],
            "text": text, "yes": None if yes is None else bool(yes),
        }
    )  # fmt: skip
    named = (code or title, str(reading.period_of(period)), state)
    place = ", ".join(part for part in named if part)
    return Waiting(reading.uuid(id), f"{place}: {old or 'no value'} → {new}", reason or "")


def _decide(id: UUID, accept: bool, comment: str, db: Database) -> Applied:
    return amendments.decide(db, [id], accept=accept, comment=comment)


def _settle(one: LateValue, keep: bool, db: Database) -> Applied:
    return amendments_merged.settle(db, one, keep=keep)
