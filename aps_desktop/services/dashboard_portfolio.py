"""Charts of the portfolio: projects by status, pillar and body, when they run, and where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from uuid import UUID

from aps_desktop.db.connection import Connection
from aps_desktop.db.queries import figures
from aps_desktop.db.queries.conditions import Filter
from aps_desktop.domain import lifecycle
from aps_desktop.domain.entities.vocabularies import PILLARS
from aps_desktop.domain.lifecycle import STATES
from aps_desktop.domain.values import show_date
from aps_desktop.services.chart_data import (
    Bar,
    Bars,
    Body,
    Chart,
    Head,
    Map,
    Marks,
    Part,
    Place,
    Span,
    Table,
    Timeline,
)
from aps_desktop.services.dashboard_selection import Selection, projects, whole
from aps_desktop.services.dashboard_words import counted, first_words, percent, source

_WAITING = ("submitted", "under_appraisal", "returned", "endorsed", "final_approval", "deferred")
_RUNNING = tuple(sorted(lifecycle.RUNNING))
_BODIES, _SPANS = 14, 30
_ALIKE = 0.9
"""States of which the last has nine tenths of the first are said to take part equally."""
STAGES = (
    ("formulation", "Formulation"),
    ("appraisal_approval", "Appraisal and approval"),
    ("implementation_monitoring", "Implementation"),
    ("completion_reporting", "Completion"),
    ("ended", "Ended early"),
)
_NONE = "No projects", "Import a workbook of projects, or make the first one."
_UNSPONSORED = "No sponsoring bodies", "Each project can say which body sponsors it."
_PILLARS = (*PILLARS, ("", "No pillar"))


def stage_of(state: str | None) -> str:
    """The stage whose colour a state has; those that ended without completion stand apart."""
    if state in ("rejected", "cancelled"):
        return "ended"
    return STATES[state].stage if state in STATES else "ended"


def status(c: Connection, selection: Selection, today: date) -> Chart:
    """Projects by status, in the order of a project's life."""
    base = projects(selection)
    counts = {row[0] or "": int(row[1]) for row in figures.grouped(c, "project", base, ("status",))}
    total = sum(counts.values())
    running = sum(counts.get(state, 0) for state in _RUNNING)
    waiting = sum(counts.get(state, 0) for state in _WAITING)
    marks = Marks()
    rows = []
    for key, state in STATES.items():
        number = counts.get(key, 0)
        if not number and key in ("deferred", "rejected", "cancelled", "on_hold", "returned"):
            continue
        mark = marks.add(
            state.label, counted(number, "project"), "project",
            (*base, Filter("status", "any_of", (key,))),
        )  # fmt: skip
        rows.append(Bar(state.label, (Part(number, stage_of(key), mark=mark),), f"{number:,}"))
    finding = (
        f"{running:,} of {counted(total, 'project')} {'is' if running == 1 else 'are'} running; "
        f"{waiting:,} {'waits' if waiting == 1 else 'wait'} for a decision"
    )
    body: Body = Bars(tuple(rows), _used(STAGES, (stage_of(k) for k, n in counts.items() if n)))
    head = Head(finding, f"Projects by status, number{_running_in(selection)}", source(today))
    return whole("portfolio-status", head, body, marks, Table(
        ("Status", "Stage", "Projects"),
        tuple((s.label, dict(STAGES)[stage_of(k)], counts.get(k, 0)) for k, s in STATES.items()),
    ), selection, _NONE, empty=not total)  # fmt: skip


def pillar(c: Connection, selection: Selection, today: date) -> Chart:
    """Projects by pillar, each bar in the stages of a project's life."""
    base = projects(selection)
    found: Counter[tuple[str, str]] = Counter()
    for key, state, number in figures.grouped(c, "project", base, ("pillar", "status")):
        found[key or "", stage_of(state)] += int(number)
    totals = Counter[str]()
    for (key, _), number in found.items():
        totals[key] += number
    marks = Marks()
    rows = []
    for key, label in _PILLARS:
        if not totals[key] and key == "":
            continue
        where = (*base, Filter("pillar", "any_of", (key or None,)))
        parts = tuple(
            _stage_part(marks, label, stage, words, found[key, stage], where)
            for stage, words in STAGES
            if found[key, stage]
        )
        rows.append(Bar(label, parts, f"{totals[key]:,}", faint=not totals[key]))
    used = _used(STAGES, (stage for _, stage in found))
    unit = f"Projects by pillar and stage, number{_running_in(selection)}"
    head = Head(_most_in(totals), unit, source(today))
    table = Table(
        ("Pillar", *(words for _, words in STAGES), "Projects"),
        tuple((label, *(found[key, s] for s, _ in STAGES), totals[key]) for key, label in _PILLARS),
    )
    drawn = Bars(tuple(rows), used)
    empty = not totals.total()
    return whole("portfolio-pillar", head, drawn, marks, table, selection, _NONE, empty=empty)


