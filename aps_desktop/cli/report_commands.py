"""Commands about reports: report list, report NAME OUT."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from aps_desktop.cli.session import DONE, Session
from aps_desktop.db.engine import Database
from aps_desktop.domain.errors import InvalidValue
from aps_desktop.services import records, reports
from aps_desktop.services.reports import Asked


def report(session: Session) -> int:
    """Makes a report: its name and the file to write; "list" names them all."""
    a = session.arguments
    if a.name == "list":
        return _list(session)
    if not a.out:
        raise InvalidValue("Which file is the report to be?", "Give a .pdf, .docx, .xlsx or .html.")
    with session.database() as db:
        asked = Asked(a.name, _record(db, a.name, a.about), a.year, a.max_class or "")
        made = reports.write(db, asked, Path(a.out))
    answer = {"report": a.name, "file": a.out, "title": made.title, "class": made.mark}
    session.answer(answer, f"{a.out}: {made.title}.")
    return DONE


def _record(db: Database, name: str, about: str | None) -> UUID | None:
    """The record after --for, "project:CODE" or "project:ID"."""
    wanted = reports.find(name).entity
    if not about:
        return None
    kind, _, text = about.partition(":")
    if kind != wanted or not text:
        what = f"--for {wanted}:CODE" if wanted else "no --for: it is about the office"
        raise InvalidValue(f"The report “{name}” is not about “{about}”.", f"Use {what}.")
    return records.find_id(db.reader(), kind, text)


def _list(session: Session) -> int:
    document = [
        {
            "report": one.name,
            "label": one.label,
            "about": one.entity,
            "by_year": one.by_year,
            "formats": list(one.formats),
        }
        for one in reports.REPORTS
    ]
    words = "\n".join(
        f"{one.name}: {one.label}{f' (--for {one.entity}:CODE)' if one.entity else ''}. "
        f"{one.purpose}"
        for one in reports.REPORTS
    )
    session.answer(document, words)
    return DONE
