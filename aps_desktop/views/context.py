"""What every pane is given: the database, the runner, the kept state, and how to reach others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import QObject, Signal

from aps_desktop.domain.errors import UserError

if TYPE_CHECKING:
    from aps_desktop.db.engine import Database
    from aps_desktop.db.queries.lists import Filter
    from aps_desktop.tasks.chart_renderer import ChartRenderer
    from aps_desktop.views.ui_state import UiState

INFO, OK, ATTENTION, LATE = "info", "ok", "attention", "late"
"""The kinds of a message; they choose its colour, its icon and how long it stays."""


class Context(QObject):
    """Shared by all panes of one window. Panes never hold one another, they ask through here.

    `message` carries (text, kind, action label, callback): the callback runs when the officer
    presses the action's button. `open_list` carries (entity, filters) with a sequence of
    `lists.Filter`, `open_place` a place's key and where in it, `restore_wanted` the path of a
    backup that is to replace the database,
    `passphrase_wanted` the present passphrase and the new one (empty: none).
    `handed_over` carries the `updates.Handover` with which the program ends.
    `command_wanted` names a command of `shortcuts.COMMANDS`. `runner.changed` tells what was
    written, `theme_changed` that colours differ. `db` is None before there is a database, for the
    one dialog that needs none (an update).
    """

    message = Signal(str, str, str, object)
    open_record = Signal(str, object)
    open_list = Signal(str, object)
    open_pane = Signal(str)
    open_place = Signal(str, object)
    theme_changed = Signal()
    restore_wanted = Signal(object)
    passphrase_wanted = Signal(str, str)
    backup_made = Signal()
    officer_named = Signal(str)
    command_wanted = Signal(str)
    handed_over = Signal(object)

    def __init__(
        self, db: Database | None, runner: QObject, ui_state: UiState, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("context")
        self.db = db
        self.runner = runner
        self.ui_state = ui_state
        self._charts: ChartRenderer | None = None

    def charts(self) -> ChartRenderer:
        """The processes that draw charts; the first call makes them ready to start."""
        if self._charts is None:
            from aps_desktop.tasks.chart_renderer import ChartRenderer

            self._charts = ChartRenderer(self)
        return self._charts

    def end(self) -> None:
        """Called once, when the window closes."""
        if self._charts is not None:
            self._charts.shutdown()

    def say(
        self,
        text: str,
        kind: str = INFO,
        action: str = "",
        callback: Callable[[], object] | None = None,
    ) -> None:
        """Shows a message at the foot of the window, with one button where `action` names it."""
        self.message.emit(text, kind, action, callback)

    def show_failure(self, error: BaseException) -> None:
        """A refusal in words; anything else is a bug and goes to the error window."""
        if isinstance(error, UserError):
            self.say(str(error), ATTENTION)
        else:
            raise error

    def show_record(self, entity: str, id: UUID) -> None:
        """Asks the window to open a record."""
        self.open_record.emit(entity, id)

    def show_list(self, entity: str, filters: Sequence[Filter] = ()) -> None:
        """Asks the window to open an entity's list, narrowed."""
        self.open_list.emit(entity, tuple(filters))
