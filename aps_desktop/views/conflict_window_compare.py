"""One conflict side by side: base, mine, theirs, a proposed merge, or another value."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from aps_desktop.domain.entities import entity
from aps_desktop.domain.errors import InvalidValue
from aps_desktop.domain.fields import Kind
from aps_desktop.domain.office_names import office_name
from aps_desktop.domain.values import from_wire, to_wire
from aps_desktop.services import text_merge
from aps_desktop.services.conflicts import Conflict, Version
from aps_desktop.services.merge_report import moment
from aps_desktop.services.text_merge import Piece
from aps_desktop.views.conflict_window_card import ValueCard
from aps_desktop.views.editors import Editor, editor_for
from aps_desktop.views.form_host import FormHost
from aps_desktop.views.plain_label import PlainLabel
from aps_desktop.views.sync_pane_parts import button, put_inside, tell

if TYPE_CHECKING:
    from aps_desktop.views.context import Context

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


@dataclass(frozen=True)
class Option:
    """One value that can be taken."""

    key: str
    title: str
    wire: str | None
    value: str
    meta: str
    shown: bool = False


@dataclass
class Compared:
    """What became of a text in each version, and both edits together where they do not collide."""

    conflict: str
    pieces: list[list[Piece]] = field(default_factory=list)
    merged: str | None = None


class CompareView(QWidget):
    """`settle_requested` when Enter is pressed in here, `left` when Esc leaves the editor."""

    settle_requested = Signal()
    left = Signal()

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("compare")
        self.context = context
        self.host = FormHost(context, self)
        self.conflict: Conflict | None = None
        self.editor: Editor | None = None
        self.cards: list[ValueCard] = []
        self._options: list[Option] = []
        self._chosen = ""
        self.title = PlainLabel("", self, role="heading", wrap=True)
        self.title.setObjectName("conflict_title")
        self.where = PlainLabel("", self, role="muted", wrap=True)
        self.open = button("Open the record", "conflict_open", "quiet", self)
        self.open.clicked.connect(self._on_open)
        self._scroll = QScrollArea(self)
        self._another = PlainLabel("Another value (E)", self, role="section")
        self._place = QVBoxLayout()
        self.error = PlainLabel("", self, wrap=True)
        self.error.setObjectName("conflict_error")
        self.error.hide()
        self._lay_out()

    def _lay_out(self) -> None:
        self._scroll.setObjectName("conflict_values")
        self._scroll.setAccessibleName("Values")
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.viewport().setProperty("ground", "surface")
        head = QHBoxLayout()
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self.title)
        words.addWidget(self.where)
        head.addLayout(words, 1)
        head.addWidget(self.open, 0, Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 8)
        layout.setSpacing(10)
        layout.addLayout(head)
        layout.addWidget(self._scroll, 1)
        layout.addWidget(self._another)
        layout.addLayout(self._place)
        layout.addWidget(self.error)

    # Showing ------------------------------------------------------------------------------------

    def show_conflict(self, conflict: Conflict) -> None:
        """Puts its values side by side; nothing is chosen yet."""
        self.conflict = conflict
        self._chosen = ""
        kind = entity(conflict.entity)
        self.title.setText(conflict.label)
        self.where.setText(f"{kind.label} {conflict.named or conflict.title}")
        self._options = _options(conflict)
        self._show_cards(_is_long(conflict))
        self._show_editor()
        tell(self.error, "")
        if kind.field(conflict.field).kind in (Kind.TEXT, Kind.LONG_TEXT):
            self.context.runner.query(
                partial(_compare, conflict), self._on_compared, owner=self, key="compare"
            )

    def _show_cards(self, long: bool) -> None:
        page = QWidget(self)
        page.setProperty("ground", "surface")
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 4)
        across = QHBoxLayout()
        column.addLayout(across, 1 if long else 0)
        column.addStretch(0 if long else 1)
        across.setSpacing(12)
        self.cards = []
        for number, option in enumerate(self._options, 1):
            card = ValueCard(
                number, option.title, option.value, option.meta,
                shown=option.shown, long=long, parent=page,
            )  # fmt: skip
            card.picked.connect(self.pick)
            across.addWidget(card, 1)
            self.cards.append(card)
        put_inside(self._scroll, page)
        self.pick(self._chosen)

    def _show_editor(self) -> None:
        old, self.editor = self.editor, None
        if old is not None:
            self._place.removeWidget(old)
            old.hide()
            old.deleteLater()
        conflict = self.conflict
        made = entity(conflict.entity).field(conflict.field)
        self.editor = editor_for(made, self.host, self)
        self.editor.setAccessibleName(f"Another value of {conflict.label}")
        shown = next(v for v in conflict.versions if v.shown)
        value = from_wire(made, shown.wire)
        labels = {value: shown.value} if isinstance(value, UUID) else {}
        self.editor.set_value(value, labels)
        self.editor.typed.connect(self._on_typed)
        self._place.addWidget(self.editor)

    def _on_compared(self, found: Compared) -> None:
        if self.conflict is None or self.conflict.id != found.conflict:
            return
        if found.merged is not None:
            merged = Option("merged", "Both edits together", found.merged, found.merged,
                            "Proposed: the edits are in different places")  # fmt: skip
            self._options.append(merged)
            self._show_cards(_is_long(self.conflict))
        for card, pieces in zip(self.cards[1:], found.pieces, strict=False):
            card.show_pieces(pieces)

    # Choosing -----------------------------------------------------------------------------------

    def pick(self, wanted: str) -> None:
        """Takes "base", "mine", "theirs", "merged", or a card's number; nothing else is taken."""
        found = next(
            (
                option
                for at, option in enumerate(self._options, 1)
                if wanted and wanted in (str(at), option.key)
            ),
            None,
        )
        if wanted and found is None:
            return
        self._chosen = wanted and str(self._options.index(found) + 1)
        for card in self.cards:
            card.choose(str(card.number) == self._chosen)
        self._another.setText("Another value (E)")
        tell(self.error, "")

    def edit(self) -> None:
        """Gives the keyboard to the editor of another value."""
        self.editor.setFocus(Qt.FocusReason.OtherFocusReason)
        self._on_typed()

    def chosen(self) -> tuple[bool, str | None]:
        """(whether something is chosen, the canonical text to keep); says in place what is not."""
        if self._chosen == "typed":
            self.editor.leaving()
            try:
                value = self.editor.value()
                return True, None if value is None else to_wire(self.editor.field, value)
            except InvalidValue as error:
                tell(self.error, str(error), "late")
                return False, None
        if not self._chosen:
            tell(self.error, "Choose a value first: press its number, or E for another.", "late")
            return False, None
        return True, self._options[int(self._chosen) - 1].wire

    def _on_typed(self) -> None:
        self.pick("")
        self._chosen = "typed"
        self._another.setText("Another value (E): this one will be kept")

    def _on_open(self) -> None:
        if self.conflict is not None:
            self.context.show_record(self.conflict.entity, self.conflict.record)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys that the editor did not need: Enter settles, Esc goes back to the list."""
        if event.key() in _ENTER:
            self.settle_requested.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.pick("")
            self.left.emit()
        else:
            super().keyPressEvent(event)


def _options(conflict: Conflict) -> list[Option]:
    found = [Option("base", "Base", conflict.base_wire, conflict.base, "Before both edits")]
    others = 0
    for version in sorted(conflict.versions, key=lambda v: not v.mine):
        others += not version.mine
        key = "mine" if version.mine else "theirs" if others == 1 else f"theirs {others}"
        found.append(
            Option(
                key, _called(version), version.wire, version.value, _meta(version), version.shown
            )
        )
    for at, one in enumerate(conflict.proposals, 1):
        title = f"Proposed by {office_name(one.office)}"
        found.append(Option(f"proposal {at}", title, one.wire, one.value, _meta(one)))
    return found


def _called(version: Version) -> str:
    return "Mine" if version.mine else f"Theirs: {office_name(version.office)}"


def _meta(version: Version) -> str:
    who = version.officer or (office_name(version.office) if version.office else "")
    return " · ".join(part for part in (who, version.device, moment(version.at)) if part)


def _is_long(conflict: Conflict) -> bool:
    kind = entity(conflict.entity).field(conflict.field).kind
    texts = [conflict.base, *(v.value for v in (*conflict.versions, *conflict.proposals))]
    return kind is Kind.LONG_TEXT or max(len(text) for text in texts) > 160


def _compare(conflict: Conflict, _connection: object) -> Compared:
    """In a reading thread: long texts take their time."""
    ordered = sorted(conflict.versions, key=lambda v: not v.mine)
    base = conflict.base
    shown = (*ordered, *conflict.proposals)
    found = Compared(conflict.id, [text_merge.compare(base, v.value) for v in shown])
    if len(ordered) == 2 and entity(conflict.entity).field(conflict.field).kind is Kind.LONG_TEXT:
        found.merged = text_merge.put_together(base, ordered[0].value, ordered[1].value) or None
    return found
