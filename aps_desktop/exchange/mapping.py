"""What a sheet's columns mean: remembered by the header's signature, and shown for correction."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

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
    part is absent from a row whose own cells are blank.
    """

    entity: str
    links: dict[str, int] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    optional: bool = False


@dataclass(frozen=True)
class Target:
    """A column and what it fills: a field of a part, or the currency of its amounts.

    `currency` and `scale` (a power of ten) are what the header says: "Budget (USD million)".
    """

    column: int
    part: int
    field: str
    role: str = VALUE
    currency: str = ""
    scale: int = 0
    score: int = 100


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
        words: dict[str, str] = {}
        for target in self.targets:
            name = f"{self.parts[target.part].entity}.{target.field}"
            if target.role != VALUE:
                name += f" ({target.role})"
            header = self.headers[target.column] if target.column < len(self.headers) else ""
            header = header or f"column {target.column + 1}"
            words[header] = f"{words[header]}, {name}" if header in words else name
        return words

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
