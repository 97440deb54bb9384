"""Who pays: funding by partner, year and pillar, and what partners were asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from aps_desktop.db.connection import Connection
from aps_desktop.db.queries import money
from aps_desktop.db.queries.conditions import where
from aps_desktop.db.queries.lists import Filter
from aps_desktop.db.queries.money import Sum
from aps_desktop.domain.clock import today
from aps_desktop.domain.entities import entity
from aps_desktop.domain.entities.vocabularies import PILLARS
from aps_desktop.domain.funding_measures import MEASURE_LABELS, WEIGHTED
from aps_desktop.domain.money import Money, minor_digits
from aps_desktop.domain.totals import Total
from aps_desktop.domain.values import show_date
from aps_desktop.services.funding import (
    Answer,
    Figure,
    Ledger,
    Scope,
    between,
    listed,
    name_missing,
    names_of,
    of_group,
    or_none,
    total_of,
    with_parts,
)
from aps_desktop.services.rates import Rates

OPEN_STAGES = ("idea", "concept_sent", "proposal_sent", "negotiating", None)
"""Proposals that may still become money; one without a stage is an idea."""


def by_partner(c: Connection, scope: Scope, measure: str = "commitment") -> Answer:
    """One measure by payer, year and pillar: a line for each payer and year, a column a pillar.

    The payer is the partner or the member state that the transaction names; where it names both,
    the partner, and where none, "Not stated".
    """
    ledger = Ledger.of(c, scope)
    keys = ("partner", "state", "year", "pillar")
    found: dict[tuple[str, int, int], dict[str, list[Sum]]] = {}
    for part in money.sums(c, keys, ledger.narrowed(measures=(measure,))):
        partner, state, year, pillar = part.keys
        payer = ("partner", partner) if partner else ("state", state)
        found.setdefault((*payer, year), {}).setdefault(pillar, []).append(part)
    called = {
        "partner": names_of(c, "partner", {k[1] for k in found if k[0] == "partner"}),
        "state": names_of(c, "member_state", {k[1] for k in found if k[0] == "state"}),
    }
    columns = _columns({pillar for pillars in found.values() for pillar in pillars})
    lines = []
    for (dimension, rid, year), pillars in found.items():
        extra = [
            *payer_filters(dimension, rid),
            *between("date", date(year, 1, 1), date(year, 12, 31)),
        ]
        figures = _by_pillar(ledger, measure, columns, pillars, extra)
        one = called[dimension].line(rid, figures)
        key = f"{dimension}:{one.key}:{year}" if rid else f"::{year}"
        lines.append(replace(one, key=key, label=f"{one.label} · {year}"))
    lines.sort(key=lambda line: (line.id is None, line.label.casefold()))
    whole: dict[str, list[Sum]] = {}
    for pillars in found.values():
        for pillar, sums in pillars.items():
            whole.setdefault(pillar, []).extend(sums)
    return Answer(
        "by_partner", f"{MEASURE_LABELS[measure]} by partner, year and pillar", tuple(lines),
        name_missing(c, _by_pillar(ledger, measure, columns, whole, [])),
        ("Actual, in cash. A transaction that names a partner and a member state is the partner's.",
         "The pillar is the project's; what is of no project has none."),
    )  # fmt: skip


def _columns(used: set[str]) -> list[str]:
    """The pillars in their order, then those that another version or office knows, then none."""
    known = [pillar for pillar, _ in PILLARS]
    others = sorted(used.difference(known, ("",)))
    return [*(p for p in known if p in used), *others, *([""] if "" in used else [])]


def payer_filters(dimension: str, rid: int) -> list[Filter]:
    """The transactions of a payer, a partner or a member state; 0 is what names none."""
    if dimension == "partner":
        return [of_group("partner", (rid,))]
    return [Filter("partner", "empty"), of_group("state", (rid,))]


def _by_pillar(
    ledger: Ledger, measure: str, columns: list[str], pillars: dict[str, list[Sum]],
    extra: list[Filter],
) -> tuple[Figure, ...]:  # fmt: skip
    words = dict(PILLARS)
    made = [
        Figure(
            pillar or "none",
            words.get(pillar, pillar) or "No pillar",
            total_of(pillars.get(pillar, ())),
            opens=ledger.opens((measure,), more=(*extra, of_group("pillar", (pillar,)))),
        )
        for pillar in columns
    ]
    everything = total_of(one for sums in pillars.values() for one in sums)
    opens = ledger.opens((measure,), more=extra)
    return (*made, Figure("all", "Together", everything, opens=opens))


# The pipeline -------------------------------------------------------------------------------------


def pipeline(c: Connection, scope: Scope) -> Answer:
    """Open proposals by partner: how many, what was asked for, and that times its probability.

    Amounts have no frozen value, so those in other currencies count by the rate of `as_of` (or of
    the newest before it).
    """
    day = scope.as_of or today(c.clock)
    rates = Rates(c)
    groups: dict[tuple[str, int], list[tuple[Any, ...]]] = {}
    filters = _pipeline_filters(c, scope)
    for row in _proposals(c, filters):
        partner, state = row[:2]
        key = ("partner", partner) if partner else ("member_state", state or 0)
        groups.setdefault(key, []).append(row[2:])
    called = {
        name: names_of(c, name, {rid for kind, rid in groups if kind == name})
        for name in ("partner", "member_state")
    }
    lines = []
    for (name, rid), rows in groups.items():
        payer = (
            [Filter("partner", "any_of", (rid,))]
            if name == "partner"
            else [Filter("partner", "empty"), _state(rid)]
        )
        figures = _weighted(rows, rates, day, [*filters, *payer])
        lines.append(called[name].line(rid, figures))
    lines.sort(key=lambda line: (line.id is None, line.label.casefold()))
    everything = [row for rows in groups.values() for row in rows]
    return Answer(
        "pipeline", "Pipeline by partner", tuple(lines),
        _weighted(everything, rates, day, filters),
        (f"Weighted: {WEIGHTED}. A proposal without a probability weighs nothing.",
         f"Other currencies count by the rate of {show_date(day)} or the newest before it.",
         "Left out: proposals that were agreed (they are commitments then), declined, withdrawn."),
    )  # fmt: skip


def _state(rid: int) -> Filter:
    return Filter("member_state", "any_of", (rid,)) if rid else Filter("member_state", "empty")


def _pipeline_filters(c: Connection, scope: Scope) -> list[Filter]:
    filters = [Filter("stage", "any_of", OPEN_STAGES)]
    for field, wanted in (
        ("partner", scope.partners), ("member_state", scope.states), ("fund", scope.funds),
        ("project", scope.projects), ("project.pillar", scope.pillars),
        ("project.sponsoring_body", with_parts(c, "body", scope.bodies)),
        ("project.programme", with_parts(c, "programme", scope.programmes)),
    ):  # fmt: skip
        if wanted:
            filters.append(Filter(field, "any_of", or_none(wanted)))
    return filters


def _proposals(c: Connection, filters: list[Filter]) -> list[tuple[Any, ...]]:
    """(partner, member state, amount, currency, percent) of each."""
    test, params = where(c, entity("pipeline_proposal"), filters, "")
    return c.all(
        "SELECT t.partner, t.member_state, t.amount_minor, t.amount_currency, t.probability "
        f"FROM pipeline_proposal t{test}",
        params,
    )


def _rounded(amount: Decimal, currency: str) -> Money:
    """A sum to the minor unit, half to even; unlike one amount it may be as large as it likes."""
    minor = amount.scaleb(minor_digits(currency))
    return Money(int(minor.to_integral_value(ROUND_HALF_EVEN)), currency)


def _weighted(
    rows: list[tuple[Any, ...]], rates: Rates, day: date, filters: list[Filter]
) -> tuple[Figure, ...]:
    """Number, amount, and the weighted amount; each is rounded once, at the end."""
    asked: dict[str, Decimal] = {}
    weighted: dict[str, Decimal] = {}
    counted = unvalued = 0
    for minor, currency, percent in rows:
        if minor is None:
            continue
        amount = Money(minor, currency)
        rate = rates.find(currency, day)
        value, code = (rate.exact(amount), "USD") if rate else (amount.amount, currency)
        asked[code] = asked.get(code, Decimal(0)) + value
        weighted[code] = weighted.get(code, Decimal(0)) + value * (percent or 0)
        counted, unvalued = counted + 1, unvalued + int(rate is None)

    def rounded(sums: dict[str, Decimal], parts: int = 1) -> Total:
        amounts = (_rounded(sum_ / parts, code) for code, sum_ in sorted(sums.items()))
        return Total(tuple(amounts), counted, unvalued)

    opens = listed("pipeline_proposal", filters)
    return (
        Figure("proposals", "Proposals", count=len(rows), opens=opens),
        Figure("asked", "Asked for", rounded(asked), opens=opens),
        Figure("weighted", "Weighted", rounded(weighted, 100), opens=opens),
    )
