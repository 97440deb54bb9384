"""What offices changed apart and nobody has settled: reports and charts that rest on it say so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import msgspec

from aps_desktop.db.connection import Connection
from aps_desktop.db.queries import conflicts as in_conflict
from aps_desktop.db.queries import lists
from aps_desktop.db.queries.lists import ListQuery
from aps_desktop.domain.entities import entity
from aps_desktop.domain.fields import Kind
from aps_desktop.services.chart_data import Chart, Mark
from aps_desktop.services.funding import these

_WORDS = (Kind.TEXT, Kind.LONG_TEXT)
"""What is shown and never counted."""
Fields = Mapping[int, frozenset[str]]


def records(c: Connection, name: str) -> Fields:
    """An entity's records in conflict, by row number, each with the names of those fields."""
    kind = entity(name)
    found = {rid: in_conflict.fields(c, rid) for rid in in_conflict.records(c, kind.number)}
    return {
        rid: frozenset(kind.by_number[n].name for n in numbers if n in kind.by_number)
        for rid, numbers in found.items()
    }


def counted(c: Connection, name: str) -> Fields:
    """The same of fields that figures may rest on: not of names and texts."""
    kind = entity(name)
    kept = {
        rid: frozenset(n for n in names if kind.by_name[n].kind not in _WORDS)
        for rid, names in records(c, name).items()
    }
    return {rid: names for rid, names in kept.items() if names}


def behind(c: Connection, query: ListQuery, among: Iterable[int]) -> set[int]:
    """Those of some records that a list holds."""
    kind = entity(query.entity)
    only = these(kind.code or kind.title[0], among, "in conflict")
    return set(lists.ids(c, ListQuery(kind.name, (), (), (*query.filters, only))))


def noted(c: Connection, charts: tuple[Chart, ...]) -> tuple[Chart, ...]:
    """The charts; those with figures that rest on a conflict say that they are provisional."""
    names = {mark.entity for chart in charts for mark in chart.marks if mark.entity}
    apart = {name: found for name in sorted(names) if (found := counted(c, name))}
    if not apart:
        return charts
    return tuple(_noted(c, chart, apart) for chart in charts)


def _noted(c: Connection, chart: Chart, apart: Mapping[str, Fields]) -> Chart:
    words = []
    for name, fields in apart.items():
        found: set[int] = set()
        for mark in chart.marks:
            if mark.entity == name and len(found) < len(fields):
                found |= _under(c, mark, fields)
        if found:
            kind = entity(name)
            label = kind.label if len(found) == 1 else kind.plural
            words.append(f"{len(found):,} {label.lower()}")
    if not words:
        return chart
    note = " · ".join(filter(None, (f"Provisional: {', '.join(words)} in conflict",
                                    chart.head.note)))  # fmt: skip
    return replace(chart, head=msgspec.structs.replace(chart.head, note=note))


def _under(c: Connection, mark: Mark, fields: Fields) -> set[int]:
    if mark.record is not None:
        rid = c.value("SELECT rid FROM record WHERE uuid = ?", (mark.record.bytes,))
        return {rid} & fields.keys()
    return behind(c, ListQuery(mark.entity, (), (), mark.filters), fields)


class Unsettled:
    """What a report read of records that offices changed apart, and what each is called there."""

    def __init__(self) -> None:
        self._known: dict[str, Fields] = {}
        self._found: dict[tuple[str, int], set[str]] = {}
        self._sums: dict[str, set[int]] = {}

    def read(self, c: Connection, name: str, rids: Iterable[int], fields: Iterable[str]) -> None:
        """These fields of these records are shown."""
        apart, wanted = self._of(c, name), set(fields)
        for rid in apart.keys() & set(rids) if apart else ():
            if shown := apart[rid] & wanted:
                self._found.setdefault((name, rid), set()).update(shown)

    def added_up(self, c: Connection, query: ListQuery) -> None:
        """The records of this list are added up, of whatever class: they are not called by name."""
        apart = counted(c, query.entity) if self._of(c, query.entity) else {}
        if apart and (found := behind(c, query, apart)):
            self._sums.setdefault(query.entity, set()).update(found)

    def words(self, c: Connection) -> list[str]:
        """A line for each: "P1 · Flood early warning: Title, Budget"."""
        lines = []
        for (name, rid), names in sorted(self._found.items()):
            labels = [one.label for one in entity(name).fields if one.name in names]
            called = lists.labels_of(c, name, [rid]).get(rid, (b"", ""))[1]
            lines.append(f"{called or entity(name).label}: {', '.join(labels)}")
        for name, rids in sorted(self._sums.items()):
            kind = entity(name)
            label = kind.label if len(rids) == 1 else kind.plural
            lines.append(f"{len(rids):,} {label.lower()} behind the sums")
        return lines

    def _of(self, c: Connection, name: str) -> Fields:
        if name not in self._known:
            self._known[name] = records(c, name)
        return self._known[name]
