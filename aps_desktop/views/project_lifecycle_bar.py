"""The four stages of a project's life as a bar: what is behind, where it stands, what is ahead."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from aps_desktop.domain.lifecycle import STAGES
from aps_desktop.views import theme

_HEIGHT = 34
_TIP = 10.0
_CENTRE = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap


class LifecycleBar(QWidget):
    """Told apart by words and a sign before them, not by colour alone."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stage = -1
        self._ended = False
        self.setObjectName("lifecycle_bar")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_stage(self, stage: int, *, ended: bool) -> None:
        """The stage counted from 0, -1 for none; `ended` when the project is over."""
        self._stage, self._ended = stage, ended
        words = STAGES[stage][1] if stage >= 0 else "not known"
        self.setAccessibleName(f"Stage {stage + 1} of {len(STAGES)}: {words}")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(480, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = (self.width() - _TIP) / len(STAGES)
        for number, (_, words) in enumerate(STAGES):
            self._draw(painter, QRectF(number * width, 1, width, self.height() - 2), number, words)
        painter.end()

    def _draw(self, painter: QPainter, box: QRectF, number: int, words: str) -> None:
        t = theme.tokens()
        here = number == self._stage and not self._ended
        behind = number < self._stage or (number == self._stage and self._ended)
        ground = t.accent if here else t.accent_soft if behind else t.surface_alt
        ink = t.accent_text if here else t.accent if behind else t.text_muted
        painter.setPen(QPen(theme.colour(t.border if not here else t.accent), 1))
        painter.setBrush(theme.colour(ground))
        painter.drawPolygon(_arrow(box, first=number == 0))
        painter.setPen(theme.colour(ink))
        painter.setFont(theme.font(theme.SMALL, bold=here))
        sign = "✓ " if behind else ""
        inside = box.adjusted(_TIP + 4, 0, -2, 0)
        painter.drawText(inside, int(_CENTRE), f"{sign}{words}")


def _arrow(box: QRectF, *, first: bool) -> QPolygonF:
    middle = box.center().y()
    points = [
        box.topLeft(),
        box.topRight(),
        QPointF(box.right() + _TIP, middle),
        box.bottomRight(),
        box.bottomLeft(),
    ]
    if not first:
        points.append(QPointF(box.left() + _TIP, middle))
    return QPolygonF(points)
