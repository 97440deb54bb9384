"""Compares a workbook's drafts with the database: what is new, changed, the same, refused."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from aps_desktop.db.connection import Connection
from aps_desktop.domain.clock import today
from aps_desktop.domain.entities import entity as entity_of
from aps_desktop.domain.fields import Entity, Kind
from aps_desktop.domain.rules import Problem as RuleProblem
from aps_desktop.domain.rules import checker
from aps_desktop.domain.values import from_wire
from aps_desktop.exchange.drafts import REFUSED, WAITING, DraftRecord, Problem, RowResult
from aps_desktop.exchange.parse import Draft
from aps_desktop.services import frozen
from aps_desktop.services import importing_current as current
from aps_desktop.services.importing_base import Base
from aps_desktop.services.importing_identify import GONE, Identifier
from aps_desktop.services.importing_problems import Complaints
from aps_desktop.services.importing_types import Decided, PlannedSheet, Verdict
from aps_desktop.services.importing_values import ValueChecks
from aps_desktop.services.locked_periods import VALUE


class Comparer:
    """Compares sheet after sheet; drafts may stand for records of earlier sheets."""

    def __init__(self, c: Connection) -> None:
        self._c = c
        self._decided: dict[Draft, Decided] = {}
        self._taken: dict[str, dict[int, Draft]] = defaultdict(dict)
        self._bases: dict[str, Base] = {}

    def compare(self, sheet: PlannedSheet) -> None:
        """Decides on every record of the sheet's rows; what speaks against one goes to its row."""
        mapping = sheet.found.mapping
        if mapping is None:
            return
        for number, part in enumerate(mapping.parts):
            drafts = [
                (row, draft) for row in sheet.rows for draft in row.drafts
                if draft.draft.part == number
            ]  # fmt: skip
            work = _Part(self, sheet, number, entity_of(part.entity))
            work.decide(drafts)
        sheet.records = [
            self._decided[d.draft] for row in sheet.rows for d in row.drafts if not d.same_as
        ]

    def base(self, mark: str) -> Base:
        """What is newer than an export, read once for each export."""
        if mark not in self._bases:
            self._bases[mark] = Base(self._c, mark)
        return self._bases[mark]

    @property
    def connection(self) -> Connection:
        return self._c

    def settle(self, decided: Decided) -> None:
        self._decided[decided.record.draft] = decided

    def of(self, draft: Draft) -> Decided | None:
        return self._decided.get(draft)

    def taken(self, entity: str) -> dict[int, Draft]:
        """Records that a draft stands for already, by row number."""
        return self._taken[entity]


_Drafts = Sequence[tuple[RowResult, DraftRecord]]


