"""Writes one activity of IATI 2.03: what IATI has a place for as its elements, the rest as `aps:`.

The order of elements is the schema's. What an element carries whole is not said twice; everything
else of a record stands in `aps:field` inside its element, so that the file comes back without loss.
"""

from __future__ import annotations

from collections.abc import Mapping

from aps_desktop.domain.lifecycle import STATES
from aps_desktop.exchange import iati_names as names
from aps_desktop.exchange.iati_decimals import shares
from aps_desktop.exchange.iati_source import Activity, Head, Label
from aps_desktop.exchange.iati_write_documents import conditions, documents
from aps_desktop.exchange.iati_write_money import budgets, planned, transactions
from aps_desktop.exchange.iati_write_results import results
from aps_desktop.exchange.iati_xml import Lines, attribute

_NOBODY = Label()
_STATUS = {
    "project": {key: str(state.iati) for key, state in STATES.items()},
    "programme": names.PROGRAMME_STATUS,
    "fund": names.FUND_STATUS,
}
_DESCRIPTIONS = {
    "project": (("1", "description"), ("2", "outcomes"), ("4", "justification")),
    "programme": (("1", "description"), ("2", "objective")),
    "fund": (),
}
_DERIVED = {"aps:derived": "1"}
"""Marks what is no field of its own: an import passes over it."""


def opening(head: Head) -> str:
    """The first lines of a file."""
    withheld = f' aps:withheld="{" ".join(head.withheld)}"' if head.withheld else ""
    mark = f' aps:mark="{attribute(head.mark)}"' if head.mark else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<iati-activities version="{names.VERSION}" generated-datetime="{head.generated}" '
        f'xmlns:aps="{names.NAMESPACE}"{withheld}{mark}>\n'
    )


CLOSING = "</iati-activities>\n"


