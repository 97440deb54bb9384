"""Editors of sets: chips with a line behind them, for words and for records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from PySide6.QtCore import QObject, QStringListModel, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCompleter, QLineEdit, QToolButton, QWidget

from aps_desktop.domain.entities import entity
from aps_desktop.domain.errors import InvalidValue
from aps_desktop.domain.fields import Field
from aps_desktop.domain.values import Value, clean_text
from aps_desktop.services import parsing
from aps_desktop.views.editors.base import Editor, EditorHost
from aps_desktop.views.editors.flow import FlowLayout
from aps_desktop.views.editors.record_line import RecordLine


class ChipEditor(Editor):
    """Chips in lines. Backspace in the empty line, or Delete on a chip, takes one away."""

    full_width = True

    def __init__(self, field: Field, host: EditorHost, parent: QWidget | None = None) -> None:
        super().__init__(field, host, parent)
        self._box = QWidget(self)
        self._flow = FlowLayout(self._box, stretch_last=True)
        self.row.addWidget(self._box)
        self._chips: dict[Any, QToolButton] = {}
        self.members: dict[Any, str] = {}
        self.line = self.make_line()
        self.line.setMinimumWidth(160)
        self._flow.addWidget(self.line)
        self.watch(self.line)

    def make_line(self) -> QLineEdit:
        raise NotImplementedError

    def show_members(self, members: Mapping[Any, str]) -> None:
        """Shows these members, sorted by their words; chips that stay are left as they are."""
        wanted = dict(sorted(members.items(), key=_by_words))
        for key in [k for k in self._chips if k not in wanted]:
            chip = self._chips.pop(key)
            if chip.hasFocus():
                self.line.setFocus()
            self._flow.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        for at, (key, words) in enumerate(wanted.items()):
            if key not in self._chips:
                self._chips[key] = self._new_chip(words)
                self._flow.insert(at, self._chips[key])
        self.members = wanted
        self.updateGeometry()

    def add(self, key: Any, words: str) -> None:
        self.show_members({**self.members, key: words})
        self.line.clear()
        self.touched()

    def remove(self, key: Any) -> None:
        self.show_members({k: w for k, w in self.members.items() if k != key})
        self.touched()

    def key_pressed(self, watched: QObject, event: QKeyEvent) -> bool:
        if isinstance(watched, QToolButton):
            if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
                self._remove_chip(watched)
                return True
        elif event.key() == Qt.Key.Key_Backspace and not self.line.text() and self.members:
            self.remove(list(self.members)[-1])
            return True
        elif event.key() == Qt.Key.Key_Escape and self.line.text():
            self.line.clear()
            return True
        return super().key_pressed(watched, event)

    def _new_chip(self, words: str) -> QToolButton:
        chip = QToolButton(self._box)
        # A mnemonic would eat the ampersand of "Education & training".
        chip.setText(f"{words[:60].replace('&', '&&')}  ✕")
        chip.setObjectName(f"{self.field.name}_chip")
        chip.setAccessibleName(f"{self.field.label}: remove {words}")
        chip.setProperty("chip", True)
        chip.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        chip.clicked.connect(self._on_chip)
        chip.installEventFilter(self)
        QWidget.setTabOrder(self.line, chip)
        return chip

    def _on_chip(self) -> None:
        self._remove_chip(self.sender())

    def _remove_chip(self, chip: QObject) -> None:
        for key, own in self._chips.items():
            if own is chip:
                self.line.setFocus()
                self.remove(key)
                return


class TagsEditor(ChipEditor):
    """Words; Enter or a comma ends one."""

    def make_line(self) -> QLineEdit:
        line = QLineEdit(self._box)
        line.setPlaceholderText("Add a word, then Enter")
        self._words = QStringListModel(self)
        completer = QCompleter(self._words, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.activated[str].connect(self._on_word)
        line.setCompleter(completer)
        line.textEdited.connect(self._on_edited)
        self.went_in.connect(self._on_went_in)
        return line

    def render(self, value: Value, labels: Mapping[UUID, str]) -> None:
        del labels
        words = value if isinstance(value, frozenset) else ()
        self.line.clear()
        self.show_members({str(w): str(w) for w in words})

    def offer(self, words: list[str]) -> None:
        """Words used elsewhere, for completing."""
        self._words.setStringList(words)

    def is_changed(self) -> bool:
        return frozenset(self.members) != (self._stored or frozenset()) or bool(self.line.text())

    def value(self) -> Value:
        return frozenset({*self.members, *self._typed_words()})

    def keep(self) -> Any:
        return sorted({*self.members, *self._typed_words()})

    def recall(self, kept: Any) -> None:
        self.show_members({str(w): str(w) for w in kept})

    def leaving(self) -> None:
        self._take_typed()

    def key_pressed(self, watched: QObject, event: QKeyEvent) -> bool:
        if (
            watched is self.line
            and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            and self.line.text().strip()
            and not event.modifiers()
        ):
            self._take_typed()
            self.done.emit()
            return True
        return super().key_pressed(watched, event)

    def _typed_words(self) -> frozenset[str]:
        value, _ = parsing.read(self.field, self.line.text(), self.host.today())
        return value if isinstance(value, frozenset) else frozenset()  # type: ignore[return-value]

    def _take_typed(self) -> None:
        words = self._typed_words()
        self.line.clear()
        if words:
            self.show_members({**self.members, **{w: w for w in words}})

    def _on_edited(self, text: str) -> None:
        if text.endswith((",", ";")):
            self._take_typed()
        self.typed.emit()

    def _on_went_in(self) -> None:
        self.host.words_used(self.field, self.offer, self)

    def _on_word(self, word: str) -> None:
        self.add(clean_text(word), clean_text(word))
        # The completer writes the word into the line once more after this.
        QTimer.singleShot(0, self.line, self.line.clear)


class ReferencesEditor(ChipEditor):
    """Records; the line finds them by their names."""

    def make_line(self) -> QLineEdit:
        line = RecordLine(self.field.target, self.host, self._box)
        line.setPlaceholderText(f"Add {entity(self.field.target).one}")
        line.picked.connect(self._on_picked)
        return line

    def render(self, value: Value, labels: Mapping[UUID, str]) -> None:
        ids = value if isinstance(value, frozenset) else ()
        self.line.clear()
        self.show_members({i: labels.get(i, "(not here)") for i in ids})  # type: ignore[call-overload]

    def is_changed(self) -> bool:
        return frozenset(self.members) != (self._stored or frozenset()) or bool(
            self.line.text().strip()
        )

    def value(self) -> Value:
        typed = self.line.text().strip()
        if typed:
            raise InvalidValue(
                f"“{typed}” was not chosen from the list.",
                "Choose it there, or empty the line.",
                field=self.field.name,
            )
        return frozenset(self.members)

    def keep(self) -> Any:
        return [[id.hex, words] for id, words in self.members.items()]

    def recall(self, kept: Any) -> None:
        self.show_members({UUID(hex): str(words) for hex, words in kept})

    def leaving(self) -> None:
        self.line.hide_found()
        if found := self.line.settled():
            self.add(*found)

    def _on_picked(self, id: UUID, label: str) -> None:
        self.add(id, label)
        self.done.emit()


def _by_words(item: tuple[Any, str]) -> str:
    return item[1].casefold()
