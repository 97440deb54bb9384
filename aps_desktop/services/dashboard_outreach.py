"""Charts of knowledge and outreach: who took part, whom it reached, and where products went."""

from __future__ import annotations

from collections import Counter
from datetime import date

from aps_desktop.db.connection import Connection
from aps_desktop.db.queries import figures
from aps_desktop.db.queries.conditions import Filter
from aps_desktop.domain.entities.outreach import OUTREACH_TYPES
from aps_desktop.domain.entities.vocabularies import DISSEMINATION_CHANNELS
from aps_desktop.services.chart_data import (
    Bar,
    Bars,
    Chart,
    Columns,
    Head,
    Marks,
    Part,
    Table,
    Wing,
    Wings,
)
from aps_desktop.services.dashboard_selection import (
    Selection,
    in_period,
    in_year,
    not_narrowed,
    through,
    whole,
)
from aps_desktop.services.dashboard_selection import unit as unit_of
from aps_desktop.services.dashboard_words import (
    count_ticks,
    counted,
    named_period,
    percent,
    short_period,
    source,
)

_PERIODS = 12
_SEXES = (("female", "Women"), ("male", "Men"), ("", "Not stated"))
_NOBODY = "No participants", "They are entered as numbers with each exchange programme."
_NO_EVENTS = "No outreach", "Enter press, school and public events with the people they reached."
_NO_PRODUCTS = "Nothing was sent out", "Enter to whom knowledge products and documents went."


def _exchanges(selection: Selection) -> tuple[Filter, ...]:
    """Participation in the exchange programmes that are selected."""
    inner = list(in_year("starts_on", selection.year))
    if selection.pillar is not None:
        inner.append(Filter("body.pillar", "any_of", (selection.pillar,)))
    if selection.body is not None:
        inner.append(Filter("body", "any_of", selection.bodies))
    if selection.partner is not None:
        inner.append(Filter("partner", "rid", (selection.partner,)))
    found = through("exchange_programme", inner) or (Filter("exchange_programme", "filled"),)
    if selection.state is not None:
        found += (Filter("member_state", "rid", (selection.state,)),)
    return found


def _outreach(selection: Selection) -> tuple[Filter, ...]:
    found = list(in_year("starts_on", selection.year))
    if selection.pillar is not None:
        found.append(Filter("body.pillar", "any_of", (selection.pillar,)))
    if selection.body is not None:
        found.append(Filter("body", "any_of", selection.bodies))
    if selection.partner is not None:
        found.append(Filter("partner", "rid", (selection.partner,)))
    return tuple(found)


def participants(c: Connection, selection: Selection, today: date) -> Chart:
    """Participants in exchange programmes by member state and sex."""
    base = _exchanges(selection)
    found: Counter[tuple[int, str]] = Counter()
    for state, sex, _, people in figures.grouped(
        c, "participation_count", base, ("member_state", "sex"), ("people",)
    ):
        known = sex if sex in ("female", "male") else ""
        found[int(state or 0), known] += int(people or 0)
    names = {rid: full for rid, (_, full) in figures.names(c, "member_state").items()}
    order = sorted(names, key=lambda rid: (-found[rid, "female"] - found[rid, "male"], names[rid]))
    marks = Marks()
    rows = tuple(_wing(marks, base, rid, names[rid], found) for rid in order)
    women = sum(number for (_, sex), number in found.items() if sex == "female")
    men = sum(number for (_, sex), number in found.items() if sex == "male")
    total = sum(found.values())
    finding = f"{percent(women, women + men)} of {counted(total, 'participant')} are women"
    head = Head(
        finding,
        "Participants in exchange programmes by member state and sex, number",
        source(today),
    )
    table = Table(
        ("Member state", *(words for _, words in _SEXES), "Participants"),
        tuple(
            (names[r], *(found[r, s] for s, _ in _SEXES), sum(found[r, s] for s, _ in _SEXES))
            for r in order
        ),
    )
    drawn = Wings(rows, ("Women", "Men"))
    return whole(
        "outreach-participants", head, drawn, marks, table, selection, _NOBODY, empty=not total
    )


def _wing(
    marks: Marks, base: tuple[Filter, ...], state: int, name: str, found: Counter[tuple[int, str]]
) -> Wing:
    """Women to the left and men to the right, of one state."""
    parts = []
    for sex, words in _SEXES[:2]:
        number = found[state, sex]
        where = (*base, Filter("member_state", "rid", (state,)), Filter("sex", "any_of", (sex,)))
        people = counted(number, "person", "people")
        mark = marks.add(f"{name}, {words.lower()}", people, "participation_count", where)
        parts.append(Part(number, sex, f"{number:,}", mark))
    return Wing(name, parts[0], parts[1])


