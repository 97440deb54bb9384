"""The letter that asks for a tranche: composed from the records, written as a Word document."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from string import Template
from typing import Any
from uuid import UUID

from aps_desktop.db import store
from aps_desktop.db.connection import Connection
from aps_desktop.db.engine import Database
from aps_desktop.db.unit_of_work import apply
from aps_desktop.domain.changes import Applied, Change, ChangeSet, Update
from aps_desktop.domain.entities import entity
from aps_desktop.domain.errors import InvalidValue
from aps_desktop.domain.values import show_date
from aps_desktop.paths import resource_path
from aps_desktop.reports import formats
from aps_desktop.reports.document import (
    Amount,
    Block,
    Column,
    Day,
    Document,
    Heading,
    Paragraph,
    Signature,
    Table,
    words,
)
from aps_desktop.services import files, records
from aps_desktop.services.records import Record

_COLUMNS = (
    Column("Instalment", share=4), Column("Due"), Column("Status"), Column("Amount", True, 3),
)  # fmt: skip


_ARTICLE = re.compile(
    r"United|Republic of|Kingdom of|Russian Federation|European Union|Netherlands|Philippines"
    r"|Gulf Cooperation|Asian Development|World Bank|Pacific Islands|Indian Ocean"
)
"""Names of partners that take an article begin so."""


@dataclass(frozen=True)
class Wording:
    """What the officer decides about a letter; everything else comes from the records."""

    reference: str
    on: date
    addressee: str
    signatory: str
    signatory_post: str = ""
    salutation: str = "Dear Sir or Madam,"


@dataclass(frozen=True)
class Start:
    """What the records suggest for a letter, and what of it is missing, in words."""

    tranche: Record
    wording: Wording
    file_name: str
    missing: tuple[str, ...]


def start(c: Connection, tranche: UUID, today: date) -> Start:
    """What a letter for the tranche begins with."""
    record = records.get(c, "tranche", tranche)
    facts = _facts(c, record)
    payer = _with_article(facts["payer"])
    who = facts["manager"] or (f"Mission of {payer} to ASEAN" if payer else "")
    number = c.value("SELECT count(*) FROM tranche WHERE requested_on IS NOT NULL") or 0
    _, office, _ = store.this_device(c)
    wording = Wording(f"{office}/{today.year}/{int(number) + 1:03d}", today, who, "")
    name = f"Request letter {facts['project_code']} {record.values.get('title') or ''}.docx"
    wanted = (
        ("project_title", "the project"), ("fund", "the fund"), ("amount", "the amount"),
        ("body_known", "the sponsoring body"),
    )  # fmt: skip
    missing = tuple(words for key, words in wanted if not facts[key])
    return Start(record, wording, files.safe_name(name), missing)


def compose(c: Connection, tranche: UUID, wording: Wording) -> Document:
    """The whole letter. InvalidValue when the tranche has no amount."""
    record = records.get(c, "tranche", tranche)
    facts = _facts(c, record)
    if not facts["amount"]:
        raise InvalidValue(
            "The tranche has no amount.", "Enter it before the letter is written.", field="amount"
        )
    form = _form()
    facts |= {
        "reference": wording.reference,
        "conditions": _conditions(c, record, form["conditions"]),
    }

    def fill(text: str) -> str:
        return Template(text).safe_substitute(facts)

    head, *under = (facts["office"], *facts["office_address"].split("\n"))
    blocks: list[Block] = [
        Heading(head, 2),
        *([Paragraph("\n".join(under), "muted")] if any(under) else []),
        Paragraph(f"Ref: {wording.reference}\n{show_date(wording.on)}"),
        Paragraph(wording.addressee or facts["payer"] or facts["fund"]),
        Paragraph(wording.salutation),
        Paragraph(fill(form["subject"]), "strong"),
        *(Paragraph(fill(text), side="justify") for text in form["opening"]),
        _schedule(c, record),
        *(Paragraph(fill(text), side="justify") for text in form["paragraphs"]),
        Paragraph(form["closing"]),
        Signature(wording.signatory or facts["office"], wording.signatory_post),
    ]
    if facts["body_known"]:
        blocks.append(Paragraph(fill(form["copies"]), "muted"))
    return Document(fill(form["subject"]), tuple(blocks), office=facts["office"], letter=True)


def as_text(letter: Document) -> str:
    """The letter as plain text, for reading it before it is written."""
    parts = []
    for block in letter.blocks:
        match block:
            case Heading() | Paragraph():
                parts.append(block.text)
            case Table():
                lines = (" · ".join(filter(None, map(words, row))) for row in block.rows)
                parts.append("\n".join(f"    {line}" for line in lines))
            case Signature():
                parts.append("\n".join(x for x in ("\n", block.name, block.role) if x))
    return "\n\n".join(parts)


def write(db: Database, tranche: UUID, wording: Wording, target: Path) -> tuple[Applied, Path]:
    """Writes the letter where the officer wants it and attaches it, as one undo step.

    The tranche counts as requested on the letter's day, unless it was before.
    """
    c = db.reader()
    record = records.get(c, "tranche", tranche)
    formats.write(compose(c, tranche, wording), target)
    ref = files.add(db, target)
    changes: list[Change] = [Update("tranche", tranche, "request_letter", ref)]
    if record.values.get("requested_on") is None:
        changes.append(Update("tranche", tranche, "requested_on", wording.on))
    if record.values.get("status") in (None, "planned"):
        changes.append(Update("tranche", tranche, "status", "requested"))
    label = f"write the request letter for {records.short_title(record)}"
    return apply(db, ChangeSet(label, tuple(changes))), target


@lru_cache(maxsize=1)
def _with_article(name: str) -> str:
    """A country's name as it stands within a sentence: the United Kingdom, but Japan."""
    return f"the {name}" if _ARTICLE.match(name) else name


