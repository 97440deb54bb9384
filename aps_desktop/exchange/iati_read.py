"""Reads a file of IATI as a stream, in the child process: nothing of it is believed.

No entities, no DTD, no network, no huge texts: what a file of IATI never needs is refused before
anything is read. One activity is in memory at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from aps_desktop.domain.errors import UserError
from aps_desktop.exchange.iati_check import Validator
from aps_desktop.exchange.iati_names import APS, MARK, RECORD, WITHHELD, XML_LANG
from aps_desktop.exchange.iati_problem import MISPLACED, WARNING, Problem

Element = Any
Plain = list[Any]
"""An element as plain values: [name, attributes, text, line, children]."""
ACTIVITIES = "iati-activities"
ORGANISATIONS = "iati-organisations"
_XML = "{http://www.w3.org/XML/1998/namespace}"
_MOST_DEEP = 40
_NOT_FIRST = 17
"""expat's number for an XML declaration that is not at the very beginning."""


def refuse(path: Path, reason: str, hint: str = "") -> UserError:
    return UserError(f"“{path.name}” cannot be read: {reason}", hint)


def look(path: Path) -> str:
    """The version of a file of activities; UserError says why it is not one."""
    from defusedxml import ElementTree
    from defusedxml.common import DefusedXmlException

    if path.stat().st_size == 0:
        raise refuse(path, "the file is empty.", "Ask for the file again.")
    with path.open("rb") as file:
        if file.read(2) == b"PK":
            raise refuse(path, "it is a workbook or an archive.", "Unpack it first.")
        file.seek(0)
        try:
            _, root = next(ElementTree.iterparse(file, events=("start",), forbid_dtd=True))
        except DefusedXmlException as error:
            raise refuse(
                path,
                "it declares a document type (DOCTYPE), which IATI never needs and attacks use.",
                "Ask the sender for a file without it.",
            ) from error
        except StopIteration as error:
            raise refuse(path, "nothing stands in it.", "Ask for the file again.") from error
        except ElementTree.ParseError as error:
            if error.code == _NOT_FIRST:
                raise refuse(
                    path, "something, such as a blank line, stands before its line “<?xml …?>”.",
                    "Take it away in a text editor, or ask for the file again.",
                ) from error  # fmt: skip
            raise refuse(path, f"it is not XML ({error}).", "Ask for the file again.") from error
        except (ValueError, LookupError) as error:
            raise refuse(path, f"it is not XML ({error}).", "Ask for the file again.") from error
    return _version(path, root)


def _version(path: Path, root: Element) -> str:
    if root.tag == ORGANISATIONS:
        raise refuse(
            path,
            "it is a file of organisations; only files of activities hold projects and money.",
            "Ask for the publisher’s activities.",
        )
    if root.tag != ACTIVITIES:
        name = root.tag.rpartition("}")[2][:60]
        raise refuse(path, f"it begins with “{name}” and is not a file of IATI activities.")
    version = (root.get("version") or "").strip()
    if version.startswith("1."):
        raise refuse(
            path,
            f"it is written in IATI {version}, given up in 2020; only 2.01 to 2.03 are read.",
            "Ask the publisher for the file in version 2.03.",
        )
    if not version.startswith("2.0"):
        told = f"version “{version}”" if version else "no version"
        raise refuse(path, f"it names {told}; only 2.01 to 2.03 are read.")
    return version


class Reader:
    """Goes through a file that `look` has let pass."""

    def __init__(self, path: Path, today: date) -> None:
        self._path = path
        self._validator = Validator(today)
        self.withheld: list[str] = []
        self.mark = ""
        self.around: list[Problem] = []
        """What is wrong outside of the activities, so far."""

    def activities(self) -> Iterator[tuple[Element, list[Problem], int]]:
        """(activity or record of our own, what is wrong with it, bytes read so far)."""
        first = True
        with self._path.open("rb") as file:
            for root, element in _through(self._path, file):
                if first:
                    self.withheld = (root.get(WITHHELD) or "").split()
                    self.mark = root.get(MARK) or ""
                    self.around += self._validator.root(root)
                    first = False
                if element is None:
                    continue
                if element.tag == "iati-activity":
                    yield element, self._validator.check(element), file.tell()
                elif element.tag == RECORD:
                    yield element, [], file.tell()
                elif not element.tag.startswith("{"):
                    line, tag = element.sourceline or 0, element.tag
                    self.around.append(Problem(line, "", tag, MISPLACED, "schema"))


def read_through(path: Path) -> Iterator[tuple[Element, Element]]:
    """(outermost element, child) for each of its children, which is gone at the next one."""
    with path.open("rb") as file:
        for root, element in _through(path, file):
            if element is not None:
                yield root, element


def _through(path: Path, file: Any) -> Iterator[tuple[Element, Element | None]]:
    """(outermost element, None) first, then with each child. UserError when the file is broken."""
    from lxml import etree

    try:
        yield from _each(etree, file)
    except etree.XMLSyntaxError as error:
        words = str(error.msg or error).partition(", line")[0]
        raise refuse(
            path,
            f"it is broken at line {error.lineno}: {words}.",
            "Nothing of it was taken; ask for the file again.",
        ) from error


def _each(etree: Any, file: Any) -> Iterator[tuple[Element, Element | None]]:
    events = etree.iterparse(
        file, events=("start", "end"), resolve_entities=False, no_network=True,
        load_dtd=False, huge_tree=False, collect_ids=False, remove_comments=True,
        remove_pis=True, recover=False,
    )  # fmt: skip
    depth = 0
    root: Element = None
    for event, element in events:
        if event == "start":
            depth += 1
            if depth == 1:
                root = element
                yield root, None
            continue
        depth -= 1
        if depth != 1:
            continue
        yield root, element
        element.clear()
        parent = element.getparent()
        while element.getprevious() is not None:
            del parent[0]


def plain(element: Element, deep: int = 0) -> Plain:
    """An element without what belongs to others: foreign namespaces are left out."""
    children = []
    if deep < _MOST_DEEP:
        children = [plain(child, deep + 1) for child in element if _ours(child.tag)]
    attributes = {
        _name(name): value for name, value in element.attrib.items() if _ours(name)
    }  # fmt: skip
    return [_name(element.tag), attributes, element.text or "", element.sourceline or 0, children]


def left_out(element: Element) -> list[Problem]:
    """Says which foreign namespaces `plain` leaves out of an activity."""
    found = {one.tag for one in element.iter() if not _ours(one.tag)}
    spaces = sorted({tag[1:].partition("}")[0] for tag in found})
    if not spaces:
        return []
    identifier = (element.findtext("iati-identifier") or "").strip()
    words = f"Elements of the publisher’s own namespace ({', '.join(spaces)}) are left out."
    line, tag = element.sourceline or 0, element.tag
    return [Problem(line, identifier, tag, words, "import", WARNING)]


def _ours(name: Any) -> bool:
    return isinstance(name, str) and (name[0] != "{" or name.startswith((APS, _XML)))


def _name(name: str) -> str:
    if name == XML_LANG:
        return "lang"
    return f"aps:{name[len(APS) :]}" if name.startswith(APS) else name
