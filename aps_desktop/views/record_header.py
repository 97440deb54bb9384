"""The head of a record's page: code, title, status, the clock of its step, and what can be done."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QVBoxLayout, QWidget

from aps_desktop.domain.entities import entity
from aps_desktop.domain.fields import Entity, Kind
from aps_desktop.services.records import Record
from aps_desktop.views import icons, status_look
from aps_desktop.views.plain_label import PlainLabel

_PUBLISHED = frozenset({"project", "programme", "fund"})
"""What is an activity of its own in IATI."""


class RecordHeader(QWidget):
    """Shows one record's name; `action_requested` carries the name of what was asked for."""

    action_requested = Signal(str)

    def __init__(self, kind: Entity, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kind = kind
        self.setObjectName("record_header")
        self.code = PlainLabel("", self, role="small")
        self.code.setObjectName("record_code")
        self.title = PlainLabel("", self, role="heading", wrap=True)
        self.title.setObjectName("record_title")
        self.chip = PlainLabel("", self)
        self.chip.setObjectName("record_status")
        self.chip.setProperty("chip", "neutral")
        self.clock = PlainLabel("", self, role="small")
        self.clock.setObjectName("record_clock")
        self.more = self._more_button()
        top = QHBoxLayout()
        top.setSpacing(8)
        middle = Qt.AlignmentFlag.AlignVCenter
        top.addWidget(self.code, 0, middle)
        top.addWidget(self.chip, 0, middle)
        top.addWidget(self.clock, 0, middle)
        top.addStretch(1)
        top.addWidget(self.more)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 10, 12, 8)
        column.setSpacing(2)
        column.addLayout(top)
        column.addWidget(self.title)

    def show_record(self, record: Record, clock: str = "") -> None:
        """Shows a record that is there."""
        code = record.values.get(self._kind.code) if self._kind.code else None
        title = record.title
        if isinstance(code, str) and title.startswith(f"{code} · "):
            title = title[len(code) + 3 :]
        self.code.setText(str(code) if isinstance(code, str) and code != title else "")
        self.code.setVisible(bool(self.code.text()))
        self.title.setText(title if len(title) <= 240 else title[:239] + "…")
        self.clock.setText(clock)
        self._show_status(record)
        self.more.show()

    def show_new(self) -> None:
        """Shows that the record is not made yet."""
        self.code.hide()
        self.title.setText(f"New {self._kind.label.lower()}")
        self._chip("Not created yet", "neutral")
        self.clock.setText("")
        self.more.hide()

    def _show_status(self, record: Record) -> None:
        for name in status_look.STATUS_FIELDS:
            field = self._kind.by_name.get(name)
            if field is not None and field.kind is Kind.CHOICE:
                key = str(record.values.get(name) or "")
                self._chip(field.choice_label(key) if key else "", status_look.hue(key))
                return
        self._chip("", "neutral")

    def _chip(self, words: str, hue: str) -> None:
        self.chip.setText(words)
        self.chip.setProperty("chip", hue)
        restyle(self.chip)
        self.chip.setVisible(bool(words))

    def _more_button(self) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(icons.icon("more"))
        button.setObjectName("record_more")
        button.setAccessibleName(f"More about this {self._kind.label.lower()}")
        button.setToolTip("More")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(button)
        words = entity(self._kind.name).label.lower()
        published = [("iati", "Export to IATI…")] if self._kind.name in _PUBLISHED else []
        for name, text in (
            ("copy_name", "Copy code and title"),
            *published,
            ("duplicate", f"Make a copy of this {words}"),
            ("delete", f"Delete this {words}"),
        ):
            action = QAction(text, menu)
            action.setObjectName(f"record_{name}")
            action.setData(name)
            action.triggered.connect(self._on_triggered)
            menu.addAction(action)
        menu.aboutToShow.connect(self._offer_report)
        button.setMenu(menu)
        return button

    def _offer_report(self) -> None:
        """Reports are looked up when the menu first opens: their modules are not needed before."""
        from aps_desktop.services.reports import reports_of

        menu = self.more.menu()
        if self.findChild(QAction, "record_report") is None and reports_of(self._kind.name):
            action = QAction("Make a report…", menu)
            action.setObjectName("record_report")
            action.setData("report")
            action.triggered.connect(self._on_triggered)
            menu.insertAction(menu.actions()[0], action)

    def _on_triggered(self) -> None:
        self.action_requested.emit(self.sender().data())


def restyle(widget: QWidget) -> None:
    """Applies the style sheet anew after a property that it looks at has changed."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.updateGeometry()