def participants_over_time(c: Connection, selection: Selection, today: date) -> Chart:
    """Participants in exchange programmes by year and sex."""
    base = _exchanges(selection)
    unit = unit_of(selection)
    found: dict[str, Counter[str]] = {}
    for when, sex, _, people in figures.grouped(
        c, "participation_count", base, (f"{unit}:exchange_programme.starts_on", "sex"), ("people",)
    ):
        known = sex if sex in ("female", "male") else ""
        if when:
            found.setdefault(str(when), Counter())[known] += int(people or 0)
    marks = Marks()
    rows = tuple(_column(marks, base, when, found[when]) for when in sorted(found)[-_PERIODS:])
    last = sorted(found)[-1] if found else ""
    total = sum(sum(counts.values()) for counts in found.values())
    finding = f"{counted(total, 'person', 'people')} took part in exchanges"
    if last and len(found) > 1:
        best = max(found, key=lambda w: sum(found[w].values()))
        finding += f"; most in {named_period(best)}: {sum(found[best].values()):,}"
    highest = max((sum(found[w].values()) for w in sorted(found)[-_PERIODS:]), default=0)
    keys = tuple(
        (sex or "not_stated", words)
        for sex, words in _SEXES
        if any(counts[sex] for counts in found.values())
    )
    head = Head(
        finding, f"Participants in exchange programmes by {unit} and sex, number", source(today)
    )
    table = Table(
        ("When", *(words for _, words in _SEXES)),
        tuple((named_period(w), *(found[w][s] for s, _ in _SEXES)) for w in sorted(found)),
    )
    drawn = Columns(rows, keys, ticks=count_ticks(highest))
    return whole(
        "outreach-over-time", head, drawn, marks, table, selection, _NOBODY, empty=not total
    )


def _column(marks: Marks, base: tuple[Filter, ...], when: str, counts: Counter[str]) -> Bar:
    """The people of a year or month, by sex."""
    parts = []
    for sex, words in _SEXES:
        if not counts[sex]:
            continue
        where = (*base, *through("exchange_programme", in_period("starts_on", when)),
                 Filter("sex", "any_of", (sex,) if sex else (None, "not_stated")))  # fmt: skip
        mark = marks.add(
            f"{named_period(when)}, {words.lower()}", counted(counts[sex], "person", "people"),
            "participation_count", where,
        )  # fmt: skip
        parts.append(Part(counts[sex], sex or "not_stated", mark=mark))
    return Bar(short_period(when), tuple(parts), f"{sum(counts.values()):,}")


def reach(c: Connection, selection: Selection, today: date) -> Chart:
    """People reached by outreach activities, by kind."""
    base = _outreach(selection)
    found = {
        row[0] or "": (int(row[1]), int(row[2] or 0))
        for row in figures.grouped(c, "outreach_activity", base, ("type",), ("reach",))
    }
    marks = Marks()
    rows = []
    kinds = (*OUTREACH_TYPES, ("", "Not stated"))
    order = sorted(((found.get(k, (0, 0)), k, label) for k, label in kinds), key=lambda o: -o[0][1])
    for (number, people), key, label in order:
        if not number:
            continue
        value = (
            f"{counted(people, 'person', 'people')} in {counted(number, 'activity', 'activities')}"
        )
        mark = marks.add(label, value, "outreach_activity",
                         (*base, Filter("type", "any_of", (key or None,))))  # fmt: skip
        rows.append(Bar(label, (Part(people, "plain", mark=mark),), f"{people:,}"))
    total = sum(people for _, people in found.values())
    (_, most), _, label = order[0]
    whom = counted(total, "person", "people")
    finding = f"“{label}” reached {percent(most, total)} of {whom}, the most"
    note = not_narrowed(selection, "activities name none", "state")
    subtitle = "People reached by outreach activities, by kind, number"
    head = Head(finding, subtitle, source(today), note)
    table = Table(
        ("Kind", "Activities", "People reached"),
        tuple((label, number, people) for (number, people), _, label in order),
    )
    drawn = Bars(tuple(rows))
    return whole(
        "outreach-reach", head, drawn, marks, table, selection, _NO_EVENTS, empty=not total
    )


def channels(c: Connection, selection: Selection, today: date) -> Chart:
    """How many readers knowledge products reached, by channel."""
    base = in_year("sent_on", selection.year)
    if selection.state is not None:
        base += (Filter("member_states", "rid", (selection.state,)),)
    found = {
        row[0] or "": (int(row[1]), int(row[2] or 0))
        for row in figures.grouped(c, "dissemination", base, ("channel",), ("reached",))
    }
    marks = Marks()
    rows = []
    kinds = (*DISSEMINATION_CHANNELS, ("", "Not stated"))
    order = sorted(((found.get(k, (0, 0)), k, label) for k, label in kinds), key=lambda o: -o[0][1])
    for (number, people), key, label in order:
        if not number:
            continue
        value = f"{counted(people, 'reader')}, sent {counted(number, 'time')}"
        mark = marks.add(label, value, "dissemination",
                         (*base, Filter("channel", "any_of", (key or None,))))  # fmt: skip
        rows.append(Bar(label, (Part(people, "second", mark=mark),), f"{people:,}"))
    total = sum(people for _, people in found.values())
    (_, most), _, label = order[0]
    finding = f"“{label}” reached {percent(most, total)} of {counted(total, 'reader')}, the most"
    note = not_narrowed(selection, "what is sent out names none", "pillar", "body", "partner")
    head = Head(finding, "Readers of knowledge products by channel, number", source(today), note)
    table = Table(
        ("Channel", "Times sent", "Readers"),
        tuple((label, number, people) for (number, people), _, label in order),
    )
    drawn = Bars(tuple(rows))
    return whole(
        "knowledge-channels", head, drawn, marks, table, selection, _NO_PRODUCTS, empty=not total
    )
