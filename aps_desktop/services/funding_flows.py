"""Pledge against commitment against receipt against disbursement against expenditure; balances.

Each measure is a column of its own. Where a figure needs several (undisbursed, unspent, balance),
its formula is in `domain/funding_measures.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import chain
from typing import Any

from aps_desktop.db.connection import Connection
from aps_desktop.db.queries import money
from aps_desktop.db.queries.lists import Filter
from aps_desktop.db.queries.money import Sum
from aps_desktop.domain.funding_measures import (
    ACTUAL,
    BALANCE,
    DELIVERY_RATE,
    MANAGED,
    MEASURE_LABELS,
    MEASURES,
    PLANNED,
    UNDISBURSED,
    UNSPENT,
    Formula,
)
from aps_desktop.domain.totals import Total, ratio
from aps_desktop.services import funding_projects
from aps_desktop.services.funding import (
    GROUP_LABELS,
    NAME,
    Answer,
    Figure,
    Ledger,
    Line,
    Names,
    Scope,
    between,
    first_of,
    listed,
    name_missing,
    names,
    of_group,
    signed_total,
    total_of,
)

BY = ("fund", "partner", "state", "body", "programme", "pillar", "project", "year")
"""What flows and balances can be shown by."""
LIMIT = 200
"""Lines that are shown at most; the totals are of all."""
_KINDS = ((ACTUAL, 0, "", ""), (PLANNED, 0, "_planned", " (planned)"),
          (ACTUAL, 1, "_in_kind", " (in kind)"))  # fmt: skip

Sums = dict[Any, list[Sum]]
"""By (measure, nature, in kind, on a project)."""
Groups = dict[Any, Sums]


def flows(c: Connection, scope: Scope, by: str = "fund") -> Answer:
    """All seven measures side by side, actual; planned and in kind where there is any.

    One line for each fund, partner, member state, body, programme, pillar, project or year.
    """
    ledger = Ledger.of(c, scope)
    found = _grouped(c, ledger, by)
    columns = [
        (measure, nature, kind, measure + end, MEASURE_LABELS[measure] + words,
         ledger.opens((measure,), nature=nature, in_kind=kind).filters)
        for nature, kind, end, words in _KINDS
        for measure in MEASURES
        if not end or any((measure, nature, kind, side) in found.everything for side in (0, 1))
    ]  # fmt: skip

    def figures(sums: Mapping[Any, list[Sum]], extra: Sequence[Filter]) -> list[Figure]:
        made = []
        for measure, nature, kind, key, label, filters in columns:
            parts = [s for side in (0, 1) for s in sums.get((measure, nature, kind, side), ())]
            opens = listed(NAME, (*filters, *extra))
            made.append(Figure(key, label, total_of(parts), opens=opens))
        return made

    return Answer(
        "flows", f"Money by {GROUP_LABELS[by].lower()}", _lines(c, by, found.shown, figures),
        name_missing(c, figures(found.everything, ())), _explained(c, ledger, by, found),
        found.more,
    )  # fmt: skip


def balances(c: Connection, scope: Scope, by: str = "fund") -> Answer:
    """What is committed and not yet disbursed, disbursed and not yet spent, and what a fund holds.

    A balance is of managed funds only; from partner funds the partner pays itself.
    """
    ledger = Ledger.of(c, scope)
    found = _grouped(c, ledger, by, largest=True)
    managed = _managed(c)
    formulas = [UNDISBURSED, UNSPENT]

    def figures(sums: Mapping[Any, list[Sum]], extra: Sequence[Filter]) -> list[Figure]:
        made = [
            Figure(m, MEASURE_LABELS[m], _measure(sums, m), opens=ledger.opens((m,), more=extra))
            for m in MEASURES
        ]
        return made + [_by_formula(ledger, f, sums, extra) for f in formulas]

    lines = list(_lines(c, by, found.shown, figures))
    totals = list(figures(found.everything, ()))
    if by == "fund":
        lines = [_with_balance(ledger, one, found.shown, managed) for one in lines]
        totals.append(_balance_of_all(ledger, found.groups, managed))
    return Answer(
        "balances", f"Balances by {GROUP_LABELS[by].lower()}", tuple(lines),
        name_missing(c, totals), _explained(c, ledger, by, found, balances=True), found.more,
    )  # fmt: skip


def delivery(c: Connection, scope: Scope, by: str = "fund") -> Answer:
    """The delivery rate: what was disbursed in percent of what was committed."""
    ledger = Ledger.of(c, scope)
    found = _grouped(c, ledger, by)

    def figures(sums: Mapping[Any, list[Sum]], extra: Sequence[Filter]) -> list[Figure]:
        of = {m: _measure(sums, m) for m in ("commitment", "disbursement", "expenditure")}
        made = [
            Figure(m, MEASURE_LABELS[m], total, opens=ledger.opens((m,), more=extra))
            for m, total in of.items()
        ]
        both = ledger.opens(("commitment", "disbursement"), more=extra)
        rate = ratio(of["disbursement"], of["commitment"])
        spent = ratio(of["expenditure"], of["disbursement"])
        spending = ledger.opens(("disbursement", "expenditure"), more=extra)
        return [
            *made,
            Figure("delivery_rate", "Delivery rate", percent=rate, opens=both),
            Figure("spending_rate", "Spent of disbursed", percent=spent, opens=spending),
        ]

    totals = figures(found.everything, ())
    return Answer(
        "delivery", f"Delivery rate by {GROUP_LABELS[by].lower()}",
        _lines(c, by, found.shown, figures), name_missing(c, totals),
        (f"The delivery rate is {DELIVERY_RATE}.", *_explained(c, ledger, by, found)), found.more,
    )  # fmt: skip


# Sums by group ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Grouped:
    """Sums by group: of those that are shown, of all that were read, and of everything.

    `more` groups are too many to be shown. Of projects and programmes only those are read that are
    shown, and everything by itself.
    """

    shown: Groups
    groups: Groups
    everything: Sums
    more: int


def _grouped(c: Connection, ledger: Ledger, by: str, *, largest: bool = False) -> _Grouped:
    """The sums of each group, of everything, and how many groups are too many to be shown."""
    only = ledger.narrowed(nature="", in_kind=None)
    if by in ("project", "programme"):
        keys, more = funding_projects.largest(c, ledger, by, LIMIT, by_unspent=largest)
        these = ledger.narrowed(nature="", in_kind=None, more={by: keys})
        groups = _by_group(money.sums(c, (by, *_KEYS), these))
        everything = _by_group(money.sums(c, _KEYS, only), keyed=False).get(None, {})
        sizes = {
            rid: funding_projects.size(chain(*groups[rid].values()), by_unspent=largest)
            for rid in groups
        }
        found = {rid: groups[rid] for rid in sorted(sizes, key=lambda rid: (-sizes[rid], rid))}
        return _Grouped(found, found, everything, more)
    sums = money.sums(c, (by, *_KEYS), only)
    everything = {}
    for one in sums:
        everything.setdefault(tuple(one.keys[1:]), []).append(one)
    groups = _by_group(sums)
    most = sorted(groups, key=lambda key: _size(groups[key]), reverse=True)[:LIMIT]
    shown = {key: groups[key] for key in most}
    return _Grouped(shown, groups, everything, len(groups) - len(most))


_KEYS = ("type", "nature", "in_kind", "on_project")


def _by_group(sums: list[Sum], *, keyed: bool = True) -> Groups:
    groups: Groups = {}
    for one in sums:
        group, rest = (one.keys[0], one.keys[1:]) if keyed else (None, one.keys)
        groups.setdefault(group, {}).setdefault(tuple(rest), []).append(one)
    return groups


def _size(found: Mapping[Any, list[Sum]]) -> int:
    """What decides which lines are shown where there are too many."""
    return sum(abs(one.minor) for sums in found.values() for one in sums if one.unit == "USD")


def _lines(c: Connection, by: str, groups: Groups, figures: Any) -> tuple[Line, ...]:
    """A line a group: the largest first, years in their order."""
    found: Names = names(c, by, groups)
    made = []
    for key, sums in groups.items():
        extra = tuple(between("date", *_year(key))) if by == "year" else (of_group(by, (key,)),)
        made.append(found.line(key, figures(sums, extra)))
    if by == "year":
        return tuple(sorted(made, key=lambda line: line.key))
    if by in ("project", "programme"):
        return tuple(made)  # the largest first
    return tuple(sorted(made, key=lambda line: (not line.key, line.label.casefold())))


def _year(year: int) -> tuple[Any, Any]:
    return date(year, 1, 1), date(year, 12, 31)


def _measure(found: Mapping[Any, list[Sum]], measure: str, side: str = "any") -> Total:
    return total_of(_sums_of(found, measure, side))


def _sums_of(found: Mapping[Any, list[Sum]], measure: str, side: str) -> list[Sum]:
    """What is actual and in cash of a measure, on one side or on both."""
    return [s for one in _SIDES[side] for s in found.get((measure, ACTUAL, 0, one), ())]


_SIDES = {"any": (0, 1), "project": (1,), "fund": (0,)}


def _by_formula(
    ledger: Ledger, formula: Formula, found: Mapping[Any, list[Sum]], extra: Sequence[Filter]
) -> Figure:
    parts = [(term.sign, _sums_of(found, term.measure, term.side)) for term in formula.terms]
    opens = ledger.opens((), more=(*extra, _counted(formula)))
    return Figure(formula.key, formula.label, signed_total(*parts), opens=opens)


@cache
def _counted(formula: Formula) -> Filter:
    """The rows that a formula counts, as one condition."""
    sides: dict[str, set[str]] = {}
    for term in formula.terms:
        sides.setdefault(term.measure, set()).add(term.side)
    groups: dict[tuple[str, ...], list[str]] = {}
    for measure, on in sides.items():
        test = () if on != {"project"} and on != {"fund"} else tuple(on)
        groups.setdefault(test, []).append(measure)
    of_side = {"project": (("project", "filled", ()),), "fund": (("project", "empty", ()),)}
    parts = tuple(
        (("type", "any_of", tuple(measures)), *(of_side[on[0]] if on else ()))
        for on, measures in groups.items()
    )
    return Filter("type", "either", (f"what counts for “{formula.label}”", *parts))


# The balance of funds -----------------------------------------------------------------------------


def _managed(c: Connection) -> dict[int, bool]:
    rows = c.all("SELECT rid, modality FROM fund")
    return {rid: modality in MANAGED for rid, modality in rows}


def _with_balance(ledger: Ledger, line: Line, groups: Groups, managed: Mapping[int, bool]) -> Line:
    rid = int(line.key) if line.key else 0
    if not managed.get(rid):
        note = "no balance: the partner pays itself" if rid in managed else "no balance: no fund"
        return Line(line.key, line.label, line.figures, line.entity, line.id, note)
    balance = _by_formula(ledger, BALANCE, groups[rid], (of_group("fund", (rid,)),))
    return Line(line.key, line.label, (*line.figures, balance), line.entity, line.id)


def _balance_of_all(ledger: Ledger, groups: Groups, managed: Mapping[int, bool]) -> Figure:
    """The balance of all managed funds together: of rows without a fund there is none."""
    found: dict[Any, list[Sum]] = {}
    for rid, sums in groups.items():
        if managed.get(rid):
            for key, parts in sums.items():
                found.setdefault(key, []).extend(parts)
    modalities = Filter("fund.modality", "any_of", tuple(sorted(MANAGED)))
    return _by_formula(ledger, BALANCE, found, (modalities,))


# What is said beside ------------------------------------------------------------------------------


_CHOSEN = {
    "programme": "are the largest today", "project": "were the largest at the end of that year",
}  # fmt: skip
"""Which are shown of an old day (`funding_projects.largest`)."""


def _explained(
    c: Connection, ledger: Ledger, by: str, found: _Grouped, *, balances: bool = False
) -> tuple[str, ...]:
    said = [*first_of(len(found.shown), found.more)]
    if found.more and ledger.earlier and by in _CHOSEN:
        said.append(f"They are those that {_CHOSEN[by]}, in the order of that day.")
    said += ["Each measure is a column of its own; they are never added to one another."]
    if balances:
        said += [f"{f.label}: {f.words}." for f in (UNDISBURSED, UNSPENT, BALANCE)]
        said.append("In US dollars by the rates frozen with each entry; differences of rates stay.")
        chosen = ledger.values.get("fund", ())
        theirs = [n for n, own in _managed(c).items() if not own and (not chosen or n in chosen)]
        if by == "fund" and theirs:
            funds = "A partner fund has" if len(theirs) == 1 else (
                f"{len(theirs):,} partner funds have")  # fmt: skip
            said.append(f"{funds} no balance: the partner pays itself.")
    said.append("What is given in kind, and what is planned, is never added to actual cash.")
    for name, label in (("body", "bodies"), ("programme", "programmes")):
        if (number := len(ledger.values.get(name, ()))) > 1:
            said.append(f"{number:,} {label} with those below them: each transaction counts once.")
    if by in ("programme", "body"):
        said.append("Each line is of its own projects, without what stands below it.")
    return tuple(said)
