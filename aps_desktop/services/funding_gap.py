"""The funding gap: what a measure, a work plan or a body needs, less what is committed and pledged.

A work plan line says what its measure needs; the money is that of the project it names. A project
that several lines name is shown with each of them and counted once in every total.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from aps_desktop.db.connection import Connection
from aps_desktop.db.queries.conditions import where
from aps_desktop.db.queries.lists import Filter, ListQuery
from aps_desktop.domain.clock import today
from aps_desktop.domain.entities import entity
from aps_desktop.domain.funding_measures import FUNDING_GAP
from aps_desktop.domain.money import Money
from aps_desktop.domain.totals import Missing, Total, summed
from aps_desktop.domain.values import show_date
from aps_desktop.services.funding import (
    Answer,
    Figure,
    Ledger,
    Scope,
    first_of,
    listed,
    name_missing,
    names_of,
    of_records,
    or_none,
    these,
    with_parts,
)
from aps_desktop.services.funding_sums import ProjectSums
from aps_desktop.services.rates import Rates

BY = ("measure", "work_plan", "body", "framework_item")
_ENTITY = {"measure": "work_plan_line", "work_plan": "work_plan", "body": "body",
           "framework_item": "framework_node"}  # fmt: skip
_FIELD = {"work_plan": "work_plan", "body": "owner_body", "framework_item": "framework_node"}
LIMIT = 200


class _Line(NamedTuple):
    """One work plan line: its need and the project whose money is for it.

    `cents` are US cents; where there is no rate the need is `refused` instead.
    """

    rid: int
    work_plan: int
    body: int
    framework_item: int
    project: int
    cents: int
    refused: Total | None


def gap(c: Connection, scope: Scope, by: str = "measure") -> Answer:
    """What is needed, committed, pledged and not yet committed, and what is lacking."""
    ledger = Ledger.of(c, Scope(as_of=scope.as_of))
    filters = _filters(c, scope)
    day = scope.as_of or today(c.clock)
    lines, without = _read(c, filters, day)
    projects = {line.project for line in lines if line.project}
    sums = ProjectSums.of(c, ("commitment", "pledge"), scope.as_of, projects)

    def figures(of: Iterable[_Line], more: list[Filter]) -> tuple[Figure, ...]:
        return _figures(ledger, list(of), sums, [*filters, *more])

    groups: dict[int, list[_Line]] = {}
    for line in lines:
        groups.setdefault(_key(line, by), []).append(line)
    covered = {rid: sums.covered(rid) for rid in projects}
    shown = sorted(groups, key=lambda rid: _lacking(groups[rid], covered), reverse=True)[:LIMIT]
    called = names_of(c, _ENTITY[by], shown)
    shared = _shared(lines)
    made = [
        called.line(rid, figures(groups[rid], _narrower(by, rid)), _note(by, groups[rid], shared))
        for rid in shown
    ]
    more = len(groups) - len(made)
    return Answer(
        "gap", f"Funding gap by {by.replace('_', ' ')}", tuple(made),
        name_missing(c, figures(lines, [])),
        (*first_of(len(made), more), *_explained(scope, day, without, shared)), more,
    )  # fmt: skip


def _key(line: _Line, by: str) -> int:
    return line.rid if by == "measure" else int(getattr(line, by))


def _filters(c: Connection, scope: Scope) -> list[Filter]:
    filters = [Filter("status", "any_of", ("not_started", "ongoing", "completed", "delayed", None))]
    for field, wanted in (
        ("owner_body", with_parts(c, "body", scope.bodies)), ("project", scope.projects),
        ("project.pillar", scope.pillars), ("fund", scope.funds), ("lead_state", scope.states),
        ("project.programme", with_parts(c, "programme", scope.programmes)),
    ):  # fmt: skip
        if wanted:
            filters.append(Filter(field, "any_of", or_none(wanted)))
    if scope.years:
        first, last = scope.years
        filters += [
            Filter("work_plan.starts_on", "to", (date(last, 12, 31).isoformat(),)),
            Filter("work_plan.ends_on", "from", (date(first, 1, 1).isoformat(),)),
        ]
    return filters


def _read(c: Connection, filters: list[Filter], day: date) -> tuple[list[_Line], int]:
    """The lines that say what they need, by the rates of a day, and how many do not."""
    test, params = where(c, entity("work_plan_line"), filters, "")
    rows = c.all(
        "SELECT t.rid, t.id, t.measure, t.work_plan, t.owner_body, t.framework_node, t.project, "
        f"t.needed_minor, t.needed_currency FROM work_plan_line t{test} ORDER BY t.rid",
        params,
    )
    rates = Rates(c)
    found = [
        _Line(rid, plan or 0, body or 0, node or 0, project or 0,
              *_need(rates, day, id, measure, minor, currency))
        for rid, id, measure, plan, body, node, project, minor, currency in rows
        if minor is not None
    ]  # fmt: skip
    return found, len(rows) - len(found)


def _need(
    rates: Rates, day: date, id: Any, title: Any, minor: int, currency: str
) -> tuple[int, Total | None]:
    """In US cents, or refused."""
    if currency == "USD":
        return minor, None
    amount = Money(minor, currency)
    value = rates.usd(amount, day)
    if value is not None:
        return value.minor, None
    lacking = Missing("work_plan_line", UUID(bytes=bytes(id)), str(title or ""), amount, day)
    return 0, Total((amount,), 1, 1, (lacking,))


def _needed(lines: list[_Line]) -> Total:
    """What lines need together."""
    valued = [line.cents for line in lines if line.refused is None]
    dollars = Total((Money(sum(valued), "USD"),), len(valued)) if valued else Total()
    refused = [line.refused for line in lines if line.refused is not None]
    return summed((dollars, *refused)) if refused else dollars


def _figures(
    ledger: Ledger, lines: list[_Line], sums: ProjectSums,
    filters: list[Filter],
) -> tuple[Figure, ...]:  # fmt: skip
    projects = dict.fromkeys(line.project for line in lines if line.project)
    needed = _needed(lines)
    committed, uncommitted, pledged = sums.of_donors(projects)
    gap = needed.less(committed).less(uncommitted)
    opens = listed("work_plan_line", [*filters, Filter("needed", "filled")])
    words = f"the {len(projects):,} projects of these lines"
    some = (
        of_records("project", projects, words)
        if len(projects) > 1
        else (Filter("project", "any_of", tuple(projects)))
    )

    def rows(*measures: str) -> ListQuery:
        return ledger.opens(measures, more=[some])

    return (
        Figure("needed", "Needed", needed, opens=opens),
        Figure("committed", "Committed", committed, opens=rows("commitment")),
        Figure("uncommitted", "Pledged, not committed", uncommitted,
               opens=rows("pledge", "commitment")),
        Figure("gap", "Gap", gap, opens=opens),
        Figure("pledged", "Pledged in all", pledged, opens=rows("pledge")),
        Figure("lines", "Lines", count=len(lines), opens=opens),
    )  # fmt: skip


def _narrower(by: str, rid: int) -> list[Filter]:
    if by == "measure":
        return [these("measure", (rid,), "this line")]
    field = _FIELD[by]
    return [Filter(field, "any_of", (rid,)) if rid else Filter(field, "empty")]


def _shared(lines: list[_Line]) -> dict[int, int]:
    """By project: how many lines name it."""
    found: dict[int, int] = {}
    for line in lines:
        if line.project:
            found[line.project] = found.get(line.project, 0) + 1
    return {project: number for project, number in found.items() if number > 1}


def _note(by: str, group: list[_Line], shared: Mapping[int, int]) -> str:
    if by != "measure" or group[0].project not in shared:
        return "" if by != "measure" or group[0].project else "no project is named for it"
    others = shared[group[0].project] - 1
    return f"{others} other line{'s' if others > 1 else ''} name the same project"


def _lacking(lines: list[_Line], covered: Mapping[int, int | None]) -> int:
    """What decides which groups come first: the gap in US cents, refused ones before all."""
    lacking, seen = 0, {0}
    for line in lines:
        money = 0 if line.project in seen else covered[line.project]
        if line.refused is not None or money is None:
            return 10**30
        lacking += line.cents - money
        seen.add(line.project)
    return lacking


def _explained(scope: Scope, day: date, without: int, shared: Mapping[int, int]) -> tuple[str, ...]:
    said = [
        f"Gap: {FUNDING_GAP}.",
        f"Needs in other currencies count by the rate of {show_date(day)} or the newest before it.",
        "Left out: lines that were discontinued or carried forward into another plan.",
    ]
    if without:
        said.append(f"{without:,} lines do not say what they need; they are left out.")
    if shared:
        said.append(
            f"{len(shared):,} projects are named by several lines: their money is shown with each "
            "line and counted once in the total."
        )
    if scope.partners:
        said.append("The partner does not narrow this question: a need has no partner.")
    return tuple(said)
