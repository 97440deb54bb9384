"""Tables about money that are read as they stand: instalments, conditions, agreements, proposals,
letters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from aps_desktop.db.connection import Connection
from aps_desktop.db.queries import lists
from aps_desktop.domain.entities import entity
from aps_desktop.domain.money import Money
from aps_desktop.domain.totals import Total
from aps_desktop.domain.values import show_date
from aps_desktop.services import sheet_cells as cells
from aps_desktop.services.sheet_cells import Column, Line, Look, Opens, Sheet, SheetCell

MOST = 500
"""Rows of such a table; the lists have all of them."""

_TRANCHES = (
    Column("Instalment", width=0),
    Column("Project", width=130),
    Column("Due", width=100),
    Column("Status", width=100),
    Column("Conditions", width=120),
    Column("Amount", right=True, width=140),
)
_CONDITIONS = (
    Column("Condition", width=0),
    Column("Of", width=150),
    Column("Due", width=100),
    Column("Status", width=100),
    Column("Responsible", width=120),
)
_CONDITION_LOOKS: dict[str, Look] = {"met": "ok", "waived": "muted", "not_met": "late"}
_PROPOSALS = (
    Column("Proposal", width=0),
    Column("Stage", width=120),
    Column("Next step", width=150),
    Column("By", width=100),
    Column("Probability", right=True, width=150),
    Column("Asked for", right=True, width=140),
)
_LETTERS = (
    Column("Date", width=100),
    Column("", width=80),
    Column("Subject", width=0),
    Column("Project", width=130),
    Column("Reply", width=150),
)
_AGREEMENTS = (
    Column("Agreement", width=0),
    Column("Of", width=110),
    Column("Dated", width=100),
    Column("Amount", right=True, width=150),
)


def tranches(c: Connection, column: str, rid: int, day: date) -> Sheet:
    """The instalments of a project or fund, with what their conditions still need."""
    rows = c.all(
        "SELECT t.id, t.title, t.project, t.due, t.status, t.amount_minor, t.amount_currency, "
        "(SELECT count(*) FROM condition k WHERE k.tranche = t.rid), "
        "(SELECT count(*) FROM condition k WHERE k.tranche = t.rid "
        "AND coalesce(k.status, 'open') IN ('open', 'not_met')), t.request_letter "
        f"FROM tranche t WHERE t.{column} = ? ORDER BY t.due DESC, t.rid DESC LIMIT ?",
        (rid, MOST),
    )
    named = Named(c)
    named.read({"project": numbers(rows, 2)}, short=True)
    field = entity("tranche").field("status")
    lines = []
    for id, title, project, due, status, minor, currency, conditions, waiting, letter in rows:
        late = status in (None, "planned", "requested") and due and due < day.isoformat()
        words = field.choice_label(status or "planned") + (" · letter" if letter else "")
        lines.append(
            Line(
                (
                    cells.text(title, one_record("tranche", id)),
                    cells.text(named.first(("project", project))),
                    cells.day(day_of(due), look="late" if late else ""),
                    cells.text(words),
                    _fulfilled(conditions, waiting),
                    cells.money(amount_of(minor, currency)),
                )
            )
        )
    columns: tuple[Column, ...] = _TRANCHES
    if column == "project":
        columns = tuple(one for one in columns if one.title != "Project")
        lines = [Line(line.cells[:1] + line.cells[2:]) for line in lines]
    parts = [(r[6], int(r[5]), 1) for r in rows if r[6] and r[4] != "cancelled"]
    return Sheet(columns, _with_totals(lines, (None,) * (len(columns) - 1), (parts,)),
                 "No instalment is planned yet.")  # fmt: skip


def conditions(c: Connection, column: str, rid: int, day: date) -> Sheet:
    """What has to be fulfilled before money is paid or kept, of a project or a fund."""
    return _conditions(c, f"t.{column} = ?", (rid,), day)


def conditions_of_payer(c: Connection, column: str, rid: int, day: date) -> Sheet:
    """The conditions of the funds of a partner, or of the funds a member state contributes to."""
    funds = f"SELECT fund FROM contribution WHERE {column} = ?"
    if column == "partner":
        funds += " UNION SELECT rid FROM fund WHERE partner = ?"
    keys = (rid, rid) if column == "partner" else (rid,)
    return _conditions(c, f"t.fund IN ({funds})", keys, day)


def _conditions(c: Connection, where: str, keys: Sequence[int], day: date) -> Sheet:
    rows = c.all(
        "SELECT t.id, t.title, k.title, t.project, t.due, t.status, t.responsible "
        f"FROM condition t LEFT JOIN tranche k ON k.rid = t.tranche WHERE {where} "
        "ORDER BY CASE WHEN coalesce(t.status, 'open') IN ('open', 'not_met') THEN 0 ELSE 1 END, "
        "t.due, t.rid LIMIT ?",
        (*keys, MOST),
    )
    named = Named(c)
    named.read({"project": numbers(rows, 3)}, short=True)
    field = entity("condition").field("status")
    lines = []
    for id, title, of, project, due, status, responsible in rows:
        late = status in (None, "open") and due and due < day.isoformat()
        about = " · ".join(x for x in (named.first(("project", project)), of) if x)
        lines.append(
            Line(
                (
                    cells.text(title, one_record("condition", id)),
                    cells.text(about),
                    cells.day(day_of(due), look="late" if late else ""),
                    cells.text(
                        field.choice_label(status or "open"), look=_CONDITION_LOOKS.get(status, "")
                    ),
                    cells.text(responsible),
                )
            )
        )
    return Sheet(_CONDITIONS, tuple(lines), "No condition is attached.")


def proposals(c: Connection, column: str, rid: int, day: date) -> Sheet:
    """What has been put to a partner, member state or fund, and what comes next."""
    rows = c.all(
        "SELECT t.id, t.title, t.stage, t.next_step, t.next_step_on, t.probability, "
        f"t.amount_minor, t.amount_currency FROM pipeline_proposal t WHERE t.{column} = ? "
        "ORDER BY CASE WHEN t.stage IN ('declined', 'withdrawn') THEN 1 ELSE 0 END, "
        "t.next_step_on, t.rid LIMIT ?",
        (rid, MOST),
    )
    field = entity("pipeline_proposal").field("stage")
    lines = []
    for id, title, stage, step, by, probability, minor, currency in rows:
        over = stage in ("declined", "withdrawn", "agreed")
        late = bool(not over and by and by < day.isoformat())
        lines.append(
            Line(
                (
                    cells.text(title, one_record("pipeline_proposal", id)),
                    cells.text(field.choice_label(stage or ""), look="muted" if over else ""),
                    cells.text("" if over else step),
                    cells.day(None if over else day_of(by), look="late" if late else ""),
                    _probability(probability),
                    cells.money(amount_of(minor, currency)),
                )
            )
        )
    return Sheet(_PROPOSALS, tuple(lines), "Nothing has been proposed yet.")


def letters(c: Connection, column: str, rid: int, day: date) -> Sheet:
    """Letters and messages up to a day, the newest first."""
    rows = c.all(
        "SELECT t.id, t.date, t.direction, t.subject, t.project, t.reply_due, t.replied_on "
        f"FROM correspondence t WHERE t.{column} = ? AND t.date <= ? "
        "ORDER BY t.date DESC, t.rid DESC LIMIT ?",
        (rid, day.isoformat(), MOST),
    )
    named = Named(c)
    named.read({"project": numbers(rows, 4)}, short=True)
    lines = [
        Line(
            (
                cells.day(day_of(on)),
                cells.text("← received" if direction == "received" else "→ sent", look="muted"),
                cells.text(subject, one_record("correspondence", id)),
                cells.text(named.first(("project", project))),
                _reply(day_of(due), day_of(replied), day),
            )
        )
        for id, on, direction, subject, project, due, replied in rows
    ]
    return Sheet(_LETTERS, tuple(lines), "No letter is kept here yet.")


def agreements(c: Connection, column: str, rid: int, day: date) -> Sheet:
    """What is agreed in writing: documents of that type, and contributions that were agreed."""
    until = day.isoformat()
    papers = c.all(
        "SELECT id, title, 'Document', dated, NULL, NULL FROM document "
        f"WHERE {column} = ? AND type = 'agreement' AND coalesce(dated, '') <= ?",
        (rid, until),
    ) if column in ("partner", "fund") else []  # fmt: skip
    agreed = c.all(
        "SELECT t.id, f.name, 'Contribution', t.agreed_on, t.amount_minor, t.amount_currency "
        "FROM contribution t LEFT JOIN fund f ON f.rid = t.fund "
        f"WHERE t.{column} = ? AND t.agreed_on <= ? AND coalesce(t.status, '') <> 'cancelled'",
        (rid, until),
    )
    rows = sorted([*papers, *agreed], key=lambda row: row[3] or "", reverse=True)
    kinds = {"Document": "document", "Contribution": "contribution"}
    lines = [
        Line(
            (
                cells.text(title or kind, one_record(kinds[kind], id)),
                cells.text(kind),
                cells.day(day_of(on)),
                cells.money(amount_of(minor, currency)),
            )
        )
        for id, title, kind, on, minor, currency in rows[:MOST]
    ]
    return Sheet(_AGREEMENTS, tuple(lines), "No agreement is kept here yet.")


class Named:
    """What records are called, read once for a table."""

    def __init__(self, c: Connection) -> None:
        self._c = c
        self._names: dict[tuple[str, int], str] = {}

    def read(self, wanted: dict[str, list[int]], *, short: bool = False) -> None:
        for name, rids in wanted.items():
            code = entity(name).code
            for rid, (_, label) in lists.labels_of(self._c, name, rids).items():
                shown = label.split(" · ")[0] if short and code else label.split(" · ")[-1]
                self._names[name, rid] = shown

    def first(self, *keys: tuple[str, int | None]) -> str:
        found = (self._names.get((name, rid), "") for name, rid in keys if rid is not None)
        return next((name for name in found if name), "")


def numbers(rows: Iterable[Sequence[Any]], at: int) -> list[int]:
    return list({row[at] for row in rows if row[at] is not None})


def one_record(name: str, id: bytes) -> Opens:
    return Opens(name, id=UUID(bytes=bytes(id)))


def day_of(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


def amount_of(minor: int | None, currency: str | None) -> Money | None:
    return Money(int(minor), currency) if minor is not None and currency else None


def _probability(scaled: int | None) -> SheetCell:
    field = entity("pipeline_proposal").field("probability")
    return cells.percent(None if scaled is None else Decimal(scaled).scaleb(-field.decimals))


def _fulfilled(all: int, waiting: int) -> SheetCell:
    if not all:
        return cells.text("none", look="muted")
    words = f"{all - waiting} of {all} fulfilled"
    return cells.text(words, look="attention" if waiting else "ok")


def _reply(due: date | None, replied: date | None, day: date) -> SheetCell:
    if replied:
        return cells.text(f"replied {show_date(replied)}", look="ok")
    if due is None:
        return cells.text("")
    return cells.text(f"due {show_date(due)}", look="late" if due < day else "attention")


def _with_totals(
    lines: list[Line], before: Sequence[None], parts: Sequence[list[tuple[str, int, int]]]
) -> tuple[Line, ...]:
    """A last line with the sums of the amounts behind the first columns, where there are some."""
    if len(lines) < 2 or not any(parts):
        return tuple(lines)
    blank = [cells.text("Total"), *(cells.text("") for _ in before[1:])]
    sums = [cells.total(Total.of(part), empty="") for part in parts]
    return (*lines, Line((*blank, *sums), total=True))
