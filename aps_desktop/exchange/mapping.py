"""What a sheet's columns mean: remembered by the header's signature, and shown for correction."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace

import msgspec

from aps_desktop.domain.errors import UserError
from aps_desktop.exchange.cells import folded
from aps_desktop.exchange.parse import Habits

VALUE = "value"
CURRENCY = "currency"
RECORD_ID = "id"
REASON = "Why this row came back"
"""The heading of the column that rows which are given back carry; it is never mapped."""


@dataclass(frozen=True)
class Part:
    """One record that each row of the sheet holds.

    `links` names the reference fields that another part of the same row fills (field -> its index);
    `constants` are texts that every row shares, such as a period column's period. An `optional`
    part is absent from a row whose own cells are blank, one `only_with` a field from a row where
    that field's cell is blank: columns that share the rest of the row make a record each.
    """

    entity: str
    links: dict[str, int] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    optional: bool = False
    only_with: str = ""


@dataclass(frozen=True)
class Target:
    """A column and what it fills: a field of a part, or the currency of its amounts.

    `currency` and `scale` (a power of ten) are what the header says: "Budget (USD million)".
    `day_first` and `decimal_comma` are the column's own where it differs from the sheet's habits.
    """

    column: int
    part: int
    field: str
    role: str = VALUE
    currency: str = ""
    scale: int = 0
    score: int = 100
    day_first: bool | None = None
    decimal_comma: bool | None = None

    def habits(self, of_sheet: Habits) -> Habits:
        """How this column writes dates and numbers."""
        if self.day_first is None and self.decimal_comma is None:
            return of_sheet
        return replace(
            of_sheet,
            day_first=of_sheet.day_first if self.day_first is None else self.day_first,
            decimal_comma=(
                of_sheet.decimal_comma if self.decimal_comma is None else self.decimal_comma
            ),
        )


@dataclass(frozen=True)
class SheetMapping:
    """How a sheet becomes records. Parts stand in order: a part links to earlier parts only."""

    sheet: str
    header_row: int
    parts: tuple[Part, ...] = ()
    targets: tuple[Target, ...] = ()
    carry_down: tuple[int, ...] = ()
    habits: Habits = field(default_factory=Habits)
    headers: tuple[str, ...] = ()

    @property
    def signature(self) -> str:
        return signature(self.headers)

    @property
    def ignored(self) -> tuple[int, ...]:
        """Columns with a header that fill nothing."""
        used = {target.column for target in self.targets}
        return tuple(c for c, text in enumerate(self.headers) if text and c not in used)

    def described(self) -> dict[str, str]:
        """Header text -> "entity.field", for people and for the command line."""
        words: dict[str, dict[str, None]] = {}
        for target in self.targets:
            name = f"{self.parts[target.part].entity}.{target.field}"
            if target.role != VALUE:
                name += f" ({target.role})"
            header = self.headers[target.column] if target.column < len(self.headers) else ""
            names = words.setdefault(header or f"column {target.column + 1}", {})
            names[name] = None
        return {header: ", ".join(names) for header, names in words.items()}

    def to_json(self) -> str:
        return msgspec.json.encode(self).decode()

    @classmethod
    def from_json(cls, text: str | bytes) -> SheetMapping:
        """UserError on anything that is not a mapping."""
        try:
            return msgspec.json.decode(text, type=cls)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise UserError(
                f"This is not a mapping of columns: {error}.", "Map the columns by hand."
            ) from error


def signature(headers: tuple[str, ...]) -> str:
    """The same for sheets with the same column headings, whatever their case and punctuation."""
    text = "\x1f".join(folded(h) if h != REASON else "" for h in headers).rstrip("\x1f")
    return hashlib.sha256(text.encode()).hexdigest()[:32]
