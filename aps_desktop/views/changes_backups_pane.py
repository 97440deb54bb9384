"""The backups: when and why they were made, and the way back to one."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QPushButton, QVBoxLayout

from aps_desktop.models.rows_model import RowsModel
from aps_desktop.services import backup
from aps_desktop.views.changes_table import rows_table
from aps_desktop.views.dialogs import ask
from aps_desktop.views.pane import Pane
from aps_desktop.views.plain_label import PlainLabel
from aps_desktop.views.status_bar import when

if TYPE_CHECKING:
    from aps_desktop.db.backup import Backup
    from aps_desktop.views.context import Context

_WORDS = (
    "A verified copy is made every half hour while people work, and before each import and merge. "
    "All of the last two days stay, then one for each of 7 days, 4 weeks and 12 months. They are "
    "on this computer: also keep one elsewhere from time to time."
)

_ON_A_SERVER = (
    "This database is on a server, whose keeper backs it up: pg_dump makes a complete copy while "
    "people work. Steps and merges can be undone here all the same."
)
_ASKED = "going on"


class BackupsPane(Pane):
    """A list of the copies with what can be done with them."""

    def __init__(self, context: Context, key: str, title: str, area: str) -> None:
        super().__init__(context, key, title, area)
        self.rows = RowsModel(("Made", "Why", "Size"), numbers=(2,), parent=self)
        self._table = rows_table("backups_table", "Backups", self.rows, (220, 0, 120), self)
        self._now = self._button("back_up_now", "Back up now", "primary")
        self._elsewhere = self._button("copy_elsewhere", "Keep a copy elsewhere…", "")
        self._restore = self._button("put_back", "Put this backup back…", "danger")
        buttons = QHBoxLayout()
        for button in (self._now, self._elsewhere):
            buttons.addWidget(button)
        buttons.addStretch(1)
        buttons.addWidget(self._restore)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 16)
        layout.setSpacing(12)
        layout.addWidget(PlainLabel("Backups", role="heading"))
        on_server = context.db.postgres
        words = PlainLabel(_ON_A_SERVER if on_server else _WORDS, role="muted", wrap=True)
        words.setObjectName("backups_words")
        words.setMaximumWidth(760)
        layout.addWidget(words)
        layout.addLayout(buttons)
        self._none = PlainLabel("No backup yet: the first is made soon.", role="muted")
        self._none.hide()
        layout.addWidget(self._none)
        layout.addWidget(self._table, 1)
        layout.addStretch(int(on_server))
        for widget in (self._now, self._elsewhere, self._restore, self._table):
            widget.setVisible(not on_server)
        self._now.clicked.connect(self.back_up)
        self._elsewhere.clicked.connect(self._on_elsewhere)
        self._restore.clicked.connect(self._on_restore)
        self._table.selectionModel().selectionChanged.connect(self._on_selection)
        self._on_selection()

    def activate(self) -> None:
        self._table.setFocus()
        self._read()

    def back_up(self) -> None:
        """Makes a backup now, in the background."""
        self._now.setEnabled(False)
        self.context.runner.long(_back_up, self._on_made, self._on_failed, owner=self)

    def _button(self, name: str, words: str, kind: str) -> QPushButton:
        button = QPushButton(words, self)
        button.setObjectName(name)
        button.setProperty("kind", kind)
        button.setEnabled(not self.context.db.postgres)
        return button

    def _read(self) -> None:
        if not self.context.db.postgres:
            self.context.runner.query(self._made, self._on_read, owner=self, key="backups")

    def _made(self, _connection: object) -> list[tuple[Backup, int]]:
        found = backup.made(self.context.db.path)
        return [(one, one.path.stat().st_size) for one in found]

    def _on_read(self, found: list[tuple[Backup, int]]) -> None:
        from datetime import datetime

        now = datetime.now()
        rows = []
        for one, size in found:
            made = when(one.at, now)
            shown = made if (now - one.at).days < 1 else f"{made} {one.at:%H:%M}"
            words = (shown[0].upper() + shown[1:], _why(one.reason), _size(size))
            rows.append((one, words))
        self.rows.show(rows)
        self._none.setVisible(not rows)
        self._on_selection()

    def _on_selection(self) -> None:
        self._restore.setEnabled(self._chosen() is not None)

    def _chosen(self) -> Backup | None:
        index = self._table.currentIndex()
        return self.rows.thing(index.row()) if index.isValid() else None

    def _on_made(self, _path: object) -> None:
        self._now.setEnabled(True)
        self.context.say("A backup has been made and verified.", "ok")
        self.context.backup_made.emit()
        self._read()

    def _on_failed(self, error: Exception) -> None:
        self._now.setEnabled(True)
        self.context.show_failure(error)

    def _on_elsewhere(self) -> None:
        chosen, _ = QFileDialog.getSaveFileName(
            self, "Keep a copy elsewhere", "office backup.aps", "Databases of APS Desktop (*.aps)"
        )
        if chosen:
            work = partial(_copy_to, Path(chosen))
            self.context.runner.long(work, self._on_copied, self._on_failed, owner=self)

    def _on_copied(self, _found: Any) -> None:
        self.context.say("The copy has been made and verified.", "ok")

    def _on_restore(self) -> None:
        chosen = self._chosen()
        if chosen is None:
            return
        text = (
            "The database goes back to that state. What is there now is kept as a backup too, so "
            "this can be taken back. This computer then counts as a new device."
        )
        if ask("Put this backup back?", text, "Put it back", danger=True, parent=self.window()):
            self.context.restore_wanted.emit(chosen.path)


_REASONS = {
    "": "While you worked",
    f"before {_ASKED}": "You asked for it",
    "before merge": "Before a merge",
    "before import": "Before an import",
    "before repair": "Before a repair",
    "before update": "Before an update of the program",
    "before restore": "Before another backup was put back",
}
_RENEWED = "Before a newer version of the program changed the file"


def _why(reason: str) -> str:
    """Why a backup was made, as people say it."""
    if reason.startswith("before format "):
        return _RENEWED
    return _REASONS.get(reason, reason[:1].upper() + reason[1:])


def _back_up(db: Any, progress: object, cancelled: object) -> object:
    return backup.before(db, _ASKED)


def _copy_to(target: Path, db: Any, progress: object, cancelled: object) -> object:
    return backup.to_file(db, target)


def _size(count: int) -> str:
    return f"{count / 1_000_000:,.1f} MB" if count >= 100_000 else f"{count / 1000:,.0f} kB"