class ActivityWriter:
    """Writes activity after activity; `labels` are what references show, by id in hex."""

    def __init__(self, head: Head, labels: Mapping[str, Label]) -> None:
        self._head = head
        self._labels = labels

    def write(self, one: Activity) -> str:
        """The activity as lines of XML."""
        out = Lines()
        currency = self._currency(one)
        out.open(
            "iati-activity",
            {
                "xml:lang": "en",
                "default-currency": currency,
                "hierarchy": names.HIERARCHY[one.kind],
                "aps:record": f"{one.kind} {one.id}",
                "aps:withheld": " ".join(one.withheld) or None,
            },
        )
        self._who(out, one)
        self._when(out, one)
        self._where(out, one)
        self._what(out, one)
        budgets(out, one)
        planned(out, one)
        transactions(out, one, self._labels, self._head.reporter)
        documents(out, one, self._labels)
        self._related(out, one)
        conditions(out, one)
        kept = results(out, one, self._labels)
        out.fields(one.kind, one.fields)
        for entity, records in kept.items():
            for id, fields in records:
                out.record(entity, id, fields)
        out.close("iati-activity")
        return str(out)

    def _currency(self, one: Activity) -> str:
        budget = one.fields.get("budget") or one.fields.get("currency")
        return str(budget)[:3] if budget else "USD"

    def _label(self, one: Activity, name: str) -> Label:
        return self._labels.get(str(one.fields.get(name, "")), _NOBODY)

    def _many(self, one: Activity, *fields: str) -> list[Label]:
        """What references and sets of references show, each once, by code."""
        ids: dict[str, None] = {}
        for name in fields:
            value = one.fields.get(name) or ()
            ids.update(dict.fromkeys([value] if isinstance(value, str) else value))
        found = [self._labels[id] for id in ids if id in self._labels]
        return sorted(found, key=lambda label: label.code)

    def _who(self, out: Lines, one: Activity) -> None:
        reporter = self._head.reporter
        fields = one.fields
        out.leaf("iati-identifier", one.identifier)
        own = one.identifier.startswith(reporter.ref)  # else others published it first
        given = {"ref": reporter.ref, "type": reporter.type,
                 "secondary-reporter": None if own else "1"}  # fmt: skip
        out.told("reporting-org", reporter.name, given)
        title = str(fields.get("name" if one.kind == "fund" else "title", ""))
        out.told("title", title)
        first = True
        for type, name in _DESCRIPTIONS[one.kind]:
            value = fields.get(name)
            if isinstance(value, str):
                out.told("description", value, {"type": type})
            elif first:  # the schema asks for one
                out.told("description", title, {"type": "1", **_DERIVED})
            first = False
        if first:
            out.told("description", title, {"type": "1", **_DERIVED})
        self._organisations(out, one)
        code = str(fields.get("code", ""))
        if code:
            out.empty("other-identifier", {"ref": code, "type": "A1"})
        official = fields.get("asec_code")
        if isinstance(official, str):
            out.empty("other-identifier", {"ref": official, "type": "A9"})

    def _organisations(self, out: Lines, one: Activity) -> None:
        def taking_part(role: str, name: str, type: str | None, ref: str = "") -> None:
            if name:
                given = {"role": role, "type": type, "ref": ref or None}
                out.told("participating-org", name, given)

        for fund in self._many(one, "fund", "co_funds"):
            taking_part("1", fund.name, "40" if fund.extra == "asean_fund" else "10")
        for payer in self._many(one, "partner", "co_partners", "contributing_states"):
            taking_part("1", payer.name, "10", payer.extra)
        body = self._label(one, "sponsoring_body" if one.kind == "project" else "body")
        taking_part("2", body.name, "40")
        reporter = self._head.reporter
        taking_part("3", reporter.name, reporter.type, reporter.ref)
        for name in ("proponent", "implementing_agency"):
            taking_part("4", str(one.fields.get(name, "")), None)

    def _when(self, out: Lines, one: Activity) -> None:
        fields = one.fields
        status = _STATUS[one.kind].get(str(fields.get("status", "")), "1")
        out.empty("activity-status", {"code": status})
        began = False
        for type, name in names.ACTIVITY_DATES[one.kind].items():
            value = fields.get(name)
            if isinstance(value, str):
                out.empty("activity-date", {"type": type, "iso-date": value})
                began = began or type in ("1", "2")
        if not began and (day := _earliest(one)):
            out.empty("activity-date", {"type": "2", "iso-date": day, **_DERIVED})
        contact = fields.get("contact_person")
        if isinstance(contact, str):
            out.open("contact-info", {"type": "1"})
            out.told("person-name", contact)
            out.close("contact-info")

    def _where(self, out: Lines, one: Activity) -> None:
        states = [s for s in self._many(one, "participating_states") if s.code]
        single = len(states) == 1
        out.empty("activity-scope", {"code": "4" if single else "2"})
        for state, share in zip(states, shares(len(states)) if states else (), strict=True):
            out.empty("recipient-country", {"code": state.code, "percentage": share})
        if not states:
            where = {"code": names.REGION, "vocabulary": "1", "percentage": "100"}
            out.empty("recipient-region", where)

    def _what(self, out: Lines, one: Activity) -> None:
        terms = self._many(one, "sectors")
        by_vocabulary = self._sectors(one, terms)
        for (vocabulary, scheme), labels in sorted(by_vocabulary.items()):
            uri = f"urn:x-aps-desktop:{scheme}" if scheme else None
            for label, share in zip(labels, shares(len(labels)), strict=True):
                given = {"vocabulary": vocabulary, "vocabulary-uri": uri, "code": label.code,
                         "percentage": share}  # fmt: skip
                out.told("sector", label.name, given)
        self._tags(out, one, terms)
        if one.kind == "project":
            out.empty("default-aid-type", {"code": "C01"})

    def _sectors(self, one: Activity, terms: list[Label]) -> dict[tuple[str, str], list[Label]]:
        """What it is for: (vocabulary, its name in an address of ours or "") -> the terms."""
        found: dict[tuple[str, str], list[Label]] = {}
        for term in terms:
            if term.extra in names.DAC_VOCABULARIES:
                found.setdefault((names.DAC_VOCABULARIES[term.extra], ""), []).append(term)
            elif term.extra == "sector":
                found.setdefault(("99", "sectors"), []).append(term)
        body = self._label(one, "sponsoring_body" if one.kind == "project" else "body")
        if body.code:
            found.setdefault(("98", "bodies"), []).append(body)
        if found:
            return found
        for term in terms:  # goals and targets say it where nothing else does
            if term.extra in names.SDG_SECTORS:
                found.setdefault((names.SDG_SECTORS[term.extra], ""), []).append(term)
        if not found and one.kind != "project":  # a fund pays for whatever its projects do
            found["1", ""] = [Label(names.NO_SECTOR, "Sectors not specified")]
        return found

    @staticmethod
    def _tags(out: Lines, one: Activity, terms: list[Label]) -> None:
        """Sustainable Development Goals, the pillar, and what else the office has put to it."""
        for term in terms:
            if term.extra in names.DAC_VOCABULARIES or term.extra == "sector":
                continue
            sdg = names.SDG_VOCABULARIES.get(term.extra)
            uri = None if sdg else f"urn:x-aps-desktop:{term.extra}"
            given = {"vocabulary": sdg or "99", "vocabulary-uri": uri, "code": term.code}
            out.told("tag", term.name, given)
        pillar = one.fields.get("pillar")
        if isinstance(pillar, str):
            given = {"vocabulary": "99", "vocabulary-uri": "urn:x-aps-desktop:pillars",
                     "code": pillar}  # fmt: skip
            out.told("tag", pillar.upper(), given)

    def _related(self, out: Lines, one: Activity) -> None:
        parent = self._label(one, "programme" if one.kind == "project" else "parent")
        if parent.extra:
            out.empty("related-activity", {"ref": parent.extra, "type": "1"})
        for child in one.children:
            out.empty("related-activity", {"ref": child, "type": "2"})


def _earliest(one: Activity) -> str:
    """The day of the first transaction: where nothing else says when it began."""
    days = [str(f["date"]) for _, f in one.parts.get("fund_transaction", ()) if "date" in f]
    return min(days, default="")
