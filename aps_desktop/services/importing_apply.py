"""Writes what an import has decided: all of it in one transaction, as one step to undo."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from aps_desktop.db.connection import Connection, placeholders
from aps_desktop.db.engine import Database
from aps_desktop.db.queries.results_reading import pieces
from aps_desktop.db.unit_of_work import Work
from aps_desktop.domain.changes import Applied, Update, Why
from aps_desktop.domain.entities import entity
from aps_desktop.domain.errors import UserError
from aps_desktop.domain.values import from_wire
from aps_desktop.exchange.gc_pause import collector_paused
from aps_desktop.exchange.parse import Draft
from aps_desktop.services import frozen, reporting_answers
from aps_desktop.services.importing_current import rids_of
from aps_desktop.services.importing_types import (
    Cancelled,
    Decided,
    Plan,
    Progress,
    Verdict,
)
from aps_desktop.services.locked_periods import BY_IMPORT, VALUE, Gate
from aps_desktop.services.rates import Rates, completed

_TELL_EVERY = 500


def state_of(c: Connection) -> str:
    """A text that differs when anything was written in between."""
    row = c.one("SELECT count(*), coalesce(sum(max_seq), 0) FROM device")
    return f"{row}"


def label_of(plan: Plan) -> str:
    """What the step is called: "import 499 projects from NAME.xlsx"."""
    counts: Counter[str] = Counter(d.entity for d in _written(plan))
    if not counts:
        return f"import nothing from {plan.found.path.name}"
    first = next(iter(counts))
    number = counts[first]
    kind = entity(first)
    words = f"{number:,} {(kind.label if number == 1 else kind.plural).lower()}"
    more = counts.total() - number
    if more:
        words += f" and {more:,} other record{'' if more == 1 else 's'}"
    return f"import {words} from {plan.found.path.name}"


def apply_plan(
    db: Database, plan: Plan, progress: Progress, cancelled: Cancelled, label: str = ""
) -> Applied:
    """Writes the new and the changed records. UserError, and nothing written, when the database has
    changed since the plan was made, or when it is cancelled."""
    label = label or label_of(plan)
    with collector_paused(), db.writing() as c:
        if plan.seen and plan.seen != state_of(c):
            raise UserError(
                "The database was changed while you looked at the preview.",
                "Look at the new preview, then import again.",
            )
        writer = _Writer(db, Work(db, c, label, Why.IMPORT), plan)
        writer.write(progress, cancelled)
        return writer.work.finish()


def _written(plan: Plan) -> Iterator[Decided]:
    for sheet in plan.sheets:
        for one in sheet.records:
            if one.verdict in (Verdict.NEW, Verdict.CHANGED):
                yield one


class _Writer:
    def __init__(self, db: Database, work: Work, plan: Plan) -> None:
        self.work = work
        self._db = db
        self._plan = plan
        self._ids = plan.ids
        self._made: set[UUID] = set()
        self._later: list[Update] = []
        self._rates: Rates | None = None
        self._defaults: dict[str, dict[str, Any]] = {}
        self._gate = Gate(db, work.c, BY_IMPORT)
        self._known = {
            one.record.draft for sheet in plan.sheets for one in sheet.records if one.rid
        }

    def write(self, progress: Progress, cancelled: Cancelled) -> None:
        """New records first, then changes, then references to records that came later."""
        todo = list(_written(self._plan))
        self._name(todo)
        new = [one for one in todo if one.verdict is Verdict.NEW]
        new.sort(key=lambda one: one.entity != "exchange_rate")  # transactions are valued by them
        changed = [one for one in todo if one.verdict is Verdict.CHANGED]
        for done, one in enumerate((*new, *changed)):
            if done % _TELL_EVERY == 0:
                if cancelled():
                    raise UserError("The import was cancelled.", "Nothing was written.")
                progress(done, len(todo), "Writing")
            if one.verdict is Verdict.NEW:
                self._create(one)
            else:
                self._change(one)
        for update in self._later:
            self.work.do(update)
        self.work.flush()
        for mark in reporting_answers.marks(self._db, self.work.c, self._came(todo)):
            self.work.do(mark)
        progress(len(todo), len(todo), "Writing")

    def _came(self, todo: list[Decided]) -> Iterator[reporting_answers.Came]:
        """The values of this workbook that count."""
        ids = [self._id(one) for one in todo if one.entity == VALUE]
        for part in pieces([known[0] for known in rids_of(self.work.c, ids).values()]):
            yield from self.work.c.all(
                "SELECT indicator, period, coalesce(member_state, 0) FROM indicator_value "
                f"WHERE rid IN ({placeholders(part)}) AND indicator IS NOT NULL "
                "AND status IN ('pending', 'approved')",
                part,
            )

    def _name(self, todo: list[Decided]) -> None:
        """Every record gets its id before any is written, since they refer to each other."""
        for one in todo:
            if one.id is None:
                one.id = self._db.ids.new()
        for sheet in self._plan.sheets:
            for one in sheet.records:
                if one.id is not None:
                    self._ids[one.record.draft] = one.id

    def _create(self, one: Decided) -> None:
        kind = entity(one.entity)
        id = self._id(one)
        values: dict[str, Any] = dict(self._defaults_of(one.entity))
        for name, value in one.record.values.items():
            known, there = self._real(value)
            if there:
                values[name] = known
            else:
                self._later.append(Update(one.entity, id, name, known))
        if one.entity == VALUE and self._is_late(values):
            self.work.do(self._gate.amendment(None, values))
            return
        if one.entity == frozen.NAME:
            if "reverses" in values:
                self.work.flush()  # its rate is that of what it takes back
            values = frozen.valued(self.work.c, values, self._known_rates())
        elif one.entity == "exchange_rate":
            values = completed(values)
        self.work.create(kind, id, values)
        self._made.add(id)

    def _known_rates(self) -> Rates:
        """The rates that are there, with those of this workbook, which were written first."""
        if self._rates is None:
            self.work.flush()
            self._rates = Rates(self.work.c)
        return self._rates

    def _change(self, one: Decided) -> None:
        changes = [
            Update(one.entity, self._id(one), name, self._real(new)[0])
            for name, (_, new) in one.changes.items()
        ]
        for change in self._gate.through(changes):
            self.work.do(change)

    def _is_late(self, values: dict[str, Any]) -> bool:
        """Whether a value's period is locked; a new indicator brings its whole history along."""
        there = "indicator" in values and values["indicator"] not in self._made
        return there and self._gate.is_locked(values.get("period"))

    def _real(self, value: Any) -> tuple[Any, bool]:
        """A value with ids in the place of drafts, and whether all of those are written already."""
        if isinstance(value, Draft):
            id = self._ids[value]
            return id, self._there(value, id)
        if isinstance(value, frozenset) and any(isinstance(v, Draft) for v in value):
            there = True
            ids = set()
            for one in value:
                id, known = self._real(one)
                ids.add(id)
                there = there and known
            return frozenset(ids), there
        return value, True

    def _there(self, draft: Draft, id: UUID) -> bool:
        return id in self._made or draft in self._known

    def _defaults_of(self, name: str) -> dict[str, Any]:
        if name not in self._defaults:
            columns = entity(name).columns
            self._defaults[name] = {f.name: from_wire(f, f.default) for f in columns if f.default}
        return self._defaults[name]

    @staticmethod
    def _id(one: Decided) -> UUID:
        if one.id is None:
            raise LookupError("a record that is to be written has no id")
        return one.id
