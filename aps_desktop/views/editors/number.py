"""Editors of what is typed as digits: numbers, percentages and amounts of money."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QCompleter, QLineEdit, QWidget

from aps_desktop.domain.errors import InvalidValue
from aps_desktop.domain.fields import Field, Kind
from aps_desktop.domain.money import CURRENCIES, Money
from aps_desktop.domain.values import Value
from aps_desktop.services import parsing
from aps_desktop.views.editors.base import Editor, EditorHost
from aps_desktop.views.plain_label import PlainLabel

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_FIRST = "USD EUR AUD CAD CNY GBP INR JPY KRW NZD BND IDR KHR LAK MMK MYR PHP SGD THB VND".split()


class TypedEditor(Editor):
    """A line whose text is read as a value; what it was taken for is shown when it is left."""

    def __init__(self, field: Field, host: EditorHost, parent: QWidget | None = None) -> None:
        super().__init__(field, host, parent)
        self.line = QLineEdit(self)
        self.line.textEdited.connect(self._on_edited)
        self.row.addWidget(self.line, 1)
        self.watch(self.line)

    def render(self, value: Value, labels: Mapping[UUID, str]) -> None:
        del labels
        at = self.line.cursorPosition()
        text = parsing.edit_text(self.field, value)
        self.line.setText(text)
        self.line.setCursorPosition(min(at, len(text)) if self.line.hasFocus() else 0)

    def is_changed(self) -> bool:
        try:
            return self.value() != self._stored
        except InvalidValue:
            return True

    def value(self) -> Value:
        return self.understood()[0]

    def understood(self) -> tuple[Value, str]:
        """The value, and a note when it had to be interpreted. InvalidValue when there is none."""
        return parsing.read(self.field, self.line.text(), self.host.today())

    def safe_value(self) -> Value:
        """The value, None while there is no valid one."""
        try:
            return self.value()
        except InvalidValue:
            return None

    def keep(self) -> Any:
        return self.line.text()

    def recall(self, kept: Any) -> None:
        self.line.setText(str(kept))

    def leaving(self) -> None:
        """Writes the value as it was understood, so that it can be checked at a glance."""
        if not self.is_changed():
            self.revert()
            return
        try:
            value, self.note = self.understood()
        except InvalidValue:
            return
        self.line.setText(parsing.edit_text(self.field, value))

    def _on_edited(self, text: str) -> None:
        del text
        self.typed.emit()


class NumberEditor(TypedEditor):
    """A number or percentage, right-aligned, with its thousands separated."""

    def __init__(self, field: Field, host: EditorHost, parent: QWidget | None = None) -> None:
        super().__init__(field, host, parent)
        self.line.setAlignment(_RIGHT)
        if field.kind is Kind.PERCENT:
            sign = PlainLabel("%", self, role="muted")
            sign.setObjectName("unit")
            self.row.addWidget(sign)


class MoneyEditor(TypedEditor):
    """Currency and amount; a currency typed with the amount chooses itself."""

    def __init__(self, field: Field, host: EditorHost, parent: QWidget | None = None) -> None:
        super().__init__(field, host, parent)
        self.line.setAlignment(_RIGHT)
        self.currency = QComboBox(self)
        self.currency.setEditable(True)
        self.currency.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.currency.addItems([*_FIRST, *sorted(CURRENCIES - set(_FIRST))])
        self.currency.completer().setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        self.currency.setFixedWidth(84)
        self.currency.setAccessibleName(f"{field.label}: currency")
        self.currency.lineEdit().setAccessibleName(f"{field.label}: currency")
        self.currency.activated.connect(self._on_currency)
        self.row.insertWidget(0, self.currency)
        self.line.setAccessibleName(f"{field.label}: amount")
        self.watch(self.line, self.currency)
        QWidget.setTabOrder(self.currency, self.line)

    def render(self, value: Value, labels: Mapping[UUID, str]) -> None:
        if isinstance(value, Money):
            self.currency.setCurrentText(value.currency)
        super().render(value, labels)

    def understood(self) -> tuple[Value, str]:
        code = self.currency.currentText().strip().upper()
        text = self.line.text()
        if text.strip() and code not in CURRENCIES:
            raise InvalidValue(
                f"“{code}” is not a currency.", "Use a code such as USD.", field=self.field.name
            )
        return parsing.read(self.field, text, self.host.today(), currency=code)

    def keep(self) -> Any:
        return [self.currency.currentText(), self.line.text()]

    def recall(self, kept: Any) -> None:
        self.currency.setCurrentText(str(kept[0]))
        self.line.setText(str(kept[1]))

    def leaving(self) -> None:
        value = self.safe_value()
        super().leaving()
        if isinstance(value, Money):  # a currency that was typed with the amount chooses itself
            self.currency.setCurrentText(value.currency)

    def _on_currency(self, index: int) -> None:
        del index
        self.typed.emit()
