"""The results framework of a project or programme: entering and reviewing values by period."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from aps_desktop.domain.changes import Applied
from aps_desktop.domain.clock import today
from aps_desktop.models.results_grid_model import ResultsGridModel
from aps_desktop.services.indicator_goals import Aim
from aps_desktop.services.indicator_values import APPROVE, RETURN, SUBMIT, Entered, Place, Reviewed
from aps_desktop.services.results_grid import ResultsGrid
from aps_desktop.views import results_view_work as work
from aps_desktop.views.comment_dialog import ask_comment
from aps_desktop.views.context import ATTENTION, INFO, Context
from aps_desktop.views.form_host import FormHost
from aps_desktop.views.plain_label import PlainLabel
from aps_desktop.views.results_drawer import WIDTH, ResultsDrawer
from aps_desktop.views.results_table import ResultsTable

_TOUCHES = frozenset(
    {"indicator", "indicator_value", "target", "result", "value_amendment", "period_calendar"}
)
_EMPTY = (
    "No indicators yet. Add results and indicators in the tabs beside this one, or import the "
    "results framework from Excel: a column for each period is understood."
)
_BESIDE_FROM = 1150
_HOW = (
    "Type a value, baseline or target and press Enter; paste whole columns of values from Excel. "
    "All of it saves itself."
)


class ResultsView(QWidget):
    """`kind` is "project" or "programme"; the grid is read when it is seen."""

    def __init__(self, context: Context, kind: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._kind = kind
        self._id: UUID | None = None
        self._year: int | None = None
        self._state: UUID | None = None
        self._filling = False
        self._stale = True
        self.setObjectName("results")
        self.setProperty("ground", "surface")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.model = ResultsGridModel(self)
        self.table = ResultsTable(self.model, self)
        self.drawer = ResultsDrawer(self)
        self._host = FormHost(context, self)
        self.year = self._combo("results_year", "Year")
        self.state = self._combo("results_state", "Whose values")
        self.problem = PlainLabel("", self, wrap=True)
        self.problem.setObjectName("results_problem")
        self.problem.setProperty("status", "late")
        self.problem.hide()
        self.corrects = self._button(
            "It is a correction", "enter_correction",
            "Saves the lower value, marked as a correction", self._on_falls,
        )  # fmt: skip
        self.corrects.hide()
        self.empty = PlainLabel(_EMPTY, self, role="muted", wrap=True)
        self.empty.hide()
        self._lay_out()
        self._connect()

    def _combo(self, name: str, words: str) -> QComboBox:
        combo = QComboBox(self)
        combo.setObjectName(name)
        combo.setAccessibleName(words)
        combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        return combo

    def _button(self, words: str, name: str, tip: str, act: Any) -> QPushButton:
        button = QPushButton(words, self)
        button.setObjectName(name)
        button.setAccessibleName(words.rstrip("…"))
        button.setToolTip(tip)
        button.clicked.connect(act)
        return button

    def _lay_out(self) -> None:
        self._split = QSplitter(Qt.Orientation.Horizontal, self)
        self._split.setObjectName("results_split")
        self._split.setChildrenCollapsible(False)
        self._split.addWidget(self.table)
        self._split.addWidget(self.drawer)
        self._split.setStretchFactor(0, 1)
        self._split.setStretchFactor(1, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 8)
        column.setSpacing(8)
        column.addLayout(self._bar())
        column.addWidget(PlainLabel(_HOW, self, role="small"))
        column.addWidget(self.empty)
        column.addWidget(self._split, 1)
        below = QHBoxLayout()
        below.addWidget(self.problem, 1)
        below.addWidget(self.corrects)
        column.addLayout(below)
        self.setFocusProxy(self.table)

    def _bar(self) -> QHBoxLayout:
        bar = QHBoxLayout()
        bar.setSpacing(8)
        bar.addWidget(self.year)
        bar.addWidget(self.state)
        bar.addStretch(1)
        self.submit = self._button(
            "Submit", "submit_values", "Sends the chosen values to review (Ctrl+Return)",
            partial(self._review, SUBMIT),
        )  # fmt: skip
        self.submit.setShortcut("Ctrl+Return")
        self.back = self._button(
            "Return…", "return_values", "Sends the chosen values back with a comment",
            partial(self._review, RETURN),
        )  # fmt: skip
        self.approve = self._button(
            "Approve", "approve_values", "Approves the chosen values (Ctrl+Shift+Return)",
            partial(self._review, APPROVE),
        )  # fmt: skip
        self.approve.setShortcut("Ctrl+Shift+Return")
        for button in (self.submit, self.back, self.approve):
            bar.addWidget(button)
        return bar

    def _connect(self) -> None:
        self.model.typed.connect(self._on_typed)
        self.model.baseline_typed.connect(self._on_baseline)
        self.model.target_typed.connect(self._on_target)
        self.table.pasted.connect(self._on_typed)
        self.table.cell_chosen.connect(self._on_cell)
        self.table.editor_left.connect(self._on_editor_left)
        self.table.indicator_opened.connect(self._on_indicator)
        self.year.currentIndexChanged.connect(self._on_choice)
        self.state.currentIndexChanged.connect(self._on_choice)
        self.drawer.part_typed.connect(self._on_part)
        self.drawer.comment_typed.connect(self._on_comment)
        self.drawer.evidence_chosen.connect(self._on_evidence)
        self.drawer.evidence_opened.connect(self._host.open_file)
        self.drawer.correction_wanted.connect(self._on_correction)
        self.drawer.decided.connect(self._on_decided)

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        """Where there is little width, the drawer lies below the grid and takes what it leaves."""
        beside = self.width() >= _BESIDE_FROM
        self._split.setOrientation(Qt.Orientation.Horizontal if beside else Qt.Orientation.Vertical)
        if beside:
            self._split.setSizes([self.width() - WIDTH, WIDTH])
            return
        whole = self._split.height()
        rows = self.model.rowCount() * self.table.verticalHeader().defaultSectionSize()
        grid = min(rows + self.table.horizontalHeader().height() + 24, round(whole * 0.64))
        self._split.setSizes([grid, whole - grid])

    # Reading ------------------------------------------------------------------------------------

    def show_record(self, id: UUID) -> None:
        """Takes the project or programme; it is read when the tab is seen."""
        if id != self._id:
            self._id = id
            self._year = None
            self.model.forget()
            self.drawer.show_cell(None)
            self._say_problem()
        self._stale = True
        if self.isVisible():
            self.read()

    def on_changed(self, applied: Applied) -> None:
        """Refreshes when something that the grid shows was written."""
        if _TOUCHES & applied.touched.keys():
            self._stale = True
            if self.isVisible():
                self.read()

    def showEvent(self, event: object) -> None:
        super().showEvent(event)
        if self._stale:
            self.read()

    def read(self) -> None:
        if self._id is None:
            return
        self._stale = False
        day = today(self._context.db.clock)
        self._context.runner.query(
            partial(work.load, self._kind, self._id, day, self._year, self._state),
            self._on_read,
            self._context.show_failure,
            owner=self,
            key="grid",
        )

    def _on_read(self, grid: ResultsGrid) -> None:
        if self.table.state() == QAbstractItemView.State.EditingState:
            self._stale = True
            return
        at = self.table.currentIndex()
        place = at.row(), at.column()
        self._filling = True
        self._fill(self.year, [(str(year), year) for year in grid.years], grid.year)
        whose = [("Values of the whole", None)]
        whose += [(f"Values of {name}", id) for id, name in grid.states]
        self._fill(self.state, whose, self._state)
        self._filling = False
        self._year = grid.year
        self.model.show(grid, self._state)
        self.empty.setVisible(not grid.lines)
        self._split.setVisible(bool(grid.lines))
        self._arrange()
        if place[0] >= 0 and place[0] < self.model.rowCount():
            self.table.setCurrentIndex(self.model.index(*place))
        self._on_cell()
        more = f"{grid.more:,} more indicators are in the list of indicators." if grid.more else ""
        self._say_problem(more)

    def _on_indicator(self, row: int) -> None:
        line = self.model.line(row)
        if line.row is not None:
            self._context.show_record("indicator", line.row.id)

    def _on_editor_left(self) -> None:
        if self._stale:
            self.read()

    def _fill(self, combo: QComboBox, items: list[tuple[str, Any]], chosen: Any) -> None:
        there = [(combo.itemText(n), combo.itemData(n)) for n in range(combo.count())]
        if there != items:
            combo.clear()
            for words, data in items:
                combo.addItem(words, data)
        at = next((n for n, (_, data) in enumerate(items) if data == chosen), 0)
        combo.setCurrentIndex(at)

    def _on_choice(self) -> None:
        if not self._filling:
            self._year, self._state = self.year.currentData(), self.state.currentData()
            self.drawer.show_cell(None)
            self.read()

    def _on_cell(self) -> None:
        chosen = bool(self.table.chosen_values())
        writable = chosen and not self._context.db.read_only
        for button in (self.submit, self.back, self.approve):
            button.setEnabled(writable)
        self._read_cell()

    def _read_cell(self) -> None:
        at = self.table.currentIndex()
        place = self.model.place(at.row(), at.column()) if at.isValid() else None
        if place is None:
            self._read_sums()
            return
        self._context.runner.query(
            partial(work.cell, place.indicator, place.period, self._state),
            self.drawer.show_cell,
            self._context.show_failure,
            owner=self,
            key="cell",
        )

    def _read_sums(self) -> None:
        """The line of a result, or of all, shows what its indicators add up to in that period."""
        at = self.table.currentIndex()
        period = self.model.period(at.column()) if at.isValid() else None
        line = self.model.line(at.row()) if at.isValid() else None
        if period is None or line is None or (line.result is None and not line.total):
            self.drawer.show_cell(None)
            return
        load = partial(work.all_sums, self._kind, self._id, period)
        if line.result is not None:
            load = partial(work.sums, line.result, period)
        self._context.runner.query(
            load, self.drawer.show_sums, self._context.show_failure, owner=self, key="cell"
        )

    # Writing ------------------------------------------------------------------------------------

    def _on_typed(self, cells: list[tuple[Place, str]], *, correction: bool = False) -> None:
        self.model.settled([place for place, _ in cells])
        self._context.runner.mutate(
            partial(work.enter, cells, correction), self._on_entered, self._context.show_failure
        )

    def _on_falls(self) -> None:
        """What was refused because it falls is saved as a correction: the officer has said so."""
        self._on_typed(self.model.falls(), correction=True)
        self.table.setFocus()

    def _on_baseline(self, indicator: UUID, text: str) -> None:
        self._mutate(partial(work.baseline, indicator, text))

    def _on_target(self, aim: Aim, text: str) -> None:
        """A target that is there is revised, with a reason; nothing is written without one."""
        reason = ""
        if aim.revises and text.strip():
            reason = ask_comment(
                "Revise the target",
                f"Why is it {text.strip()} now? The first target stays beside the new one.",
                "Revise", self,
            )  # fmt: skip
            if not reason:
                return
        self._mutate(partial(work.target, aim, text, reason))

    def _on_part(self, place: Place, text: str) -> None:
        self._on_typed([(place, text)])

    def _on_entered(self, result: tuple[Applied, Entered]) -> None:
        entered = result[1]
        self.model.refuse(entered.refused)
        self._say_problem()
        if entered.amendments:
            number = entered.amendments
            words = "1 value waits" if number == 1 else f"{number:,} values wait"
            self._context.say(
                f"The period is locked: {words} as an amendment, the old value stays.", ATTENTION
            )
        elif entered.doubts:
            self._context.say(f"Saved. {entered.doubts[0]}", ATTENTION)
        if entered.refused and not result[0].number:
            self.read()

    def _say_problem(self, other: str = "") -> None:
        words = self.model.problem()
        self.problem.setText(f"✕ Not saved: {words}" if words else other)
        self.problem.setVisible(bool(words or other))
        self.corrects.setVisible(bool(self.model.falls()))

    def _on_comment(self, id: UUID, text: str) -> None:
        self._mutate(partial(work.annotate, id, "comment", text or None))

    def _on_evidence(self, id: UUID, path: Path) -> None:
        self._mutate(partial(work.attach, id, path))

    def _on_correction(self, id: UUID) -> None:
        self._mutate(partial(work.correct, id))

    def _on_decided(self, id: UUID, accept: bool) -> None:
        if accept:
            self._mutate(partial(work.decide, id, True, ""))
            return
        comment = ask_comment("Reject the amendment", "Why is it rejected?", "Reject", self)
        if comment:
            self._mutate(partial(work.decide, id, False, comment))

    def _review(self, to: str) -> None:
        ids = self.table.chosen_values()
        if not ids:
            return
        comment = ""
        if to == RETURN:
            comment = ask_comment("Return values", "What is to be done?", "Return", self)
            if not comment:
                return
        self._context.runner.mutate(
            partial(work.reviewed, ids, to, comment),
            self._on_reviewed,
            self._context.show_failure,
        )

    def _on_reviewed(self, result: tuple[Applied, Reviewed]) -> None:
        applied, reviewed = result
        if reviewed.refused:
            self._context.say(reviewed.refused[0], ATTENTION)
        elif not applied.number:
            self._context.say("These values are in that state already.", INFO)

    def _mutate(self, change: Any) -> None:
        self._context.runner.mutate(change, None, self._context.show_failure)
