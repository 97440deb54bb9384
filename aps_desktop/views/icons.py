"""The icons: shipped line drawings, painted at any size in a colour of the scheme in use."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPixmap

from aps_desktop.paths import resource_path
from aps_desktop.views import theme

_DISABLED = QIcon.Mode.Disabled


class _LineIcon(QIconEngine):
    """Asks for its colour when it paints, so that icons follow the scheme by themselves."""

    def __init__(self, name: str, hue: str) -> None:
        super().__init__()
        self._name = name
        self._hue = hue

    def clone(self) -> QIconEngine:
        return _LineIcon(self._name, self._hue)

    def paint(self, painter: QPainter, rect: object, mode: QIcon.Mode, state: QIcon.State) -> None:
        ratio = painter.device().devicePixelRatioF()
        side = min(rect.width(), rect.height())
        drawn = self._drawn(side, ratio, mode)
        left = rect.x() + (rect.width() - side) // 2
        painter.drawPixmap(left, rect.y() + (rect.height() - side) // 2, drawn)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self._drawn(min(size.width(), size.height()), 1.0, mode)

    def scaledPixmap(
        self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float
    ) -> QPixmap:
        return self._drawn(round(min(size.width(), size.height()) / scale), scale, mode)

    def _drawn(self, side: int, ratio: float, mode: QIcon.Mode) -> QPixmap:
        hue = "border_strong" if mode == _DISABLED else self._hue
        return pixmap(self._name, side, getattr(theme.tokens(), hue), ratio)


@lru_cache(maxsize=256)
def icon(name: str, hue: str = "text_muted") -> QIcon:
    """An icon by the name of its file, in the colour of a token (`hue`)."""
    return QIcon(_LineIcon(name, hue))


@lru_cache(maxsize=1024)
def pixmap(name: str, side: int, colour: str, ratio: float = 1.0) -> QPixmap:
    """An icon as a picture of `side` pixels (of the layout) in one colour."""
    from PySide6.QtSvg import QSvgRenderer

    made = QPixmap(max(1, round(side * ratio)), max(1, round(side * ratio)))
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    renderer = QSvgRenderer(QByteArray(_drawing(name).replace("currentColor", colour).encode()))
    renderer.render(painter, QRectF(0, 0, made.width(), made.height()))
    painter.end()
    made.setDevicePixelRatio(ratio)
    return made


@lru_cache(maxsize=256)
def _drawing(name: str) -> str:
    return resource_path("icons", f"{name}.svg").read_text(encoding="utf-8")
