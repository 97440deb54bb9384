"""What the windows about IATI share: the list of problems, and work that runs beside the window."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from aps_desktop.domain.entities import BY_NAME, entity
from aps_desktop.exchange.iati_problem import ERROR, Problem
from aps_desktop.models.rows_model import RowsModel
from aps_desktop.views.changes_table import rows_table
from aps_desktop.views.plain_label import PlainLabel
from aps_desktop.views.sync_pane_parts import button, tell

if TYPE_CHECKING:
    from aps_desktop.tasks.jobs import Job
    from aps_desktop.views.context import Context

_LEVELS = {ERROR: "✕ Error"}
_ADVICE = "! Advice"
MOST = 1_000


class ProblemTable(QWidget):
    """Problems with line, activity and element; `record_wanted` carries (entity, id) of a click."""

    record_wanted = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("iati_problems")
        self.rows = RowsModel(
            ("Line", "", "Activity", "Where", "What is wrong", "Record"), numbers=(0,), parent=self
        )
        self.table = rows_table(
            "iati_problem_table", "Problems", self.rows, (64, 80, 190, 130, 0, 110), self
        )
        self.detail = PlainLabel("", self, wrap=True)
        self.detail.setObjectName("iati_problem_detail")
        self.more = PlainLabel("", self, role="small")
        self.hint = PlainLabel("Enter or a double click opens the record.", self, role="small")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        for widget in (self.table, self.detail, self.hint, self.more):
            layout.addWidget(widget)
        layout.setStretch(0, 1)
        self.table.activated.connect(self._on_activated)
        self.table.selectionModel().currentRowChanged.connect(self._on_row)

    def show_problems(self, problems: Sequence[Problem], count: int) -> None:
        """The first of them, errors before advice; `count` is how many there are."""
        ordered = sorted(problems, key=lambda one: (one.level != ERROR, one.line))[:MOST]
        self.rows.show([(one, _line(one)) for one in ordered])
        for column, shown in (
            (2, any(one.activity for one in ordered)), (5, any(one.record for one in ordered)),
        ):  # fmt: skip
            self.table.setColumnHidden(column, not shown)
        self.hint.setVisible(not self.table.isColumnHidden(5))
        self.detail.setText("")
        if ordered:
            self.table.selectRow(0)
        left = count - len(ordered)
        self.more.setText(f"And {left:,} more." if left > 0 else "")
        self.more.setVisible(left > 0)

    def _on_row(self, index: object) -> None:
        """The whole sentence, where the table has no room for it."""
        problem = self.rows.thing(index.row())
        self.detail.setText(problem.message if problem else "")

    def _on_activated(self, index: object) -> None:
        problem = self.rows.thing(index.row())
        name, _, id = problem.record.partition(" ") if problem else ("", "", "")
        if name in BY_NAME:
            self.record_wanted.emit(name, UUID(id))


def _line(one: Problem) -> tuple[str, ...]:
    name = one.record.partition(" ")[0]
    record = entity(name).label if name in BY_NAME else ""
    level = _LEVELS.get(one.level, _ADVICE)
    return f"{one.line:,}", level, one.activity, one.element, one.message, record


class IatiWindow(QDialog):
    """A window with a heading, what went wrong, a bar while it works, a page and buttons."""

    def __init__(
        self, name: str, title: str, context: Context, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.context = context
        self._job: Job | None = None
        self._closing = "Close"
        self.setObjectName(name)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.heading = PlainLabel(title, self, role="title", wrap=True)
        self.heading.setObjectName(f"{name}_heading")
        self.problem = PlainLabel("", self, wrap=True)
        self.problem.setObjectName(f"{name}_problem")
        self.problem.hide()
        self.doing = PlainLabel("", self, role="muted")
        self.bar = QProgressBar(self)
        self.bar.setAccessibleName("Progress")
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(6)
        self.page = QWidget(self)
        self.foot = QHBoxLayout()
        self.foot.setSpacing(8)
        self.close_button = button("Close", f"{name}_close", "", self)
        self.close_button.clicked.connect(self.reject)
        self.foot.addStretch(1)
        self.foot.addWidget(self.close_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 18)
        layout.setSpacing(12)
        for widget in (self.heading, self.problem, self.doing, self.bar):
            layout.addWidget(widget)
        layout.addWidget(self.page, 1)
        layout.addLayout(self.foot)
        self._rest()

    def busy(self) -> bool:
        """Whether something is being read, checked or written."""
        return self._job is not None

    def begin(self, heading: str, work: object, done: Callable[[object], None]) -> None:
        """Starts work beside the window; `done` gets its result."""
        self.heading.setText(heading)
        tell(self.problem, "")
        self.bar.setRange(0, 0)
        self.bar.show()
        self.doing.setText("")
        self.doing.show()
        self.page.setEnabled(False)
        self._closing = self.close_button.text()
        self.close_button.setText("Stop")
        over = False

        def ended(result: object) -> None:
            nonlocal over
            over = True
            self._rest()
            done(result)

        def failed(error: Exception) -> None:
            nonlocal over
            over = True
            self._rest()
            self.failed(error)

        job = self.context.runner.long(
            work, ended, failed, owner=self, progressed=self._on_progress
        )
        self._job = None if over else job

    def failed(self, error: Exception) -> None:
        """A refusal stands above the page; anything else is a bug and goes to its window."""
        if not hasattr(error, "hint"):
            raise error
        tell(self.problem, str(error), "late")

    def _rest(self) -> None:
        self._job = None
        self.bar.hide()
        self.doing.hide()
        self.page.setEnabled(True)
        self.close_button.setText(self._closing)

    def _on_progress(self, done: int, of: int, words: str) -> None:
        self.doing.setText(words)
        scale = 1 << max(0, of.bit_length() - 30)  # the bar counts to two thousand million
        self.bar.setRange(0, of // scale if of > 1 else 0)
        self.bar.setValue(done // scale)

    def done(self, result: int) -> None:
        """However the window closes: work that nobody waits for ends."""
        if self._job is not None:
            self._job.cancel()
            self._job = None
        super().done(result)
