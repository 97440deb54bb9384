"""Entering the values of indicators cell by cell, and reviewing them, also many at once.

What is typed is read the way its indicator is measured, so text never lands in a number field. A
change after the review sends a value back to draft; in a locked period it becomes an amendment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from aps_desktop.db.connection import Connection
from aps_desktop.db.engine import Database
from aps_desktop.db.queries import results_reading as reading
from aps_desktop.db.queries.results_reading import IndicatorRow, ValueRow
from aps_desktop.db.store import setting, this_device
from aps_desktop.db.unit_of_work import apply
from aps_desktop.domain.changes import Applied, Change, ChangeSet, Create, Delete, Update
from aps_desktop.domain.clock import today
from aps_desktop.domain.entities import entity
from aps_desktop.domain.errors import InvalidValue, NotFound, UserError
from aps_desktop.domain.results import (
    PERCENTAGE,
    QUALITATIVE,
    YES_NO,
    Reading,
    scale_value,
    words_of,
)
from aps_desktop.domain.values import Period, Value, from_wire
from aps_desktop.services import parsing, reporting_answers, value_quality
from aps_desktop.services.locked_periods import FIGURES, VALUE, Gate
from aps_desktop.services.value_entry import as_reading, split_of

SUBMIT, RETURN, APPROVE = "pending", "returned", "approved"
_FROM = {
    SUBMIT: ("draft", "returned"),
    RETURN: ("pending", "approved"),
    APPROVE: ("pending", "draft", "returned"),
}
_DONE = {SUBMIT: "submit", RETURN: "return", APPROVE: "approve"}
_NO_OTHER = "Somebody else of the office has to approve what you entered yourself."
_NUMBER = entity(VALUE).field("value")
_ANY_DAY = date(2000, 1, 1)
"""Numbers and words do not depend on the day on which they are typed."""


@dataclass(frozen=True)
class Place:
    """Which value is meant: of an indicator, in a period, of the whole or of a part."""

    indicator: UUID
    period: Period
    member_state: UUID | None = None
    sex: str = ""
    age_band: str = ""
    dimension: UUID | None = None
    word: str = ""

    def fields(self) -> dict[str, Value]:
        """The value's fields that say so."""
        return {
            "indicator": self.indicator, "period": self.period,
            "member_state": self.member_state, "sex": self.sex or None,
            "age_band": self.age_band or None, "dimension": self.dimension,
            "dimension_value": self.word or None,
        }  # fmt: skip


@dataclass(frozen=True)
class Refused:
    """What was not written, and why, in words; `falls` where calling it a correction is enough."""

    place: Place
    typed: str
    why: str
    falls: bool = False


@dataclass(frozen=True)
class Entered:
    """What became of typed cells: the step, what was refused, what is doubtful, what waits."""

    applied: Applied
    refused: tuple[Refused, ...] = ()
    doubts: tuple[str, ...] = ()
    amendments: int = 0


@dataclass(frozen=True)
class Reviewed:
    """The step, and what could not be moved on, in words."""

    applied: Applied
    refused: tuple[str, ...] = ()


def read_typed(row: IndicatorRow, text: str) -> dict[str, Value]:
    """The figures that a typed text means for this indicator. InvalidValue when it means none."""
    typed = text.strip()
    empty: dict[str, Value] = dict.fromkeys(FIGURES)
    if not typed:
        return empty
    if row.measure.type == YES_NO:
        field = entity(VALUE).field("yes")
        return {**empty, "yes": parsing.read(field, typed, _ANY_DAY)[0]}
    if row.measure.type == QUALITATIVE:
        return {**empty, "text": _word(row, typed)}
    if row.measure.type == PERCENTAGE and "/" in typed:
        top, _, bottom = typed.partition("/")
        numbers = {"numerator": _number(top), "denominator": _number(bottom)}
        if numbers["denominator"] == 0:
            raise InvalidValue("The denominator is zero.", field="denominator")
        return {**empty, **numbers}
    return {**empty, "value": _number(typed.removesuffix("%") if _is_share(row) else typed)}


def _is_share(row: IndicatorRow) -> bool:
    return row.measure.type == PERCENTAGE


def _number(text: str) -> Decimal:
    """A number; a word that says that there is none is refused, not taken for an empty cell."""
    number, note = parsing.read(_NUMBER, text, _ANY_DAY)
    if not isinstance(number, Decimal):
        raise InvalidValue(
            f"“{text.strip()}” is not a number.", note and "Leave the cell empty instead.",
            field="value",
        )  # fmt: skip
    return number


