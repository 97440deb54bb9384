"""What narrows all charts of the dashboards at once, and what it means for each kind of record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from aps_desktop.db.connection import Connection
from aps_desktop.db.queries import figures
from aps_desktop.db.queries.conditions import Filter
from aps_desktop.domain.entities.vocabularies import PILLARS
from aps_desktop.services.chart_data import Body, Chart, Head, Marks, Nothing, Table
from aps_desktop.services.funding import Scope, with_parts

_YEARS_BACK, _YEARS_AHEAD = 15, 3


@dataclass(frozen=True)
class Selection:
    """The filter bar: a year, a pillar's key, and row numbers; None takes everything.

    `bodies` are the chosen body and all below it, found by `ready`. A report's charts of money may
    be of one `project` or `fund`.
    """

    year: int | None = None
    pillar: str | None = None
    body: int | None = None
    partner: int | None = None
    state: int | None = None
    bodies: tuple[int, ...] = ()
    project: int | None = None
    fund: int | None = None

    @classmethod
    def from_plain(cls, raw: Any) -> Selection:
        """From kept state, which may be of another version or damaged."""
        if not isinstance(raw, dict):
            return cls()
        kept: dict[str, Any] = {name: raw.get(name) for name in _NAMES}
        kinds: dict[str, type] = {name: str if name == "pillar" else int for name in kept}
        whole: dict[str, Any] = {n: v for n, v in kept.items() if isinstance(v, kinds[n])}
        return cls(**whole)

    def plain(self) -> dict[str, Any]:
        """What is chosen, as plain JSON."""
        return {name: getattr(self, name) for name in _NAMES if getattr(self, name)}

    def without(self, *names: str) -> Selection:
        nothing: dict[str, Any] = dict.fromkeys(names)
        return replace(self, **nothing)


_NAMES = ("year", "pillar", "body", "partner", "state")
"""What the filter bar offers."""


def ready(c: Connection, selection: Selection) -> Selection:
    """The selection with all bodies that it means: a body stands for itself and all below it."""
    if selection.body is None:
        return selection
    return replace(selection, bodies=with_parts(c, "body", (selection.body,)))


def scope(selection: Selection) -> Scope:
    """The same selection for questions about money."""
    year = selection.year
    return Scope(
        years=(year, year) if year is not None else None,
        pillars=(selection.pillar,) if selection.pillar is not None else (),
        bodies=(selection.body,) if selection.body is not None else (),
        partners=(selection.partner,) if selection.partner is not None else (),
        states=(selection.state,) if selection.state is not None else (),
        projects=(selection.project,) if selection.project is not None else (),
        funds=(selection.fund,) if selection.fund is not None else (),
    )


@dataclass(frozen=True)
class Choices:
    """What the filter bar offers: (key, words) pairs."""

    years: tuple[tuple[int, str], ...]
    pillars: tuple[tuple[str, str], ...]
    bodies: tuple[tuple[int, str], ...]
    partners: tuple[tuple[int, str], ...]
    states: tuple[tuple[int, str], ...]


def choices(c: Connection, today: date) -> Choices:
    """Bodies by acronym, those of which there are records first worth choosing."""
    known = figures.years(
        c, (("project", "planned_start"), ("meeting", "starts_on"), ("fund_transaction", "date"))
    )
    near = [y for y in known if today.year - _YEARS_BACK <= y <= today.year + _YEARS_AHEAD]
    years = sorted({*near, today.year}, reverse=True)
    used = {
        int(row[0])
        for entity, field in (("project", "sponsoring_body"), ("meeting", "body"))
        for row in figures.grouped(c, entity, (), (field,))
        if row[0] is not None
    }
    bodies = figures.names(c, "body")
    return Choices(
        tuple((year, str(year)) for year in years),
        PILLARS,
        _sorted({r: f"{s} – {n}" if s != n else s for r, (s, n) in bodies.items() if r in used}),
        _sorted({r: full for r, (_, full) in figures.names(c, "partner").items()}),
        _sorted({r: full for r, (_, full) in figures.names(c, "member_state").items()}),
    )


def _sorted(known: dict[int, str]) -> tuple[tuple[int, str], ...]:
    return tuple(sorted(known.items(), key=lambda pair: pair[1].casefold()))


def words(selection: Selection, offered: Choices) -> str:
    """The selection as a line of words: "2026 · AEC · Japan", "All records" where it is empty."""
    named: tuple[tuple[Any, Any], ...] = (
        (selection.year, offered.years), (selection.pillar, offered.pillars),
        (selection.body, offered.bodies), (selection.partner, offered.partners),
        (selection.state, offered.states),
    )  # fmt: skip
    parts = [dict(pairs).get(key, str(key)) for key, pairs in named if key is not None]
    return " · ".join(part.split(" – ")[0] for part in parts) or "All years, bodies and partners"


def in_year(field: str, year: int | None) -> tuple[Filter, ...]:
    """A date within a year."""
    if year is None:
        return ()
    return (Filter(field, "from", (f"{year}-01-01",)), Filter(field, "to", (f"{year}-12-31",)))


def in_period(field: str, when: str) -> tuple[Filter, ...]:
    """A date within a year ("2026") or a month ("2026-03")."""
    if len(when) == 4:
        return in_year(field, int(when))
    return Filter(field, "from", (f"{when}-01",)), Filter(field, "to", (f"{when}-31",))


def unit(selection: Selection) -> str:
    """What time goes by: the months of the chosen year, else years."""
    return "month" if selection.year is not None else "year"


def projects(selection: Selection) -> tuple[Filter, ...]:
    """Projects that run in the year, of the body, paid from a fund of the partner, with the state
    among those that take part."""
    found: list[Filter] = []
    if selection.year is not None:
        found.append(Filter("planned_start", "to", (f"{selection.year}-12-31",)))
        found.append(Filter("planned_end", "from", (f"{selection.year}-01-01",)))
    if selection.pillar is not None:
        found.append(Filter("pillar", "any_of", (selection.pillar,)))
    if selection.body is not None:
        found.append(Filter("sponsoring_body", "any_of", selection.bodies))
    if selection.partner is not None:
        found.append(Filter("fund.partner", "rid", (selection.partner,)))
    if selection.state is not None:
        found.append(Filter("participating_states", "rid", (selection.state,)))
    return tuple(found)


def meetings(selection: Selection) -> tuple[Filter, ...]:
    """Meetings in the year, of the body or of bodies of the pillar, with the partner, hosted by
    the state."""
    found = list(in_year("starts_on", selection.year))
    if selection.pillar is not None:
        found.append(Filter("body.pillar", "any_of", (selection.pillar,)))
    if selection.body is not None:
        found.append(Filter("body", "any_of", selection.bodies))
    if selection.partner is not None:
        found.append(Filter("partner", "rid", (selection.partner,)))
    if selection.state is not None:
        found.append(Filter("host_state", "rid", (selection.state,)))
    return tuple(found)


def through(field: str, inner: Sequence[Filter]) -> tuple[Filter, ...]:
    """Records whose reference leads to one that meets those."""
    return tuple(Filter(f"{field}.{one.field}", one.op, one.values) for one in inner)


def not_narrowed(selection: Selection, why: str, *names: str) -> str:
    """What of the filter does not apply to a chart, and why; "" where nothing is chosen of it."""
    chosen = [name for name in names if getattr(selection, name) is not None]
    if not chosen:
        return ""
    *first, last = chosen
    words = f"{', '.join(first)} or {last}" if first else last
    return f"Not narrowed by {words}: {why}"


def whole(
    key: str, head: Head, body: Body, marks: Marks, table: Table, selection: Selection,
    nothing: tuple[str, str], *, empty: bool,
) -> Chart:  # fmt: skip
    """The chart; where there is nothing to draw, why: nothing is there, or the filter hides it."""
    if not empty:
        return Chart(key, head, body, marks.all(), table)
    words, hint = nothing
    if selection.plain():
        words, hint = f"{words} match the filter", "Choose other filters above, or clear them."
    elif words.startswith("No "):
        words += " yet"
    told = Head(words, head.subtitle, head.source)
    return Chart(key, told, Nothing(words, hint), (), Table(table.headings, ()))
