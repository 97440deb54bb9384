"""A project's page: over its form, where it stands, since when, its money, and the next moves."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QPushButton, QVBoxLayout, QWidget

from aps_desktop.db.connection import Connection
from aps_desktop.domain import clock, lifecycle
from aps_desktop.domain.changes import Applied
from aps_desktop.domain.entities import entity
from aps_desktop.domain.values import show_date
from aps_desktop.services import lessons, project_money, project_standing, record_page
from aps_desktop.services.project_standing import Standing
from aps_desktop.services.record_page import RecordPage
from aps_desktop.services.records import Record
from aps_desktop.views.context import Context
from aps_desktop.views.detail_view import DetailView
from aps_desktop.views.lessons_panel import BEFORE_APPROVAL, LessonsPanel
from aps_desktop.views.money_view import MoneyView
from aps_desktop.views.new_record_dialog import new_record
from aps_desktop.views.plain_label import PlainLabel
from aps_desktop.views.project_lifecycle_bar import LifecycleBar
from aps_desktop.views.project_move_dialog import ProjectMoveDialog
from aps_desktop.views.results_view import ResultsView

_VERBS = {
    "draft": "Start drafting",
    "submitted": "Record submission",
    "under_appraisal": "Start appraisal",
    "returned": "Return for revision",
    "endorsed": "Record endorsement",
    "final_approval": "Send for final approval",
    "approved": "Record approval",
    "rejected": "Record non-approval",
    "deferred": "Defer",
    "commenced": "Record commencement",
    "on_hold": "Put on hold",
    "extended": "Record extension",
    "activities_done": "Activities are completed",
    "reporting_due": "Completion report is due",
    "completed": "Complete the project",
    "cancelled": "Cancel the project",
}
_FIXED_SPACE = "\u00a0"
"""Keeps a word and its amount on one line."""


class StandingPanel(QFrame):
    """`move_requested` carries the state that the officer wants to record."""

    move_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("standing")
        self.setProperty("card", True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.bar = LifecycleBar(self)
        self.words = PlainLabel("", self, role="strong", wrap=True)
        self.words.setObjectName("standing_words")
        self.due = PlainLabel("", self)
        self.due.setObjectName("standing_due")
        self.money = PlainLabel("", self, role="muted", wrap=True)
        self.money.setObjectName("standing_money")
        self._to = ""
        self.next = QPushButton("", self)
        self.next.setObjectName("move_on")
        self.next.setProperty("kind", "primary")
        self.next.clicked.connect(self._on_next)
        self.other = QPushButton("Something else happened", self)
        self.other.setObjectName("move_aside")
        self.other.setProperty("kind", "quiet")
        self.other.setMenu(QMenu(self.other))
        moves = QHBoxLayout()
        moves.addWidget(self.next)
        moves.addWidget(self.other)
        moves.addStretch(1)
        line = QHBoxLayout()
        line.addWidget(self.words, 1)
        line.addWidget(self.due)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(8)
        column.addWidget(self.bar)
        column.addLayout(line)
        column.addWidget(self.money)
        column.addLayout(moves)

    def show_standing(self, standing: Standing) -> None:
        self.bar.show_stage(standing.stage, ended=standing.state in lifecycle.ENDED)
        since = f" since {show_date(standing.since)}" if standing.since else ""
        self.words.setText(f"{standing.label}{since}")
        self.due.setText(standing.due)
        late = standing.due.endswith("late")
        self.due.setProperty("chip", "late" if late else "neutral")
        self.due.style().unpolish(self.due)
        self.due.style().polish(self.due)
        self.due.setVisible(bool(standing.due))
        parts = (f"{what} {much}".replace(" ", _FIXED_SPACE) for what, much in standing.money)
        # No sign between them: it would stand alone at the end of a line that breaks.
        self.money.setText(f"{_FIXED_SPACE * 4} ".join(parts))
        self.money.setVisible(bool(standing.money))
        self._show_moves(standing.ways)

    def _show_moves(self, ways: tuple[str, ...]) -> None:
        """One button for the way that leads on; what else may happen is in the menu beside it."""
        self.next.setVisible(bool(ways))
        self.other.setVisible(len(ways) > 1)
        if not ways:
            return
        self.next.setText(_VERBS[ways[0]])
        self.next.setToolTip(lifecycle.STATES[ways[0]].meaning)
        self._to = ways[0]
        menu = self.other.menu()
        menu.clear()
        for to in ways[1:]:
            action = QAction(_VERBS[to], menu)
            action.setObjectName(f"move_{to}")
            action.triggered.connect(partial(self.move_requested.emit, to))
            menu.addAction(action)

    def _on_next(self) -> None:
        self.move_requested.emit(self._to)


class ProjectPage(DetailView):
    """The page of an ASEAN Cooperation Project; two tabs hold its money and its results."""

    def __init__(self, context: Context, entity_name: str, parent: QWidget | None = None) -> None:
        super().__init__(context, entity_name, parent)
        self.money = MoneyView(context, project_money.page, self.tabs, entities=("project",))
        self.money.post_wanted.connect(self._on_post)
        self.tabs.add_own(self.money, "Money")
        self.results = ResultsView(context, "project", self.tabs)
        self.tabs.add_own(self.results, "Results by period")

    def dress_overview(self) -> None:
        self.standing: Standing | None = None
        self.panel = StandingPanel(self.form.widget())
        self.panel.move_requested.connect(self._on_move_requested)
        self.lessons = LessonsPanel(self.context, self.form.widget())
        self.form.put_above(self.lessons)
        self.form.put_above(self.panel)

    def load_extra(self) -> record_page.Extra:
        return partial(_stand, clock.today(self.context.db.clock))

    def show_extra(self, page: RecordPage) -> str:
        self.standing = page.extra["standing"]
        self.panel.show_standing(self.standing)
        self.panel.setEnabled(not self.context.db.read_only)
        self.money.show_record(page.record)
        self.results.show_record(page.record.id)
        self.lessons.show_lessons(page.extra["lessons"])
        return self.standing.clock

    def on_changed(self, applied: Applied) -> None:
        super().on_changed(applied)
        self.money.on_changed(applied)
        self.results.on_changed(applied)

    def _on_post(self) -> None:
        if self.record is not None:
            kind = entity("fund_transaction")
            new_record(self.context, kind, {"project": self.record.id}, self.window())

    def _on_move_requested(self, to: str) -> None:
        if self.record is None or self.standing is None:
            return
        self.form.flush()
        dialog = ProjectMoveDialog(self.context, self.record, self.standing, to, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()


def _stand(today: Any, c: Connection, record: Record) -> dict[str, Any]:
    standing = project_standing.standing(c, record, today)
    early = standing.state in BEFORE_APPROVAL
    return {"standing": standing, "lessons": lessons.similar(c, record) if early else []}