def _word(row: IndicatorRow, typed: str) -> str:
    scale = row.measure.scale
    if not scale:
        return typed
    number = scale_value(scale, typed)
    if number is None and typed.isdigit():
        number = next((n for _, n in scale if n == Decimal(typed)), None)
    if number is None:
        steps = ", ".join(word for word, _ in scale)
        raise InvalidValue(
            f"“{typed[:60]}” is not on the scale.", f"Choose: {steps}.", field="text"
        )
    return words_of(row.measure, number)


def enter(db: Database, cells: Sequence[tuple[Place, str]], *, correction: bool = False) -> Entered:
    """Writes typed cells as one step; what cannot be is refused cell by cell, the rest is written.

    An empty text removes a value that is not approved and whose period is not locked.
    """
    c = db.reader()
    gate = Gate(db, c)
    work = _Entry(db, c, gate, correction=correction)
    for place, text in cells:
        work.cell(place, text)
    changes = gate.through(work.changes)
    late = sum(isinstance(one, Create) and one.entity == "value_amendment" for one in changes)
    label = "enter a value" if len(cells) == 1 else f"enter {len(cells):,} values"
    applied = apply(db, ChangeSet(label, tuple(changes)))
    return Entered(applied, tuple(work.refused), tuple(work.doubts), late)


class _Entry:
    """Turns typed cells into changes, with what is there already read once."""

    def __init__(self, db: Database, c: Connection, gate: Gate, *, correction: bool) -> None:
        self._db = db
        self._c = c
        self._gate = gate
        self._correction = correction
        self._rows: dict[UUID, IndicatorRow] = {}
        self._values: dict[UUID, list[ValueRow]] = {}
        self.changes: list[Change] = []
        self.refused: list[Refused] = []
        self.doubts: list[str] = []

    def cell(self, place: Place, text: str) -> None:
        try:
            row = self._row(place.indicator)
            figures = read_typed(row, text)
            known = self._known(row, place)
            if all(figures[name] is None for name in FIGURES):
                self._remove(known)
            else:
                new = as_reading(place.period, split_of(self._c, place.fields()), figures)
                self._check(row, new, known)
                self._write(place, figures, known)
                self._remember(row, new, known)
        except UserError as error:
            self.refused.append(Refused(place, text, str(error), error.field == "correction"))

    def _row(self, id: UUID) -> IndicatorRow:
        if id not in self._rows:
            found = reading.indicators(
                self._c, "WHERE t.rid = (SELECT rid FROM record WHERE uuid = ?)", (id.bytes,)
            )
            if not found:
                raise NotFound("This indicator is no longer there.")
            self._rows[id] = found[0]
            self._values[id] = reading.values(self._c, [found[0].rid]).get(found[0].rid, [])
        return self._rows[id]

    def _known(self, row: IndicatorRow, place: Place) -> ValueRow | None:
        split = split_of(self._c, place.fields())
        return next(
            (v for v in reversed(self._values[row.id])
             if v.reading.period == place.period and v.reading.split == split), None
        )  # fmt: skip

    def _remove(self, known: ValueRow | None) -> None:
        if known is None:
            return
        if known.status == APPROVE:
            raise UserError("This value is approved.", "Return it first, then remove it.")
        self._gate.refuse_removal(known.id)
        self.changes.append(Delete(VALUE, known.id))

    def _remember(self, row: IndicatorRow, new: Reading, known: ValueRow | None) -> None:
        """The next cells of the same step are checked beside this one."""
        kept = [one for one in self._values[row.id] if one is not known]
        id = known.id if known else self.changes[-1].id
        written = ValueRow(0, id, row.rid, "draft", self._correction, new)
        self._values[row.id] = [*kept, written]

    def _check(self, row: IndicatorRow, new: Reading, known: ValueRow | None) -> None:
        """Refuses what is wrong, and keeps what is doubtful for the officer to read."""
        others = [v.reading for v in self._values[row.id] if v is not known]
        correction = self._correction or (known is not None and known.correction)
        for doubt in value_quality.doubts(row, new, others, correction=correction):
            if doubt.severity == "error":
                field = "correction" if doubt.rule == "falls" else doubt.field
                raise InvalidValue(doubt.words, field=field)
            self.doubts.append(doubt.words)

    def _write(self, place: Place, figures: dict[str, Value], known: ValueRow | None) -> None:
        who = setting(self._c, "officer") or None
        flags: dict[str, Value] = {"correction": True} if self._correction else {}
        if known is None:
            given = {n: v for n, v in {**place.fields(), **figures}.items() if v is not None}
            defaults = {f.name: from_wire(f, f.default) for f in entity(VALUE).columns if f.default}
            values: dict[str, Value] = {**defaults, **given, **flags, "entered_by": who}
            self.changes.append(Create(VALUE, self._db.ids.new(), values))
            return
        now = known.reading
        stored = {
            "value": now.value, "numerator": now.numerator, "denominator": now.denominator,
            "text": now.text or None, "yes": now.yes,
        }  # fmt: skip
        changed = {name: new for name, new in figures.items() if stored[name] != new}
        if not changed:
            return
        if not self._gate.is_locked(place.period):  # there the value before stays as it is
            if known.status != "draft":
                changed |= {"status": "draft", "reviewed_by": None, "reviewed_on": None}
            changed |= {"entered_by": who, **flags}
        self.changes += [Update(VALUE, known.id, name, value) for name, value in changed.items()]


