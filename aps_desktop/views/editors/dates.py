"""Editors of days and of periods: typed in many spellings, or chosen."""

from __future__ import annotations

from datetime import date
from typing import Any

from PySide6.QtCore import QDate, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QCalendarWidget,
    QGridLayout,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from aps_desktop.domain.fields import Field
from aps_desktop.domain.values import Period, Value
from aps_desktop.services import parsing
from aps_desktop.views import icons
from aps_desktop.views.editors.base import EditorHost
from aps_desktop.views.editors.number import TypedEditor
from aps_desktop.views.fitting import number_box


class _PopupEditor(TypedEditor):
    """A typed line with a button (and Alt+Down) that opens a chooser under it."""

    button_icon = "calendar"
    button_name = ""

    def __init__(self, field: Field, host: EditorHost, parent: QWidget | None = None) -> None:
        super().__init__(field, host, parent)
        self.button = QToolButton(self)
        self.button.setIcon(icons.icon(self.button_icon))
        self.button.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.button.setAccessibleName(f"{field.label}: {self.button_name}")
        self.button.setToolTip(self.button_name.capitalize())
        self.button.clicked.connect(self._on_open)
        self.row.addWidget(self.button)
        self.watch(self.line, self.button)
        self._popup: QWidget | None = None

    def make_popup(self) -> QWidget:
        """The chooser, made when it is first opened."""
        raise NotImplementedError

    def show_in_popup(self, popup: Any) -> None:
        """Sets the chooser to what is typed."""
        raise NotImplementedError

    def take(self, value: Value) -> None:
        """What was chosen becomes what is typed, and counts as done."""
        self.line.setText(parsing.edit_text(self.field, value))
        self.close_popup()
        self.line.setFocus()
        self.typed.emit()
        self.done.emit()

    def close_popup(self) -> None:
        if self._popup is not None:
            self._popup.hide()

    def key_pressed(self, watched: QObject, event: QKeyEvent) -> bool:
        alt = event.modifiers() & Qt.KeyboardModifier.AltModifier
        if event.key() == Qt.Key.Key_F4 or (alt and event.key() == Qt.Key.Key_Down):
            self._on_open()
            return True
        return super().key_pressed(watched, event)

    def _on_open(self) -> None:
        if self._popup is None:
            self._popup = self.make_popup()
            self._popup.setWindowFlag(Qt.WindowType.Popup)
            self._popup.setProperty("popup", True)
        self.show_in_popup(self._popup)
        self._popup.adjustSize()
        under = self.mapToGlobal(QPoint(0, self.height() + 2))
        room = self.screen().availableGeometry()
        under.setX(min(under.x(), room.right() - self._popup.width()))
        if under.y() + self._popup.height() > room.bottom():
            under.setY(self.mapToGlobal(QPoint(0, 0)).y() - self._popup.height() - 2)
        self._popup.move(under)
        self._popup.show()
        self._popup.setFocus()


class DateEditor(_PopupEditor):
    """A day: "23/11/2026", "23 nov", "today", "+2 weeks", or from a calendar."""

    button_name = "open the calendar"

    def __init__(self, field: Field, host: EditorHost, parent: QWidget | None = None) -> None:
        super().__init__(field, host, parent)
        self.line.setPlaceholderText("Day, such as 23 Nov 2026")

    def make_popup(self) -> QWidget:
        calendar = QCalendarWidget(self)
        calendar.setAccessibleName(f"{self.field.label}: calendar")
        calendar.setFirstDayOfWeek(Qt.DayOfWeek.Monday)
        calendar.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
        calendar.clicked.connect(self._on_day)
        calendar.activated.connect(self._on_day)
        return calendar

    def show_in_popup(self, popup: Any) -> None:
        value = self.safe_value()
        day = value if isinstance(value, date) else self.host.today()
        popup.setSelectedDate(QDate(day.year, day.month, day.day))

    def _on_day(self, day: QDate) -> None:
        if self._popup is not None and self._popup.isVisible():
            self.take(date(day.year(), day.month(), day.day()))


class PeriodEditor(_PopupEditor):
    """A year, quarter, month or range of days."""

    button_name = "choose a period"

    def __init__(self, field: Field, host: EditorHost, parent: QWidget | None = None) -> None:
        super().__init__(field, host, parent)
        self.line.setPlaceholderText("Such as 2026, Q2 2026 or 1 Jan 2026 – 30 Jun 2026")

    def make_popup(self) -> QWidget:
        chooser = PeriodChooser(self.field.label, self)
        chooser.chosen.connect(self.take)
        return chooser

    def show_in_popup(self, popup: Any) -> None:
        value = self.safe_value()
        popup.year.setValue(
            value.start.year if isinstance(value, Period) else self.host.today().year
        )


class PeriodChooser(QWidget):
    """A small panel: the year, its halves, quarters and months."""

    chosen = Signal(object)

    def __init__(self, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.year = number_box("period_year", f"{label}: year", self)
        self.year.setRange(1967, 2100)
        self.setFocusProxy(self.year)
        grid = QGridLayout()
        grid.setSpacing(4)
        self._parts: dict[QPushButton, tuple[int, int]] = {}
        self._add(grid, "Whole year", 1, 12, (0, 0, 1, 4))
        for n in range(4):
            self._add(grid, f"Q{n + 1}", 3 * n + 1, 3, (1, n, 1, 1))
        months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
        for n, name in enumerate(months):
            self._add(grid, name, n + 1, 1, (2 + n // 4, n % 4, 1, 1))
        column = QVBoxLayout(self)
        column.addWidget(self.year)
        column.addLayout(grid)

    def _add(
        self, grid: QGridLayout, name: str, first: int, count: int, at: tuple[int, int, int, int]
    ) -> None:
        button = QPushButton(name, self)
        button.setAutoDefault(False)
        button.setMinimumWidth(48)
        self._parts[button] = (first, count)
        button.clicked.connect(self._on_part)
        grid.addWidget(button, *at)

    def _on_part(self) -> None:
        first, count = self._parts[self.sender()]
        self.chosen.emit(Period.months(self.year.value(), first, count))
