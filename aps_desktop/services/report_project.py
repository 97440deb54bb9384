"""The progress report and the completion report of a project."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from aps_desktop.db.queries.lists import Filter
from aps_desktop.domain import lifecycle
from aps_desktop.domain.budget_versions import precedence
from aps_desktop.domain.values import show_date
from aps_desktop.reports.document import (
    Block,
    Bullets,
    Cell,
    Column,
    Document,
    Heading,
    Paragraph,
    Signature,
    Table,
)
from aps_desktop.services import (
    dashboard_delivery,
    project_standing,
    report_charts,
)
from aps_desktop.services.dashboard_selection import Selection
from aps_desktop.services.records import Record
from aps_desktop.services.report_money import money_table
from aps_desktop.services.report_parts import Reader
from aps_desktop.services.report_results import results_blocks

_IDENTITY = (
    "code", "asec_code", "status", "status_date", "pillar", "programme", "sponsoring_body",
    "proponent", "proponent_state", "implementing_agency", "participating_states", "fund",
    "co_funds", "budget", "planned_start", "planned_end", "actual_start", "actual_end",
    "desk_officer",
)  # fmt: skip
_CLOSING = (
    "activities_done_on", "completion_report_on", "unspent_received_on", "verified_on",
)  # fmt: skip


def progress(reader: Reader, record: Record, year: int | None) -> Document:
    """What a project did, in a year or since it began, and where it stands."""
    mine = Filter("project", "rid", (record.rid,))
    blocks: list[Block] = [
        reader.facts(record, _IDENTITY),
        *_text("In brief", record, "description"),
        Heading("Where it stands"),
        Paragraph(_stands(reader, record), "strong"),
        reader.table(
            "project_state_event", ("changed_on", "status", "meeting", "reason"),
            (mine, *_within(year, "changed_on")), (("changed_on", False),),
            empty="No change of status in this time.",
        ),
        Heading("Activities and milestones"),
        reader.table(
            "task", ("title", "starts_on", "ends_on", "status", "progress", "responsible"),
            (mine,), (("starts_on", False),),
        ),
        Heading("Results"),
        *results_blocks(reader, record),
        *_money(reader, record),
        *_section(reader, "Risks", "risk",
                  ("title", "likelihood", "impact", "status", "mitigation", "responsible"), mine),
        *_changes(reader, mine),
        *_section(reader, "Decisions on the project", "decision",
                  ("meeting", "type", "text"), mine),
        Heading("Next steps"),
        reader.table(
            "action_item", ("text", "responsible", "due", "status"),
            (mine, Filter("status", "any_of", ("open", "in_progress", "overdue"))),
            (("due", False),), empty="No open action.",
        ),
        *_text("Remarks", record, "remarks"),
        _signature(record),
    ]  # fmt: skip
    return _document(reader, record, "Progress report", _in(year), blocks)


def completion(reader: Reader, record: Record, year: int | None) -> Document:
    """What a project was to reach, what it reached, what it cost and what was learned."""
    mine = Filter("project", "rid", (record.rid,))
    blocks: list[Block] = [
        reader.facts(record, _IDENTITY),
        *_text("Background and justification", record, "justification"),
        *_text("Expected outputs and outcomes", record, "outcomes"),
        Heading("What was done"),
        reader.table(
            "task", ("title", "milestone", "actual_start", "actual_end", "status", "progress"),
            (mine,), (("starts_on", False),),
        ),
        Heading("Results reached"),
        *results_blocks(reader, record),
        *_money(reader, record),
        *_changes(reader, mine),
        Heading("Who took part"),
        _participants(reader, record),
        *_section(reader, "Knowledge products and documents", "document",
                  ("number", "title", "type", "dated"), mine),
        *_section(reader, "Evaluations", "evaluation",
                  ("title", "type", "evaluator", "ends_on", "summary"), mine),
        *_section(reader, "Lessons", "lesson", ("title", "text", "learned_on"), mine),
        *_text("Sustainability", record, "sustainability"),
        *_text("Gender and social inclusion", record, "gender_inclusion"),
        Heading("Completion"),
        reader.facts(record, _CLOSING),
        _checklist(record),
        _signature(record),
    ]  # fmt: skip
    return _document(reader, record, "Completion report", "", blocks)


def _document(
    reader: Reader, record: Record, kind: str, time: str, blocks: Iterable[Block]
) -> Document:
    parts = (str(record.values.get("code") or ""), time)
    return Document(
        str(record.values.get("title") or record.title),
        tuple(blocks),
        kind,
        " · ".join(part for part in parts if part),
        made_on=reader.day,
    )


def _within(year: int | None, field: str) -> tuple[Filter, ...]:
    """The filters that keep a date field within the year; none without a year."""
    if year is None:
        return ()
    first, last = date(year, 1, 1).isoformat(), date(year, 12, 31).isoformat()
    return Filter(field, "from", (first,)), Filter(field, "to", (last,))


def _in(year: int | None) -> str:
    return str(year) if year else "since the beginning"


def _text(title: str, record: Record, name: str) -> list[Block]:
    text = str(record.values.get(name) or "").strip()
    return [Heading(title), Paragraph(text)] if text else []


def _stands(reader: Reader, record: Record) -> str:
    now = project_standing.standing(reader.c, record, reader.day)
    since = f" since {show_date(now.since)}" if now.since else ""
    return f"{now.label}{since}." + (f" {now.due}." if now.due else "")


def _section(
    reader: Reader, title: str, name: str, fields: tuple[str, ...], *filters: Filter
) -> list[Block]:
    """A heading and its table, or nothing where there is nothing to tell."""
    table = reader.table(name, fields, filters)
    return [Heading(title), table] if table.rows else []


def _money(reader: Reader, record: Record) -> list[Block]:
    mine = Filter("project", "rid", (record.rid,))
    spending = dashboard_delivery.s_curve(reader.c, Selection(project=record.rid), reader.day)
    blocks: list[Block] = [
        Heading("Money"),
        *report_charts.chart(spending),
        *money_table(reader, "project", record.rid),
    ]
    lines = reader.table(
        "budget_line", ("code", "description", "category", "amount"),
        _of_budgets(reader, record), caption="The budget's lines",
    )  # fmt: skip
    if lines.rows:
        blocks.append(lines)
    due = reader.table(
        "tranche", ("title", "fund", "amount", "due", "status"), (mine,), caption="Tranches"
    )
    return [*blocks, due] if due.rows else blocks


def _of_budgets(reader: Reader, record: Record) -> tuple[Filter, ...]:
    """The lines of the version of the project's budget that is in force, and no line twice."""
    versions = reader.c.all(
        "SELECT rid, status, approved_on, id FROM budget WHERE project = ?", (record.rid,)
    )
    ranked = [
        (precedence(str(status or ""), str(day or ""), bytes(id).hex()), rid)
        for rid, status, day, id in versions
    ]
    return (Filter("budget", "any_of", (max(ranked)[1],) if ranked else ()),)