def _form() -> dict[str, Any]:
    """The letter's standing words."""
    read: dict[str, Any] = json.loads(
        resource_path("letters", "tranche_request.json").read_text(encoding="utf-8")
    )
    return read


def _facts(c: Connection, tranche: Record) -> dict[str, str]:
    """What the letter says about the tranche, its project, its fund and who pays."""
    values = tranche.values
    project = _of(c, "project", values.get("project"))
    fund = _of(c, "fund", values.get("fund") or project.get("fund"))
    partner = _of(c, "partner", fund.get("partner"))
    body = _of(c, "body", project.get("sponsoring_body"))
    _, code, _ = store.this_device(c)
    office = c.one("SELECT name, address FROM office WHERE code = ?", (code,)) or (code, "")
    due = values.get("due")
    return {
        "office": str(office[0] or code),
        "office_address": str(office[1] or ""),
        "instalment": str(values.get("title") or "the instalment"),
        "amount": str(values["amount"]) if values.get("amount") else "",
        "by_date": f" by {show_date(due)}" if isinstance(due, date) else "",
        "project_code": str(project.get("code") or ""),
        "project_title": str(project.get("title") or ""),
        "fund": str(fund.get("name") or ""),
        "manager": str(fund.get("manager") or ""),
        "payer": str(partner.get("name") or ""),
        "partner": str(
            _with_article(str(partner.get("name") or ""))
            or fund.get("manager")
            or f"all who contribute to {fund.get('name')}"
        ),
        "body": str(body.get("name") or "sponsoring body"),
        "body_known": "yes" if body else "",
    }


def _of(c: Connection, name: str, id: object) -> dict[str, Any]:
    """A referred record's values; empty when there is none, or it is not here."""
    if not isinstance(id, UUID):
        return {}
    if c.value(f"SELECT 1 FROM {entity(name).name} WHERE id = ?", (id.bytes,)) is None:
        return {}
    return dict(records.get(c, name, id).values)


def _conditions(c: Connection, tranche: Record, form: dict[str, str]) -> str:
    rows = c.all(
        "SELECT title, coalesce(status, 'open') FROM condition WHERE tranche = ? "
        "ORDER BY (due IS NULL), due, rid",
        (tranche.rid,),
    )
    waiting = [title for title, status in rows if status in ("open", "not_met")]
    if not rows:
        return form["none"]
    listed = "; ".join(waiting or [title for title, _ in rows])
    return Template(form["open" if waiting else "met"]).safe_substitute(list=listed)


def _schedule(c: Connection, tranche: Record) -> Table:
    """All instalments of the project, so that whoever pays sees where this one stands."""
    project = c.value("SELECT project FROM tranche WHERE rid = ?", (tranche.rid,))
    column, key = ("rid", tranche.rid) if project is None else ("project", project)
    rows = c.all(
        "SELECT rid, title, due, status, amount_minor, amount_currency FROM tranche "
        f"WHERE {column} = ? ORDER BY (due IS NULL), due, rid",
        (key,),
    )
    status = entity("tranche").field("status")
    shown = tuple(
        (
            str(title or ""),
            Day(date.fromisoformat(due)) if due else None,
            "This request" if rid == tranche.rid else status.choice_label(state or ""),
            Amount(int(minor), currency) if currency else None,
        )
        for rid, title, due, state, minor, currency in rows
    )
    return Table(_COLUMNS, shown)
