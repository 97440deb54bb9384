"""Reading the change log: what a cell's heads are, what a record holds, and rows rebuilt from it.

Local numbering: dot = device << 40 | sequence, cell = rid << 10 | field number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

import msgspec

from aps_desktop.db.connection import Connection, DatabaseFault, placeholders
from aps_desktop.db.layout import column_names, field_columns, follows, stored_values
from aps_desktop.db.standing import raw_rid_of, rid_of
from aps_desktop.domain.fields import BIRTH, LIFE, Entity

SEQUENCE_BITS = 40
FIELD_BITS = 10
_FIELD_MASK = (1 << FIELD_BITS) - 1
_SEQUENCE_MASK = (1 << SEQUENCE_BITS) - 1

Image = dict[int, str]
"""A record's canonical texts by field number."""

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(dict[int, str]).decode


def dot_of(device: int, sequence: int) -> int:
    return device << SEQUENCE_BITS | sequence


def device_of(dot: int) -> int:
    return dot >> SEQUENCE_BITS


def sequence_of(dot: int) -> int:
    return dot & _SEQUENCE_MASK


def cell_of(rid: int, number: int) -> int:
    return rid << FIELD_BITS | number


def rid_of_cell(cell: int) -> int:
    return cell >> FIELD_BITS


def field_of_cell(cell: int) -> int:
    return cell & _FIELD_MASK


def cells_of(rid: int) -> tuple[int, int]:
    """The first and last cell of a record, for BETWEEN."""
    return cell_of(rid, BIRTH), cell_of(rid, LIFE)


def read_image(text: str | None) -> Image:
    """A birth's row image. DatabaseFault if somebody else wrote into the log."""
    try:
        return _decode(text or "{}")
    except msgspec.MsgspecError as error:
        raise DatabaseFault(
            "The change log is damaged: a record in it cannot be read.",
            "Restore the newest backup.",
        ) from error


def write_image(image: Image) -> str:
    """A birth's row image as canonical text: keys in order, nothing escaped but what must be."""
    return _encode({str(number): image[number] for number in sorted(image)}).decode()


def shown_wire(c: Connection, rid: int, number: int) -> tuple[str | None, int | None]:
    """(canonical text, dot) of the value that a field shows."""
    head = c.one(
        "SELECT o.val, o.dot, o.cell FROM cell c JOIN op o ON o.dot = c.dot WHERE c.cell = ?",
        (cell_of(rid, number),),
    )
    if head is None:
        head = c.one(
            "SELECT o.val, o.dot, o.cell FROM record r JOIN op o ON o.dot = r.birth "
            "WHERE r.rid = ?",
            (rid,),
        )
    if head is None:
        return None, None
    return wire_in(head[0], head[2], number), head[1]


def wire_in(val: str | None, cell: int, number: int) -> str | None:
    """A field's text in an op: the op's own value, or its part of a birth's row image."""
    return read_image(val).get(number) if field_of_cell(cell) == BIRTH else val


def images(c: Connection, rids: Iterable[int]) -> dict[int, Image]:
    """What each record shows, from the log alone: its birth, overlaid by its cells' heads."""
    wanted = list(rids)
    found: dict[int, Image] = {}
    for start in range(0, len(wanted), 500):
        part = wanted[start : start + 500]
        marks = placeholders(part)
        for rid, val in c.all(
            "SELECT r.rid, o.val FROM record r JOIN op o ON o.dot = r.birth "
            f"WHERE r.rid IN ({marks})",
            part,
        ):
            found[rid] = read_image(val)
        # One range a record: `cell >> 10 IN (...)` would scan the table.
        for rid in part:
            if rid not in found:
                continue
            for cell, val, at in c.all(
                "SELECT c.cell, o.val, o.cell FROM cell c JOIN op o ON o.dot = c.dot "
                "WHERE c.cell BETWEEN ? AND ?",
                cells_of(rid),
            ):
                _overlay(found[rid], field_of_cell(cell), wire_in(val, at, field_of_cell(cell)))
    return found


def _overlay(image: Image, number: int, wire: str | None) -> None:
    if wire is None:
        image.pop(number, None)
    else:
        image[number] = wire


def all_images(
    c: Connection, *, alive_only: bool = True
) -> Iterator[tuple[int, bytes, int, Image]]:
    """(rid, record id, entity number, image) of every record that has a birth, in order of rid."""
    where = "AND r.alive = 1" if alive_only else ""
    overlay = c.each(
        "SELECT c.cell, o.val, o.cell FROM cell c JOIN op o ON o.dot = c.dot ORDER BY c.cell"
    )
    pending = next(overlay, None)
    births = c.each(
        "SELECT r.rid, r.uuid, r.tid, o.val FROM record r JOIN op o ON o.dot = r.birth "
        f"WHERE r.birth IS NOT NULL {where} ORDER BY r.rid"
    )
    for rid, uuid, tid, val in births:
        image = read_image(val)
        while pending is not None and rid_of_cell(pending[0]) < rid:
            pending = next(overlay, None)
        while pending is not None and rid_of_cell(pending[0]) == rid:
            number = field_of_cell(pending[0])
            _overlay(image, number, wire_in(pending[1], pending[2], number))
            pending = next(overlay, None)
        yield rid, bytes(uuid), tid, image


def row_values(c: Connection, entity: Entity, image: Image) -> tuple[Any, ...]:
    """An image as the values of the entity's columns, references as local row numbers."""

    values: list[Any] = []
    for field in entity.columns:
        find = rid_of if follows(entity, field, image) else raw_rid_of
        values += stored_values(field, image.get(field.number), partial(find, c))
    return tuple(values)


