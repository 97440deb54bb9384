"""Columns of which each cell is a record of its own: months and quarters, debit and credit, women
and men; targets and actual values beside their indicator."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from aps_desktop.domain.errors import InvalidValue
from aps_desktop.domain.fields import Entity, Field, Kind
from aps_desktop.domain.values import Period
from aps_desktop.exchange.cells import folded
from aps_desktop.exchange.dates import Reader
from aps_desktop.exchange.detect import Table
from aps_desktop.exchange.headings import money_heading
from aps_desktop.exchange.mapping import Part, Target
from aps_desktop.exchange.parse import Habits
from aps_desktop.exchange.words import choice_in

_TARGET = re.compile(r"\b(targets?|planned|plan|sasaran|projected|forecast)\b", re.I)
_WHOLE_TARGET = re.compile(
    r"(annual |yearly |full[- ]year )?(targets?|sasaran)( value)?( \([^)]*\))?", re.I
)
_ACTUAL = re.compile(
    r"\b(actuals?|achieved|achievement|results?|values?|reported|realisasi)\b", re.I
)
_VALUES = (Kind.NUMBER, Kind.PERCENT, Kind.MONEY)
_SCHEDULE = re.compile(r"\b(schedules?|tranches?|instal?lments?)\b", re.I)
_OUT = frozenset(
    "debit debits dr payment payments paid disbursement disbursements disbursed expenditure "
    "expenditures expense expenses spent withdrawal withdrawals outflow pengeluaran debet".split()
)
_IN = frozenset(
    "credit credits cr receipt receipts received deposit deposits income inflow contribution "
    "contributions penerimaan kredit".split()
)
_SPENT = frozenset("expenditure expenditures expense expenses spent".split())
_SEXES = {
    "female": "female", "females": "female", "women": "female", "f": "female",
    "male": "male", "males": "male", "men": "male", "m": "male",
    "perempuan": "female", "laki laki": "male", "nữ": "female", "nam": "male",
    "หญิง": "female", "ชาย": "male",
}  # fmt: skip


def period_of(header: str, group: str, year: int | None) -> Period | None:
    """The period that a heading names, with the help of the heading above it."""
    reader = Reader(year=year)
    for text in (header, f"{header} {group}", f"{group} {header}", group):
        bare = _ACTUAL.sub(" ", _TARGET.sub(" ", text))
        bare = re.sub(r"[(\[][^()\d]*[)\]]|\b(USD|EUR|US\$)(?!\w)", " ", bare)
        bare = " ".join(re.sub(r"[():]", " ", bare).split())
        if not bare:
            continue
        if not re.search(r"\d{4}", bare) and re.search(r"\d{4}", group):
            continue
        try:
            period = reader.period(bare)[0]
        except InvalidValue:
            continue
        if (period.end - period.start).days >= 27:
            return period
    return None


@dataclass(frozen=True)
class Spread:
    """Columns that say the same of different things: each with what its heading says of it."""

    kind: str
    columns: dict[int, dict[str, str]]


@dataclass(frozen=True)
class Filling:
    """How a spread makes records of one entity: the field that its cells fill, and what their
    headings fill, by column."""

    value: str
    constants: dict[int, dict[str, str]]

    @property
    def fields(self) -> set[str]:
        """All the fields that it fills."""
        return {self.value}.union(*self.constants.values())


def spreads(table: Table, year: int | None, numeric: Callable[[int], bool]) -> list[Spread]:
    """The spreads of a table; `numeric` says whether a column holds numbers, or nothing."""
    periods: dict[int, dict[str, str]] = {}
    sides: dict[int, dict[str, str]] = {}
    sexes: dict[int, dict[str, str]] = {}
    for column, text in enumerate(table.headers):
        if not text or not numeric(column):
            continue
        group = table.groups[column]
        period = period_of(text, group, header_year(table) or year)
        if period is not None:
            aimed = "planned" if _TARGET.search(f"{text} {group}") else "actual"
            last = period.end.isoformat()
            periods[column] = {"period": str(period), "last": last, "nature": aimed}
            continue
        word = folded(re.sub(r"\([^)]*\)", " ", text))
        if side := _side(word):
            sides[column] = {"type": side}
        elif word in _SEXES:
            sexes[column] = {"sex": _SEXES[word]}
    found = [Spread("periods", periods)] if len(periods) > 1 else []
    if any(s["type"] == "receipt" for s in sides.values()) and len(sides) == 2:
        found.append(Spread("sides", sides))
    if len({s["sex"] for s in sexes.values()}) == 2 == len(sexes):
        found.append(Spread("sexes", sexes))
    return found


def _side(word: str) -> str:
    words = set(word.split()) - {"amount", "usd", "eur", "of", "in", "funds"}
    if not words or len(words) > 1:
        return ""
    if words <= _IN:
        return "receipt"
    if words <= _SPENT:
        return "expenditure"
    return "disbursement" if words <= _OUT else ""


def filling(entity: Entity, spread: Spread, words: str) -> Filling | None:
    """How a spread makes records of an entity; None where it does not. `words` are those of the
    sheet's name and titles."""
    if spread.kind == "periods":
        return _by_period(entity, spread, words)
    wanted = "type" if spread.kind == "sides" else "sex"
    kinds = (Kind.MONEY,) if spread.kind == "sides" else (Kind.NUMBER,)
    value = next((f for f in entity.fields if f.kind in kinds and f.required), None)
    choice = entity.by_name.get(wanted)
    said = {one[wanted] for one in spread.columns.values()}
    if value is None or choice is None or not said <= {key for key, _ in choice.choices}:
        return None
    return Filling(value.name, spread.columns)