def _most_in(totals: Counter[str]) -> str:
    key, label = max(_PILLARS, key=lambda pair: totals[pair[0]])
    if totals[key] == totals.total():
        return f"All projects are of one pillar: {label}"
    return (
        f"{label} has the most projects: {percent(totals[key], totals.total())} "
        f"of {totals.total():,}"
    )


def _stage_part(
    marks: Marks, label: str, stage: str, words: str, number: int, where: tuple[Filter, ...]
) -> Part:
    states = tuple(key for key in STATES if stage_of(key) == stage)
    mark = marks.add(
        f"{label}, {words.lower()}", counted(number, "project"), "project",
        (*where, Filter("status", "any_of", states)),
    )  # fmt: skip
    return Part(number, stage, f"{number:,}", mark)


def body(c: Connection, selection: Selection, today: date) -> Chart:
    """The bodies that sponsor most projects, by acronym; running ones in front."""
    base = projects(selection)
    every: Counter[int | None] = Counter()
    running: Counter[int | None] = Counter()
    for rid, state, number in figures.grouped(c, "project", base, ("sponsoring_body", "status")):
        every[rid] += int(number)
        running[rid] += int(number) if state in lifecycle.RUNNING else 0
    names = figures.names(c, "body")
    order = sorted(
        (rid for rid in every if rid is not None), key=lambda r: (-every[r], names.get(r, ("",))[0])
    )
    marks = Marks()
    rows = []
    for rid in order[:_BODIES]:
        short, full = names.get(rid, ("?", "?"))
        where = (*base, Filter("sponsoring_body", "rid", (rid,)))
        parts = _running_and_others(marks, full, running[rid], every[rid], where)
        rows.append(Bar(short, parts, f"{every[rid]:,}"))
    total = sum(every.values())
    finding = (
        f"{counted(len(order), 'body sponsors', 'bodies sponsor')} {counted(total, 'project')}"
    )
    if len(order) > 1:
        finding += f"; {names.get(order[0], ('?',))[0]} the most, {every[order[0]]:,}"
    note = f"{_BODIES} of {counted(len(order), 'body', 'bodies')}" if len(order) > _BODIES else ""
    keys = (("implementation_monitoring", "Running"), ("pale", "Before or after"))
    head = Head(
        finding, f"Projects by sponsoring body, number{_running_in(selection)}", source(today), note
    )
    table = Table(
        ("Acronym", "Body", "Running", "Projects"),
        tuple((*names.get(rid, ("?", "?")), running[rid], every[rid]) for rid in order),
    )
    drawn = Bars(tuple(rows), keys)
    nothing = _NONE if not total else _UNSPONSORED
    return whole("portfolio-body", head, drawn, marks, table, selection, nothing, empty=not order)


def _running_and_others(
    marks: Marks, name: str, running: int, every: int, where: tuple[Filter, ...]
) -> tuple[Part, ...]:
    """A body's bar: what runs, and what is before or after that."""
    others = tuple(key for key in STATES if key not in lifecycle.RUNNING)
    return tuple(
        Part(number, hue, mark=marks.add(
            f"{name}: {words}", counted(number, "project"), "project",
            (*where, Filter("status", "any_of", states)),
        ))
        for number, hue, words, states in (
            (running, "implementation_monitoring", "running", _RUNNING),
            (every - running, "pale", "others", (*others, None)),
        )
    )  # fmt: skip


