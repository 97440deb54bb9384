"""The standard as the program knows it: its schema, code lists and rule set.

They are shipped (`resources/iati`, made from the package pyIATI by `packaging/iati_lists.py`). An
office that has newer ones puts them into the folder `iati` of its data folder ("Replace code lists
from file"); what stands there wins, list by list.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aps_desktop.paths import data_dir, resource_path

SCHEMAS = ("iati-activities-schema.xsd", "iati-common.xsd", "xml.xsd")
RULES = "ruleset.json"
LISTS = "codelists.json"
_SINCE = {
    "TagVocabulary": {
        "2": "UN Sustainable Development Goals (SDG)", "3": "UN SDG Targets",
        "4": "Team Europe Initiatives",
    },
    "AidTypeVocabulary": {
        "2": "Earmarking category", "3": "Earmarking modality",
        "4": "Cash and voucher modalities",
    },
}  # fmt: skip
"""Vocabularies that the standard has taken up since 2018, and that most files have by now."""
_OF_DAC = frozenset({"AidType"})
"""Lists that were the only ones of their place in 2018: now they are those of vocabulary 1."""
_FIRST = frozenset({"", "1"})


@dataclass(frozen=True)
class CodeList:
    """`complete`: no other codes exist. `fixed`: the list is part of version 2.03 itself, so that
    a code outside it is wrong, and not merely newer than the list here."""

    codes: Mapping[str, str]
    complete: bool
    fixed: bool


@dataclass(frozen=True)
class Place:
    """Where a code of a list stands: an attribute ("" for the text) of the elements of a path, such
    as "iati-activity/sector", and for which values of `@vocabulary` ("" for none given)."""

    path: str
    attribute: str
    list: str
    vocabularies: frozenset[str]


def own_folder() -> Path:
    """Where an office's own schema and lists lie."""
    return data_dir() / "iati"


def file_of(name: str) -> Path:
    """A file of the standard: the office's own, else the shipped one."""
    own = own_folder() / name
    return own if own.is_file() else resource_path("iati", name)


def schema_folder() -> Path:
    """The three schema files lie together: all of them the office's own, or all shipped."""
    own = own_folder()
    whole = all((own / name).is_file() for name in SCHEMAS)
    return own if whole else resource_path("iati")


def code_lists() -> dict[str, CodeList]:
    """Every list by its name."""
    shipped = _read(resource_path("iati", LISTS))
    found: dict[str, dict[str, Any]] = shipped["lists"]
    own = own_folder() / LISTS
    if own.is_file():
        found = {**found, **_read(own)["lists"]}
    return {
        name: CodeList(
            {**_SINCE.get(name, {}), **one["codes"]}, bool(one["complete"]), bool(one["fixed"])
        )
        for name, one in found.items()
    }


def places() -> list[Place]:
    """Where codes stand in a file of activities."""
    return [
        Place(path, attribute, name, _FIRST if name in _OF_DAC else _vocabularies(condition))
        for path, attribute, name, condition in _read(resource_path("iati", LISTS))["places"]
    ]


def _vocabularies(condition: str) -> frozenset[str]:
    """The one shape of condition that there is: "@vocabulary = '1' or not(@vocabulary)"."""
    found = set()
    for part in condition.split(" or "):
        if part.startswith("not("):
            found.add("")
        elif "=" in part:
            found.add(part.partition("=")[2].strip().strip("'"))
    return frozenset(found)


def rule_set() -> dict[str, dict[str, Any]]:
    """The standard's rules: XPath of the element -> kind of rule -> its cases."""
    return _read(file_of(RULES))


def _read(path: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return read
