"""The base of every page of the window."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSplitter, QWidget

if TYPE_CHECKING:
    from aps_desktop.domain.changes import Applied
    from aps_desktop.views.context import Context

PROPOSED = "Proposed to the office that owns the record; it decides."


class Pane(QWidget):
    """One page of the main window: made once when it is first opened, then kept.

    `key` names it in the kept state and in the navigation ("entity:project"), `title` is what
    people read, `area` the navigation's area. `crumb_changed` carries what stands behind the
    title in the breadcrumb (a record's name, or nothing), `badge_changed` the number that stands
    beside the pane's area in the navigation.
    """

    crumb_changed = Signal(str)
    badge_changed = Signal(int)
    says_proposed: ClassVar[bool] = False
    """Whether the pane itself says that a change only proposes something to a record's owner."""

    def __init__(
        self, context: Context, key: str, title: str, area: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.context = context
        self.key = key
        self.title = title
        self.area = area
        self.setObjectName(f"pane_{key.replace(':', '_')}")
        self.setAccessibleName(title)

    def activate(self) -> None:
        """Called each time the pane comes to the front; gives the keyboard a place to be."""

    def leave(self) -> None:
        """Called before another pane comes, and before the window closes: save what is typed."""

    def on_changed(self, applied: Applied) -> None:
        """Called after every write anywhere in the program; refresh what it touches."""

    def show_target(self, target: dict[str, Any]) -> None:
        """Goes to a place inside the pane: {"record": hex id} or {"filters": (...)}."""

    def target(self) -> dict[str, Any]:
        """The place inside the pane that "back" returns to."""
        return {}

    def save_state(self) -> dict[str, Any]:
        """What the pane wants to find again at the next start; plain JSON."""
        return {}

    def restore_state(self, state: dict[str, Any]) -> None:
        """Takes back what `save_state` gave; must bear state of another version."""


class ReadingPane(Pane):
    """A pane that reads what it shows: anew when that was written, once it is in sight.

    `touches` are the entities that it shows (none named: all); `ask` begins to read them.
    """

    touches: ClassVar[frozenset[str]] = frozenset()

    def __init__(
        self, context: Context, key: str, title: str, area: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(context, key, title, area, parent)
        self.stale = True

    def first(self) -> QWidget:
        """Where the keyboard is when the pane comes to the front."""
        return self

    def ask(self) -> None:
        """Begins to read; the answer comes later."""
        raise NotImplementedError

    def read(self) -> None:
        """Reads anew."""
        self.stale = False
        self.ask()

    def activate(self) -> None:
        self.first().setFocus()
        if self.stale:
            self.read()

    def on_changed(self, applied: Applied) -> None:
        if not self.touches or self.touches & applied.touched.keys():
            self.stale = True
            if self.isVisible():
                self.read()


def on_surface(widget: QWidget) -> None:
    """Gives a widget the ground of pages, whatever lies below it."""
    widget.setProperty("ground", "surface")
    widget.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)


def set_sizes(splitter: QSplitter, kept: object) -> bool:
    """Gives the two parts of a splitter the sizes that were kept; False where these are none."""
    if not (isinstance(kept, list) and len(kept) == 2 and all(isinstance(n, int) for n in kept)):
        return False
    splitter.setSizes(kept)
    return True
