"""The annual report of a sectoral body, and that of a fund."""

from __future__ import annotations

from datetime import date

from aps_desktop.db.queries.lists import Filter
from aps_desktop.reports.document import Block, Column, Document, Heading, Paragraph, Table
from aps_desktop.services import dashboard_delivery, dashboard_funding, report_charts
from aps_desktop.services.dashboard_selection import Selection, ready
from aps_desktop.services.records import Record
from aps_desktop.services.report_money import money_table, moved_in
from aps_desktop.services.report_parts import Reader

_BODY = ("code", "parent", "pillar", "level", "sector", "chair_arrangement", "department")
_FUND = ("code", "modality", "partner", "co_partners", "contributing_states", "manager",
         "currency", "status", "valid_from", "valid_to", "approving_body")  # fmt: skip
_PROJECT = ("code", "title", "status", "budget", "planned_end")


def body(reader: Reader, record: Record, year: int | None) -> Document:
    """What a body met on, decided, had done and sponsored in a year, with the bodies under it."""
    first, last = _bounds(year or reader.day.year)
    under = tuple(_with_children(reader, record.rid))
    here = Filter("body", "any_of", under)
    meetings = (here, *_within("starts_on", first, last))
    blocks: list[Block] = [
        reader.facts(record, _BODY),
        *_mandate(record),
        Heading("The year in numbers"),
        _numbers(reader, under, meetings, (first, last)),
        Heading("Meetings"),
        reader.table("meeting", ("title", "type", "starts_on", "venue", "chair_state", "status"),
                     meetings, (("starts_on", False),)),
        Heading("Decisions"),
        reader.table("decision", ("meeting", "item", "type", "text"),
                     _of_meetings(reader, meetings)),
        Heading("Actions still open"),
        reader.table("action_item", ("text", "responsible", "due", "status"),
                     (*_of_meetings(reader, (here,)), _OPEN), (("due", False),),
                     empty="No open action."),
        Heading(f"Work plan: due in {first.year}, or late"),
        reader.table("work_plan_line", ("code", "measure", "key_output", "due", "status"),
                     _planned(under, first, last), (("due", False),)),
        Heading("Projects"),
        reader.table("project", _PROJECT, (Filter("sponsoring_body", "any_of", under),
                     *_alive_in(reader, first, last)), (("code", False),)),
        Heading(f"Money of the projects until the end of {first.year}"),
        *_spending(reader, record.rid, first.year),
        *money_table(reader, "body", record.rid, last),
        Heading("Knowledge products"),
        reader.table("knowledge_product", ("title", "type", "year", "status"),
                     (here, Filter("year", "any_of", (first.year,)))),
    ]  # fmt: skip
    return _document(reader, record, "Annual report of the body", first.year, blocks)


def fund(reader: Reader, record: Record, year: int | None) -> Document:
    """Who paid into a fund, what it paid for, what is left and what is due, at a year's end."""
    first, last = _bounds(year or reader.day.year)
    mine = Filter("fund", "rid", (record.rid,))
    moved = (mine, Filter("nature", "any_of", ("actual", None)), *_within("date", first, last))
    blocks: list[Block] = [
        reader.facts(record, _FUND),
        Heading("Contributions"),
        reader.table("contribution",
                     ("partner", "member_state", "period", "amount", "in_kind", "status"), (mine,)),
        Heading(f"The fund at the end of {first.year}"),
        *_years(reader, record.rid),
        *money_table(reader, "fund", record.rid, last),
        Heading(f"Money moved in {first.year}"),
        *moved_in(reader, "fund", record.rid, first.year),
        Heading("Projects supported"),
        reader.table("project", _PROJECT, (mine,), (("code", False),)),
        Heading("What is due"),
        reader.table("tranche", ("title", "project", "amount", "due", "status"),
                     (mine, Filter("status", "any_of", ("planned", "requested"))),
                     (("due", False),), caption="Tranches not yet paid"),
        reader.table("condition", ("title", "project", "due", "status", "responsible"),
                     (mine, Filter("status", "any_of", ("open",))), (("due", False),),
                     caption="Open conditions"),
        Heading(f"Annex: transactions of {first.year}"),
        reader.table("fund_transaction",
                     ("date", "type", "project", "partner", "amount", "usd_value", "reference"),
                     moved, (("date", False),)),
    ]  # fmt: skip
    return _document(reader, record, "Annual report of the fund", first.year, blocks)


