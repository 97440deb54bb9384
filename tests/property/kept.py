"""What was ever saved is somewhere where people know of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from aps_desktop.domain.fields import BIRTH, LIFE
from tests.property import model, tables
from tests.property.model import Op, OpId
from tests.property.offices import Office


def assert_nothing_lost(office: Office, written: Iterable[tuple[OpId, Any]]) -> None:
    """Every value that was ever saved has an end that people know of."""
    ops = {op.id: op for op in model.read_ops(office.c)}
    state, heads = tables.state_in(office.c), tables.heads_in(office.c)
    kinds = {bytes(id).hex(): tid for id, tid in office.c.all("SELECT uuid, tid FROM record")}
    by_record: dict[str, list[Op]] = {}
    for op in ops.values():
        by_record.setdefault(op.record, []).append(op)
    for id, what in written:
        op = ops[id]
        assert (op.record, op.field, op.value) == what
        if op.field in (BIRTH, LIFE):
            continue
        others = [o for o in by_record[op.record] if o.id not in state.proposals | state.held]
        assert (
            id in heads
            or id in state.proposals
            or id in state.held
            or op.entity != kinds[op.record]  # its birth came later, and is of another kind
            or all(o.field != BIRTH for o in by_record[op.record])  # by who was revoked later
            or any(id == o.prev or id in o.replaces for o in others)
            or (op.record not in state.records and any(o.covers(op) for o in others if o.deletes))
        ), f"{op} is nowhere"