def _by_period(entity: Entity, spread: Spread, words: str) -> Filling | None:
    """Amounts of money by period: where a period is a field, or stands for a day."""
    value = next((f for f in entity.fields if f.kind is Kind.MONEY), None)
    if value is None:
        return None
    span = next((f for f in entity.fields if f.kind is Kind.PERIOD), None)
    if span is not None:
        return Filling(value.name, {c: {span.name: s["period"]} for c, s in spread.columns.items()})
    if {"title", "due"} <= set(entity.by_name) and _SCHEDULE.search(words):
        said = {c: {"title": s["period"], "due": s["last"]} for c, s in spread.columns.items()}
        return Filling(value.name, said)
    choice, day = entity.by_name.get("type"), entity.by_name.get("date")
    if not (choice and day and choice.required and day.required and "nature" in entity.by_name):
        return None
    kind = choice_in(choice.choices, words)
    if not kind:
        return None
    planned = _SCHEDULE.search(words) is not None
    return Filling(value.name, {
        c: {"type": kind, "date": s["last"], "nature": "planned" if planned else s["nature"]}
        for c, s in spread.columns.items()
    })  # fmt: skip


def header_year(table: Table) -> int | None:
    """The one year that the headings speak of: "Target 2026" tells what "Q1" means."""
    years: set[int] = set()
    for text in (*table.headers, *table.groups):
        years.update(int(y) for y in re.findall(r"(?<!\d)(20\d\d)(?!\d)", text))
    return years.pop() if len(years) == 1 else None


def period_parts(
    table: Table,
    used: set[int],
    main: Entity,
    main_part: int,
    first_part: int,
    entities: list[Entity],
    habits: Habits,
) -> tuple[list[Part], list[Target]]:
    """A part and a target for each period column; columns in `used` are taken already."""
    year = header_year(table) or habits.year or table.year
    parts: list[Part] = []
    targets: list[Target] = []
    free = [c for c, text in enumerate(table.headers) if text and c not in used]
    periods = {c: period_of(table.headers[c], table.groups[c], year) for c in free}
    years = {p.end.year for p in periods.values() if p is not None}
    for column in free:
        text, group = table.headers[column], table.groups[column]
        period = periods[column]
        if period is None and len(years) == 1 and _WHOLE_TARGET.fullmatch(text.strip()):
            period = Period.year(min(years))  # "Target" beside Q1 to Q4 2026 is that of 2026
        if period is None:
            continue
        aimed = bool(_TARGET.search(f"{text} {group}"))
        holder = _holder(main, entities, aimed)
        if holder is None:
            continue
        entity, link, span, value = holder
        number = first_part + len(parts)
        parts.append(Part(entity.name, {link.name: main_part}, {span.name: str(period)}, True))
        currency, scale = money_heading(text) if value.kind is Kind.MONEY else ("", 0)
        targets.append(Target(column, number, value.name, currency=currency, scale=scale, score=90))
    return parts, targets


def _holder(
    main: Entity, entities: list[Entity], aimed: bool
) -> tuple[Entity, Field, Field, Field] | None:
    """The entity that keeps a value per period of the main one: (it, link, period, value)."""
    best: tuple[int, tuple[Entity, Field, Field, Field]] | None = None
    for entity in entities:
        link = next((f for f in entity.fields if f.target == main.name), None)
        span = next((f for f in entity.fields if f.kind is Kind.PERIOD), None)
        values = [f for f in entity.fields if f.kind in _VALUES]
        if link is None or span is None or not values or link.kind is not Kind.REFERENCE:
            continue
        about = bool(_TARGET.search(folded(f"{entity.name.replace('_', ' ')} {entity.label}")))
        marked = [f for f in values if bool(_TARGET.search(f"{f.name} {f.label}")) == aimed]
        value = marked[0] if marked else values[0]
        rank = (3 if about == aimed else 0) + (2 if marked else 0) + (1 if link.part_of else 0)
        if best is None or rank > best[0]:
            best = rank, (entity, link, span, value)
    return best[1] if best else None
