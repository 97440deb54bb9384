"""What a database's own tables say, in the words of the model: no log is interpreted here."""

from __future__ import annotations

from typing import Any

from aps_desktop.db import log, namesakes
from aps_desktop.db.connection import Connection
from aps_desktop.db.layout import field_columns
from aps_desktop.domain.fields import Kind
from tests.property.model import KINDS, OpId, State

Row = tuple[Any, ...]


def state_in(c: Connection) -> State:
    """The record tables, the kept heads, and what lists and searches go by."""
    ids = {rid: namesakes.id_of(uuid).hex() for rid, uuid in c.all("SELECT rid, uuid FROM record")}
    state = State()
    for tid in [t for (t,) in c.all("SELECT DISTINCT tid FROM record WHERE tid > 0")]:
        columns = [name for f in KINDS[tid].columns for name in field_columns(f)]
        for row in c.all(f"SELECT rid, id, {', '.join(columns)} FROM {KINDS[tid].name}"):
            assert ids[row[0]] == bytes(row[1]).hex()
            state.records[ids[row[0]]] = tid, _image(tid, row[2:], ids)
    living = {ids[rid] for (rid,) in c.all("SELECT rid FROM record WHERE alive = 1")}
    assert living == state.records.keys()
    state.conflicts = _conflicts(c, ids)
    state.proposals = {names(c, dot) for (dot,) in c.all("SELECT dot FROM op_proposal")}
    state.held = {names(c, dot) for (dot,) in c.all("SELECT dot FROM op_held")}
    parents = c.all("SELECT rid, parent FROM record WHERE alive = 1 AND parent IS NOT NULL")
    state.parents = {ids[rid]: ids[parent] for rid, parent in parents}
    state.titles = {ids[rid]: text for rid, text in c.all("SELECT rid, folded FROM search_title")}
    state.counts = {tid: n for tid, n in c.all("SELECT tid, n FROM entity_count") if n}
    owners = c.all("SELECT rid, office FROM record WHERE alive = 1")
    state.owners = {ids[rid]: office or "" for rid, office in owners}
    return state


def heads_in(c: Connection) -> set[OpId]:
    """The changes that are shown, or are the other values of a conflict."""
    heads = c.all("SELECT dot FROM cell UNION SELECT dot FROM cell_extra")
    return {names(c, dot) for (dot,) in heads}


def names(c: Connection, dot: int) -> OpId:
    uuid = c.value("SELECT uuid FROM device WHERE ord = ?", (log.device_of(dot),))
    return bytes(uuid).hex(), log.sequence_of(dot)


def _image(tid: int, stored: Row, ids: dict[int, str]) -> log.Image:
    image: log.Image = {}
    at = 0
    for field in KINDS[tid].columns:
        first = stored[at]
        if field.kind is Kind.MONEY:
            assert (first is None) == (stored[at + 1] is None)
        if first is not None:
            text = f"{stored[at + 1]} {first}" if field.kind is Kind.MONEY else str(first)
            image[field.number] = ids[first] if field.kind is Kind.REFERENCE else text
        at += len(field_columns(field))
    return image


def _conflicts(c: Connection, ids: dict[int, str]) -> dict[tuple[str, int], list[str]]:
    texts: dict[tuple[str, int], list[str]] = {}
    several = {cell: 1 + extra for cell, extra in c.all("SELECT cell, extra FROM cell")}
    rows = c.all(
        "SELECT h.cell, o.val, o.cell FROM (SELECT cell, dot FROM cell UNION ALL "
        "SELECT cell, dot FROM cell_extra) h JOIN op o ON o.dot = h.dot"
    )
    for cell, val, at in rows:
        number = log.field_of_cell(cell)
        says = log.wire_in(val, at, number) or ""
        texts.setdefault((ids[log.rid_of_cell(cell)], number), []).append(says)
        several[cell] -= 1
    assert not any(several.values()), "the number of heads is not the one that is kept"
    return {cell: sorted(heads) for cell, heads in texts.items() if len(heads) > 1}
