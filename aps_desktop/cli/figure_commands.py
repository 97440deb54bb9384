"""Commands about money: figures by question, and posting, reversing, correcting."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from aps_desktop.cli.session import DONE, NEEDS_A_PERSON, Session
from aps_desktop.cli.values import read_values
from aps_desktop.db.engine import Database
from aps_desktop.db.queries.lists import ListQuery
from aps_desktop.domain.errors import InvalidValue
from aps_desktop.domain.totals import Total
from aps_desktop.services import figures, ledger, records
from aps_desktop.services.funding import NAME, Answer, Figure, Scope

RECORDS = {
    "body": ("body", "bodies"), "partner": ("partner", "partners"),
    "member_state": ("member_state", "states"), "fund": ("fund", "funds"),
    "programme": ("programme", "programmes"), "project": ("project", "projects"),
}  # fmt: skip


def questions(session: Session) -> int:
    """The questions that "figures" answers, with their options."""
    document = [
        {"name": q.name, "title": q.title, "options": {k: list(v) for k, v in q.choices.items()}}
        for q in figures.QUESTIONS.values()
    ]
    session.answer(document, "\n".join(f"{q['name']}: {q['title']}" for q in document))
    return DONE


def show(session: Session) -> int:
    """The answer to a question about money."""
    a = session.arguments
    if a.name == "list":
        return questions(session)
    options = {n: getattr(a, n) for n in ("by", "period", "measure", "days") if getattr(a, n)}
    with session.database() as db:
        answer = figures.answer(db.reader(), a.name, scope(db, a), **options)
    session.answer(document(answer), in_words(answer))
    refused = any(one.total is not None and one.total.refused for one in answer.totals)
    return NEEDS_A_PERSON if refused else DONE


def scope(db: Database, arguments: Any) -> Scope:
    """What the filters on the command line narrow to; records by id, code or title."""
    rids = {
        name: tuple(_rid(db, entity, text) for text in getattr(arguments, option) or ())
        for option, (entity, name) in RECORDS.items()
    }
    found = Scope(
        pillars=tuple(arguments.pillar or ()), bodies=rids["bodies"], partners=rids["partners"],
        states=rids["states"], funds=rids["funds"], programmes=rids["programmes"],
        projects=rids["projects"],
    )  # fmt: skip
    if arguments.year:
        found = replace(found, years=_years(arguments.year))
    if arguments.as_of:
        found = replace(found, as_of=_day(arguments.as_of))
    return found


def _rid(db: Database, entity: str, text: str) -> int:
    c = db.reader()
    return records.get(c, entity, records.find_id(c, entity, text)).rid


def _years(text: str) -> tuple[int, int]:
    first, _, last = text.partition("-")
    if not (first.isdigit() and (last or first).isdigit()):
        raise InvalidValue(f"“{text}” is not a year.", "Type 2026, or 2024-2026.")
    return int(first), int(last or first)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidValue(f"“{text}” is not a date.", "Type it as 2026-11-23.") from None


# Answers as JSON and in words ---------------------------------------------------------------------


def document(answer: Answer) -> dict[str, Any]:
    """An answer as JSON: amounts as in the ledger, exact, with their currency."""
    return {
        "question": answer.question,
        "title": answer.title,
        "lines": [
            {
                "key": line.key,
                "label": line.label,
                "entity": line.entity or None,
                "id": str(line.id) if line.id else None,
                "note": line.note,
                "figures": {one.key: _figure(one) for one in line.figures},
            }
            for line in answer.lines
        ],
        "totals": {one.key: _figure(one) for one in answer.totals},
        "explained": list(answer.explained),
        "more": answer.more,
    }


def _figure(one: Figure) -> dict[str, Any]:
    found: dict[str, Any] = {"label": one.label}
    if one.total is not None:
        found |= _total(one.total)
    if one.count is not None:
        found["count"] = one.count
    if one.day is not None:
        found["day"] = one.day.isoformat()
    if one.total is None and one.count is None and one.day is None:
        found["percent"] = str(one.percent) if one.percent is not None else None
    if one.opens is not None:
        found["opens"] = _opens(one.opens)
    return found


def _total(total: Total) -> dict[str, Any]:
    value = total.value
    found: dict[str, Any] = {
        "value": str(value.amount) if value else None,
        "currency": value.currency if value else None,
        "rows": total.rows,
        "by_currency": {one.currency: str(one.amount) for one in total.by_currency},
    }
    if total.refused:
        found["refused"] = "amounts in several currencies, some without a value in US dollars"
    if total.unvalued:
        found["unvalued"] = total.unvalued
        found["missing"] = [
            {
                "entity": one.entity,
                "id": str(one.id),
                "title": one.title,
                "amount": str(one.amount.amount),
                "currency": one.amount.currency,
                "date": one.day.isoformat() if one.day else None,
            }
            for one in total.missing
        ]
    return found


def _opens(query: ListQuery) -> dict[str, Any]:
    return {
        "entity": query.entity,
        "filters": [[one.field, one.op, list(one.values)] for one in query.filters],
    }


def in_words(answer: Answer) -> str:
    """An answer as people read it."""
    lines = [answer.title]
    for label, found in (
        *((line.label, line.figures) for line in answer.lines), ("Together", answer.totals),
    ):  # fmt: skip
        lines.append(f"{label}: " + "; ".join(f"{one.label} {_words(one)}" for one in found))
    lines += answer.explained
    for one in answer.totals:
        if one.total is not None and one.total.refused:
            lines += [f"No total “{one.label}”: {m.words}" for m in one.total.missing]
    return "\n".join(lines)


def _words(one: Figure) -> str:
    if one.day is not None:
        return one.day.isoformat()
    if one.count is not None:
        return f"{one.count:,}"
    if one.total is None:
        return f"{one.percent} %" if one.percent is not None else "-"
    if one.total.value is not None:
        return str(one.total.value)
    return " + ".join(str(part) for part in one.total.by_currency) + " (no total)"


# Posting ------------------------------------------------------------------------------------------


def post(session: Session) -> int:
    """Posts a transaction: its value in US dollars is frozen by the rate of the day."""
    a = session.arguments
    with session.database() as db:
        posted = ledger.post(db, read_values(db, NAME, a.values))
    return _posted(session, posted)


def reverse(session: Session) -> int:
    """Takes a transaction back by a reversing entry."""
    a = session.arguments
    with session.database() as db:
        id = records.find_id(db.reader(), NAME, a.id)
        posted = ledger.reverse(db, id, a.reason, _day(a.on) if a.on else None)
    return _posted(session, posted)


def correct(session: Session) -> int:
    """Reverses a transaction and posts it anew with other values, as one step."""
    a = session.arguments
    with session.database() as db:
        id = records.find_id(db.reader(), NAME, a.id)
        values = read_values(db, NAME, a.values)
        posted = ledger.correct(db, id, values, a.reason)
    return _posted(session, posted)


def _posted(session: Session, posted: ledger.Posted) -> int:
    usd = posted.usd_value
    session.answer(
        {
            "id": str(posted.id),
            "usd_value": str(usd.amount) if usd else None,
            "rate": posted.rate or None,
            "change_set": posted.applied.number,
        },
        f"{posted.id}  {usd or 'no value in US dollars: there is no rate'}  {posted.rate}".strip(),
    )
    return DONE if usd else NEEDS_A_PERSON


def fill_in(session: Session) -> int:
    """Gives transactions without a value in US dollars one, where there is a rate by now."""
    with session.database() as db:
        applied, left = ledger.fill_in(db)
    filled = sum(len(rids) for rids in applied.touched.values())
    session.answer(
        {"filled": filled, "missing": [one.words for one in left]},
        "\n".join([f"{filled:,} filled in", *(one.words for one in left)]),
    )
    return NEEDS_A_PERSON if left else DONE
