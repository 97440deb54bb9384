"""What stands on an office's Excel form: the indicators it is asked for, and what is known of them.

The cells come back through the import, so the same preview, the same refusals and the same undo.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from aps_desktop.db.connection import Connection, placeholders
from aps_desktop.db.queries import results_reading as reading
from aps_desktop.db.queries.results_reading import IndicatorRow, TargetRow, ValueRow
from aps_desktop.domain.entities import entity
from aps_desktop.domain.errors import UserError
from aps_desktop.domain.results import PERCENTAGE, QUALITATIVE, YES_NO, Split, counts, words_of
from aps_desktop.domain.values import show_date
from aps_desktop.exchange.cells import Cell
from aps_desktop.exchange.indicator_form import Form, FormColumn, FormRow, write_form
from aps_desktop.services.reporting_matrix import Calendar, Request

_INDICATORS = entity("reporting_request").field("indicators").number
_DIMENSIONS = entity("indicator").field("dimensions").number


def make_form(c: Connection, calendar: Calendar, requests: Sequence[Request], target: Path) -> None:
    """Writes the form of some requests to one state (or project) for one period."""
    rids = _asked(c, requests)
    if not rids:
        raise UserError("These requests name no indicators.", "Choose another request.")
    rows = [
        row
        for part in reading.pieces(rids)
        for row in reading.indicators(c, f"WHERE t.rid IN ({placeholders(part)})", part)
    ]
    state = requests[0].state
    parts = _parts(c, rids)
    form = Form(
        _titles(calendar, requests, state),
        _columns(calendar, state, rows, parts),
        tuple(_rows(c, calendar, state, rows, parts)),
    )
    try:
        write_form(target, form)
    except OSError as error:
        raise UserError(
            f"“{target.name}” could not be written.",
            "Close it if it is open elsewhere, and check that there is room.",
        ) from error


def _titles(calendar: Calendar, requests: Sequence[Request], state: str) -> tuple[str, ...]:
    due = max((one.due for one in requests if one.due), default=calendar.due)
    about = ", ".join(dict.fromkeys(one.project or one.body for one in requests))
    return (
        f"Values of {calendar.name}{f' for {state}' if state else ''}",
        f"Due {show_date(due)}." if due else "Please send it back as soon as you can.",
        f"About: {about[:300]}",
        "Fill in the yellow cells only. Leave a cell empty if there is no value; do not write n/a.",
    )


def _asked(c: Connection, requests: Sequence[Request]) -> list[int]:
    """The indicators that the requests name; of those that name none, all of project or body."""
    found: dict[int, None] = {}
    for one in requests:
        rid = c.value("SELECT rid FROM record WHERE uuid = ?", (one.id.bytes,))
        named = c.all(
            "SELECT m.member FROM set_member m JOIN indicator i ON i.rid = m.member "
            "WHERE m.owner = ? AND m.field_number = ?",
            (rid, _INDICATORS),
        )
        if not named:
            column, id = ("project", one.project_id) if one.project_id else ("body", one.body_id)
            named = c.all(
                f"SELECT i.rid FROM indicator i JOIN record r ON r.rid = i.{column} "
                "WHERE r.uuid = ?",
                (id.bytes if id else b"",),
            )
        found.update(dict.fromkeys(row[0] for row in named))
    return list(found)


@dataclass(frozen=True)
class _Part:
    """A part that an indicator is broken down by: how its column is headed, and what it is."""

    label: str
    split: Split
    constants: tuple[tuple[str, str], ...]


def _parts(c: Connection, rids: Sequence[int]) -> dict[int, tuple[_Part, ...]]:
    """What the indicators are broken down by besides the member state that is asked."""
    found: dict[int, tuple[_Part, ...]] = {}
    known: dict[int, tuple[_Part, ...]] = {}
    for part in reading.pieces(rids):
        marks = placeholders(part)
        rows = c.all(
            "SELECT m.owner, d.rid, d.name, d.kind FROM set_member m "
            f"JOIN disaggregation_dimension d ON d.rid = m.member WHERE m.owner IN ({marks}) "
            "AND m.field_number = ? AND d.kind <> 'member_state' ORDER BY d.name",
            [*part, _DIMENSIONS],
        )
        for owner, rid, name, kind in rows:
            if rid not in known:
                known[rid] = tuple(_parts_of(c, rid, name, kind))
            found[owner] = (*found.get(owner, ()), *known[rid])
    return found


def _parts_of(c: Connection, rid: int, name: str, kind: str) -> Iterator[_Part]:
    if kind in ("sex", "age"):
        field = "sex" if kind == "sex" else "age_band"
        for key, label in entity("indicator_value").field(field).choices:
            if key != "not_stated":
                split = Split(sex=key) if kind == "sex" else Split(age_band=key)
                yield _Part(label.lower(), split, ((field, label),))
        return
    for (word,) in c.all("SELECT word FROM set_member WHERE owner = ? ORDER BY word", (rid,)):
        constants = (("dimension", name), ("dimension_value", word))
        yield _Part(word, Split(dimension=name, word=word), constants)


def _columns(
    calendar: Calendar,
    state: str,
    rows: Sequence[IndicatorRow],
    parts: dict[int, tuple[_Part, ...]],
) -> tuple[FormColumn, ...]:
    """One column for each figure that some indicator needs."""
    types = {row.measure.type for row in rows}
    span = str(calendar.period)
    place = [("period", span)]
    if state:
        place.append(("member_state", state))
    whole = tuple(place)
    found = []
    if types - {YES_NO, QUALITATIVE, PERCENTAGE}:
        found.append(FormColumn(span, "value", "number", whole))
    if PERCENTAGE in types:
        found.append(FormColumn(f"{span}: numerator", "numerator", "number", whole))
        found.append(FormColumn(f"{span}: denominator", "denominator", "number", whole))
    if YES_NO in types:
        found.append(FormColumn(f"{span}: yes or no", "yes", "yes_no", whole))
    if QUALITATIVE in types:
        found.append(FormColumn(f"{span}: in words", "text", "text", whole))
    for part in dict.fromkeys(one for ones in parts.values() for one in ones):
        place_of = (*whole, *part.constants)
        found.append(FormColumn(f"{span}: {part.label}", "value", "number", place_of))
    return (*found, FormColumn("Comment", "comment", "comment", whole))


def _rows(
    c: Connection,
    calendar: Calendar,
    state: str,
    rows: Sequence[IndicatorRow],
    parts: dict[int, tuple[_Part, ...]],
) -> list[FormRow]:
    rids = [row.rid for row in rows]
    values, goals = reading.values(c, rids), reading.targets(c, rids)
    return [
        _row(
            calendar,
            state,
            row,
            values.get(row.rid, []),
            goals.get(row.rid, []),
            parts.get(row.rid, ()),
        )
        for row in rows
    ]


def _row(
    calendar: Calendar,
    state: str,
    row: IndicatorRow,
    values: Sequence[ValueRow],
    goals: Sequence[TargetRow],
    parts: Sequence[_Part],
) -> FormRow:
    mine = [one for one in values if one.reading.split.member_state == state]
    now = [one for one in mine if one.reading.period == calendar.period]
    span = str(calendar.period)
    measure = row.measure
    asked = {"Comment"}
    if measure.type == PERCENTAGE:
        asked |= {f"{span}: numerator", f"{span}: denominator"}
    elif measure.type == YES_NO:
        asked.add(f"{span}: yes or no")
    elif measure.type == QUALITATIVE:
        asked.add(f"{span}: in words")
    else:
        asked.add(span)
        asked |= {f"{span}: {part.label}" for part in parts}
    filled = _filled(span, state, now, parts)
    return FormRow(
        row.id, _said(calendar, state, row, mine, goals), frozenset(asked), filled,
        tuple(word for word, _ in measure.scale),
        None if row.lowest is None else float(row.lowest),
        None if row.highest is None or measure.type == PERCENTAGE else float(row.highest),
    )  # fmt: skip


def _filled(
    span: str, state: str, now: Sequence[ValueRow], parts: Sequence[_Part]
) -> dict[str, Cell]:
    """What the database holds of this period already, so that it is corrected, not typed anew."""
    heads = {replace(part.split, member_state=state): f"{span}: {part.label}" for part in parts}
    filled: dict[str, Cell] = {}
    for one in now:
        read = one.reading
        if read.split in heads:
            filled[heads[read.split]] = None if read.value is None else float(read.value)
        if read.split != Split(state):
            continue
        numbers = ((span, read.value), (f"{span}: numerator", read.numerator),
                   (f"{span}: denominator", read.denominator))  # fmt: skip
        filled |= {name: float(number) for name, number in numbers if number is not None}
        if read.yes is not None:
            filled[f"{span}: yes or no"] = "Yes" if read.yes else "No"
        if read.text:
            filled[f"{span}: in words"] = read.text
    return filled


def _said(
    calendar: Calendar,
    state: str,
    row: IndicatorRow,
    mine: Sequence[ValueRow],
    goals: Sequence[TargetRow],
) -> tuple[str, ...]:
    """What is told about an indicator: code, title, unit, how, the value before, the target."""
    measure = row.measure
    earlier = [
        one for one in mine
        if one.reading.period < calendar.period and one.reading.split == Split(state)
    ]  # fmt: skip
    goal = reading.target_of(measure, [g for g in goals if g.member_state is None], calendar.period)
    way = "less is better" if measure.less_is_better else "more is better"
    how = "cumulative" if measure.accumulation == "cumulative" else "this period only"
    plain = measure.type in (YES_NO, QUALITATIVE)
    return (
        row.code, row.title, measure.unit, "" if plain else f"{how}, {way}",
        _before(row, earlier[-1] if earlier else None),
        words_of(measure, goal.value) if goal else "",
    )  # fmt: skip


def _before(row: IndicatorRow, one: ValueRow | None) -> str:
    """The newest earlier value with its period."""
    number = counts(row.measure, one.reading) if one else None
    if one is None or number is None:
        return ""
    return f"{words_of(row.measure, number)} ({one.reading.period})"
