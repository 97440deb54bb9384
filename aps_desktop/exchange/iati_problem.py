"""What is wrong with a file of IATI: where, in which record, in plain words."""

from __future__ import annotations

import re

import msgspec

ERROR = "error"
WARNING = "warning"


class Problem(msgspec.Struct, frozen=True):
    """One finding. `kind`: "schema", "code", "rule" or "import"; `record`: "entity id", or "".

    An "error" makes the file invalid; a "warning" is advice of the standard.
    """

    line: int
    activity: str
    element: str
    message: str
    kind: str
    level: str = ERROR
    record: str = ""


MISPLACED = "It must not stand here: the standard has it elsewhere, or only once."
_KNOWN = (
    (
        re.compile(r"This element is not expected\. Expected is one of \( (?P<what>.+?) \)\."),
        "It stands in the wrong place, or what must come before it is missing: "
        "here belongs {what}.",
    ),
    (
        re.compile(r"This element is not expected\. Expected is \( (?P<what>.+?) \)\."),
        "Before it, {what} is missing; or it stands in the wrong place.",
    ),
    (re.compile(r"This element is not expected\."), MISPLACED),
    (
        re.compile(r"Missing child element\(s\)\. Expected is(?: one of)? \( (?P<what>.+?) \)\."),
        "It lacks {what}.",
    ),
    (
        re.compile(r"The attribute '(?P<what>[^']+)' is required but missing\."),
        "It lacks the attribute “{what}”.",
    ),
    (
        re.compile(r"The attribute '(?P<what>[^']+)' is not allowed\."),
        "It has the attribute “{what}”, which the standard does not know here.",
    ),
    (
        re.compile(
            r"'(?P<what>[^']*)' is not a valid value of the (?:atomic|union) type '(?P<t>.+?)'"
        ),
        "“{what}” is not {t}.",
    ),
    (re.compile(r"Character content .*not allowed"), "It must not hold text of its own."),
)
_TYPES = {
    "xs:date": "a date such as 2026-11-25",
    "xs:dateTime": "a day and time such as 2026-11-25T09:00:00Z",
    "xs:decimal": "a number",
    "xs:boolean": "1, 0, true or false",
    "xs:positiveInteger": "a whole number above zero",
    "xs:int": "a whole number",
    "xs:anyURI": "an address",
}
_NAMESPACE = re.compile(r"\{[^}]*\}")


def in_words(message: str) -> str:
    """What the schema says of an element, for people; unknown messages stay as they are."""
    said = message.partition(": ")[2] or message
    for pattern, words in _KNOWN:
        found = pattern.search(said)
        if found:
            told = found.groupdict()
            what = _NAMESPACE.sub("", told.get("what", "")).replace("##other*", "").strip(" ,")
            if not what and "{what}" in words and "expected" in said:
                return MISPLACED  # nothing but foreign elements may follow
            names = [one.strip() for one in what.split(",")]
            listed = " or ".join(names[:4]) + (" or others" if len(names) > 4 else "")
            kind = told.get("t", "").removeprefix("{http://www.w3.org/2001/XMLSchema}")
            return words.format(what=listed, t=_TYPES.get(kind, f"a value of the type {kind}"))
    return said
