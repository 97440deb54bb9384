"""To settle: equal codes and names, lost references, circles; and what was united."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from aps_desktop.domain.entities import entity
from aps_desktop.models.rows_model import RowsModel
from aps_desktop.services import duplicates, records, uniting
from aps_desktop.services.duplicates import Issue
from aps_desktop.services.merge_report import many
from aps_desktop.services.uniting import Duplicate
from aps_desktop.views import unite_dialog
from aps_desktop.views.changes_table import rows_table
from aps_desktop.views.pane import ReadingPane
from aps_desktop.views.plain_label import PlainLabel
from aps_desktop.views.sync_pane_parts import button, empty_page

if TYPE_CHECKING:
    from aps_desktop.db.connection import Connection
    from aps_desktop.db.engine import Database
    from aps_desktop.db.queries.lists import Filter
    from aps_desktop.domain.changes import Applied
    from aps_desktop.views.context import Context

_WORDS = (
    "Each edit below was right by itself; together they do not fit. Nothing was refused or lost: "
    "all offices see the same list until somebody settles it."
)
_NOTHING = (
    "Equal codes, two records of one organisation, references to what was deleted and circles in "
    "a tree are listed here when merging brings them about."
)
_STAYS = {
    duplicates.EDITED_AFTER_UNITING: "&Leave as it is",
    duplicates.EDITED_AFTER_DELETION: "&Keep it",
}
_UNITES = (duplicates.SAME_CODE, duplicates.SAME_NAME)
_Found = tuple[list[Issue], list[Duplicate]]


class IssuesPane(ReadingPane):
    """A table of what is to be settled; below it what was united."""

    def __init__(self, context: Context, key: str, title: str, area: str) -> None:
        super().__init__(context, key, title, area)
        self._record = ""
        self.rows = RowsModel(("Record", "Kind of record", "What", "In words"), parent=self)
        self.table = rows_table("issues_table", "To settle", self.rows, (200, 140, 190, 0), self)
        self.united_rows = RowsModel(("Duplicate", "Kind of record", "Shown as"), parent=self)
        self.united = rows_table(
            "united_table", "United records", self.united_rows, (300, 160, 0), self
        )
        self.words = PlainLabel("", self, wrap=True)
        self.words.setObjectName("issue_words")
        self.summary = PlainLabel("To settle", self, role="heading")
        self.summary.setObjectName("issues_summary")
        self.unite = button("&Unite these two…", "issue_unite", "primary", self)
        self.open = button("&Open the record", "issue_open", "", self)
        self.leave_it = button("&Leave as it is", "issue_leave", "", self)
        self.separate = button("&Separate again", "issue_separate", "", self)
        self.stack = QStackedWidget(self)
        self._lay_out()
        self.unite.clicked.connect(self._on_unite)
        self.open.clicked.connect(self._on_open)
        self.leave_it.clicked.connect(self._on_leave)
        self.separate.clicked.connect(self._on_separate)
        self.table.activated.connect(self._on_open)
        for table in (self.table, self.united):
            table.selectionModel().selectionChanged.connect(self._on_selection)
        self._on_selection()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.summary, 1)
        for one in (self.open, self.leave_it, self.unite):
            head.addWidget(one)
        below = QWidget(self)
        title = QHBoxLayout()
        title.addWidget(PlainLabel("United records", below, role="section"), 1)
        title.addWidget(self.separate)
        lines = QVBoxLayout(below)
        lines.setContentsMargins(0, 8, 0, 0)
        lines.addLayout(title)
        lines.addWidget(self.united, 1)
        self.below = below
        splitter = QSplitter(Qt.Orientation.Vertical, self)
        splitter.setObjectName("issues_splitter")
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(self.stack)
        splitter.addWidget(below)
        splitter.setSizes([420, 180])
        self.stack.addWidget(self.table)
        self.stack.addWidget(empty_page("Nothing to settle", _NOTHING, self))
        words = PlainLabel(_WORDS, self, role="muted", wrap=True)
        words.setMaximumWidth(760)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 16)
        layout.setSpacing(10)
        layout.addLayout(head)
        layout.addWidget(words)
        layout.addWidget(splitter, 1)
        layout.addWidget(self.words)

    # What the window asks -----------------------------------------------------------------------

    def first(self) -> QWidget:
        return self.table

    def show_target(self, target: dict[str, Any]) -> None:
        self._record = str(target.get("record", ""))
        self.stale = True

    # Reading and showing ------------------------------------------------------------------------

    def ask(self) -> None:
        self.context.runner.query(_read, self._on_read, owner=self, key="issues")

    def _on_read(self, found: _Found) -> None:
        issues, united = found
        at = max(self.table.currentIndex().row(), 0)
        self.rows.show([(one, _row(one)) for one in issues])
        self.united_rows.show(
            [(one, (one.title, entity(one.entity).label, one.into_title)) for one in united]
        )
        self.stack.setCurrentIndex(0 if issues else 1)
        self.below.setVisible(bool(united))
        self.summary.setText(f"{many(len(issues), 'thing')} to settle" if issues else "To settle")
        if issues:
            ids = [one.record.hex for one in issues]
            named = ids.index(self._record) if self._record in ids else at
            self.table.selectRow(min(named, len(issues) - 1))
        self._record = ""
        self._on_selection()

    def _issue(self) -> Issue | None:
        rows = self.table.selectionModel().selectedRows()
        return self.rows.thing(rows[0].row()) if rows else None

    def _duplicate(self) -> Duplicate | None:
        rows = self.united.selectionModel().selectedRows()
        return self.united_rows.thing(rows[0].row()) if rows else None

    def _on_selection(self) -> None:
        issue, writable = self._issue(), not self.context.db.read_only
        self.words.setText(issue.words if issue is not None else "")
        self.open.setEnabled(issue is not None)
        several = 1 + len(issue.others) if issue is not None and issue.kind in _UNITES else 0
        all_of_them = "both" if several == 2 else f"all {several:,}"
        self.open.setText(f"&Open {all_of_them} in the list" if several else "&Open the record")
        self.leave_it.setVisible(writable and issue is not None and issue.kind in _STAYS)
        if issue is not None:
            self.leave_it.setText(_STAYS.get(issue.kind, ""))
        self.unite.setEnabled(
            writable and issue is not None and issue.kind in _UNITES and entity(issue.entity).unites
        )
        self.separate.setEnabled(writable and self._duplicate() is not None)

    # Settling -----------------------------------------------------------------------------------

    def _on_open(self) -> None:
        issue = self._issue()
        if issue is not None and issue.kind in _UNITES:
            self.context.runner.query(
                partial(duplicates.concerned, issue=issue),
                partial(self._on_concerned, issue),
                owner=self,
                key="concerned",
            )
        elif issue is not None:
            self.context.show_record(issue.entity, issue.record)

    def _on_concerned(self, issue: Issue, those: Filter) -> None:
        self.context.show_list(issue.entity, (those,))

    def _on_unite(self) -> None:
        issue = self._issue()
        if issue is not None:
            ids = (issue.record, issue.others[0])
            unite_dialog.open_for(self.context, issue.entity, ids, self)

    def _on_leave(self) -> None:
        issue = self._issue()
        if issue is not None:
            self.context.runner.mutate(
                partial(_leave, issue),
                partial(self._on_left, issue),
                self.context.show_failure,
                owner=self,
            )

    def _on_left(self, issue: Issue, applied: Applied) -> None:
        words = f"“{issue.title}” stays as it is."
        if applied.proposed:
            words = "Proposed to the office that owns the record; it decides."
        self.context.say(words, "ok")

    def _on_separate(self) -> None:
        one = self._duplicate()
        if one is not None:
            self.context.runner.mutate(
                partial(_separate, one.entity, one.id),
                partial(self._on_separated, one.title),
                self.context.show_failure,
                owner=self,
            )

    def _on_separated(self, title: str, _applied: Applied) -> None:
        self.context.say(f"“{title}” stands for itself again.", "ok", "Undo", self._undo)

    def _undo(self) -> None:
        self.context.runner.mutate(records.undo, None, self.context.show_failure)


def _read(c: Connection) -> _Found:
    return duplicates.issues(c), uniting.united(c)


def _leave(issue: Issue, db: Database) -> Applied:
    if issue.kind == duplicates.EDITED_AFTER_DELETION:
        return duplicates.keep(db, issue)
    return uniting.leave(db, issue.entity, issue.others[0])


def _separate(name: str, id: UUID, db: Database) -> Applied:
    return uniting.separate(db, name, id)


def _row(one: Issue) -> tuple[str, ...]:
    return one.title, entity(one.entity).label, duplicates.KINDS[one.kind], one.words
