"""Above the pages: collapse, back, forward, where one is, and the search field."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QPushButton, QToolButton, QWidget

from aps_desktop.views import icons
from aps_desktop.views.navigation import area_of, places, places_in
from aps_desktop.views.plain_label import ElidedLabel, PlainLabel


class TopBar(QFrame):
    """`place_requested` carries the key of a page chosen in the breadcrumb's menu."""

    place_requested = Signal(str)

    def __init__(self, parent: QWidget, toggle: QAction, back: QAction, forward: QAction) -> None:
        super().__init__(parent)
        self.setObjectName("top_bar")
        self._toggle = self._button(toggle, "sidebar", "Collapse or widen the navigation")
        self._back = self._button(back, "back", "Back")
        self._forward = self._button(forward, "forward", "Forward")
        self._area = PlainLabel(role="muted")
        self._place = QToolButton(self)
        self._place.setObjectName("crumb_place")
        self._place.setAccessibleName("Page; opens the other pages of this area")
        self._place.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._place.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self._place.setIconSize(QSize(12, 12))
        self._place.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._menu = QMenu(self._place)
        self._menu.aboutToShow.connect(self._on_menu_opening)
        self._menu.triggered.connect(self._on_place_chosen)
        self._place.setMenu(self._menu)
        self._record = ElidedLabel()
        self._record.setObjectName("crumb_record")
        self._record.setProperty("role", "strong")
        self._parts = (PlainLabel("›", role="muted"), PlainLabel("›", role="muted"))
        self.search = self._search_field()
        self._key = ""
        self._lay_out()

    def show_place(self, key: str) -> None:
        """Names the area and the page that are open."""
        self._key = key
        place = places()[key]
        alone = len(places_in(place.area)) == 1
        self._area.setText("" if alone else area_of(place.area).title)
        self._parts[0].setVisible(not alone)
        self._area.setVisible(not alone)
        self._place.setText(place.title)
        self._place.setIcon(icons.icon("chevron-down") if not alone else icons.QIcon())
        self.show_record("")

    def show_record(self, title: str) -> None:
        """Names the record that is open in the page; empty for none."""
        self._record.set_whole(title)
        self._parts[1].setVisible(bool(title))

    def crumbs(self) -> list[str]:
        """What the breadcrumb says, from the area to the record."""
        parts = (self._area.text(), self._place.text(), self._record.whole())
        return [part for part in parts if part]

    def _button(self, action: QAction, icon: str, name: str) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(f"top_{icon}")
        button.setDefaultAction(action)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        button.setIconSize(QSize(18, 18))
        button.setAccessibleName(name)
        button.setToolTip(f"{name} ({action.shortcut().toString()})")
        return button

    def _search_field(self) -> QPushButton:
        field = QPushButton("Search or run a command      Ctrl+K", self)
        field.setObjectName("search_button")
        field.setAccessibleName("Search or run a command")
        field.setIcon(icons.icon("search"))
        field.setProperty("search", True)
        field.setMinimumWidth(280)
        return field

    def _lay_out(self) -> None:
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 7, 12, 7)
        layout.setSpacing(4)
        for widget in (self._toggle, self._back, self._forward):
            layout.addWidget(widget)
        layout.addSpacing(8)
        for widget in (self._area, self._parts[0], self._place, self._parts[1]):
            layout.addWidget(widget)
        layout.addWidget(self._record, 1)
        layout.addSpacing(12)
        layout.addWidget(self.search)

    def _on_menu_opening(self) -> None:
        self._menu.clear()
        minor = False
        for place in places_in(places()[self._key].area):
            if place.minor and not minor:
                self._menu.addSeparator()
                minor = True
            action = self._menu.addAction(place.title)
            action.setData(place.key)
            action.setCheckable(True)
            action.setChecked(place.key == self._key)

    def _on_place_chosen(self, action: QAction) -> None:
        self.place_requested.emit(action.data())
