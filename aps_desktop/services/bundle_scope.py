"""Which records a bundle may hold: by body, pillar or programme, and never above a class."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from aps_desktop.db import log
from aps_desktop.db.connection import Connection
from aps_desktop.db.layout import MEMBER
from aps_desktop.domain.entities import ENTITIES, entity
from aps_desktop.domain.errors import InvalidValue, NotFound
from aps_desktop.domain.fields import Area, Entity, Kind
from aps_desktop.services import records

CLASSES = ("public", "limited", "restricted", "confidential")
_DEFAULT_CLASS = "limited"
_COMMON = {"fund", "framework", "framework_node", "body", "tenure", "partner"}
"""Beside the organisation's lists: what every office needs to read anything at all."""


@dataclass(frozen=True)
class Scope:
    """`roots` are pairs such as ("body", "ACDM"); empty for everything."""

    roots: tuple[tuple[str, str], ...] = ()
    max_class: str = ""

    @property
    def whole(self) -> bool:
        return not self.roots and self.max_class in ("", CLASSES[-1])

    def __str__(self) -> str:
        words = ", ".join(f"{kind} {code}" for kind, code in self.roots) or "all records"
        return f"{words}, up to {self.max_class}" if self.max_class else words


def parse(texts: list[str], max_class: str = "") -> Scope:
    """From texts such as "body:ACDM"; "all" or nothing means everything."""
    roots = []
    for text in texts:
        kind, _, code = text.partition(":")
        if text == "all":
            continue
        if kind not in ("body", "pillar", "programme") or not code:
            raise InvalidValue(
                f"“{text}” is not a scope.", "Use all, body:CODE, pillar:CODE or programme:CODE."
            )
        roots.append((kind, code))
    if max_class and max_class not in CLASSES:
        raise InvalidValue(f"“{max_class}” is not a document class.", f"Use {', '.join(CLASSES)}.")
    return Scope(tuple(roots), max_class)


def fill(c: Connection, scope: Scope) -> str:
    """Makes the temporary table of what the scope holds; the SQL that chooses its records."""
    for table in ("in_scope", "too_high"):
        c.run(f"DROP TABLE IF EXISTS {table}")
        c.run(f"CREATE TEMP TABLE {table} (rid BIGINT PRIMARY KEY)")
    _classes(c, scope.max_class)
    if scope.roots:
        _roots(c, scope)
        _downwards(c)
        _upwards(c)
    else:
        c.run("INSERT INTO in_scope SELECT rid FROM record")
    _duplicates(c)
    c.run("DELETE FROM in_scope WHERE rid IN (SELECT rid FROM too_high)")
    return "SELECT rid FROM in_scope"


def _classes(c: Connection, max_class: str) -> None:
    """Records above the class, with all that is a part of them or only about them, however deep.

    A record of a kind without a class has that of what it is part of or, where it is part of
    nothing, of what it refers to. One that was deleted is left out too: its last class cannot be
    told from its table. One that was united with another goes along where it can have no class.
    """
    if max_class in ("", CLASSES[-1]):
        return
    allowed = CLASSES[: CLASSES.index(max_class) + 1]
    for kind in ENTITIES:
        if "document_class" in kind.by_name:
            c.run(
                f"INSERT INTO too_high SELECT rid FROM {kind.name} "
                f"WHERE coalesce(document_class, '{_DEFAULT_CLASS}') NOT IN ({_words(allowed)}) "
                "ON CONFLICT DO NOTHING"
            )
    c.many(
        "INSERT INTO too_high VALUES (?) ON CONFLICT DO NOTHING",
        [(rid,) for rid, wire in _not_shown(c) if (wire or _DEFAULT_CLASS) not in allowed],
    )
    open_kinds = [kind for kind in ENTITIES if "document_class" not in kind.by_name]
    unclassed = _numbers(MEMBER, *open_kinds)
    # Kinds of a newer program, too: whether they have a class cannot be told.
    c.run(
        f"INSERT INTO too_high SELECT rid FROM record WHERE tid NOT IN ({unclassed}) AND "
        f"(alive = 0 OR tid NOT IN ({_numbers(MEMBER, *ENTITIES)})) ON CONFLICT DO NOTHING"
    )
    while _parts(c, "too_high") + sum(_about(c, kind) for kind in open_kinds) > 0:
        pass
    common = _numbers(*(kind for kind in open_kinds if not _subjects(kind)))
    c.run(
        "INSERT INTO too_high SELECT rid FROM record WHERE alive = 0 AND NOT (rid IN "
        f"(SELECT rid FROM united) AND tid IN ({common})) ON CONFLICT DO NOTHING"
    )
    while _parts(c, "too_high") > 0:
        pass


def _words(texts: Iterable[str]) -> str:
    return ", ".join(f"'{text}'" for text in texts)


def _numbers(*kinds: Entity) -> str:
    return ", ".join(str(kind.number) for kind in kinds)


def _not_shown(c: Connection) -> list[tuple[int, str | None]]:
    """(row number, class) said of records beside the shown one: in conflict with it, or waiting."""
    places = {(k.number, k.by_name["document_class"].number)
              for k in ENTITIES if "document_class" in k.by_name}  # fmt: skip
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


