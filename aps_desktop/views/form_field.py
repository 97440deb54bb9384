"""One field of a form: label, editor, and under it help, notes and what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from aps_desktop.domain.errors import InvalidValue, UserError
from aps_desktop.domain.fields import Field
from aps_desktop.domain.values import Value
from aps_desktop.views import icons
from aps_desktop.views.editors import Editor, EditorHost, editor_for
from aps_desktop.views.plain_label import ElidedLabel, PlainLabel
from aps_desktop.views.record_header import restyle

_ABSENT = object()
_SENTENCES = frozenset({"title", "measure"})


class FieldRow(QWidget):
    """`given` carries a valid value that differs from the stored one."""

    given = Signal(object)
    typed = Signal()

    def __init__(self, field: Field, host: EditorHost, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = field
        self.error: UserError | None = None
        self._sent: object = _ABSENT
        self._inside = False
        self.setObjectName(f"field_{field.name}")
        self.label = PlainLabel(field.label, self, role="small")
        self.badge: QToolButton | None = None
        self.proposal: QToolButton | None = None
        self.proposed: ElidedLabel | None = None
        top = self._top = QHBoxLayout()
        top.setSpacing(6)
        top.addWidget(self.label)
        if field.required:
            top.addWidget(PlainLabel("required", self, role="small"))
        top.addStretch(1)
        self.editor: Editor = editor_for(field, host, self)
        self.label.setBuddy(self.editor)
        self.help = self._under(field.help, "help")
        self.message = self._under("", "message")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addLayout(top)
        column.addWidget(self.editor)
        column.addWidget(self.help)
        column.addWidget(self.message)
        column.addStretch(1)
        self.editor.done.connect(self._on_done)
        self.editor.typed.connect(self._on_typed)
        self.editor.went_in.connect(self._on_went_in)
        self.editor.went_out.connect(self._on_went_out)

    @property
    def full_width(self) -> bool:
        """Whether the field takes a line of its own; a title does, since it is often a sentence."""
        return self.editor.full_width or self.field.name in _SENTENCES

    def show_value(self, value: Value, labels: object) -> None:
        """Shows a stored value in place of whatever was typed."""
        self._sent = _ABSENT
        self.say_nothing()
        self.editor.set_value(value, labels)

    def refresh(self, value: Value, labels: object) -> None:
        """Takes over a stored value that may be new; what is being typed stays as it is."""
        self._sent = _ABSENT
        changed = self.editor.is_changed()
        self.editor.set_stored(value, labels)
        now = self.editor.is_changed()
        if not now:
            if self.error is not None:
                self.say_nothing()
            if not self._inside:
                self.editor.set_value(value, labels)
        elif not changed:
            self.editor.set_value(value, labels)

    def commit(self, *, again: bool = False) -> bool:
        """Gives the typed value if it is new; False, and the reason in place, if it is invalid."""
        try:
            value = self.editor.value()
        except InvalidValue as error:
            self.show_error(error)
            return False
        self.show_note(self.editor.note)
        if same(value, self.editor.stored):
            return True
        if again or self._sent is _ABSENT or not same(value, self._sent):
            self._sent = value
            self.given.emit(value)
        return True

    def bad(self) -> bool:
        """Whether what is typed is no value; says why in place."""
        try:
            self.editor.value()
        except InvalidValue as error:
            self.show_error(error)
            return True
        return False

    def failed(self) -> None:
        """The value that was given could not be written: it may be given again."""
        self._sent = _ABSENT

    def give_back(self, value: object, labels: object) -> None:
        """The value that was given is only proposed: the stored one is shown, unless typing went
        on."""
        with suppress(InvalidValue):
            if same(self.editor.value(), value):
                self.show_value(self.editor.stored, labels)

    def pending(self) -> bool:
        """Whether what is typed is not stored."""
        return self.editor.is_changed()

    def show_error(self, error: UserError) -> None:
        self.error = error
        self._say(str(error), "late", "✕ ")

    def show_warning(self, words: str) -> None:
        if self.error is None:
            self._say(words, "attention", "! ")

    def show_note(self, words: str) -> None:
        """How a doubtful text was understood."""
        self.error = None
        self._say(words, "attention" if words else "", "")

    def say_nothing(self) -> None:
        self.error = None
        self._say("", "", "")

    def show_conflict(self, here: bool, clicked: Callable[[], None]) -> None:
        """The badge of a field that two offices changed differently; pressing it settles it."""
        if here == (self.badge is not None):
            return
        if self.badge is not None:
            self._top.removeWidget(self.badge)
            self.badge.deleteLater()
            self.badge = None
            return
        self.badge = self._badge("Two values", "conflict")
        self.badge.setObjectName(f"{self.field.name}_conflict")
        self.badge.setAccessibleName(f"{self.field.label}: two values, settle the conflict")
        self.badge.clicked.connect(clicked)
        self._top.addWidget(self.badge)

    def show_proposal(self, words: str, clicked: Callable[[], None]) -> None:
        """The badge of a field for which another office proposes something; "" takes it away."""
        for part in (self.proposal, self.proposed):
            if part is not None:
                part.hide()
                part.deleteLater()
        self.proposal = self.proposed = None
        if not words:
            return
        self.proposed = ElidedLabel(f"Proposed {words}", self, role="small")
        self.proposed.setObjectName(f"{self.field.name}_proposed")
        self.proposed.setProperty("status", "attention")
        column = self.layout()
        column.insertWidget(column.indexOf(self.editor) + 1, self.proposed)
        made = self.proposal = self._badge("Proposal", "flag")
        made.setObjectName(f"{self.field.name}_proposal")
        made.setAccessibleName(f"{self.field.label}: proposed {words}, accept or decline")
        made.clicked.connect(clicked)
        self._top.addWidget(made)

    def _badge(self, words: str, icon: str) -> QToolButton:
        """A button no higher than the label beside it: fields in one line stay in it."""
        made = QToolButton(self)
        made.setText(words)
        made.setProperty("badge", True)
        made.setIcon(icons.icon(icon, "attention"))
        high = self.label.sizeHint().height()
        made.setIconSize(QSize(high - 3, high - 3))
        made.setFixedHeight(high)
        made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        return made

    def _say(self, words: str, status: str, sign: str) -> None:
        self.message.setText(f"{sign}{words}" if words else "")
        self.message.setProperty("status", status)
        restyle(self.message)
        self.message.setVisible(bool(words))
        self.editor.setAccessibleDescription(words)
        for kind in (QLineEdit, QComboBox, QPlainTextEdit):
            for part in self.editor.findChildren(kind):
                problem = bool(words) and status == "late"
                if bool(part.property("problem")) != problem:
                    part.setProperty("problem", problem)
                    restyle(part)

    def _under(self, words: str, name: str) -> QLabel:
        label = PlainLabel(words, self, role="small", wrap=True)
        label.setObjectName(f"{self.field.name}_{name}")
        label.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
        label.hide()
        return label

    def _on_done(self) -> None:
        self.commit()

    def _on_typed(self) -> None:
        if self.error is not None and not self.editor.is_changed():
            self.say_nothing()
        self.typed.emit()

    def _on_went_in(self) -> None:
        self._inside = True
        self.help.setVisible(bool(self.field.help))

    def _on_went_out(self) -> None:
        self._inside = False
        self.help.hide()


def same(one: object, other: object) -> bool:
    """Whether two values are the same; nothing, empty text and the empty set are."""
    if one in (None, "", frozenset()) and other in (None, "", frozenset()):
        return True
    return type(one) is type(other) and one == other
