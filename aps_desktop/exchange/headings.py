"""How well a column heading names a field of an entity, by its words alone."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz, process

from aps_desktop.domain.fields import Entity, Kind
from aps_desktop.exchange.amounts import currency_code
from aps_desktop.exchange.cells import folded
from aps_desktop.exchange.heading_words import ENGLISH

CURRENCY_WORDS = frozenset(
    ("currency", "curr", "ccy", "cur", "currency code", "mata uang", "mata wang", "tiền tệ",
     "สกุลเงิน", "moeda", "iso currency")
)  # fmt: skip
_SYNONYMS: tuple[tuple[str, ...], ...] = (
    ("start", "start date", "from", "begin", "commencement", "commencement date", "date from",
     "starting date", "planned start", "tanggal mulai"),
    ("end", "end date", "to", "finish", "completion date", "until", "date to", "closing date",
     "ending date", "planned end", "tanggal selesai"),
    ("title", "name", "project title", "nama", "judul", "tên"),
    ("status", "state", "stage", "current status", "progress status", "implementation status",
     "status of implementation", "project status"),
    ("amount", "value", "sum", "jumlah", "amount disbursed"),
    ("remarks", "remark", "notes", "note", "comment", "comments", "observations", "catatan",
     "update", "updates", "latest update", "particulars", "narration"),
    ("reference", "ref", "ref no", "reference no", "voucher", "voucher no", "document no"),
    ("due", "due date", "deadline", "target date", "timeline", "by when"),
    ("date", "meeting date", "date held", "tanggal"),
    ("venue", "place", "location", "city", "host city"),
    ("body", "sectoral body", "asean body", "sponsoring body", "asean sectoral body", "organ",
     "lead body", "lead sectoral body", "committee", "implementing body"),
    ("fund", "source of fund", "source of funds", "funding source", "source of funding", "funder",
     "trust fund", "funded by"),
    ("budget", "approved budget", "total budget", "project cost", "total cost", "budget approved",
     "budget amount", "anggaran"),
    ("responsible", "responsible party", "owner", "action by", "pic", "assigned to", "who",
     "lead", "person in charge", "responsibility", "responsible body"),
    ("contact person", "contact", "focal point", "contact name", "contact point"),
    ("participating ams", "participating member states", "countries", "ams", "member states",
     "beneficiary countries", "participating countries", "participating states",
     "beneficiary ams", "beneficiaries"),
    ("decision", "outcome", "agreement", "decision taken", "decision text"),
    ("follow up", "follow up action", "action", "action item", "action required", "next step"),
    ("item", "agenda item", "item no", "agenda", "agenda no", "para", "paragraph"),
    ("type", "kind", "category", "type of transaction", "transaction type"),
    ("code", "id", "project id", "identification code", "project identification code", "kode"),
    ("unit", "unit of measure", "unit of measurement", "uom"),
    ("baseline", "base line", "baseline value", "starting value"),
    ("direction", "desired direction", "trend"),
    ("source of verification", "means of verification", "mov", "data source", "verification"),
    ("description", "summary", "background", "details"),
    ("proponent", "proposing country", "lead country", "proposed by", "implementing country"),
    ("pillar", "community", "community pillar", "asean pillar"),
    ("period", "year", "reporting period", "fiscal year", "financial year", "quarter", "month"),
    ("quantity", "qty", "no of units", "number of units"),
    ("unit cost", "unit price", "cost per unit", "rate per unit", "unit rate"),
    ("women", "female", "females"),
    ("men", "male", "males"),
    ("phone", "telephone", "tel", "mobile"),
    ("e mail", "email", "mail", "email address"),
)  # fmt: skip
_SAME = {word: number for number, line in enumerate(_SYNONYMS) for word in line}
_BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_AS_OF = re.compile(r"(?<=\w)\s+as (?:of|at|per)\b.*", re.I)
_DOLLARS = re.compile(r"\b(US|U\.S\.|United States|Singapore|Australian|Brunei) dollars?\b", re.I)
_DOLLARS_OF = {"singapore": "SGD", "australian": "AUD", "brunei": "BND"}
_USUAL = frozenset(
    "USD EUR JPY KRW CNY AUD NZD CAD GBP CHF INR BND KHR IDR LAK MYR MMK PHP SGD THB VND".split()
)
"""In a sentence, only these: "ALL projects" and "TOP ten" are no money of Albania and Tonga."""
_CODE_WORDS = ("code", "id", "no", "number", "ref", "acronym")
_NAME_WORDS = ("title", "name")


@dataclass(frozen=True)
class Match:
    """A field that a heading may mean."""

    entity: str
    field: str
    score: float


@lru_cache(maxsize=2)
def headings_of(entities: tuple[Entity, ...]) -> Headings:
    """The headings of these entities, worked out once."""
    return Headings(entities)


class Headings:
    """All the headings by which the fields of some entities go."""

    def __init__(self, entities: Iterable[Entity]) -> None:
        self._forms: dict[str, dict[tuple[str, str], float]] = {}
        self._groups: dict[int, dict[tuple[str, str], float]] = {}
        entities = tuple(entities)
        by_name = {e.name: e for e in entities}
        for entity in entities:
            for field in entity.fields:
                for form, score in _field_forms(entity, field.name, by_name):
                    self._add(form, entity.name, field.name, score)
        self._choices = list(self._forms)
        #: Folded headings, for finding the header row.
        self.known = frozenset(self._forms) | frozenset(_SAME) | CURRENCY_WORDS | frozenset(ENGLISH)
        self._cache: dict[str, tuple[Match, ...]] = {}

    def _add(self, text: str, entity: str, field: str, score: float) -> None:
        form = folded(text)
        if not form:
            return
        holder = self._forms.setdefault(form, {})
        holder[entity, field] = max(score, holder.get((entity, field), 0))
        group = _SAME.get(form)
        if group is not None:
            alike = self._groups.setdefault(group, {})
            alike[entity, field] = max(min(score, 100) - 11, alike.get((entity, field), 0))

    def matches(self, header: str, group: str = "") -> tuple[Match, ...]:
        """The fields that a heading may mean, best first."""
        key = f"{group}\x1f{header}"
        if key not in self._cache:
            self._cache[key] = self._search(header, group)
        return self._cache[key]

    def _search(self, header: str, group: str) -> tuple[Match, ...]:
        found: dict[tuple[str, str], float] = {}
        for form, weight in _variants(header, group):
            for place, score in self._look_up(form).items():
                found[place] = max(found.get(place, 0), score * weight)
        ranked = sorted(found.items(), key=lambda item: -item[1])
        return tuple(Match(entity, field, score) for (entity, field), score in ranked)

    def _look_up(self, form: str) -> dict[tuple[str, str], float]:
        found = dict(self._forms.get(form, {}))
        group = _SAME.get(form)
        if group is not None:
            for place, score in self._groups.get(group, {}).items():
                found[place] = max(found.get(place, 0), score)
        if len(form) > 3:
            for near, ratio, _ in process.extract(
                form, self._choices, scorer=fuzz.token_sort_ratio, score_cutoff=84, limit=8
            ):
                for place, score in self._forms[near].items():
                    found[place] = max(found.get(place, 0), score * ratio / 100 - 6)
        return found


def _field_forms(
    entity: Entity, name: str, by_name: dict[str, Entity]
) -> Iterable[tuple[str, float]]:
    field = entity.field(name)
    yield field.label, 100
    yield name.replace("_", " "), 99
    for alias in field.aliases:
        yield alias, 98
    for own in (entity.label, *entity.aliases):
        yield f"{own} {field.label}", 101
        if field.target:
            continue  # a record that is named by another one is not called by its own name
        if name == entity.code or (not entity.code and name == entity.title[0]):
            yield from ((f"{own} {word}", 97) for word in _CODE_WORDS)
        if name == entity.title[-1] or (entity.title and name == entity.title[0] != entity.code):
            yield own, 93
            yield from ((f"{own} {word}", 97) for word in _NAME_WORDS)
    target = by_name.get(field.target)
    if target and field.kind in (Kind.REFERENCE, Kind.REFERENCES):
        penalty = 0 if name == target.name or field.part_of else 6
        for own in (target.label, *target.aliases):
            yield own, 95 - penalty
            yield from ((f"{own} {word}", 96 - penalty) for word in (*_CODE_WORDS, *_NAME_WORDS))
        yield from ((f"{field.label} {word}", 94) for word in (*_CODE_WORDS, *_NAME_WORDS))


def _variants(header: str, group: str) -> list[tuple[str, float]]:
    """The forms of a heading to look up, each with how much it is trusted."""
    bare = _AS_OF.sub(" ", _BRACKETS.sub(" ", header))
    forms: dict[str, float] = {}

    def add(text: str, weight: float) -> None:
        form = folded(text)
        if form:
            forms[form] = max(weight, forms.get(form, 0))
            if form.endswith("s") and len(form) > 4:
                forms.setdefault(form[:-1], weight * 0.99)

    add(bare, 1)
    english = ENGLISH.get(folded(bare))
    if english:
        add(english, 0.99)
    if group:
        add(f"{group} {bare}", 1)
    for piece in re.split(r"\s*(?:/|\bor\b|&|\band\b|;)\s*", bare):
        add(piece, 0.96)
    plain = [w for w in folded(bare).split() if not currency_code(w) or len(w) != 3]
    add(" ".join(w for w in plain if w not in ("in", "of", "the", "million", "000")), 0.97)
    return list(forms.items())


def money_title(texts: Iterable[str]) -> tuple[str, int]:
    """What title rows say of all amounts below them: "Budget per year (in US dollars)".

    ("", 0) where they name no currency, or several.
    """
    found = {
        said for text in texts if (said := money_heading(_DOLLARS.sub(_dollars, text)))[0] in _USUAL
    }
    return next(iter(found)) if len(found) == 1 else ("", 0)


def _dollars(match: re.Match[str]) -> str:
    return _DOLLARS_OF.get(match[1].casefold(), "USD")


@lru_cache(maxsize=1024)
def money_heading(header: str) -> tuple[str, int]:
    """The currency and the power of ten in a heading: "Budget (USD '000)" is ("USD", 3)."""
    text = re.sub(r"\s+", " ", header)
    currency = ""
    for word in re.findall(r"[A-Za-z]{0,3}[$€£¥₫฿₱₭៛]|\b(?:[A-Z]{3}|Rp|RM)\b", text):
        currency = currency or currency_code(word)
    for bracket in _BRACKETS.findall(text) if not currency else ():
        currency = currency or currency_code(bracket.strip("()[]"))
    scale = 0
    if re.search(r"['’]?\b000s?\b|\bthousands?\b|\bribu\b|\b(?:USD|EUR|US\$) ?k\b", text, re.I):
        scale = 3
    if re.search(r"\bmillions?\b|\bmn\b|\bmio\b|\bjuta\b|\b(?:USD|EUR|US\$) ?m\b", text, re.I):
        scale = 6
    if re.search(r"\bbillions?\b|\bbn\b|\bmiliar\b", text, re.I):
        scale = 9
    return currency, scale
