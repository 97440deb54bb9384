"""On a project's page: what similar projects learned, while the proposal can still use it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from aps_desktop.services.lessons import Lesson
from aps_desktop.views import icons
from aps_desktop.views.context import Context
from aps_desktop.views.plain_label import PlainLabel

BEFORE_APPROVAL = frozenset(
    {"concept", "draft", "submitted", "under_appraisal", "returned", "endorsed", "final_approval"}
)
"""The states in which a proposal can still use what others learned."""


class LessonsPanel(QFrame):
    """Each lesson opens its record; hidden when there is none."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.setObjectName("lessons")
        self.setProperty("card", True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(12, 10, 12, 10)
        self._column.setSpacing(4)
        self._column.addWidget(PlainLabel("Lessons from similar projects", self, role="section"))
        self._lines: list[QWidget] = []
        self.hide()

    def show_lessons(self, lessons: Sequence[Lesson]) -> None:
        for line in self._lines:
            self._column.removeWidget(line)
            line.deleteLater()
        self._lines = [self._line(number, one) for number, one in enumerate(lessons)]
        for line in self._lines:
            self._column.addWidget(line)
        self.setVisible(bool(lessons))

    def _line(self, number: int, one: Lesson) -> QWidget:
        line = QWidget(self)
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(PlainLabel(one.text, line, wrap=True))
        about = " · ".join(part for part in (one.project, one.why) if part)
        words.addWidget(PlainLabel(about, line, role="small"))
        row.addLayout(words, 1)
        button = QToolButton(line)
        button.setObjectName(f"lesson_{number}")
        button.setIcon(icons.icon("chevron-right"))
        button.setAccessibleName(f"Open: {one.text}")
        button.setToolTip("Open it")
        button.clicked.connect(partial(self._context.show_record, one.entity, one.id))
        row.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        return line
