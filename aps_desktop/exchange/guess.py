"""Guesses which entities a sheet holds, and which column is which field."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace

from rapidfuzz import fuzz

from aps_desktop.domain.fields import Entity, Field, Kind
from aps_desktop.domain.rules import PAIRS
from aps_desktop.domain.states import is_state
from aps_desktop.exchange.cells import Sheet, folded
from aps_desktop.exchange.contents import Column, columns_of, fitness
from aps_desktop.exchange.detect import Table, find_table, is_counter
from aps_desktop.exchange.headings import CURRENCY_WORDS, Headings, money_heading, money_title
from aps_desktop.exchange.mapping import CURRENCY, REASON, Part, SheetMapping, Target
from aps_desktop.exchange.parse import Habits, NoRecords, Resolver
from aps_desktop.exchange.period_columns import period_parts

_ENOUGH = 72.0
_SURE = 85.0
_STATE_COLUMNS = 4
_NAME_LENGTH = 20
_NAMED = 0.15


@dataclass
class _Fit:
    """How some columns fit one entity."""

    entity: Entity
    columns: dict[int, tuple[str, float]] = field(default_factory=dict)
    worth: float = 0.0


class Guesser:
    """Guesses mappings for the sheets of workbooks; holds the headings of all entities."""

    def __init__(self, entities: Iterable[Entity], resolver: Resolver | None = None) -> None:
        self.entities = {e.name: e for e in entities}
        self.headings = Headings(self.entities.values())
        self._resolver = resolver or NoRecords()

    def table(self, sheet: Sheet, header_row: int | None = None) -> Table | None:
        """The table of a sheet, found with the help of all known headings."""
        return find_table(sheet, self.headings.known, header_row)

    def guess(
        self, sheet: Sheet, table: Table, *, entity: str = "", habits: Habits | None = None
    ) -> SheetMapping | None:
        """The best mapping; None when nothing fits. `entity` says what the sheet's main kind is."""
        profile = columns_of(sheet, table)
        free = [
            c for c, text in enumerate(table.headers)
            if text and text != REASON and not (is_counter(text) and not _is_text(profile[c]))
        ]  # fmt: skip
        states = [c for c in free if is_state(table.headers[c])]
        if len(states) >= _STATE_COLUMNS:  # "ID" among them is Indonesia
            free = [c for c in free if c not in states]
        work = _Work(self, sheet, table, profile)
        fits = work.main_fits(free, entity)
        if not fits:
            return None
        work.extend(fits, free)
        return work.mapping(fits, habits or Habits(year=table.year, currency=work.title_money[0]))


