"""What lies over a list without rows: empty, filtered to nothing, or still reading."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from aps_desktop.domain.fields import Entity
from aps_desktop.views import icons, theme
from aps_desktop.views.plain_label import PlainLabel

FULL, EMPTY, NOTHING, LOADING = "full", "empty", "nothing", "loading"
_WIDTH = 380


class ListStates(QWidget):
    """Lies over the rows. `wished` carries "new", "import" or "clear"."""

    wished = Signal(str)

    def __init__(self, kind: Entity, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("list_state")
        self.state = FULL
        self._kind = kind
        self._made = False
        self.hide()

    def _make(self) -> None:
        """The words and buttons are made when they are first needed: most lists have rows."""
        kind = self._kind
        self._made = True
        self._title = PlainLabel("", self, role="heading")
        self._words = PlainLabel("", self, role="muted", wrap=True)
        for label in (self._title, self._words):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._words.setFixedWidth(_WIDTH)
        self.new = self._button(f"New {kind.label.lower()}", "new", "plus")
        self.new.setProperty("kind", "primary")
        self.bring = self._button("Import from Excel…", "import", "import")
        self.clear = self._button("Clear filters", "clear", "close")
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.GRID)
        buttons.addStretch()
        for button in (self.new, self.bring, self.clear):
            buttons.addWidget(button)
        buttons.addStretch()
        column = QVBoxLayout(self)
        column.setSpacing(theme.GRID)
        column.addStretch(2)
        column.addWidget(self._title)
        column.addWidget(self._words, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(theme.GRID)
        column.addLayout(buttons)
        column.addStretch(3)

    def _button(self, words: str, wish: str, icon: str) -> QPushButton:
        button = QPushButton(words, self)
        button.setObjectName(f"list_{wish}")
        button.setAccessibleName(words)
        button.setProperty("wish", wish)
        button.setIcon(icons.icon(icon, "accent_text" if wish == "new" else "text_muted"))
        button.setAutoDefault(False)
        button.clicked.connect(self._on_clicked)
        return button

    def _on_clicked(self) -> None:
        self.wished.emit(self.sender().property("wish"))

    def show_state(self, state: str) -> None:
        """One of the four; "full" shows nothing."""
        self.state = state
        if state == FULL:
            self.hide()
            return
        if not self._made:
            self._make()
        plural = self._kind.plural.lower()
        titles = {
            EMPTY: f"No {plural} yet",
            NOTHING: "Nothing matches",
            LOADING: "Reading…",
        }
        words = {EMPTY: self._kind.purpose, NOTHING: f"No {plural} are left by these filters."}
        self._title.setText(titles.get(state, ""))
        self._words.setText(words.get(state, ""))
        self._words.setMinimumHeight(max(0, self._words.heightForWidth(_WIDTH)))
        self.new.setVisible(state == EMPTY)
        self.bring.setVisible(state == EMPTY)
        self.clear.setVisible(state == NOTHING)
        self._words.setVisible(bool(words.get(state)))
        self.show()
        self.raise_()