def _changes(reader: Reader, mine: Filter) -> list[Block]:
    return [
        *_section(reader, "Extensions", "extension",
                  ("number", "requested_on", "earlier_end", "new_end", "no_cost", "status"), mine),
        *_section(reader, "Budget realignments", "realignment",
                  ("number", "requested_on", "amount", "share", "status", "reason"), mine),
    ]  # fmt: skip


def _participants(reader: Reader, record: Record) -> Table:
    """People counted by member state and sex, from the project and its events; no names."""
    rows = reader.c.all(
        "SELECT coalesce(s.name, p.country, 'Not stated'), "
        "sum(CASE WHEN p.sex = 'female' THEN p.people ELSE 0 END), "
        "sum(CASE WHEN p.sex = 'male' THEN p.people ELSE 0 END), sum(p.people) "
        "FROM participation_count p LEFT JOIN member_state s ON s.rid = p.member_state "
        "WHERE p.project = ? OR p.exchange_programme IN "
        "(SELECT rid FROM exchange_programme WHERE project = ?) OR p.outreach_activity IN "
        "(SELECT rid FROM outreach_activity WHERE project = ?) GROUP BY 1 ORDER BY 1",
        (record.rid,) * 3,
    )
    counts = [(str(state), int(f or 0), int(m or 0), int(n or 0)) for state, f, m, n in rows]
    cells: list[tuple[Cell, ...]] = [*counts]
    if counts:
        women, men, people = (sum(numbers) for numbers in list(zip(*counts, strict=True))[1:])
        cells.append(("Together", women, men, people))
    return Table(
        (Column("Member state", share=4), Column("Women", True), Column("Men", True),
         Column("All", True)),
        tuple(cells),
        total=True,
        empty="No participants are counted.",
    )  # fmt: skip


def _checklist(record: Record) -> Block:
    """What the ASEAN project template asks before a project counts as completed."""
    dates = {name: record.values.get(name) for name in lifecycle.FACTS}
    given = {name: value if isinstance(value, date) else None for name, value in dates.items()}
    missing = lifecycle.missing_facts("completed", given)
    if not missing:
        return Paragraph("All that completion asks for is there.", "strong")
    return Bullets(tuple(f"Still missing: {why}" for _, why in missing))


def _signature(record: Record) -> Signature:
    officer = record.values.get("desk_officer")
    name = record.labels.get(officer, "") if isinstance(officer, UUID) else ""
    return Signature(name or "Desk officer", "Desk officer" if name else "")
