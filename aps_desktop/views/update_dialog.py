"""An update file: what it would install, verified first; then the backup and the installer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from aps_desktop import __version__
from aps_desktop.domain.errors import UserError
from aps_desktop.services import updates
from aps_desktop.views.plain_label import PlainLabel

if TYPE_CHECKING:
    from aps_desktop.db.connection import Connection
    from aps_desktop.services.updates import Handover
    from aps_desktop.sync.update_file import UpdateFile
    from aps_desktop.views.context import Context

_ROLE = QDialogButtonBox.ButtonRole
_WIDTH = 440
FILTER = "Updates of APS Desktop (*.apsupdate)"


class UpdateDialog(QDialog):
    """Verifies, offers, backs up, hands over: also before there is a database (`context.db`)."""

    def __init__(self, context: Context, path: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._update: UpdateFile | None = None
        self.setObjectName("update_dialog")
        self.setWindowTitle("Install an update")
        self.setAccessibleName("Install an update")
        self.title = PlainLabel(f"Checking “{path.name}”…", role="heading", wrap=True)
        self.words = PlainLabel("", wrap=True)
        self.words.setObjectName("update_words")
        self.words.setFixedWidth(_WIDTH)
        self.words.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._busy = QProgressBar(self)
        self._busy.setRange(0, 0)
        self._busy.setAccessibleName("Working")
        self.buttons = QDialogButtonBox(self)
        self._close = self.buttons.addButton("Not now", _ROLE.RejectRole)
        self.install = QPushButton("Install")
        self.install.setObjectName("install_update")
        self.install.setAccessibleName("Install the update")
        self.install.setProperty("kind", "primary")
        self.install.setEnabled(False)
        self.install.clicked.connect(self._on_install)
        self.buttons.addButton(self.install, _ROLE.ActionRole)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 22, 24, 18)
        layout.setSpacing(14)
        for part in (self.title, self.words, self._busy, self.buttons):
            layout.addWidget(part)
        context.runner.long(
            lambda db, progress, cancelled: updates.inspect(path),
            self._on_inspected,
            self._on_refused,
            owner=self,
        )

    def _on_inspected(self, update: UpdateFile) -> None:
        self._update = update
        version = update.manifest.version
        self._busy.hide()
        first = (
            "There is no database on this computer yet, so there is nothing to back up. APS "
            "Desktop closes and the installer takes over."
            if self._context.db is None
            else "Your database is backed up first. Then APS Desktop closes and the installer "
            "takes over; your data stays where it is."
        )
        self._show(
            f"Version {version} is ready to install",
            f"You have version {__version__}. The file was made and signed by the release "
            f"manager.\n\n{first}",
        )
        self.install.setText(f"Install version {version}")
        self.install.setEnabled(True)
        self.install.setDefault(True)
        self.install.setFocus()

    def _on_refused(self, error: Exception) -> None:
        if not isinstance(error, UserError):
            raise error
        self._busy.hide()
        self.install.hide()
        self._close.setText("Close")
        self._close.setFocus()
        self._show("The update is not installed", str(error))

    def _on_install(self) -> None:
        update = self._update
        self.install.setEnabled(False)
        self._busy.show()
        self.title.setText("Getting ready…" if self._context.db is None else "Backing up…")
        self._context.runner.long(
            lambda db, progress, cancelled: updates.prepare(db, update),
            self._on_prepared,
            self._on_refused,
            owner=self,
        )

    def _on_prepared(self, handover: Handover) -> None:
        self._busy.hide()
        self._context.backup_made.emit()
        if handover.command:
            self.accept()
            self._context.handed_over.emit(handover)
            return
        self.install.hide()
        self._close.setText("Close")
        self._show("The update is ready", handover.words)

    def _show(self, title: str, words: str) -> None:
        """Says something else; the dialog grows with it, which a layout does not do by itself."""
        self.title.setText(title)
        self.words.setText(words)
        self.words.setMinimumHeight(self.words.heightForWidth(_WIDTH))
        self.adjustSize()


def open_update(context: Context, path: Path, parent: QWidget | None) -> UpdateDialog:
    """Shows what an update file would do."""
    dialog = UpdateDialog(context, path, parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()
    return dialog


def choose(context: Context, parent: QWidget | None) -> None:
    """Asks for an update file."""
    chosen, _ = QFileDialog.getOpenFileName(parent, "Install an update", "", FILTER)
    if chosen:
        open_update(context, Path(chosen), parent)


class UpdateNews:
    """Says that others have a newer version, and offers the file that lies beside a bundle."""

    def __init__(self, window: Any) -> None:
        self._window, self._context = window, window.context

    def read(self, bundle: Path | None = None) -> None:
        """Asks in the background which versions bundles have named, and looks beside the bundle
        that was just opened."""
        self._context.runner.query(
            lambda connection: _news(connection, bundle),
            self._on_read,
            owner=self._window,
            key="newer_version",
        )

    def _on_read(self, found: tuple[str, UpdateFile | None]) -> None:
        version, beside = found
        if beside is not None or version:
            # What was said of the merge, or of the database, is read first.
            self._window.messages.when_free(lambda: self._tell(version, beside))

    def _tell(self, version: str, beside: UpdateFile | None) -> None:
        if beside is not None:
            self._context.say(
                f"Beside the bundle lies version {beside.manifest.version} of APS Desktop; you "
                f"have {__version__}.",
                "attention",
                "Look at the update…",
                lambda: open_update(self._context, beside.path, self._window),
            )
            return
        self._context.say(
            f"Version {version} of APS Desktop is in use elsewhere; you have {__version__}. "
            "Ask for its update file.",
            "info",
            "Install an update…",
            lambda: choose(self._context, self._window),
        )


def _news(connection: Connection, bundle: Path | None) -> tuple[str, UpdateFile | None]:
    """The newer version that is known of, or nothing; the update beside a bundle."""
    updates.tidy()
    beside = updates.newest_beside(bundle) if bundle is not None else None
    return updates.newer_at_hand(connection), beside
