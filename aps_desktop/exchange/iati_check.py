"""Validates activities of IATI 2.03 one by one: schema, rule set, code lists; offline.

Runs in the child process only: lxml never enters the window's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from aps_desktop.exchange import iati_lists
from aps_desktop.exchange.iati_lists import CodeList, Place
from aps_desktop.exchange.iati_names import INNER, RECORD, XML_LANG
from aps_desktop.exchange.iati_problem import ERROR, WARNING, Problem, in_words
from aps_desktop.exchange.iati_rules import Rules

Element = Any
PER_ACTIVITY = 50
"""More findings in one activity are the consequence of these."""
_SHELL = b"""<iati-activities version="2.03"><iati-activity><iati-identifier>A</iati-identifier>
<reporting-org ref="A" type="10"><narrative>A</narrative></reporting-org>
<title><narrative>A</narrative></title>
<description><narrative>A</narrative></description><participating-org role="1"/>
<activity-status code="2"/><activity-date type="2" iso-date="2026-01-01"/></iati-activity>
</iati-activities>"""
"""A valid file, to try the attributes of another's outermost element on."""


class Validator:
    """Checks activity after activity, and that no identifier stands twice."""

    def __init__(self, today: date) -> None:
        from lxml import etree

        schema = iati_lists.schema_folder() / iati_lists.SCHEMAS[0]
        self._schema = etree.XMLSchema(etree.parse(str(schema)))
        self._rules = Rules(iati_lists.rule_set(), today)
        self._codes = _Codes(iati_lists.code_lists(), iati_lists.places())
        self._seen: dict[str, int] = {}

    def root(self, root: Element) -> list[Problem]:
        """What is wrong with the attributes of a file's outermost element."""
        from lxml import etree

        shell = etree.fromstring(_SHELL)
        for name, value in root.attrib.items():
            shell.set(name, value)
        if self._schema.validate(shell):
            return []
        said = [in_words(entry.message) for entry in self._schema.error_log]
        return [Problem(root.sourceline or 0, "", root.tag, words, "schema") for words in said]

    def check(self, activity: Element, above: int = 0) -> list[Problem]:
        """What is wrong with it; `above` lines stand before the text that it was parsed from."""
        found = list(self._findings(activity, above))
        return found[:PER_ACTIVITY]

    def _findings(self, activity: Element, above: int) -> Iterator[Problem]:
        identifier = (activity.findtext("iati-identifier") or "").strip()

        def problem(element: Element, message: str, kind: str, level: str) -> Problem:
            line = (element.sourceline or 0) + above
            name = element.tag.rpartition("}")[2]
            return Problem(line, identifier, name, message, kind, level, _record(element))

        if not self._schema.validate(activity):
            for entry in self._schema.error_log:
                element = _at(activity, entry.line, entry.message)
                yield problem(element, in_words(entry.message), "schema", ERROR)
        for element, message, level in self._rules.check(activity):
            yield problem(element, message, "rule", level)
        for element, message, level in self._codes.check(activity):
            yield problem(element, message, "code", level)
        first = self._seen.setdefault(identifier, (activity.sourceline or 0) + above)
        if identifier and first != (activity.sourceline or 0) + above:
            words = f"Another activity has this identifier, in line {first}."
            yield problem(activity, words, "rule", ERROR)


def _record(element: Element) -> str:
    """The record that an element stands for, by the nearest mark upwards."""
    at = element
    while at is not None:
        mark = at.get(RECORD)
        if mark:
            return str(mark)
        inner = at.find(RECORD) if at.tag in INNER else None
        if inner is not None:
            return f"{inner.get('entity')} {inner.get('id')}"
        at = at.getparent()
    return ""


def _at(activity: Element, line: int, message: str) -> Element:
    """The element that the schema speaks of: of this line and name."""
    name = message.partition("'")[2].partition("'")[0]
    same = [e for e in activity.iter() if e.sourceline == line and isinstance(e.tag, str)]
    return next((e for e in same if e.tag == name), same[0] if same else activity)


class _Codes:
    """Looks every code up in its list."""

    def __init__(self, lists: dict[str, CodeList], places: list[Place]) -> None:
        self._lists = lists
        self._by_tag: dict[str, list[Place]] = {}
        self._languages = lists.get("Language")
        for place in places:
            if place.list in lists and place.path.startswith("iati-activity"):
                tag = place.path.rpartition("/")[2]
                self._by_tag.setdefault(tag, []).append(place)

    def check(self, activity: Element) -> Iterator[tuple[Element, str, str]]:
        by_tag = self._by_tag
        for element in activity.iter():
            for place in by_tag.get(element.tag, ()):
                code = element.get(place.attribute) if place.attribute else element.text
                if code is not None and self._stands_here(element, place):
                    yield from self._one(element, code.strip(), place.list)
            language = element.get(XML_LANG) if isinstance(element.tag, str) else None
            if language is not None:
                yield from self._one(element, language.partition("-")[0].lower(), "Language")

    def _stands_here(self, element: Element, place: Place) -> bool:
        if place.vocabularies and element.get("vocabulary", "") not in place.vocabularies:
            return False
        at: Element = element
        for name in reversed(place.path.split("/")):
            if at is None or at.tag != name:
                return False
            at = at.getparent()
        return True

    def _one(self, element: Element, code: str, name: str) -> Iterator[tuple[Element, str, str]]:
        known = self._lists.get(name)
        if known is None or code in known.codes or not known.complete:
            return
        if not code:
            yield element, "Its code is empty: it stands for nothing.", WARNING
        elif known.fixed:
            yield element, f"“{code}” is no code of the list {name}.", ERROR
        else:
            words = f"“{code}” is not in the list {name} as it is here; a newer list may have it."
            yield element, words, WARNING
