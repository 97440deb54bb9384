"""What offices must show, worked out apart from the program: who wrote what, having seen what.

It knows nothing of the program but what the manual says: a field shows one of the values that no
later one replaced; several different ones are a conflict; a record lives while something was done
to it that no deletion had seen; what another office's officer does to it is a proposal.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

Name = tuple[str, int]
"""(device, number): names an event everywhere."""

NEW, SET, GONE, BACK = "new", "set", "gone", "back"


@dataclass(frozen=True)
class Event:
    """One thing that an officer was told is saved. `replaced` are the events it put aside."""

    name: Name
    office: str
    record: str
    what: str
    field: str = ""
    value: str = ""
    replaced: frozenset[Name] = frozenset()
    seen: frozenset[Name] = frozenset()


Events = frozenset[Event]


def standing(events: Iterable[Event], record: str) -> list[Event]:
    """What counts: others than the record's own office and the secretariat only propose."""
    own = [e for e in events if e.record == record]
    makers = {e.office for e in own if e.what == NEW} | {"ASEC"}
    return [e for e in own if e.office in makers]


def heads(events: Iterable[Event], record: str, field: str) -> list[Event]:
    """The values of a field that nobody replaced."""
    own = standing(events, record)
    said = [e for e in own if e.what == NEW or (e.what == SET and e.field == field)]
    put_aside = {name for e in own if e.what == SET and e.field == field for name in e.replaced}
    return [e for e in said if e.name not in put_aside]


def values(events: Iterable[Event], record: str, field: str) -> set[str]:
    """What the heads say; a new record says nothing of the fields that it left empty."""
    return {said(e, field) for e in heads(events, record, field)}


def said(event: Event, field: str) -> str:
    if event.what == NEW:
        return dict(part.split("=", 1) for part in event.value.split("\n")).get(field, "")
    return event.value


def records(events: Iterable[Event]) -> set[str]:
    return {e.record for e in events if e.what == NEW}


def lives(events: Iterable[Event], record: str) -> bool:
    own = standing(events, record)
    seen = {name for e in own if e.what == GONE for name in e.seen}
    return any(e.what != GONE and e.name not in seen for e in own)


def living(events: Events) -> set[str]:
    return {record for record in records(events) if lives(events, record)}


def conflicts(events: Events, fields: Iterable[str]) -> dict[tuple[str, str], set[str]]:
    """(record, field) -> the values, of the fields that have several."""
    found = {}
    for record in living(events):
        for field in fields:
            several = values(events, record, field)
            if len(several) > 1:
                found[record, field] = several
    return found
