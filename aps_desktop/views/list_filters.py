"""One small editor for each column of a list's filter row, by the field's kind."""

from __future__ import annotations

from datetime import date
from functools import partial

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QLineEdit,
    QMenu,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
    QWidgetAction,
)

from aps_desktop.db.queries.lists import Filter
from aps_desktop.domain.errors import UserError
from aps_desktop.domain.fields import Field, Kind
from aps_desktop.models.list_words import bound_words, choice_words, read_bound
from aps_desktop.views.plain_label import PlainLabel

TYPING_MS = 30
"""A pause in typing after which the list is filtered."""

_FILLING = (QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
_CHOSEN = frozenset({Kind.CHOICE, Kind.YES_NO})
_RANGES = frozenset({Kind.DATE, Kind.PERIOD, Kind.NUMBER, Kind.PERCENT, Kind.MONEY})


class FilterEditor(QWidget):
    """The base: `changed` when the officer asks for something else, `entered` by the keyboard.

    `inner` is what takes the keyboard; no focus proxy, or the Tab key would come by twice.
    """

    changed = Signal()
    entered = Signal()

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = field
        self.setObjectName(f"filter_{field.name}")
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(2, 1, 2, 3)

    def _hold(self, widget: QWidget) -> None:
        widget.setProperty("compact", True)
        widget.setAccessibleName(f"Filter {self.field.label}")
        self._box.addWidget(widget)
        self.inner = widget
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusIn:
            self.entered.emit()
        return super().eventFilter(watched, event)

    def filters(self) -> tuple[Filter, ...]:
        """What the list is to be narrowed by; nothing when the editor is empty."""
        raise NotImplementedError

    def show_filters(self, filters: tuple[Filter, ...]) -> None:
        """Shows what narrows the list, without telling so."""
        raise NotImplementedError


class ContainsFilter(FilterEditor):
    """Words that a text, or the name of a record that is referred to, contains."""

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self.line = QLineEdit(self)
        self.line.setPlaceholderText("contains…")
        self.line.setClearButtonEnabled(True)
        self._hold(self.line)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(TYPING_MS)
        self._pause.timeout.connect(self.changed)
        self.line.textEdited.connect(self._on_edited)

    def _on_edited(self) -> None:
        self._pause.start()

    def filters(self) -> tuple[Filter, ...]:
        text = self.line.text().strip()
        return (Filter(self.field.name, "contains", (text,)),) if text else ()

    def show_filters(self, filters: tuple[Filter, ...]) -> None:
        texts = [str(f.values[0]) for f in filters if f.op == "contains"]
        if self.line.text().strip() != (texts[0] if texts else ""):
            self.line.setText(texts[0] if texts else "")


class ChoicesFilter(FilterEditor):
    """Any of several choices, "nothing" among them; the menu stays open while one ticks."""

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self.button = QToolButton(self)
        self.button.setSizePolicy(*_FILLING)
        self.button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._hold(self.button)
        self._menu = QMenu(self.button)
        self.button.setMenu(self._menu)
        self._boxes: dict[object, QCheckBox] = {}
        for key, words in (*choice_words(field), (None, "(empty)")):
            box = QCheckBox(words, self._menu)
            box.setObjectName(f"choice_{key if key is not None else 'empty'}")
            box.setContentsMargins(8, 4, 8, 4)
            action = QWidgetAction(self._menu)
            action.setDefaultWidget(box)
            self._menu.addAction(action)
            self._boxes[key] = box
            box.toggled.connect(self._on_toggled)
        self._label()

    def _on_toggled(self) -> None:
        self._label()
        self.changed.emit()

    def filters(self) -> tuple[Filter, ...]:
        ticked = tuple(key for key, box in self._boxes.items() if box.isChecked())
        return (Filter(self.field.name, "any_of", ticked),) if ticked else ()

    def show_filters(self, filters: tuple[Filter, ...]) -> None:
        ticked = {str(v) if v is not None else None for f in filters for v in _chosen(f)}
        for key, box in self._boxes.items():
            box.blockSignals(True)
            box.setChecked((str(key) if key is not None else None) in ticked)
            box.blockSignals(False)
        self._label()

    def _label(self) -> None:
        words = [box.text() for box in self._boxes.values() if box.isChecked()]
        text = words[0] if len(words) == 1 else f"{len(words)} of {len(self._boxes)}"
        self.button.setText(f"{text if words else 'any'} ▾")


class RangeFilter(FilterEditor):
    """From and to, typed as in a form; a wrong text is said in place and narrows nothing."""

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self.button = QToolButton(self)
        self.button.setSizePolicy(*_FILLING)
        self.button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._hold(self.button)
        menu = QMenu(self.button)
        self.button.setMenu(menu)
        panel = QWidget(menu)
        grid = QGridLayout(panel)
        grid.setContentsMargins(12, 8, 12, 8)
        self.edges: dict[str, QLineEdit] = {}
        for at, (op, words) in enumerate((("from", "From"), ("to", "To"))):
            line = QLineEdit(panel)
            line.setObjectName(f"{op}_{field.name}")
            line.setAccessibleName(f"{field.label}, {words.lower()}")
            line.setPlaceholderText(_EXAMPLES.get(field.kind, "1,000"))
            line.setMinimumWidth(150)
            label = PlainLabel(words, panel, role="muted")
            label.setBuddy(line)
            grid.addWidget(label, at, 0)
            grid.addWidget(line, at, 1)
            line.editingFinished.connect(self._on_finished)
            line.returnPressed.connect(menu.close)
            self.edges[op] = line
        self._empty = QCheckBox("Only where empty", panel)
        self._empty.toggled.connect(self._on_finished)
        self._said = PlainLabel("", panel, role="small", wrap=True)
        self._said.setObjectName("range_problem")
        grid.addWidget(self._empty, 2, 0, 1, 2)
        grid.addWidget(self._said, 3, 0, 1, 2)
        action = QWidgetAction(menu)
        action.setDefaultWidget(panel)
        menu.addAction(action)
        menu.aboutToShow.connect(partial(QTimer.singleShot, 0, self.edges["from"].setFocus))
        self._shown: tuple[Filter, ...] = ()
        self._label()

    def _on_finished(self) -> None:
        try:
            found = self._read()
        except UserError as error:
            self._said.setText(str(error))
            return
        self._said.setText("")
        if found != self._shown:
            self._shown = found
            self._label()
            self.changed.emit()

    def _read(self) -> tuple[Filter, ...]:
        name = self.field.name
        if self._empty.isChecked():
            return (Filter(name, "empty"),)
        typed = {op: line.text().strip() for op, line in self.edges.items()}
        values = {op: read_bound(self.field, op, text) for op, text in typed.items() if text}
        return tuple(Filter(name, op, (value,)) for op, value in values.items())

    def filters(self) -> tuple[Filter, ...]:
        return self._shown

    def show_filters(self, filters: tuple[Filter, ...]) -> None:
        self._shown = tuple(f for f in filters if f.op in ("from", "to", "empty"))
        by_op = {f.op: f for f in self._shown}
        for op, line in self.edges.items():
            line.setText(bound_words(self.field, by_op[op].values[0]) if op in by_op else "")
        self._empty.blockSignals(True)
        self._empty.setChecked("empty" in by_op)
        self._empty.blockSignals(False)
        self._label()

    def _label(self) -> None:
        words = {f.op: bound_words(self.field, f.values[0]) for f in self._shown if f.values}
        if any(f.op == "empty" for f in self._shown):
            text = "empty"
        elif len(words) == 2:
            text = f"{words['from']} – {words['to']}"
        elif "from" in words:
            text = f"≥ {words['from']}"
        else:
            text = f"≤ {words['to']}" if words else "any"
        self.button.setText(f"{text} ▾")


_EXAMPLES = {Kind.DATE: f"1 Jan {date.today().year}", Kind.PERIOD: f"1 Jan {date.today().year}"}


def _chosen(item: Filter) -> tuple[object, ...]:
    return (None,) if item.op == "empty" else item.values


def filter_editor(field: Field, parent: QWidget | None = None) -> FilterEditor:
    """The editor for a field's kind."""
    if field.kind in _CHOSEN:
        return ChoicesFilter(field, parent)
    return RangeFilter(field, parent) if field.kind in _RANGES else ContainsFilter(field, parent)
