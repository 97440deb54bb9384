"""One device that edits, undoes and redoes at random; each earlier state must come back exactly."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from aps_desktop.db import log, store
from aps_desktop.db.layout import MEMBER
from aps_desktop.domain.changes import Applied
from aps_desktop.domain.fields import BIRTH, LIFE
from aps_desktop.services import history, records
from tests.property import edits, model, offices
from tests.property.budget import SEED
from tests.property.model import State

_EDITS = (
    *(edits.create, edits.change, edits.change, edits.change_many, edits.delete),
    *(edits.put_back, edits.bring_in, edits.bring_in),
)


@dataclass(frozen=True)
class Seen:
    """What an officer could see at one moment."""

    state: State
    digest: str


class UndoMachine(RuleBasedStateMachine):
    """`before` and `after` are what each "Undo" and "Redo" must show next."""

    def __init__(self) -> None:
        super().__init__()
        self.home = offices.quick_folder()
        folder = self.home.__enter__()
        self.office = offices.office_on_file(folder / "office.aps", "LA", offices.NOW, 1)
        self.now = self.seen()
        self.before: list[tuple[str, Seen]] = []
        self.after: list[tuple[str, Seen]] = []

    def seen(self) -> Seen:
        return Seen(self.office.check(), self.office.fingerprint())

    @rule(seed=SEED, edit=st.sampled_from(_EDITS), millis=st.sampled_from((0, 1, 90_000)))
    def edit(self, seed: int, edit: Any, millis: int) -> None:
        self.office.tick(millis)
        done = edit(self.office.db, Random(f"{seed} {len(self.before)}"))
        earlier, self.now = self.now, self.seen()
        if done is None or not done.number:
            assert self.now == earlier
            return
        self.before.append((done.label, earlier))
        self.after.clear()
        self.told(done)

    @precondition(lambda self: self.before)
    @rule()
    def undo(self) -> None:
        self.back_or_again(self.before, self.after, edits.undo)

    @precondition(lambda self: self.after)
    @rule()
    def redo(self) -> None:
        self.back_or_again(self.after, self.before, edits.redo)

    @precondition(lambda self: self.before)
    @rule()
    def undo_all(self) -> None:
        while self.before:
            self.undo()

    @rule()
    def close_and_reopen(self) -> None:
        """As a restart does; undo must survive it."""
        office = self.office
        office.db.close()
        opened = store.Database(office.db.location, clock=office.clock)
        opened.ids = office.db.ids
        office.db = opened
        assert self.seen() == self.now

    def back_or_again(self, here: Any, there: Any, step: Any) -> None:
        label, wanted = here.pop()
        there.append((label, self.now))
        done = step(self.office.db, None)
        assert done is not None
        assert done.label == label
        assert not done.skipped
        self.now = self.seen()
        assert self.now == wanted
        self.told(done)

    def told(self, done: Applied) -> None:
        """The history has an entry for each change; the menu names what comes next."""
        labels = (
            self.before[-1][0] if self.before else "",
            self.after[-1][0] if self.after else "",
        )
        assert records.undo_labels(self.office.c) == labels
        if not self.after:
            assert edits.redo(self.office.db, None) is None
        for record, (entity, changes) in _changes(self.office, done.number).items():
            entries = history.of_record(self.office.c, model.KINDS[entity].name, record)
            newest = entries[: len(changes)]
            assert {e.step for e in newest} == {done.label}
            assert sorted(map(str, changes)) == sorted(str((e.event, e.became)) for e in newest)

    def teardown(self) -> None:
        self.office.db.close()
        self.home.__exit__(None, None, None)


def _changes(office: offices.Office, txn: int) -> dict[Any, tuple[int, list[Any]]]:
    """(event, text) of each change of a step by the record whose history tells of it."""
    c = office.c
    found: dict[Any, tuple[int, list[Any]]] = {}
    rows = c.all(
        "SELECT o.cell, o.val, r.uuid, r.tid, b.val FROM op o "
        "JOIN record r ON r.rid = (o.cell >> 10) JOIN op b ON b.dot = r.birth "
        "JOIN txn t ON o.dot BETWEEN ((t.device << 40) | t.first_seq) "
        "AND ((t.device << 40) | t.last_seq) WHERE t.n = ?",
        (txn,),
    )
    for cell, val, uuid, entity, birth in rows:
        number, image = log.field_of_cell(cell), log.read_image(birth)
        record = history.UUID(bytes=bytes(uuid))
        tid = entity
        if entity == MEMBER.number:
            gone = number == LIFE and val == "0"
            record = history.UUID(image[1])
            told = [("removed", None) if gone else ("added", image.get(3) or image.get(4))]
            tid = c.value("SELECT tid FROM record WHERE uuid = ?", (record.bytes,))
        elif number == BIRTH:
            told = [("created", wire) for wire in image.values()]
        elif number == LIFE:
            told = [("deleted" if val == "0" else "restored", None)]
        else:
            told = [("changed", val)]
        found.setdefault(record, (tid, []))[1].extend(told)
    return found
