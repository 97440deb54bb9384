"""Editor of a set of member states: one box each, and the usual groups at one press."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from PySide6.QtWidgets import QCheckBox, QPushButton, QVBoxLayout, QWidget

from aps_desktop.domain.fields import Field
from aps_desktop.domain.values import Value
from aps_desktop.views.editors.base import Editor, EditorHost, Found
from aps_desktop.views.editors.flow import FlowLayout


class StatesEditor(Editor):
    """Which states there are comes from the database, the groups from the domain."""

    full_width = True

    def __init__(self, field: Field, host: EditorHost, parent: QWidget | None = None) -> None:
        super().__init__(field, host, parent)
        column = QVBoxLayout()
        column.setSpacing(4)
        self._group_row = FlowLayout()
        self._box_row = FlowLayout()
        self._box_row.setSpacing(12)
        column.addLayout(self._group_row)
        column.addLayout(self._box_row)
        self.row.addLayout(column)
        self.boxes: dict[UUID, QCheckBox] = {}
        self.group_buttons: dict[str, QPushButton] = {}
        self._groups: dict[str, frozenset[UUID]] = {}
        self._chosen: frozenset[UUID] = frozenset()
        host.find(field.target, "", self._on_states, self)

    def render(self, value: Value, labels: Mapping[UUID, str]) -> None:
        self._chosen = value if isinstance(value, frozenset) else frozenset()  # type: ignore[assignment]
        for id in self._chosen:
            if id not in self.boxes and self.boxes:
                self._add_box(id, labels.get(id, "(not here)"))
        self._tick()

    def is_changed(self) -> bool:
        return self._chosen != (self._stored or frozenset())

    def value(self) -> Value:
        return self._chosen

    def keep(self) -> Any:
        return sorted(id.hex for id in self._chosen)

    def recall(self, kept: Any) -> None:
        self._chosen = frozenset(UUID(hex) for hex in kept)
        self._tick()

    def choose(self, ids: frozenset[UUID]) -> None:
        """Ticks exactly these states."""
        self._chosen = ids
        self._tick()
        self.touched()

    def _on_states(self, found: Found) -> None:
        for id, label in found:
            if id not in self.boxes:
                self._add_box(id, label)
        for id in self._chosen - self.boxes.keys():
            self._add_box(id, self._labels.get(id, "(not here)"))
        self._tick()
        self.host.state_groups(self._on_groups, self)

    def _on_groups(self, groups: list[tuple[str, frozenset[UUID]]]) -> None:
        for name, ids in [*groups, ("None", frozenset())]:
            self._groups[name] = ids
            if name in self.group_buttons:
                continue
            button = QPushButton(name, self)
            button.setObjectName(f"{self.field.name}_{name.lower()}")
            button.setAutoDefault(False)
            button.setProperty("kind", "quiet")
            self.group_buttons[name] = button
            button.clicked.connect(self._on_group)
            self._group_row.addWidget(button)
            button.setAccessibleName(f"{self.field.label}: {name}")
            button.installEventFilter(self)

    def _add_box(self, id: UUID, label: str) -> None:
        box = QCheckBox(label.rsplit(" · ", maxsplit=1)[-1], self)
        box.setObjectName(f"{self.field.name}_{len(self.boxes)}")
        box.clicked.connect(self._on_clicked)
        self._box_row.addWidget(box)
        first = not self.boxes
        self.boxes[id] = box
        box.setAccessibleName(f"{self.field.label}: {label}")
        if first:
            self.watch(box)
        else:
            box.installEventFilter(self)

    def _tick(self) -> None:
        width = max((box.sizeHint().width() for box in self.boxes.values()), default=0)
        for id, box in self.boxes.items():
            box.setMinimumWidth(width)  # so that the boxes stand in columns
            box.setChecked(id in self._chosen)

    def _on_clicked(self) -> None:
        ticked = frozenset(id for id, box in self.boxes.items() if box.isChecked())
        self._chosen = ticked | (self._chosen - self.boxes.keys())
        self.touched()

    def _on_group(self) -> None:
        for name, button in self.group_buttons.items():
            if button is self.sender():
                self.choose(self._groups[name])
