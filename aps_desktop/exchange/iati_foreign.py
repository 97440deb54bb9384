"""What activities of other publishers become: projects, with their money, results and documents.

IATI says less than a record holds, so only what it says is filled in; what has no place here is
told in the report of the activity. Codes and organisations that nobody here knows are collected in
`Unknown`, for the officer to say what they mean.
"""

from __future__ import annotations

from uuid import UUID

from aps_desktop.domain.lifecycle import STATES
from aps_desktop.domain.states import ALL as MEMBER_STATES
from aps_desktop.domain.values import LONG_TEXT_LIMIT, TEXT_LIMIT
from aps_desktop.exchange import iati_names as names
from aps_desktop.exchange.iati_drafts import Activity, Drafts, Element, checked, day_of, short
from aps_desktop.exchange.iati_foreign_codes import Codes, Unknown
from aps_desktop.exchange.iati_foreign_left import tell_left_out
from aps_desktop.exchange.iati_foreign_money import Flows
from aps_desktop.exchange.iati_foreign_results import Results
from aps_desktop.exchange.iati_lookups import Lookups
from aps_desktop.exchange.iati_problem import ERROR
from aps_desktop.exchange.parse import Draft, Read

_STATUS = {
    "1": "concept", "2": "commenced", "3": "activities_done", "4": "completed", "5": "cancelled",
    "6": "on_hold",
}  # fmt: skip
_DESCRIPTIONS = {"": "description", "1": "description", "2": "outcomes", "4": "justification"}
_TARGET_GROUPS = "3"
_ROLES = {"1": "funding", "2": "accountable", "3": "extending", "4": "implementing"}


class Foreign:
    """Turns activities into drafts, one after the other."""

    def __init__(self, drafts: Drafts, lookups: Lookups) -> None:
        self._drafts = drafts
        self._lookups = lookups
        self._codes = Codes(drafts, lookups)

    @property
    def unknown(self) -> Unknown:
        """The codes and organisations that nobody knows, so far."""
        return self._codes.unknown

    def take(self, at: Element) -> None:
        """One activity with all that belongs to it."""
        identifier = next((e.text.strip() for e in at.all("iati-identifier")), "")
        language = at.get("lang") or "en"
        activity = self._drafts.begin(Activity(identifier, at.told("title", language), at.line))
        if not identifier:
            activity.note(at, "It has no identifier, so it cannot be known again.", ERROR)
            return
        _One(self._drafts, self._lookups, self._codes, activity, at, language).take()


