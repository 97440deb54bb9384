"""What a question about money is narrowed to: years, pillar, body, payer, fund, and a day."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QPushButton, QVBoxLayout, QWidget

from aps_desktop.db.connection import Connection
from aps_desktop.domain.entities.vocabularies import PILLARS
from aps_desktop.domain.errors import InvalidValue
from aps_desktop.domain.fields import Field, Kind
from aps_desktop.domain.values import show_date
from aps_desktop.services.funding import Scope
from aps_desktop.views.editors import Editor, editor_for
from aps_desktop.views.editors.flow import FlowLayout
from aps_desktop.views.form_host import FormHost
from aps_desktop.views.plain_label import PlainLabel

_RECORDS = (
    ("bodies", "body", "Body"),
    ("partners", "partner", "Partner"),
    ("states", "member_state", "Member state"),
    ("funds", "fund", "Fund"),
)
_WIDTH = 114
_DAY_WIDTH = 142
_BACK, _AHEAD = 9, 2
"""Years before and after this one that are offered."""

State = tuple[Any, str, tuple[tuple[str, UUID], ...], date | None]
"""Years (first and last, or None), pillar, the records by their kind, and the day."""
_NOTHING: State = (None, "", (), None)


class QuestionFilters(QWidget):
    """`changed` comes when something else is chosen."""

    changed = Signal()

    def __init__(self, host: FormHost, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._host = host
        self.setObjectName("question_filters")
        self.years = self._combo("years", "Years", self._spans(host.today().year))
        self.pillar = self._combo("pillar", "Pillar", [("All pillars", ""), *(
            (label, key) for key, label in PILLARS)])  # fmt: skip
        self.editors: dict[str, Editor] = {
            name: self._editor(Field(1, target, label, Kind.REFERENCE, target=target))
            for name, target, label in _RECORDS
        }
        self.as_of = self._editor(Field(1, "as_of", "As of", Kind.DATE))
        self.clear_button = QPushButton("Clear", self)
        self.clear_button.setObjectName("clear_filters")
        self.clear_button.setProperty("kind", "quiet")
        self.clear_button.clicked.connect(self.clear)
        self._told: State = _NOTHING
        flow = FlowLayout(self)
        flow.setSpacing(8)
        for label, widget in (
            ("Years", self.years), ("Pillar", self.pillar),
            *((label, self.editors[name]) for name, _, label in _RECORDS),
            ("As of", self.as_of),
        ):  # fmt: skip
            flow.addWidget(self._labelled(label, widget))
        flow.addWidget(self.clear_button)
        self._fit()

    def _combo(self, name: str, title: str, items: list[tuple[str, Any]]) -> QComboBox:
        box = QComboBox(self)
        box.setObjectName(f"filter_{name}")
        box.setAccessibleName(title)
        for label, key in items:
            box.addItem(label, key)
        box.setMaxVisibleItems(16)
        box.currentIndexChanged.connect(self._on_changed)
        return box

    def _editor(self, field: Field) -> Editor:
        made = editor_for(field, self._host, self)
        made.setObjectName(f"filter_{field.name}")
        made.set_value(None, {})
        made.line.setPlaceholderText("Any" if field.target else "Today")
        made.done.connect(self._on_changed)
        return made

    def _labelled(self, words: str, widget: QWidget) -> QWidget:
        holder = QWidget(self)
        label = PlainLabel(words, holder, role="small")
        label.setBuddy(widget)
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(label)
        column.addWidget(widget)
        holder.setFixedWidth(_DAY_WIDTH if widget is self.as_of else _WIDTH)
        return holder

    @staticmethod
    def _spans(year: int) -> list[tuple[str, Any]]:
        spans = [("All years", None), (str(year), (year, year))]
        for back in (2, 4):
            first = year - back
            spans.append((f"{first} – {year}", (first, year)))
        return spans + [
            (str(one), (one, one)) for one in range(year + _AHEAD, year - _BACK, -1) if one != year
        ]

    # What is chosen -----------------------------------------------------------------------------

    def clear(self) -> None:
        """Everything again."""
        for box in (self.years, self.pillar):
            box.blockSignals(True)
            box.setCurrentIndex(0)
            box.blockSignals(False)
        for editor in (*self.editors.values(), self.as_of):
            editor.set_value(None, {})
        self._on_changed()

    def day(self) -> date | None:
        """The day typed, None while there is none or it is no day."""
        try:
            value = self.as_of.value()
        except InvalidValue:
            return None
        return value if isinstance(value, date) else None

    def chosen(self) -> dict[str, UUID]:
        """By kind of record: the one chosen."""
        found = {}
        for name, editor in self.editors.items():
            try:
                value = editor.value()
            except InvalidValue:
                continue
            if isinstance(value, UUID):
                found[name] = value
        return found

    def state(self) -> State:
        """What is chosen, as plain values."""
        records = tuple(sorted(self.chosen().items()))
        return self.years.currentData(), self.pillar.currentData(), records, self.day()

    def words(self) -> str:
        """What is narrowed, as people say it; empty for everything."""
        parts = [box.currentText() for box in (self.years, self.pillar) if box.currentIndex() > 0]
        parts += [
            f"{label}: {self.editors[name].line.text()}"
            for name, _, label in _RECORDS
            if name in self.chosen()
        ]
        day = self.day()
        return " · ".join([*parts, *([f"as of {show_date(day)}"] if day else [])])

    def _fit(self) -> None:
        self.clear_button.setVisible(self._told != _NOTHING)

    def _on_changed(self) -> None:
        state = self.state()
        if state != self._told:
            self._told = state
            self._fit()
            self.changed.emit()


def scope_of(c: Connection, state: State) -> Scope:
    """What is counted, in a reading thread: records by their row numbers in this database."""
    years, pillar, records, day = state
    rids = {
        name: (c.value("SELECT rid FROM record WHERE uuid = ?", (id.bytes,)),)
        for name, id in records
    }
    return Scope(years, (pillar,) if pillar else (), as_of=day, **rids)
