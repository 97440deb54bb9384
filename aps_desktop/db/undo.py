"""Undo and redo: what takes a transaction back is appended to the log like any other edit."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from aps_desktop.db import log
from aps_desktop.db.engine import Database
from aps_desktop.db.log_writer import kind_of
from aps_desktop.db.steps import next_redo, next_undo
from aps_desktop.db.unit_of_work import Work
from aps_desktop.domain.changes import Applied, Why
from aps_desktop.domain.errors import UserError
from aps_desktop.domain.fields import BIRTH, LIFE, Entity


def undo(db: Database) -> Applied:
    """Takes back the last step of this device that is not taken back yet."""
    return _step(db, Why.UNDO)


def redo(db: Database) -> Applied:
    """Does again what was last undone."""
    return _step(db, Why.REDO)


def _step(db: Database, why: Why) -> Applied:
    with db.writing() as c:
        found = next_undo(c) if why is Why.UNDO else next_redo(c)
        if found is None:
            raise UserError(f"There is nothing to {why}.")
        step, current, label = found
        work = Work(db, c, label, why)
        device = c.value("SELECT device FROM local_state")
        invert(work, device, current)
        applied = work.finish()
        state = "undone" if why is Why.UNDO else "done"
        c.run(
            "UPDATE undo_entry SET state = ?, current = ? WHERE n = ?",
            (state, applied.number or current, step),
        )
        # What an undone proposal leaves behind is nothing that anybody decides.
        return applied if why is Why.REDO else replace(applied, proposed=0)


def invert(work: Work, device: int, txn: int) -> None:
    """Appends what takes a transaction back, last op first.

    A field that was changed again since is left alone and listed in `work.skipped`.
    """
    c = work.c
    span = c.one("SELECT first_seq, last_seq FROM txn WHERE device = ? AND n = ?", (device, txn))
    if span is None:
        raise UserError("The log no longer holds this step.")
    first, last = (log.dot_of(device, n) for n in span)
    ops = c.all(
        "SELECT o.dot, o.prev, o.cell, o.val, r.tid FROM op o JOIN record r "
        "ON r.rid = (o.cell >> 10) WHERE o.dot BETWEEN ? AND ? ORDER BY o.dot DESC",
        (first, last),
    )
    proposed = {dot for (dot,) in c.all("SELECT dot FROM op_proposal WHERE dot BETWEEN ? AND ?",
                                        (first, last))}  # fmt: skip
    cells = Counter(op[2] for op in ops)
    for dot, prev, cell, val, tid in ops:
        rid, number = log.rid_of_cell(cell), log.field_of_cell(cell)
        asks = _answered_by(work, dot)
        if number == LIFE and c.value("SELECT 1 FROM op_parent WHERE dot = ?", (dot,)):
            if asks:
                work.keep(rid, [*asks, dot])  # it declined them, and nothing else
        elif dot in proposed:
            _withdraw(work, kind_of(tid), rid, number, dot, asks)
        elif number in (BIRTH, LIFE):
            _invert_life(work, kind_of(tid), rid, gone=number == LIFE and val == "0")
        elif cells[cell] > 1:  # it had opened a conflict again
            if cells[cell] == sum(op[2] == cell and op[0] <= dot for op in ops):
                _settle_again(work, kind_of(tid), rid, number, prev)
        elif len(settled := _settled(work, dot, number, prev)) > 1:
            _reopen(work, kind_of(tid), rid, number, dot, settled, asks)
        else:
            _invert_field(work, kind_of(tid), rid, number, dot, prev, asks)


def _answered_by(work: Work, dot: int) -> list[int]:
    """The proposals that an op answers, or asks again."""
    rows = work.c.all(
        "SELECT q.parent FROM op_parent q JOIN op_proposal p ON p.dot = q.parent WHERE q.dot = ?",
        (dot,),
    )
    return [parent for (parent,) in rows]


def _withdraw(work: Work, kind: Entity, rid: int, number: int, dot: int, before: list[int]) -> None:
    """A proposal that still waits is taken back; the own one that it had replaced waits again."""
    field = kind.by_number.get(number)
    if dot in log.answered(work.c):
        work.skipped.append(f"{kind.label}: {field.label}" if field else kind.label)
    elif field is None:
        work.keep(rid, [dot])
    else:
        shown, _ = log.shown_wire(work.c, rid, number)
        wire = log.wire_of(work.c, max(before), number) if before else shown
        work.write(kind, rid, field, wire, settles=True)


def _settled(work: Work, dot: int, number: int, prev: int | None) -> list[str | None]:
    """The values of the conflict that an op settled, the one that was shown last."""
    heads = work.c.all(
        "SELECT parent FROM op_parent WHERE dot = ? "
        "AND parent NOT IN (SELECT dot FROM op_proposal) ORDER BY parent",
        (dot,),
    )
    dots = [*(head for (head,) in heads), *([prev] if prev else [])]
    wires = [log.wire_of(work.c, one, number) for one in dots]
    return list(dict.fromkeys(wires[::-1]))[::-1]


def _reopen(
    work: Work,
    kind: Entity,
    rid: int,
    number: int,
    dot: int,
    wires: list[str | None],
    asks: list[int],
) -> None:
    """A settlement is taken back: each of its values is a head again, said by who undoes it."""
    shown, head = log.shown_wire(work.c, rid, number)
    alive = work.c.value("SELECT alive FROM record WHERE rid = ?", (rid,))
    field = kind.by_number[number]
    if not alive or shown != log.wire_of(work.c, dot, number):
        work.skipped.append(f"{kind.label}: {field.label}")
        return
    work.spread(kind, rid, field, head, wires, asks)


def _settle_again(work: Work, kind: Entity, rid: int, number: int, prev: int | None) -> None:
    """The conflict that was opened again is closed with the value that had settled it."""
    if work.c.value("SELECT alive FROM record WHERE rid = ?", (rid,)) and prev:
        wire = log.wire_of(work.c, prev, number)
        work.write(kind, rid, kind.by_number[number], wire, settles=True)


def _invert_life(work: Work, kind: Entity, rid: int, *, gone: bool) -> None:
    """A record that came by a merge may have gone again with it: then there is none to restore."""
    if not gone:
        work.delete(rid)
    elif work.c.value("SELECT birth FROM record WHERE rid = ?", (rid,)) is None:
        work.skipped.append(kind.label)
    else:
        work.restore(rid)


def _invert_field(
    work: Work, kind: Entity, rid: int, number: int, dot: int, prev: int | None, asks: list[int]
) -> None:
    field = kind.by_number[number]
    # By what is shown, not by op: when a later step was undone, its undoing stands for this op.
    shown, _ = log.shown_wire(work.c, rid, number)
    alive = work.c.value("SELECT alive FROM record WHERE rid = ?", (rid,))
    if not alive or shown != log.wire_of(work.c, dot, number):
        work.skipped.append(f"{kind.label}: {field.label}")
        return
    before = work.c.one("SELECT val, cell FROM op WHERE dot = ?", (prev,)) if prev else None
    wire = log.wire_in(before[0], before[1], number) if before else None
    work.write(kind, rid, field, wire, asks=asks)
