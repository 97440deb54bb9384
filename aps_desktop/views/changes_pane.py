"""The audit browser: every step of every office, and what each changed."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from aps_desktop.models.rows_model import RowsModel
from aps_desktop.services import audit
from aps_desktop.services.audit import AuditChange, AuditStep
from aps_desktop.views.changes_table import rows_table
from aps_desktop.views.pane import Pane, set_sizes
from aps_desktop.views.plain_label import PlainLabel
from aps_desktop.views.status_bar import when

if TYPE_CHECKING:
    from aps_desktop.domain.changes import Applied
    from aps_desktop.views.context import Context

_PAGE = 200
_MOST_SHOWN = 300


class ChangesPane(Pane):
    """Steps above, the chosen step's changes below; a double click opens the record."""

    def __init__(self, context: Context, key: str, title: str, area: str) -> None:
        super().__init__(context, key, title, area)
        self._stale = True
        self._shown: list[AuditStep] = []
        self.steps = RowsModel(("When", "Officer", "Office", "What", "Changes"), numbers=(4,))
        self.changes = RowsModel(("Record", "What", "Field", "Before", "After"))
        for model in (self.steps, self.changes):
            model.setParent(self)
        self._office = _choice("changes_office", "Office", "All offices", self)
        self._officer = _choice("changes_officer", "Officer", "All officers", self)
        self._more = QPushButton("Show earlier steps", self)
        self._more.setObjectName("changes_more")
        self._more.setProperty("kind", "quiet")
        self._table = rows_table("steps_table", "Steps", self.steps, (150, 150, 90, 0, 80), self)
        self._detail = rows_table(
            "step_changes", "Changes of the step", self.changes, (240, 190, 150, 190, 0), self
        )
        self._what = PlainLabel("Choose a step to see what it changed", role="section")
        self._lay_out()
        self._table.selectionModel().currentRowChanged.connect(self._on_step_chosen)
        self._detail.activated.connect(self._on_change_opened)
        self._detail.doubleClicked.connect(self._on_change_opened)
        self._more.clicked.connect(self._on_more)
        self._office.currentIndexChanged.connect(self._read)
        self._officer.currentIndexChanged.connect(self._read)

    def _lay_out(self) -> None:
        filters = QHBoxLayout()
        filters.setContentsMargins(16, 12, 16, 10)
        filters.setSpacing(8)
        filters.addWidget(self._office)
        filters.addWidget(self._officer)
        filters.addStretch(1)
        filters.addWidget(self._more)
        below = QWidget(self)
        below_layout = QVBoxLayout(below)
        below_layout.setContentsMargins(0, 10, 0, 0)
        self._what.setContentsMargins(16, 0, 16, 0)
        below_layout.addWidget(self._what)
        below_layout.addWidget(self._detail)
        splitter = QSplitter(Qt.Orientation.Vertical, self)
        splitter.setObjectName("changes_splitter")
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(self._table)
        splitter.addWidget(below)
        splitter.setSizes([420, 240])
        self._splitter = splitter
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(filters)
        layout.addWidget(splitter, 1)

    def activate(self) -> None:
        self._table.setFocus()
        if self._stale:
            self.context.runner.query(audit.people, self._on_people, owner=self, key="people")
            self._read()

    def on_changed(self, applied: Applied) -> None:
        self._stale = True
        if self.isVisible():
            self._read()

    def save_state(self) -> dict[str, Any]:
        return {"sizes": self._splitter.sizes()}

    def restore_state(self, state: dict[str, Any]) -> None:
        set_sizes(self._splitter, state.get("sizes"))

    def _read(self) -> None:
        self._stale = False
        self.context.runner.query(
            partial(audit.page, **self._wanted()), self._on_page, owner=self, key="steps"
        )

    def _wanted(self) -> dict[str, Any]:
        return {
            "office": self._office.currentData() or "",
            "officer": self._officer.currentData() or "",
            "limit": _PAGE,
        }

    def _on_more(self) -> None:
        if self._shown:
            work = partial(audit.page, **self._wanted(), before=self._shown[-1].stamp)
            self.context.runner.query(work, self._on_more_page, owner=self, key="steps")

    def _on_page(self, steps: list[AuditStep]) -> None:
        self._shown = steps
        self.steps.show([_step_row(step) for step in steps])
        self._more.setVisible(len(steps) == _PAGE)
        if steps:
            self._table.selectRow(0)

    def _on_more_page(self, steps: list[AuditStep]) -> None:
        self._shown += steps
        self.steps.add([_step_row(step) for step in steps])
        self._more.setVisible(len(steps) == _PAGE)

    def _on_people(self, people: tuple[list[str], list[str]]) -> None:
        for box, names in zip((self._office, self._officer), people, strict=True):
            known = {box.itemData(at) for at in range(box.count())}
            for name in names:
                if name not in known:
                    box.addItem(name, name)

    def _on_step_chosen(self, index: QModelIndex) -> None:
        step = self.steps.thing(index.row())
        if step is None:
            return
        work = partial(audit.changes_of, device=step.device, number=step.number, limit=_MOST_SHOWN)
        self.context.runner.query(work, self._on_changes, owner=self, key="step")
        more = f", the first {_MOST_SHOWN}" if step.changes > _MOST_SHOWN else ""
        count = "1 change" if step.changes == 1 else f"{step.changes:,} changes"
        self._what.setText(f"{step.what} · {count}{more} · {step.device_name}")

    def _on_changes(self, changes: list[AuditChange]) -> None:
        rows = [(c, (c.record, c.event, c.field, c.old, c.new)) for c in changes]
        self.changes.show(rows)

    def _on_change_opened(self, index: QModelIndex) -> None:
        change = self.changes.thing(index.row())
        if change is not None and change.event != "Deleted":
            self.context.show_record(change.entity, change.id)


def _step_row(step: AuditStep) -> tuple[AuditStep, tuple[str, ...]]:
    at = datetime.fromtimestamp(step.at / 1000)
    now = datetime.now()
    shown = when(at, now) if (now - at).days < 2 else f"{when(at, now)} {at:%H:%M}"
    shown = shown[0].upper() + shown[1:]
    return step, (shown, step.officer or "–", step.office, step.what, f"{step.changes:,}")


def _choice(name: str, title: str, everything: str, parent: QWidget) -> QComboBox:
    box = QComboBox(parent)
    box.setObjectName(name)
    box.setAccessibleName(title)
    box.addItem(everything, "")
    box.setMinimumWidth(150)
    return box
