"""Uniting two records: which one stays, what it takes over, what moves to it; then one step."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QHBoxLayout,
    QRadioButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from aps_desktop.domain.entities import entity
from aps_desktop.domain.office_names import the_office
from aps_desktop.services import records, uniting
from aps_desktop.services.merge_report import many
from aps_desktop.services.uniting import Plan
from aps_desktop.views.fitting import fit
from aps_desktop.views.plain_label import PlainLabel
from aps_desktop.views.sync_pane_parts import button, put_inside, said

if TYPE_CHECKING:
    from aps_desktop.db.connection import Connection
    from aps_desktop.db.engine import Database
    from aps_desktop.domain.changes import Applied
    from aps_desktop.views.context import Context

_WORDS = (
    "One of the two stays. Whatever refers to the other one shows it from now on, here and in "
    "later bundles of all offices. This is one step; it can be undone, and taken back later under "
    "Sync, “To settle”."
)


class UniteDialog(QDialog):
    """Two plans, one for each direction; the chosen one is shown and done."""

    def __init__(self, context: Context, plans: Sequence[Plan], parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("unite_dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._context, self._plans = context, tuple(plans)
        self._boxes: dict[str, QCheckBox] = {}
        kind = entity(plans[0].entity)
        title = f"Unite two {kind.plural.lower()}"
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.choices = [self._choice(at, one) for at, one in enumerate(plans)]
        self.scroll = QScrollArea(self)
        self.scroll.setObjectName("unite_preview")
        self.scroll.setAccessibleName("What will happen")
        self.scroll.setWidgetResizable(True)
        self.unite = button("&Unite", "unite", "primary", self)
        self.unite.setDefault(True)
        self.unite.clicked.connect(self._on_unite)
        self._lay_out(title)
        self.choices[0].setChecked(True)
        self._show()
        fit(self, 620, 560)

    def _choice(self, at: int, plan: Plan) -> QRadioButton:
        words = plan.into_title.replace("&", "&&")
        made = QRadioButton(f"Keep “{words}”", self)
        made.setObjectName(f"keep_{at + 1}")
        made.setAccessibleName(f"Keep {plan.into_title}")
        made.toggled.connect(self._show)
        return made

    def _lay_out(self, title: str) -> None:
        leave = button("Cancel", "unite_cancel", "", self)
        leave.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(leave)
        buttons.addWidget(self.unite)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 18)
        layout.setSpacing(10)
        layout.addWidget(PlainLabel(title, self, role="heading"))
        layout.addWidget(PlainLabel(_WORDS, self, role="muted", wrap=True))
        for one in self.choices:
            layout.addWidget(one)
        layout.addWidget(self.scroll, 1)
        layout.addLayout(buttons)

    @property
    def plan(self) -> Plan:
        return self._plans[0 if self.choices[0].isChecked() else 1]

    def _show(self) -> None:
        plan, page = self.plan, QWidget(self)
        self._boxes = {}
        lines = QVBoxLayout(page)
        lines.setContentsMargins(12, 10, 12, 10)
        lines.setSpacing(6)
        if plan.proposes:
            owner = the_office(plan.owner)
            words = f"The other one belongs to {owner}, which decides."
            lines.addWidget(said(words, "attention", page))
        if not plan.moves:
            lines.addWidget(PlainLabel("Nothing refers to the other one yet.", page, role="muted"))
        for name, number in plan.moves.items():
            kind = entity(name)
            words = many(number, kind.label.lower(), kind.plural.lower())
            lines.addWidget(PlainLabel(f"{words} will show it", page))
        if plan.takes:
            lines.addWidget(PlainLabel("It takes over what it leaves empty", page, role="section"))
        for taken in plan.takes:
            box = QCheckBox(f"{taken.label}: {_short(taken.value)}".replace("&", "&&"), page)
            box.setObjectName(f"take_{taken.field}")
            box.setAccessibleName(f"Take over {taken.label}: {taken.value}")
            box.setChecked(True)
            self._boxes[taken.field] = box
            lines.addWidget(box)
        if plan.differs:
            lines.addWidget(PlainLabel("Both say something: its own stays", page, role="section"))
        for one in plan.differs:
            words = f"{one.label}: “{_short(one.kept)}” stays, “{_short(one.left)}” in the history"
            lines.addWidget(PlainLabel(words, page, wrap=True))
        lines.addStretch(1)
        put_inside(self.scroll, page)

    def _on_unite(self) -> None:
        take = tuple(name for name, box in self._boxes.items() if box.isChecked())
        self.unite.setEnabled(False)
        self._context.runner.mutate(
            partial(_unite, self.plan, take), self._on_done, self._on_failed, owner=self
        )

    def _on_failed(self, error: Exception) -> None:
        self.unite.setEnabled(True)
        self._context.show_failure(error)

    def _on_done(self, _applied: Applied) -> None:
        runner, failed = self._context.runner, self._context.show_failure

        def undo() -> None:
            runner.mutate(records.undo, None, failed)

        self._context.say(f"United with {_short(self.plan.into_title)}.", "ok", "Undo", undo)
        self.accept()


def open_for(context: Context, name: str, ids: Sequence[UUID], parent: QWidget) -> None:
    """Looks at both directions in the background, then opens the dialog."""

    def ready(plans: list[Plan]) -> None:
        UniteDialog(context, plans, parent).open()

    context.runner.query(
        partial(_plans, name, tuple(ids)), ready, context.show_failure, owner=parent
    )


def _plans(name: str, ids: tuple[UUID, ...], c: Connection) -> list[Plan]:
    """The one that more records refer to stays, unless the officer says otherwise."""
    first, second = ids[:2]
    plans = [uniting.plan(c, name, second, first), uniting.plan(c, name, first, second)]
    return sorted(plans, key=lambda plan: sum(plan.moves.values()))


def _unite(plan: Plan, take: Sequence[str], db: Database) -> Applied:
    return uniting.unite(db, plan, take)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:59]}…"
