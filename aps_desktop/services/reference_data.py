"""The lists that the program ships: member states, partners, funds, frameworks, bodies, terms.

They are data that any office may correct, each with how sure it is of itself. Their ids follow
from their codes, so that every office has the same records.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from aps_desktop.db.engine import Database
from aps_desktop.db.unit_of_work import apply_shipped
from aps_desktop.domain.changes import Applied, Create
from aps_desktop.domain.ids import named_id, shipped_id
from aps_desktop.domain.values import Value
from aps_desktop.paths import resource_path

ISSUE = 1
"""The issue of the lists. Once released its records never change; corrections are a new issue."""

Item = Mapping[str, Any]


def load(db: Database) -> Applied:
    """Puts the shipped lists into a database that does not have them yet."""
    return apply_shipped(db, ISSUE, reference_changes())


def issues() -> frozenset[bytes]:
    """The ids of the devices that brought the issues this program knows."""
    return frozenset(shipped_id(issue).bytes for issue in range(1, ISSUE + 1))


def reference_changes() -> list[Create]:
    """The shipped records; each stands behind those that it refers to."""
    return [
        *_member_states(),
        *_partners(),
        *_bodies(),
        *_funds(),
        *_frameworks(),
        *_terms(),
        *_criteria(),
    ]


def reference_id(entity: str, code: str) -> UUID:
    """The id of a shipped record; a framework item is "AEC-SP/1", a term "sector/health"."""
    return named_id(entity, code)


def usual_currencies() -> list[tuple[str, str]]:
    """(code, name) of the currencies of member states and main partners."""
    return [(item["code"], item["name"]) for item in _items("currencies")]


def _read(name: str) -> dict[str, Any]:
    path = resource_path("reference", f"{name}.json")
    read: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return read


def _items(name: str) -> list[Item]:
    items: list[Item] = _read(name)["items"]
    return items


def _create(entity: str, code: str, item: Item, values: Mapping[str, Value]) -> Create:
    """A record with its code, and the confidence, source and notes that the item carries."""
    filled: dict[str, Value] = {
        "code": code.rsplit("/", 1)[-1],
        **values,
        "confidence": item.get("confidence"),
        "source": item.get("source"),
    }
    if item.get("note") or item.get("facts"):
        filled["notes"] = "\n".join(filter(None, (item.get("note"), item.get("facts"))))
    return Create(
        entity,
        reference_id(entity, code),
        {name: value for name, value in filled.items() if value not in (None, "", frozenset())},
    )


def _member_states() -> Iterator[Create]:
    for item in _items("member_states"):
        yield _create(
            "member_state",
            item["id"],
            item,
            {
                "name": item["name"],
                "official_name": item["official_name"],
                "iso3": item["iso3"],
                "iso_number": item["iso_num"],
                "capital": item["capital"],
                "currency": item["currency"],
                "joined_on": date.fromisoformat(item["joined"]),
                "iai_beneficiary": item["iai_beneficiary"],
                "time_zone": item["timezone"],
                "languages": frozenset(item["official_languages"]),
                "sort_order": item["order"],
            },
        )


def _partners() -> Iterator[Create]:
    for item in _items("partners"):
        yield _create(
            "partner",
            item["id"],
            item,
            {
                "name": item["name"],
                "category": item["category"],
                "since": _year(item.get("since")),
                "partnership_level": item.get("partnership_level"),
                "level_since": _year(item.get("level_since")),
                "currency": item.get("currency"),
                "iso2": item.get("iso2"),
                "groupings": frozenset(item.get("groupings", ())),
            },
        )


def _bodies() -> Iterator[Create]:
    for item in _parents_first(_items("sectoral_bodies")):
        sector = item.get("sector") or ""
        yield _create(
            "body",
            item["id"],
            item,
            {
                "name": item["name"],
                "parent": reference_id("body", item["parent"]) if item["parent"] else None,
                "pillar": _key(item["pillar"]),
                "level": item["level"],
                "sector": sector[:1].upper() + sector[1:],
                "active": item["status"] == "active",
                "chair_months": item.get("chair_months"),
                "former_names": frozenset(item.get("former_names", ())),
            },
        )


def _funds() -> Iterator[Create]:
    states = {item["id"] for item in _items("member_states")}
    for item in _successors_first(_items("funds")):
        payers = (item.get("partner") or "").split(",") if item.get("partner") else []
        if payers == ["AMS"]:
            payers = sorted(states)
        partners = [reference_id("partner", code) for code in payers if code not in states]
        successor = item.get("successor")
        yield _create(
            "fund",
            item["id"],
            item,
            {
                "name": item["name"],
                "short_name": item.get("short_name"),
                "modality": item["type"],
                "partner": partners[0] if partners else None,
                "co_partners": frozenset(partners[1:]),
                "contributing_states": frozenset(
                    reference_id("member_state", code) for code in payers if code in states
                ),
                "manager": item.get("manager"),
                "currency": item["currency"],
                "status": item["status"],
                "valid_from": _first_day(item.get("from")),
                "valid_to": _last_day(item.get("to")),
                "successor": reference_id("fund", successor) if successor else None,
            },
        )


def _frameworks() -> Iterator[Create]:
    for item in _items("frameworks"):
        yield _create(
            "framework",
            item["id"],
            item,
            {
                "title": item["name"],
                "type": item["type"],
                "pillar": _key(item.get("pillar", "all")),
                "status": item["status"],
                "valid_from": _first_day(item.get("from")),
                "valid_to": _last_day(item.get("to")),
                "structure": item.get("structure"),
            },
        )
        yield from _framework_nodes(item)


def _framework_nodes(framework: Item) -> Iterator[Create]:
    level = "area" if "area" in framework.get("structure", "") else "goal"
    for goal in framework.get("goals", ()):
        own = {
            "confidence": goal.get("confidence", framework["confidence"]),
            "source": framework["source"],
        }
        yield _create(
            "framework_node",
            f"{framework['id']}/{goal['n']}",
            own,
            {
                "framework": reference_id("framework", framework["id"]),
                "title": goal["title"],
                "level": level,
                "sort_order": goal["n"],
            },
        )


def _terms() -> Iterator[Create]:
    for scheme, terms in _read("vocabularies")["schemes"].items():
        for place, item in enumerate(terms["items"], 1):
            yield _create(
                "classification",
                f"{scheme}/{item['code']}",
                terms,
                {
                    "scheme": scheme,
                    "label": item["label"],
                    "description": item.get("description"),
                    "sort_order": place,
                },
            )


def _criteria() -> Iterator[Create]:
    criteria = _read("vocabularies")["appraisal_criteria"]
    for place, item in enumerate(criteria["items"], 1):
        yield _create(
            "appraisal_criterion",
            item["code"],
            criteria,
            {"title": item["title"], "most": 5, "sort_order": place},
        )


def _parents_first(items: Iterable[Item]) -> Iterator[Item]:
    return _after(items, "parent")


def _successors_first(items: Iterable[Item]) -> Iterator[Item]:
    return _after(items, "successor")


def _after(items: Iterable[Item], link: str) -> Iterator[Item]:
    """The items in their order, each one behind the one that its link names."""
    waiting = {item["id"]: item for item in items}

    def take(code: str) -> Iterator[Item]:
        item = waiting.pop(code, None)
        if item is not None:
            if item.get(link):
                yield from take(item[link])
            yield item

    for code in list(waiting):
        yield from take(code)


def _key(text: str) -> str:
    return re.sub(r"\W+", "_", text.lower())


def _year(year: int | None) -> str | None:
    return str(year) if year else None


def _first_day(year: int | None) -> date | None:
    return date(year, 1, 1) if year else None


def _last_day(year: int | None) -> date | None:
    return date(year, 12, 31) if year else None
