"""Where the money comes from and where it goes: commitments from payers through funds to pillars.

The figures are those of `services/funding_partners`; what has no rate is left out and said.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from aps_desktop.db.connection import Connection
from aps_desktop.db.queries import money as ledger_sums
from aps_desktop.db.queries.conditions import Filter
from aps_desktop.db.queries.money import Sum
from aps_desktop.domain.entities.vocabularies import PILLARS
from aps_desktop.services.chart_data import Chart, Flow, Flows, Head, Marks, Node, Table
from aps_desktop.services.dashboard_funding import (
    NO_TRANSACTIONS,
    NOBODY,
    cents,
    dollars,
    in_selection,
    payer_names,
)
from aps_desktop.services.dashboard_selection import Selection, scope, whole
from aps_desktop.services.dashboard_words import counted, money, percent, source
from aps_desktop.services.funding import Ledger, names_of, of_group, total_of
from aps_desktop.services.funding_partners import payer_filters

_PAYERS, _FUNDS = 9, 10
_MEASURE = ("commitment",)
_LAST = (NOBODY, "0", "")
"""What names no payer, no fund or no pillar."""
_HEADS = ("Who pays", "Through which fund", "For which pillar")


@dataclass
class _Side:
    """The nodes of a column: names, amounts in US cents, and the filters of their transactions."""

    names: dict[str, str] = field(default_factory=dict)
    amounts: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    filters: dict[str, tuple[Filter, ...]] = field(default_factory=dict)
    hues: dict[str, str] = field(default_factory=dict)

    def ranked(self) -> list[str]:
        """Those with most first; what names nobody or no fund last."""
        return sorted(
            (key for key, amount in self.amounts.items() if amount > 0),
            key=lambda key: (key in _LAST, -self.amounts[key], self.names[key], key),
        )


def flow(c: Connection, selection: Selection, today: date) -> Chart:
    """Commitments from payers through funds to pillars."""
    ledger = Ledger.of(c, scope(selection))
    found = ledger_sums.sums(
        c, ("partner", "state", "fund", "pillar"), ledger.narrowed(measures=_MEASURE)
    )
    everything = total_of(found)
    payers, funds, pillars = _sides(c, found)
    table = _table(found, payers, funds, pillars)
    marks = Marks()
    drawn = _Drawing(ledger, marks, (payers, funds, pillars)).drawn(found)
    total = sum(payers.amounts[key] for key in payers.ranked())
    note = ""
    if cents(everything) is None:
        note = f"{counted(everything.unvalued, 'transaction')} without a rate left out of bands"
    head = Head(
        _finding(payers, total),
        f"Commitments from payers through funds to pillars, US dollars{in_selection(selection)}",
        source(today), note, wide=True,
    )  # fmt: skip
    return whole(
        "funding-flow", head, drawn, marks, table, selection, NO_TRANSACTIONS, empty=not total
    )


def _finding(payers: _Side, total: int) -> str:
    named = [key for key in payers.ranked() if key != NOBODY]
    if not named:
        return f"{money(total)} committed; no payer is named"
    first = f"{payers.names[named[0]]} pays most: {percent(payers.amounts[named[0]], total)}"
    words = f"{first} of {money(total)} committed"
    nobody = payers.amounts.get(NOBODY, 0)
    return f"{words}; {percent(nobody, total)} names no payer" if nobody > 0 else words


def _sides(c: Connection, found: Sequence[Sum]) -> tuple[_Side, _Side, _Side]:
    payers, funds, pillars = _Side(), _Side(), _Side()
    for one in found:
        payer, fund, pillar = _keys(one)
        for side, key in ((payers, payer), (funds, fund), (pillars, pillar)):
            side.amounts[key] += _cents_of(one)
        partner, state, fund_rid, _ = one.keys
        payers.filters[payer] = tuple(payer_filters(*_payer(partner, state)))
        funds.filters[fund] = (of_group("fund", (fund_rid,)),)
        pillars.filters[pillar] = (of_group("pillar", (pillar,)),)
    labels = {NOBODY: "Not stated"}
    for kind, entity in (("partner", "partner"), ("state", "member_state")):
        rids = {int(key.partition(":")[2]) for key in payers.amounts if key.startswith(kind)}
        called = names_of(c, entity, rids)
        labels.update({f"{kind}:{rid}": called.line(rid, ()).label for rid in rids})
    payers.names = payer_names({key: labels[key] for key in payers.amounts})
    called = names_of(c, "fund", {int(key) for key in funds.amounts})
    funds.names = {
        key: called.line(int(key), ()).label.split(" · ")[0] if key != "0" else "No fund"
        for key in funds.amounts
    }
    words = dict(PILLARS)
    pillars.names = {key: words.get(key, key) or "No pillar" for key in pillars.amounts}
    pillars.hues = {key: key for key in pillars.amounts}
    return payers, funds, pillars


def _payer(partner: int, state: int) -> tuple[str, int]:
    """The partner, where a transaction names one, else the member state."""
    return ("partner", partner) if partner else ("state", state)


def _keys(one: Sum) -> tuple[str, str, str]:
    partner, state, fund, pillar = one.keys
    kind, rid = _payer(partner, state)
    return (f"{kind}:{rid}" if rid else NOBODY), str(fund), str(pillar)


def _cents_of(one: Sum) -> int:
    """What has no value in US dollars is left out."""
    return one.minor if one.unit == "USD" else 0


@dataclass(frozen=True)
class _Drawing:
    """Makes the columns and bands: the largest by name, what is left of a column as one node."""

    ledger: Ledger
    marks: Marks
    sides: tuple[_Side, _Side, _Side]

    def drawn(self, found: Sequence[Sum]) -> Flows:
        payers, funds, pillars = self.sides
        lead = _by_pair(found, 0, 1)
        on = _by_pair(found, 1, 2)
        first = _kept(payers.ranked(), _PAYERS)
        at = {key: place for place, keys in enumerate(first) for key in keys}
        second = _kept(funds.ranked(), _FUNDS)
        second.sort(key=lambda keys: _middle(keys, lead, at))
        order = [key for key, _ in PILLARS] + [""]
        third: list[tuple[str, ...]] = [
            (key,) for key in sorted(pillars.ranked(), key=lambda k: _place(order, k))
        ]
        columns = (first, second, third)
        nodes = tuple(
            tuple(self._node(side, keys, words) for keys in column)
            for side, column, words in zip(
                self.sides, columns, ("Other payers", "Other funds", ""), strict=True
            )
        )
        bands = (
            self._bands(self.sides[:2], columns[:2], lead, nodes),
            self._bands(self.sides[1:], columns[1:], on, nodes[1:]),
        )
        return Flows(nodes, bands, _HEADS)

    def _node(self, side: _Side, keys: Sequence[str], others: str) -> Node:
        amount = sum(side.amounts[key] for key in keys)
        if len(keys) > 1:
            mark = self.marks.add(f"{others} ({len(keys)})", money(amount, exact=True))
            return Node(f"{others} ({len(keys)})", "pale", money(amount), mark)
        (key,) = keys
        hue = side.hues.get(key, "partner")
        mark = self._mark(side.names[key], amount, side.filters[key])
        return Node(side.names[key], hue, money(amount), mark)

    def _bands(
        self, sides: Sequence[_Side], columns: Sequence[list[tuple[str, ...]]],
        amounts: Mapping[tuple[str, str], int], nodes: Sequence[Sequence[Node]],
    ) -> tuple[Flow, ...]:  # fmt: skip
        places = [{k: at for at, keys in enumerate(column) for k in keys} for column in columns]
        together: dict[tuple[int, int], int] = defaultdict(int)
        for (source_key, target_key), amount in amounts.items():
            if amount > 0:
                together[places[0][source_key], places[1][target_key]] += amount
        made = []
        for (left, right), amount in sorted(together.items()):
            words = f"{nodes[0][left].label}, {nodes[1][right].label}"
            ends = (columns[0][left], columns[1][right])
            if all(len(keys) == 1 for keys in ends):
                filters = [f for side, (key,) in zip(sides, ends, strict=True)
                           for f in side.filters[key]]  # fmt: skip
                mark = self._mark(words, amount, filters)
            else:
                mark = self.marks.add(words, money(amount, exact=True))
            made.append(Flow(left, right, float(amount), mark))
        return tuple(made)

    def _mark(self, words: str, amount: int, filters: Iterable[Filter]) -> int:
        opens = self.ledger.opens(_MEASURE, more=tuple(filters))
        return self.marks.add(words, money(amount, exact=True), opens.entity, opens.filters)


def _by_pair(found: Sequence[Sum], left: int, right: int) -> dict[tuple[str, str], int]:
    amounts: dict[tuple[str, str], int] = defaultdict(int)
    for one in found:
        keys = _keys(one)
        amounts[keys[left], keys[right]] += _cents_of(one)
    return amounts


def _kept(ranked: list[str], most: int) -> list[tuple[str, ...]]:
    """The largest, each alone, then the others together, then what has no name."""
    named = [key for key in ranked if key not in _LAST]
    kept = named[:most] if len(named) > most + 1 else named
    rest = tuple(named[len(kept) :])
    alone = [(key,) for key in kept]
    return alone + ([rest] if rest else []) + [(key,) for key in ranked if key in _LAST]


def _middle(
    keys: Sequence[str], amounts: Mapping[tuple[str, str], int], at: Mapping[str, int]
) -> tuple[bool, float]:
    """Where a fund's payers stand on average, so that bands cross little; what is left last."""
    pairs = [(at[p], amount) for (p, f), amount in amounts.items() if f in keys and amount > 0]
    weight = sum(amount for _, amount in pairs) or 1
    return len(keys) > 1 or keys[0] in _LAST, sum(
        place * amount for place, amount in pairs
    ) / weight


def _place(order: Sequence[str], key: str) -> int:
    return order.index(key) if key in order else len(order)


def _table(found: Sequence[Sum], payers: _Side, funds: _Side, pillars: _Side) -> Table:
    """One row for each payer and fund, one column a pillar."""
    columns = sorted(pillars.ranked(), key=lambda k: _place([key for key, _ in PILLARS], k))
    amounts: dict[tuple[str, str], dict[str, int]] = {}
    for one in found:
        payer, fund, pillar = _keys(one)
        row = amounts.setdefault((payer, fund), defaultdict(int))
        row[pillar] += _cents_of(one)
    rank = {key: place for place, key in enumerate(payers.ranked())}
    rows = sorted(
        (pair for pair in amounts if sum(amounts[pair].values())),
        key=lambda pair: (rank.get(pair[0], len(rank)), -sum(amounts[pair].values())),
    )
    return Table(
        ("Payer", "Fund", *(f"{pillars.names[key]}, USD" for key in columns), "Together, USD"),
        tuple(
            (payers.names[payer], funds.names[fund],
             *(dollars(amounts[payer, fund][key]) for key in columns),
             dollars(sum(amounts[payer, fund].values())))
            for payer, fund in rows
        ),
    )  # fmt: skip
