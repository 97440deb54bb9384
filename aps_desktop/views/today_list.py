"""The lines of the Today page: sections, rules with their number, and the records to look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QFrame, QListView, QStyle, QStyledItemDelegate, QWidget

from aps_desktop.services.today import BETWEEN, ENDING, LATE, SECTIONS, SOON, UNTIDY, WAITING, Found
from aps_desktop.views import icons, theme

_DISPLAY = Qt.ItemDataRole.DisplayRole.value
_TIP = Qt.ItemDataRole.ToolTipRole.value
_ACCESSIBLE = Qt.ItemDataRole.AccessibleTextRole.value
LINE = Qt.ItemDataRole.UserRole.value + 1
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_ELIDE = Qt.TextElideMode.ElideRight
_NO_PEN = Qt.PenStyle.NoPen
_HOVERED = QStyle.StateFlag.State_MouseOver
_SELECTED = QStyle.StateFlag.State_Selected
_FOCUSED = QStyle.StateFlag.State_HasFocus
_ENABLED = Qt.ItemFlag.ItemIsEnabled
_CHOOSABLE = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
_ACTS = {"values_late": "Send again", "values_due": "Send again"}
"""What can be done about a record at once, by the rule that found it."""
_HEIGHTS = {"section": 40, "rule": 32, "record": 30, "step": 30, "gap": 10}
_HUES = {
    BETWEEN: ("conflict", "attention"),
    LATE: ("late", "late"),
    WAITING: ("clock", "attention"),
    SOON: ("calendar", "accent"),
    ENDING: ("attention", "attention"),
    UNTIDY: ("edit", "text_muted"),
}


@dataclass(frozen=True)
class Line:
    """One line: "section", "rule", "record", "step" or "gap". `thing` is what it opens, `act` what
    can be done about it at once."""

    kind: str
    text: str = ""
    note: str = ""
    section: str = ""
    thing: Any = None
    act: str = ""


def lines_of(
    found: list[Found], sections: tuple[str, ...], *, read_only: bool = False
) -> list[Line]:
    """The lines of some sections; nothing is offered to be done where nothing can be written."""
    acts = {} if read_only else _ACTS
    lines: list[Line] = []
    for section, title in SECTIONS:
        inside = [one for one in found if one.rule.section == section]
        if section not in sections or not inside:
            continue
        if lines:
            lines.append(Line("gap"))
        total = sum(one.count for one in inside)
        lines.append(Line("section", title, f"{total:,}", section))
        for one in inside:
            lines.append(Line("rule", one.rule.title, f"{one.count:,}", section, one))
            act = acts.get(one.rule.key, "")
            lines += [Line("record", a.title, a.message, section, a, act) for a in one.alarms]
    return lines


class TodayModel(QAbstractListModel):
    """The lines of one column."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self.lines: list[Line] = []

    def show(self, lines: list[Line]) -> None:
        self.beginResetModel()
        self.lines = lines
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.lines)

    def flags(self, index: QModelIndex) -> Qt.ItemFlag:
        opens = index.isValid() and self.lines[index.row()].thing is not None
        return _CHOOSABLE if opens else _ENABLED

    def data(self, index: QModelIndex, role: int = _DISPLAY) -> Any:
        if not index.isValid():
            return None
        line = self.lines[index.row()]
        if role == LINE:
            return line
        if role == _DISPLAY:
            return line.text
        if role == _TIP:
            return f"{line.act} (Ctrl+Return)" if line.act else None
        return f"{line.text}, {line.note}" if role == _ACCESSIBLE else None


