"""Commands about monitoring: who has not reported, requests and forms, progress, checks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from aps_desktop.cli.session import DONE, NEEDS_A_PERSON, Session
from aps_desktop.db.connection import Connection
from aps_desktop.domain.clock import today
from aps_desktop.domain.errors import NotFound
from aps_desktop.services import reporting, results_figures, value_quality
from aps_desktop.services import reporting_matrix as matrix
from aps_desktop.services.reporting_matrix import Calendar
from aps_desktop.services.results_figures import Filters


def missing(session: Session) -> int:
    """Who has not reported: by body or project and by member state."""
    a = session.arguments
    with session.database() as db:
        c, day = db.reader(), today(db.clock)
        calendar = _calendar(c, a.period, day)
        found = matrix.matrix(c, calendar, day, a.by)
    rows = [
        {
            "row": row, "member_state": column, "expected": cell.expected,
            "reported": cell.reported, "missing": cell.missing, "late": cell.late,
            "returned": cell.returned,
        }
        for (row, column), cell in sorted(found.cells.items())
    ]  # fmt: skip
    whole = found.whole()
    words = [f"{calendar.name}: {whole.reported:,} of {whole.expected:,} values have come."]
    words += [
        f"  {r['row']}, {r['member_state'] or 'no state'}: {r['missing']} missing, {r['late']} late"
        for r in rows if r["missing"]
    ]  # fmt: skip
    session.answer({"period": calendar.name, "cells": rows}, "\n".join(words))
    return DONE


def ask(session: Session) -> int:
    """Makes the requests of a reporting period."""
    with session.database() as db:
        calendar = _calendar(db.reader(), session.arguments.period, today(db.clock))
        applied = reporting.ask(db, calendar.id)
    session.answer({"change_set": applied.number, "label": applied.label}, applied.label)
    return DONE


def forms(session: Session) -> int:
    """Writes the Excel forms of what is missing, one for each state, and marks it as sent."""
    a = session.arguments
    with session.database() as db:
        c, day = db.reader(), today(db.clock)
        calendar = _calendar(c, a.period, day)
        asked = [
            one for one in matrix.requests(c, calendar, day)
            if not a.state or one.state.casefold() == a.state.casefold()
        ]  # fmt: skip
        sent = reporting.send_again(db, calendar, asked, Path(a.folder))
    files = [str(path) for path in sent.files]
    session.answer({"files": files, "change_set": sent.applied.number}, "\n".join(files))
    return DONE


def progress(session: Session) -> int:
    """How far indicators are on their way from baseline to target."""
    a = session.arguments
    with session.database() as db:
        found = results_figures.progress(db.reader(), Filters(year=a.year), a.limit)
    rows = [_figure(one) for one in found]
    words = "\n".join(
        f"{r['code'] or r['title']}: {r['actual'] or 'no value'} of {r['target'] or 'no target'}"
        f"{', ' + r['note'] if r['note'] else ''}"
        for r in rows
    )
    session.answer(rows, words)
    return DONE


def _figure(one: results_figures.IndicatorFigure) -> dict[str, Any]:
    return {
        "id": str(one.id), "code": one.code, "title": one.title, "unit": one.unit,
        "baseline": _text(one.baseline), "target": _text(one.target), "actual": _text(one.actual),
        "period": str(one.period or ""), "share": _text(one.share), "met": one.met,
        "band": one.band, "note": one.note,
    }  # fmt: skip


def _text(number: Any) -> str | None:
    return None if number is None else f"{number.normalize():f}"


def checks(session: Session) -> int:
    """Values that are wrong or doubtful, seen beside their indicator's others."""
    with session.database() as db:
        found = value_quality.batch(db.reader(), limit=session.arguments.limit)
    rows = [
        {
            "rule": one.doubt.rule, "severity": one.doubt.severity, "id": str(one.id),
            "indicator": one.label, "where": one.where, "message": one.doubt.words,
        }
        for one in found
    ]  # fmt: skip
    words = "\n".join(f"{r['indicator']}, {r['where']}: {r['message']}" for r in rows)
    session.answer(rows, words)
    return NEEDS_A_PERSON if any(r["severity"] == "error" for r in rows) else DONE


def _calendar(c: Connection, name: str | None, day: Any) -> Calendar:
    found = matrix.calendars(c)
    if not name:
        calendar = matrix.current(found, day)
    else:
        calendar = next((one for one in found if one.name.casefold() == name.casefold()), None)
    if calendar is None:
        known = ", ".join(one.name for one in found[:12])
        raise NotFound(
            "There is no such reporting period.", f"Periods: {known}." if known else
            "Make one in the reporting calendar first.",
        )  # fmt: skip
    return calendar
