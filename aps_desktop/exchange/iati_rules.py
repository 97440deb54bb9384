"""The rules beyond the schema: the standard's own rule set, and what makes figures usable.

`Rules.check` gives (element, message, level) of one activity. The rule set is read from its file,
so a newer one works; the rest (sums, currencies, languages, years) is the standard's guidance.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from aps_desktop.exchange.iati_names import XML_LANG
from aps_desktop.exchange.iati_problem import ERROR, WARNING

Element = Any
Finding = tuple[Element, str, str]
_HUNDRED = Decimal(100)
_TOLERANCE = Decimal("0.05")
"""Thirds with two decimals miss 100 by a little."""
_NAMES = {
    "activity-date[@type='1']/@iso-date": "planned start",
    "activity-date[@type='2']/@iso-date": "actual start",
    "activity-date[@type='3']/@iso-date": "planned end",
    "activity-date[@type='4']/@iso-date": "actual end",
    "transaction-date/@iso-date": "date of the transaction",
    "value/@value-date": "date of the value",
    "period-start/@iso-date": "start of the period",
    "period-end/@iso-date": "end of the period",
    "activity-date[@type='1' or @type='2']": "a planned or actual start",
    "sector": "a sector",
    "transaction/sector": "a sector of its transactions",
    "@ref": "an identifier",
    "narrative": "a name",
    "@value": "a value",
    "reference[1]": "a reference",
}
_YEAR = 366
_TRUE = ("1", "true")


class Rules:
    """Checks activities; `today` is the day after which nothing can have happened."""

    def __init__(self, rules: dict[str, dict[str, Any]], today: date) -> None:
        from lxml import etree

        self._today = today.isoformat()
        self._xpath = etree.XPath
        self._checks: list[tuple[Any, list[Callable[[Element], Iterator[Finding]]]]] = []
        for context, kinds in rules.items():
            if "organisation" in context:
                continue
            path = context.removeprefix("//")
            where = "self::*" if path == "iati-activity" else f".//{path}"
            cases = [
                self._case(kind, case)
                for kind, told in kinds.items()
                for case in told["cases"]
                if kind in _CASES
            ]
            self._checks.append((etree.XPath(where), cases))

    def check(self, activity: Element) -> Iterator[Finding]:
        """What the rules say against an activity."""
        for where, cases in self._checks:
            for element in where(activity):
                for case in cases:
                    yield from case(element)
        yield from _percentages(activity)
        yield from _currencies(activity)
        yield from _languages(activity)
        yield from _years(activity)
        yield from _identifier(activity)

    def _case(self, kind: str, case: dict[str, Any]) -> Callable[[Element], Iterator[Finding]]:
        return _CASES[kind](self, case)

    def at_least_one(self, case: dict[str, Any]) -> Callable[[Element], Iterator[Finding]]:
        paths = [self._xpath(path) for path in case["paths"]]
        words = " or ".join(_NAMES.get(path, path) for path in case["paths"])

        def check(element: Element) -> Iterator[Finding]:
            if not any(path(element) for path in paths):
                yield element, f"It needs {words}.", ERROR

        return check

    def at_most_one(self, case: dict[str, Any]) -> Callable[[Element], Iterator[Finding]]:
        paths = [self._xpath(path) for path in case["paths"]]

        def check(element: Element) -> Iterator[Finding]:
            if sum(len(path(element)) for path in paths) > 1:
                words = "A reference stands at the result and at its indicator: keep one."
                yield element, words, ERROR

        return check

    def date_order(self, case: dict[str, Any]) -> Callable[[Element], Iterator[Finding]]:
        first = self._xpath(case["less"])
        now = case["more"] == "NOW"
        last = None if now else self._xpath(case["more"])
        name = _NAMES.get(case["less"], case["less"])
        other = "today" if now else f"the {_NAMES.get(case['more'], case['more'])}"

        def check(element: Element) -> Iterator[Finding]:
            early = first(element)
            late = [self._today] if last is None else last(element)
            if early and late and early[0][:10] > late[0][:10]:
                yield element, f"The {name} ({early[0]}) is after {other} ({late[0]}).", ERROR

        return check

    def matches(self, case: dict[str, Any]) -> Callable[[Element], Iterator[Finding]]:
        shape = re.compile(case["regex"]).fullmatch
        paths = [self._xpath(path) for path in case["paths"]]

        def check(element: Element) -> Iterator[Finding]:
            for path in paths:
                for found in path(element):
                    value = found if isinstance(found, str) else (found.text or "")
                    if not shape(value.strip()):
                        told = f"“{value[:80]}” has one of / & | ?"
                        words = f"The identifier {told if value.strip() else 'is empty'}."
                        yield element if isinstance(found, str) else found, words, ERROR

        return check


_CASES: dict[str, Callable[[Rules, dict[str, Any]], Callable[[Element], Iterator[Finding]]]] = {
    "atleast_one": Rules.at_least_one,
    "no_more_than_one": Rules.at_most_one,
    "date_order": Rules.date_order,
    "regex_matches": Rules.matches,
}
"""The kind "sum" is not among them: `_percentages` adds up each vocabulary by itself."""


def _percentages(activity: Element) -> Iterator[Finding]:
    """Countries and regions together are 100 %, and the sectors of each vocabulary."""
    groups: dict[str, list[Element]] = {}
    for element in activity.iterchildren("recipient-country", "recipient-region", "sector"):
        vocabulary = element.get("vocabulary", "1")
        if element.tag == "sector":
            groups.setdefault(f"sectors of vocabulary {vocabulary}", []).append(element)
        elif element.tag == "recipient-country" or vocabulary == "1":
            groups.setdefault("recipient countries and regions", []).append(element)
    for words, elements in groups.items():
        given = [e.get("percentage") for e in elements]
        if len(elements) == 1 and given[0] is None:
            continue
        try:
            total = sum((Decimal(one) for one in given if one is not None), Decimal(0))
        except InvalidOperation:
            continue  # the schema says so
        if None in given:
            yield elements[0], f"Not all {words} have a percentage.", ERROR
        elif abs(total - _HUNDRED) > _TOLERANCE:
            yield (
                elements[0],
                f"The {words} add up to {total.normalize():f} %, not to 100 %.",
                ERROR,
            )


def _currencies(activity: Element) -> Iterator[Finding]:
    if activity.get("default-currency"):
        return
    for value in activity.iter("value"):
        if not value.get("currency"):
            words = "It has no currency, and the activity has no default currency."
            yield value, words, ERROR


def _languages(activity: Element) -> Iterator[Finding]:
    if activity.get(XML_LANG):
        return
    for narrative in activity.iter("narrative"):
        if not narrative.get(XML_LANG):
            words = "The text has no language, and the activity has no default language."
            yield narrative, words, WARNING
            return


def _years(activity: Element) -> Iterator[Finding]:
    """A budget covers a year at most."""
    for budget in activity.iterchildren("budget"):
        days = [budget.find(name) for name in ("period-start", "period-end")]
        try:
            start, end = (date.fromisoformat(d.get("iso-date")[:10]) for d in days)
        except (AttributeError, TypeError, ValueError):
            continue  # the schema says so
        if (end - start).days > _YEAR:
            yield budget, "The budget covers more than a year: give one for each year.", WARNING


def _identifier(activity: Element) -> Iterator[Finding]:
    element, reporter = activity.find("iati-identifier"), activity.find("reporting-org")
    if element is None or reporter is None:
        return  # the schema says so
    text, ref = element.text or "", reporter.get("ref") or ""
    if not text.strip():
        return  # the rule set says so
    if text != text.strip():
        yield element, "There are blanks around the identifier.", ERROR
    elif ref and not text.startswith(ref) and reporter.get("secondary-reporter") not in _TRUE:
        yield element, f"The identifier does not begin with the publisher’s “{ref}”.", WARNING
