"""Charts of the bodies' work: what was decided and done, what is overdue, and who met when."""

from __future__ import annotations

from collections import Counter
from datetime import date

from aps_desktop.db.connection import Connection
from aps_desktop.db.queries import figures
from aps_desktop.db.queries.conditions import Filter
from aps_desktop.domain.entities.coordination import MEETING_FORMATS
from aps_desktop.domain.entities.coordination_decision import DECISION_TYPES
from aps_desktop.services.chart_data import (
    Bar,
    Bars,
    Chart,
    Columns,
    Head,
    Marks,
    Part,
    Table,
)
from aps_desktop.services.dashboard_selection import (
    Selection,
    in_period,
    in_year,
    meetings,
    through,
    whole,
)
from aps_desktop.services.dashboard_selection import unit as unit_of
from aps_desktop.services.dashboard_words import (
    count_ticks,
    counted,
    named_period,
    percent,
    short_period,
    source,
)

OPEN = ("open", "in_progress", "overdue")
_PERIODS, _BODIES = 12, 14
_HELD = (Filter("status", "any_of", ("held",)),)
_FORMAT_HUES = {"in_person": "plain", "hybrid": "second", "video_conference": "connectivity"}
_UNDONE = "No actions", "They come from the minutes of meetings."
_IN_TIME = "Nothing is overdue", "No open action is past its due date."
_UNMET = "No meetings", "Enter the calendar of meetings, or import it."
_UNDECIDED = "No decisions", "They are written in the minutes of meetings."


def _actions(selection: Selection) -> tuple[Filter, ...]:
    """Actions of the meetings that are selected; a year means the year in which they are due."""
    found = through("meeting", meetings(selection.without("year", "state")))
    if selection.state is not None:
        found += (Filter("responsible_state", "rid", (selection.state,)),)
    return (*found, *in_year("due", selection.year))


def decided_done(c: Connection, selection: Selection, today: date) -> Chart:
    """Actions by the year in which they fall due, and how many of them are done."""
    base = _actions(selection)
    unit = unit_of(selection)
    found: dict[str, Counter[str]] = {}
    for when, state, number in figures.grouped(c, "action_item", base, (f"{unit}:due", "status")):
        if when:
            found.setdefault(str(when), Counter())[state or ""] += int(number)
    marks = Marks()
    rows = tuple(_due_column(marks, base, w, found[w]) for w in sorted(found)[-_PERIODS:])
    over = [w for w in found if w < today.isoformat()[: len(w)]]
    decided, done = sum(sum(found[w].values()) for w in over), sum(found[w]["done"] for w in over)
    finding = f"{percent(done, decided)} of the actions due in past {unit}s are done"
    if not decided:
        finding = f"No action fell due before this {unit}"
    highest = max((row.parts[0].value for row in rows), default=0)
    keys = (("pale", "Decided"), ("done", "Done (and % of decided)"))
    head = Head(finding, f"Actions by the {unit} in which they are due, number", source(today))
    table = Table(
        ("Due", "Decided", "Done"),
        tuple((named_period(w), sum(found[w].values()), found[w]["done"]) for w in sorted(found)),
    )
    drawn = Columns(rows, keys, nested=True, ticks=count_ticks(highest))
    return whole(
        "meetings-decided-done", head, drawn, marks, table, selection, _UNDONE, empty=not rows
    )


def _due_column(marks: Marks, base: tuple[Filter, ...], when: str, counts: Counter[str]) -> Bar:
    decided, done = sum(counts.values()), counts["done"]
    where = (*base, *in_period("due", when))
    named = named_period(when)
    rest = marks.add(f"Due {named}: decided", counted(decided, "action"), "action_item", where)
    made = marks.add(
        f"Due {named}: done", f"{done:,} of {decided:,}, {percent(done, decided)}", "action_item",
        (*where, Filter("status", "any_of", ("done",))),
    )  # fmt: skip
    parts = (Part(decided, "pale", mark=rest), Part(done, "done", mark=made))
    return Bar(short_period(when), parts, percent(done, decided))


