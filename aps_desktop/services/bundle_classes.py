"""Which records are above a document class, the deleted ones too: a bundle leaves them out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from aps_desktop.db import log
from aps_desktop.db.connection import Connection
from aps_desktop.db.layout import MEMBER
from aps_desktop.domain.entities import BY_NUMBER, ENTITIES, entity
from aps_desktop.domain.fields import Area, Entity, Kind

CLASSES = ("public", "limited", "restricted", "confidential")
_DEFAULT_CLASS = "limited"
_COMMON = {"fund", "framework", "framework_node", "body", "tenure", "partner"}
"""Beside the organisation's lists: what every office needs to read anything at all."""
Gone = Mapping[int, tuple[Entity, log.Image]]
"""By row number: what a record without a row, deleted or a duplicate, said last."""


def is_list(kind: Entity) -> bool:
    """Lists that everything refers to: following them would bring everything."""
    return kind.area is Area.ORGANISATION


def is_common(kind: Entity) -> bool:
    """Lists that every office has."""
    return is_list(kind) or kind.name in _COMMON


def gone(c: Connection) -> Gone:
    """What the log says of records that have no row. Parts without a class follow their whole."""
    kinds = {
        rid: BY_NUMBER[tid]
        for rid, tid in c.all("SELECT rid, tid FROM record WHERE alive = 0 AND birth IS NOT NULL")
        if tid in BY_NUMBER and (_is_classed(BY_NUMBER[tid]) or not BY_NUMBER[tid].owner)
    }
    return {rid: (kinds[rid], image) for rid, image in log.images(c, kinds).items()}


def fill(c: Connection, max_class: str, without_row: Gone) -> None:
    """Puts records above the class into `too_high`, with all that is a part of them or about them.

    A record of a kind without a class has that of what it is part of or, where it is part of
    nothing, of what it refers to. What has not been made yet here has none that could be told.
    """
    if max_class in ("", CLASSES[-1]):
        return
    allowed = CLASSES[: CLASSES.index(max_class) + 1]
    for kind in filter(_is_classed, ENTITIES):
        c.run(
            f"INSERT INTO too_high SELECT rid FROM {kind.name} "
            f"WHERE coalesce(document_class, '{_DEFAULT_CLASS}') NOT IN ({_words(allowed)}) "
            "ON CONFLICT DO NOTHING"
        )
    said = _not_shown(c)
    for rid, (kind, image) in without_row.items():
        if _is_classed(kind):
            said.append((rid, image.get(kind.by_name["document_class"].number)))
    _add(c, (rid for rid, wire in said if (wire or _DEFAULT_CLASS) not in allowed))
    numbers = ", ".join(str(kind.number) for kind in (MEMBER, *ENTITIES))
    c.run(
        # Kinds of a newer program, too: whether they have a class cannot be told.
        f"INSERT INTO too_high SELECT rid FROM record WHERE (tid NOT IN ({numbers}) "
        "OR (alive = 0 AND birth IS NULL)) ON CONFLICT DO NOTHING"
    )
    open_kinds = [kind for kind in ENTITIES if _subjects(kind)]
    while (
        spread(c, "too_high")
        + sum(_about(c, kind) for kind in open_kinds)
        + _add(c, _gone_about(c, without_row))
    ):
        pass


def _is_classed(kind: Entity) -> bool:
    return "document_class" in kind.by_name


def _words(texts: Iterable[str]) -> str:
    return ", ".join(f"'{text}'" for text in texts)


def _add(c: Connection, rids: Iterable[int]) -> int:
    before = c.value("SELECT count(*) FROM too_high")
    c.many("INSERT INTO too_high VALUES (?) ON CONFLICT DO NOTHING", [(rid,) for rid in rids])
    return int(c.value("SELECT count(*) FROM too_high")) - int(before)


def _not_shown(c: Connection) -> list[tuple[int, str | None]]:
    """(row number, class) said of records beside the shown one: in conflict with it, or waiting."""
    places = {(k.number, k.by_name["document_class"].number) for k in filter(_is_classed, ENTITIES)}
    numbers = ", ".join(str(number) for number in sorted({number for _, number in places}))
    rows = c.all(
        "SELECT r.tid, e.cell, o.val, o.cell FROM cell_extra e CROSS JOIN op o CROSS JOIN record r "
        f"WHERE (e.cell & 1023) IN ({numbers}) AND o.dot = e.dot AND r.rid = (e.cell >> 10) "
        "UNION ALL SELECT r.tid, o.cell, o.val, o.cell FROM op_held h CROSS JOIN op o "
        f"CROSS JOIN record r WHERE o.dot = h.dot AND (o.cell & 1023) IN ({numbers}) "
        "AND r.rid = (o.cell >> 10)"
    )
    return [
        (log.rid_of_cell(cell), log.wire_in(val, at, log.field_of_cell(cell)))
        for tid, cell, val, at in rows
        if (tid, log.field_of_cell(cell)) in places
    ]


def spread(c: Connection, table: str, where: str = "") -> int:
    """Adds the parts and set members of the records in a table, however deep; returns how many."""
    added = all_added = c.run(_SPREAD.format(table, where))
    while added > 0:
        added = c.run(_SPREAD.format(table, where))
        all_added += added
    return all_added


_SPREAD = (
    "INSERT INTO {0} SELECT r.rid FROM record r WHERE r.parent IN (SELECT rid FROM {0}) "
    "AND r.rid NOT IN (SELECT rid FROM {0}){1}"
)


def _about(c: Connection, kind: Entity) -> int:
    """Adds the records of a kind that are about one above the class; returns how many."""
    tests = " OR ".join(f"t.{name} IN (SELECT rid FROM too_high)" for name in _subjects(kind))
    return c.run(
        f"INSERT INTO too_high SELECT t.rid FROM {kind.name} t WHERE ({tests}) "
        "AND t.rid NOT IN (SELECT rid FROM too_high)"
    )


def _gone_about(c: Connection, without_row: Gone) -> list[int]:
    """The same of those that have no row."""
    high = ids_in(c, "too_high")
    return [
        rid
        for rid, (kind, image) in without_row.items()
        if any(image.get(kind.by_name[name].number) in high for name in _subjects(kind))
    ]


def ids_in(c: Connection, table: str) -> set[str]:
    """The ids of the records in a table, as the log writes them."""
    rows = c.all(f"SELECT r.uuid FROM {table} x CROSS JOIN record r WHERE r.rid = x.rid")
    return {bytes(uuid).hex() for (uuid,) in rows}


def _subjects(kind: Entity) -> list[str]:
    """The references by which records of a kind without a class have that of others."""
    if _is_classed(kind) or kind.owner or is_common(kind):
        return []
    references = [f for f in kind.columns if f.kind is Kind.REFERENCE]
    others = {f.target for f in references if not is_common(entity(f.target))} - {kind.name}
    return [f.name for f in references if f.target in others or f.name == kind.tree]