def parent_in(entity: Entity, values: tuple[Any, ...]) -> int | None:
    """The row number of the record that one is a part of, among its `row_values`."""
    if entity.owner is None:
        return None
    parent: int | None = values[column_names(entity).index(field_columns(entity.owner)[0])]
    return parent


def insert_sql(entity: Entity) -> str:
    """The INSERT that puts one row (rid, id, columns) into an entity's table."""
    names = column_names(entity)
    marks = ", ".join("?" * (len(names) + 2))
    return f"INSERT INTO {entity.name} (rid, id, {', '.join(names)}) VALUES ({marks})"


def wire_of(c: Connection, dot: int, number: int) -> str | None:
    """What an op says about a field."""
    row = c.one("SELECT val, cell FROM op WHERE dot = ?", (dot,))
    return wire_in(row[0], row[1], number) if row else None


def seen_of(c: Connection, rid: int) -> dict[int, int]:
    """The highest sequence, by device, of the ops of a record that are here."""
    seen: dict[int, int] = {}
    for (dot,) in c.all("SELECT dot FROM history WHERE cell BETWEEN ? AND ?", cells_of(rid)):
        device, sequence = device_of(dot), sequence_of(dot)
        seen[device] = max(seen.get(device, 0), sequence)
    return seen


def heads(c: Connection, rid: int, number: int, *, without_merge: int = 0) -> list[tuple[int, int]]:
    """(dot, stamp) of the heads of a cell, the shown one first.

    Candidates are the cell's ops (but those that wait for a missing one, and proposals) and the
    record's birth. A head is a candidate that no op of the cell names as what it replaces; where
    they name each other in a circle, and none is left, all are. The one shown has the greatest
    stamp; equal stamps are settled by device id. `without_merge` leaves out what that merge
    brought.
    """
    birth = c.value("SELECT birth FROM record WHERE rid = ?", (rid,))
    births = {d for (d,) in c.all("SELECT dot FROM history WHERE cell = ?", (cell_of(rid, BIRTH),))}
    ops = c.all(
        "SELECT o.dot, o.prev, o.hlc, d.uuid FROM history h JOIN op o ON o.dot = h.dot "
        "JOIN device d ON d.ord = (o.dot >> 40) WHERE h.cell = ? AND (o.merge = 0 OR o.merge <> ?) "
        "AND NOT EXISTS (SELECT 1 FROM op_held x WHERE x.dot = o.dot) "
        "AND NOT EXISTS (SELECT 1 FROM op_proposal x WHERE x.dot = o.dot)",
        (cell_of(rid, number), without_merge),
    )
    replaced = {birth if op[1] in births else op[1] for op in ops}
    for op in ops:
        for (parent,) in c.all("SELECT parent FROM op_parent WHERE dot = ?", (op[0],)):
            replaced.add(birth if parent in births else parent)
    if birth in replaced and all(op[0] in replaced for op in ops):
        replaced = set()
    found = [(op[2], bytes(op[3]), op[0]) for op in ops if op[0] not in replaced]
    if birth is not None and birth not in replaced:
        row = c.one(
            "SELECT o.hlc, d.uuid FROM op o JOIN device d ON d.ord = (o.dot >> 40) WHERE o.dot = ?",
            (birth,),
        )
        if row:
            found.append((row[0], bytes(row[1]), birth))
    return [(dot, hlc) for hlc, _, dot in sorted(found, reverse=True)]


def proposals(c: Connection, rid: int, number: int, office: str | None = None) -> list[int]:
    """Dots of the proposals for a cell that wait for an answer (of one office, if given)."""
    rows = c.all(
        "SELECT o.dot, t.office FROM history h JOIN op_proposal p ON p.dot = h.dot "
        "JOIN op o ON o.dot = h.dot JOIN txn t ON t.device = (o.dot >> 40) AND t.n = o.txn "
        "WHERE h.cell = ?",
        (cell_of(rid, number),),
    )
    done = answered(c) if rows else set()
    return [dot for dot, by in rows if dot not in done and (office is None or by == office)]


def answered(c: Connection) -> set[int]:
    """Dots of the proposals that were answered: by who decides, or replaced by who proposed.

    An answer names what it answers. One that names an earlier answer too takes that one back: so
    undoing an answer, and doing it again, travel like any other change.
    """
    answers: dict[int, set[int]] = {}
    names: dict[int, set[int]] = {}
    for proposal, answer, prev in c.all(
        "SELECT q.parent, q.dot, o.prev FROM op_parent q JOIN op_proposal p ON p.dot = q.parent "
        "JOIN op w ON w.dot = p.dot JOIN txn s ON s.device = (w.dot >> 40) AND s.n = w.txn "
        "JOIN op o ON o.dot = q.dot JOIN txn t ON t.device = (o.dot >> 40) AND t.n = o.txn "
        "WHERE t.office = s.office OR NOT EXISTS (SELECT 1 FROM op_proposal x WHERE x.dot = o.dot)"
    ):
        answers.setdefault(proposal, set()).add(answer)
        names.setdefault(answer, {prev} if prev else set())
    for answer in names if any(len(one) > 1 for one in answers.values()) else ():
        rows = c.all("SELECT parent FROM op_parent WHERE dot = ?", (answer,))
        names[answer] |= {parent for (parent,) in rows}
    return {one for one, given in answers.items() if _stands(given, names)}


def _stands(given: set[int], names: dict[int, set[int]]) -> bool:
    """Whether any of a proposal's answers is not taken back by a later one that is not either."""
    back = {one: names[one] & given for one in given}
    standing: set[int] = set()
    for _ in range(len(given)):  # each round is right about one more of those taken back
        standing = {one for one in given if not any(one in back[by] for by in standing)}
    return any(not back[one] for one in standing)
