"""The rows of the navigation rail: areas, and below the open one its places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from aps_desktop.views.navigation import AREAS, area_of, places, places_in

_DISPLAY = Qt.ItemDataRole.DisplayRole.value
_TIP = Qt.ItemDataRole.ToolTipRole.value
_ACCESSIBLE = Qt.ItemDataRole.AccessibleTextRole.value
ROW = Qt.ItemDataRole.UserRole.value + 1

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class Row:
    """One row: an "area", a "place", or the "more" that unfolds an area's minor places."""

    kind: str
    key: str
    title: str
    icon: str = ""
    badge: int = 0
    open: bool = False


class NavigationModel(QAbstractListModel):
    """Rows of the rail; rebuilt whole when the open area changes, since there are few."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._area = ""
        self._folded = True
        self._narrow = False
        self._badges: dict[str, int] = {}
        self._rows: list[Row] = []
        self._rebuild()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = _DISPLAY) -> Any:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if role == _DISPLAY:
            return row.title
        if role == ROW:
            return row
        if role == _ACCESSIBLE:
            return f"{row.title}, {row.badge}" if row.badge else row.title
        return row.title if role == _TIP and self._narrow else None

    def open_area(self, area: str, *, unfold: bool = False) -> None:
        """Shows an area's places; those of the others fold away."""
        if area == self._area and not (unfold and self._folded):
            return
        self._folded = not unfold
        self._area = area
        self._rebuild()

    def turn_more(self) -> None:
        """Folds or unfolds the minor places."""
        self._folded = not self._folded
        self._rebuild()

    def set_narrow(self, narrow: bool) -> None:
        """A collapsed rail shows the areas' icons only."""
        self._narrow = narrow
        self._rebuild()

    def set_badge(self, area: str, number: int) -> None:
        """The number beside an area; 0 shows none."""
        if self._badges.get(area, 0) != number:
            self._badges[area] = number
            self._rebuild()

    def row_of(self, key: str) -> int:
        """The row of a place, else of its area; -1 when there is none."""
        rows = {row.key: at for at, row in enumerate(self._rows)}
        place = places().get(key)
        return rows.get(key, rows.get(f"area:{place.area}", -1) if place else -1)

    def _rebuild(self) -> None:
        self.beginResetModel()
        self._rows = []
        for area in AREAS:
            inside = places_in(area.key)
            opened = area.key == self._area
            badge = self._badges.get(area.key, 0)
            single = len(inside) == 1
            key = inside[0].key if single else f"area:{area.key}"
            self._rows.append(Row("area", key, area.title, area.icon, badge, opened))
            if opened and not single and not self._narrow:
                self._rows += self._places(area.key)
        self.endResetModel()

    def _places(self, area: str) -> list[Row]:
        inside = places_in(area)
        major = [Row("place", p.key, p.title) for p in inside if not p.minor]
        minor = [Row("place", p.key, p.title) for p in inside if p.minor]
        if not minor:
            return major
        more = Row("more", f"more:{area}", "More", open=not self._folded)
        return [*major, more, *([] if self._folded else minor)]


def area_title(key: str) -> str:
    """The words of the area in which a place stands."""
    return area_of(places()[key].area).title