def timeline(c: Connection, selection: Selection, today: date) -> Chart:
    """Running projects from start to planned end, those that end first on top."""
    base = (*projects(selection), Filter("status", "any_of", _RUNNING))
    dated = (*base, Filter("planned_start", "filled"), Filter("planned_end", "filled"))
    late = (*base, Filter("planned_end", "to", (_day_before(today),)))
    count = int(figures.grouped(c, "project", dated, ())[0][0])
    overdue = int(figures.grouped(c, "project", late, ())[0][0])
    columns = ("id", "code", "title", "planned_start", "planned_end", "pillar")
    found = figures.rows(c, "project", dated, columns, "planned_end", count)
    marks = Marks()
    spans = []
    for id, code, title, start, end, key in found[:_SPANS]:
        first, last = date.fromisoformat(start), date.fromisoformat(end)
        words = f"{show_date(first)} – {show_date(last)}"
        mark = marks.add(f"{code} {title}", words, "project", record=UUID(bytes=bytes(id)))
        spans.append(Span(
            first_words(title, 120), first.toordinal(), max(last, first).toordinal(), key or "",
            last < today, mark,
        ))  # fmt: skip
    note = "Those that end first" if count > 12 else ""
    used = _used(_PILLARS, (span.hue for span in spans))
    unit = "Running projects from planned start to planned end, by pillar"
    head = Head(_in_time(count, overdue), unit, source(today), note)
    table = Table(
        ("Code", "Project", "Start", "End", "Pillar"),
        tuple(
            (code, title, s, e, dict(_PILLARS).get(k or "", ""))
            for _, code, title, s, e, k in found
        ),
    )
    drawn = Timeline(tuple(spans), today.toordinal(), used)
    return whole("portfolio-timeline", head, drawn, marks, table, selection, _NONE, empty=not count)


def _in_time(count: int, overdue: int) -> str:
    if overdue:
        are = "is" if overdue == 1 else "are"
        return f"{overdue:,} of {counted(count, 'running project')} {are} past the planned end"
    if count == 1:
        return "The one running project is within its planned dates"
    return f"All {counted(count, 'running project')} are within their planned dates"


def state_map(c: Connection, selection: Selection, today: date) -> Chart:
    """In how many projects each member state takes part."""
    base = projects(selection)
    by_state = {
        int(row[0]): int(row[1])
        for row in figures.grouped(c, "project", base, ("participating_states",))
    }
    total = int(figures.grouped(c, "project", base, ())[0][0])
    states = c.all("SELECT rid, code, name FROM member_state ORDER BY name")
    highest = max(by_state.values(), default=0)
    lowest = min((number for number in by_state.values() if number), default=0)
    # Where all are alike the tints begin at 0, so that small differences do not look large.
    bottom = 0 if lowest > highest * _ALIKE else lowest
    marks = Marks()
    places = []
    for rid, code, name in states:
        number = by_state.get(int(rid), 0)
        mark = marks.add(
            name, counted(number, "project"), "project",
            (*base, Filter("participating_states", "rid", (rid,))),
        )  # fmt: skip
        share = (number - bottom) / ((highest - bottom) or 1) if number else None
        places.append(Place(code, name, share, f"{number:,}", mark))
    ranked = sorted(((by_state.get(int(rid), 0), name) for rid, _, name in states), reverse=True)
    note = "Outlines: Natural Earth, public domain"
    head = Head(
        _part_taken(ranked),
        f"Projects in which each member state takes part, number{_running_in(selection)}",
        source(today),
        note,
    )
    table = Table(("Member state", "Projects"), tuple((name, number) for number, name in ranked))
    drawn = Map(
        tuple(places), "plain", (f"{bottom:,}", f"{highest:,}") if highest > lowest else ("", "")
    )
    return whole("map-projects", head, drawn, marks, table, selection, _NONE, empty=not total)


def _part_taken(ranked: list[tuple[int, str]]) -> str:
    """The finding of the map; the states come with the most projects first."""
    if not ranked or not ranked[0][0]:
        return "No member state takes part in a project yet"
    (most, first), (least, last) = ranked[0], ranked[-1]
    if not least:
        taking = sum(1 for number, _ in ranked if number)
        words = f"{taking:,} of {len(ranked):,} states take part in projects"
        return f"{words}; {first} in the most, {most:,}"
    if least > most * _ALIKE:
        return f"The states take part about equally: in {least:,} to {counted(most, 'project')}"
    return f"{first} takes part in {counted(most, 'project')}, {last} in {least:,}"


def _used(keys: Iterable[tuple[str, str]], found: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """The colour keys that occur."""
    there = set(found)
    return tuple(pair for pair in keys if pair[0] in there)


def _running_in(selection: Selection) -> str:
    return f", that run in {selection.year}" if selection.year is not None else ""


def _day_before(today: date) -> str:
    return date.fromordinal(today.toordinal() - 1).isoformat()
