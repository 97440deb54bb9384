"""What activities of other publishers become: projects, with their money, results and documents.

IATI says less than a record holds, so only what it says is filled in; what has no place here is
told in the report of the activity. Codes and organisations that nobody here knows are collected in
`Unknown`, for the officer to say what they mean.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from aps_desktop.domain.errors import InvalidValue
from aps_desktop.domain.lifecycle import STATES
from aps_desktop.domain.money import Money
from aps_desktop.domain.states import ALL as MEMBER_STATES
from aps_desktop.domain.values import LONG_TEXT_LIMIT, TEXT_LIMIT, Period
from aps_desktop.exchange import iati_names as names
from aps_desktop.exchange.iati_decimals import decimal
from aps_desktop.exchange.iati_drafts import (
    Activity,
    Drafts,
    Element,
    checked,
    day_of,
    short,
)
from aps_desktop.exchange.iati_foreign_results import Results
from aps_desktop.exchange.iati_lookups import Lookups
from aps_desktop.exchange.iati_problem import ERROR
from aps_desktop.exchange.parse import Draft, Read

LEAVE_OUT = "leave out"
"""What an officer answers when a code or an organisation is of no interest."""
TRANSACTION, ORGANISATION, SECTOR = "transaction type", "organisation", "sector"
_STATUS = {
    "1": "concept", "2": "commenced", "3": "activities_done", "4": "completed", "5": "cancelled",
    "6": "on_hold",
}  # fmt: skip
_DESCRIPTIONS = {"": "description", "1": "description", "2": "outcomes", "4": "justification"}
_NO_PLACE = (
    "location", "country-budget-items", "humanitarian-scope", "policy-marker", "crs-add", "fss",
    "legacy-data", "capital-spend", "recipient-region",
)  # fmt: skip


@dataclass
class Unknown:
    """Codes that nobody has explained: (kind, code) -> (what they are called, how often)."""

    found: dict[tuple[str, str], tuple[str, int]] = field(default_factory=dict)

    def add(self, kind: str, code: str, label: str) -> None:
        named, count = self.found.get((kind, code), (label, 0))
        self.found[kind, code] = named or label, count + 1


class Foreign:
    """Turns activities into drafts, one after the other."""

    def __init__(self, drafts: Drafts, lookups: Lookups) -> None:
        self._drafts = drafts
        self._lookups = lookups
        self._sectors: dict[str, Draft] = {}
        self.unknown = Unknown()

    def take(self, at: Element) -> None:
        """One activity with all that belongs to it."""
        identifier = next((e.text.strip() for e in at.all("iati-identifier")), "")
        language = at.get("lang") or "en"
        activity = self._drafts.begin(Activity(identifier, at.told("title", language), at.line))
        if not identifier:
            activity.note(at, "It has no identifier, so it cannot be known again.", ERROR)
            return
        one = _One(self, activity, at, language)
        one.take()

    def sector(self, activity: Activity, at: Element) -> Read:
        """The term of a sector; one of the DAC that is not here yet is added."""
        vocabulary, code = at.get("vocabulary") or "1", at.get("code")
        if not code:
            activity.note(at, "The sector has no code, so it is left out.")
            return None
        schemes = {v: s for s, v in names.DAC_VOCABULARIES.items()}
        schemes |= {"7": "sdg_goal", "8": "sdg_target"}
        scheme = schemes.get(vocabulary)
        if scheme is None:
            term = self._lookups.named("classification", code)
            if term is None:
                activity.note(at, f"The sector “{code}” of a local list has no place here.")
            return term
        known = self._lookups.sector(scheme, code)
        if known is not None:
            return known
        label = at.narrative() or self._lookups.label(scheme, code) or f"Sector {code}"
        key = f"{scheme}/{code}"
        if key not in self._sectors:
            values: dict[str, Read] = {"scheme": scheme, "code": code, "label": label}
            found = checked(activity, at, "classification", values)
            self._sectors[key] = self._drafts.add("classification", found, at)
        return self._sectors[key]

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

    @property
    def drafts(self) -> Drafts:
        return self._drafts

    @property
    def lookups(self) -> Lookups:
        return self._lookups


class _One:
    """One activity on its way."""

    def __init__(self, owner: Foreign, activity: Activity, at: Element, language: str) -> None:
        self._owner = owner
        self._activity = activity
        self._at = at
        self._language = language
        self._currency = at.get("default-currency")
        self._project: Draft | None = None
        self._known: UUID | None = None

    def take(self) -> None:
        values = self._core()
        code = _code(self._at, self._activity.identifier)
        known = self._owner.lookups.project(self._activity.identifier, code)
        id = None
        if known is None:
            values["code"] = code
            values["iati_identifier"] = self._activity.identifier
        else:
            id, status = known
            self._known = id
            if _iati_status(status) == self._at.of_first("activity-status", "code"):
                values.pop("status", None)  # the state here is the finer one
        found = checked(self._activity, self._at, "project", values)
        self._project = self._owner.drafts.add("project", found, self._at, id=id)
        self._money()
        results = Results(self._activity, self._owner.drafts, self._owner.lookups, self._project)
        results.take(self._at, self._language)
        self._documents()
        for tag in _NO_PLACE:
            here = self._at.first(tag)
            if here is not None:
                self._activity.note(here, f"“{tag}” has no place here and is left out.")

    def _core(self) -> dict[str, Read]:
        at, language = self._at, self._language
        values: dict[str, Read] = {"title": short(at.told("title", language))}
        for description in at.all("description"):
            name = _DESCRIPTIONS.get(description.get("type"))
            if name and name not in values:
                values[name] = description.narrative(language)[:LONG_TEXT_LIMIT]
        values["status"] = _STATUS.get(at.of_first("activity-status", "code"))
        for element in at.all("activity-date"):
            field_name = names.ACTIVITY_DATES["project"].get(element.get("type"))
            if field_name:
                values[field_name] = day_of(self._activity, element)
        states = [self._state(element) for element in self._placed("recipient-country")]
        values["participating_states"] = frozenset(s for s in states if s) or None
        sectors = [self._owner.sector(self._activity, e) for e in self._placed("sector")]
        kept = frozenset(s for s in sectors if isinstance(s, (UUID, Draft)))
        values["sectors"] = kept or None
        self._organisations(values)
        return values

    def _placed(self, tag: str) -> list[Element]:
        """Elements that stand at the activity, or else at its transactions, each code once."""
        own = list(self._at.all(tag))
        if own:
            return own
        below = [e for one in self._at.all("transaction") for e in one.all(tag)]
        return list({(e.get("vocabulary"), e.get("code")): e for e in below}.values())

    def _state(self, at: Element) -> UUID | None:
        code = at.get("code").upper()
        known = code in MEMBER_STATES  # “BD” is Bangladesh, whatever a workbook means by it
        found = self._owner.lookups.named("member_state", code) if known else None
        if found is None:
            self._activity.note(at, f"“{code}” is no member state: the country is left out.")
        return found

    def _organisations(self, values: dict[str, Read]) -> None:
        funds: list[UUID] = []
        for element in self._at.all("participating-org"):
            role, name = element.get("role"), element.narrative(self._language)
            if role == "4" and name:
                values.setdefault("implementing_agency", short(name))
            elif role == "1":
                found = self._owner.organisation(element, self._language)
                if found and found[0] == "fund":
                    funds.append(found[1])
            elif role == "2" and name:
                body = self._owner.lookups.named("body", name)
                if body is not None:
                    values.setdefault("sponsoring_body", body)
        if funds:
            values["fund"] = funds[0]
            values["co_funds"] = frozenset(funds[1:]) or None

    # Money --------------------------------------------------------------------------------------

    def _money(self) -> None:
        for number, element in enumerate(self._at.all("planned-disbursement"), 1):
            start = element.first("period-start")
            values: dict[str, Read] = {
                "title": f"Planned disbursement {number}", "project": self._project,
                "due": day_of(self._activity, start) if start else None,
                "amount": self._amount(element), "status": "planned",
            }  # fmt: skip
            if values["amount"] is not None:
                self._add("tranche", element, values)
        self._budgets()
        elements = list(self._at.all("transaction"))
        refs = Counter((e.of_first("transaction-type", "code"), e.get("ref")) for e in elements)
        for element in elements:
            key = element.of_first("transaction-type", "code"), element.get("ref")
            self._transaction(element, named=bool(key[1]) and refs[key] == 1)
        for element in self._at.all("conditions"):
            for one in element.all("condition"):
                title = short(one.narrative(self._language))
                if title:
                    self._add("condition", one, {"title": title, "project": self._project})

    def _budgets(self) -> None:
        """The budgets of a file are one version of the project's budget, a line for each period."""
        elements = list(self._at.all("budget"))
        if not elements or self._project is None:
            return
        draft = self._add(
            "budget", elements[0], {"project": self._project, "version": "IATI"}
        )  # fmt: skip
        for element in elements:
            days = [element.first(name) for name in ("period-start", "period-end")]
            start, end = (day_of(self._activity, d) if d else None for d in days)
            amount = self._amount(element)
            if start is None or end is None or amount is None or end < start:
                self._activity.note(element, "The budget lacks its period or amount.", ERROR)
                continue
            period = Period(start, end)
            values: dict[str, Read] = {
                "budget": draft, "description": f"Budget for {period}", "period": period,
                "amount": amount,
            }  # fmt: skip
            self._add("budget_line", element, values)

    def _transaction(self, at: Element, *, named: bool) -> None:
        """One transaction; `named`: its reference stands for it alone, so that it is known again
        even where its amount was corrected."""
        code = at.of_first("transaction-type", "code")
        type = self._owner.transaction_type(code)
        amount = self._amount(at)
        dated = at.first("transaction-date")
        day = day_of(self._activity, dated) if dated else None
        if not type:
            self._activity.note(at, f"Transactions of the type {code or 'nobody gave'} stay out.")
            return
        if amount is None or day is None:
            return  # what is wrong with it was said
        values: dict[str, Read] = {
            "type": type, "date": day, "project": self._project, "amount": amount,
            "nature": "actual", "reference": short(at.get("ref")),
            "remarks": at.told("description", self._language),
            "in_kind": at.of_first("disbursement-channel", "code") in names.IN_KIND_CHANNELS,
        }  # fmt: skip
        for tag in ("provider-org", "receiver-org"):
            element = at.first(tag)
            found = self._owner.organisation(element, self._language) if element else None
            if found and found[0] in ("partner", "member_state", "fund"):
                values.setdefault(*found)
        found_values = checked(self._activity, at, "fund_transaction", values)
        reference = str(values["reference"])
        id = None
        if named and self._known is not None:
            id = self._owner.lookups.transaction(self._known, type, reference)
        self._owner.drafts.add("fund_transaction", found_values, at, id=id)

    def _amount(self, at: Element) -> Money | None:
        value = at.first("value")
        if value is None:
            self._activity.note(at, "It has no value.", ERROR)
            return None
        try:
            number = decimal(value.text)
            currency = value.get("currency") or self._currency
            if number is not None and currency:
                return Money.of(number, currency)
            words = "It has no amount." if currency else "Nothing says its currency."
        except (ValueError, InvalidValue):
            words = f"“{value.text.strip()[:40]} {value.get('currency')}” is no amount of money."
        self._activity.note(value, words, ERROR)
        return None

    # The rest -----------------------------------------------------------------------------------

    def _documents(self) -> None:
        for at in self._at.all("document-link"):
            title = short(at.told("title", self._language))
            day = at.first("document-date")
            code = at.of_first("category", "code")
            values: dict[str, Read] = {
                "title": title or short(at.get("url")), "project": self._project,
                "type": names.DOCUMENT_TYPES.get(code, "other"),
                "dated": day_of(self._activity, day) if day else None, "notes": at.get("url"),
                "language": at.of_first("language", "code"),
            }  # fmt: skip
            if values["title"]:
                known = self._owner.lookups.document(self._known, str(values["title"]))
                found = checked(self._activity, at, "document", values)
                self._owner.drafts.add("document", found, at, id=known, apart=True)

    def _add(self, entity: str, at: Element, values: Mapping[str, Read]) -> Draft:
        return self._owner.drafts.add_checked(self._activity, entity, at, values)


def _code(at: Element, identifier: str) -> str:
    """The publisher's own code of the activity, where it is ours; else the whole identifier."""
    for other in at.all("other-identifier"):
        ref = other.get("ref") if other.get("type") == "A1" else ""
        if ref and identifier.endswith(ref.replace(" ", "-")):
            return ref
    return identifier[:TEXT_LIMIT]


def _iati_status(status: str) -> str:
    return str(STATES[status].iati) if status in STATES else ""
