"""What all parts of the fictitious data share: chance by a seed, ids by a fixed clock."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from aps_desktop.db.connection import Connection, Interrupted
from aps_desktop.db.engine import Database
from aps_desktop.db.unit_of_work import Work
from aps_desktop.domain.changes import Why
from aps_desktop.domain.clock import FixedClock
from aps_desktop.domain.entities import BY_NAME
from aps_desktop.domain.ids import IdFactory
from aps_desktop.domain.money import Money
from aps_desktop.services import demo_words as words
from aps_desktop.services.rates import Rate

Progress = Callable[[int, int, str], None]
T = TypeVar("T")

BASE = date(2026, 11, 23)
"""The day on which the fictitious office stands; what lies after it is planned."""
FIRST_YEAR = 2017
_STEP = 25_000
"""Records in one step of the log: what a step remembers stays small."""
_TELL = 1000


@dataclass(frozen=True, slots=True)
class Size:
    """How many of the main records; everything else is in proportion."""

    bodies: int
    meetings: int
    decisions: int
    actions: int
    projects: int
    nodes: int
    indicators: int
    values: int
    transactions: int
    documents: int

    @property
    def expected(self) -> int:
        """About how many records come of it, for the progress shown."""
        return self.meetings * 9 + self.projects * 42 + self.decisions + self.actions + (
            self.indicators + 2 * self.values + self.transactions + self.documents
        )  # fmt: skip


@dataclass(slots=True)
class MeetingFacts:
    """What later parts need of a meeting."""

    id: UUID
    body: UUID
    day: date
    held: bool
    endorses: list[UUID] = field(default_factory=list)


@dataclass(slots=True)
class ProjectFacts:
    """What later parts need of a project."""

    id: UUID
    code: str
    title: str
    subject: str
    pillar: str
    body: UUID
    status: str
    currency: str
    budget: int
    fund: UUID | None
    start: date
    end: date
    states: list[UUID]
    tasks: list[UUID] = field(default_factory=list)
    results: list[UUID] = field(default_factory=list)


class Maker:
    """Makes records in the write transaction it was given, all or nothing."""

    def __init__(
        self,
        db: Database,
        c: Connection,
        size: Size,
        seed: int,
        progress: Progress | None,
        cancelled: Callable[[], bool] | None,
    ) -> None:
        self.c = c
        self.size = size
        self.chance = random.Random(seed)  # noqa: S311 - fiction, not secrets
        self.counts: dict[str, int] = defaultdict(int)
        self.states: dict[str, UUID] = {}
        self.currency_of: dict[str, str] = {}
        self.pools: dict[str, list[UUID]] = defaultdict(list)
        self.pillar_of: dict[UUID, str] = {}
        self.rates: dict[str, list[Rate]] = defaultdict(list)
        self.meetings: list[MeetingFacts] = []
        self.meetings_of: dict[UUID, list[MeetingFacts]] = defaultdict(list)
        self.projects: list[ProjectFacts] = []
        self.by_project: dict[UUID, ProjectFacts] = {}
        self.projects_of: dict[UUID, list[ProjectFacts]] = defaultdict(list)
        self._db = db
        self._clock = FixedClock(1_795_400_000_000)
        self._ids = IdFactory(self._clock, random.Random(seed ^ 0x415053).randbytes)  # noqa: S311
        self._progress = progress
        self._cancelled = cancelled
        self._what = ""
        self._work = self._new_work()
        self._in_step = 0
        self._total = 0

    def add(self, entity: str, **values: Any) -> UUID:
        """One record; its id."""
        self._clock.now += 1
        id = self._ids.new()
        self._work.create(BY_NAME[entity], id, values)
        self.counts[entity] += 1
        self._in_step += 1
        self._total += 1
        if self._total % _TELL == 0:
            self._tell()
        if self._in_step >= _STEP:
            self.finish()
            self._work = self._new_work()
        return id

    def part(self, what: str) -> None:
        """Which part of the data comes next, for whoever watches."""
        self._what = what
        self._tell()

    def finish(self) -> None:
        """Ends a step of the log."""
        self._work.finish()
        self._in_step = 0

    def _new_work(self) -> Work:
        return Work(self._db, self.c, "fictitious data", Why.SETUP)

    def _tell(self) -> None:
        if self._cancelled and self._cancelled():
            raise Interrupted
        if self._progress:
            self._progress(min(self._total, self.size.expected), self.size.expected, self._what)

    # Chance -------------------------------------------------------------------------------------

    def pick(self, choices: Sequence[T]) -> T:
        return choices[int(self.chance.random() * len(choices))]

    def some(self, choices: Sequence[T], least: int, most: int) -> list[T]:
        """Between `least` and `most` different ones, in the order of the choices."""
        count = min(len(choices), self.number(least, most))
        chosen = set(self.chance.sample(range(len(choices)), count))
        return [one for index, one in enumerate(choices) if index in chosen]

    def number(self, least: int, most: int) -> int:
        return least + int(self.chance.random() * (most - least + 1))

    def happens(self, share: float) -> bool:
        return self.chance.random() < share

    def day(self, first: date, last: date) -> date:
        """A weekday from `first` to about `last`."""
        found = first + timedelta(days=self.number(0, max(0, (last - first).days)))
        return found + timedelta(days=max(0, 7 - found.weekday()) if found.weekday() > 4 else 0)

    def later(self, day: date, least: int, most: int) -> date:
        """A weekday that many days after another one."""
        return self.day(day + timedelta(days=least), day + timedelta(days=most))

    def money(self, currency: str, least: int, most: int) -> Money:
        """An amount between two in US dollars, rounded and in its own currency."""
        return self.worth(currency, self.number(least // 100, most // 100) * 100)

    def worth(self, currency: str, dollars: int) -> Money:
        """What an amount in US dollars is in another currency, in round figures."""
        amount = Decimal(dollars) * Decimal(RATES.get(currency, "1"))
        return Money.of(amount.quantize(Decimal(1) if amount < 10_000 else Decimal(100)), currency)

    def frozen(self, amount: Money, day: date) -> dict[str, Any]:
        """What a transaction keeps: the value by the newest rate of its day, as posting does."""
        rates = self.rates[amount.currency]
        if not rates:
            return {"usd_value": amount}
        at = bisect_right(rates, day, key=lambda rate: rate.day)
        return dict(rates[max(0, at - 1)].frozen(amount))

    def person(self, state: str) -> str:
        """A name by chance, with its own script behind it where there is one."""
        family, given = self.pick(words.FAMILY[state]), self.pick(words.GIVEN[state])
        parts = (family, given) if state in words.FAMILY_FIRST else (given, family)
        latin = " ".join(part[0] for part in parts)
        own = " ".join(part[1] for part in parts)
        return f"{latin} ({own})" if all(part[1] for part in parts) else latin

    def subject(self, pillar: str) -> str:
        return self.pick(words.SUBJECTS.get(pillar, words.SUBJECTS["all"]))

    def place(self) -> tuple[str, str]:
        """(state code, city)."""
        state = self.pick(tuple(words.CITIES))
        return state, self.pick(words.CITIES[state])

    def document_class(self) -> str:
        return self.pick(_CLASSES)

    def shipped(self, entity: str, *columns: str) -> list[tuple[Any, ...]]:
        """(id, columns) of the records that are there already, in an order that never changes."""
        names = "".join(f", {column}" for column in columns)
        rows = self.c.all(f"SELECT id{names} FROM {entity} ORDER BY id")
        return [(UUID(bytes=bytes(row[0])), *row[1:]) for row in rows]


_CLASSES = ("public", "public", "limited", "limited", "limited", "restricted", "confidential")
RATES = {
    "USD": "1", "BND": "1.34", "KHR": "4050", "IDR": "15900", "LAK": "21600", "MYR": "4.35",
    "MMK": "2100", "PHP": "57.5", "SGD": "1.34", "THB": "35.2", "VND": "25300", "EUR": "0.92",
    "JPY": "151", "AUD": "1.52", "CAD": "1.37", "GBP": "0.79", "KRW": "1360", "CNY": "7.2",
    "INR": "84", "NZD": "1.66", "CHF": "0.88",
}  # fmt: skip
"""Units of a currency for one US dollar: fictitious, of the right size."""
