"""What editors ask for, answered by the runner and the services."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from uuid import UUID

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices

from aps_desktop.db.connection import Connection
from aps_desktop.db.engine import Database
from aps_desktop.db.queries import lists
from aps_desktop.domain import clock
from aps_desktop.domain.changes import Applied
from aps_desktop.domain.entities import entity
from aps_desktop.domain.errors import UserError
from aps_desktop.domain.fields import Field, Kind
from aps_desktop.domain.values import FileRef
from aps_desktop.services import files, pickers, records
from aps_desktop.views.context import ATTENTION, Context
from aps_desktop.views.editors.base import Found


class FormHost(QObject):
    """One for each form; it lives as long as the form does."""

    def __init__(self, context: Context, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("form_host")
        self.context = context
        self._copies = files.OpenedCopies()

    def today(self) -> date:
        return clock.today(self.context.db.clock)

    def find(self, target: str, text: str, done: Callable[[Found], None], owner: QObject) -> None:
        self.context.runner.query(partial(_find, target, text), done, owner=owner, key="find")

    def state_groups(
        self, done: Callable[[list[tuple[str, frozenset[UUID]]]], None], owner: QObject
    ) -> None:
        self.context.runner.query(pickers.state_groups, done, owner=owner)

    def words_used(self, field: Field, done: Callable[[list[str]], None], owner: QObject) -> None:
        self.context.runner.query(partial(pickers.words_used, field), done, owner=owner)

    def open_record(self, target: str, id: UUID) -> None:
        self.context.show_record(target, id)

    def create_record(self, target: str, name: str, done: Callable[[UUID, str], None]) -> None:
        """Makes a record that has only a name; where that is not enough, says what to do."""
        id = self.context.db.ids.new()
        try:
            values = {_name_field(target): name}
        except UserError as error:
            self.context.show_failure(error)
            return
        self.context.runner.mutate(
            partial(_create, target, id, values),
            partial(_created, done, id, name),
            self.context.show_failure,
        )

    def add_file(
        self, path: Path, done: Callable[[FileRef], None], failed: Callable[[Exception], None]
    ) -> None:
        self.context.runner.mutate(partial(_add_file, path), partial(_file_added, done), failed)

    def open_file(self, ref: FileRef) -> None:
        self.context.runner.query(
            partial(_copy, self._copies, ref),
            self._on_copied,
            self.context.show_failure,
            owner=self,
        )

    def save_file(self, ref: FileRef, target: Path) -> None:
        self.context.runner.query(
            partial(_save, ref, target), self._on_saved, self.context.show_failure, owner=self
        )

    def _on_copied(self, path: Path) -> None:
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))):
            self.context.say(f"No program here opens “{path.name}”. Save a copy.", ATTENTION)

    def _on_saved(self, path: Path) -> None:
        self.context.say(f"Saved a copy as {path.name}.")


def _find(target: str, text: str, c: Connection) -> Found:
    return [(UUID(bytes=id), label) for _, id, label in lists.find(c, target, text)]


def _name_field(target: str) -> str:
    """The text field that a new record's typed name goes into."""
    kind = entity(target)
    texts = [f.name for f in kind.fields if f.kind in (Kind.TEXT, Kind.LONG_TEXT)]
    named = [name for name in kind.title if name in texts and name != kind.code]
    if not named and not texts:
        raise UserError(f"{kind.one.capitalize()} has no name.", "Make it in its own list.")
    return (named or texts)[0]


def _create(target: str, id: UUID, values: dict[str, str], db: Database) -> Applied:
    return records.create(db, target, id, values)


def _created(done: Callable[[UUID, str], None], id: UUID, name: str, applied: Applied) -> None:
    del applied
    done(id, name)


def _add_file(path: Path, db: Database) -> tuple[Applied, FileRef]:
    return Applied(0, "", {}), files.add(db, path)


def _file_added(done: Callable[[FileRef], None], result: tuple[Applied, FileRef]) -> None:
    done(result[1])


def _copy(copies: files.OpenedCopies, ref: FileRef, c: Connection) -> Path:
    return copies.copy(c, ref)


def _save(ref: FileRef, target: Path, c: Connection) -> Path:
    files.save_as(c, ref, target)
    return target
