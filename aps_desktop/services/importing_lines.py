"""What a plan holds, line by line, for looking at it: records, changed fields, refused cells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any
from uuid import UUID

from aps_desktop.db.connection import Connection
from aps_desktop.domain.entities import entity
from aps_desktop.domain.fields import Field
from aps_desktop.domain.values import show
from aps_desktop.exchange.parse import Draft
from aps_desktop.services.exporting_labels import ReferenceTexts
from aps_desktop.services.importing_headings import told_by_headings
from aps_desktop.services.importing_losses import ROWS, columns_left_out, rows_passed_over
from aps_desktop.services.importing_types import Decided, Plan, PlannedSheet, Verdict

MOST = 5_000
"""So many lines are shown; the filter finds those further down."""
_FIELDS = 6


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a preview: a record, one changed field of it, or one cell with its problem."""

    sheet: str
    row: int
    what: str
    title: str
    field: str
    detail: str


def lines(
    c: Connection, plan: Plan, verdict: Verdict, *, sheet: str = "", text: str = ""
) -> list[Line]:
    """The first lines of that verdict, of one sheet or all, that hold the text."""
    found = _Lines(c, plan)
    words = text.casefold().split()
    return list(islice((line for line in found.of(verdict, sheet) if _has(line, words)), MOST))


def notes(plan: Plan) -> list[Line]:
    """How doubtful cells were understood, what is doubtful about records that come in, and what
    of the sheets does not come in at all."""
    doubts = [
        Line(one.name, 0, "", note.address, note.label,
             note.text if note.count == 1 else f"{note.text} – and {note.count - 1:,} more like it")
        for one in plan.sheets
        for note in (*told_by_headings(one.found), *one.notes, *one.warnings)
    ]  # fmt: skip
    return [*doubts, *_losses(plan)]


def _losses(plan: Plan) -> Iterator[Line]:
    for one in plan.sheets:
        for column in columns_left_out(one.found):
            told = f"left out, with {column['filled']:,} filled cells"
            yield Line(one.name, 0, "", f"column {column['column']}", column["header"], told)
        for row in rows_passed_over(one.found, one.rows):
            told = f"passed over as {ROWS[row['why']]}: {row['text']}"
            yield Line(one.name, row["row"], "", f"row {row['row']}", "", told)


def _has(line: Line, words: list[str]) -> bool:
    if not words:
        return True
    text = f"{line.sheet} {line.what} {line.title} {line.field} {line.detail}".casefold()
    return all(word in text for word in words)


class _Lines:
    def __init__(self, c: Connection, plan: Plan) -> None:
        self._plan = plan
        self._labels = ReferenceTexts(c)
        self._drafts: dict[Draft, Decided] = {}

    def of(self, verdict: Verdict, sheet: str) -> Iterator[Line]:
        for one in self._plan.sheets:
            if sheet and one.name != sheet:
                continue
            if verdict in (Verdict.REFUSED, Verdict.WAITING):
                yield from self._problems(one, verdict)
            else:
                for record in one.records:
                    if record.verdict is verdict:
                        yield from self._record(one, record)

    def _problems(self, sheet: PlannedSheet, verdict: Verdict) -> Iterator[Line]:
        parts = sheet.found.mapping.parts if sheet.found.mapping else ()
        for problem in sheet.problems():
            if (problem.level == "waiting") == (verdict is Verdict.WAITING):
                what = entity(parts[problem.part].entity).label if parts else ""
                told = f"{problem.message} {problem.hint}".strip()
                yield Line(sheet.name, problem.row + 1, what, problem.address, problem.label, told)

    def _record(self, sheet: PlannedSheet, one: Decided) -> Iterator[Line]:
        kind = entity(one.entity)
        title = self._title(one)
        place = one.row + 1
        if one.verdict is Verdict.CHANGED:
            for name, (old, new) in one.changes.items():
                spec = kind.field(name)
                words = f"{self._shown(spec, old) or 'empty'} → {self._shown(spec, new) or 'empty'}"
                yield Line(sheet.name, place, kind.label, title, spec.label, words)
            return
        given = [
            f"{kind.field(name).label}: {self._shown(kind.field(name), value)}"
            for name, value in islice(one.record.values.items(), _FIELDS)
        ]
        yield Line(sheet.name, place, kind.label, title, "", "; ".join(given))

    def _title(self, one: Decided) -> str:
        kind = entity(one.entity)
        values = one.record.values
        named = dict.fromkeys((kind.code, *kind.title))
        said = [
            self._shown(kind.field(name), values[name])
            for name in named if name and values.get(name) is not None
        ]  # fmt: skip
        # What is called by other records is told by all of them: which indicator, of which time.
        whole = " · ".join(said) if not kind.code else said[0] if said else ""
        # A form names what is here by its id alone.
        known = self._labels(one.entity, one.id) if not whole and one.id else ""
        return (whole or known or kind.label)[:120]

    def _shown(self, spec: Field, value: Any) -> str:
        if isinstance(value, Draft):
            return self._draft(value)
        if isinstance(value, UUID):
            return self._labels(spec.target, value) or "a record without a name"
        if isinstance(value, frozenset) and spec.target:
            return ", ".join(sorted(self._shown(spec, one) for one in value))
        return " ".join(show(spec, value).split())[:200]

    def _draft(self, draft: Draft) -> str:
        if not self._drafts:
            self._drafts = {
                one.record.draft: one for sheet in self._plan.sheets for one in sheet.records
            }
        found = self._drafts.get(draft)
        return self._title(found) if found else f"row {draft.row + 1} of sheet “{draft.sheet}”"
