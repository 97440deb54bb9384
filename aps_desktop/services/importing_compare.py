"""Compares a workbook's drafts with the database: what is new, changed, the same, refused."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from aps_desktop.db.connection import Connection
from aps_desktop.domain.clock import today
from aps_desktop.domain.entities import entity as entity_of
from aps_desktop.domain.fields import Entity, Field, Kind
from aps_desktop.domain.rules import Problem as RuleProblem
from aps_desktop.domain.rules import checker
from aps_desktop.domain.values import from_wire
from aps_desktop.exchange.drafts import REFUSED, WAITING, DraftRecord, Problem, RowResult
from aps_desktop.exchange.parse import Draft
from aps_desktop.services import frozen
from aps_desktop.services import importing_current as current
from aps_desktop.services.importing_base import Base, entity_number_is
from aps_desktop.services.importing_problems import Complaints
from aps_desktop.services.importing_types import Decided, PlannedSheet, Verdict
from aps_desktop.services.importing_values import ValueChecks
from aps_desktop.services.locked_periods import VALUE

_GONE = (Verdict.REFUSED, Verdict.WAITING)
_NARROW = 20_000
"""In tables above this, keys are looked for among the records of the same parents only."""


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
        self._taken = owner.taken(kind.name)
        self._doubtful: dict[int, int] = {}
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
        self._identify(good)
        known = [(row, one) for row, one in good if one.rid]
        for row, one in good:
            if not one.rid and one.verdict not in _GONE:
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
                if above is None or above.verdict not in _GONE:
                    continue
                at = above.record.draft
                if (at.sheet, at.row) != (self._sheet.name, row.row):  # else the row says it
                    words = (
                        f"It belongs to row {at.row + 1} of sheet “{at.sheet}”, which is refused."
                    )
                    self._complaints.add(row, name, words, "Correct that row first.", WAITING)
                return True
        return False

    # Whom a draft stands for --------------------------------------------------------------------

    def _identify(self, good: list[tuple[RowResult, Decided]]) -> None:
        by_id = [(row, one) for row, one in good if one.record.id is not None]
        if by_id:
            self._by_id(by_id)
        rest = [(r, o) for r, o in good if not (o.rid or o.record.apart or o.verdict in _GONE)]
        count = self._c.value("SELECT n FROM entity_count WHERE tid = ?", (self._kind.number,))
        if count and rest:
            self._by_key(rest, int(count))

    def _by_id(self, wanted: list[tuple[RowResult, Decided]]) -> None:
        known = current.rids_of(self._c, [one.record.id for _, one in wanted if one.record.id])
        for row, one in wanted:
            found = known.get(one.record.id) if one.record.id else None
            if found is None or not entity_number_is(found[1], self._kind.name):
                continue
            if not found[2]:
                self._refuse(
                    row, one, "", "This record was deleted after the export.",
                    "Bring it back, or clear the first cell of this row to add it anew.",
                )  # fmt: skip
            elif found[0] in self._taken:
                one.record.id = None  # a copied row: it is found by its key, or it is new
            else:
                self._take(one, found[0])

    def _take(self, one: Decided, rid: int) -> None:
        one.rid = rid
        self._taken[rid] = one.record.draft

    def _by_key(self, wanted: list[tuple[RowResult, Decided]], count: int) -> None:
        """Looks for all keys at once. Where a key is not filled whole, the title counts too."""
        kind = self._kind
        names = [n for n in kind.key if n in kind.by_name and not kind.by_name[n].is_set]
        whole = [kind.by_name[n] for n in names]
        titles = [
            kind.by_name[n] for n in kind.title
            if n not in names and kind.by_name[n].kind in (Kind.TEXT, Kind.LONG_TEXT)
        ]  # fmt: skip
        full = [(r, o) for r, o in wanted if all(n in o.record.values for n in names)]
        partial = [(r, o) for r, o in wanted if not all(n in o.record.values for n in names)]
        self._match(full, whole, count, surely=True)
        self._match(partial, [*whole, *titles], count, surely=False)

    def _match(
        self,
        wanted: list[tuple[RowResult, Decided]],
        fields: list[Field],
        count: int,
        *,
        surely: bool,
    ) -> None:
        keys: dict[tuple[Any, ...], list[tuple[RowResult, Decided]]] = defaultdict(list)
        parts = self._key_parts(wanted, fields)
        for row, one in wanted:
            key = self._key(one, parts)
            if key is not None:
                keys[key].append((row, one))
        if not keys:
            return
        found: dict[tuple[Any, ...], list[int]] = defaultdict(list)
        for rid, key in current.stored_keys(
            self._c, self._kind, fields, self._narrow(fields, keys, count)
        ):
            if key in keys and rid not in found[key]:  # a united record has several keys
                found[key].append(rid)
        for key, rids in found.items():
            self._pair(keys[key], rids, surely=surely)

    def _pair(
        self, drafts: list[tuple[RowResult, Decided]], rids: list[int], *, surely: bool
    ) -> None:
        """Drafts and records of one key, in their order.

        `surely` the key is filled whole: then a second row for one record is refused.
        """
        free = [rid for rid in rids if rid not in self._taken]
        if surely and len(rids) > len(drafts):
            self._doubtful.update(dict.fromkeys(free, len(rids)))
        for place, (row, one) in enumerate(drafts):
            if place < len(free):
                self._take(one, free[place])
            elif surely and not free:
                first = self._taken[rids[0]]
                self._refuse(
                    row, one, self._kind.key[0],
                    f"Row {first.row + 1} of sheet “{first.sheet}” is the same "
                    f"{self._kind.label.lower()}.", "Remove one of the two rows.",
                )  # fmt: skip

    def _key_parts(
        self, wanted: list[tuple[RowResult, Decided]], fields: list[Field]
    ) -> list[tuple[str, Callable[[Any], Any]]]:
        """(field, value -> part of the key); references through one look-up of all of them."""
        ids = {
            value
            for spec in fields if spec.kind is Kind.REFERENCE
            for _, one in wanted
            if isinstance(value := one.record.values.get(spec.name), UUID)
        }  # fmt: skip
        rids = {id: known[0] for id, known in current.rids_of(self._c, ids).items()}
        return [(f.name, current.key_part(f, rids.get)) for f in fields]

    def _key(
        self, one: Decided, parts: list[tuple[str, Callable[[Any], Any]]]
    ) -> tuple[Any, ...] | None:
        """The draft's key; None when it cannot be in the database, or says nothing."""
        key: list[Any] = []
        values = one.record.values
        for name, part in parts:
            value = values.get(name)
            if isinstance(value, Draft):
                above = self._owner.of(value)
                if above is None or not above.rid:
                    return None
                key.append(above.rid)
            else:
                key.append(None if value is None else part(value))
        return tuple(key) if any(k is not None for k in key) else None

    def _narrow(
        self, fields: list[Field], keys: Iterable[tuple[Any, ...]], count: int
    ) -> tuple[str, list[int]] | None:
        if count <= _NARROW:
            return None
        for place, spec in enumerate(fields):
            if spec.kind is Kind.REFERENCE:
                targets = {key[place] for key in keys}
                if None not in targets and len(targets) < count // 4:
                    return spec.name, sorted(targets)
        return None

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
                if one.changes and one.rid in self._doubtful:
                    self._refuse(
                        row, one, self._kind.key[0],
                        f"{self._doubtful[one.rid]} {self._kind.plural.lower()} have this key.",
                        "Export the list, change it there and import it: then each row is known.",
                    )  # fmt: skip
            if one.verdict not in _GONE:
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
