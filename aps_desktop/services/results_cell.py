"""One cell of the results grid in full: its parts, how its figure came about, who said what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from aps_desktop.db.connection import Connection
from aps_desktop.db.queries import results_reading as reading
from aps_desktop.db.queries.results_reading import IndicatorRow, ValueRow
from aps_desktop.domain.entities import entity
from aps_desktop.domain.results import BY, Reading, Split, words_of
from aps_desktop.domain.results_tree import Leaf, aggregate
from aps_desktop.domain.values import FileRef, Period, Value, show_date
from aps_desktop.services import value_quality
from aps_desktop.services.indicator_values import Place
from aps_desktop.services.locked_periods import stored
from aps_desktop.services.results_grid import edit_text
from aps_desktop.services.results_sums import leaves_of

_DIMENSIONS = entity("indicator").field("dimensions").number
_STATES = entity("project").field("participating_states").number
_VALUE = entity("indicator_value")


@dataclass(frozen=True)
class Part:
    """One part of a cell: under which dimension, where it is written, its value if there is one."""

    by: str
    label: str
    place: Place
    value: ValueRow | None
    edit: str


@dataclass(frozen=True)
class CellDetail:
    """What the drawer shows. `main` is the value that comment and evidence belong to."""

    row: IndicatorRow
    period: Period
    parts: tuple[Part, ...]
    how: tuple[str, ...]
    doubts: tuple[str, ...]
    main: UUID | None
    comment: str
    evidence: FileRef | None
    reviewed: str
    amendments: tuple[tuple[UUID, str], ...]


def load(c: Connection, indicator: UUID, period: Period, state: UUID | None) -> CellDetail | None:
    """A cell of the grid in full; None when its indicator is no longer there."""
    rows = reading.indicators(
        c, "WHERE t.rid = (SELECT rid FROM record WHERE uuid = ?)", (indicator.bytes,)
    )
    if not rows:
        return None
    row = rows[0]
    values = reading.values(c, [row.rid]).get(row.rid, [])
    name = _state_name(c, state)
    here = [one for one in values if one.reading.period == period]
    main = next((v for v in reversed(here) if v.reading.split == Split(name)), None)
    kept = stored(c, main.id) if main else {}
    comment, evidence = kept.get("comment"), kept.get("evidence")
    return CellDetail(
        row, period, tuple(_parts(c, row, period, here, state)),
        tuple(_how(c, row, period, here)), tuple(_doubts(row, main, values)),
        main.id if main else None, comment if isinstance(comment, str) else "",
        evidence if isinstance(evidence, FileRef) else None, _reviewed(kept),
        tuple(_amendments(c, row, period)),
    )  # fmt: skip


def _parts(
    c: Connection, row: IndicatorRow, period: Period, here: list[ValueRow], state: UUID | None
) -> Iterator[Part]:
    """The parts that the indicator is broken down by, and those that are there besides."""
    name = _state_name(c, state)
    by_split = {one.reading.split: one for one in here}
    listed: set[Split] = set()
    for by, label, split, place in _possible(c, row, period, state, name):
        listed.add(split)
        value = by_split.get(split)
        yield Part(by, label, place, value, edit_text(row, value.reading) if value else "")
    for split, value in by_split.items():
        if split in listed or split == Split(name) or (name and split.member_state != name):
            continue
        place = _place_of(c, row, period, value)
        label = reading.of_which(split)
        yield Part(BY.get(split.by, split.by) or "other", label, place, value,
                   edit_text(row, value.reading))  # fmt: skip


_Possible = tuple[str, str, Split, Place]


def _possible(
    c: Connection, row: IndicatorRow, period: Period, state: UUID | None, name: str
) -> Iterator[_Possible]:
    dimensions = c.all(
        "SELECT d.rid, d.id, d.name, d.kind FROM set_member m "
        "JOIN disaggregation_dimension d ON d.rid = m.member "
        "WHERE m.owner = ? AND m.field_number = ? ORDER BY d.name",
        (row.rid, _DIMENSIONS),
    )
    for rid, id, title, kind in dimensions:
        if kind == "member_state" and state is None:
            for other, words in _states(c, row):
                place = Place(row.id, period, other)
                yield "Member state", words, Split(words), place
        elif kind in ("sex", "age"):
            yield from _choices(row, period, state, name, kind)
        elif kind == "other":
            members = c.all("SELECT word FROM set_member WHERE owner = ? ORDER BY word", (rid,))
            for (word,) in members:
                place = Place(row.id, period, state, dimension=reading.uuid(id), word=word)
                yield title, word, Split(name, dimension=title, word=word), place


def _choices(
    row: IndicatorRow, period: Period, state: UUID | None, name: str, kind: str
) -> Iterator[_Possible]:
    field = "sex" if kind == "sex" else "age_band"
    spec = _VALUE.field(field)
    for key, label in spec.choices:
        sex, age = (key, "") if kind == "sex" else ("", key)
        yield spec.label, label, Split(name, sex, age), Place(row.id, period, state, sex, age)


def _states(c: Connection, row: IndicatorRow) -> list[tuple[UUID, str]]:
    """The project's participating states; all where it names none."""
    rows = c.all(
        "SELECT s.id, s.name FROM set_member m JOIN member_state s ON s.rid = m.member "
        "WHERE m.owner = ? AND m.field_number = ? ORDER BY s.name",
        (row.project or 0, _STATES),
    ) or c.all("SELECT id, name FROM member_state ORDER BY name")
    return [(reading.uuid(id), name) for id, name in rows]


