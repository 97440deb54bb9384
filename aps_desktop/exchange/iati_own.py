"""Reads what the program itself wrote: every record whole, by the marks of its own namespace.

A field stands in `aps:field`, or, where IATI has an element that carries it without loss, in that
element alone. What an element of ours shows beyond its record was worked out, and is passed over.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from uuid import UUID

from aps_desktop.domain.entities import BY_NAME
from aps_desktop.domain.entities import entity as entity_of
from aps_desktop.domain.errors import InvalidValue
from aps_desktop.domain.fields import Entity, Kind
from aps_desktop.domain.money import Money
from aps_desktop.domain.values import Period, from_wire
from aps_desktop.exchange import iati_names as names
from aps_desktop.exchange.iati_drafts import Activity, Drafts, Element
from aps_desktop.exchange.iati_problem import ERROR
from aps_desktop.exchange.parse import Read

_RECORD, _FIELD, _MEMBER = "aps:record", "aps:field", "aps:member"
_DERIVED = "aps:derived"
_FILLED_IN = frozenset({"reported_on"})
"""What an import sets by itself where nothing is given: the day on which a value came."""


def is_own(element: Element) -> bool:
    """Whether the program wrote this activity."""
    return bool(element.get(_RECORD))


def take(drafts: Drafts, element: Element, withheld: Iterable[str]) -> None:
    """All records of an activity of ours, or a record of the lists at the end of the file."""
    kept = frozenset(withheld)
    if element.tag == _RECORD:
        title = element.get("entity")
        known = drafts.activities and drafts.activities[-1].identifier == ""
        if not known:
            drafts.begin(Activity("", "Lists that the activities refer to", element.line, own=True))
        _record(drafts, drafts.activities[-1], element, title, element.get("id"), kept, None)
        return
    identifier = next((e.text.strip() for e in element.all("iati-identifier")), "")
    activity = Activity(identifier, element.told("title"), element.line, own=True)
    drafts.begin(activity)
    _walk(drafts, activity, element, kept, None)


def _walk(
    drafts: Drafts, activity: Activity, at: Element, kept: frozenset[str], period: Period | None
) -> None:
    mark = at.get(_RECORD)
    if mark:
        entity, _, id = mark.partition(" ")
        _record(drafts, activity, at, entity, id, kept, period)
    if at.tag == "period":
        period = _period(at)
    for child in at.children:
        if child.tag == _RECORD:
            inner = at.tag in names.INNER
            told = child.get("entity"), child.get("id")
            _record(drafts, activity, child, *told, kept, period, around=at if inner else None)
        elif child.children or child.get(_RECORD):
            _walk(drafts, activity, child, kept, period)


def _period(at: Element) -> Period | None:
    try:
        start = date.fromisoformat(at.of_first("period-start", "iso-date"))
        return Period(start, date.fromisoformat(at.of_first("period-end", "iso-date")))
    except ValueError:
        return None


def _record(
    drafts: Drafts,
    activity: Activity,
    at: Element,
    entity: str,
    id: str,
    kept: frozenset[str],
    period: Period | None,
    around: Element | None = None,
) -> None:
    """One record: its own fields, and those that the element around them carries."""
    try:
        known = UUID(id)
    except ValueError:
        activity.note(at, f"“{id[:60]}” is no id of a record.", ERROR)
        return
    if entity not in BY_NAME:
        activity.note(at, f"This version does not know records of the kind “{entity[:60]}”.", ERROR)
        return
    kind = entity_of(entity)
    values, untouched = _fields(activity, at, kind)
    holder = around or at
    if holder.tag != _RECORD:
        native = _native(activity, holder, kind, period)
        values = {**native, **values}
    untouched |= kept
    for spec in kind.columns:  # an empty field stays empty, whatever an import would fill in
        filled = spec.default or spec.name in _FILLED_IN
        if filled and spec.name not in values and spec.name not in untouched:
            values[spec.name] = None
    blank = [f.name for f in kind.fields if f.name not in values and f.name not in untouched]
    drafts.add(entity, values, at, id=known, blank=blank)


def _fields(activity: Activity, at: Element, kind: Entity) -> tuple[dict[str, Read], set[str]]:
    """(values, names of fields that were kept back or cannot be read)."""
    values: dict[str, Read] = {}
    untouched: set[str] = set()
    for element in at.all(_FIELD):
        name = element.get("name")
        spec = kind.by_name.get(name)
        if spec is None:
            activity.note(element, f"This version knows no field “{name[:60]}” of {kind.one}.")
        elif element.get("withheld"):
            untouched.add(name)
        else:
            try:
                if spec.kind is Kind.TAGS:
                    values[name] = frozenset(_member(m.text) for m in element.all(_MEMBER))
                elif spec.kind is Kind.REFERENCES:
                    values[name] = frozenset(UUID(m.text) for m in element.all(_MEMBER))
                else:
                    values[name] = from_wire(spec, _text(element))
            except (InvalidValue, ValueError, RecursionError):  # the last: JSON without a bottom
                activity.note(element, f"{spec.label}: “{element.text[:60]}” cannot be read.")
                untouched.add(name)
    return values, untouched


def _text(element: Element) -> str:
    if element.get("as") != "json":
        return element.text
    text = json.loads(element.text)
    if not isinstance(text, str):
        raise ValueError(element.text)
    return text


def _member(text: str) -> str:
    return str(json.loads(text)) if text[:1] == '"' else text


def _native(
    activity: Activity, at: Element, kind: Entity, period: Period | None
) -> dict[str, Read]:
    """What the element of IATI carries of its record, as far as that is without loss."""
    found: dict[str, Read] = {}
    for name in names.NATIVE.get(kind.name, ()):
        try:
            value = _native_value(at, kind.name, name, period)
        except (ValueError, InvalidValue):
            activity.note(at, f"{kind.field(name).label} cannot be read.")
            continue
        if value is not None and value != "":
            found[name] = value
    return found


def _native_value(at: Element, entity: str, name: str, period: Period | None) -> Read:
    if name in ("title", "name"):
        return _exact(at if at.tag == "condition" else at.first("title"))
    if name in ("description", "remarks"):
        found = [e for e in at.all("description") if e.get("type") in ("", "1")]
        return _exact(found[0]) if found and not found[0].get(_DERIVED) else None
    if name in ("planned_start", "actual_start", "planned_end", "actual_end", "starts_on",
                "ends_on", "valid_from", "valid_to"):  # fmt: skip
        return _activity_date(at, entity, name)
    if name == "period":
        return period
    if name == "level":
        codes = {code: level for level, code in names.RESULT_CODES.items()}
        return codes.get(at.get("type"))
    if name == "reference":
        return at.attributes.get("ref")
    if name == "amount":
        value = at.first("value")
        return Money.of(value.text, value.get("currency")) if value else None
    where = {"date": "transaction-date", "due": "period-start", "dated": "document-date"}
    day = at.of_first(where[name], "iso-date")
    return date.fromisoformat(day) if day else None


def _activity_date(at: Element, entity: str, name: str) -> date | None:
    types = {field: type for type, field in names.ACTIVITY_DATES[entity].items()}
    for element in at.all("activity-date"):
        if element.get("type") == types.get(name) and not element.get(_DERIVED):
            return date.fromisoformat(element.get("iso-date"))
    return None


def _exact(element: Element | None) -> str | None:
    """The text of the first narrative as it stands."""
    narrative = element.first("narrative") if element else None
    return narrative.text if narrative else None
