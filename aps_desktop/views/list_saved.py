"""The menu of saved views: switch, keep, update, rename, delete, and back to the default."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from uuid import UUID

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QInputDialog, QMenu, QToolButton

from aps_desktop.domain.changes import Applied
from aps_desktop.domain.fields import Entity
from aps_desktop.services import saved_views
from aps_desktop.services.saved_views import SavedView, ViewSettings
from aps_desktop.views.context import OK, Context

_NAME_WIDTH = 380


class SavedViews(QObject):
    """Behind the view button of one list. `chosen` carries a SavedView, None for the default."""

    chosen = Signal(object)

    def __init__(
        self,
        context: Context,
        kind: Entity,
        button: QToolButton,
        settings: Callable[[], ViewSettings],
    ) -> None:
        super().__init__(button)
        self._context = context
        self._kind = kind
        self._button = button
        self._settings = settings
        self._views: list[SavedView] = []
        self.current: UUID | None = None
        self._menu = QMenu(button)
        self._menu.setObjectName("views_menu")
        button.setMenu(self._menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._menu.aboutToShow.connect(self._fill)
        self._label()

    def load(self) -> None:
        """Reads the saved views of this list."""
        work = partial(_views, self._kind.name)
        self._context.runner.query(work, self._on_loaded, owner=self, key="views")

    def on_changed(self, applied: Applied) -> None:
        if "saved_view" in applied.touched:
            self.load()

    def show_current(self, id: UUID | None) -> None:
        """Which view the list follows."""
        self.current = id
        self._label()

    def _on_loaded(self, views: list[SavedView]) -> None:
        self._views = views
        if self.current is not None and self._current_view() is None:
            self.current = None
        self._label()

    def _current_view(self) -> SavedView | None:
        return next((view for view in self._views if view.id == self.current), None)

    def _label(self) -> None:
        view = self._current_view()
        text = view.name if view else f"All {self._kind.plural.lower()}"
        self._button.setText(f"{text if len(text) <= 32 else text[:31] + '…'} ▾")
        self._button.setAccessibleName(f"View: {text}")

    def _fill(self) -> None:
        self._menu.clear()
        group = QActionGroup(self._menu)
        self._choice(group, f"All {self._kind.plural.lower()}", None)
        for view in self._views:
            self._choice(group, view.name, view.id)
        self._menu.addSeparator()
        self._action("save_view", "Save this view as…", self._on_save)
        view = self._current_view()
        if view is not None:
            short = view.name if len(view.name) <= 30 else view.name[:29] + "…"
            self._action("update_view", f"Update “{short}”", self._on_update)
            self._action("rename_view", f"Rename “{short}”…", self._on_rename)
            self._action("delete_view", f"Delete “{short}”", self._on_delete)

    def _choice(self, group: QActionGroup, words: str, id: UUID | None) -> None:
        action = self._menu.addAction(words.replace("&", "&&"))
        action.setCheckable(True)
        action.setChecked(id == self.current)
        action.setData(id)
        action.triggered.connect(self._on_chosen)
        group.addAction(action)

    def _action(self, name: str, words: str, slot: Callable[[], None]) -> QAction:
        action = self._menu.addAction(words.replace("&", "&&"))
        action.setObjectName(name)
        action.triggered.connect(slot)
        return action

    # What the officer chooses --------------------------------------------------------------------

    def _on_chosen(self) -> None:
        self.choose(self.sender().data())

    def choose(self, id: UUID | None) -> None:
        """Switches the list to a saved view, None for the default."""
        self.current = id
        self._label()
        self.chosen.emit(self._current_view())

    def _on_save(self) -> None:
        self._ask("Save this view", "Name of the view", "", self._on_named)

    def _on_named(self, title: str) -> None:
        id = self._context.db.ids.new()
        work = partial(_save, id, self._kind.name, title, self._settings())
        self._mutate(work, partial(self._on_saved, id, title))

    def _on_saved(self, id: UUID, title: str, applied: Applied) -> None:
        del applied
        self.current = id
        self._context.say(f"Saved the view “{title.strip()}”.", OK)

    def _on_update(self) -> None:
        if self.current is not None:
            work = partial(_update, self.current, self._kind.name, self._settings())
            self._mutate(work, self._on_updated)

    def _on_updated(self, applied: Applied) -> None:
        del applied
        self._context.say("Updated the view.", OK)

    def _on_rename(self) -> None:
        view = self._current_view()
        if view is not None:
            self._ask("Rename the view", "New name", view.name, self._on_renamed)

    def _on_renamed(self, title: str) -> None:
        if self.current is not None:
            self._mutate(partial(_rename, self.current, title), None)

    def _on_delete(self) -> None:
        if self.current is not None:
            self._mutate(partial(_delete, self.current), None)

    def _mutate(self, work: Callable[..., Applied], done: Callable[..., None] | None) -> None:
        self._context.runner.mutate(work, done, self._context.show_failure, owner=self)

    def _ask(self, title: str, label: str, text: str, done: Callable[[str], None]) -> None:
        dialog = QInputDialog(self._button.window())
        dialog.setObjectName("view_name")
        dialog.setWindowTitle(title)
        dialog.setLabelText(label)
        dialog.setTextValue(text)
        dialog.setOkButtonText("Save view" if not text else "Rename view")
        dialog.textValueSelected.connect(done)
        dialog.finished.connect(dialog.deleteLater)
        dialog.resize(_NAME_WIDTH, dialog.sizeHint().height())
        dialog.open()


def _views(name: str, c: object) -> list[SavedView]:
    return saved_views.views_of(c, name)


def _save(id: UUID, name: str, title: str, settings: ViewSettings, db: object) -> Applied:
    return saved_views.save(db, id, name, title, settings)


def _update(id: UUID, name: str, settings: ViewSettings, db: object) -> Applied:
    return saved_views.update(db, id, name, settings)


def _rename(id: UUID, title: str, db: object) -> Applied:
    return saved_views.rename(db, id, title)


def _delete(id: UUID, db: object) -> Applied:
    return saved_views.delete(db, id)