class _One:
    """One activity on its way."""

    def __init__(
        self, drafts: Drafts, lookups: Lookups, codes: Codes, activity: Activity, at: Element,
        language: str,
    ) -> None:  # fmt: skip
        self._drafts = drafts
        self._lookups = lookups
        self._codes = codes
        self._activity = activity
        self._at = at
        self._language = language

    def take(self) -> None:
        values = self._core()
        code = _code(self._at, self._activity.identifier)
        known = self._lookups.project(self._activity.identifier, code)
        id = None
        if known is None:
            values["code"] = code
            values["iati_identifier"] = self._activity.identifier
        else:
            id, status = known
            if _iati_status(status) == self._at.of_first("activity-status", "code"):
                values.pop("status", None)  # the state here is the finer one
        found = checked(self._activity, self._at, "project", values)
        project = self._drafts.add("project", found, self._at, id=id)
        flows = Flows(self._activity, self._drafts, self._lookups, self._codes, project, id)
        flows.take(self._at, self._language)
        results = Results(self._activity, self._drafts, self._lookups, project)
        results.take(self._at, self._language)
        self._documents(project, id)
        tell_left_out(self._activity, self._at, code)

    def _core(self) -> dict[str, Read]:
        at, language = self._at, self._language
        values: dict[str, Read] = {"title": short(at.told("title", language))}
        values |= self._descriptions()
        values["status"] = _STATUS.get(at.of_first("activity-status", "code"))
        for element in at.all("activity-date"):
            field_name = names.ACTIVITY_DATES["project"].get(element.get("type"))
            if field_name:
                values[field_name] = day_of(self._activity, element)
        values["participating_states"] = self._states()
        values["sectors"] = self._sectors()
        self._organisations(values)
        return values

    def _descriptions(self) -> dict[str, Read]:
        """By field; target groups, and further texts of a type, stand behind the description."""
        found: dict[str, str] = {}
        more: list[str] = []
        for one in self._at.all("description"):
            text, name = one.narrative(self._language), _DESCRIPTIONS.get(one.get("type"))
            if name and name not in found and text:
                found[name] = text[:LONG_TEXT_LIMIT]
            elif text:
                words = "Target groups: " if one.get("type") == _TARGET_GROUPS else ""
                more.append(f"{words}{text}")
        if more:
            told = [*([found["description"]] if "description" in found else []), *more]
            found["description"] = "\n\n".join(told)[:LONG_TEXT_LIMIT]
        return dict(found)

    def _placed(self, tag: str) -> list[Element]:
        """Elements that stand at the activity, or else at its transactions, each code once."""
        own = list(self._at.all(tag))
        if own:
            return own
        below = [e for one in self._at.all("transaction") for e in one.all(tag)]
        return list({(e.get("vocabulary"), e.get("code")): e for e in below}.values())

    def _states(self) -> Read:
        """The member states among the countries; which others there are is told."""
        found: list[UUID] = []
        others: list[Element] = []
        for element in self._placed("recipient-country"):
            code = element.get("code").upper()
            known = code in MEMBER_STATES  # “BD” is Bangladesh, whatever a workbook means by it
            state = self._lookups.named("member_state", code) if known else None
            if state is None:
                others.append(element)
            else:
                found.append(state)
        if others:
            listed = ", ".join(f"“{e.get('code').upper()}”" for e in others)
            words = (
                f"{listed} are no member states: these countries are left out."
                if len(others) > 1
                else f"{listed} is no member state: the country is left out."
            )
            self._activity.note(others[0], words)
        return frozenset(found) or None

    def _sectors(self) -> Read:
        """The terms of sectors, and of goals and targets; those of other lists are told."""
        terms: set[UUID | Draft] = set()
        others: list[Element] = []
        for element in self._placed("sector"):
            term = self._codes.sector(self._activity, element)
            if isinstance(term, (UUID, Draft)):
                terms.add(term)
            elif element.get("code"):
                others.append(element)
        for element in self._at.all("tag"):
            term = self._codes.tag(self._activity, element)
            if isinstance(term, (UUID, Draft)):
                terms.add(term)
        if others:
            listed = ", ".join(f"“{e.narrative(self._language) or e.get('code')}”" for e in others)
            which = "Sectors of lists that are not known here are" if len(others) > 1 else (
                "A sector of a list that is not known here is"
            )  # fmt: skip
            self._activity.note(others[0], f"{which} left out: {listed}.")
        return frozenset(terms) or None

    def _organisations(self, values: dict[str, Read]) -> None:
        """The funds, the sponsoring body and who carries it out; who has no field is told."""
        funds: list[UUID] = []
        agencies: dict[str, None] = {}
        others: dict[str, dict[str, None]] = {}
        first: Element | None = None
        for element in self._at.all("participating-org"):
            role, name = element.get("role"), element.narrative(self._language)
            if role == "4" and name:
                agencies[name] = None
                continue
            fund = self._fund(element) if role == "1" else None
            body = self._lookups.named("body", name) if role == "2" and name else None
            if fund is not None:
                funds.append(fund)
            elif body is not None and "sponsoring_body" not in values:
                values["sponsoring_body"] = body
            elif name or element.get("ref"):
                first = first or element
                others.setdefault(name or element.get("ref"), {})[_ROLES.get(role, role)] = None
        values["implementing_agency"] = short("; ".join(agencies))
        if funds:
            values["fund"] = funds[0]
            values["co_funds"] = frozenset(funds[1:]) or None
        if first is not None:
            listed = "; ".join(f"{name} ({', '.join(roles)})" for name, roles in others.items())
            self._activity.note(first, f"Left out, since no field names them: {listed}.")

    def _fund(self, at: Element) -> UUID | None:
        found = self._codes.organisation(at, self._language)
        return found[1] if found and found[0] == "fund" else None

    def _documents(self, project: Draft, known: UUID | None) -> None:
        for at in self._at.all("document-link"):
            title = short(at.told("title", self._language))
            day = at.first("document-date")
            code = at.of_first("category", "code")
            values: dict[str, Read] = {
                "title": title or short(at.get("url")), "project": project,
                "type": names.DOCUMENT_TYPES.get(code, "other"),
                "dated": day_of(self._activity, day) if day else None, "notes": at.get("url"),
                "language": at.of_first("language", "code"),
            }  # fmt: skip
            if values["title"]:
                there = self._lookups.document(known, str(values["title"]))
                found = checked(self._activity, at, "document", values)
                self._drafts.add("document", found, at, id=there, apart=True)


def _code(at: Element, identifier: str) -> str:
    """The publisher's own code of the activity, where it is ours; else the whole identifier."""
    for other in at.all("other-identifier"):
        ref = other.get("ref") if other.get("type") == "A1" else ""
        if ref and identifier.endswith(ref.replace(" ", "-")):
            return ref
    return identifier[:TEXT_LIMIT]


def _iati_status(status: str) -> str:
    return str(STATES[status].iati) if status in STATES else ""
