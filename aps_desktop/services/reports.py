"""The reports there are, for which record each is, and making one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import UUID

import msgspec

from aps_desktop.db import store
from aps_desktop.db.connection import Connection
from aps_desktop.db.engine import Database
from aps_desktop.domain import clock
from aps_desktop.domain.entities import entity
from aps_desktop.domain.entities.vocabularies import CLASSES
from aps_desktop.domain.errors import InvalidValue
from aps_desktop.domain.office_names import office_name
from aps_desktop.domain.values import show_date
from aps_desktop.reports import formats
from aps_desktop.reports.document import Block, Bullets, Document, Paragraph
from aps_desktop.services import (
    records,
    report_annual,
    report_charts,
    report_project,
    report_public,
    report_quality,
)
from aps_desktop.services.records import Record
from aps_desktop.services.report_parts import DEFAULT_CLASS, Reader

_MOST_UNSETTLED = 10
OfRecord = Callable[[Reader, Record, int | None], Document]
OfOffice = Callable[[Reader, int | None], Document]


@dataclass(frozen=True)
class Report:
    """One kind of report. `entity` is what it is about; empty when it is about the office.

    `by_year` says whether it takes a year, `classed` whether its class can be chosen; `formats`
    are the endings it can be written as.
    """

    name: str
    label: str
    purpose: str
    entity: str = ""
    by_year: bool = False
    formats: tuple[str, ...] = ("pdf", "docx", "xlsx", "html")
    classed: bool = True
    of_record: OfRecord | None = None
    of_office: OfOffice | None = None


REPORTS = (
    Report("progress", "Progress report", "What a project did and where it stands.", "project",
           by_year=True, of_record=report_project.progress),
    Report("completion", "Completion report", "What a project reached, cost and taught.",
           "project", of_record=report_project.completion),
    Report("body-annual", "Annual report of a body",
           "Meetings, decisions, work plan and projects of a body in a year.", "body",
           by_year=True, of_record=report_annual.body),
    Report("fund-annual", "Annual report of a fund",
           "Contributions, money moved, balance and projects of a fund in a year.", "fund",
           by_year=True, of_record=report_annual.fund),
    Report("public-pack", "Public accountability pack",
           "Public records only, to be handed out or put on a web site.",
           formats=("html", "pdf"), classed=False, of_office=report_public.pack),
    Report("data-quality", "Data-quality report",
           "How complete the records are, and what needs a person.",
           of_office=report_quality.quality),
)  # fmt: skip
_BY_NAME = {report.name: report for report in REPORTS}


@dataclass(frozen=True)
class Asked:
    """Which report, about which record, for which year, and up to which document class.

    Without a class it is the usual one, or that of the record where it is higher.
    """

    report: str
    record: UUID | None = None
    year: int | None = None
    max_class: str = ""


def find(name: str) -> Report:
    """The report of that name. InvalidValue when there is none."""
    if name not in _BY_NAME:
        raise InvalidValue(f"There is no report “{name}”.", f"Choose {', '.join(_BY_NAME)}.")
    return _BY_NAME[name]


def reports_of(name: str) -> tuple[Report, ...]:
    """The reports about records of an entity; with an empty name those about the office."""
    return tuple(report for report in REPORTS if report.entity == name)


def document(c: Connection, asked: Asked, day: date) -> Document:
    """The report as a document. InvalidValue when it lacks the record it is about."""
    report = find(asked.report)
    reader = Reader(c, day, _class_for(c, report, asked))
    if report.of_office is not None:
        made = report.of_office(reader, asked.year)
    elif report.of_record is not None and asked.record is not None:
        record = records.get(c, report.entity, asked.record)
        reader.unsettled.read(c, record.entity, [record.rid], record.values)
        made = report.of_record(reader, record, asked.year)
    else:
        what = entity(report.entity).label.lower()
        raise InvalidValue(f"A “{report.label}” is about a {what}.", f"Choose a {what}.")
    return msgspec.structs.replace(
        made,
        blocks=made.blocks if made.letter else (*_unsettled(reader), *made.blocks),
        office=made.office or office_name(store.this_device(c)[1]),
        source=made.source or f"From the records of {show_date(day)}",
        mark=made.mark or dict(CLASSES)[reader.max_class],
    )


def _unsettled(reader: Reader) -> list[Block]:
    """What two offices changed apart stands here as it is shown meanwhile; the reader is told."""
    lines = reader.unsettled.words(reader.c)
    if not lines:
        return []
    if len(lines) > _MOST_UNSETTLED:
        rest = len(lines) - _MOST_UNSETTLED
        lines = [*lines[:_MOST_UNSETTLED], f"and {rest:,} more"]
    words = "Provisional: offices changed this apart, and nobody has settled it yet."
    return [Paragraph(words, "strong"), Bullets(tuple(lines))]


def _class_for(c: Connection, report: Report, asked: Asked) -> str:
    """The highest class in the report: as asked, else the usual one or that of its own record.

    InvalidValue where the record it is about is of a higher class than was asked for.
    """
    order = [key for key, _ in CLASSES]
    if asked.max_class and asked.max_class not in order:
        raise InvalidValue(f"“{asked.max_class}” is no document class.", f"Use {', '.join(order)}.")
    wanted = asked.max_class or DEFAULT_CLASS
    if not report.entity or asked.record is None:
        return wanted
    own = str(records.get(c, report.entity, asked.record).values.get("document_class") or wanted)
    if own not in order or order.index(own) <= order.index(wanted):
        return wanted
    if asked.max_class:
        words = f"The {entity(report.entity).label.lower()} itself is “{dict(CLASSES)[own]}”."
        raise InvalidValue(words, "Make the report for that class, or class the record lower.")
    return own


def write(
    db: Database, asked: Asked, path: Path, cancelled: Callable[[], bool] = formats.never
) -> Document:
    """Makes a report and writes it; the document as it was written. UserError when it cannot, or
    when `cancelled` says so."""
    report = find(asked.report)
    ending = formats.format_of(path)
    if ending not in report.formats:
        known = ", ".join(f".{one}" for one in report.formats)
        raise InvalidValue(f"“{report.label}” is not written as .{ending}.", f"Use {known}.")
    with db.snapshot() as c:
        made = document(c, asked, clock.today(db.clock))
    formats.write(report_charts.drawn(made), path, cancelled)
    return made
