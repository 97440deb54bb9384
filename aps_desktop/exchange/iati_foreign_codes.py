"""What the codes and organisations of other publishers mean here, and which nobody knows."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from aps_desktop.exchange import iati_names as names
from aps_desktop.exchange.iati_drafts import Activity, Drafts, Element, checked
from aps_desktop.exchange.iati_lookups import Lookups
from aps_desktop.exchange.parse import Draft, Read

LEAVE_OUT = "leave out"
"""What an officer answers when a code or an organisation is of no interest."""
TRANSACTION, ORGANISATION = "transaction type", "organisation"
_SECTORS = {v: s for s, v in (names.DAC_VOCABULARIES | names.SDG_SECTORS).items()}
_TAGS = {v: s for s, v in names.SDG_VOCABULARIES.items()}
_UNNAMED = {"sdg_target": "SDG target {}"}


@dataclass
class Unknown:
    """Codes that nobody has explained: (kind, code) -> (what they are called, how often)."""

    found: dict[tuple[str, str], tuple[str, int]] = field(default_factory=dict)

    def add(self, kind: str, code: str, label: str) -> None:
        named, count = self.found.get((kind, code), (label, 0))
        self.found[kind, code] = named or label, count + 1


class Codes:
    """Looks codes up for all activities of a file; a term is added once, whoever names it."""

    def __init__(self, drafts: Drafts, lookups: Lookups) -> None:
        self._drafts = drafts
        self._lookups = lookups
        self._terms: dict[str, Draft] = {}
        self.unknown = Unknown()

    def sector(self, activity: Activity, at: Element) -> Read:
        """The term of a sector; one of the DAC or of the United Nations that is not here yet is
        added. A code of the publisher's own list says nothing here: only its words may."""
        code = at.get("code")
        if not code:
            activity.note(at, "The sector has no code, so it is left out.")
            return None
        scheme = _SECTORS.get(at.get("vocabulary") or "1")
        if scheme is not None:
            return self._term(activity, at, scheme)
        term = self._lookups.own_term(at.narrative())
        if term is None and not code.isdigit():
            term = self._lookups.own_term(code)
        return term

    def tag(self, activity: Activity, at: Element) -> Read:
        """The term of a tag that names a goal or a target of the United Nations."""
        scheme = _TAGS.get(at.get("vocabulary"))
        return self._term(activity, at, scheme) if scheme and at.get("code") else None

    def _term(self, activity: Activity, at: Element, scheme: str) -> Read:
        code = at.get("code")
        known = self._lookups.sector(scheme, code)
        if known is not None:
            return known
        key = f"{scheme}/{code}"
        if key not in self._terms:
            label = at.narrative() or self._lookups.label(scheme, code)
            if scheme == "sdg_goal":
                label = label or names.SDG_GOALS.get(code, "")
            label = label or _UNNAMED.get(scheme, "Sector {}").format(code)
            values: dict[str, Read] = {"scheme": scheme, "code": code, "label": label}
            found = checked(activity, at, "classification", values)
            self._terms[key] = self._drafts.add("classification", found, at)
        return self._terms[key]

    def transaction_type(self, code: str) -> str:
        """Ours for theirs; "" when it is to be left out or nobody has said."""
        known = names.TRANSACTION_TYPES.get(code) or self._lookups.answer(TRANSACTION, code)
        if not known:
            label = self._lookups.label("TransactionType", code)
            self.unknown.add(TRANSACTION, code, label or f"code {code}")
        return "" if known == LEAVE_OUT else known

    def organisation(self, at: Element, language: str) -> tuple[str, UUID] | None:
        """The partner, fund, state or organisation that an element names."""
        ref, name = at.get("ref"), at.narrative(language)
        if not ref and not name:
            return None
        found = self._lookups.organisation(ref, name)
        if found is None:
            key = ref or name
            answer = self._lookups.answer(ORGANISATION, key)
            if not answer:
                self.unknown.add(ORGANISATION, key, name or ref)
            elif answer != LEAVE_OUT:
                entity, _, id = answer.partition(" ")
                return entity, UUID(id)
        return found