# Review -------------------------------------------------------------------------------------------


def review(db: Database, ids: Sequence[UUID], to: str, comment: str = "") -> Reviewed:
    """Submits, returns or approves values as one step; what may not be moved is told. Requests
    that are answered by it are marked as received.

    A returned value needs a comment. Where an office has two officers, nobody approves what he or
    she entered.
    """
    if to == RETURN and not comment.strip():
        raise InvalidValue("Say what is to be done.", "Whoever entered it will read it.")
    c = db.reader()
    who, office = setting(c, "officer"), this_device(c)[1]
    day = today(db.clock)
    alone = to != APPROVE or not who or not has_two_officers(c, office)
    changes: list[Change] = []
    refused: list[str] = []
    coming: list[reporting_answers.Came] = []
    for id in ids:
        row = _reviewable(c, id, to)
        if row is None:
            continue
        maker, reported, name, *place = row
        if not alone and maker == who:
            refused.append(f"{name}: {_NO_OTHER}")
            continue
        new: dict[str, Value] = {"status": to}
        if to == SUBMIT and not reported:
            new["reported_on"] = day
        if to != SUBMIT:
            new |= {"reviewed_by": who or office, "reviewed_on": day}
        if comment.strip():
            new["comment"] = comment
        changes += [Update(VALUE, id, name, value) for name, value in new.items()]
        coming.append((place[0], place[1], place[2]))
    if refused and not changes:
        raise UserError(refused[0])
    number = len({one.id for one in changes})
    label = f"{_DONE[to]} {'a value' if number == 1 else f'{number:,} values'}"
    if to != RETURN:
        changes += reporting_answers.marks(db, c, coming)
    return Reviewed(apply(db, ChangeSet(label, tuple(changes))), tuple(refused))


def _reviewable(c: Connection, id: UUID, to: str) -> tuple[Any, ...] | None:
    """(who entered it, the day it was reported, its indicator's name, its place) of a value that
    may be moved on; None for others."""
    row = c.one(
        "SELECT v.status, v.entered_by, v.reported_on, coalesce(i.code, i.title), v.indicator, "
        "v.period, coalesce(v.member_state, 0) FROM indicator_value v "
        "JOIN indicator i ON i.rid = v.indicator "
        "WHERE v.rid = (SELECT rid FROM record WHERE uuid = ?)",
        (id.bytes,),
    )
    return row[1:] if row is not None and (row[0] or "draft") in _FROM[to] else None


def has_two_officers(c: Connection, office: str) -> bool:
    """Whether an office has somebody else to approve."""
    number = c.value(
        "SELECT count(*) FROM officer f JOIN office o ON o.rid = f.office WHERE o.code = ?",
        (office,),
    )
    return int(number or 0) >= 2


def mark_correction(db: Database, ids: Sequence[UUID]) -> Applied:
    """Says that values correct earlier ones on purpose."""
    changes = tuple(Update(VALUE, id, "correction", True) for id in ids)
    return apply(db, ChangeSet("mark a correction", changes))


def annotate(db: Database, id: UUID, field: str, value: Value) -> Applied:
    """A value's comment or evidence."""
    words = entity(VALUE).field(field).label.lower()
    return apply(db, ChangeSet(f"{words} of a value", (Update(VALUE, id, field, value),)))
