"""What number formats say about cells beyond their number: a percentage, a currency."""

from __future__ import annotations

import posixpath
import re
import zipfile
from typing import TYPE_CHECKING

from defusedxml import ElementTree

from aps_desktop.exchange.amounts import currency_code
from aps_desktop.exchange.cells import PERCENT

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_PART_LIMIT = 20 << 20
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_DOLLARS = {"409": "USD", "4809": "SGD", "1004": "SGD", "c09": "AUD", "1409": "NZD", "1009": "CAD"}


def style_marks(archive: zipfile.ZipFile) -> dict[str, str]:
    """Style number -> "%" or a currency code, for the styles that say so."""
    root = _part(archive, "xl/styles.xml")
    if root is None:
        return {}
    custom = {
        element.get("numFmtId", ""): element.get("formatCode", "")
        for element in _all(root, "numFmt")
    }
    marks: dict[str, str] = {}
    for holder in _all(root, "cellXfs"):
        for number, style in enumerate(_all(holder, "xf")):
            mark = format_mark(style.get("numFmtId", "0"), custom)
            if mark:
                marks[str(number)] = mark
    return marks


def format_mark(number: str, custom: dict[str, str]) -> str:
    """What one number format says."""
    if number in ("9", "10"):
        return PERCENT
    code = custom.get(number, "").split(";")[0]
    if "%" in re.sub(r'"[^"]*"|\\.|\[[^\]]*\]', "", code):
        return PERCENT
    for symbol, locale in re.findall(r"\[\$([^\]-]*)(?:-([0-9A-Fa-f]+))?\]", code):
        if symbol.strip() == "$":
            return _DOLLARS.get(locale.lower(), "")
        found = currency_code(symbol)
        if found:
            return found
    for quoted in re.findall(r'"([^"]+)"', code):
        text = quoted.strip()
        if len(text) > 1 or not text.isascii():
            found = currency_code(text)
            if found:
                return found
    bare = re.search(r"[€£₫฿₱₭៛]", code)
    return currency_code(bare[0]) if bare else ""


def sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Sheet name -> the member of the archive that holds it."""
    book = _part(archive, "xl/workbook.xml")
    links = _part(archive, "xl/_rels/workbook.xml.rels")
    if book is None or links is None:
        return {}
    targets = {e.get("Id", ""): e.get("Target", "") for e in _all(links, "Relationship")}
    parts = {}
    for sheet in _all(book, "sheet"):
        target = targets.get(sheet.get(_RELATION, ""), "")
        if target:
            whole = target.lstrip("/") if target.startswith("/") else posixpath.join("xl", target)
            parts[sheet.get("name", "")] = posixpath.normpath(whole)
    return parts


def _part(archive: zipfile.ZipFile, name: str) -> Element | None:
    try:
        info = archive.getinfo(name)
    except KeyError:
        return None
    if info.file_size > _PART_LIMIT:
        return None
    root: Element = ElementTree.fromstring(archive.read(name), forbid_dtd=True)
    return root


def _all(root: Element, tag: str) -> list[Element]:
    return [element for element in root.iter() if element.tag.rpartition("}")[2] == tag]
