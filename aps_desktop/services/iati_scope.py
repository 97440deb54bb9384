"""What an IATI export takes: which activities, with which parts, and what stays out of the file."""

from __future__ import annotations

from dataclasses import dataclass, field

from aps_desktop.db.connection import Connection, placeholders
from aps_desktop.domain.entities import entity as entity_of
from aps_desktop.domain.errors import InvalidValue, UserError
from aps_desktop.services import records
from aps_desktop.services.bundle_classes import CLASSES
from aps_desktop.services.iati_records import class_sql
from aps_desktop.services.importing_current import chunks

KINDS = ("programme", "fund", "project")
"""In the order in which activities stand in the file."""
PUBLIC = CLASSES[0]
INTERNAL = (
    "notes", "remarks", "contact_person", "desk_officer", "manager", "officer", "source",
    "confidence", "participation_note", "in_kind_description", "probability",
    "responsible", "actor", "author", "authors", "released_by", "entered_by", "reviewed_by",
    "comment", "change_note",
)  # fmt: skip
"""Fields that a public file never shows, whatever record they are of: notes to oneself, remarks of
a review, and persons."""
NEVER_PUBLIC = "notes, remarks and the names of persons, which a public file never has"
PARTS: dict[str, tuple[tuple[str, str], ...]] = {
    "project": (
        ("project_alignment", "project"), ("approval_step", "project"), ("budget", "project"),
        ("budget_line", "budget"), ("tranche", "project"), ("condition", "project"),
        ("fund_transaction", "project"), ("document", "project"),
        ("document_version", "document"), ("knowledge_product", "project"),
        ("result", "project"), ("indicator", "project"), ("target", "indicator"),
        ("indicator_value", "indicator"),
    ),
    "programme": (
        ("document", "programme"), ("document_version", "document"), ("result", "programme"),
        ("indicator", "programme"), ("target", "indicator"), ("indicator_value", "indicator"),
    ),
    "fund": (
        ("contribution", "fund"), ("tranche", "fund"), ("condition", "fund"),
        ("fund_transaction", "fund"), ("document", "fund"), ("document_version", "document"),
    ),
}  # fmt: skip
"""(entity, by which reference it belongs) of each kind of activity; a part of a part after it."""
SUPPORT = (
    "partner", "body", "fund", "organisation", "classification", "department", "officer",
    "framework", "framework_node", "disaggregation_dimension", "programme",
)  # fmt: skip
"""Lists that records refer to: they go along in files above the class Public."""


@dataclass(frozen=True)
class Scope:
    """What to export: `kind` is "all", "project", "fund" or "programme", with the code of one."""

    kind: str = "all"
    code: str = ""
    max_class: str = PUBLIC

    @property
    def public(self) -> bool:
        return self.max_class == PUBLIC

    @property
    def withheld(self) -> tuple[str, ...]:
        return INTERNAL if self.public else ()

    def __str__(self) -> str:
        return "all activities" if self.kind == "all" else f"{self.kind} {self.code}"


@dataclass
class Chosen:
    """The row numbers of the activities, and how much stayed out, in words -> how many."""

    activities: dict[str, list[int]] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return sum(map(len, self.activities.values()))

    def leave_out(self, words: str, count: int) -> None:
        if count:
            self.left_out[words] = self.left_out.get(words, 0) + count


def parse(text: str, max_class: str = PUBLIC) -> Scope:
    """From "all" or a text such as "fund:JAIF"."""
    if max_class not in CLASSES:
        raise InvalidValue(f"“{max_class}” is not a document class.", f"Use {', '.join(CLASSES)}.")
    if text in ("", "all"):
        return Scope(max_class=max_class)
    kind, _, code = text.partition(":")
    if kind not in KINDS or not code:
        raise InvalidValue(
            f"“{text}” is not a scope.", "Use all, project:CODE, fund:CODE or programme:CODE."
        )
    return Scope(kind, code, max_class)


