"""The bar over a list: the view, the quick filter, how many are shown, and the list's buttons."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QSizePolicy, QToolButton, QWidget

from aps_desktop.domain.fields import Entity, Kind
from aps_desktop.views import icons, theme
from aps_desktop.views.list_filters import TYPING_MS
from aps_desktop.views.plain_label import PlainLabel

_GROUPED = frozenset(
    {Kind.CHOICE, Kind.REFERENCE, Kind.YES_NO, Kind.PERIOD, Kind.TEXT, Kind.TAGS, Kind.REFERENCES}
)


class FilterBox(QLineEdit):
    """`left` when the officer goes down into the list by the arrow key or Enter."""

    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.left.emit()
        elif event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
            self.textEdited.emit("")
        else:
            super().keyPressEvent(event)


class ListBar(QWidget):
    """`typed` carries the quick filter after a pause, `group_chosen` a field's name or ""."""

    typed = Signal(str)
    group_chosen = Signal(str)
    filters_toggled = Signal(bool)
    columns_requested = Signal()
    menu_requested = Signal()

    def __init__(self, kind: Entity, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("list_bar")
        self._kind = kind
        self.view = QToolButton(self)
        self.view.setObjectName("view_button")
        self.box = FilterBox(self)
        self.box.setObjectName("list_filter")
        self.box.setAccessibleName(f"Filter {kind.plural.lower()}")
        self.box.setPlaceholderText("filter…")
        self.box.setClearButtonEnabled(True)
        self.box.setMinimumWidth(90)
        self.box.setMaximumWidth(420)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(TYPING_MS)
        self._pause.timeout.connect(self._on_pause)
        self.box.textEdited.connect(self._on_edited)
        self.count = PlainLabel("", self, role="muted")
        self.count.setObjectName("list_count")
        self.count.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Preferred)
        self.filters = self._button("list_filters", "Filter by column", "filter")
        self.filters.setCheckable(True)
        self.filters.toggled.connect(self.filters_toggled)
        self.group = self._button("list_group", "Group rows", "group")
        self.group.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._grouped = ""
        menu = QMenu(self.group)
        menu.setObjectName("group_menu")
        menu.aboutToShow.connect(self._fill_groups)
        self.group.setMenu(menu)
        self.columns = self._button("list_columns", "Choose columns", "columns")
        self.columns.clicked.connect(self.columns_requested)
        self.more = self._button("list_more", "More for this list", "more")
        self.more.clicked.connect(self.menu_requested)
        self._arrange()

    def _arrange(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.GRID, 6, theme.GRID, 6)
        row.setSpacing(4)
        row.addWidget(self.view)
        row.addWidget(self.box, 1)
        row.addWidget(self.count)
        row.addStretch()
        for button in (self.filters, self.group, self.columns, self.more):
            row.addWidget(button)

    def _button(self, name: str, words: str, icon: str) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(name)
        button.setAccessibleName(words)
        button.setToolTip(words)
        button.setIcon(icons.icon(icon))
        button.setIconSize(QSize(16, 16))
        return button

    def _fill_groups(self) -> None:
        menu = self.group.menu()
        menu.clear()
        fields = [f for f in self._kind.fields if f.kind in _GROUPED and not self._own_name(f.name)]
        for name, words in (("", "No grouping"), *((f.name, f.label) for f in fields)):
            action = menu.addAction(words.replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(name == self._grouped)
            action.setData(name)
            action.triggered.connect(self._on_group)

    def _own_name(self, name: str) -> bool:
        """Grouping by what is different in every record helps nobody."""
        return name == self._kind.code or name in self._kind.title

    def show_group(self, name: str) -> None:
        """Ticks the field that the rows are grouped by."""
        self._grouped = name
        self.group.setIcon(icons.icon("group", "accent" if name else "text_muted"))

    def show_filtered(self, filtered: bool) -> None:
        """Whether columns narrow the list: the button says so when its row is hidden."""
        self.filters.setIcon(icons.icon("filter", "accent" if filtered else "text_muted"))

    def _on_edited(self) -> None:
        self._pause.start()

    def _on_pause(self) -> None:
        self.typed.emit(self.box.text())

    def _on_group(self) -> None:
        self.group_chosen.emit(self.sender().data())