class _Work:
    """One guess in progress."""

    def __init__(
        self, owner: Guesser, sheet: Sheet, table: Table, profile: tuple[Column, ...]
    ) -> None:
        self._owner = owner
        self._sheet = sheet
        self._table = table
        self._profile = profile
        self.title_money = money_title(
            cell for row in sheet.rows[: table.header_row] for cell in row if isinstance(cell, str)
        )
        self._scores: dict[int, dict[tuple[str, str], float]] = {}
        for column, text in enumerate(table.headers):
            if text:
                matches = owner.headings.matches(text, table.groups[column])
                self._scores[column] = {(m.entity, m.field): m.score for m in matches}

    def main_fits(self, free: list[int], wanted: str) -> list[_Fit]:
        """The main entity; before it the one that the carried-down columns hold, if any."""
        candidates = (
            [self._owner.entities[wanted]] if wanted else list(self._owner.entities.values())
        )
        single = max((self.fit(e, free) for e in candidates), key=lambda f: f.worth, default=None)
        best = [single] if single and single.columns and single.worth > 0 else []
        worth = single.worth if best and single else 0.0
        carried = [c for c in free if c in self._table.carry_down]
        rest = [c for c in free if c not in carried]
        if not carried:
            return best
        for parent in self._owner.entities.values():
            above = self.fit(parent, carried)
            if above.worth <= 0 or not above.columns:
                continue
            for child in candidates if wanted and parent.name != wanted else self._children(parent):
                if _link(child, parent.name) is None:
                    continue
                below = self.fit(child, rest)
                if not below.columns:
                    continue
                further = self._extension([above, below], free)
                whole = above.worth + below.worth + (further.worth if further else 0)
                if whole > worth:
                    best, worth = [above, below], whole
        return best

    def _children(self, parent: Entity) -> list[Entity]:
        return [
            e for e in self._owner.entities.values()
            if e.name != parent.name and any(f.target == parent.name for f in e.fields)
        ]  # fmt: skip

    def fit(self, entity: Entity, columns: Collection[int]) -> _Fit:
        """The best field for each column, each field once, and what speaks for the entity."""
        pairs = sorted(
            (
                (score, -column, name)
                for column in columns
                for name, score in self._candidates(entity, column)
            ),
            reverse=True,
        )
        fit = _Fit(entity)
        taken: set[str] = set()
        for score, negative, name in pairs:
            if -negative not in fit.columns and name not in taken:
                fit.columns[-negative] = (name, score)
                taken.add(name)
        fit.worth = self._worth(fit, taken, columns)
        return fit

    def _candidates(self, entity: Entity, column: int) -> Iterable[tuple[str, float]]:
        if (
            folded(self._table.headers[column]) in CURRENCY_WORDS
            and "currency" not in entity.by_name
        ):
            return
        for (owner, name), score in self._scores[column].items():
            if owner == entity.name and score >= _ENOUGH - 5:
                spec = entity.field(name)
                total = score + fitness(spec, self._profile[column], self._owner._resolver)  # noqa: SLF001
                total -= self._unnamed(spec, column)
                if total >= _ENOUGH:
                    yield name, total

    def _unnamed(self, spec: Field, column: int) -> float:
        """Long words under "Decision" are a decision's own text, not the name of one."""
        target = self._owner.entities.get(spec.target)
        nameless = target and target.field(target.title[0]).kind is Kind.LONG_TEXT
        return 35 if nameless and self._profile[column].length > _NAME_LENGTH else 0

    def _worth(self, fit: _Fit, taken: set[str], columns: Collection[int]) -> float:
        entity = fit.entity
        worth = sum((score / 100) ** 2 for _, score in fit.columns.values())
        worth += self._name_bonus(entity)
        identity = {entity.code, *entity.title, *entity.key} & taken
        worth += 0.8 if identity else -0.8
        if entity.code in taken and taken.intersection(entity.title) - {entity.code}:
            worth += _NAMED  # code and title side by side: the record itself, not one about it
        for spec in entity.fields:
            if spec.required and spec.name not in taken and not spec.default:
                worth -= 0.25 if spec.kind is Kind.REFERENCE else 0.5
        for column in columns:
            if folded(self._table.headers[column]) in CURRENCY_WORDS and any(
                entity.field(name).kind is Kind.MONEY for name in taken
            ):
                worth += 0.5
        return worth

    def _name_bonus(self, entity: Entity) -> float:
        sheet = folded(self._sheet.name)
        best = 0.0
        for word in (entity.label, entity.plural, *entity.aliases):
            form = folded(word)
            if form == sheet:
                best = max(best, 1.6)
            elif re.search(rf"\b{re.escape(form)}s?\b", sheet):
                best = max(best, 1.2)
            elif fuzz.ratio(form, sheet) > 85:
                best = max(best, 1.0)
        return best

    def extend(self, fits: list[_Fit], free: list[int]) -> None:
        """Further records of the same row, from the columns that nothing took."""
        while len(fits) < 4 and (best := self._extension(fits, free)):
            fits.append(best)

    def _extension(self, fits: list[_Fit], free: list[int]) -> _Fit | None:
        """The record that the columns which these leave fit best; None if they fit none surely."""
        used = {c for fit in fits for c in fit.columns}
        left = [c for c in free if c not in used]
        have = {fit.entity.name for fit in fits}
        best: _Fit | None = None
        for fit in fits:
            for child in self._children(fit.entity):
                if child.name not in have:
                    option = self.fit(child, left)
                    sure = sum(score >= _SURE for _, score in option.columns.values())
                    if sure >= 2 and option.worth >= max(1, best.worth if best else 0):
                        best = option
        return best

    def mapping(self, fits: list[_Fit], habits: Habits) -> SheetMapping:
        """Parts with their links, targets, period columns and currencies."""
        parts: list[Part] = []
        targets: list[Target] = []
        for number, fit in enumerate(fits):
            links = {}
            for earlier, above in enumerate(fits[:number]):
                spec = _link(fit.entity, above.entity.name)
                if spec and not any(spec.name == name for name, _ in fit.columns.values()):
                    links[spec.name] = earlier
            parts.append(Part(fit.entity.name, links, optional=number > 0))
            for column, (name, score) in sorted(fit.columns.items()):
                target = self._target(fit.entity, column, number, name, score)
                targets += [target, *self._last_days(fit, target)]
        targets += self._shared_titles(fits, targets)
        used = {t.column for t in targets}
        more_parts, more_targets = period_parts(
            self._table, used, fits[-1].entity, len(fits) - 1, len(parts),
            list(self._owner.entities.values()), habits,
        )  # fmt: skip
        parts += more_parts
        targets += more_targets
        targets += self._currencies(parts, targets)
        return SheetMapping(
            self._sheet.name, self._table.header_row, tuple(parts),
            tuple(sorted(targets, key=lambda t: (t.column, t.part))),
            self._table.carry_down, habits, self._table.headers,
        )  # fmt: skip

    def _target(self, entity: Entity, column: int, part: int, name: str, score: float) -> Target:
        target = Target(column, part, name, score=min(100, round(score)))
        if entity.field(name).kind is Kind.MONEY:
            currency, scale = money_heading(self._table.headers[column])
            if not currency:
                scale = scale or self.title_money[1]
            target = replace(target, currency=currency, scale=scale)
        return target

    def _last_days(self, fit: _Fit, first: Target) -> list[Target]:
        """A column of "19-22 January 2026" also tells when things end, where nothing else does."""
        taken = {name for name, _ in fit.columns.values()}
        ends = [b for a, b in PAIRS if a == first.field and b in fit.entity.by_name]
        if not ends or taken.intersection(ends) or not self._profile[first.column].ranges:
            return []
        return [replace(first, field=ends[0])]

    def _shared_titles(self, fits: list[_Fit], targets: list[Target]) -> list[Target]:
        """A later part without its required words takes those of the part before it."""
        more: list[Target] = []
        for number, fit in enumerate(fits[1:], 1):
            mapped = {name for name, _ in fit.columns.values()}
            wanted = [
                f for f in fit.entity.fields
                if f.required and f.name not in mapped and f.kind in (Kind.TEXT, Kind.LONG_TEXT)
            ]  # fmt: skip
            for spec in wanted:
                source = self._words_of(fits[number - 1])
                if source is not None:
                    more.append(Target(source, number, spec.name, score=75))
        return more

    def _words_of(self, fit: _Fit) -> int | None:
        texts = [
            (self._profile[c].length, c)
            for c, (name, _) in fit.columns.items()
            if fit.entity.field(name).kind in (Kind.TEXT, Kind.LONG_TEXT)
        ]
        return max(texts)[1] if texts else None

    def _currencies(self, parts: list[Part], targets: list[Target]) -> list[Target]:
        """Each currency column serves the amounts nearest to it that have none of their own."""
        columns = [
            c for c, text in enumerate(self._table.headers)
            if folded(text) in CURRENCY_WORDS or folded(text).endswith(" currency")
        ]  # fmt: skip
        money = [t for t in targets if self._spec(parts, t).kind is Kind.MONEY and not t.currency]
        more = []
        for target in money:
            if columns:
                nearest = min(columns, key=lambda c: (abs(c - target.column), c))
                more.append(Target(nearest, target.part, target.field, CURRENCY))
        return more

    def _spec(self, parts: list[Part], target: Target) -> Field:
        return self._owner.entities[parts[target.part].entity].field(target.field)


def _link(entity: Entity, parent: str) -> Field | None:
    """The reference by which an entity belongs to another."""
    owner = entity.owner
    if owner and owner.target == parent:
        return owner
    return next((f for f in entity.fields if f.kind is Kind.REFERENCE and f.target == parent), None)


def _is_text(column: Column) -> bool:
    return bool(column.cells) and column.numbers < 0.5