class _Part:
    """The records that one part of a sheet's rows makes."""

    def __init__(self, owner: Comparer, sheet: PlannedSheet, number: int, kind: Entity) -> None:
        self._owner = owner
        self._c = owner.connection
        self._sheet = sheet
        self._kind = kind
        self._who = Identifier(self._c, kind, owner.taken(kind.name), owner.of, self._refuse)
        self._complaints = Complaints(sheet, number, kind)
        mapping = sheet.found.mapping
        filled = {t.field for t in mapping.targets if t.part == number} if mapping else set()
        linked = set(mapping.parts[number].links) if mapping else set()
        self._references = [
            f.name for f in kind.fields
            if f.kind in (Kind.REFERENCE, Kind.REFERENCES) and f.name in filled | linked
        ]  # fmt: skip
        self._check = checker(kind)
        self._defaults = {f.name: from_wire(f, f.default) for f in kind.columns if f.default}

    def decide(self, drafts: _Drafts) -> None:
        """Settles every draft: first whom it stands for, then what it changes."""
        good = []
        for row, draft in drafts:
            if draft.same_as is not None:
                continue
            decided = Decided(draft, Verdict.NEW)
            self._owner.settle(decided)
            if draft.refused or draft.waiting:
                decided.verdict = Verdict.REFUSED if draft.refused else Verdict.WAITING
            elif self._waits(row, decided):
                decided.verdict = Verdict.WAITING
            else:
                good.append((row, decided))
        self._who.identify(good)
        known = [(row, one) for row, one in good if one.rid]
        for row, one in good:
            if not one.rid and one.verdict not in GONE:
                self._new(row, one)
        self._compare(known)
        if self._kind.name == VALUE:
            checks = ValueChecks(self._c, self._owner.of, self._refuse_value, self._complaints.warn)
            checks.look_over(good, today(self._c.clock))

    def _waits(self, row: RowResult, decided: Decided) -> bool:
        """Whether it refers to a record of this workbook that does not come in."""
        values = decided.record.values
        for name in self._references:
            value = values.get(name)
            if value is None or type(value) is UUID:
                continue
            for one in value if isinstance(value, frozenset) else (value,):
                above = self._owner.of(one) if isinstance(one, Draft) else None
                if above is None or above.verdict not in GONE:
                    continue
                at = above.record.draft
                if (at.sheet, at.row) != (self._sheet.name, row.row):  # else the row says it
                    words = (
                        f"It belongs to row {at.row + 1} of sheet “{at.sheet}”, which is refused."
                    )
                    self._complaints.add(row, name, words, "Correct that row first.", WAITING)
                return True
        return False

    # What it changes ----------------------------------------------------------------------------

    def _new(self, row: RowResult, one: Decided) -> None:
        missing = one.record.missing
        if missing:
            for name in missing:
                one.verdict = Verdict.REFUSED
                self._complaints.missing(row, name)
            return
        values: Any = one.record.values
        if self._defaults:
            values = {**self._defaults, **values}
        problems = self._check(values)
        if problems:
            self._judge(row, one, problems, None)

    def _compare(self, known: list[tuple[RowResult, Decided]]) -> None:
        """Reads the records as they are and sets each cell against what is there."""
        if not known:
            return
        names = {name for _, one in known for name in (*one.record.values, *one.record.blank)}
        fields = [f for f in self._kind.fields if f.name in names]
        now = current.values_of(self._c, self._kind, fields, [one.rid for _, one in known])
        changed = []
        for row, one in known:
            one.id, values = now[one.rid]
            if one.record.id is not None:
                self._three_way(row, one, values)
            else:
                one.changes = self._differences(one.record.values, values)
                if one.changes and one.rid in self._who.doubtful:
                    self._refuse(
                        row, one, self._kind.key[0],
                        f"{self._who.doubtful[one.rid]} {self._kind.plural.lower()} have this key.",
                        "Export the list, change it there and import it: then each row is known.",
                    )  # fmt: skip
            if one.verdict not in GONE:
                one.verdict = Verdict.CHANGED if one.changes else Verdict.SAME
                if one.changes:
                    changed.append((row, one))
        self._look_over(changed)

    def _differences(
        self, given: Mapping[str, Any], now: Mapping[str, Any]
    ) -> dict[str, tuple[Any, Any]]:
        return {
            name: (now.get(name), value)
            for name, value in given.items()
            if now.get(name) != value and not self._same_record(value, now.get(name))
        }

    def _same_record(self, value: Any, now: Any) -> bool:
        """Whether drafts stand for the very records that are there."""
        if isinstance(value, Draft):
            above = self._owner.of(value)
            return above is not None and above.id is not None and above.id == now
        if isinstance(value, frozenset) and any(isinstance(v, Draft) for v in value):
            ids = {a.id if isinstance(v, Draft) and (a := self._owner.of(v)) else v for v in value}
            return bool(ids == now)
        return False

    def _three_way(self, row: RowResult, one: Decided, now: Mapping[str, Any]) -> None:
        """An exported row: what the sheet changed since the export, unless the record did too."""
        base = self._owner.base(self._sheet.found.base)
        given: dict[str, Any] = {**dict.fromkeys(one.record.blank), **one.record.values}
        changes = {}
        for name, (old, new) in self._differences(given, now).items():
            spec = self._kind.field(name)
            if not base.known or not base.is_newer(one.rid, spec):
                changes[name] = (old, new)
                continue
            exported = base.value(one.rid, spec, old)
            if exported == new:
                continue  # only the database has changed: it stays
            if exported == old:
                changes[name] = (old, new)
                continue
            self._refuse(
                row, one, name,
                f"{spec.label} was changed here and in the workbook since the export: "
                f"{self._complaints.words(spec, old)} is here now.",
                "Decide on one of the two and write it here, then export anew and import it.",
            )  # fmt: skip
        one.changes = changes

    def _look_over(self, changed: list[tuple[RowResult, Decided]]) -> None:
        """The rules for the records as they would be; only what the sheet changes is refused."""
        whole = current.values_of(
            self._c, self._kind, self._kind.fields, [one.rid for _, one in changed]
        )
        for row, one in changed:
            one.changes = frozen.import_changes(self._kind.name, whole[one.rid][1], one.changes)
            values = {**whole[one.rid][1], **{n: new for n, (_, new) in one.changes.items()}}
            self._judge(row, one, self._check(values), one.changes)
            refused = frozen.import_refusal(self._kind.name, whole[one.rid][1], one.changes)
            if refused:
                self._refuse(row, one, refused.field, refused.message, refused.hint)

    def _judge(
        self, row: RowResult, one: Decided, found: list[RuleProblem],
        touched: Mapping[str, Any] | None,
    ) -> None:  # fmt: skip
        for problem in found:
            mine = touched is None or problem.field in touched
            if problem.severity == "error" and mine:
                self._refuse(row, one, problem.field, problem.message, "")
            elif mine:
                self._complaints.warn(row, problem.field, problem.message)

    def _refuse(self, row: RowResult, one: Decided, name: str, words: str, hint: str) -> None:
        one.verdict = Verdict.REFUSED
        self._complaints.add(row, name, words, hint, REFUSED)

    def _refuse_value(self, row: RowResult, one: Decided, name: str, words: str) -> None:
        self._refuse(row, one, name, words, "")


def refused_rows(sheet: PlannedSheet) -> dict[int, list[Problem]]:
    """The rows that something is wrong with, for giving them back."""
    return {row.row: row.problems for row in sheet.rows if row.problems}