def _parts(c: Connection, table: str) -> int:
    """Adds the parts and set members of the records in a table; returns how many."""
    return c.run(
        f"INSERT INTO {table} SELECT r.rid FROM record r "
        f"WHERE r.parent IN (SELECT rid FROM {table}) AND r.rid NOT IN (SELECT rid FROM {table})"
    )


def _about(c: Connection, kind: Entity) -> int:
    """Adds the records of a kind that are about one above the class; returns how many."""
    tests = " OR ".join(f"t.{name} IN (SELECT rid FROM too_high)" for name in _subjects(kind))
    if not tests:
        return 0
    return c.run(
        f"INSERT INTO too_high SELECT t.rid FROM {kind.name} t WHERE ({tests}) "
        "AND t.rid NOT IN (SELECT rid FROM too_high)"
    )


def _subjects(kind: Entity) -> list[str]:
    """The references by which records of a kind without a class have that of others."""
    if kind.owner or _is_common(kind):
        return []
    references = [f for f in kind.columns if f.kind is Kind.REFERENCE]
    others = {f.target for f in references if not _is_common(entity(f.target))} - {kind.name}
    return [f.name for f in references if f.target in others or f.name == kind.tree]


def _roots(c: Connection, scope: Scope) -> None:
    for kind, code in scope.roots:
        if kind == "pillar":
            found = 0
            for one in ENTITIES:
                if "pillar" in one.by_name:
                    found += c.run(
                        f"INSERT INTO in_scope SELECT rid FROM {one.name} WHERE pillar = ? "
                        "ON CONFLICT DO NOTHING",
                        (code,),
                    )
            if not found:
                raise NotFound(f"Nothing belongs to the pillar “{code}”.", "Check its code.")
            continue
        id = records.find_id(c, kind, code)
        c.run(
            "INSERT INTO in_scope SELECT rid FROM record WHERE uuid = ? ON CONFLICT DO NOTHING",
            (id.bytes,),
        )


def _downwards(c: Connection) -> None:
    """What refers to a record in scope is in scope, through any number of steps."""
    added = 1
    while added:
        added = 0
        for kind in ENTITIES:
            if not _is_common(kind) or kind.tree:
                added += _refer(c, kind)
        added += c.run(
            f"INSERT INTO in_scope SELECT rid FROM {MEMBER.name} WHERE owner IN "
            "(SELECT rid FROM in_scope) AND rid NOT IN (SELECT rid FROM in_scope)"
        )


def _refer(c: Connection, kind: Entity) -> int:
    fields = [f for f in kind.columns if f.kind is Kind.REFERENCE]
    if _is_common(kind):
        fields = [f for f in fields if f.name == kind.tree]
    followed = [f for f in fields if not _is_list(entity(f.target))]
    if not followed:
        return 0
    tests = " OR ".join(f"t.{f.name} IN (SELECT rid FROM in_scope)" for f in followed)
    return c.run(
        f"INSERT INTO in_scope SELECT t.rid FROM {kind.name} t WHERE ({tests}) "
        "AND t.rid NOT IN (SELECT rid FROM in_scope)"
    )


def _upwards(c: Connection) -> None:
    """The lists that every office has, and what the records in scope refer to."""
    for kind in ENTITIES:
        if _is_common(kind):
            c.run(
                f"INSERT INTO in_scope SELECT rid FROM {kind.name} WHERE true "
                "ON CONFLICT DO NOTHING"
            )
    for kind in ENTITIES:
        for field in kind.columns:
            if field.kind is Kind.REFERENCE:
                c.run(
                    f"INSERT INTO in_scope SELECT t.{field.name} FROM {kind.name} t "
                    f"WHERE t.{field.name} IS NOT NULL AND t.rid IN (SELECT rid FROM in_scope) "
                    "ON CONFLICT DO NOTHING"
                )
    c.run(
        f"INSERT INTO in_scope SELECT rid FROM {MEMBER.name} WHERE owner IN "
        "(SELECT rid FROM in_scope) ON CONFLICT DO NOTHING"
    )


def _duplicates(c: Connection) -> None:
    """What stands for a duplicate in scope, duplicates of what is in scope, and their unitings.

    References are sent as they were written, and some name the duplicate.
    """
    for one, other in (("rid", "survivor"), ("survivor", "rid")):
        c.run(
            f"INSERT INTO in_scope SELECT {one} FROM united WHERE {other} IN "
            "(SELECT rid FROM in_scope) ON CONFLICT DO NOTHING"
        )
    c.run(
        f"INSERT INTO in_scope SELECT rid FROM {MEMBER.name} WHERE owner IN "
        "(SELECT rid FROM united) AND owner IN (SELECT rid FROM in_scope) ON CONFLICT DO NOTHING"
    )


def _is_list(kind: Entity) -> bool:
    """Lists that everything refers to: following them would bring everything."""
    return kind.area is Area.ORGANISATION


def _is_common(kind: Entity) -> bool:
    return _is_list(kind) or kind.name in _COMMON
