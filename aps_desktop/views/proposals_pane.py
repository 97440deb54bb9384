"""Proposals: what other offices want changed in this office's records, and what it asked others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from aps_desktop.domain.office_names import office_name
from aps_desktop.models.rows_model import RowsModel
from aps_desktop.services import proposals, records, text_merge
from aps_desktop.services.merge_report import many, moment
from aps_desktop.services.proposals import VALUE, Proposal
from aps_desktop.views.changes_table import rows_table
from aps_desktop.views.conflict_window_text import DiffView
from aps_desktop.views.pane import ReadingPane
from aps_desktop.views.plain_label import PlainLabel
from aps_desktop.views.sync_pane_parts import button, empty_page

if TYPE_CHECKING:
    from aps_desktop.db.connection import Connection
    from aps_desktop.db.engine import Database
    from aps_desktop.domain.changes import Applied
    from aps_desktop.views.context import Context

_WORDS = (
    "Only the office that made a record, or the secretariat, changes it. What others type into it "
    "waits here until it is accepted or declined; the answer travels in the next bundle."
)
_NOTHING = (
    "When another office edits a record of yours, or you one of theirs, the edit stands here until "
    "its owner answers."
)
Answer = Callable[["Database", Sequence[Proposal]], "Applied"]


class ProposalsPane(ReadingPane):
    """A table with the two answers; below it the difference of the chosen one."""

    says_proposed = True

    def __init__(self, context: Context, key: str, title: str, area: str) -> None:
        super().__init__(context, key, title, area)
        self._record = ""
        self._mine = False
        """Whether only those are shown that are decided here: so Today counted them."""
        self.rows = RowsModel(
            ("Record", "Field", "Now", "Proposed", "By", "When", "Who decides"), parent=self
        )
        self.table = rows_table(
            "proposals_table", "Proposals", self.rows, (140, 130, 190, 0, 200, 130, 100), self
        )
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.accept = button("&Accept", "proposal_accept", "primary", self)
        self.decline = button("&Decline", "proposal_decline", "", self)
        self.open = button("&Open the record", "proposal_open", "quiet", self)
        self.others = button("Show what &others decide too", "proposals_others", "quiet", self)
        self.others.hide()
        self.summary = PlainLabel("Proposals", self, role="heading")
        self.summary.setObjectName("proposals_summary")
        self.difference = DiffView("proposal_difference", "Difference", self)
        self._lay_out()
        self.accept.clicked.connect(self._on_accept)
        self.decline.clicked.connect(self._on_decline)
        self.open.clicked.connect(self._on_open)
        self.others.clicked.connect(self._on_others)
        self.table.activated.connect(self._on_open)
        self.table.selectionModel().selectionChanged.connect(self._on_selection)
        self._on_selection()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.summary, 1)
        for one in (self.others, self.open, self.decline, self.accept):
            head.addWidget(one)
        below = QWidget(self)
        lines = QVBoxLayout(below)
        lines.setContentsMargins(0, 8, 0, 0)
        lines.addWidget(PlainLabel("What it would change", below, role="section"))
        lines.addWidget(self.difference, 1)
        splitter = QSplitter(Qt.Orientation.Vertical, self)
        splitter.setObjectName("proposals_splitter")
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(self.table)
        splitter.addWidget(below)
        splitter.setSizes([420, 160])
        self.pages = QStackedWidget(self)
        self.pages.addWidget(splitter)
        self.pages.addWidget(empty_page("No proposals", _NOTHING, self))
        words = PlainLabel(_WORDS, self, role="muted", wrap=True)
        words.setMaximumWidth(760)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 16)
        layout.setSpacing(10)
        layout.addLayout(head)
        layout.addWidget(words)
        layout.addWidget(self.pages, 1)

    # What the window asks -----------------------------------------------------------------------

    def first(self) -> QWidget:
        return self.table

    def show_target(self, target: dict[str, Any]) -> None:
        self._record = str(target.get("record", ""))
        self._mine = bool(target.get("mine"))
        self.stale = True

    # Reading and showing ------------------------------------------------------------------------

    def ask(self) -> None:
        self.context.runner.query(_read, self._on_read, owner=self, key="proposals")

    def _on_others(self) -> None:
        self._mine = False
        self.table.setFocus()  # the button goes
        self.read()

    def _on_read(self, waiting: list[Proposal]) -> None:
        at = max(self.table.currentIndex().row(), 0)
        found = [one for one in waiting if not self._mine or (one.may_answer and not one.own)]
        self.others.setVisible(len(found) < len(waiting))
        self.rows.show([(one, _row(one)) for one in found])
        mine = sum(one.may_answer and not one.own for one in found)
        words = f"{many(mine, 'proposal')} for you to decide" if mine else "Proposals"
        self.summary.setText(words)
        self.pages.setCurrentIndex(0 if found else 1)
        rows = [row for row, one in enumerate(found) if one.record.hex == self._record]
        self._record = ""
        if found:
            self.table.selectRow(rows[0] if rows else min(at, len(found) - 1))
        self._on_selection()

    def _chosen(self) -> list[Proposal]:
        rows = sorted(index.row() for index in self.table.selectionModel().selectedRows())
        return [one for row in rows if (one := self.rows.thing(row)) is not None]

    def _on_selection(self) -> None:
        chosen = self._chosen()
        writable = bool(chosen) and not self.context.db.read_only
        own = bool(chosen) and all(one.own for one in chosen)
        answerable = all(one.may_answer and not one.own for one in chosen)
        self.accept.setEnabled(writable and answerable)
        self.decline.setEnabled(writable and (own or answerable))
        self.decline.setText("Withdra&w" if own else "&Decline")
        self.open.setEnabled(len(chosen) == 1)
        self.difference.show_pieces(_pieces(chosen[0]) if chosen else ())

    # Answering ----------------------------------------------------------------------------------

    def _on_accept(self) -> None:
        self._answer(proposals.accept, "Accepted")

    def _on_decline(self) -> None:
        own = all(one.own for one in self._chosen())
        self._answer(proposals.decline, "Withdrawn" if own else "Declined")

    def _answer(self, answer: Answer, word: str) -> None:
        chosen = self._chosen()
        if chosen:
            self.table.setFocus()
            self.context.runner.mutate(
                partial(_answer, answer, chosen),
                partial(self._on_answered, word, chosen),
                self.context.show_failure,
                owner=self,
            )

    def _on_answered(self, word: str, answered: Sequence[Proposal], applied: Applied) -> None:
        skipped = f" {'; '.join(applied.skipped)}." if applied.skipped else ""
        words = f"{word}: {many(len(answered), 'proposal')}.{skipped}"
        # Undo passes over declined deletions and the like: what is there is only said again.
        if word == "Accepted" or any(one.event == VALUE for one in answered):
            self.context.say(words, "ok", "Undo", self._undo)
        else:
            self.context.say(words, "ok")

    def _undo(self) -> None:
        self.context.runner.mutate(records.undo, None, self.context.show_failure)

    def _on_open(self) -> None:
        chosen = self._chosen()
        if chosen:
            self.context.show_record(chosen[0].entity, chosen[0].record)


def _read(c: Connection) -> list[Proposal]:
    """Those to decide here first."""
    return sorted(proposals.waiting(c), key=lambda one: one.own or not one.may_answer)


def _answer(answer: Answer, chosen: Sequence[Proposal], db: Database) -> Applied:
    return answer(db, chosen)


def _row(one: Proposal) -> tuple[str, ...]:
    proposed = one.words[0].upper() + one.words[1:]
    if one.also:
        proposed += f", with {many(len(one.also), 'part')}"
    by = " · ".join(part for part in (office_name(one.office), one.officer) if part)
    decides = "You" if one.may_answer and not one.own else office_name(one.owner)
    now = one.now.replace("\n", " ")
    return (one.title, one.label, now, proposed.replace("\n", " "), by, moment(one.at), decides)


def _pieces(one: Proposal) -> list[text_merge.Piece]:
    if one.event == VALUE and (len(one.now) + len(one.value)) < 60_000:
        return text_merge.compare(one.now, one.value)
    return [text_merge.Piece("same", f"{one.words[0].upper()}{one.words[1:]}")]