_UNDONE = ("not_started", "ongoing", "delayed")
_OPEN = Filter("status", "any_of", ("open", "in_progress", "overdue"))


def _document(
    reader: Reader, record: Record, kind: str, year: int, blocks: list[Block]
) -> Document:
    return Document(
        str(record.values.get("name") or record.title),
        tuple(blocks),
        kind,
        str(year),
        made_on=reader.day,
        landscape=True,
    )


def _spending(reader: Reader, body: int, year: int) -> list[Block]:
    """What was planned and spent in the year's months."""
    chosen = ready(reader.c, Selection(year=year, body=body))
    return report_charts.chart(dashboard_delivery.burn(reader.c, chosen, reader.day))


def _years(reader: Reader, fund: int) -> list[Block]:
    """What was pledged, committed, disbursed and spent, year by year."""
    return report_charts.chart(dashboard_funding.years(reader.c, Selection(fund=fund), reader.day))


def _mandate(record: Record) -> list[Block]:
    text = str(record.values.get("mandate") or "").strip()
    return [Heading("Mandate"), Paragraph(text)] if text else []


def _bounds(year: int) -> tuple[date, date]:
    return date(year, 1, 1), date(year, 12, 31)


def _within(field: str, first: date, last: date) -> tuple[Filter, ...]:
    return Filter(field, "from", (first.isoformat(),)), Filter(field, "to", (last.isoformat(),))


def _planned(bodies: tuple[int, ...], first: date, last: date) -> tuple[Filter, ...]:
    """Work plan lines that fall due in the year, and those from before that are not done."""
    before = (("due", "to", (first.isoformat(),)), ("status", "any_of", (*_UNDONE, None)))
    within = tuple((one.field, one.op, one.values) for one in _within("due", first, last))
    return (
        Filter("owner_body", "any_of", bodies),
        Filter("due", "either", ("Due", within, before)),
    )


def _alive_in(reader: Reader, first: date, last: date) -> tuple[Filter, ...]:
    """Projects whose planned time touches the year."""
    return (
        Filter("planned_start", "to", (last.isoformat(),)),
        Filter("planned_end", "from", (first.isoformat(),)),
    )


def _with_children(reader: Reader, rid: int) -> list[int]:
    """The body and all under it; a circle in the tree ends where it began."""
    found = reader.c.all(
        "WITH RECURSIVE tree(rid) AS (SELECT ? UNION "
        "SELECT b.rid FROM body b JOIN tree t ON b.parent = t.rid) SELECT rid FROM tree",
        (rid,),
    )
    return [row[0] for row in found]


def _of_meetings(reader: Reader, meetings: tuple[Filter, ...]) -> tuple[Filter, ...]:
    return (Filter("meeting", "any_of", tuple(reader.rids("meeting", meetings))),)


def _numbers(
    reader: Reader,
    under: tuple[int, ...],
    meetings: tuple[Filter, ...],
    span: tuple[date, date],
) -> Table:
    decided = _of_meetings(reader, meetings)
    lines = _planned(under, *span)
    projects = (Filter("sponsoring_body", "any_of", under), *_alive_in(reader, *span))
    rows = (
        ("Meetings", reader.count("meeting", *meetings)),
        ("Decisions", reader.count("decision", *decided)),
        ("Actions from them", reader.count("action_item", *decided)),
        ("Actions done",
         reader.count("action_item", *decided, Filter("status", "any_of", ("done",)))),
        ("Work plan lines due or late", reader.count("work_plan_line", *lines)),
        ("Work plan lines completed",
         reader.count("work_plan_line", *lines, Filter("status", "any_of", ("completed",)))),
        ("Projects under way in the year", reader.count("project", *projects)),
    )  # fmt: skip
    return Table((Column("What", share=4), Column("Number", True, 1)), rows)
