"""Whether an arriving change says something its field can hold; else it stays outside."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from uuid import UUID

from aps_desktop.db.connection import DatabaseFault
from aps_desktop.db.layout import MEMBER
from aps_desktop.db.log import read_image, write_image
from aps_desktop.domain.entities import BY_NUMBER
from aps_desktop.domain.errors import InvalidValue
from aps_desktop.domain.fields import BIRTH, LIFE, Field, Kind
from aps_desktop.domain.ids import member_id
from aps_desktop.domain.money import CURRENCIES
from aps_desktop.domain.values import LONG_TEXT_LIMIT, TEXT_LIMIT, clean_text, from_wire

_NUMBER = re.compile(r"-?[1-9][0-9]{0,18}|0").fullmatch
_HEX = re.compile(r"[0-9a-f]{32}").fullmatch
_CHOICE = re.compile(r"[\w.+-]{1,60}").fullmatch
_MISLEADING = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]").search
_HIGHEST = 2**63 - 1
_LONGEST = 4 * LONG_TEXT_LIMIT
"""Characters that a field of a newer version may have: what is passed on must fit into a line."""


def _number(wire: str) -> bool:
    return bool(_NUMBER(wire)) and abs(int(wire)) <= _HIGHEST


def _money(wire: str) -> bool:
    return wire[:3] in CURRENCIES and wire[3:4] == " " and _number(wire[4:])


@lru_cache(maxsize=4096)
def _date(wire: str) -> bool:
    try:
        return date.fromisoformat(wire).isoformat() == wire
    except ValueError:
        return False


def _text(wire: str) -> bool:
    if wire.isascii() and wire.isprintable():  # the usual one, told quickly
        return 0 < len(wire) <= TEXT_LIMIT and "  " not in wire and " " not in (wire[0], wire[-1])
    return 0 < len(wire) <= TEXT_LIMIT and clean_text(wire) == wire


def _long_text(wire: str) -> bool:
    if wire.isascii() and wire.isprintable():
        return 0 < len(wire) <= LONG_TEXT_LIMIT and " " not in (wire[0], wire[-1])
    return 0 < len(wire) <= LONG_TEXT_LIMIT and clean_text(wire, lines=True) == wire


_SIMPLE: dict[Kind, Callable[[str], object]] = {
    Kind.TEXT: _text,
    Kind.LONG_TEXT: _long_text,
    Kind.NUMBER: _number,
    Kind.PERCENT: _number,
    Kind.MONEY: _money,
    Kind.DATE: _date,
    Kind.CHOICE: _CHOICE,
    Kind.REFERENCE: _HEX,
    Kind.YES_NO: lambda w: w in ("0", "1"),
}


@lru_cache(maxsize=4096)
def check_of(entity: int, number: int) -> tuple[Callable[[str], object] | None, bool]:
    """The test of a field's text, and whether it names a record; None: not known here."""
    kind = MEMBER if entity == MEMBER.number else BY_NUMBER.get(entity)
    field = kind.by_number.get(number) if kind else None
    if field is None or field.is_set:
        return None, False
    return _SIMPLE.get(field.kind) or _by_reading(field), field.kind is Kind.REFERENCE


def _by_reading(field: Field) -> Callable[[str], object]:
    def check(wire: str) -> bool:
        try:
            from_wire(field, wire)
        except InvalidValue:
            return False
        return True

    return check


def references(entity: int, field: int, value: str | None) -> list[str]:
    """The record ids that a change refers to. InvalidValue when its field cannot hold the value.

    Fields and entities of a newer version pass unread: they are kept, relayed and shown later.
    """
    if field == LIFE:
        if value not in ("0", "1"):
            raise InvalidValue("a deletion or restoration is neither")
        return []
    if field == BIRTH:
        if not value or len(value) > _LONGEST * 3 // 2:
            raise InvalidValue("a new record is without content, or too long")
        try:
            image = read_image(value)
        except (DatabaseFault, RecursionError) as error:
            raise InvalidValue("a new record cannot be read") from error
        ends = min(image, default=1), max(image, default=1)
        if write_image(image) != value or not all(0 < number < LIFE for number in ends):
            raise InvalidValue("a new record is not in its one spelling")
        return _all(entity, image)
    return _all(entity, {field: value}) if value is not None else []


def storable(text: str) -> bool:
    """Whether a text that is kept unread can be kept on every database, and passed on."""
    return "\0" not in text and len(text) <= _LONGEST


def is_name(text: str) -> bool:
    """Whether a text stands on one line as it is written, and so may be a name or another word."""
    return _MISLEADING(text) is None


def check_member(id: str, field: int, value: str | None) -> None:
    """A set's member is whatever its id says: InvalidValue for what would make it another's."""
    if field == BIRTH:
        image = read_image(value)
        owner, number, content = image.get(1, ""), image.get(2, ""), image.keys() & {3, 4}
        if len(content) != 1 or not number.isdecimal():
            raise InvalidValue("a member of a set is not one thing")
        wire = image[content.pop()]
        if not _HEX(owner) or member_id(UUID(owner), int(number), wire).hex != id:
            raise InvalidValue("a member of a set has the id of another one")
    elif field in MEMBER.by_number:
        raise InvalidValue("a member of a set never changes")


def _all(entity: int, texts: Mapping[int, str]) -> list[str]:
    """The record ids that fields refer to. InvalidValue when one cannot hold its text."""
    found = []
    for number, wire in texts.items():
        check, refers = check_of(entity, number)
        if not (check or storable)(wire):
            raise InvalidValue(f"field {number} of entity {entity} cannot hold “{wire[:60]}”")
        if refers:
            found.append(wire)
    return found
