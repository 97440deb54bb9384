"""How well the columns of a sheet fit an entity, by their headings and by what is in them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace

from rapidfuzz import fuzz

from aps_desktop.domain.fields import Entity, Field, Kind
from aps_desktop.exchange.cells import Sheet, folded
from aps_desktop.exchange.contents import Column, fitness
from aps_desktop.exchange.detect import Table
from aps_desktop.exchange.heading_words import ENGLISH
from aps_desktop.exchange.headings import CURRENCY_WORDS, Headings
from aps_desktop.exchange.parse import Resolver
from aps_desktop.exchange.value_columns import Filling, filling, spreads

_ENOUGH = 72.0
_NAME_LENGTH = 20
_NAMED = 0.15
_WORTH_COLUMNS = 3
_SPREAD_WORTH = 0.8
_IN_TITLE = 0.5
_LONG_TITLE = 120


@dataclass
class Fit:
    """How some columns fit one entity; `filling` says which make a record for each cell."""

    entity: Entity
    columns: dict[int, tuple[str, float]] = field(default_factory=dict)
    worth: float = 0.0
    filling: Filling | None = None
    only_named: bool = False

    @property
    def used(self) -> set[int]:
        """All the columns that it takes."""
        return set(self.columns) | set(self.filling.constants if self.filling else ())

    def only_names(self) -> Fit:
        """The fit with the columns alone that tell which record it is: what else stands in a row
        is said of something else."""
        kind = self.entity
        names = {kind.code, *kind.key, *kind.title}
        kept = {c: (name, score) for c, (name, score) in self.columns.items() if name in names}
        return replace(self, columns=kept, filling=None, only_named=True)

    def key_defaults(self) -> dict[str, str]:
        """What the rows of one record above others leave unsaid of its key, so that it is one."""
        mapped = {name for name, _ in self.columns.values()}
        key = [self.entity.by_name[name] for name in self.entity.key if name not in mapped]
        return {f.name: f.default for f in key if f.default} if self.only_named else {}


class Fitter:
    """Weighs the columns of one sheet against entities."""

    def __init__(
        self,
        entities: dict[str, Entity],
        headings: Headings,
        resolver: Resolver,
        sheet: Sheet,
        table: Table,
        profile: tuple[Column, ...],
    ) -> None:
        self._entities = entities
        self._resolver = resolver
        self._sheet = sheet
        self._table = table
        self._profile = profile
        titles = [
            cell for row in sheet.rows[: table.header_row] for cell in row if isinstance(cell, str)
        ]
        self._words = " ".join((sheet.name, *titles))
        self._titles = [folded(text) for text in titles if len(text) < _LONG_TITLE]
        self._spreads = spreads(table, table.year, self._numeric)
        self._scores: dict[int, dict[tuple[str, str], float]] = {}
        for column, text in enumerate(table.headers):
            if text:
                matches = headings.matches(text, table.groups[column])
                self._scores[column] = {(m.entity, m.field): m.score for m in matches}

    def _numeric(self, column: int) -> bool:
        profile = self._profile[column]
        return profile.is_empty or profile.numbers >= 0.5

    def fit(self, entity: Entity, columns: Collection[int]) -> Fit:
        """The best field for each column, each field once, and what speaks for the entity.

        A heading that stands twice means the same twice: the second column is no other field.
        """
        filled = self._filling(entity, columns)
        columns = [c for c in columns if filled is None or c not in filled.constants]
        pairs = sorted(
            (
                (score, -column, name)
                for column in columns
                for name, score in self._candidates(entity, column)
            ),
            reverse=True,
        )
        fit = Fit(entity, filling=filled)
        taken: set[str] = set(filled.fields) if filled else set()
        headed: set[tuple[str, str]] = set()
        for score, negative, name in pairs:
            heading = self._table.groups[-negative], folded(self._table.headers[-negative])
            if -negative not in fit.columns and name not in taken and heading not in headed:
                fit.columns[-negative] = (name, score)
                taken.add(name)
                headed.add(heading)
        fit.worth = self._worth(fit, taken, columns)
        if filled:
            fit.worth += min(len(filled.constants), _WORTH_COLUMNS) * _SPREAD_WORTH
        return fit

    def _filling(self, entity: Entity, columns: Collection[int]) -> Filling | None:
        """How columns of which each cell is a record make records of this entity."""
        found = (
            filling(entity, spread, self._words)
            for spread in self._spreads
            if set(spread.columns) <= set(columns)
        )
        return next((one for one in found if one), None)

    def _candidates(self, entity: Entity, column: int) -> Iterable[tuple[str, float]]:
        if (
            folded(self._table.headers[column]) in CURRENCY_WORDS
            and "currency" not in entity.by_name
        ):
            return
        for (owner, name), score in self._scores[column].items():
            if owner == entity.name and score >= _ENOUGH - 5:
                spec = entity.field(name)
                total = score + fitness(spec, self._profile[column], self._resolver)
                total -= self._unnamed(spec, column)
                if total >= _ENOUGH:
                    yield name, total

    def _unnamed(self, spec: Field, column: int) -> float:
        """Long words under "Decision" are a decision's own text, not the name of one."""
        target = self._entities.get(spec.target)
        nameless = target and target.field(target.title[0]).kind is Kind.LONG_TEXT
        return 35 if nameless and self._profile[column].length > _NAME_LENGTH else 0

    def _worth(self, fit: Fit, taken: set[str], columns: Collection[int]) -> float:
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
        name = folded(self._sheet.name)
        named = _bonus(entity, ENGLISH.get(name, name))
        return max([named, *(_IN_TITLE * _bonus(entity, line) for line in self._titles)])


def _bonus(entity: Entity, words: str) -> float:
    """How surely a sheet's name, or a title, is that of such records."""
    best = 0.0
    for word in (entity.label, entity.plural, *entity.aliases):
        form = folded(word)
        if form == words:
            best = max(best, 1.6)
        elif re.search(rf"\b{re.escape(form)}s?\b", words):
            best = max(best, 1.2 + 0.1 * form.count(" "))
        elif fuzz.ratio(form, words) > 85:
            best = max(best, 1.0)
    return best
