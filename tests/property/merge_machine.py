"""Several devices edit apart and exchange bundles in any way; all must show what the model says.

At the end everybody gets everything: then they must be equal, and nothing that was saved is lost.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from random import Random
from typing import ClassVar

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from aps_desktop.db import check
from aps_desktop.db.unit_of_work import Work
from aps_desktop.domain.changes import ChangeSet, Unite, Why
from aps_desktop.domain.entities import BY_NAME, BY_NUMBER
from aps_desktop.domain.fields import BIRTH, LIFE, Kind
from aps_desktop.services import conflicts
from aps_desktop.sync.bundle_lines import Forked
from tests.property import claims, edits, kept, model, offices, values
from tests.property.budget import SEED
from tests.property.offices import Bundle, Office

_WHO = (
    ("LA", "LA", "LA"),
    ("LA", "LA", "LA", "ASEC"),
    ("LA", "KH", "ASEC"),
    ("LA", "LA", "KH", "VN"),
    ("", "LA", "LA", "KH", "ASEC"),
)
_CLAIMANTS = ("LA", "KH", "VN", "ASEC", "")
_YEAR = 365 * 24 * 3600 * 1000
_CLOCKS = (0, 0, 0, 3 * _YEAR, -3 * _YEAR, -offices.NOW + 1, 73 * _YEAR)
"""Right, three years fast and slow, 1970, 2099; equal clocks make ties."""
_EDITS = (
    *(edits.create, edits.change, edits.change, edits.change, edits.delete, edits.bring_in),
    *(edits.undo, edits.redo, edits.unite, edits.unite),
)
_STEPS = (
    *(
        "edit",
        "edit",
        "edit",
        "edit",
        "edit",
        "edit_side_by_side",
        "edit_side_by_side",
        "edit_side_by_side",
        "resolve",
    ),
    *("exchange", "exchange", "exchange", "exchange", "pack", "pack", "deliver", "deliver"),
    *(
        "tell_knowledge",
        "edit_against_delete",
        "lose_one",
        "take_back",
        "take_back_earlier",
        "back_up",
        "restore",
    ),
    *("claim", "claim", "misname", "unite_behind"),
    *("revoke", "revoke", "write_twice", "take_the_list"),
)


class MergeMachine(RuleBasedStateMachine):
    """The offices, and the bundles that are on their way (a lost one is never delivered)."""

    server: ClassVar[Callable[[], str] | None] = None
    """Where there is one, the first device keeps its database on it."""

    def __init__(self) -> None:
        super().__init__()
        self.home = offices.quick_folder()
        self.folder = self.home.__enter__()
        self.offices: list[Office] = []
        self.bundles: list[Bundle] = []
        self.colleagues: dict[str, claims.Colleague] = {}
        self.claimed: list[claims.Claimed] = []
        self.knowledge: list[offices.Knowledge] = [{}]
        self.ends: offices.Knowledge = {}
        """What the newest office list says of revoked devices; each office takes it some time."""
        self.forked: set[bytes] = set()
        """Devices of which there are two versions of a change; they stay revoked before it."""

    @initialize(
        clocks=st.lists(st.sampled_from(_CLOCKS), min_size=5, max_size=5), who=st.sampled_from(_WHO)
    )
    def begin(self, clocks: list[int], who: tuple[str, ...]) -> None:
        """Devices with any clocks, and a few records that all have."""
        for number, name in enumerate(who):
            now = offices.NOW + clocks[number]
            self.offices.append(self.new_office(number, name, now))
        first = self.offices[0]
        edits.begin(first.db)
        first.note_written()
        for other in self.offices[1:]:
            other.take_in(first.pack({}))

    def new_office(self, number: int, name: str, now: int) -> Office:
        if number == 0 and self.server:
            return offices.office_on_server(type(self).server(), name, now, number)
        return offices.office_on_file(self.folder / f"{number}.aps", name, now, number)

    def one(self, rnd: Random) -> Office:
        return rnd.choice(self.offices)

    @rule(seed=SEED)
    def some_steps(self, seed: int) -> None:
        """One rule for all: else hypothesis leaves out whole rules, and runs without any edit."""
        so_far = sum(len(office.written) for office in self.offices)
        rnd = Random(f"{seed} {so_far}")
        for what in rnd.choices(_STEPS, k=4):
            note(what)
            getattr(self, what)(rnd)

    # What happens at one desk --------------------------------------------------------------------

    def edit(self, rnd: Random) -> None:
        office = self.one(rnd)
        office.tick(rnd.choice((0, 1, 60_000, -_YEAR)))
        rnd.choice(_EDITS)(office.db, rnd)
        office.note_written()
        office.check()

    def edit_side_by_side(self, rnd: Random) -> None:
        """Several change the same field of a record that all may have."""
        there = values.present(rnd.choice(self.offices).c)
        living = [(name, id) for name, ids in there.items() for id in ids]
        if not living:
            return
        name, id = rnd.choice(living)
        field = rnd.choice(values.fields(name))
        together = rnd.sample(self.offices, rnd.randint(2, len(self.offices)))
        if rnd.random() < 0.3:  # at the same moment
            moment = 1 + max(office.clock.now for office in together)
            for office in together:
                office.clock.now = moment
        for office in together:
            new = values.value(field, values.present(office.c), rnd)
            edits.tried(edits.records.put, office.db, name, id, {field.name: new})
            office.note_written()
            office.check()

    def edit_against_delete(self, rnd: Random) -> None:
        """One changes, or moves, what another one deletes."""
        deleter, editor = rnd.sample(self.offices, 2)
        there = values.present(deleter.c)
        name = rnd.choice(["budget_line", *there])
        if not there[name]:
            return
        id = rnd.choice(there[name])
        field = rnd.choice(values.fields(name)[:2])  # the whole that it is a part of comes first
        new = values.value(field, values.present(editor.c), rnd)
        edits.tried(edits.records.put, editor.db, name, id, {field.name: new})
        edits.tried(edits.records.delete, deleter.db, name, [id])
        for office in (deleter, editor):
            office.note_written()
            office.check()

    def resolve(self, rnd: Random) -> None:
        """Somebody settles a conflict, or answers a proposal, with one of the values."""
        office = self.one(rnd)
        found = conflicts.open_conflicts(office.c)
        if found:
            conflict = rnd.choice(found)
            version = rnd.choice(conflict.versions)
            conflicts.settle(office.db, [(conflict, version.wire)])
        else:
            self.answer(office, rnd)
        office.note_written()
        office.check()

    def answer(self, office: Office, rnd: Random) -> None:
        rows = office.c.all(
            "SELECT r.rid, r.tid, o.cell & 1023, o.val FROM op_proposal p "
            "JOIN op o ON o.dot = p.dot JOIN record r ON r.rid = (o.cell >> 10) "
            "WHERE r.alive = 1 ORDER BY r.uuid, o.hlc"
        )
        rows = [r for r in rows if r[1] in BY_NUMBER and r[2] not in (BIRTH, LIFE)]
        if not rows:
            return
        rid, tid, number, wire = rnd.choice(rows)
        kind = BY_NUMBER[tid]
        with office.db.writing() as c:
            work = Work(office.db, c, "accept proposal", Why.RESOLVE)
            work.write(kind, rid, kind.by_number[number], wire, settles=True)
            work.finish()

    # What travels --------------------------------------------------------------------------------

    def pack(self, rnd: Random) -> None:
        """A bundle of what somebody lacked, going by what was known of it at some earlier time."""
        known = rnd.choice(self.knowledge)
        self.bundles.append(self.one(rnd).pack(known))

    def tell_knowledge(self, rnd: Random) -> None:
        self.knowledge.append(self.one(rnd).knows())

    def deliver(self, rnd: Random) -> None:
        """Any bundle, to anybody, once more or for the first time."""
        if self.bundles:
            office = self.one(rnd)
            self.take_in(office, rnd.choice(self.bundles))
            office.check()

    def exchange(self, rnd: Random) -> None:
        """One device gets just what it lacks from another."""
        sender, receiver = self.one(rnd), self.one(rnd)
        self.take_in(receiver, sender.pack(receiver.knows()))
        receiver.check()

    def lose_one(self, rnd: Random) -> None:
        """Of two bundles with the news of a desk only the second arrives."""
        sender, receiver = rnd.sample(self.offices, 2)
        for _ in range(2):
            known = sender.knows()
            edits.create(sender.db, rnd)
            sender.note_written()
        self.take_in(receiver, sender.pack(known))
        receiver.check()

    def unite_behind(self, rnd: Random) -> None:
        """That two records are one arrives before one of them does."""
        sender, receiver = rnd.sample(self.offices, 2)
        name = rnd.choice(("body", "fund"))
        old = values.present(sender.c)[name]
        new = sender.db.ids.new()
        made = values.record(BY_NAME[name], values.present(sender.c), rnd)
        if not old or edits.tried(edits.records.create, sender.db, name, new, made) is None:
            return
        known = sender.knows()
        united = ChangeSet("unite", (Unite(name, rnd.choice(old), new),))
        edits.tried(edits.apply, sender.db, united)
        sender.note_written()
        self.take_in(receiver, sender.pack(known))
        receiver.check()

    def claim(self, rnd: Random) -> None:
        """A colleague says that he made what others did; it reaches them, or some, or nobody."""
        source, office = self.one(rnd), self.one(rnd)
        name = rnd.choice(_CLAIMANTS)
        colleague = self.colleagues.setdefault(name, claims.Colleague(name, rnd))
        record = claims.record_to_claim(source.c, self.claimed, rnd)
        self.claimed.append(record)
        image = claims.image_of(BY_NUMBER[record[1]], source.c, rnd)
        made = [colleague.claims(record, image, rnd)]
        others = [one for one in self.colleagues.values() if one is not colleague]
        if others and image and rnd.random() < 0.3:
            made += claims.in_circle(colleague, rnd.choice(others), record, image, rnd)
        self.bundles += made
        for bundle in rnd.sample(made, rnd.randint(0, len(made))):
            office.take_in(bundle)
            office.check()

    def misname(self, rnd: Random) -> None:
        """A colleague calls a record something else than it is, also before it is known here."""
        source, office = self.one(rnd), self.one(rnd)
        name = rnd.choice(_CLAIMANTS)
        colleague = self.colleagues.setdefault(name, claims.Colleague(name, rnd))
        known = source.knows()
        if rnd.random() < 0.5:
            edits.create(source.db, rnd)
            source.note_written()
        record, kind = claims.misnamed(source.c, self.claimed, rnd)
        image = claims.image_of(kind, source.c, rnd)
        if rnd.random() < 0.5:
            made = colleague.misnames((record, kind.number), image, rnd)
        else:
            self.claimed.append((record, kind.number))
            made = colleague.claims((record, kind.number), image, rnd)
        self.bundles += [made, source.pack(known)]
        if rnd.random() < 0.7:
            office.take_in(made)
            office.check()
        if rnd.random() < 0.5:
            self.take_in(office, source.pack(known))
            office.check()

    def take_in(self, office: Office, bundle: Bundle) -> None:
        """One of two versions of a change is here: only the list says what counts of its device."""
        try:
            office.take_in(bundle)
        except Forked:
            office.take_list(self.ends)
            office.take_in(bundle)

    def revoke(self, rnd: Random) -> None:
        """A list that revokes a computer from some change on, or one of the revoked from another.

        An office whose computer is revoked goes on with another one.
        """
        again = sorted(self.ends.keys() - self.forked)
        if again and rnd.random() < 0.4:
            device = rnd.choice(again)
            self.ends = {**self.ends, device: rnd.choice((0, 1, 5, 1000))}
            if rnd.random() < 0.2:
                self.ends.pop(device)
        else:
            office = self.one(rnd)
            device = office.renew()
            last = office.c.value("SELECT max_seq FROM device WHERE uuid = ?", (device,))
            self.ends = {**self.ends, device: rnd.randint(0, last)}
        self.take_the_list(rnd)

    def take_the_list(self, rnd: Random) -> None:
        office = self.one(rnd)
        office.take_list(self.ends)
        office.check()

    def write_twice(self, rnd: Random) -> None:
        """A colleague writes two versions of a change, for one and for another; he is revoked."""
        colleague = claims.Colleague(rnd.choice(_CLAIMANTS), rnd)
        one, other = rnd.sample(self.offices, 2)
        there = values.present(one.c)
        living = [(name, id) for name, ids in there.items() for id in ids]
        if not living:
            return
        name, id = rnd.choice(living)
        field = next(f for f in values.fields(name) if f.kind is Kind.TEXT)
        record, texts = (id.hex, BY_NAME[name].number), ("One version", "The other version")
        for office in (one, other):  # something honest first
            office.take_in(colleague.edits(record, field.number, "Honest", rnd))
        self.forked.add(colleague.device)
        self.ends = {**self.ends, colleague.device: rnd.randint(0, colleague.sequence)}
        made = colleague.two_versions(record, field.number, texts, rnd)
        for office, bundle in zip((one, other), made, strict=True):
            office.take_in(bundle)
            office.check()
            edits.tried(edits.records.put, office.db, name, id, {field.name: f"On {office.clock}"})
            office.note_written()
            office.check()
        self.bundles += made

    def take_back(self, rnd: Random) -> None:
        """A merge that was just made is taken back: all is as it was."""
        sender, office = self.one(rnd), self.one(rnd)
        before, knew, ends = office.check(), office.knows(), office.ends
        self.take_in(office, sender.pack(rnd.choice(self.knowledge)))
        done = office.take_back(office.merges[-1])
        after = office.check()
        if not done.kept_records and office.ends == ends:
            assert after == before, offices.different(after, before)
            assert office.knows() == knew

    def take_back_earlier(self, rnd: Random) -> None:
        """Any merge, with everything that came after it."""
        office = self.one(rnd)
        if office.merges:
            office.take_back(rnd.choice(office.merges))
            office.check()

    # Backups -------------------------------------------------------------------------------------

    def back_up(self, rnd: Random) -> None:
        office = self.one(rnd)
        if not office.db.postgres:
            office.back_up()

    def restore(self, rnd: Random) -> None:
        """What was not sent since the backup is lost; the rest comes back by bundles."""
        office = self.one(rnd)
        if office.saved:
            office.restore()
            office.check()

    # The end -------------------------------------------------------------------------------------

    def teardown(self) -> None:
        try:
            if sys.exc_info()[0] is None and self.offices:
                self.everybody_gets_everything()
        finally:
            for office in self.offices:
                office.db.close()
            self.home.__exit__(None, None, None)

    def everybody_gets_everything(self) -> None:
        for office in self.offices:
            office.take_list(self.ends)
        for _ in range(2):
            for bundle in [office.pack({}) for office in self.offices]:
                for office in self.offices:
                    office.take_in(bundle)
        first = self.offices[0]
        state, fingerprint = first.check(), first.fingerprint()
        for other in self.offices[1:]:
            assert other.check() == state, offices.different(other.check(), state)
            assert other.fingerprint() == fingerprint
        for office in self.offices:
            wrong = check.check(office.c)
            assert not wrong, wrong
        written = [one for office in self.offices for one in office.written.items()]
        ends = {device.hex(): upto for device, upto in self.ends.items()}
        kept.assert_nothing_lost(first, [one for one in written if not model.beyond(one[0], ends)])