def _place_of(c: Connection, row: IndicatorRow, period: Period, one: ValueRow) -> Place:
    kept = stored(c, one.id)
    state, dimension = kept.get("member_state"), kept.get("dimension")
    return Place(
        row.id, period, state if isinstance(state, UUID) else None,
        str(kept.get("sex") or ""), str(kept.get("age_band") or ""),
        dimension if isinstance(dimension, UUID) else None,
        str(kept.get("dimension_value") or ""),
    )  # fmt: skip


def _how(c: Connection, row: IndicatorRow, period: Period, here: list[ValueRow]) -> Iterator[str]:
    """What the figure is made of, and what was left out and why."""
    readings = [one.reading for one in here]
    yield from value_quality.sums(row, readings)
    below = _below(c, row, period)
    if len(below) < 2:
        return
    found = aggregate(below, row.rid)
    number = words_of(row.measure, found.value) or "nothing"
    yield f"With what counts towards it: {number} ({found.how})."
    for one in found.left_out[:8]:
        yield f"Left out: {one.label} – {one.why}."


def _below(c: Connection, row: IndicatorRow, period: Period) -> dict[Any, Leaf]:
    """The indicator with all that counts towards it; empty when nothing does."""
    found = leaves_of(c, [row.rid], period)
    return found if len(found) > 1 else {}


def _doubts(row: IndicatorRow, main: ValueRow | None, values: list[ValueRow]) -> Iterator[str]:
    if main is None:
        return
    others = [one.reading for one in values if one is not main]
    for doubt in value_quality.doubts(row, main.reading, others, correction=main.correction):
        yield doubt.words


def _reviewed(kept: dict[str, Value]) -> str:
    """Who entered, reported and reviewed it, and when."""
    parts = []
    for words, who, on in (("Entered", "entered_by", ""), ("Reported", "", "reported_on"),
                           ("Reviewed", "reviewed_by", "reviewed_on")):  # fmt: skip
        by = f" by {kept[who]}" if kept.get(who) else ""
        day = kept.get(on)
        at = f" on {show_date(day)}" if day else ""  # type: ignore[arg-type]
        if by or at:
            parts.append(f"{words}{by}{at}")
    return ". ".join(parts)


def _amendments(c: Connection, row: IndicatorRow, period: Period) -> Iterator[tuple[UUID, str]]:
    rows = c.all(
        "SELECT a.id, a.old_text, a.value, a.numerator, a.denominator, a.text, a.yes, s.name, "
        "a.reason FROM value_amendment a LEFT JOIN member_state s ON s.rid = a.member_state "
        "WHERE a.indicator = ? AND a.period = ? AND a.status = 'pending' ORDER BY a.rid",
        (row.rid, reading.stored_period(period)),
    )
    for id, old, value, top, bottom, text, yes, state, reason in rows:
        new = Reading(
            period, reading.number(value), reading.number(top), reading.number(bottom),
            text or "", None if yes is None else bool(yes),
        )  # fmt: skip
        where = f" for {state}" if state else ""
        words = f"{old or 'no value'} → {edit_text(row, new)}{where}. {reason or ''}".strip()
        yield reading.uuid(id), words


def _state_name(c: Connection, state: UUID | None) -> str:
    if state is None:
        return ""
    sql = "SELECT s.name FROM record r JOIN member_state s ON s.rid = r.rid WHERE r.uuid = ?"
    return str(c.value(sql, (state.bytes,)) or "")
