"""What a list reads in a thread: the first rows, all row numbers, and what became of some."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass

from aps_desktop.db.connection import Connection, Row
from aps_desktop.db.queries import lists
from aps_desktop.db.queries import rows as rows_of
from aps_desktop.db.queries.lists import ListQuery
from aps_desktop.db.titles import title_numbers
from aps_desktop.domain.entities import entity
from aps_desktop.domain.fields import Kind
from aps_desktop.models.list_pages import PAGE

_STEP = 50_000


@dataclass(frozen=True, slots=True)
class Found:
    """Row numbers in order, the first page's rows, how many there are, and the groups.

    `count` is -1 while it is not known; `places` tells where the rows to be kept in sight are now.
    """

    ids: array[int]
    rows: dict[int, Row]
    count: int
    groups: tuple[tuple[str, int], ...]
    whole: bool
    places: dict[int, int]
    same: bool = False


def first_rows(query: ListQuery, fields: tuple[str, ...], c: Connection) -> Found:
    """The first page: what the officer sees while the rest is read."""
    groups = tuple(lists.groups(c, query)) if query.group else ()
    ids = lists.ids(c, query, limit=PAGE, walk=query.narrowed)
    rows = rows_of.read(c, query.entity, fields, ids)
    if len(ids) < PAGE:
        count = len(ids)
    elif groups:
        count = sum(number for _, number in groups)
    else:
        count = -1 if query.narrowed else max(lists.count(c, query), len(ids))
    return Found(ids, rows, count, groups, len(ids) < PAGE, {})


def all_rows(
    query: ListQuery,
    fields: tuple[str, ...],
    old: array[int] | None,
    keep: tuple[int, ...],
    groups: tuple[tuple[str, int], ...],
    c: Connection,
) -> Found:
    """All row numbers; `same` when they are those of `old`, else where the `keep` ones are.

    `groups` are those that the first rows came with; they are counted again when they do not fit.
    """
    begin = "BEGIN ISOLATION LEVEL REPEATABLE READ" if c.postgres else "BEGIN"
    c.run(begin)
    try:
        ids = lists.ids(c, query)
        if query.group and (not groups or sum(n for _, n in groups) != len(ids)):
            groups = tuple(lists.groups(c, query))
        rows = rows_of.read(c, query.entity, fields, ids[:PAGE])
    finally:
        c.run("ROLLBACK")
    if old is not None and ids == old:
        return Found(ids, rows, len(ids), groups, True, {}, same=True)
    return Found(ids, rows, len(ids), groups, True, places(ids, keep))


def places(ids: array[int], wanted: Iterable[int]) -> dict[int, int]:
    """Where in the list these row numbers are. In steps, so that no thread is held up for long."""
    left = set(wanted)
    found: dict[int, int] = {}
    for start in range(0, len(ids), _STEP):
        if not left:
            break
        part = ids[start : start + _STEP]
        if len(left) <= 8:
            here = {rid: part.index(rid) for rid in left if rid in part}
        else:
            here = {rid: at for at, rid in enumerate(part) if rid in left}
        found.update((rid, start + at) for rid, at in here.items())
        left -= here.keys()
    return found


def watched_fields(query: ListQuery) -> tuple[str, ...]:
    """The fields that decide which rows a list has and in which order."""
    kind = entity(query.entity)
    names = [name for name, _ in query.sort or lists.default_sort(kind)]
    names += [item.field.partition(".")[0] for item in query.filters]
    if query.group:
        names.append(query.group)
    if query.text.strip():
        names += [kind.by_number[number].name for number in title_numbers(kind)]
    return tuple(dict.fromkeys(names))


def named_entities(query: ListQuery) -> frozenset[str]:
    """The entities whose names the list shows, sorts or filters by, those behind names included."""
    kind = entity(query.entity)
    names = {*query.fields, *watched_fields(query)}
    return frozenset().union(*(_behind(kind.field(n).target, 3) for n in names))


def _behind(target: str, depth: int) -> frozenset[str]:
    if not target:
        return frozenset()
    kind = entity(target)
    further = (
        _behind(kind.by_name[name].target, depth - 1)
        for name in {kind.code, *kind.title} & kind.by_name.keys()
        if depth and kind.by_name[name].kind is Kind.REFERENCE
    )
    return frozenset({target}).union(*further)
