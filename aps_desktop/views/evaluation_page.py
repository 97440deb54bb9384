"""An evaluation's page: from each finding over recommendation and response to the action."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QGridLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from aps_desktop.db.connection import Connection
from aps_desktop.db.engine import Database
from aps_desktop.domain.changes import Applied
from aps_desktop.domain.clock import today
from aps_desktop.domain.entities import entity
from aps_desktop.domain.values import show_date
from aps_desktop.services import evaluations
from aps_desktop.services.evaluations import RESPONSES, Step
from aps_desktop.services.record_page import RecordPage
from aps_desktop.views import status_look
from aps_desktop.views.context import OK, Context
from aps_desktop.views.detail_view import DetailView
from aps_desktop.views.plain_label import PlainLabel

_TOUCHES = frozenset({"finding", "recommendation", "action_item"})
_HEADS = ("Finding", "Recommendation", "Response", "Action")
_EMPTY = (
    "Nothing was found yet. Add findings and recommendations in the tabs beside this one; here "
    "each is answered and becomes an action."
)
_CARD_FROM = 760


class ChainView(QScrollArea):
    """One row for each recommendation; what has no recommendation yet comes last."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._id: UUID | None = None
        self.steps: list[Step] = []
        self.setObjectName("evaluation_chain")
        self.setAccessibleName("From findings to actions")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setProperty("ground", "surface")

    def show_record(self, id: UUID) -> None:
        self._id = id
        self._context.runner.query(
            partial(_read, id), self._on_read, self._context.show_failure, owner=self, key="chain"
        )

    def on_changed(self, applied: Applied) -> None:
        if self._id is not None and _TOUCHES & applied.touched.keys():
            self.show_record(self._id)

    def _on_read(self, steps: list[Step]) -> None:
        self.steps = steps
        page = QWidget(self)
        page.setProperty("ground", "surface")
        page.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(page)
        column.setContentsMargins(16, 14, 16, 16)
        column.setSpacing(10)
        if not steps:
            column.addWidget(PlainLabel(_EMPTY, page, role="muted", wrap=True))
        for number, step in enumerate(steps):
            column.addWidget(self._card(page, number, step))
        column.addStretch(1)
        old = self.takeWidget()
        if old is not None:
            old.deleteLater()
        self.setWidget(page)

    def _card(self, parent: QWidget, number: int, step: Step) -> QFrame:
        card = QFrame(parent)
        card.setObjectName(f"chain_{number}")
        card.setProperty("card", True)
        grid = QGridLayout(card)
        grid.setContentsMargins(14, 12, 14, 12)
        grid.setHorizontalSpacing(20)
        grid.setVerticalSpacing(6)
        parts = (
            self._finding(card, step),
            self._recommendation(card, step),
            self._response(card, step),
            self._action(card, step),
        )
        across = self.width() >= _CARD_FROM
        for at, (head, part) in enumerate(zip(_HEADS, parts, strict=True)):
            row, col = (0, at) if across else (2 * (at // 2), at % 2)
            grid.addWidget(PlainLabel(head, card, role="section"), row, col)
            grid.addWidget(part, row + 1, col, Qt.AlignmentFlag.AlignTop)
            grid.setColumnStretch(col, 1)
        return card

    def _finding(self, card: QWidget, step: Step) -> QWidget:
        box, column = _box(card)
        words = step.finding or "Not named"
        column.addWidget(PlainLabel(words, box, role="" if step.finding else "muted", wrap=True))
        if step.kind:
            label = entity("finding").field("kind").choice_label(step.kind)
            column.addWidget(PlainLabel(label, box, role="small"))
        return box

    def _recommendation(self, card: QWidget, step: Step) -> QWidget:
        box, column = _box(card)
        if step.id is None:
            column.addWidget(PlainLabel("None yet", box, role="muted"))
            return box
        words = f"{step.number} {step.text}".strip()
        column.addWidget(PlainLabel(words, box, wrap=True))
        if step.priority:
            label = entity("recommendation").field("priority").choice_label(step.priority)
            column.addWidget(PlainLabel(f"{label} priority", box, role="small"))
        opened = _quiet(box, "Open", "open_recommendation")
        opened.clicked.connect(partial(self._context.show_record, "recommendation", step.id))
        column.addWidget(opened, 0, Qt.AlignmentFlag.AlignLeft)
        return box

    def _response(self, card: QWidget, step: Step) -> QWidget:
        box, column = _box(card)
        if step.id is None:
            return box
        combo = QComboBox(box)
        combo.setObjectName("response")
        combo.setAccessibleName("Response")
        for key, label in RESPONSES:
            combo.addItem(label, key)
        combo.setCurrentIndex(max(0, combo.findData(step.response)))
        line = QLineEdit(step.response_text, box)
        line.setObjectName("response_text")
        line.setAccessibleName("Response in words")
        line.setPlaceholderText("In words")
        line.setCursorPosition(0)
        give = partial(self._on_answer, step, combo, line)
        combo.activated.connect(give)
        line.editingFinished.connect(give)
        column.addWidget(combo)
        column.addWidget(line)
        for widget in (combo, line):
            widget.setEnabled(not self._context.db.read_only)
        return box

    def _action(self, card: QWidget, step: Step) -> QWidget:
        box, column = _box(card)
        if step.id is None:
            return box
        if step.action is None:
            self._make_button(box, column, step)
            return box
        chip = PlainLabel(
            entity("action_item").field("status").choice_label(step.action_status), box
        )
        chip.setProperty("chip", self._hue(step))
        column.addWidget(chip, 0, Qt.AlignmentFlag.AlignLeft)
        due = f"due {show_date(step.due)}" if step.due else ""
        words = ", ".join(part for part in (step.who, due) if part)
        column.addWidget(PlainLabel(words or "Nobody named", box, role="small", wrap=True))
        opened = _quiet(box, "Open the action", "open_action")
        opened.clicked.connect(partial(self._context.show_record, "action_item", step.action))
        column.addWidget(opened, 0, Qt.AlignmentFlag.AlignLeft)
        return box

    def _hue(self, step: Step) -> str:
        done = step.action_status in ("done", "dropped", "cancelled")
        if not done and step.due is not None and step.due < today(self._context.db.clock):
            return "late"
        return status_look.hue(step.action_status)

    def _make_button(self, box: QWidget, column: QVBoxLayout, step: Step) -> None:
        if step.response == "rejected":
            column.addWidget(PlainLabel("Not accepted", box, role="muted"))
            return
        button = QPushButton("Make an action of it", box)
        button.setObjectName("make_action")
        button.setAccessibleName("Make an action of this recommendation")
        button.setEnabled(not self._context.db.read_only)
        button.clicked.connect(partial(self._on_make, step.id))
        column.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)

    def _on_answer(self, step: Step, combo: QComboBox, line: QLineEdit, *_: Any) -> None:
        response, words = combo.currentData(), line.text().strip()
        if (response, words) == (step.response, step.response_text):
            return
        if response == "rejected" and not words:
            line.setPlaceholderText("Say why it is not accepted")
            line.setFocus()
            return
        self._context.runner.mutate(
            partial(_answer, step.id, response, words), None, self._context.show_failure
        )

    def _on_make(self, id: UUID) -> None:
        self._context.runner.mutate(partial(_make, id), self._on_made, self._context.show_failure)

    def _on_made(self, applied: Applied) -> None:
        del applied
        self._context.say("Made an action: it is followed up like those of meetings.", OK)


class EvaluationPage(DetailView):
    """The page of an evaluation; its second tab is the follow-up."""

    def __init__(self, context: Context, entity_name: str, parent: QWidget | None = None) -> None:
        super().__init__(context, entity_name, parent)
        self.chain = ChainView(context, self.tabs)
        self.tabs.add_own(self.chain, "Follow-up")

    def on_changed(self, applied: Applied) -> None:
        super().on_changed(applied)
        self.chain.on_changed(applied)

    def show_extra(self, page: RecordPage) -> str:
        self.chain.show_record(page.record.id)
        return ""


def _box(parent: QWidget) -> tuple[QWidget, QVBoxLayout]:
    box = QWidget(parent)
    column = QVBoxLayout(box)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(6)
    return box, column


def _quiet(parent: QWidget, words: str, name: str) -> QPushButton:
    button = QPushButton(words, parent)
    button.setObjectName(name)
    button.setAccessibleName(words)
    button.setProperty("kind", "quiet")
    return button


def _read(id: UUID, c: Connection) -> list[Step]:
    return evaluations.chain(c, id)


def _answer(id: UUID, response: str, words: str, db: Database) -> Applied:
    return evaluations.answer(db, id, response, words)


def _make(id: UUID, db: Database) -> Applied:
    return evaluations.make_action(db, id)
