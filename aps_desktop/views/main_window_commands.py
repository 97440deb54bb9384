"""What each command of the window does."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QFileDialog

from aps_desktop.services import working
from aps_desktop.views import theme
from aps_desktop.views.main_window_sync import REQUEST, UPDATE, bundles_among
from aps_desktop.views.shortcuts import COMMANDS

if TYPE_CHECKING:
    from aps_desktop.db.engine import Database
    from aps_desktop.tasks.jobs import Cancelled, Progress
    from aps_desktop.views.pane import Pane

_TABLES = (".xlsx", ".xlsm", ".xls", ".ods", ".csv", ".tsv")
_IATI = ".xml"
_OF_ALL = frozenset(command.name for command in COMMANDS if command.menu == "&File")
"""What concerns all that is here: merging, sending, reporting, closing."""


class Commands(QObject):
    """Carries out the commands of `shortcuts.COMMANDS` by name, on the window (a MainWindow)."""

    def __init__(self, window: Any) -> None:
        super().__init__(window)
        self._window = window
        self._context = window.context

    @cached_property
    def news(self) -> Any:
        """What is known of newer versions."""
        from aps_desktop.views.update_dialog import UpdateNews

        return UpdateNews(self._window)

    def run(self, name: str) -> None:
        """Does what the command of that name says."""
        if name in _OF_ALL:
            self._window.save_typed()
        if name.startswith("area_"):
            self._window.go_area(name.removeprefix("area_"))
        elif name.startswith("scheme_"):
            self.choose_scheme(name.removeprefix("scheme_"))
        else:
            getattr(self, f"_do_{name}")()

    def place_changed(self, pane: Pane) -> None:
        """Another page is open: which commands make sense in it."""
        writable = not self._context.db.read_only
        can_make = callable(getattr(pane, "new_record", None))
        can_find = callable(getattr(pane, "find", None))
        self._window.actions.enable(
            {
                "new_record": can_make and writable,
                "find": can_find,
                "import": writable,
                "record_transaction": writable,
                "iati_import": writable,
                "open_bundle": writable,
                "make_bundle": writable,
                "backup": not self._context.db.postgres,
                "officer": writable,
                "passphrase": writable and not self._context.db.postgres,
            }
        )

    def ask_officer(self) -> None:
        """Offers to say who is working, where nobody has: their changes would bear no name."""
        if not self._context.db.read_only and not working.officer(
            self._context.runner.window_connection()
        ):
            words = "Nobody has said who is working here: changes bear no name."
            self._context.say(words, "info", "Say who", self._do_officer)

    def choose_scheme(self, scheme: str) -> None:
        """Changes the colours at once, everywhere."""
        from aps_desktop.views.theme_sheet import dress

        theme.choose(scheme)
        self._context.ui_state.put("scheme", scheme)
        dress(QApplication.instance())
        self._window.actions[f"scheme_{scheme}"].setChecked(True)
        self._context.theme_changed.emit()

    # Files --------------------------------------------------------------------------------------

    def can_take(self, urls: list[QUrl]) -> bool:
        """Whether dropped files are of a kind that the program reads."""
        return bool(_local(urls) or _bundles(urls)) and not self._context.db.read_only

    def take(self, urls: list[QUrl]) -> None:
        """Dropped files: bundles are merged, workbooks go to the import."""
        self._window.save_typed()
        if bundles := _bundles(urls):
            self._open_bundles(bundles)
            return
        for path in _local(urls)[:1]:
            self.take_file(path)

    def take_file(self, path: Path) -> None:
        """A file from outside: dropped, or named on the command line."""
        if bundles_among([path]):
            self._open_bundles([path])
            return
        if path.suffix.lower() == UPDATE:
            from aps_desktop.views.update_dialog import open_update

            open_update(self._context, path, self._window)
            return
        if path.suffix.lower() == REQUEST:
            self._window.go("trust")
            self._window.pane().take_file(path)
            return
        if path.suffix.lower() == _IATI:
            from aps_desktop.views.iati_import_dialog import IatiImportDialog

            _show(IatiImportDialog(self._context, path, self._window))
            return
        from aps_desktop.views.import_wizard import ImportWizard

        wizard = ImportWizard(self._context, path)
        wizard.setParent(self._window, wizard.windowFlags())
        wizard.open()

    def _open_bundles(self, paths: list[Path]) -> None:
        from aps_desktop.views.merge_dialog import open_bundles

        dialog = open_bundles(self._context, paths, self._window)
        # The foot, where the news is told, lies behind the dialog until then.
        dialog.finished.connect(lambda: self.news.read(paths[0]))

    def read_backup(self) -> None:
        """Asks in the background when the last backup was made."""
        if not self._context.db.postgres:
            self._context.runner.query(
                self._newest_backup, self._on_backup_known, owner=self, key="newest_backup"
            )

    def _newest_backup(self, _connection: object) -> datetime | None:
        from aps_desktop.services import backup

        return next((one.at for one in backup.made(self._context.db.path)), None)

    def _on_backup_known(self, at: datetime | None) -> None:
        self._window.status.show_backup(at, datetime.now())

    # One method for each command ----------------------------------------------------------------

    def _do_import(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(
            self._window,
            "Import a workbook",
            "",
            "Workbooks and tables (*.xlsx *.xlsm *.xls *.ods *.csv *.tsv)",
        )
        if chosen:
            self.take_file(Path(chosen))

    def _do_export(self) -> None:
        from aps_desktop.views.export_dialog import export_office

        export_office(self._context, self._window)

    def _do_report(self) -> None:
        from aps_desktop.views.report_dialog import open_report

        open_report(self._context, None, self._window)

    def _do_iati_export(self) -> None:
        from aps_desktop.views.iati_export_dialog import IatiExportDialog

        _show(IatiExportDialog(self._context, self._window))

    def _do_iati_import(self) -> None:
        if path := self._ask_iati("Import IATI"):
            self.take_file(path)

    def _do_iati_validate(self) -> None:
        from aps_desktop.views.iati_validate_dialog import IatiValidateDialog

        if path := self._ask_iati("Validate an IATI file"):
            _show(IatiValidateDialog(self._context, path, self._window))

    def _ask_iati(self, title: str) -> Path | None:
        chosen, _ = QFileDialog.getOpenFileName(
            self._window, title, "", "IATI activities (*.xml);;All files (*)"
        )
        return Path(chosen) if chosen else None

    def _do_open_bundle(self) -> None:
        from aps_desktop.views.merge_dialog import choose

        choose(self._context, self._window)

    def _do_make_bundle(self) -> None:
        from aps_desktop.views.export_bundle_dialog import ExportBundleDialog

        _open(ExportBundleDialog(self._context, self._window))

    def _do_request(self) -> None:
        from aps_desktop.views.trust_pane_request import save_request

        self._window.go("trust")  # where the fingerprint stands
        save_request(self._context, self._window)

    def _do_backup(self) -> None:
        self._window.go("backups")
        self._window.pane().back_up()

    def _do_officer(self) -> None:
        from aps_desktop.views.officer_dialog import OfficerDialog

        _open(OfficerDialog(self._context, self._window))

    def _do_passphrase(self) -> None:
        from aps_desktop.views.passphrase_dialog import PassphraseDialog

        dialog = PassphraseDialog(locked=self._context.db.encrypted, parent=self._window)
        if dialog.exec():
            present = dialog.present.text() if dialog.present else ""
            self._context.passphrase_wanted.emit(
                present, "" if dialog.remove else dialog.new.text()
            )

    def _do_open_database(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(
            self._window, "Open a database", "", "Databases of APS Desktop (*.aps);;All files (*)"
        )
        if chosen:
            self._window.database_wanted.emit(chosen)

    def copy_here(self, _banner: str) -> None:
        """A copy of a database that can only be read, to be worked in; it is opened at once."""
        name = str(Path.home() / self._context.db.path.name)
        chosen, _ = QFileDialog.getSaveFileName(
            self._window, "Copy to this computer", name, "Databases of APS Desktop (*.aps)"
        )
        if chosen:
            self._context.runner.long(
                partial(_copy, Path(chosen)),
                self._window.database_wanted.emit,
                self._context.show_failure,
                owner=self,
            )

    def _do_new_office(self) -> None:
        self._window.office_wanted.emit()

    def _do_quit(self) -> None:
        self._window.close()

    def _do_undo(self) -> None:
        self._window.undo.run("undo")

    def _do_redo(self) -> None:
        self._window.undo.run("redo")

    def _do_new_record(self) -> None:
        self._window.pane().new_record()

    def _do_record_transaction(self) -> None:
        from aps_desktop.domain.entities import entity
        from aps_desktop.views.new_record_dialog import new_record

        new_record(self._context, entity("fund_transaction"), {}, self._window)

    def _do_find(self) -> None:
        self._window.pane().find()

    def _do_toggle_rail(self) -> None:
        self._window.set_rail_narrow(not self._window.rail.is_narrow())

    def _do_full_screen(self) -> None:
        window = self._window
        window.showNormal() if window.isFullScreen() else window.showFullScreen()

    def _do_refresh(self) -> None:
        self._window.pane().activate()

    def _do_back(self) -> None:
        self._window.step(forward=False)

    def _do_forward(self) -> None:
        self._window.step(forward=True)

    def _do_palette(self) -> None:
        from aps_desktop.views.palette import Palette

        palette = Palette(self._context, self._window)
        palette.command_chosen.connect(self.run)
        palette.place_chosen.connect(self._window.go)
        palette.open_over(self._window)

    def _do_manual(self) -> None:
        from aps_desktop.views.manual_window import open_manual

        open_manual(self._window)

    def _do_update(self) -> None:
        from aps_desktop.views.update_dialog import choose

        choose(self._context, self._window)

    def _do_shortcuts(self) -> None:
        from aps_desktop.views.shortcuts_sheet import ShortcutSheet

        _open(ShortcutSheet(self._window))

    def _do_log_folder(self) -> None:
        from aps_desktop.logs import log_dir

        QDesktopServices.openUrl(QUrl.fromLocalFile(str(log_dir())))

    def _do_about(self) -> None:
        from aps_desktop.views.about_dialog import AboutDialog

        _open(AboutDialog(self._context, self._window))


def _copy(target: Path, db: Database, _progress: Progress, _cancelled: Cancelled) -> str:
    from aps_desktop.services import backup  # late: the start does without it

    backup.to_file(db, target)
    return str(target)


def _local(urls: list[QUrl]) -> list[Path]:
    known = (*_TABLES, _IATI, REQUEST, UPDATE)
    return [path for path in _paths(urls) if path.suffix.lower() in known]


def _bundles(urls: list[QUrl]) -> list[Path]:
    return bundles_among(_paths(urls))


def _paths(urls: list[QUrl]) -> list[Path]:
    return [Path(url.toLocalFile()) for url in urls if url.isLocalFile()]


def _open(dialog: object) -> None:
    from PySide6.QtCore import Qt

    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()


def _show(dialog: object) -> None:
    """Beside the window, not over it: what it lists can be opened and corrected meanwhile."""
    from PySide6.QtCore import Qt

    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.show()
