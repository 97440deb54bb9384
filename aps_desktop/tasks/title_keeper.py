"""Has the index of titles catch up when the program has a moment: after a start, after writes."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, QTimer

from aps_desktop.tasks.runner import Runner

_SOON_MS = 3_000
_NEXT_MS = 100


class TitleKeeper(QObject):
    """Looks a while after the last write, and goes on as long as titles wait."""

    def __init__(self, runner: Runner, parent: QObject) -> None:
        super().__init__(parent)
        self._runner = runner
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._on_due)
        runner.changed.connect(self._on_changed)
        self._timer.start(_SOON_MS)

    def _on_changed(self, applied: object) -> None:
        del applied
        self._timer.start(_SOON_MS)

    def _on_due(self) -> None:
        from aps_desktop.services.title_catch_up import catch_up  # not before the first paint

        if self._runner.idle():
            self._runner.long(catch_up, self._on_done, self._on_failed, owner=self)
        else:
            self._timer.start(_SOON_MS)

    def _on_done(self, more: Any) -> None:
        if more:
            self._timer.start(_NEXT_MS)

    def _on_failed(self, error: Exception) -> None:
        """A file that is busy or full: search goes on without, and the next write tries again."""
        del error
