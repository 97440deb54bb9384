"""Writes lists, or the whole office, as workbooks that can be edited and imported again."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from aps_desktop.db import store
from aps_desktop.db.connection import Connection
from aps_desktop.db.engine import Database
from aps_desktop.db.queries import lists
from aps_desktop.db.queries.lists import ListQuery
from aps_desktop.domain.entities import ENTITIES, entity
from aps_desktop.domain.errors import UserError
from aps_desktop.domain.fields import Entity, Field
from aps_desktop.exchange.write_workbook import SheetOut
from aps_desktop.services import importing_base
from aps_desktop.services.exporting_cells import cell_chunks
from aps_desktop.services.exporting_labels import ReferenceTexts
from aps_desktop.services.importing_types import Cancelled, Progress, never, no_progress

ROWS_A_SHEET = 190_000
"""A longer list goes on in a further sheet: that is as much as an import takes in one."""
IN_CHILD = 2_000
"""From so many records on a child process writes, so that the window never stutters."""


def export_list(
    db: Database,
    query: ListQuery,
    path: Path,
    progress: Progress = no_progress,
    cancelled: Cancelled = never,
    *,
    all_fields: bool = False,
) -> int:
    """Writes what a list shows, in its order; how many records. `all_fields` takes further fields
    than the list's own along."""
    kind = entity(query.entity)
    c = db.reader()
    named = dict.fromkeys(query.fields)
    fields = [kind.by_name[name] for name in named if name in kind.by_name]
    if all_fields or not fields:
        fields += [f for f in kind.fields if f.name not in named]
    mark = importing_base.mark(c)
    rids = lists.ids(c, query)
    sheets = _sheets(c, kind, fields, rids, mark, ReferenceTexts(c))
    return _write(Path(path), sheets, len(rids), progress, cancelled)


def export_workbook(
    db: Database,
    path: Path,
    entities: Sequence[str] | None = None,
    progress: Progress = no_progress,
    cancelled: Cancelled = never,
) -> int:
    """Writes the office, a sheet for each kind of record that there is; how many records.

    `entities` names kinds of records instead; those are written also when there are none.
    """
    c = db.reader()
    mark = importing_base.mark(c)
    counts = store.counts(c)
    if entities is None:
        kinds = [e for e in ENTITIES if counts.get(e.name)]
    else:
        kinds = [entity(name) for name in dict.fromkeys(entities)]
    if not kinds:
        raise UserError("There is nothing to export yet.", "Enter or import something first.")
    label = ReferenceTexts(c)
    sheets = [
        sheet
        for kind in kinds
        for sheet in _sheets(
            c, kind, kind.fields, lists.ids(c, ListQuery(kind.name, ())), mark, label
        )
    ]  # fmt: skip
    total = sum(counts.get(kind.name, 0) for kind in kinds)
    return _write(Path(path), sheets, total, progress, cancelled)


def _sheets(
    c: Connection,
    kind: Entity,
    fields: Sequence[Field],
    rids: array[int],
    mark: str,
    label: ReferenceTexts,
) -> list[SheetOut]:
    pieces = [rids[at : at + ROWS_A_SHEET] for at in range(0, len(rids), ROWS_A_SHEET)] or [rids]
    whole = SheetOut(kind, (), tuple(fields), kind.plural, mark)
    return [replace(whole, chunks=cell_chunks(c, kind, fields, piece, label)) for piece in pieces]


def _write(
    path: Path,
    sheets: list[SheetOut],
    total: int,
    progress: Progress,
    cancelled: Cancelled,
) -> int:
    def moved(rows: int) -> None:
        if cancelled():
            raise UserError("The export was cancelled.", "No file was written.")
        progress(rows, total, f"{rows:,} of {total:,} records written")

    if not path.parent.is_dir():
        raise UserError(f"There is no folder “{path.parent.name}”.", "Choose another folder.")
    try:
        if total < IN_CHILD:
            from aps_desktop.exchange.write_workbook import write_workbook

            return write_workbook(path, sheets, progress=moved)
        from aps_desktop.exchange.write_in_child import write_in_child

        return write_in_child(path, sheets, progress=moved, cancelled=cancelled)
    except OSError as error:
        raise UserError(
            f"“{path.name}” could not be written.",
            "Close it if it is open elsewhere, and check that there is room.",
        ) from error