def choose(c: Connection, scope: Scope) -> Chosen:
    """The activities of a scope. UserError when the one that is named may not leave."""
    chosen = Chosen()
    if scope.kind == "all":
        tests = {
            "programme": "1 = 1",
            "fund": "EXISTS (SELECT 1 FROM fund_transaction f WHERE f.fund = t.rid "
            f"AND f.project IS NULL AND {_class('fund_transaction', 'f', scope)})",
            "project": "1 = 1",
        }
        for kind, test in tests.items():
            _take(c, chosen, kind, test, (), scope)
        return chosen
    id = records.find_id(c, scope.kind, scope.code)
    rid = c.value(f"SELECT rid FROM {scope.kind} WHERE id = ?", (id.bytes,))
    if rid is None:
        raise UserError(f"There is no {scope.kind} “{scope.code}”.", "Check its code.")
    _take(c, chosen, scope.kind, "t.rid = ?", (rid,), scope)
    if not chosen.count:
        raise UserError(
            f"This {scope.kind} is above the class {scope.max_class}: it may not leave.",
            "Choose a higher class for the file, if those who get it may read it.",
        )
    if scope.kind == "programme":
        _programme(c, chosen, rid, scope)
    elif scope.kind == "fund":
        test = (
            "(t.fund = ? OR EXISTS (SELECT 1 FROM set_member m WHERE m.owner = t.rid "
            "AND m.field_number = ? AND m.member = ?))"
        )
        number = entity_of("project").field("co_funds").number
        _take(c, chosen, "project", test, (rid, number, rid), scope)
    return chosen


def _programme(c: Connection, chosen: Chosen, rid: int, scope: Scope) -> None:
    """The programmes below, through any number of steps, and the projects of all of them."""
    below, at = [rid], [rid]
    while at:
        marks = placeholders(at)
        rows = c.all(f"SELECT rid FROM programme WHERE parent IN ({marks})", at)
        at = [row[0] for row in rows if row[0] not in below]
        below += at
    marks = placeholders(below)
    chosen.activities["programme"] = []
    _take(c, chosen, "programme", f"t.rid IN ({marks})", below, scope)
    _take(c, chosen, "project", f"t.programme IN ({marks})", below, scope)


def _take(
    c: Connection, chosen: Chosen, kind: str, test: str, params: tuple[int, ...] | list[int],
    scope: Scope,
) -> None:  # fmt: skip
    rule = _class(kind, "t", scope)
    sql = f"SELECT t.rid FROM {kind} t WHERE {test} AND {rule} ORDER BY t.code"
    chosen.activities.setdefault(kind, []).extend(row[0] for row in c.all(sql, params))
    above = c.value(f"SELECT count(*) FROM {kind} t WHERE {test} AND NOT ({rule})", params)
    _above(chosen, kind, int(above))


def _above(chosen: Chosen, kind: str, count: int) -> None:
    one = entity_of(kind)
    chosen.leave_out(f"{one.plural.lower()} above the class of the file", count)


def _class(kind: str, alias: str, scope: Scope) -> str:
    return class_sql(entity_of(kind), alias, scope.max_class)


def parts(
    c: Connection, chosen: Chosen, kind: str, rids: list[int], scope: Scope
) -> dict[str, list[tuple[int, int]]]:
    """(row number, row number of the activity) of the parts of these activities, by entity.

    What stays out of the file is counted in `chosen.left_out`.
    """
    found: dict[str, list[tuple[int, int]]] = {}
    for name, by in PARTS[kind]:
        above = {rid: rid for rid in rids} if by == kind else dict(found.get(by, ()))
        found[name] = []
        for part in chunks(above):
            rows = _rows(c, chosen, kind, name, by, part, scope)
            found[name] += [(rid, above[owner]) for rid, owner in rows]
    return found


def _rows(
    c: Connection, chosen: Chosen, kind: str, name: str, by: str, owners: list[int], scope: Scope
) -> list[tuple[int, int]]:
    entity = entity_of(name)
    where = f"t.{by} IN ({placeholders(owners)})"
    if kind != "project" and by == kind and "project" in entity.by_name:
        where += " AND t.project IS NULL"  # the others stand in their project's activity
    rule = class_sql(entity, "t", scope.max_class)
    if "document_class" in entity.by_name:
        sql = f"SELECT count(*) FROM {name} t WHERE {where} AND NOT ({rule})"
        _above(chosen, name, int(c.value(sql, owners)))
    if name == "indicator_value" and scope.public:
        sql = (
            f"SELECT count(*) FROM {name} t WHERE {where} AND coalesce(t.status, '') <> 'approved'"
        )
        chosen.leave_out("indicator values that are not approved yet", int(c.value(sql, owners)))
        rule = "t.status = 'approved'"
    order = _ORDER.get(name, "t.rid")
    return c.all(
        f"SELECT t.rid, t.{by} FROM {name} t WHERE {where} AND {rule} ORDER BY {order}", owners
    )


_ORDER = {
    "fund_transaction": "t.date, t.rid",
    "tranche": "t.due, t.rid",
    "result": "t.sort_order, t.rid",
}
