"""What the money of other publishers becomes: budgets, planned disbursements, transactions."""

from __future__ import annotations

from collections import Counter
from uuid import UUID

from aps_desktop.domain.errors import InvalidValue
from aps_desktop.domain.money import Money
from aps_desktop.domain.values import Period
from aps_desktop.exchange import iati_names as names
from aps_desktop.exchange.iati_decimals import decimal
from aps_desktop.exchange.iati_drafts import Activity, Drafts, Element, checked, day_of, short
from aps_desktop.exchange.iati_foreign_codes import Codes
from aps_desktop.exchange.iati_lookups import Lookups
from aps_desktop.exchange.iati_problem import ERROR
from aps_desktop.exchange.parse import Draft, Read

_PARTIES = ("provider-org", "receiver-org")
_REVISED = "2"
_TWICE = (("2", "11", "commitments"), ("12", "13", "pledges"))
"""(outgoing, incoming, what they are): both become the same measure here."""
_MOST_ROUNDED = 1
"""Of so many amounts it is said one by one that they were rounded; of more, how many."""


class Flows:
    """The money of one activity, for its project; `known` is the project that was here before."""

    def __init__(
        self, activity: Activity, drafts: Drafts, lookups: Lookups, codes: Codes,
        project: Draft, known: UUID | None,
    ) -> None:  # fmt: skip
        self._activity = activity
        self._drafts = drafts
        self._lookups = lookups
        self._codes = codes
        self._project = project
        self._known = known
        self._language = "en"
        self._currency = ""
        self._rounded: list[tuple[Element, str]] = []

    def take(self, at: Element, language: str) -> None:
        """All money of an activity, and the conditions on it."""
        self._language = language
        self._currency = at.get("default-currency")
        for number, element in enumerate(at.all("planned-disbursement"), 1):
            self._planned(element, number)
        self._budgets(list(at.all("budget")))
        elements = self._once(list(at.all("transaction")))
        refs = Counter((e.of_first("transaction-type", "code"), e.get("ref")) for e in elements)
        for element in elements:
            key = element.of_first("transaction-type", "code"), element.get("ref")
            self._transaction(element, named=bool(key[1]) and refs[key] == 1)
        for element in at.all("conditions"):
            for one in element.all("condition"):
                self._condition(one)
        self._tell_rounded()

    def _planned(self, at: Element, number: int) -> None:
        days = [at.first(name) for name in ("period-start", "period-end")]
        start, end = (day_of(self._activity, day) if day else None for day in days)
        period = f"For {Period(start, end)}." if start and end and start < end else ""
        values: dict[str, Read] = {
            "title": f"Planned disbursement {number}", "project": self._project,
            "due": start, "amount": self._amount(at), "status": "planned",
            "notes": "\n".join(filter(None, (period, self._parties(at)))),
        }  # fmt: skip
        if values["amount"] is not None:
            self._add("tranche", at, values)

    def _budgets(self, elements: list[Element]) -> None:
        """The budgets of a file are one version of the project's budget, a line for each period.

        Where a period was revised, the original stays out: together they would count twice.
        """
        if not elements:
            return
        draft = self._add("budget", elements[0], {"project": self._project, "version": "IATI"})
        revised = {_period_text(e) for e in elements if e.get("type") == _REVISED}
        for element in elements:
            days = [element.first(name) for name in ("period-start", "period-end")]
            start, end = (day_of(self._activity, day) if day else None for day in days)
            amount = self._amount(element)
            if start is None or end is None or amount is None or end < start:
                self._activity.note(element, "The budget lacks its period or amount.", ERROR)
                continue
            period = Period(start, end)
            if element.get("type") != _REVISED and _period_text(element) in revised:
                words = f"The original budget for {period}, {amount}, stays out: it was revised."
                self._activity.note(element, words)
                continue
            values: dict[str, Read] = {
                "budget": draft, "description": f"Budget for {period}", "period": period,
                "amount": amount,
            }  # fmt: skip
            self._add("budget_line", element, values)

    def _once(self, elements: list[Element]) -> list[Element]:
        """The transactions without promises that would count twice: a commitment or pledge here is
        what comes in, so where a file has these, those it passes on stay out."""
        codes = Counter(e.of_first("transaction-type", "code") for e in elements)
        kept = elements
        for out, into, words in _TWICE:
            if codes[out] and codes[into]:
                passed = [e for e in kept if e.of_first("transaction-type", "code") == out]
                kept = [e for e in kept if e.of_first("transaction-type", "code") != out]
                told = (
                    f"Outgoing {words} stay out ({len(passed):,}): the activity has incoming ones "
                    "too, and together they would count twice."
                )
                self._activity.note(passed[0], told)
        return kept

    def _transaction(self, at: Element, *, named: bool) -> None:
        """One transaction; `named`: its reference stands for it alone, so that it is known again
        even where its amount was corrected."""
        code = at.of_first("transaction-type", "code")
        type = self._codes.transaction_type(code)
        amount = self._amount(at)
        dated = at.first("transaction-date")
        day = day_of(self._activity, dated) if dated else None
        if not type:
            self._activity.note(at, f"Transactions of the type {code or 'nobody gave'} stay out.")
            return
        if amount is None or day is None:
            return  # what is wrong with it was said
        told = at.told("description", self._language)
        values: dict[str, Read] = {
            "type": type, "date": day, "project": self._project, "amount": amount,
            "nature": "actual", "reference": short(at.get("ref")),
            "remarks": "\n".join(filter(None, (told, self._parties(at)))),
            "in_kind": at.of_first("disbursement-channel", "code") in names.IN_KIND_CHANNELS,
        }  # fmt: skip
        for tag in _PARTIES:
            element = at.first(tag)
            found = self._codes.organisation(element, self._language) if element else None
            if found and found[0] in ("partner", "member_state", "fund"):
                values.setdefault(*found)
        found_values = checked(self._activity, at, "fund_transaction", values)
        reference = str(values["reference"])
        id = None
        if named and self._known is not None:
            id = self._lookups.transaction(self._known, type, reference)
        self._drafts.add("fund_transaction", found_values, at, id=id)

    def _parties(self, at: Element) -> str:
        """From whom and to whom, in words: a transaction here has fields for a payer only."""
        ends = [at.first(tag) for tag in _PARTIES]
        giver, taker = (e.narrative(self._language) or e.get("ref") if e else "" for e in ends)
        words = " ".join(
            [*([f"from {giver}"] if giver else []), *([f"to {taker}"] if taker else [])]
        )  # fmt: skip
        return f"{words[0].upper()}{words[1:]}" if words else ""

    def _condition(self, at: Element) -> None:
        title = short(at.narrative(self._language))
        if title:
            kind = self._lookups.label("ConditionType", at.get("type"))
            notes = f"{kind} condition" if kind else ""
            values: dict[str, Read] = {"title": title, "project": self._project, "notes": notes}
            self._add("condition", at, values)

    def _amount(self, at: Element) -> Money | None:
        value = at.first("value")
        if value is None:
            self._activity.note(at, "It has no value.", ERROR)
            return None
        try:
            number = decimal(value.text)
            currency = value.get("currency") or self._currency
            if number is not None and currency:
                amount = Money.of(number, currency)
                if amount.amount != number:
                    self._rounded.append((value, f"“{value.text.strip()[:40]}” to {amount}"))
                return amount
            words = "It has no amount." if currency else "Nothing says its currency."
        except (ValueError, InvalidValue):
            words = f"“{value.text.strip()[:40]} {value.get('currency')}” is no amount of money."
        self._activity.note(value, words, ERROR)
        return None

    def _tell_rounded(self) -> None:
        """Amounts finer than their currency is: once for an activity."""
        if self._rounded:
            at, first = self._rounded[0]
            more = len(self._rounded) - _MOST_ROUNDED
            others = f", and {more:,} more" if more else ""
            self._activity.note(
                at, f"Amounts are rounded to what their currency has: {first}{others}."
            )

    def _add(self, entity: str, at: Element, values: dict[str, Read]) -> Draft:
        return self._drafts.add_checked(self._activity, entity, at, values)


def _period_text(at: Element) -> tuple[str, str]:
    """The days of a budget as they stand in the file, without a time zone."""
    start, end = (at.of_first(tag, "iso-date")[:10] for tag in ("period-start", "period-end"))
    return start, end
