"""Columns headed by a period ("Q1", "Target 2026"): one record for each of their cells."""

from __future__ import annotations

import re

from aps_desktop.domain.errors import InvalidValue
from aps_desktop.domain.fields import Entity, Field, Kind
from aps_desktop.domain.values import Period
from aps_desktop.exchange.cells import folded
from aps_desktop.exchange.dates import Reader
from aps_desktop.exchange.detect import Table
from aps_desktop.exchange.headings import money_heading
from aps_desktop.exchange.mapping import Part, Target
from aps_desktop.exchange.parse import Habits

_TARGET = re.compile(r"\b(targets?|planned|plan|sasaran|projected|forecast)\b", re.I)
_ACTUAL = re.compile(
    r"\b(actuals?|achieved|achievement|results?|values?|reported|realisasi)\b", re.I
)
_VALUES = (Kind.NUMBER, Kind.PERCENT, Kind.MONEY)


def period_of(header: str, group: str, year: int | None) -> Period | None:
    """The period that a heading names, with the help of the heading above it."""
    reader = Reader(year=year)
    for text in (header, f"{header} {group}", f"{group} {header}", group):
        bare = _ACTUAL.sub(" ", _TARGET.sub(" ", text))
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
    for column, text in enumerate(table.headers):
        group = table.groups[column]
        if not text or column in used:
            continue
        period = period_of(text, group, year)
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
