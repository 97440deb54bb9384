"""Guesses which entities a sheet holds, and which column is which field."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from aps_desktop.domain.fields import Entity, Field, Kind
from aps_desktop.domain.rules import PAIRS
from aps_desktop.domain.states import is_state
from aps_desktop.exchange.cells import Sheet, folded
from aps_desktop.exchange.contents import Column, columns_of
from aps_desktop.exchange.detect import Table, find_table, is_counter
from aps_desktop.exchange.fits import Fit, Fitter
from aps_desktop.exchange.headings import CURRENCY_WORDS, headings_of, money_heading, money_title
from aps_desktop.exchange.mapping import CURRENCY, REASON, Part, SheetMapping, Target
from aps_desktop.exchange.parse import Habits, NoRecords, Resolver
from aps_desktop.exchange.value_columns import Filling, period_parts

_ENOUGH = 72.0
_SURE = 85.0
_STATE_COLUMNS = 4
_NAME_LENGTH = 20
_NAMED = 0.15


class Guesser:
    """Guesses mappings for the sheets of workbooks; holds the headings of all entities."""

    def __init__(self, entities: Iterable[Entity], resolver: Resolver | None = None) -> None:
        self.entities = {e.name: e for e in entities}
        self.headings = headings_of(tuple(self.entities.values()))
        self.resolver = resolver or NoRecords()

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
        self.fit = Fitter(owner.entities, owner.headings, owner.resolver, sheet, table, profile).fit

    def main_fits(self, free: list[int], wanted: str) -> list[Fit]:
        """The main entity; before it the one that the carried-down columns hold, if any."""
        candidates = (
            [self._owner.entities[wanted]] if wanted else list(self._owner.entities.values())
        )
        best, worth = self._alone(candidates, free)
        carried = [c for c in free if c in self._table.carry_down or c in self._sheet.making]
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

    def _alone(self, candidates: list[Entity], free: list[int]) -> tuple[list[Fit], float]:
        """The entity that the columns fit best, with the one it needs above it; and what speaks for
        the two."""
        best: list[Fit] = []
        worth = 0.0
        for entity in candidates:
            fit = self.fit(entity, free)
            if not fit.columns or fit.worth <= 0:
                continue
            fits = self._under_its_own(fit, free)
            whole = sum(one.worth for one in fits)
            if whole > worth:
                best, worth = fits, whole
        return best, worth

    def _under_its_own(self, main: Fit, free: list[int]) -> list[Fit]:
        """Before the main records the one that they belong to, where other columns tell which:
        the code of the project beside the lines of its budget, or the project's code and title
        beside its months."""
        by_name = {name: column for column, (name, _) in main.columns.items()}
        filled = set(by_name) | (main.filling.fields if main.filling else set())
        whole = all(
            f.name in filled
            for f in main.entity.fields if f.required and not f.default and not f.target
        )  # fmt: skip
        for spec in main.entity.fields:
            named = by_name.get(spec.name)
            if not spec.target or not (
                (spec.required and named is None) or (main.filling and named is not None)
            ):
                continue
            left = [c for c in free if c not in main.used or c == named]
            above = self.fit(self._owner.entities[spec.target], left).only_names()
            has = {name for name, score in above.columns.values() if score >= _SURE}
            needs = {f.name for f in above.entity.fields if f.required and not f.default}
            more = (
                whole if named is None else (len(has) > 1 and has.intersection(above.entity.title))
            )
            if more and needs <= has and has.intersection(above.entity.key):
                return [above, self.fit(main.entity, [c for c in free if c not in above.used])]
        return [main]

    def _children(self, parent: Entity) -> list[Entity]:
        return [
            e for e in self._owner.entities.values()
            if e.name != parent.name and any(f.target == parent.name for f in e.fields)
        ]  # fmt: skip

    def extend(self, fits: list[Fit], free: list[int]) -> None:
        """Further records of the same row, from the columns that nothing took."""
        while len(fits) < 4 and not fits[-1].filling and (best := self._extension(fits, free)):
            fits.append(best)

    def _extension(self, fits: list[Fit], free: list[int]) -> Fit | None:
        """The record that the columns which these leave fit best; None if they fit none surely."""
        used = set[int]().union(*(fit.used for fit in fits))
        left = [c for c in free if c not in used]
        have = {fit.entity.name for fit in fits}
        best: Fit | None = None
        for fit in fits:
            for child in self._children(fit.entity):
                if child.name not in have:
                    option = self.fit(child, left)
                    sure = {name for name, score in option.columns.values() if score >= _SURE}
                    if len(sure - self._vague(child)) >= 2 and option.worth >= max(
                        1, best.worth if best else 0
                    ):
                        best = option
        return best

    @staticmethod
    def _vague(child: Entity) -> set[str]:
        """What says nothing of a further record: a date and remarks are the first record's own,
        unless a name stands beside them."""
        dull = (Kind.DATE, Kind.LONG_TEXT)
        return {f.name for f in child.fields if f.kind in dull and f.name not in child.title}

    def mapping(self, fits: list[Fit], habits: Habits) -> SheetMapping:
        """Parts with their links, targets, period columns and currencies."""
        parts: list[Part] = []
        targets: list[Target] = []
        for number, fit in enumerate(fits):
            links = {}
            for earlier, above in enumerate(fits[:number]):
                spec = _link(fit.entity, above.entity.name)
                if spec and not any(spec.name == name for name, _ in fit.columns.values()):
                    links[spec.name] = earlier
            if fit.filling:
                self._spread_out(fit, fit.filling, links, parts, targets)
                continue
            parts.append(Part(fit.entity.name, links, fit.key_defaults(), optional=number > 0))
            for column, (name, score) in sorted(fit.columns.items()):
                target = self._target(fit.entity, column, number, name, score)
                targets += [target, *self._last_days(fit, target)]
        targets += self._shared_titles(fits, targets)
        used = {t.column for t in targets}
        more_parts, more_targets = period_parts(
            self._table, used, fits[-1].entity, len(fits) - 1, len(parts),
            list(self._owner.entities.values()), habits,
        ) if not fits[-1].filling else ([], [])  # fmt: skip
        parts += more_parts
        targets += more_targets
        targets += self._currencies(parts, targets)
        return SheetMapping(
            self._sheet.name, self._table.header_row, tuple(parts),
            tuple(sorted(targets, key=lambda t: (t.column, t.part))),
            self._table.carry_down, habits, self._table.headers,
        )  # fmt: skip

    def _spread_out(
        self, fit: Fit, how: Filling, links: dict[str, int], parts: list[Part],
        targets: list[Target],
    ) -> None:  # fmt: skip
        """A part for each column of a spread; they share the row's other columns."""
        for column, constants in sorted(how.constants.items()):
            number = len(parts)
            parts.append(Part(fit.entity.name, links, constants, True, how.value))
            targets.append(self._target(fit.entity, column, number, how.value, 95))
            for other, (name, score) in sorted(fit.columns.items()):
                if name not in constants:
                    targets.append(self._target(fit.entity, other, number, name, score))

    def _target(self, entity: Entity, column: int, part: int, name: str, score: float) -> Target:
        target = Target(column, part, name, score=min(100, round(score)))
        if entity.field(name).kind is Kind.MONEY:
            currency, scale = money_heading(self._table.headers[column])
            if not currency:
                scale = scale or self.title_money[1]
            target = replace(target, currency=currency, scale=scale)
        return target

    def _last_days(self, fit: Fit, first: Target) -> list[Target]:
        """A column of "19-22 January 2026" also tells when things end, where nothing else does."""
        taken = {name for name, _ in fit.columns.values()}
        ends = [b for a, b in PAIRS if a == first.field and b in fit.entity.by_name]
        if not ends or taken.intersection(ends) or not self._profile[first.column].ranges:
            return []
        return [replace(first, field=ends[0])]

    def _shared_titles(self, fits: list[Fit], targets: list[Target]) -> list[Target]:
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

    def _words_of(self, fit: Fit) -> int | None:
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
