"""How far an export is; appears only when it takes longer than a moment."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QDialog, QProgressBar, QPushButton, QVBoxLayout, QWidget

from aps_desktop.views.plain_label import PlainLabel

if TYPE_CHECKING:
    from aps_desktop.tasks.jobs import Job
    from aps_desktop.views.context import Context

_PATIENCE_MS = 400


class ExportProgress(QDialog):
    """A small window with a bar and "Stop"; it goes by itself when the file is there."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("export_progress")
        self.setWindowTitle("Export")
        self.setAccessibleName("Export")
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self._context: Context | None = None
        self._job: Job | None = None
        self._told: Callable[[int], None] | None = None
        self._over = False
        self.doing = PlainLabel("", self, role="muted")
        self.bar = QProgressBar(self)
        self.bar.setAccessibleName("Progress")
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 0)
        self.bar.setFixedSize(380, 6)
        self.stop = QPushButton("Stop", self)
        self.stop.setObjectName("export_stop")
        self.stop.clicked.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 16)
        layout.setSpacing(12)
        layout.addWidget(PlainLabel(f"Writing {name}", self, role="heading"))
        layout.addWidget(self.bar)
        layout.addWidget(self.doing)
        layout.addWidget(self.stop, 0, Qt.AlignmentFlag.AlignRight)
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.setInterval(_PATIENCE_MS)
        self._late.timeout.connect(self.open)

    def run(self, context: Context, work: object, told: Callable[[int], None]) -> None:
        """Starts the work; `told` gets the number of records when the file is there."""
        self._context = context
        self._told = told
        self._late.start()
        self._job = context.runner.long(
            work, self._on_done, self._on_failed, owner=self, progressed=self._on_moved
        )

    def _on_moved(self, done: int, of: int, words: str) -> None:
        self.bar.setRange(0, of)
        self.bar.setValue(done)
        self.doing.setText(words)

    def _on_done(self, rows: int) -> None:
        self._told(rows)
        self._end()

    def _on_failed(self, error: Exception) -> None:
        self._context.show_failure(error)
        self._end()

    def _end(self) -> None:
        self._over = True
        self._late.stop()
        self.accept()
        self.deleteLater()

    def reject(self) -> None:
        """Stops the work; no file is written."""
        if self._job is not None and not self._over:
            self._job.cancel()
            self._end()
