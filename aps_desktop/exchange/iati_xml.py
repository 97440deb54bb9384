"""Writes XML as text, line by line: fast, and every element has a line of its own to point at."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping

from aps_desktop.exchange.iati_names import NATIVE

Fields = Mapping[str, str | list[str]]
"""Canonical texts by field name; a set as the list of its members."""
Attributes = Mapping[str, str | None]

_NONE: frozenset[str] = frozenset()
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, whatever the escape."""
_IN_ATTRIBUTES = re.compile(r'[&<>"\x00-\x1f]').search
_TO_ESCAPE = re.compile("[&<>\r]").search
_TEXT = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;", ord("\r"): "&#13;"}
_ATTRIBUTE = {**_TEXT, ord('"'): "&quot;", ord("\n"): "&#10;", ord("\t"): "&#9;"}


def text(value: str) -> str:
    """A value as the text of an element; characters that XML does not know are left out."""
    if not value.isascii():
        value = _FORBIDDEN.sub("", value)
    return value.translate(_TEXT) if _TO_ESCAPE(value) else value


def attribute(value: str) -> str:
    """A value between double quotes."""
    if value.isascii() and not _IN_ATTRIBUTES(value):
        return value
    return _FORBIDDEN.sub("", value).translate(_ATTRIBUTE)


def holds(value: str) -> bool:
    """Whether XML can carry the text whole."""
    return value.isascii() or _FORBIDDEN.search(value) is None


class Lines:
    """The lines of one activity."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def open(self, name: str, attributes: Attributes | None = None) -> None:
        self.lines.append(f"<{name}{_attributes(attributes)}>")

    def close(self, name: str) -> None:
        self.lines.append(f"</{name}>")

    def empty(self, name: str, attributes: Attributes) -> None:
        """An element that says all in its attributes."""
        self.lines.append(f"<{name}{_attributes(attributes)}/>")

    def leaf(self, name: str, value: str, attributes: Attributes | None = None) -> None:
        """An element with nothing but text."""
        self.lines.append(f"<{name}{_attributes(attributes)}>{text(value)}</{name}>")

    def told(self, name: str, value: str, attributes: Attributes | None = None) -> None:
        """An element with one narrative."""
        self.lines.append(
            f"<{name}{_attributes(attributes)}><narrative>{text(value)}</narrative></{name}>"
        )

    def fields(self, entity: str, fields: Fields, also: Iterable[str] = ()) -> None:
        """What the element itself does not carry, as `aps:field`.

        `also` names fields that it usually carries, but not this time.
        """
        native = NATIVE.get(entity, _NONE).difference(also)
        for name, value in fields.items():
            if isinstance(value, list):
                members = "".join(f"<aps:member>{_own(one)}</aps:member>" for one in value)
                self.lines.append(f'<aps:field name="{name}">{members}</aps:field>')
            elif not value:
                self.lines.append(f'<aps:field name="{name}" withheld="1"/>')
            elif name not in native or not holds(value):
                self.lines.append(_field(name, value))

    def record(self, entity: str, id: str, fields: Fields, *, of_element: bool = False) -> None:
        """A record that IATI has no element for; or what the element around it stands for, where
        the schema allows no attribute of ours."""
        self.lines.append(f'<aps:record entity="{entity}" id="{id}">')
        self.fields(entity if of_element else "", fields)
        self.lines.append("</aps:record>")

    def __str__(self) -> str:
        return "\n".join(self.lines) + "\n"


def _attributes(attributes: Attributes | None) -> str:
    if not attributes:
        return ""
    return "".join(
        f' {name}="{attribute(value)}"' for name, value in attributes.items() if value is not None
    )


def _field(name: str, value: str) -> str:
    if holds(value):
        return f'<aps:field name="{name}">{text(value)}</aps:field>'
    return f'<aps:field name="{name}" as="json">{text(json.dumps(value))}</aps:field>'


def _own(value: str) -> str:
    """A member of a set: JSON where XML could not hold it, told by its first character."""
    return text(json.dumps(value) if not holds(value) or value[:1] == '"' else value)
