"""What the window shows of the exchange everywhere: the number in the rail, the words at the foot.

And the way in: bundles that are opened, dropped, or named by the commands.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

if TYPE_CHECKING:
    from aps_desktop.services.sync_status import Counts
    from aps_desktop.views.context import Context
    from aps_desktop.views.navigation_rail import NavigationRail
    from aps_desktop.views.status_bar import StatusBar

_PAUSE_MS = 150
_BUNDLE, REQUEST, UPDATE = ".apsync", ".apsrequest", ".apsupdate"


class SyncCounts(QObject):
    """Counts conflicts, missing bundles and proposals again a moment after something changed."""

    def __init__(
        self, context: Context, rail: NavigationRail, status: StatusBar, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._context, self._rail, self._status = context, rail, status
        self._pause = QTimer(self)
        self._pause.setObjectName("sync_counts_pause")
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self.read)
        context.runner.changed.connect(self._on_changed)

    def read(self) -> None:
        """Asks the database in the background."""
        self._context.runner.query(_counts, self._on_counts, owner=self, key="counts")

    def _on_changed(self) -> None:
        self._pause.start()

    def _on_counts(self, counts: Counts) -> None:
        self._rail.set_badge("sync", counts.total)
        self._status.show_sync(words(counts))


def _counts(connection: object) -> Counts:
    from aps_desktop.services import sync_status

    return sync_status.counts(connection)


def words(counts: Counts) -> str:
    """ "2 conflicts · 1 bundle waiting · 3 proposals"; empty when nothing waits."""
    parts = []
    for number, one, more in (
        (counts.conflicts, "conflict", "conflicts"),
        (counts.waiting, "bundle waiting", "bundles waiting"),
        (counts.proposals, "proposal", "proposals"),
    ):
        if number:
            parts.append(f"{number:,} {one if number == 1 else more}")
    return " · ".join(parts)


def bundles_among(paths: Sequence[Path]) -> list[Path]:
    """The bundles, and folders with bundles, among dropped files."""
    return [path for path in paths if _has_bundles(path)]


def _has_bundles(path: Path) -> bool:
    if path.is_dir():
        return any(path.glob(f"*{_BUNDLE}"))
    return path.suffix.lower() == _BUNDLE
