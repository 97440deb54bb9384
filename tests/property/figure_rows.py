"""What a figure says, worked out from nothing but the rows that it opens."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from aps_desktop.db.connection import Connection
from aps_desktop.db.queries import lists
from aps_desktop.domain.money import Money, minor_digits
from aps_desktop.domain.totals import Total, ratio
from aps_desktop.services import rates
from aps_desktop.services.funding import NAME, Answer, Figure, Line

Sums = dict[str, int]
"""By currency, minor units; nothing where they come to nothing."""
Row = dict[str, Any]

UNSPENT = {"disbursement": 1, "interest": 1, "expenditure": -1, "refund": -1}
_COLUMNS = (
    "rid", "type", "date", "project", "amount_minor", "amount_currency", "usd_value_minor",
)  # fmt: skip


class Checked:
    """Checks one answer; `day` is the one whose rates count where none is frozen."""

    def __init__(self, c: Connection, answer: Answer, day: date) -> None:
        self.c, self.answer, self.day = c, answer, day

    def all(self) -> int:
        """Every figure of every line and total; how many there were."""
        question, checked = self.answer.question, 0
        for line in (*self.answer.lines, Line("", "totals", self.answer.totals)):
            if question == "gap":
                self._gap(line)
            else:
                of = self._expiring if question == "expiring" else self._plain
                for one in line.figures:
                    of(line, one)
            checked += len(line.figures)
        return checked

    # Transactions -----------------------------------------------------------------------------

    def rows(self, one: Figure) -> list[Row]:
        """The transactions that a figure opens."""
        assert one.opens is not None, f"{self.answer.question}: {one.label} opens nothing"
        assert one.opens.entity == NAME
        rids = list(lists.ids(self.c, one.opens))
        assert len(rids) == len(set(rids))
        found = self.c.all(
            f"SELECT {', '.join(_COLUMNS)} FROM fund_transaction WHERE rid IN "
            f"({','.join(map(str, rids)) or '0'})"
        )
        return [dict(zip(_COLUMNS, row, strict=True)) for row in found]

    def _plain(self, line: Line, one: Figure) -> None:
        if one.opens is not None and one.opens.entity == "pipeline_proposal":
            self._proposals(one)
        elif one.percent is not None or one.key.endswith("_rate"):
            self._rate(one)
        elif one.total is not None:
            wanted = formula(one.key, self.rows(one), native=self._in_own_currency(one))
            assert sums_of(one.total) == wanted, (self.answer.question, line.label, one)
        else:
            assert one.day is not None or one.key == "due"

    def _in_own_currency(self, one: Figure) -> bool:
        """What is to be refunded is said in the currency entered, where it is only one."""
        if self.answer.question != "refunds_due" or one.key != "unspent":
            return False
        assert one.total is not None
        left = formula("unspent", self.rows(one), native=True)
        return len(left) == 1

    def _rate(self, one: Figure) -> None:
        """Each rate opens what stands above and below its line."""
        of = defaultdict(list)
        planned = {rid for (rid,) in self.c.all(
            "SELECT rid FROM fund_transaction WHERE nature = 'planned'")}  # fmt: skip
        for row in self.rows(one):
            part = row["rid"] in planned if one.key == "burn_rate" else row["type"]
            of[part].append(row)
        above, below = {
            "delivery_rate": ("disbursement", "commitment"),
            "spending_rate": ("expenditure", "disbursement"),
            "burn_rate": (False, True),
        }[one.key]
        assert one.percent == ratio(total(of[above]), total(of[below]))

    # What of pledges is open ------------------------------------------------------------------

    def _expiring(self, line: Line, one: Figure) -> None:
        if one.day is not None:
            return
        assert one.total is not None
        rows = self.rows(one)
        if one.key == "pledged":
            assert sums_of(one.total) == summed(rows)
            return
        expiring = {row["rid"] for row in self.rows(line.figures[0])}
        if one.total.refused:
            assert len({unit_of(row)[0] for row in rows}) > 1
            return
        open_ = loose = 0
        for project in {row["project"] for row in rows}:
            mine = [row for row in rows if row["project"] == project]
            pledged = [max(0, unit_of(row)[1]) for row in mine if row["rid"] in expiring]
            if project is None:
                loose += sum(unit_of(row)[1] for row in mine)
            else:
                left = sum(summed(mine, {"pledge": 1, "commitment": -1}).values())
                open_ += min(sum(pledged), max(0, left))
        value = sum(sums_of(one.total).values())
        if line.label == "totals":
            assert value == open_ + loose
        else:  # pledges that expire earlier may have been given some of it
            assert min(0, loose) <= value <= open_ + loose

    # What is lacking --------------------------------------------------------------------------

    def _gap(self, line: Line) -> None:
        known = {one.key: one for one in line.figures}
        lines = self._needs(known["needed"])
        needed = Total()
        for amount in lines.values():
            needed = needed.plus(amount)
        assert sums_of(known["needed"].total) == sums_of(needed)
        assert known["lines"].count == len(lines)
        assert known["lines"].opens == known["gap"].opens == known["needed"].opens
        for key, measure in (("committed", "commitment"), ("pledged", "pledge")):
            rows = self.rows(known[key])
            assert {row["type"] for row in rows} <= {measure}
            assert self._of_donors(key, sums_of(known[key].total), rows)
        rows = self.rows(known["uncommitted"])
        by_project = defaultdict(list)
        for row in rows:
            by_project[row["project"]].append(row)
        open_: Sums = defaultdict(int)
        for mine in by_project.values():
            left = summed(mine, {"pledge": 1, "commitment": -1}, keep=True)
            whole = len(left) > 1 or min(left.values(), default=0) >= 0
            for unit, minor in left.items():
                open_[unit] += minor if whole else 0
        assert sums_of(known["uncommitted"].total) == {u: m for u, m in open_.items() if m}
        parts = [known[key].total for key in ("needed", "committed", "uncommitted", "gap")]
        assert all(one is not None for one in parts)
        needs, committed, uncommitted, lacking = (one for one in parts if one is not None)
        assert sums_of(lacking) == sums_of(needs.less(committed).less(uncommitted))

    def _of_donors(self, key: str, found: Sums, rows: list[Row]) -> bool:
        return found == summed(rows)

    def _needs(self, one: Figure) -> dict[int, Total]:
        assert one.opens is not None
        assert one.opens.entity == "work_plan_line"
        found = {}
        for rid in lists.ids(self.c, one.opens):
            minor, currency = self.c.one(
                "SELECT needed_minor, needed_currency FROM work_plan_line WHERE rid = ?", (rid,)
            ) or (0, "USD")
            rate = rates.find(self.c, currency, self.day)
            value = rate.usd(Money(minor, currency)) if rate else Money(minor, currency)
            found[rid] = Total((value,), 1)
        return found

    # Proposals --------------------------------------------------------------------------------

    def _proposals(self, one: Figure) -> None:
        assert one.opens is not None
        rids = list(lists.ids(self.c, one.opens))
        if one.count is not None:
            assert one.count == len(rids)
            return
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for rid in rids:
            minor, currency, percent = self.c.one(
                "SELECT amount_minor, amount_currency, probability FROM pipeline_proposal "
                "WHERE rid = ?", (rid,),
            ) or (None, "USD", 0)  # fmt: skip
            if minor is None:
                continue
            rate = rates.find(self.c, currency, self.day)
            amount = Money(minor, currency).amount
            unit, value = (
                ("USD", rate.exact(Money(minor, currency))) if rate else (currency, amount)
            )
            sums[unit] += value if one.key == "asked" else value * (percent or 0) / 100
        assert sums_of(one.total) == {u: m for u, v in sums.items() if (m := _minor(v, u))}


def _minor(value: Decimal, currency: str) -> int:
    return int(value.scaleb(minor_digits(currency)).to_integral_value(ROUND_HALF_EVEN))


def unit_of(row: Row) -> tuple[str, int]:
    """The value in US dollars where there is one, else the amount."""
    if row["amount_currency"] != "USD" and row["usd_value_minor"] is not None:
        return "USD", row["usd_value_minor"]
    return row["amount_currency"], row["amount_minor"]


def summed(
    rows: Iterable[Row], signs: dict[str, int] | None = None, *, native: bool = False,
    keep: bool = False,
) -> Sums:  # fmt: skip
    """The rows added up; `keep` also what comes to nothing."""
    sums: Sums = defaultdict(int)
    for row in rows:
        unit, minor = unit_of(row)
        if native:
            unit, minor = row["amount_currency"], row["amount_minor"]
        sums[unit] += minor * (signs[row["type"]] if signs else 1)
    return {unit: minor for unit, minor in sums.items() if minor or keep}


def total(rows: Iterable[Row]) -> Total:
    found: dict[str, int] = summed(rows, keep=True)
    return Total(tuple(Money(found[unit], unit) for unit in sorted(found)))


def formula(key: str, rows: list[Row], *, native: bool = False) -> Sums:
    """A figure from its rows: most are plain sums; what has terms is spelled out here."""
    if key == "undisbursed":
        return summed(rows, {"commitment": 1, "disbursement": -1})
    if key in ("unspent", "usd"):
        assert all(row["project"] is not None for row in rows)
        return summed(rows, UNSPENT, native=native)
    if key != "balance":
        return summed(rows)
    of_project = {"receipt": 1, "refund": 1, "disbursement": -1}
    of_fund = {"receipt": 1, "interest": 1, "disbursement": -1, "expenditure": -1, "refund": -1}
    parts: Sums = defaultdict(int)
    for side, signs in ((True, of_project), (False, of_fund)):
        mine = [row for row in rows if (row["project"] is not None) is side]
        for unit, minor in summed(mine, signs).items():
            parts[unit] += minor
    return {unit: minor for unit, minor in parts.items() if minor}


def sums_of(found: Total | None) -> Sums:
    assert found is not None
    return {one.currency: one.minor for one in found.by_currency if one.minor}