class TodayList(QListView):
    """As high as its lines, so that the page scrolls as one. `chosen` carries what to open, `acted`
    what to do something about."""

    chosen = Signal(object)
    acted = Signal(object)

    def __init__(self, name: str, title: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.lines = TodayModel(self)
        self.setModel(self.lines)
        self.setItemDelegate(_LineDelegate(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.clicked.connect(self._on_chosen)
        self.activated.connect(self._on_activated)

    def show_lines(self, lines: list[Line]) -> None:
        self.lines.show(lines)
        self.setFixedHeight(sum(_HEIGHTS[line.kind] for line in lines) + 4)
        self.setVisible(bool(lines))

    def wheelEvent(self, event: object) -> None:
        event.ignore()  # the page scrolls, not the list

    def act_rect(self, index: QModelIndex) -> QRect:
        """Where a line says what can be done at once; empty where nothing can."""
        line: Line = index.data(LINE)
        return _act_rect(_inside(self.visualRect(index)), line.act) if line.act else QRect()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        left = event.button() == Qt.MouseButton.LeftButton
        if left and index.isValid() and self.act_rect(index).contains(event.position().toPoint()):
            self.acted.emit(index.data(LINE).thing)
            return
        super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        line = self.currentIndex().data(LINE) if self.currentIndex().isValid() else None
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            if line is not None and line.act:
                self.acted.emit(line.thing)
            return
        super().keyPressEvent(event)

    def _on_chosen(self, index: QModelIndex) -> None:
        line: Line = index.data(LINE)
        if line.thing is not None:
            self.chosen.emit(line.thing)

    def _on_activated(self, index: QModelIndex) -> None:
        # A single click has been told by `clicked` already where the system activates by it.
        if not self.style().styleHint(QStyle.StyleHint.SH_ItemView_ActivateItemOnSingleClick):
            self._on_chosen(index)


def _inside(rect: QRect) -> QRect:
    return rect.adjusted(12, 1, -12, -1)


def _act_rect(rect: QRect, words: str) -> QRect:
    """The right end of a line, as wide as the words with some room to hit."""
    wide = QFontMetrics(theme.font(theme.SMALL)).horizontalAdvance(words) + 14
    return rect.adjusted(rect.width() - wide, 0, 10, 0)


class _LineDelegate(QStyledItemDelegate):
    def sizeHint(self, option: object, index: QModelIndex) -> QSize:
        return QSize(100, _HEIGHTS[index.data(LINE).kind])

    def paint(self, painter: QPainter, option: object, index: QModelIndex) -> None:
        line: Line = index.data(LINE)
        if line.kind == "gap":
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        t = theme.tokens()
        rect: QRect = option.rect
        plate = rect.adjusted(2, 1, -2, -1)
        chosen = bool(option.state & _SELECTED and option.state & _FOCUSED)
        if line.thing is not None and (chosen or option.state & _HOVERED):
            painter.setPen(_NO_PEN)
            painter.setBrush(theme.colour(t.selection if chosen else t.hover))
            painter.drawRoundedRect(plate, 6, 6)
        getattr(self, f"_paint_{line.kind}")(painter, _inside(rect), line)
        painter.restore()

    def _paint_section(self, painter: QPainter, rect: QRect, line: Line) -> None:
        t = theme.tokens()
        icon, hue = _HUES.get(line.section, ("history", "text_muted"))
        colour = getattr(t, hue)
        ratio = painter.device().devicePixelRatioF()
        low = rect.adjusted(0, 8, 0, 0)
        painter.drawPixmap(low.x(), low.center().y() - 9, icons.pixmap(icon, 19, colour, ratio))
        painter.setFont(theme.font(theme.HEADING, bold=True))
        painter.setPen(theme.colour(t.text))
        painter.drawText(low.adjusted(29, 0, 0, 0), _LEFT, line.text)
        if line.note:
            left = 29 + painter.fontMetrics().horizontalAdvance(line.text) + 10
            painter.setFont(theme.font(theme.BODY))
            painter.setPen(theme.colour(t.text_muted))
            painter.drawText(low.adjusted(left, 1, 0, 0), _LEFT, line.note)

    def _paint_rule(self, painter: QPainter, rect: QRect, line: Line) -> None:
        t = theme.tokens()
        painter.setFont(theme.font(theme.BODY, bold=True))
        painter.setPen(theme.colour(t.text_muted))
        painter.drawText(rect.adjusted(29, 0, -90, 0), _LEFT, line.text)
        painter.setFont(theme.font(theme.SMALL))
        painter.setPen(theme.colour(t.accent))
        painter.drawText(rect, _RIGHT, f"Show {line.note}")

    def _paint_record(self, painter: QPainter, rect: QRect, line: Line) -> None:
        hue = _HUES[line.section][1]
        if line.act:
            at = _act_rect(rect, line.act)
            painter.setFont(theme.font(theme.SMALL))
            painter.setPen(theme.colour(theme.tokens().accent))
            painter.drawText(at.adjusted(0, 0, -10, 0), _RIGHT, line.act)
            rect = rect.adjusted(0, 0, -at.width() + 10, 0)
        self._paint_line(painter, rect, line, getattr(theme.tokens(), hue))

    def _paint_step(self, painter: QPainter, rect: QRect, line: Line) -> None:
        self._paint_line(painter, rect, line, theme.tokens().text_muted)

    def _paint_line(self, painter: QPainter, rect: QRect, line: Line, hue: str) -> None:
        painter.setFont(theme.font(theme.BODY))
        metrics = painter.fontMetrics()
        note = metrics.elidedText(line.note, _ELIDE, rect.width() // 2)
        width = metrics.horizontalAdvance(note)
        painter.setPen(theme.colour(hue))
        painter.drawText(rect, _RIGHT, note)
        words = rect.adjusted(29, 0, -width - 18, 0)
        painter.setPen(theme.colour(theme.tokens().text))
        text = line.text.replace("\n", " ")
        painter.drawText(words, _LEFT, metrics.elidedText(text, _ELIDE, words.width()))
