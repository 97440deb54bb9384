"""What a merge did, in words and as a page to print."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any

from aps_desktop.db.layout import MEMBER
from aps_desktop.domain.entities import entity
from aps_desktop.domain.errors import NotFound
from aps_desktop.domain.office_names import the_office
from aps_desktop.services.merge_differences import CONFLICT, MOST, PROPOSAL, WAITS, Difference
from aps_desktop.services.merging import Inspected, Report

KINDS = ("new", "changed", "deleted", "restored")
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
Named = Callable[[str], str]
"""What an office is called, from its code."""


def day(millis: int | None) -> str:
    """A moment as a day, "23 Nov 2026"; whatever a laptop's clock said."""
    shown = moment(millis)
    return shown[:-6] if millis and shown[-3] == ":" else "an unknown day"


def moment(millis: int | None) -> str:
    """The same with the time, "23 Nov 2026 10:42"."""
    try:
        at = datetime.fromtimestamp((millis or 0) / 1000)
    except (OverflowError, OSError, ValueError):
        return "an unknown day"
    return f"{at.day} {_MONTHS[at.month - 1]} {at.year} {at:%H:%M}"


def many(number: int, one: str, more: str = "") -> str:
    """ "1 conflict", "214 changes"."""
    return f"{number:,} {one if number == 1 else more or one + 's'}"


def table(entities: Mapping[str, Mapping[str, int]]) -> list[tuple[str, tuple[int, ...]]]:
    """(kind of record, new, changed, deleted, restored), the most touched first."""
    rows = [
        (plural(name), tuple(numbers.get(kind, 0) for kind in KINDS))
        for name, numbers in entities.items()
    ]
    return sorted((row for row in rows if any(row[1])), key=lambda row: (-sum(row[1]), row[0]))


def plural(name: str) -> str:
    """What an entity's records are called, the members of sets included."""
    if name == MEMBER.name:
        return "Entries of tags and lists"
    try:
        return entity(name).plural
    except NotFound:
        return name


def findings(numbers: Mapping[str, Any], *, done: bool) -> list[tuple[str, str]]:
    """(status, words) of what concerns people: conflicts, what waits, proposals, side by side."""
    will = "" if done else "will "
    found: list[tuple[str, str]] = []
    if number := numbers.get("conflicts", 0):
        found.append(("late", f"{many(number, 'conflict')} to settle{'' if done else ' then'}"))
    if number := numbers.get("held", 0):
        verb = "wait" if number != 1 or not done else "waits"
        found.append(("attention", f"{many(number, 'change')} {will}{verb} for an earlier bundle"))
    if number := numbers.get("proposals", 0):
        found.append(("attention", f"{many(number, 'proposal')}: the sender changed records that "
                      "other offices own, which accept or decline that"))  # fmt: skip
    found += passed_over(numbers)
    for office, number in sorted((numbers.get("unsealed") or {}).items()):
        found.append(("attention", f"{many(number, 'change')} of {the_office(office)} came "
                      "without its own seal: believed on the word of the sender"))  # fmt: skip
    if number := numbers.get("parallel", 0):
        found.append(
            ("ok", f"{many(number, 'record')} edited side by side in different fields: both stay")
        )
    if number := numbers.get("list_version", 0):
        is_new = "is in force now" if done else "comes with it"
        found.append(("ok", f"Office list, version {number:,}, {is_new}"))
    if number := numbers.get("already_had", 0):
        found.append(("", f"{many(number, 'change')} known here already"))
    if number := numbers.get("files", 0):
        found.append(("", f"{many(number, 'file')} attached"))
    return found


