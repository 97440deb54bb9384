"""Paints the rows of a list: texts, status chips, headings of groups, the selection.

One loop over what is visible. A delegate would be asked cell by cell, seven roles each, and a frame
of 450 cells took longer than Qt's own model in C++ does (measured).
"""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QRect, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPixmap
from PySide6.QtWidgets import QTableView

from aps_desktop.models.list_rows import ListRows, right_aligned
from aps_desktop.views import icons, status_look, theme

PADDING = 8
_CHIP_HEIGHT = 20
_ICON = 12
_SIGN = 15
CHIP_FRAME = _ICON + 22
_CHIP_TOP = (theme.ROW_HEIGHT - 1 - _CHIP_HEIGHT) // 2
_KEPT = 20_000
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_PLAIN = int(Qt.TextFlag.TextSingleLine | Qt.TextFlag.TextDontClip)
_ELIDE = Qt.TextElideMode.ElideRight
_NONE = QModelIndex()


class ListPainter:
    """Draws for one `ListTable`; keeps cut texts and chips, which are the same in most frames."""

    def __init__(self, table: QTableView) -> None:
        self._table = table
        self._cut: dict[tuple[str, int], str] = {}
        self._chips: dict[tuple[str, str], QPixmap] = {}
        self._font = QFont()
        self._metrics = QFontMetrics(self._font)
        self.restyle()

    def restyle(self) -> None:
        """Forgets what was drawn with another font or in other colours."""
        self._cut.clear()
        self._chips.clear()
        self._font = QFont(self._table.font())
        # Digits of one width, so that amounts stand under one another.
        self._font.setFeature(QFont.Tag.fromString("tnum"), 1)
        self._metrics = QFontMetrics(self._font)

    def paint(self, painter: QPainter, area: QRect) -> None:
        """Draws the rows that touch `area` of the viewport."""
        table = self._table
        model: ListRows = table.model()
        painter.setFont(self._font)
        row = table.rowAt(area.top())
        if row < 0:
            return
        last = table.rowAt(area.bottom())
        last = model.rowCount() - 1 if last < 0 else last
        columns = self._columns(area)
        height = theme.ROW_HEIGHT
        y = table.rowViewportPosition(row)
        width = table.viewport().width()
        while row <= last:
            texts = model.texts(row)
            selected = self._ground(painter, row, QRect(0, y, width, height))
            if texts:
                self._row(painter, row, y, texts, columns, selected)
            elif head := model.heading(row):
                self._heading(painter, QRect(0, y, width, height), head)
            row, y = row + 1, y + height

    def _columns(self, area: QRect) -> list[tuple[int, int, int, int, bool]]:
        """(column, left, width, alignment, status) of the columns that touch the area."""
        header = self._table.horizontalHeader()
        fields = self._table.model().fields
        found = []
        for column, field in enumerate(fields):
            left, width = header.sectionViewportPosition(column), header.sectionSize(column)
            if width and left <= area.right() and left + width >= area.left():
                side = _RIGHT if right_aligned(field) else _LEFT
                inner = width - 2 * PADDING
                status = status_look.is_status(field)
                found.append((column, left + PADDING, inner, side | _PLAIN, status))
        return found

    def _ground(self, painter: QPainter, row: int, rect: QRect) -> bool:
        table, tokens = self._table, theme.tokens()
        selection = table.selectionModel()
        selected = selection.isRowSelected(row, _NONE)
        if selected:
            painter.fillRect(rect, theme.colour(tokens.selection))
        line = QRect(rect.left(), rect.bottom(), rect.width(), 1)
        painter.fillRect(line, theme.colour(tokens.surface_alt if selected else tokens.hover))
        if table.hasFocus() and table.currentIndex().row() == row:
            bar = QRect(0, rect.top(), 3, rect.height())
            painter.fillRect(bar, theme.colour(tokens.accent))
        tone = tokens.selection_text if selected else tokens.text
        painter.setPen(theme.colour(tone))
        return selected

    def _row(
        self,
        painter: QPainter,
        row: int,
        y: int,
        texts: tuple[str, ...],
        columns: list[tuple[int, int, int, int, bool]],
        selected: bool,
    ) -> None:
        cut, height = self._cut, theme.ROW_HEIGHT - 1
        if self._table.marked and self._table.model().rid_at(row) in self._table.marked and columns:
            columns = [self._sign(painter, y, columns[0]), *columns[1:]]
        for column, left, width, flags, status in columns:
            text = texts[column]
            if not text or width <= 0:
                continue
            if status:
                self._chip_cell(painter, row, column, QRect(left, y, width, height), text)
                continue
            shown = cut.get((text, width))
            if shown is None:
                shown = self._fit(text, width)
            painter.drawText(left, y, width, height, flags, shown)

    def _sign(
        self, painter: QPainter, y: int, place: tuple[int, int, int, int, bool]
    ) -> tuple[int, int, int, int, bool]:
        """The sign of a conflict at the left of a cell, and the room that is left beside it."""
        column, left, width, flags, status = place
        ratio = self._table.devicePixelRatioF()
        sign = icons.pixmap("conflict", _SIGN, theme.tokens().attention, ratio)
        painter.drawPixmap(left, y + (theme.ROW_HEIGHT - 1 - _SIGN) // 2, sign)
        return column, left + _SIGN + 5, width - _SIGN - 5, flags, status

    def _fit(self, text: str, width: int) -> str:
        if len(self._cut) > _KEPT:
            self._cut.clear()
        shown = self._metrics.elidedText(text, _ELIDE, width)
        self._cut[text, width] = shown
        return shown

    def is_cut(self, text: str, width: int) -> bool:
        """Whether a text does not fit a column and so deserves a tip."""
        return self._fit(text, width - 2 * PADDING) != text

    def _chip_cell(self, painter: QPainter, row: int, column: int, rect: QRect, text: str) -> None:
        shown = self._cut.get((text, room := rect.width() - CHIP_FRAME))
        if shown is None:
            shown = self._fit(text, room)
        chip = self._chip(str(self._table.model().stored(row, column)), shown)
        painter.drawPixmap(rect.left(), rect.top() + _CHIP_TOP, chip)

    def _chip(self, key: str, text: str) -> QPixmap:
        """A rounded ground with icon and word; drawn once for each status."""
        known = self._chips.get((key, text))
        if known is not None:
            return known
        of = status_look.hue(key)
        tokens = theme.tokens()
        ground = tokens.hover if of == "neutral" else getattr(tokens, f"{of}_soft")
        ink = tokens.text_muted if of == "neutral" else getattr(tokens, of)
        ratio = self._table.devicePixelRatioF()
        width = self._metrics.horizontalAdvance(text) + CHIP_FRAME
        chip = QPixmap(round(width * ratio), round(_CHIP_HEIGHT * ratio))
        chip.setDevicePixelRatio(ratio)
        chip.fill(Qt.GlobalColor.transparent)
        painter = QPainter(chip)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(theme.colour(ground))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawRoundedRect(0, 0, width, _CHIP_HEIGHT, 9, 9)
        icon = icons.pixmap(status_look.icon_of(of), _ICON, ink, ratio)
        painter.drawPixmap(7, (_CHIP_HEIGHT - _ICON) // 2, icon)
        painter.setPen(theme.colour(ink))
        painter.setFont(self._font)
        painter.drawText(_ICON + 12, 0, width, _CHIP_HEIGHT, _LEFT | _PLAIN, text)
        painter.end()
        self._chips[key, text] = chip
        return chip

    def _heading(self, painter: QPainter, rect: QRect, head: tuple[str, int, bool]) -> None:
        """A group's label across the whole width."""
        label, count, is_open = head
        tokens = theme.tokens()
        painter.fillRect(rect.adjusted(0, 0, 0, -1), theme.colour(tokens.surface_alt))
        ratio = self._table.devicePixelRatioF()
        arrow = "chevron-down" if is_open else "chevron-right"
        top = rect.top() + (rect.height() - 14) // 2
        painter.drawPixmap(8, top, icons.pixmap(arrow, 14, tokens.text_muted, ratio))
        bold = QFont(self._font)
        bold.setWeight(QFont.Weight.DemiBold)
        painter.setFont(bold)
        painter.setPen(theme.colour(tokens.text))
        words = QFontMetrics(bold).elidedText(label, _ELIDE, rect.width() - 120)
        wide = QFontMetrics(bold).horizontalAdvance(words)
        painter.drawText(28, rect.top(), wide + 4, rect.height(), _LEFT | _PLAIN, words)
        painter.setFont(self._font)
        painter.setPen(theme.colour(tokens.text_muted))
        left = 28 + wide + 8
        painter.drawText(left, rect.top(), 100, rect.height(), _LEFT | _PLAIN, f"{count:,}")
