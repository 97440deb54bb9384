"""The header of a list: sorts by a click, moves columns by dragging, and holds the filter row."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QHeaderView, QScrollBar, QWidget

from aps_desktop.db.queries.lists import Filter
from aps_desktop.domain.fields import Field
from aps_desktop.views.list_filters import FilterEditor, filter_editor

_ROW = 34
_LEAST = 40


class ListHeader(QHeaderView):
    """`filtered` carries (field name, its filters) when an editor of the filter row changes.

    `before`: the widget after which the Tab key comes to the filter row.
    """

    filtered = Signal(str, object)
    columns_menu_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setObjectName("list_header")
        self.setAccessibleName("Column headings")
        self.setSectionsClickable(True)
        self.setSectionsMovable(True)
        self.setSortIndicatorShown(False)
        self.setHighlightSections(False)
        self.setMinimumSectionSize(_LEAST)
        self.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.before: QWidget | None = None
        self._editors: dict[str, FilterEditor] = {}
        self._shown = False
        self._fields: tuple[Field, ...] = ()
        self._filters: dict[str, tuple[Filter, ...]] = {}
        self.sectionResized.connect(self._place)
        self.sectionMoved.connect(self._place)

    # The filter row ------------------------------------------------------------------------------

    def filter_row_shown(self) -> bool:
        return self._shown

    def show_filter_row(self, shown: bool) -> None:
        """Shows or hides the row of editors under the headings."""
        self._shown = shown
        self._fill()
        self.updateGeometries()
        self.geometriesChanged.emit()

    def enter_filter_row(self) -> None:
        """Whoever has just opened the row wants to type in it."""
        if self._shown and self._fields:
            first = self._fields[self.logicalIndex(0)].name
            self._editors[first].inner.setFocus(Qt.FocusReason.TabFocusReason)

    def show_fields(self, fields: tuple[Field, ...]) -> None:
        """The columns have become others."""
        self._fields = fields
        self._fill()

    def show_filters(self, filters: Mapping[str, tuple[Filter, ...]]) -> None:
        """Shows in the editors what narrows the list."""
        self._filters = dict(filters)
        for name, editor in self._editors.items():
            editor.show_filters(self._filters.get(name, ()))

    def editor(self, name: str) -> FilterEditor | None:
        """The editor of a field's column, while the row is shown."""
        return self._editors.get(name)

    def _fill(self) -> None:
        wanted = {field.name: field for field in self._fields} if self._shown else {}
        for name in [name for name in self._editors if name not in wanted]:
            self._editors.pop(name).deleteLater()
        for name, field in wanted.items():
            if name not in self._editors:
                editor = filter_editor(field, self)
                editor.show_filters(self._filters.get(name, ()))
                editor.changed.connect(self._on_editor_changed)
                editor.entered.connect(self._on_editor_entered)
                self._editors[name] = editor
                editor.show()
        self._place()

    def _on_editor_changed(self) -> None:
        editor = self.sender()
        if isinstance(editor, FilterEditor):
            self.filtered.emit(editor.field.name, editor.filters())

    def _on_editor_entered(self) -> None:
        """The Tab key goes on to columns that are out of sight: they come into it."""
        editor, bar = self.sender(), self.parentWidget().horizontalScrollBar()
        hidden = editor.x() + editor.width() - self.viewport().width()
        if editor.x() < 0 or hidden > 0:
            bar.setValue(bar.value() + (editor.x() if editor.x() < 0 else hidden))

    # Geometry ------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        size = super().sizeHint()
        return QSize(size.width(), size.height() + (_ROW if self._shown else 0))

    def updateGeometries(self) -> None:
        self.setViewportMargins(0, 0, 0, _ROW if self._shown else 0)
        super().updateGeometries()
        self._place()

    def follow(self, bar: QScrollBar) -> None:
        """The editors go with their columns; Qt tells a header nothing of its new offset."""
        bar.valueChanged.connect(self._place)

    def _place(self) -> None:
        if not self._editors or self.count() != len(self._fields):
            return
        top = self.height() - _ROW
        before = self.before
        for visual in range(self.count()):
            column = self.logicalIndex(visual)
            editor = self._editors.get(self._fields[column].name)
            if editor is None:
                continue
            left = self.sectionViewportPosition(column)
            editor.setGeometry(left, top, self.sectionSize(column), _ROW)
            if before is not None:
                QWidget.setTabOrder(before, editor.inner)
            before = editor.inner

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)
        self._place()

    # Columns -------------------------------------------------------------------------------------

    def order(self) -> list[int]:
        """The columns from left to right as they stand."""
        return [self.logicalIndex(visual) for visual in range(self.count())]

    def straighten(self) -> None:
        """Puts every column in its own place again, after the model took over the order."""
        for column in range(self.count()):
            at = self.visualIndex(column)
            if at != column:
                self.moveSection(at, column)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.columns_menu_requested.emit(event.globalPos())
