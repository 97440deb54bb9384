"""What the program hands to the writer of IATI files: activities as canonical texts, and labels."""

from __future__ import annotations

import re
from typing import NamedTuple

import msgspec

_NOT_IN_IDENTIFIERS = re.compile(r"[/&|?\s]+")

Record = tuple[str, dict[str, str | list[str]]]
"""(id in hex, canonical texts by field name)."""


class Label(NamedTuple):
    """What a reference shows. `extra`: a fund's modality, a term's scheme, a partner's or
    programme's IATI identifier."""

    code: str = ""
    name: str = ""
    extra: str = ""


class Reporter(msgspec.Struct, frozen=True):
    """Who publishes: `type` is a code of the list OrganisationType."""

    ref: str = "XX-APS"
    name: str = "ASEAN Programme Secretariat"
    type: str = "40"


class Head(msgspec.Struct, frozen=True):
    """What stands at the top of a file. `withheld` are fields that the file's class keeps back."""

    generated: str
    reporter: Reporter
    mark: str = ""
    withheld: tuple[str, ...] = ()


class Activity(msgspec.Struct):
    """A project, programme or fund with its parts, by entity name.

    `withheld` are fields of the activity itself that refer to what may not leave.
    """

    kind: str
    id: str
    identifier: str
    fields: dict[str, str | list[str]]
    parts: dict[str, list[Record]]
    children: list[str] = []
    withheld: list[str] = []


def identifier(reporter: str, code: str, own: str | None) -> str:
    """An activity's IATI identifier: its own, or the publisher's with the activity's code."""
    return own or f"{reporter}-{_NOT_IN_IDENTIFIERS.sub('-', code)}"