def overdue(c: Connection, selection: Selection, today: date) -> Chart:
    """Open actions past their day, by the body whose meeting asked for them."""
    yesterday = date.fromordinal(today.toordinal() - 1).isoformat()
    late = (Filter("status", "any_of", OPEN), Filter("due", "to", (yesterday,)))
    base = (*_actions(selection), *late)
    found = figures.grouped(c, "action_item", base, ("meeting.body",))
    names = figures.names(c, "body")
    order = sorted(((int(n), int(rid)) for rid, n in found if rid is not None), reverse=True)
    total = sum(int(n) for _, n in found)
    marks = Marks()
    rows = []
    for number, rid in order[:_BODIES]:
        short, full = names.get(rid, ("?", "?"))
        where = (*base, *through("meeting", (Filter("body", "rid", (rid,)),)))
        mark = marks.add(full, counted(number, "overdue action"), "action_item", where)
        rows.append(Bar(short, (Part(number, "overdue", mark=mark),), f"{number:,}"))
    finding = f"{counted(total, 'action')} {'is' if total == 1 else 'are'} overdue"
    if len(order) > 1:
        finding += f"; {names.get(order[0][1], ('?',))[0]} has the most, {order[0][0]:,}"
    note = f"{_BODIES} of {len(order):,} bodies" if len(order) > _BODIES else ""
    head = Head(finding, "Open actions past their due date, by body, number", source(today), note)
    table = Table(
        ("Acronym", "Body", "Overdue actions"),
        tuple((*names.get(rid, ("?", "?")), number) for number, rid in order),
    )
    drawn = Bars(tuple(rows))
    return whole(
        "meetings-overdue", head, drawn, marks, table, Selection(), _IN_TIME, empty=not order
    )


def held(c: Connection, selection: Selection, today: date) -> Chart:
    """Meetings that were held, by year and format."""
    base = (*meetings(selection), *_HELD)
    unit = unit_of(selection)
    found: dict[str, Counter[str]] = {}
    for when, how, number in figures.grouped(c, "meeting", base, (f"{unit}:starts_on", "format")):
        if when:
            found.setdefault(str(when), Counter())[how or ""] += int(number)
    marks = Marks()
    periods = sorted(found)[-_PERIODS:]
    rows = tuple(_held_column(marks, base, w, found[w]) for w in periods)
    total = sum(sum(counts.values()) for counts in found.values())
    apart = sum(counts["video_conference"] + counts["hybrid"] for counts in found.values())
    finding = f"{percent(apart, total)} of {counted(total, 'meeting')} could be joined remotely"
    highest = max((sum(found[w].values()) for w in periods), default=0)
    used = {how for counts in found.values() for how in counts}
    keys = tuple((_FORMAT_HUES.get(k, "pale"), label) for k, label in MEETING_FORMATS if k in used)
    head = Head(finding, f"Meetings held, by {unit} and format, number", source(today))
    table = Table(
        ("When", *(label for _, label in MEETING_FORMATS), "Meetings"),
        tuple(
            (named_period(w), *(found[w][k] for k, _ in MEETING_FORMATS), sum(found[w].values()))
            for w in sorted(found)
        ),
    )
    drawn = Columns(rows, keys, ticks=count_ticks(highest))
    return whole("meetings-held", head, drawn, marks, table, selection, _UNMET, empty=not rows)


def _held_column(marks: Marks, base: tuple[Filter, ...], when: str, counts: Counter[str]) -> Bar:
    where = (*base, *in_period("starts_on", when))
    parts = []
    for key, label in (*MEETING_FORMATS, ("", "Format not stated")):
        if not counts[key]:
            continue
        mark = marks.add(
            f"{named_period(when)}, {label.lower()}", counted(counts[key], "meeting"), "meeting",
            (*where, Filter("format", "any_of", (key or None,))),
        )  # fmt: skip
        parts.append(Part(counts[key], _FORMAT_HUES.get(key, "pale"), mark=mark))
    total = sum(counts.values())
    return Bar(short_period(when), tuple(parts), f"{total:,}")


def decisions(c: Connection, selection: Selection, today: date) -> Chart:
    """Decisions by what they do: endorse, adopt, task."""
    base = through("meeting", meetings(selection))
    found = {r[0] or "": int(r[1]) for r in figures.grouped(c, "decision", base, ("type",))}
    total = sum(found.values())
    marks = Marks()
    rows = []
    order = sorted(((found.get(k, 0), k, label) for k, label in DECISION_TYPES), reverse=True)
    for number, key, label in order:
        if not number:
            continue
        where = (*base, Filter("type", "any_of", (key,)))
        mark = marks.add(label, counted(number, "decision"), "decision", where)
        rows.append(Bar(label, (Part(number, "plain", mark=mark),), f"{number:,}"))
    most = order[0]
    finding = (
        f"{counted(total, 'decision')}; most often “{most[2].lower()}”: {percent(most[0], total)}"
    )
    head = Head(finding, "Decisions of meetings by type, number", source(today))
    table = Table(("Type", "Decisions"), tuple((label, n) for n, _, label in order))
    return whole(
        "meetings-decisions",
        head,
        Bars(tuple(rows)),
        marks,
        table,
        selection,
        _UNDECIDED,
        empty=not rows,
    )
