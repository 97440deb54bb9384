"""Which records a bundle may hold: by body, pillar or programme, and never above a class."""

from __future__ import annotations

from dataclasses import dataclass

from aps_desktop.db import log
from aps_desktop.db.connection import Connection
from aps_desktop.db.layout import MEMBER
from aps_desktop.domain.entities import ENTITIES, entity
from aps_desktop.domain.errors import InvalidValue, NotFound
from aps_desktop.domain.fields import BIRTH, Entity, Field, Kind
from aps_desktop.services import bundle_classes, records
from aps_desktop.services.bundle_classes import CLASSES, Gone, ids_in, is_common, is_list, spread


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
    without_row = bundle_classes.gone(c)
    bundle_classes.fill(c, scope.max_class, without_row)
    if scope.roots:
        pillars = _roots(c, scope)
        _downwards(c)
        _once_there(c, pillars, {rid: _said(*one) for rid, one in without_row.items()})
        _downwards(c)
        # Not what is under one that was moved: that is of another body or programme now.
        _once_there(c, pillars, _moved(c))
        _upwards(c, without_row)
    else:
        c.run("INSERT INTO in_scope SELECT rid FROM record")
    _duplicates(c)
    c.run("DELETE FROM in_scope WHERE rid IN (SELECT rid FROM too_high)")
    return "SELECT rid FROM in_scope"


def _roots(c: Connection, scope: Scope) -> set[str]:
    """Where it begins; returns the pillars."""
    for kind, code in scope.roots:
        if kind == "pillar":
            found = 0
            for one in ENTITIES:
                if "pillar" in one.by_name:
                    found += c.run(
                        f"INSERT INTO in_scope SELECT rid FROM {one.name} WHERE pillar = ? "
                        "ON CONFLICT DO NOTHING",
                        (code.lower(),),
                    )
            if not found:
                raise NotFound(f"Nothing belongs to the pillar “{code}”.", "Check its code.")
            continue
        id = records.find_id(c, kind, code)
        c.run(
            "INSERT INTO in_scope SELECT rid FROM record WHERE uuid = ? ON CONFLICT DO NOTHING",
            (id.bytes,),
        )
    return {code.lower() for kind, code in scope.roots if kind == "pillar"}


def _downwards(c: Connection) -> None:
    """What refers to a record in scope is in scope, through any number of steps."""
    added = 1
    while added:
        added = 0
        for kind in ENTITIES:
            if not is_common(kind) or kind.tree:
                added += _refer(c, kind)
        added += c.run(
            f"INSERT INTO in_scope SELECT rid FROM {MEMBER.name} WHERE owner IN "
            "(SELECT rid FROM in_scope) AND rid NOT IN (SELECT rid FROM in_scope)"
        )


def _refer(c: Connection, kind: Entity) -> int:
    followed = _followed(kind)
    if not followed:
        return 0
    tests = " OR ".join(f"t.{f.name} IN (SELECT rid FROM in_scope)" for f in followed)
    return c.run(
        f"INSERT INTO in_scope SELECT t.rid FROM {kind.name} t WHERE ({tests}) "
        "AND t.rid NOT IN (SELECT rid FROM in_scope)"
    )


def _followed(kind: Entity) -> list[Field]:
    """The references by which a record is of what it refers to."""
    fields = [f for f in kind.columns if f.kind is Kind.REFERENCE]
    if is_common(kind):
        fields = [f for f in fields if f.name == kind.tree]
    return [f for f in fields if not is_list(entity(f.target))]


def _once_there(c: Connection, pillars: set[str], said: dict[int, set[str | None]]) -> None:
    """Of records that were moved or deleted, by what they once said: those that were in scope.

    Who has them there learns of it so.
    """
    found = -1
    while found:
        ids = pillars | ids_in(c, "in_scope")
        rids = [rid for rid, texts in said.items() if not ids.isdisjoint(texts)]
        found = len(rids)
        c.many("INSERT INTO in_scope VALUES (?) ON CONFLICT DO NOTHING", [(rid,) for rid in rids])
        said = {rid: texts for rid, texts in said.items() if rid not in set(rids)}


def _placed(kind: Entity) -> set[int]:
    """The numbers of the fields that say where a record belongs."""
    numbers = {f.number for f in _followed(kind)}
    return numbers | ({kind.by_name["pillar"].number} if "pillar" in kind.by_name else set())


def _said(kind: Entity, image: log.Image) -> set[str | None]:
    return {image.get(number) for number in _placed(kind)} - {None}


def _moved(c: Connection) -> dict[int, set[str | None]]:
    """Of records whose place was ever edited: every place that they were given."""
    places = {(kind.number, number) for kind in ENTITIES for number in _placed(kind)}
    numbers = ", ".join(str(number) for number in sorted({number for _, number in places}))
    found: dict[int, set[str | None]] = {}
    for tid, rid, cell, val, at in c.all(
        "SELECT r.tid, r.rid, x.cell, o.val, o.cell FROM cell x CROSS JOIN record r "
        f"CROSS JOIN history h CROSS JOIN op o WHERE (x.cell & 1023) IN ({numbers}) "
        f"AND r.rid = (x.cell >> {log.FIELD_BITS}) AND r.rid NOT IN (SELECT rid FROM in_scope) "
        f"AND h.cell IN (x.cell, (r.rid << {log.FIELD_BITS}) | {BIRTH}) AND o.dot = h.dot"
    ):
        number = log.field_of_cell(cell)
        if (tid, number) in places:
            found.setdefault(rid, set()).add(log.wire_in(val, at, number))
    return found


def _upwards(c: Connection, without_row: Gone) -> None:
    """The lists that every office has, and what the records in scope refer to."""
    for kind in ENTITIES:
        if is_common(kind):
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
    deleted = [(rid,) for rid, (kind, _) in without_row.items() if is_common(kind)]
    c.many("INSERT INTO in_scope VALUES (?) ON CONFLICT DO NOTHING", deleted)
    spread(c, "in_scope", " AND r.alive = 0")


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
