"""Composition root: the only place that joins database, runner and window."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication

from aps_desktop.db import store
from aps_desktop.db.engine import Database
from aps_desktop.domain.errors import UserError
from aps_desktop.domain.office_names import office_name
from aps_desktop.logs import start_logging
from aps_desktop.paths import APP_NAME, data_dir, default_database, resource_path
from aps_desktop.services.window_lock import InUse, WindowLock
from aps_desktop.tasks.runner import Runner
from aps_desktop.tasks.title_keeper import TitleKeeper
from aps_desktop.views import faults, theme
from aps_desktop.views.context import Context
from aps_desktop.views.main_window import MainWindow
from aps_desktop.views.main_window_sync import UPDATE, bundles_among
from aps_desktop.views.theme_sheet import dress
from aps_desktop.views.ui_state import UiState

_log = logging.getLogger(__name__)
_PUT_BACK = (
    "The backup has been put back. What was here before is kept as a backup too. This computer "
    "counts as a new device now: open bundles that came since once more."
)
_BACKUP_EVERY_MS = 10 * 60 * 1000
_MINIMISED = Qt.WindowState.WindowMinimized


def run(database: str = "", file: str = "") -> int:
    """Opens the window on a database, with a file to take in; returns when it has closed."""
    app = QApplication(sys.argv[:1])
    app.setApplicationName("aps-desktop")
    app.setApplicationDisplayName(APP_NAME)
    QGuiApplication.setDesktopFileName("aps-desktop")
    program = Program(app)
    start_logging()
    with faults.caught(program):
        try:
            if not program.start(database, file):
                return program.exit_code
            return app.exec()
        finally:
            program.close()


class Program(QObject):
    """The running program: at most one open database with its window, or the first-start guide."""

    def __init__(self, app: QApplication) -> None:
        super().__init__()
        self._app = app
        self.ui_state = UiState(data_dir() / "window.json")
        self.window: MainWindow | None = None
        self.guide: Any = None
        self.exit_code = 0
        self._db: Database | None = None
        self._runner: Runner | None = None
        self._lock: WindowLock | None = None
        self._first: Any = None
        self._file = ""
        self.handover: Any = None
        theme.choose(self.ui_state.get("scheme", "system"))
        dress(app)
        app.setWindowIcon(QIcon(str(resource_path("icons", "app.svg"))))
        app.styleHints().colorSchemeChanged.connect(self._on_system_scheme)

    @property
    def database(self) -> Database:
        """The database that is open."""
        return self._db

    def idle(self) -> bool:
        """Whether nothing is being read or written."""
        return self._runner is None or self._runner.idle()

    # Opening ------------------------------------------------------------------------------------

    def start(self, location: str, file: str) -> bool:
        """Opens the database that is named, or the last one, or the guide. False: nothing to do."""
        self._file = file
        named = location or os.environ.get("APS_DATABASE", "")
        wanted = named or self.ui_state.get("database", "") or default_database()
        if not named and not store.on_server(wanted) and not Path(wanted).exists():
            wanted = default_database()
        if not named and not Path(wanted).exists():
            self.show_guide()
            return True
        return self.open(wanted)

    def open(self, location: str, passphrase: str | None = None) -> bool:
        """Opens a database in a new window; problems are told in words."""
        try:
            self._take_lock(location)
            db = self._unlocked(location, passphrase)
        except InUse as error:
            return self._hand_over(location, error)
        except UserError as error:
            self._release()
            return self._put_right(location, passphrase, error)
        if db is None:
            self._release()
            return self._nothing_open()
        self._db = db
        self._runner = Runner(db)
        context = Context(db, self._runner, self.ui_state, parent=self)
        _, office, _ = store.this_device(self._runner.window_connection())
        window = MainWindow(context, office_name(office))
        self._runner.failed.connect(context.show_failure)
        self._runner.crashed.connect(self._on_crashed)
        window.painted.connect(self._on_painted)
        window.left.connect(self._on_left)
        window.database_wanted.connect(self._on_database_wanted)
        window.office_wanted.connect(self.show_guide)
        context.restore_wanted.connect(self._on_restore_wanted)
        context.passphrase_wanted.connect(self._on_passphrase_wanted)
        context.handed_over.connect(self._on_handed_over)
        self.ui_state.put("database", str(Path(location).resolve()) if not db.postgres else "")
        self.ui_state.save()  # at once: after a power cut it is still the last one
        self.window = window
        window.show()
        return True

    def _take_lock(self, location: str) -> None:
        if not store.on_server(location):
            lock = WindowLock(Path(location))
            if Path(location).parent.is_dir():
                lock.take()
            self._lock = lock

    def _unlocked(self, location: str, passphrase: str | None) -> Database | None:
        """The open database; asks for the passphrase until it fits. None when given up."""
        problem = ""
        passphrase = passphrase or os.environ.get("APS_PASSPHRASE") or None
        while True:
            try:
                return store.open_database(location, passphrase)
            except store.PassphraseNeeded:
                pass
            except UserError as error:
                if passphrase is None:
                    raise
                problem = str(error)
            from aps_desktop.views.unlock_dialog import UnlockDialog

            dialog = UnlockDialog(Path(location).name, problem)
            if not dialog.exec():
                return None
            passphrase = dialog.field.text()

    def _hand_over(self, location: str, error: InUse) -> bool:
        """The database is open elsewhere: the window there comes forward, if it is ours."""
        from aps_desktop.views.first_window import call

        self._lock = None
        if error.holder.here and call(Path(location), self._file):
            return self._nothing_open()
        return self._refused(error)

    def _put_right(self, location: str, passphrase: str | None, error: UserError) -> bool:
        """A damaged database is recovered, if the officer wants that, and opened."""
        from aps_desktop.views.damaged_file import offer_to_put_right

        words = offer_to_put_right(location, passphrase, error, self.window)
        if words is None:
            return self._refused(error)
        if words and self.open(location, passphrase):
            self.window.context.say(words, "attention")
            return True
        self.exit_code = 1
        return self._nothing_open()

    def _refused(self, error: UserError) -> bool:
        from aps_desktop.views.dialogs import tell

        _log.warning("the database was not opened: %s", type(error).__name__)
        tell(error, "The database was not opened", self.window)
        self.exit_code = 1
        return self._nothing_open()

    def _nothing_open(self) -> bool:
        return self.window is not None

    # The guide, other databases -----------------------------------------------------------------

    def show_guide(self) -> None:
        """The first-start guide: a new office, sample data, a database, a bundle."""
        from aps_desktop.views.first_run import FirstRun

        self.guide = FirstRun(Path(default_database()))
        self.guide.database_ready.connect(self._on_database_ready)
        self.guide.show()
        self._file, given = "", self._file
        if given.lower().endswith(UPDATE):
            self._offer_update(Path(given))
        elif bundles_among([Path(given)] if given else []):
            self.guide.join(given)
        else:
            self._file = given  # waits until there is an office

    def _offer_update(self, path: Path) -> None:
        """An update file before there is a database: nothing to back up, all else as ever."""
        from aps_desktop.views.update_dialog import open_update

        self._release()
        self._runner = Runner(None)
        self._runner.crashed.connect(self._on_crashed)
        context = Context(None, self._runner, self.ui_state, parent=self.guide)
        context.handed_over.connect(self._on_handed_over)
        open_update(context, path, self.guide)

    def _on_database_ready(self, location: str, passphrase: str) -> None:
        self._close_window()
        self._file = (self.guide.bundle if self.guide is not None else "") or self._file
        if self.open(location, passphrase or None) and self.guide is not None:
            self.guide.close()
            self.guide = None

    def _on_database_wanted(self, location: str) -> None:
        before = self._db.location if self._db else ""
        self._close_window()
        if not self.open(location) and before:
            self.open(before)

    def _on_restore_wanted(self, file: object) -> None:
        """Puts a backup in the database's place and opens it again."""
        from aps_desktop.services import backup
        from aps_desktop.views.dialogs import tell

        location = self._db.location
        passphrase = None
        if self._db.encrypted:
            from aps_desktop.views.unlock_dialog import UnlockDialog

            dialog = UnlockDialog("The backup", parent=self.window)
            if not dialog.exec():
                return
            passphrase = dialog.field.text()
        self._close_window()
        try:
            backup.restore(location, Path(str(file)), passphrase)
        except UserError as error:
            tell(error, "The backup was not put back")
            self.open(location, passphrase)
            return
        if self.open(location, passphrase):
            self.window.context.say(_PUT_BACK, "attention")

    def _on_passphrase_wanted(self, present: str, new: str) -> None:
        """Sets, changes or removes the passphrase, and opens the database again."""
        from aps_desktop.db import encryption
        from aps_desktop.views.dialogs import tell

        db = self._db
        if db.encrypted and not encryption.is_passphrase(db, present):
            tell(
                UserError("This is not the present passphrase.", "Nothing was changed."),
                "Passphrase",
            )
            return
        location, opens_with = db.location, present or None
        self._close_window()
        db = Database(location, opens_with)
        QGuiApplication.setOverrideCursor(Qt.CursorShape.WaitCursor)
        words = ""
        try:
            words = _rekey(db, new, encryption)
            opens_with = new or None
        except UserError as error:
            tell(error, "The passphrase was not changed")
        finally:
            QGuiApplication.restoreOverrideCursor()
            db.close()
        if self.open(location, opens_with) and words:
            self.window.context.say(words, "ok")

    # While it is open ---------------------------------------------------------------------------

    def _on_painted(self) -> None:
        """After the first paint: what the start did not wait for."""
        if self._db.notice:  # a copy, an interrupted merge: what became of it
            self.window.context.say(self._db.notice, "attention")
        else:
            self.window.commands.ask_officer()
        if self._lock is not None:
            from aps_desktop.views.first_window import FirstWindow

            self._first = FirstWindow(Path(self._db.location), self)
            self._first.called.connect(self._on_called)
            self._first.listen()
        timer = QTimer(self.window)
        timer.setObjectName("backup_timer")
        timer.timeout.connect(self._on_backup_due)
        timer.start(_BACKUP_EVERY_MS)
        TitleKeeper(self._runner, self.window)
        self.window.commands.news.read()
        if self._file:
            self._take_file(self._file)
            self._file = ""

    def _on_handed_over(self, handover: Any) -> None:
        """An update takes over: the program ends, then the installer starts."""
        self.handover = handover
        self._app.quit()

    def _on_called(self, file: str) -> None:
        """A second start: this window comes forward and takes the file."""
        self.window.setWindowState(self.window.windowState() & ~_MINIMISED)
        self.window.raise_()
        self.window.activateWindow()
        if file:
            self._take_file(file)

    def _take_file(self, file: str) -> None:
        path = Path(file)
        if path.exists():
            self.window.commands.take_file(path)
        else:
            self.window.context.say(f"There is no file {path.name}.", "attention")

    def _on_backup_due(self) -> None:
        self._runner.long(_backup, self._on_backup_made, owner=self.window)

    def _on_backup_made(self, path: object) -> None:
        if path is not None:
            self.window.context.backup_made.emit()

    def _on_crashed(self, traceback: str) -> None:
        faults.show_error(traceback, self.window)

    def _on_system_scheme(self) -> None:
        if theme.chosen() == "system":
            dress(self._app)

    # Ending -------------------------------------------------------------------------------------

    def _on_left(self) -> None:
        if self.guide is None:
            self._app.quit()

    def _close_window(self) -> None:
        window, self.window = self.window, None
        if window is not None:
            window.left.disconnect(self._on_left)
            window.close()
            window.deleteLater()
        self._release()

    def _release(self) -> None:
        if self._first is not None:
            self._first.close()
            self._first = None
        if self._runner is not None:
            self._runner.shutdown()
            self._runner = None
        if self._db is not None:
            self._db.close()
            self._db = None
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def close(self) -> None:
        """Ends everything; called once the event loop has ended."""
        self._close_window()
        self.ui_state.save()
        if self.handover is not None:
            from aps_desktop.services import updates

            updates.start(self.handover)


def _backup(db: Database, progress: object, cancelled: Callable[[], bool]) -> Path | None:
    from aps_desktop.services import backup

    return backup.if_due(db)


def _rekey(db: Database, new: str, encryption: Any) -> str:
    """Sets, changes or removes the passphrase of a database; what was done, in words."""
    if not new:
        encryption.remove_passphrase(db)
        return "The passphrase is removed: whoever has the file can read it."
    if db.encrypted:
        encryption.change_passphrase(db, new)
        return "The database has a new passphrase."
    encryption.set_passphrase(db, new)
    return "The database is locked with a passphrase."
