"""One chart in the window: its picture, what is pointed at, and the way through it by keyboard."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QColor,
    QPainter,
    QPen,
    QPixmap,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from aps_desktop.views import theme

if TYPE_CHECKING:
    from aps_desktop.services.chart_data import Chart, Mark
    from aps_desktop.tasks.chart_renderer import ChartRenderer, Picture

_SETTLED_MS = 90
_FORWARD = frozenset({Qt.Key.Key_Right, Qt.Key.Key_Down})
_BACK = frozenset({Qt.Key.Key_Left, Qt.Key.Key_Up})
_OPEN = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space})
_LINES_READ = 40
_SHADE = 30


class ChartView(QWidget):
    """Shows a chart. `opened` carries the Mark that was clicked, `sharp` that the picture fits."""

    opened = Signal(object)
    sharp = Signal()

    def __init__(
        self, renderer: ChartRenderer, name: str, title: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName(f"chart_{name}")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.title = title
        self.priority = 0
        self.chart: Chart | None = None
        self._renderer = renderer
        self._pixmap: QPixmap | None = None
        self._regions: tuple[tuple[int, tuple[float, ...]], ...] = ()
        self._size = QSize()
        self._drawn: object = None
        self._asked: object = None
        self._at = -1
        self._settled = QTimer(self)
        self._settled.setObjectName("chart_settled")
        self._settled.setSingleShot(True)
        self._settled.setInterval(_SETTLED_MS)
        self._settled.timeout.connect(self._ask)

    # What is shown ------------------------------------------------------------------------------

    def show_chart(self, chart: Chart) -> None:
        """Draws a chart in place of the one that is there, which stays until the new one is."""
        self.chart = chart
        self._at = -1
        self.setAccessibleName(chart.head.finding)
        self.setAccessibleDescription(_spoken(chart))
        self._ask()

    def is_sharp(self) -> bool:
        """Whether the picture is that of the present chart in the present size."""
        return self.chart is not None and self._drawn == self._wanted()

    def current(self) -> Mark | None:
        """The mark that is pointed at, by mouse or keyboard."""
        return self.chart.marks[self._at] if self.chart and self._at >= 0 else None

    def region_centre(self, mark: int) -> QPoint:
        """A point inside a mark's first region; for the keyboard's tool tip."""
        at = next(at for number, at in self._regions if number == mark)
        shape = self._shape(at).boundingRect()
        return shape.center().toPoint()

    def _wanted(self) -> object:
        if self.chart is None:
            return None
        size = (max(self.width(), 40), max(self.height(), 40))
        return self.chart.drawable, size, self.devicePixelRatioF(), theme.is_dark()

    def _ask(self) -> None:
        wanted = self._wanted()
        if wanted is None or wanted in (self._drawn, self._asked) or not self.isVisible():
            return
        self._asked = wanted
        drawable, size, ratio, dark = wanted

        self._renderer.picture(
            drawable, size, ratio, dark, self._on_drawn, key=self, priority=self.priority
        )

    def _on_drawn(self, picture: Picture | None) -> None:
        asked, self._asked = self._asked, None
        if picture is None:
            return
        self._pixmap = QPixmap.fromImage(picture.image)
        self._regions = picture.regions
        self._size = QSize(*asked[1])
        self._drawn = asked
        self.update()
        if self.is_sharp():
            self.sharp.emit()
        elif not self._settled.isActive():
            self._ask()

    # Pointing -----------------------------------------------------------------------------------

    def _scale(self) -> tuple[float, float]:
        if self._size.isEmpty():
            return 1.0, 1.0
        return self.width() / self._size.width(), self.height() / self._size.height()

    def _shape(self, at: tuple[float, ...]) -> QPolygonF:
        across, down = self._scale()
        points = [QPointF(x * across, y * down) for x, y in zip(at[::2], at[1::2], strict=True)]
        if len(points) == 2:
            return QPolygonF(QRectF(points[0], points[1]))
        return QPolygonF(points)

    def mark_at(self, point: QPointF) -> int:
        """The place of the mark under a point; -1 where there is none. What was drawn last wins."""
        for mark, at in reversed(self._regions):
            if self._shape(at).containsPoint(point, Qt.FillRule.OddEvenFill):
                return mark
        return -1

    def mouseMoveEvent(self, event: object) -> None:
        mark = self.mark_at(event.position())
        if mark != self._at:
            self._point(mark)
        if mark >= 0:
            self._tell(event.globalPosition().toPoint())
        else:
            QToolTip.hideText()

    def leaveEvent(self, event: object) -> None:
        if not self.hasFocus():
            self._point(-1)

    def mouseReleaseEvent(self, event: object) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._point(self.mark_at(event.position()))
            self._open()

    def keyPressEvent(self, event: object) -> None:
        key = event.key()
        marks = self._walked()
        if key in _OPEN and self._at >= 0:
            self._open()
        elif marks and (
            key in _FORWARD or key in _BACK or key in (Qt.Key.Key_Home, Qt.Key.Key_End)
        ):
            self._step(marks, key)
        else:
            super().keyPressEvent(event)

    def _walked(self) -> list[int]:
        """The marks that are drawn, in their order."""
        return sorted({mark for mark, _ in self._regions})

    def _step(self, marks: list[int], key: int) -> None:
        here = marks.index(self._at) if self._at in marks else None
        if key == Qt.Key.Key_Home or (here is None and key in _FORWARD):
            at = 0
        elif key == Qt.Key.Key_End or here is None:
            at = len(marks) - 1
        else:
            at = min(max(here + (1 if key in _FORWARD else -1), 0), len(marks) - 1)
        self._point(marks[at])
        self._tell(self.mapToGlobal(self.region_centre(marks[at])))
        mark = self.current()
        words = f"{mark.label}: {mark.value}"
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, words))

    def _point(self, mark: int) -> None:
        self._at = mark
        here = self.current()
        hand = here is not None and (here.entity or here.record)
        self.setCursor(Qt.CursorShape.PointingHandCursor if hand else Qt.CursorShape.ArrowCursor)
        self.update()

    def _tell(self, at: QPoint) -> None:
        mark = self.current()
        text = f"<b>{escape(mark.label)}</b><br>{escape(mark.value)}"
        QToolTip.showText(at + QPoint(4, 4), text, self)

    def _open(self) -> None:
        mark = self.current()
        if mark is not None and mark.entity:
            QToolTip.hideText()
            self.opened.emit(mark)

    # Qt's own -----------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(560, 400)

    def paintEvent(self, event: object) -> None:
        painter = QPainter(self)
        tokens = theme.tokens()
        if self._pixmap is None:
            self._paint_waiting(painter)
            return
        # While the window is being resized the old picture is stretched; the sharp one follows.
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not self.is_sharp())
        painter.drawPixmap(self.rect(), self._pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._at >= 0:
            self._paint_pointed(painter, tokens)
        if self.hasFocus():
            painter.setPen(QPen(theme.colour(tokens.accent), 2))
            painter.drawRect(QRectF(self.rect()).adjusted(1, 1, -1, -1))

    def _paint_pointed(self, painter: QPainter, tokens: theme.Tokens) -> None:
        """What is pointed at is shaded; a shape that is no box gets its outline too."""
        shade = QColor(tokens.text)
        shade.setAlpha(_SHADE)
        painter.setBrush(shade)
        for mark, at in self._regions:
            if mark == self._at:
                edge = QPen(theme.colour(tokens.text), 1.2)
                painter.setPen(edge if len(at) > 4 else Qt.PenStyle.NoPen)
                painter.drawPolygon(self._shape(at))
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _paint_waiting(self, painter: QPainter) -> None:
        """Before the first picture: the finding, or the chart's name, where it will stand."""
        tokens = theme.tokens()
        painter.fillRect(self.rect(), theme.colour(tokens.surface))
        words = self.chart.head.finding if self.chart is not None else self.title
        painter.setFont(theme.font(theme.HEADING, bold=True))
        painter.setPen(theme.colour(tokens.text_muted))
        area = QRectF(self.rect()).adjusted(20, 16, -60, -16)
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
        painter.drawText(area, flags, words)

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)
        if self._pixmap is None:
            self._ask()
        else:
            self._settled.start()

    def showEvent(self, event: object) -> None:
        super().showEvent(event)
        self._ask()

    def focusInEvent(self, event: object) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: object) -> None:
        super().focusOutEvent(event)
        self._point(-1)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._ask()


def _spoken(chart: Chart) -> str:
    """What a screen reader says of the chart: what it measures, and its table."""
    rows = chart.table.texts(_LINES_READ)
    lines = [", ".join(chart.table.headings), *(", ".join(row) for row in rows)]
    return f"{chart.head.subtitle}. {chart.head.source}. " + "; ".join(lines)
