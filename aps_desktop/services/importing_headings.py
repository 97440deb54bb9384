"""What the headings of a sheet say of the records below them, in words: for reports."""

from __future__ import annotations

from collections.abc import Iterator

from aps_desktop.domain.entities import entity
from aps_desktop.domain.errors import UserError
from aps_desktop.domain.values import show
from aps_desktop.exchange.cells import address
from aps_desktop.exchange.drafts import Note
from aps_desktop.exchange.mapping import SheetMapping
from aps_desktop.exchange.parse import ParseContext, parse_cell
from aps_desktop.services.importing_types import FoundSheet


def told_by_headings(found: FoundSheet) -> Iterator[Note]:
    """For each column that makes a record of each of its cells, what the heading says of them."""
    mapping = found.mapping
    if mapping is None:
        return
    for number, part in enumerate(mapping.parts):
        if not part.only_with:
            continue
        column = next(
            t.column for t in mapping.targets if (t.part, t.field) == (number, part.only_with)
        )
        header = mapping.headers[column] if column < len(mapping.headers) else ""
        words = f"each cell is one {entity(part.entity).label.lower()}: {_said(mapping, number)}"
        yield Note(address(mapping.header_row, column), header, words)


def _said(mapping: SheetMapping, number: int) -> str:
    part = mapping.parts[number]
    kind = entity(part.entity)
    words = []
    for name, text in part.constants.items():
        spec = kind.field(name)
        try:
            value = show(spec, parse_cell(spec, text, ParseContext()))  # type: ignore[arg-type]
        except UserError:
            value = text
        words.append(f"{spec.label.lower()} {value}")
    return ", ".join(words)
