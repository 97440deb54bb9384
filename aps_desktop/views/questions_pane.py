"""Questions about money: one press each, and every figure opens the rows that make it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from aps_desktop.services import question_sheets
from aps_desktop.services.question_sheets import ASKINGS, BY_NAME, OPTION_LABELS, Answered
from aps_desktop.views import sheet_export
from aps_desktop.views.context import INFO
from aps_desktop.views.figures_table import FiguresTable
from aps_desktop.views.form_host import FormHost
from aps_desktop.views.money_view import open_figure
from aps_desktop.views.pane import Pane, set_sizes
from aps_desktop.views.plain_label import PlainLabel
from aps_desktop.views.questions_filters import QuestionFilters, State, scope_of
from aps_desktop.views.record_header import restyle

if TYPE_CHECKING:
    from aps_desktop.db.connection import Connection
    from aps_desktop.domain.changes import Applied
    from aps_desktop.views.context import Context

_NAME = int(Qt.ItemDataRole.UserRole)
_WATCHED = frozenset(
    "fund_transaction project fund partner member_state body programme work_plan_line work_plan "
    "pipeline_proposal exchange_rate framework_node".split()
)


class QuestionsPane(Pane):
    """The questions at the left, the answer beside them."""

    def __init__(self, context: Context, key: str, title: str, area: str) -> None:
        super().__init__(context, key, title, area)
        self._stale = True
        self._answered: Answered | None = None
        self._chosen: dict[str, dict[str, str]] = {}
        self.list = self._questions()
        self.heading = PlainLabel("", self, role="heading", wrap=True)
        self.heading.setObjectName("question_title")
        self.words = PlainLabel("", self, role="muted", wrap=True)
        self.options: dict[str, QComboBox] = {}
        self._options_row = QHBoxLayout()
        self.filters = QuestionFilters(FormHost(context, self), self)
        self.filters.changed.connect(self.read)
        self.table = FiguresTable("answer_table", "Answer", self)
        self.table.opened.connect(partial(open_figure, context))
        self.table.export_wanted.connect(self._on_export)
        self.refused = PlainLabel("", self, wrap=True)
        self.refused.setObjectName("answer_refused")
        self.refused.setProperty("status", "attention")
        self.why = PlainLabel("", self, role="small", wrap=True)
        self.why.setObjectName("answer_why")
        self.buttons = {
            name: self._button(name, words, act)
            for name, words, act in (
                ("missing", "Show what is missing", self._on_missing),
                ("rates", "Enter rates", self._on_rates),
                ("copy", "Copy", self._on_copy),
                ("export", "Export…", self._on_export),
            )
        }
        self._lay_out()
        self.list.currentItemChanged.connect(self._on_question)
        self.list.setCurrentRow(0)

    def _questions(self) -> QListWidget:
        made = QListWidget(self)
        made.setObjectName("questions")
        made.setAccessibleName("Questions")
        made.setMinimumWidth(180)
        for one in ASKINGS:
            item = QListWidgetItem(one.title, made)
            item.setData(_NAME, one.name)
            item.setToolTip(one.words)
            item.setSizeHint(QSize(0, 32))
        return made

    def _button(self, name: str, words: str, act: object) -> QPushButton:
        made = QPushButton(words, self)
        made.setObjectName(f"answer_{name}")
        made.setProperty("kind", "quiet")
        made.setAutoDefault(False)
        made.clicked.connect(act)
        return made

    def _lay_out(self) -> None:
        side = QWidget(self)
        side.setProperty("ground", "surface")
        beside = QVBoxLayout(side)
        beside.setContentsMargins(8, 14, 8, 8)
        beside.addWidget(self.list)
        answer = QWidget(self)
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(self.heading, 1)
        top.addLayout(self._options_row)
        lack = QHBoxLayout()
        lack.addWidget(self.refused, 1)
        lack.addWidget(self.buttons["missing"])
        lack.addWidget(self.buttons["rates"])
        foot = QHBoxLayout()
        foot.addWidget(self.why, 1)
        foot.addWidget(self.buttons["copy"], 0, Qt.AlignmentFlag.AlignTop)
        foot.addWidget(self.buttons["export"], 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(answer)
        column.setContentsMargins(18, 14, 14, 10)
        column.setSpacing(8)
        column.addLayout(top)
        column.addWidget(self.words)
        column.addWidget(self.filters)
        column.addWidget(self.table, 1)
        column.addLayout(lack)
        column.addLayout(foot)
        self._splitter = QSplitter(Qt.Orientation.Horizontal, self)
        self._splitter.setObjectName("questions_splitter")
        self._splitter.setChildrenCollapsible(False)
        self._splitter.addWidget(side)
        self._splitter.addWidget(answer)
        self._splitter.setSizes([190, 930])
        self._splitter.setStretchFactor(1, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._splitter)

    # What the window asks -----------------------------------------------------------------------

    def activate(self) -> None:
        self.list.setFocus()
        if self._stale:
            self.read()

    def on_changed(self, applied: Applied) -> None:
        if _WATCHED & applied.touched.keys():
            self._stale = True
            if self.isVisible():
                self.read()

    def show_target(self, target: dict[str, Any]) -> None:
        if target.get("question") in BY_NAME:
            self.choose(target["question"])

    def target(self) -> dict[str, Any]:
        return {"question": self.question()}

    def save_state(self) -> dict[str, Any]:
        return {
            "question": self.question(), "options": self._chosen, "sizes": self._splitter.sizes(),
        }  # fmt: skip

    def restore_state(self, state: dict[str, Any]) -> None:
        options = state.get("options")
        if isinstance(options, dict):
            self._chosen = {
                name: {str(k): str(v) for k, v in kept.items()}
                for name, kept in options.items()
                if name in BY_NAME and isinstance(kept, dict)
            }
        set_sizes(self._splitter, state.get("sizes"))
        self.choose(str(state.get("question", "")))
        self._show_options()

    def question(self) -> str:
        """The name of the question that is open."""
        return str(self.list.currentItem().data(_NAME))

    def choose(self, name: str) -> None:
        """Opens a question."""
        for row in range(self.list.count()):
            if self.list.item(row).data(_NAME) == name:
                self.list.setCurrentRow(row)

    # Asking -------------------------------------------------------------------------------------

    def _on_question(self) -> None:
        self._show_options()
        self.words.setText(BY_NAME[self.question()].words)
        self.heading.setText(BY_NAME[self.question()].title)
        self.read()

    def _show_options(self) -> None:
        for old in self.options.values():
            self._options_row.removeWidget(old)
            old.hide()
            old.deleteLater()
        self.options = {}
        kept = self._chosen.get(self.question(), {})
        for option, choices in question_sheets.options(self.question()).items():
            box = QComboBox(self)
            box.setObjectName(f"option_{option}")
            box.setAccessibleName(OPTION_LABELS[option].rstrip(":"))
            for key, label in choices:
                box.addItem(f"{OPTION_LABELS[option]} {label.lower()}", key)
            box.setCurrentIndex(max(0, box.findData(kept.get(option, ""))))
            box.currentIndexChanged.connect(self._on_option)
            self._options_row.addWidget(box)
            box.show()
            self.options[option] = box

    def _on_option(self) -> None:
        self._chosen[self.question()] = {n: b.currentData() for n, b in self.options.items()}
        self.read()

    def read(self) -> None:
        """Asks the question that is open."""
        if not self.isVisible():
            self._stale = True
            return
        self._stale = False
        chosen = {name: box.currentData() for name, box in self.options.items()}
        self.context.runner.query(
            partial(_ask, self.question(), self.filters.state(), chosen),
            self._on_answered, self.context.show_failure, owner=self, key="answer",
        )  # fmt: skip

    def _on_answered(self, answered: Answered) -> None:
        self._answered = answered
        self.heading.setText(answered.title)
        self.table.setAccessibleName(answered.title)
        self.table.show_sheet(answered.sheet)
        self.why.setText("How it is counted: " + " ".join(answered.explained))
        self.refused.setText(answered.sheet.refused)
        self.refused.setVisible(bool(answered.sheet.refused))
        restyle(self.refused)
        self.buttons["missing"].setVisible(answered.sheet.missing is not None)
        self.buttons["rates"].setVisible(bool(answered.sheet.refused))
        for name in ("copy", "export"):
            self.buttons[name].setEnabled(bool(answered.sheet.lines))

    # What is asked for --------------------------------------------------------------------------

    def _on_missing(self) -> None:
        if self._answered is not None and self._answered.sheet.missing is not None:
            open_figure(self.context, self._answered.sheet.missing)

    def _on_rates(self) -> None:
        self.context.open_pane.emit("rates")

    def _on_copy(self) -> None:
        self.table.copy_all()
        self.context.say("The table is copied.", INFO)

    def _on_export(self) -> None:
        if self._answered is not None:
            over = sheet_export.heading(
                self.context, self._answered.title, self.filters.words(),
                " ".join(self._answered.explained),
            )  # fmt: skip
            sheet_export.export(self.context, self._shown(), over, self.window())

    def _shown(self) -> Any:
        """The answer in the order in which it is shown, with what was refused."""
        from dataclasses import replace

        shown = self.table.figures.shown()
        return replace(shown, refused=self._answered.sheet.refused if self._answered else "")


def _ask(name: str, state: State, chosen: dict[str, str], c: Connection) -> Answered:
    return question_sheets.ask(c, name, scope_of(c, state), chosen)
