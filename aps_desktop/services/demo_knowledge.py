"""Fictitious documents with versions and small files, knowledge products, exchanges, outreach."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from uuid import UUID

from aps_desktop.domain.values import FileRef
from aps_desktop.services import demo_words as words
from aps_desktop.services.demo_maker import BASE, FIRST_YEAR, Maker

_PROJECT_PAPERS = ("concept_note", "proposal", "progress_report", "financial_report")
_MEETING_PAPERS = ("agenda", "paper", "meeting_report")
_FILES = 24
_LANGUAGES = ("English",) * 8 + (
    "Bahasa Indonesia", "Khmer", "Lao", "Malay", "Burmese", "Filipino", "Mandarin", "Tamil",
    "Thai", "Tetum", "Vietnamese",
)  # fmt: skip


def make(m: Maker) -> None:
    """Documents of projects and meetings, what was published, and people meeting people."""
    m.part("Documents and knowledge")
    files = [_file(m, number) for number in range(_FILES)]
    for number in range(m.size.documents):
        _document(m, number, files)
    for number in range(max(6, m.size.documents // 10)):
        _product(m, number, files)
    m.part("Exchanges and outreach")
    for number in range(max(6, m.size.projects // 6)):
        _exchange(m, number)
    for number in range(max(6, m.size.projects // 3)):
        _outreach(m, number)
    _entities(m)


def _file(m: Maker, number: int) -> FileRef:
    """A small text file whose bytes are in the database."""
    text = f"Fictitious paper {number + 1}\n\n{m.pick(words.OUTPUTS)}: {m.subject('aec')}.\n"
    data = text.encode()
    sha256 = hashlib.sha256(data).hexdigest()
    m.c.run(
        "INSERT INTO file_blob(sha256, size, data) VALUES (?, ?, ?) ON CONFLICT(sha256) DO NOTHING",
        (sha256, len(data), data),
    )
    return FileRef(sha256, f"paper-{number + 1:02d}.txt")


def _document(m: Maker, number: int, files: list[FileRef]) -> None:
    of_project = number % 2 == 0 or not m.meetings
    if of_project:
        project = m.projects[number // 2 % len(m.projects)]
        type = m.pick(_PROJECT_PAPERS)
        title = f"{type.replace('_', ' ').capitalize()} of {project.code} ({number + 1})"
        day, link = project.start, {"project": project.id, "body": project.body}
    else:
        meeting = m.meetings[number // 2 % len(m.meetings)]
        type = m.pick(_MEETING_PAPERS)
        title = f"{type.replace('_', ' ').capitalize()} {number + 1}, {meeting.day.year}"
        day, link = meeting.day, {"meeting": meeting.id, "body": meeting.body}
    dated = min(BASE, day)
    document = m.add(
        "document", number=f"DOC-{dated.year}-{number + 1:05d}", title=title, type=type,
        file=files[number % len(files)] if number % 4 == 0 else None, dated=dated,
        document_class=m.document_class(), author=m.pick(("Secretariat", "Proponent", "Chair")),
        language="English", received_on=m.later(dated, 0, 10), **link,
    )  # fmt: skip
    if number % 2 == 0:
        m.add(
            "document_version", document=document, version="1", dated=dated,
            status="final" if number % 4 else "draft", change_note="First version",
        )  # fmt: skip


def _product(m: Maker, number: int, files: list[FileRef]) -> None:
    year = m.number(FIRST_YEAR, BASE.year)
    project = m.pick(m.projects)
    kind = m.pick(("publication", "policy_brief", "study", "guideline", "toolkit", "dataset"))
    released = m.happens(0.8)
    day = m.day(date(year, 1, 5), min(BASE, date(year, 12, 1)))
    product = m.add(
        "knowledge_product", code=f"KP-{year}-{number + 1:04d}", type=kind, body=project.body,
        title=f"{kind.replace('_', ' ').capitalize()} on {project.subject} ({number + 1})",
        project=project.id, year=str(year), language=m.pick(_LANGUAGES),
        authors="Secretariat and partners", summary=f"What was learned about {project.subject}.",
        status="released" if released else m.pick(("draft", "review")),
        released_on=day if released else None,
        released_by="Head of division" if released else None,
        document_class="public" if released else "limited",
        file=files[number % len(files)] if number % 3 == 0 else None,
        tags=frozenset(m.some(("gender", "climate", "digital", "youth"), 0, 2)),
    )  # fmt: skip
    for channel in (
        m.some(("website", "email_list", "printed", "workshop"), 1, 3) if released else ()
    ):
        m.add(
            "dissemination", knowledge_product=product, channel=channel,
            sent_on=min(BASE, m.later(day, 1, 90)), copies=m.number(20, 800),
            reached=m.number(50, 5000), audience="Sectoral bodies and focal points",
        )  # fmt: skip


def _exchange(m: Maker, number: int) -> None:
    start = m.day(date(FIRST_YEAR, 2, 1), date(BASE.year + 1, 6, 1))
    state, city = m.place()
    held = start < BASE
    states = m.some(tuple(m.states.values()), 3, 8)
    exchange = m.add(
        "exchange_programme", title=f"{m.pick(words.EXCHANGES)} {start.year} ({number + 1})",
        type=m.pick(("youth", "students", "media", "performance", "festival", "sports")),
        status="held" if held else "planned", starts_on=start,
        ends_on=start + timedelta(days=m.number(2, 10)), venue=city, host_state=m.states[state],
        participating_states=frozenset(states), places=m.number(20, 200),
        partner=m.pick(m.pools["partner"]) if m.pools["partner"] and m.happens(0.4) else None,
        budget=m.money("USD", 10_000, 150_000), objective="Young people of the region meet.",
    )  # fmt: skip
    if held:
        _participation(m, states, exchange_programme=exchange)


def _participation(m: Maker, states: list[UUID], **of: UUID) -> None:
    """Counts by state and sex; no names."""
    for state in states[:4]:
        for sex in ("female", "male"):
            m.add(
                "participation_count", member_state=state, sex=sex, age_band="15_24",
                role="participant", people=m.number(2, 25), **of,
            )  # fmt: skip


def _outreach(m: Maker, number: int) -> None:
    start = m.day(date(FIRST_YEAR, 2, 1), date(BASE.year + 1, 3, 1))
    project = m.pick(m.projects)
    m.add(
        "outreach_activity", title=f"Outreach on {project.subject} ({number + 1})",
        type=m.pick(("press_release", "media_event", "social_media", "school", "asean_day")),
        status="held" if start < BASE else "planned", starts_on=start, ends_on=start,
        channel=m.pick(("Press", "Radio", "Social media", "School visit")),
        audience=m.pick(("General public", "Students", "Officials")),
        reach=m.number(100, 50_000) if start < BASE else None, body=project.body,
        project=project.id, document_class="public",
    )  # fmt: skip


def _entities(m: Maker) -> None:
    if m.shipped("associated_entity"):
        return
    categories = (("business", 15), ("cso", 49), ("think_tank", 3), ("other", 9))
    for category, count in categories:
        for number in range(count):
            m.add(
                "associated_entity", code=f"{category[:3].upper()}-{number + 1:02d}",
                name=f"Sample {category.replace('_', ' ')} entity {number + 1} (fictitious)",
                category=category, accredited_on=m.day(date(2010, 1, 4), date(2025, 1, 1)),
            )  # fmt: skip
