"""What of another publisher's activity has no place here: told once, in plain words."""

from __future__ import annotations

from collections.abc import Iterator

from aps_desktop.exchange.iati_drafts import Activity, Element
from aps_desktop.exchange.iati_names import SDG_VOCABULARIES

_AID = "the kinds of flow, finance, aid and tying"
_ACTIVITY = {
    "contact-info": "contacts", "other-identifier": "other identifiers",
    "related-activity": "related activities", "activity-scope": "the geographical scope",
    "recipient-region": "regions", "location": "locations",
    "country-budget-items": "items of a country’s budget",
    "humanitarian-scope": "humanitarian scopes", "policy-marker": "policy markers",
    "collaboration-type": _AID, "default-flow-type": _AID, "default-finance-type": _AID,
    "default-aid-type": _AID, "default-tied-status": _AID, "capital-spend": "capital spend",
    "crs-add": "reporting to the CRS", "fss": "forward spending surveys",
    "legacy-data": "data of older systems",
}  # fmt: skip
_TRANSACTION = {
    "flow-type": _AID, "finance-type": _AID, "aid-type": _AID, "tied-status": _AID,
    "recipient-region": "regions",
}  # fmt: skip
_INSIDE_RESULTS = {"document-link": "documents of results", "location": "places of results"}
_SHARED = ("recipient-country", "sector")


def tell_left_out(activity: Activity, at: Element, code: str) -> None:
    """One note for all of it; `code` is the other identifier that became the project's code."""
    found = dict.fromkeys(words for words in _left(at, code))
    if found:
        activity.note(at, f"Left out, since it has no place here: {', '.join(found)}.")


def _left(at: Element, code: str) -> Iterator[str]:
    for one in at.children:
        if one.tag in _ACTIVITY and not (one.tag == "other-identifier" and one.get("ref") == code):
            yield _ACTIVITY[one.tag]
        elif one.tag == "tag" and one.get("vocabulary") not in SDG_VOCABULARIES.values():
            yield "tags of other lists"
        elif one.tag in _SHARED and _is_part(one):
            yield "percentages"
        elif one.tag == "transaction":
            yield from (_TRANSACTION[e.tag] for e in one.children if e.tag in _TRANSACTION)
        elif one.tag == "result":
            yield from _of_result(one)


def _is_part(at: Element) -> bool:
    share = at.get("percentage")
    return bool(share) and share.rstrip("0").rstrip(".") not in ("100", "1")


def _of_result(at: Element) -> Iterator[str]:
    for one in at.children:
        if one.tag in _INSIDE_RESULTS:
            yield _INSIDE_RESULTS[one.tag]
        elif one.tag in ("indicator", "period", "baseline", "target", "actual"):
            yield from _of_result(one)
