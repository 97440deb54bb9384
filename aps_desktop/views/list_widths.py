"""How wide the columns of a list are until an officer drags them: as wide as what is in them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QFontMetrics

from aps_desktop.domain.fields import Entity, Field, Kind
from aps_desktop.views import status_look
from aps_desktop.views.list_paint import CHIP_FRAME, PADDING
from aps_desktop.views.list_table import ListTable

_MOST = {
    Kind.TEXT: 180,
    Kind.LONG_TEXT: 260,
    Kind.NUMBER: 130,
    Kind.MONEY: 230,
    Kind.PERCENT: 90,
    Kind.DATE: 130,
    Kind.PERIOD: 170,
    Kind.CHOICE: 200,
    Kind.REFERENCE: 170,
    Kind.TAGS: 180,
    Kind.YES_NO: 90,
    Kind.FILE: 170,
    Kind.REFERENCES: 180,
}
_SAMPLES = {Kind.DATE: "23 Nov 2026", Kind.PERIOD: "Q4 2026", Kind.MONEY: "USD 250,000.00"}
_LOOKED_AT = 40
"""So many rows say how wide a column's contents are; to measure all would take seconds."""
_MEASURED = 5
"""The widest text is one of the longest; measuring is what takes the time."""
_SLACK = 6
_LEAST_TITLE, _MOST_TITLE = 165, 420
_GIVING = frozenset(
    {Kind.TEXT, Kind.LONG_TEXT, Kind.CHOICE, Kind.REFERENCE, Kind.TAGS, Kind.REFERENCES}
)
_LEAST_GIVING = 90
_LEAST = 56

Texts = list[Sequence[str]]
"""Of some rows: a text for each column, or nothing where the row has not come yet."""


class ColumnWidths:
    """Works the widths out for one table. What was once measured stays, so that a list does not
    twitch while an officer types into its filter.
    """

    def __init__(self, kind: Entity, table: ListTable) -> None:
        self._kind = kind
        self._table = table
        self._measured: dict[str, int] = {}

    def forget(self) -> None:
        """The font has changed: everything is to be measured again."""
        self._measured.clear()

    def title(self) -> int:
        """The column that gives room and takes what is left over: the first words of the title."""
        fields = self._table.model().fields
        words = (Kind.TEXT, Kind.LONG_TEXT)
        named = [n for n, f in enumerate(fields) if f.name in self._kind.title]
        return next((n for n in named if fields[n].kind in words), named[0] if named else -1)

    def fitted(self, fixed: dict[str, int]) -> list[int]:
        """The widths of all columns in the room that the table has; `fixed` ones stay."""
        fields = self._table.model().fields
        at, room = self.title(), self._table.viewport().width()
        rows = self._looked_at(fields)
        wide = [fixed.get(f.name) or self._natural(n, f, rows) for n, f in enumerate(fields)]
        free = [n for n, f in enumerate(fields) if f.name not in fixed]
        if at in free:
            least = min(wide[at], _LEAST_TITLE)
            wide[at] = max(least, wide[at] - max(0, sum(wide) - room))
        giving = [n for n in free if n != at and self._gives(fields[n])]
        if not _narrow(wide, giving, len(wide), room):
            # The list scrolls sideways all the same, but the status at least is to be in sight.
            status = next((n for n, f in enumerate(fields) if status_look.is_status(f)), -1)
            _narrow(wide, [n for n in giving if n < status], status + 1, room, anyway=True)
        if at in free:
            wide[at] += max(0, room - sum(wide))
        return wide

    def _gives(self, field: Field) -> bool:
        """Codes do not: cut off they are all alike."""
        named = field.name != self._kind.code
        return named and field.kind in _GIVING and not status_look.is_status(field)

    def _natural(self, column: int, field: Field, rows: Texts) -> int:
        heading = self._table.horizontalHeader().sectionSizeHint(column) + _SLACK
        return max(_LEAST, heading, self._contents(column, field, rows))

    def _contents(self, column: int, field: Field, rows: Texts) -> int:
        known = self._measured.get(field.name)
        if known is not None:
            return known
        metrics = QFontMetrics(self._table.font())
        texts = [texts[column] for texts in rows if texts and texts[column]]
        sure = bool(texts)
        if field.kind is Kind.CHOICE:
            texts = [words for _, words in field.choices]
        texts.append(_SAMPLES.get(field.kind, ""))
        frame = CHIP_FRAME if status_look.is_status(field) else 0
        longest = sorted(texts, key=len)[-_MEASURED:]
        wide = max(metrics.horizontalAdvance(text) for text in longest) + frame
        most = _MOST_TITLE if column == self.title() else _MOST[field.kind]
        wide = min(wide + 2 * PADDING + _SLACK, most + frame)
        if sure:
            self._measured[field.name] = wide
        return wide

    def _looked_at(self, fields: Sequence[Field]) -> Texts:
        """The texts of the first rows, where a column of them is not measured yet."""
        if all(field.name in self._measured for field in fields):
            return []
        model = self._table.model()
        return [model.texts(row) for row in range(min(_LOOKED_AT, model.rowCount()))]


def _narrow(
    wide: list[int], giving: list[int], upto: int, room: int, *, anyway: bool = False
) -> bool:
    """Makes the first `upto` columns fit by narrowing those that give; False where they cannot,
    which leaves all as they are, or `anyway` gives what there is to give."""
    over = sum(wide[:upto]) - room
    spare = {n: max(0, wide[n] - _LEAST_GIVING) for n in giving}
    if over > sum(spare.values()) and not anyway:
        return False
    for n in sorted(giving, key=lambda n: -wide[n]):
        given = min(spare[n], max(over, 0))
        wide[n], over = wide[n] - given, over - given
    return True