def passed_over(numbers: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(status, words) of what somebody should ask about: it is not what it says it is."""
    found: list[tuple[str, str]] = []
    if number := numbers.get("second_births", 0):
        were = "was" if number == 1 else "were"
        words = f"that the sender calls new {were} made already on another computer: that counts"
        found.append(("attention", f"{many(number, 'record')} {words}"))
    if number := numbers.get("misnamed", 0):
        words = "of another kind than the record is: they are kept, and count for nothing"
        found.append(("attention", f"{many(number, 'change')} {words}"))
    if number := numbers.get("refused", 0):
        why = ": their computer was revoked, or they belong to a newer version"
        if numbers.get("not_taken"):
            why = ""  # it is said next
        found.append(("attention", f"{many(number, 'change')} not taken{why}"))
    found += [("late", words) for words in numbers.get("not_taken") or ()]
    if number := numbers.get("left", 0):
        verb = "counts" if number == 1 else "count"
        words = f"of revoked computers, merged here earlier, {verb} no more"
        found.append(("attention", f"{many(number, 'change')} {words}"))
    if number := numbers.get("back", 0):
        verb = "counts" if number == 1 else "count"
        words = f"of a revoked computer {verb} again: its work is good up to a later bundle"
        found.append(("attention", f"{many(number, 'change')} {words}"))
    if numbers.get("renewed"):
        words = "This database had been put back to an older state: its own later changes came "
        found.append(("attention", f"{words}back, and new ones get a new device name"))
    return found


HEADINGS = ("Record", "What", "Here", "Theirs", "What becomes of it")
_FATES = {
    "": "Taken over",
    CONFLICT: "Conflict: both stay",
    PROPOSAL: "Proposed to its owner",
    WAITS: "Waits",
}


def difference(one: Difference) -> tuple[str, ...]:
    """A line of the table of differences, as `HEADINGS` says."""
    what = one.field if one.event == "Changed" else f"{one.event} {one.field.lower()}".strip()
    return one.record, what, one.before, one.after, _FATES[one.fate]


def first(differences: Sequence[object], changes: int) -> str:
    """How many differences are shown; of how many, where the rest was left out."""
    shown = many(len(differences), "difference")
    return shown if len(differences) < MOST else f"the first {shown} of {many(changes, 'change')}"


def seen(bundle: Inspected) -> str:
    """What the sender had of this office's own work when the bundle was made."""
    ours, lacks, since = bundle.seen
    if not ours:
        return ""
    if not lacks:
        return "They had all of your changes."
    return f"They had not seen {many(lacks, 'change')} of yours, made since {day(since)}."


def page(
    office: str, reports: Sequence[Report], refused: Sequence[tuple[str, str]], named: Named
) -> str:
    """The report as HTML, for a printer or a file. Whatever comes from a bundle is escaped."""
    parts = [
        "<html><head><meta charset='utf-8'><title>Merge report</title></head><body>",
        f"<h1>Merge report</h1><p>{escape(named(office))}</p>",
    ]
    for report in reports:
        parts += _bundle(report, named)
    if refused:
        parts.append("<h2>Not merged</h2><ul>")
        parts += [f"<li>{escape(name)}: {escape(words)}</li>" for name, words in refused]
        parts.append("</ul>")
    return "\n".join([*parts, "</body></html>"])


def _bundle(report: Report, named: Named) -> list[str]:
    b = report.bundle
    head = f"Bundle {b.sequence} of the {named(b.office)} ({b.name})"
    done = f", merged {moment(report.done)} as merge {report.merge}" if report.merge else ""
    parts = [
        f"<h2>{escape(head)}</h2>",
        f"<p>File {escape(b.file)}, made {escape(moment(b.made))}{escape(done)}.</p>",
        f"<p>{escape(many(report.merged, 'change'))} merged. {escape(seen(b))}</p>",
        _table(("Records", *(kind.capitalize() for kind in KINDS)), _counts(report)),
        "<ul>",
    ]
    words = [words for _, words in findings(vars(report), done=True)]
    words += [f"Waiting for {gap}" for gap in b.waiting_for]
    parts += [f"<li>{escape(line)}</li>" for line in words]
    if report.backup:
        parts.append("<li>A backup was made before the merge.</li>")
    parts.append("</ul>")
    if report.differences:
        lines = [difference(one) for one in report.differences]
        shown = first(lines, report.merged)
        parts.append(f"<h3>{escape(shown[0].upper() + shown[1:])}</h3>")
        parts.append(_table(HEADINGS, lines))
    return parts


def _counts(report: Report) -> list[tuple[str, ...]]:
    rows = table(report.entities)
    return [(name, *(f"{number:,}" if number else "–" for number in each)) for name, each in rows]


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return ""
    line = "style='border-bottom: 1px solid #b8bcc4'"  # a frame is printed at two sides only
    head = "".join(f"<th align='left' bgcolor='#eef0f3' {line}>{escape(w)}</th>" for w in headings)
    lines = ["".join(f"<td {line}>{escape(text)}</td>" for text in row) for row in rows]
    return (
        "<table border='0' cellspacing='0' cellpadding='5' width='100%' style='border-collapse: "
        "collapse; margin-top: 6px; margin-bottom: 6px'>"
        f"<tr>{head}</tr>{''.join(f'<tr>{one}</tr>' for one in lines)}</table>"
    )
