"""Words as people write them: choices, yes and no, lists of names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from aps_desktop.domain.errors import InvalidValue
from aps_desktop.exchange.cells import folded

_YES = frozenset("yes y true 1 x ✓ ✔ ☑ ya oui sim có ใช่ t on".split())
_NO = frozenset("no n false 0 tidak não nao không ไม่ ไม่ใช่ non f off".split())

SAME_MEANING: tuple[frozenset[str], ...] = tuple(
    frozenset(map(folded, words.split(", ")))
    for words in (
        "ongoing, on going, in progress, in implementation, under implementation, implementing, "
        "berjalan, sedang berjalan, đang thực hiện, đang triển khai, กำลังดำเนินการ, "
        "อยู่ระหว่างดำเนินการ, កំពុងអនុវត្ត, ກຳລັງດຳເນີນ, en cours, em curso, commenced, "
        "active, running, started, wip",
        "completed, selesai, hoàn thành, đã hoàn thành, เสร็จสิ้น, แล้วเสร็จ, បានបញ្ចប់, ສຳເລັດ, "
        "terminé, concluído, complete, done, finished, closed, achieved, fulfilled, implemented",
        "completion report due, reporting due, report due, pcr due, awaiting completion report",
        "activities done, activities completed, activities complete, implementation completed",
        "on hold, hold, suspended, paused, held",
        "cancelled, canceled, batal, dibatalkan, huỷ, đã hủy, ยกเลิก, annulé, cancelado, "
        " terminated, dropped, discontinued, withdrawn",
        "under appraisal, in appraisal, appraisal, under asec appraisal, being appraised",
        "final approval, awaiting final approval, for final approval, pending final approval",
        "rejected, not approved, declined, disapproved",
        "concept, concept note, concept paper, idea, pipeline",
        "draft, draft proposal, drafting, in draft",
        "not started, not yet started, yet to start, planned, upcoming",
        "open, outstanding, not done, to do, todo",
        "overdue, late, past due, delayed, behind schedule",
        "increase, increasing, up, higher is better",
        "decrease, decreasing, down, lower is better, reduce",
        "disbursement, payment, transfer, released, disbursed",
        "receipt, received, income, contribution received",
        "expenditure, expense, spending, spent, expenses",
        "refund, unspent balance, refund of unspent balance, refund unspent balance, "
        "reimbursement, return of funds, returned",
        "in person, physical, face to face, onsite, on site",
        "video conference, videoconference, virtual, online, vc, zoom, teleconference",
        "number, no, count, persons, people",
        "percent, percentage, per cent",
        "high, h, severe, major, critical",
        "medium, med, m, moderate",
        "low, l, minor",
    )
)


def read_yes_no(text: str) -> bool:
    """Yes and no, also in the languages of member states; a tick is yes."""
    word = text.strip().casefold().rstrip(".")
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise InvalidValue(f"“{text}” is neither yes nor no.", "Write Yes or No.")


def read_choice(choices: tuple[tuple[str, str], ...], text: str) -> tuple[str, str]:
    """The key of the choice that is meant, and a note when the words differ much from its own."""
    word = folded(text) or text.strip().casefold()
    exact, labels = _forms(choices)
    if word in exact:
        return exact[word], ""
    for group in SAME_MEANING:
        if word in group:
            keys = {exact[w] for w in group if w in exact}
            if len(keys) == 1:
                key = keys.pop()
                return key, f"“{text.strip()}” taken as {labels[key]}"
    starts = {key for form, key in exact.items() if form.startswith(word + " ")}
    if len(starts) == 1 and len(word) > 2:
        return starts.pop(), ""
    from rapidfuzz import fuzz, process  # late: every form of the window loads this module

    near = process.extractOne(word, list(exact), scorer=fuzz.ratio, score_cutoff=70)
    if near and near[1] >= 88 and len(word) > 4:
        key = exact[near[0]]
        return key, f"“{text.strip()}” taken as {labels[key]}"
    hint = f"Did you mean {labels[exact[near[0]]]}?" if near else ""
    listed = ", ".join(label for _, label in choices[:20])
    raise InvalidValue(
        f"“{text.strip()}” is not one of the choices.", hint or f"Choices: {listed}."
    )


def choice_in(choices: tuple[tuple[str, str], ...], text: str) -> str:
    """The key of the one choice that a sentence speaks of; "" if it speaks of none, or several."""
    words = f" {folded(text)} "
    exact, _ = _forms(choices)
    found: set[str] = set()
    for form, key in exact.items():
        alike = {form, *(w for group in SAME_MEANING if form in group for w in group)}
        if any(f" {word} " in words or f" {word}s " in words for word in alike):
            found.add(key)
    return found.pop() if len(found) == 1 else ""


@lru_cache(maxsize=512)
def _forms(choices: tuple[tuple[str, str], ...]) -> tuple[dict[str, str], dict[str, str]]:
    """Every way to write a choice -> its key (the plainest way wins), and the labels by key."""
    forms: dict[str, str] = {}
    for key, _ in choices:
        forms.setdefault(key.casefold(), key)
        forms.setdefault(folded(key), key)
    for key, label in choices:
        forms.setdefault(folded(label), key)
    for key, label in choices:
        forms.setdefault(folded(label.split("(")[0]), key)
    forms.pop("", None)
    return forms, dict(choices)


_SEPARATOR = re.compile(r"\s*[;\n|•]\s*|\s*,\s+|,(?=\D)|,$")
_QUOTED = re.compile(r'\s*(?:"((?:[^"]|"")*)"|([^";\n]+))\s*(?:;|\n|$)')


def split_list(text: str) -> list[str]:
    """The items of "a; b, c"; an item in double quotes may hold separators."""
    if '"' in text:
        items = _QUOTED.findall(text)
        if "".join(m[0] for m in _QUOTED.finditer(text)) == text:
            return [quoted.replace('""', '"') or plain.strip() for quoted, plain in items]
    return [item for item in (piece.strip() for piece in _SEPARATOR.split(text)) if item]


def join_list(items: Iterable[str]) -> str:
    """The text from which `split_list` gives the items back."""
    items = list(items)
    plain = "; ".join(items)
    if '"' not in plain and split_list(plain) == items:
        return plain
    return "; ".join('"' + item.replace('"', '""') + '"' for item in items)
