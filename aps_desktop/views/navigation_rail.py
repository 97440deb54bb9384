"""The rail at the window's left: areas with icon and word, the open one with its places."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QPainter
from PySide6.QtWidgets import QFrame, QListView, QStyle, QStyledItemDelegate, QVBoxLayout, QWidget

from aps_desktop.views import icons, theme
from aps_desktop.views.navigation import places
from aps_desktop.views.navigation_model import ROW, NavigationModel, Row

WIDE, NARROW = 216, 60
_AREA_HEIGHT, _PLACE_HEIGHT = 34, 27
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_CENTRE = Qt.AlignmentFlag.AlignCenter
_SELECTED = QStyle.StateFlag.State_Selected
_HOVERED = QStyle.StateFlag.State_MouseOver
_FOCUSED = QStyle.StateFlag.State_HasFocus
_NO_PEN = Qt.PenStyle.NoPen
_NO_BRUSH = Qt.BrushStyle.NoBrush
_BOLD = QFont.Weight.DemiBold


class _RailDelegate(QStyledItemDelegate):
    """Draws a row as a rounded plate; selection by plate, weight and colour together."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.narrow = False
        self.area = ""

    def sizeHint(self, option: object, index: QModelIndex) -> QSize:
        kind = index.data(ROW).kind
        return QSize(NARROW, _AREA_HEIGHT if kind == "area" else _PLACE_HEIGHT)

    def paint(self, painter: QPainter, option: object, index: QModelIndex) -> None:
        row: Row = index.data(ROW)
        t = theme.tokens()
        chosen = bool(option.state & _SELECTED)
        plate = option.rect.adjusted(8, 1, -8, -1)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = t.accent_soft if chosen else t.hover if option.state & _HOVERED else ""
        painter.setPen(theme.colour(t.accent) if chosen and option.state & _FOCUSED else _NO_PEN)
        if ground:
            painter.setBrush(theme.colour(ground))
            painter.drawRoundedRect(plate, 6, 6)
        painter.setBrush(_NO_BRUSH)
        lit = chosen or (row.kind == "area" and row.open)
        colour = t.accent if lit else t.text if row.kind == "area" else t.text_muted
        font = QFont(option.font)
        font.setWeight(_BOLD if lit else QFont.Weight.Normal)
        painter.setFont(font)
        painter.setPen(theme.colour(colour))
        if row.kind == "area":
            self._paint_area(painter, plate, row, colour if lit else t.text_muted)
        else:
            self._paint_place(painter, plate, row, colour)
        painter.restore()

    def _paint_area(self, painter: QPainter, plate: QRect, row: Row, colour: str) -> None:
        ratio = painter.device().devicePixelRatioF()
        drawn = icons.pixmap(row.icon, 20, colour, ratio)
        left = plate.x() + ((plate.width() - 20) // 2 if self.narrow else 9)
        painter.drawPixmap(left, plate.y() + (plate.height() - 20) // 2, drawn)
        if self.narrow:
            if row.badge:
                painter.setBrush(theme.colour(theme.tokens().late))
                painter.setPen(_NO_PEN)
                painter.drawEllipse(left + 16, plate.y() + 4, 7, 7)
            return
        painter.drawText(plate.adjusted(39, 0, -34, 0), _LEFT, row.title)
        if row.badge:
            self._paint_badge(painter, plate, row.badge)

    def _paint_badge(self, painter: QPainter, plate: QRect, number: int) -> None:
        t = theme.tokens()
        text = f"{number:,}" if number < 1000 else "999+"
        painter.setFont(theme.font(theme.SMALL, bold=True))
        width = max(20, painter.fontMetrics().horizontalAdvance(text) + 12)
        badge = QRect(plate.right() - width - 5, plate.center().y() - 8, width, 17)
        painter.setPen(_NO_PEN)
        painter.setBrush(theme.colour(t.late_soft))
        painter.drawRoundedRect(badge, 8, 8)
        painter.setPen(theme.colour(t.late))
        painter.drawText(badge, _CENTRE, text)

    def _paint_place(self, painter: QPainter, plate: QRect, row: Row, colour: str) -> None:
        words = plate.adjusted(39, 0, -2, 0)
        if row.kind == "more":
            name = "chevron-down" if row.open else "chevron-right"
            ratio = painter.device().devicePixelRatioF()
            drawn = icons.pixmap(name, 14, colour, ratio)
            painter.drawPixmap(plate.x() + 20, plate.y() + (plate.height() - 14) // 2, drawn)
        elided = Qt.TextElideMode.ElideRight
        text = painter.fontMetrics().elidedText(row.title, elided, words.width())
        painter.drawText(words, _LEFT, text)


class NavigationRail(QFrame):
    """`place_requested` carries a place's key, `area_requested` an area's."""

    place_requested = Signal(str)
    area_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("navigation")
        self._key = ""
        self.model = NavigationModel(self)
        self.view = QListView(self)
        self.view.setObjectName("navigation_list")
        self.view.setAccessibleName("Areas and pages")
        self.view.setModel(self.model)
        self._delegate = _RailDelegate(self.view)
        self.view.setItemDelegate(self._delegate)
        self.view.setMouseTracking(True)
        self.view.setFrameShape(QFrame.Shape.NoFrame)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setStyleSheet("QListView { background: transparent; }")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 8)
        layout.addWidget(self.view)
        self.view.clicked.connect(self._on_chosen)
        self.view.activated.connect(self._on_chosen)
        self.set_narrow(False)

    def show_place(self, key: str) -> None:
        """Marks the place that is open now."""
        self._key = key
        place = places()[key]
        self.model.open_area(place.area, unfold=place.minor)
        self._mark()

    def set_badge(self, area: str, number: int) -> None:
        self.model.set_badge(area, number)
        self._mark()

    def is_narrow(self) -> bool:
        return self._delegate.narrow

    def set_narrow(self, narrow: bool) -> None:
        """Icons alone, or icons and words."""
        self._delegate.narrow = narrow
        self.setFixedWidth(NARROW if narrow else WIDE)
        self.model.set_narrow(narrow)
        self._mark()

    def _mark(self) -> None:
        at = self.model.row_of(self._key) if self._key else -1
        if at >= 0:
            self.view.setCurrentIndex(self.model.index(at))

    def _on_chosen(self, index: QModelIndex) -> None:
        row: Row = index.data(ROW)
        if row.kind == "more":
            self.model.turn_more()
            self._mark()
        elif row.key.startswith("area:"):
            self.area_requested.emit(row.key.removeprefix("area:"))
        else:
            self.place_requested.emit(row.key)
