"""Measures side by side: what each comes to, and under it what it is made of."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QSizePolicy, QVBoxLayout, QWidget

from aps_desktop.services.sheet_cells import Card, Opens
from aps_desktop.views import theme
from aps_desktop.views.plain_label import ElidedLabel, PlainLabel, plain_tip

_WIDTH = 138
_GAP = 6
_SIGNS = {"attention": "! ", "late": "✕ "}


class MeasureCard(QFrame):
    """One measure; pressing it opens the rows that make it."""

    opened = Signal(object)

    def __init__(self, card: Card, parent: QWidget | None = None, *, first: bool = False) -> None:
        super().__init__(parent)
        self._opens: Opens | None = card.figure.opens
        self.setObjectName(f"measure_{card.label.lower().replace(' ', '_')}")
        self.setProperty("measure", "first" if first else "other")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        label = PlainLabel(card.label, self, role="small")
        self.amount = ElidedLabel(_SIGNS.get(card.figure.look, "") + card.figure.text, self)
        font = theme.font(theme.BODY, bold=True)
        font.setFeature(QFont.Tag.fromString("tnum"), 1)
        self.amount.setFont(font)
        if card.figure.look in ("attention", "late", "ok"):
            self.amount.setProperty("status", card.figure.look)
        self.under = ElidedLabel(card.under, self, role="small")
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 5, 8, 5)
        column.setSpacing(1)
        for part in (label, self.amount, self.under):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            column.addWidget(part)
        self.setAccessibleName(f"{card.label}: {card.figure.text}. {card.under}".strip())
        self.setToolTip(plain_tip("\n".join(x for x in (card.figure.tip, card.under) if x)))
        if self._opens is not None:
            self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            self.setCursor(Qt.CursorShape.PointingHandCursor)

    def press(self) -> None:
        """Opens the rows behind the measure."""
        if self._opens is not None:
            self.opened.emit(self._opens)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(
            event.position().toPoint()
        ):
            self.press()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.press()
        else:
            super().keyPressEvent(event)


class MeasureStrip(QWidget):
    """Cards of one width in as many lines as they need; `opened` carries the rows behind one."""

    opened = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("measures")
        self.setAccessibleName("Measures")
        self.cards: list[MeasureCard] = []
        self._shown: tuple[Card, ...] = ()
        self._columns = 0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(_GAP)

    def show_cards(self, cards: Sequence[Card]) -> None:
        """Replaces the measures, unless they are the same."""
        if tuple(cards) == self._shown:
            return
        self._shown = tuple(cards)
        for old in self.cards:
            self._grid.removeWidget(old)
            old.hide()
            old.deleteLater()
        self.cards = []
        for number, card in enumerate(cards):
            made = MeasureCard(card, self, first=not number)
            made.opened.connect(self.opened)
            self.cards.append(made)
        self._columns = 0
        self._arrange()
        for made in self.cards:
            made.show()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        """As many columns as fit; what measures are made of is shown where two lines hold all."""
        columns = max(2, (self.width() + _GAP) // (_WIDTH + _GAP))
        if columns == self._columns or not self.cards:
            return
        for column in range(self._columns):
            self._grid.setColumnStretch(column, 0)
        self._columns = columns
        roomy = len(self.cards) <= 2 * columns and any(card.under for card in self._shown)
        for number, card in enumerate(self.cards):
            self._grid.removeWidget(card)
            self._grid.addWidget(card, number // columns, number % columns)
            card.under.setVisible(roomy)
        for column in range(min(columns, len(self.cards))):
            self._grid.setColumnStretch(column, 1)
