"""Conflicts: fields that were edited apart, settled one by one with one key each, or by office."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMenu,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from aps_desktop.db.queries import conflicts as in_conflict
from aps_desktop.domain.office_names import office_name, the_office
from aps_desktop.services import conflicts, records
from aps_desktop.services.conflicts import Conflict
from aps_desktop.services.merge_report import many
from aps_desktop.views.conflict_window_compare import CompareView
from aps_desktop.views.conflict_window_list import ConflictList
from aps_desktop.views.dialogs import ask
from aps_desktop.views.pane import PROPOSED, Pane, set_sizes
from aps_desktop.views.plain_label import PlainLabel
from aps_desktop.views.sync_pane_parts import button, empty_page, tell

if TYPE_CHECKING:
    from aps_desktop.db.connection import Connection
    from aps_desktop.db.engine import Database
    from aps_desktop.domain.changes import Applied
    from aps_desktop.views.context import Context

_MOST = 500
_KEYS = (
    "Up and Down go through the list · 1 2 3 or B M T take a value · P takes both together · "
    "E types another · Enter settles and goes on (Ctrl+Enter in a long text) · "
    "Alt+A takes all of an office · Ctrl+Z opens the conflict again"
)
_NOTHING = (
    "When two offices edit the same field apart, both values stand here until somebody "
    "chooses. The choice travels to all offices."
)
Answers = list[tuple[Conflict, str | None]]


class ConflictsPane(Pane):
    """List at the left, the chosen conflict's values side by side at the right."""

    says_proposed = True

    def __init__(self, context: Context, key: str, title: str, area: str) -> None:
        super().__init__(context, key, title, area)
        self._stale = True
        self._to_list = False
        """Whether the keyboard goes to the list once there is one: it takes none while hidden."""
        self._found: list[Conflict] = []
        self._record = ""
        self._settled = 0
        """The step that is told above the list."""
        self._at = 0
        self.summary = PlainLabel("", self, role="heading")
        self.summary.setObjectName("conflicts_summary")
        self.told = PlainLabel("", self)
        self.told.setObjectName("conflicts_told")
        self.told.hide()
        self.take_back = button("Undo", "conflicts_undo", "quiet", self)
        self.take_back.hide()
        self.bulk = QPushButton("Take &all of", self)
        self.bulk.setObjectName("conflicts_bulk")
        self.menu = QMenu(self.bulk)
        self.menu.setObjectName("conflicts_offices")
        self.bulk.setMenu(self.menu)
        self.bulk.hide()
        # After what stands above it, in the order in which Tab goes.
        self.list = ConflictList(self)
        self.compare = CompareView(context, self)
        self.settle_button = button("Settle", "settle", "primary", self)
        self.settle_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._lay_out()
        self.list.shown.connect(self._on_shown)
        self.list.picked.connect(self.compare.pick)
        self.list.edit_requested.connect(self._on_edit)
        self.list.settle_requested.connect(self._on_settle)
        self.compare.settle_requested.connect(self._on_settle)
        self.compare.left.connect(self.list.setFocus)
        self.settle_button.clicked.connect(self._on_settle)
        self.take_back.clicked.connect(self._on_take_back)

    def _lay_out(self) -> None:
        right = QWidget(self)
        lines = QVBoxLayout(right)
        lines.setContentsMargins(0, 0, 0, 14)
        lines.setSpacing(4)
        lines.addWidget(self.compare, 1)
        foot = QHBoxLayout()
        foot.setContentsMargins(20, 0, 20, 0)
        foot.addWidget(PlainLabel(_KEYS, right, role="small", wrap=True), 1)
        foot.addWidget(self.settle_button, 0, Qt.AlignmentFlag.AlignBottom)
        lines.addLayout(foot)
        self._splitter = QSplitter(Qt.Orientation.Horizontal, self)
        self._splitter.setObjectName("conflicts_splitter")
        self._splitter.setChildrenCollapsible(False)
        self._splitter.addWidget(self.list)
        self._splitter.addWidget(right)
        self._splitter.setSizes([280, 900])
        self._splitter.setStretchFactor(1, 1)
        self._pages = QStackedWidget(self)
        self._pages.addWidget(QWidget(self))  # until it is known whether there are any
        self._pages.addWidget(empty_page("No conflicts", _NOTHING, self))
        self._pages.addWidget(self._splitter)
        head = QHBoxLayout()
        head.setContentsMargins(20, 12, 20, 10)
        head.addWidget(self.summary, 1)
        for widget in (self.told, self.take_back, self.bulk):
            head.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(self._pages, 1)

    # What the window asks -----------------------------------------------------------------------

    def activate(self) -> None:
        self.list.setFocus()
        self._to_list = not self.list.isVisible()
        if self._stale:
            self._read()

    def leave(self) -> None:
        self._to_list = False
        self._tell("")

    def on_changed(self, applied: Applied) -> None:
        self._stale = True
        if applied.number != self._settled:
            self._tell("")  # it may have been taken back
        if self.isVisible():
            self._read()

    def show_target(self, target: dict[str, Any]) -> None:
        self._record = str(target.get("record", ""))
        self._stale = True

    def save_state(self) -> dict[str, Any]:
        return {"sizes": self._splitter.sizes()}

    def restore_state(self, state: dict[str, Any]) -> None:
        set_sizes(self._splitter, state.get("sizes"))

    # Reading and showing ------------------------------------------------------------------------

    def _read(self) -> None:
        self._stale = False
        self.context.runner.query(_read, self._on_read, owner=self, key="conflicts")

    def _on_read(self, read: tuple[list[Conflict], int]) -> None:
        found, number = read
        now = self.list.conflict()
        self._found = found
        groups = len({one.record for one in found})
        words = f"{many(number, 'conflict')} in {many(groups, 'record')}"
        if number > len(found) > 0:
            words = f"{many(number, 'conflict')}, the first {len(found):,} shown"
        self.summary.setText(words if found else "Conflicts")
        self._pages.setCurrentIndex(2 if found else 1)
        if found and self._to_list:
            self.list.setFocus()
        self._to_list = False
        self._fill_menu()
        typing = self.compare.editor is not None and self.compare.editor.is_changed()
        if typing and now is not None and now in found:
            return  # somebody else's change came in: what is being typed stays
        self.list.show_conflicts(found, now.id if now else "", self._at)
        if self._record:
            self.list.show_record(self._record)
            self._record = ""

    def _fill_menu(self) -> None:
        self.menu.clear()
        offices = Counter(
            office for one in self._found for office in {v.office for v in one.versions}
        )
        for office, number in sorted(offices.items()):
            action = QAction(f"{office_name(office)} ({number:,})", self.menu)
            action.setData(office)
            action.triggered.connect(self._on_bulk)
            self.menu.addAction(action)
        self.bulk.setVisible(bool(self._found) and not self.context.db.read_only)
        self.settle_button.setEnabled(not self.context.db.read_only)

    def _on_shown(self, conflict: Conflict | None) -> None:
        if conflict is not None:
            self._at = self.list.place()
            self.compare.show_conflict(conflict)

    def _on_edit(self) -> None:
        if self.list.conflict() is not None:
            self.compare.edit()

    # Settling -----------------------------------------------------------------------------------

    def _on_settle(self) -> None:
        conflict = self.list.conflict()
        if conflict is None or self.context.db.read_only:
            return
        chosen, wire = self.compare.chosen()
        if chosen:
            self.list.setFocus()
            self._settle([(conflict, wire)])

    def _on_bulk(self) -> None:
        office = self.sender().data()
        answers = take_all(self._found, office)
        declined = sum(len(conflict.proposals) for conflict, _ in answers)
        text = (
            f"{many(len(answers), 'field gets', 'fields get')} the value that "
            f"{the_office(office)} gave. "
            + (
                f"{many(declined, 'proposal is', 'proposals are')} declined with it. "
                if declined
                else ""
            )
            + "This is one step, which can be undone, and it travels to all offices."
        )
        if ask("Settle them all?", text, f"Settle {many(len(answers), 'conflict')}",
               parent=self.window()):  # fmt: skip
            self._settle(answers)

    def _settle(self, answers: Answers) -> None:
        self.context.runner.mutate(
            partial(_settle, answers),
            partial(self._on_settled, answers[0][0]),
            self.context.show_failure,
            owner=self,
        )

    def _on_settled(self, conflict: Conflict, applied: Applied) -> None:
        self._settled = applied.number
        if applied.proposed:
            self._tell(PROPOSED)
            self.list.step()
            return
        words = f"Settled: {conflict.label} of {conflict.title}"
        if applied.label.endswith("conflicts"):
            words = f"Settled{applied.label.removeprefix('settle')}"
        self._tell(words, "ok")

    def _tell(self, words: str, status: str = "") -> None:
        """Says above the list what was done: a message at the foot would cover the next one."""
        tell(self.told, words, status)
        self.take_back.setVisible(bool(words))

    def _on_take_back(self) -> None:
        self._tell("")
        self.list.setFocus()
        self.context.runner.mutate(records.undo, None, self.context.show_failure)


def take_all(found: Sequence[Conflict], office: str) -> Answers:
    """An office's value for each conflict in which it gave one; once for each."""
    first: dict[tuple[UUID, str], tuple[Conflict, str | None]] = {}
    for conflict, wire in conflicts.take_office(found, office):
        first.setdefault((conflict.record, conflict.field), (conflict, wire))
    return list(first.values())


def _read(c: Connection) -> tuple[list[Conflict], int]:
    found = conflicts.open_conflicts(c, limit=_MOST)
    return found, len(found) if len(found) < _MOST else in_conflict.count(c)


def _settle(answers: Answers, db: Database) -> Applied:
    return conflicts.settle(db, answers)
