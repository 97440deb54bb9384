"""Writes the documents and the funding conditions of an activity."""

from __future__ import annotations

import re
from collections.abc import Mapping

from aps_desktop.exchange import iati_names as names
from aps_desktop.exchange.iati_source import Activity, Label, Record
from aps_desktop.exchange.iati_xml import Fields, Lines

_UNKNOWN = "application/octet-stream"
_PAGE = "text/html"
_OFFICE = "application/vnd.openxmlformats-officedocument"
_MEDIA = {
    "pdf": "application/pdf",
    "doc": "application/msword",
    "docx": f"{_OFFICE}.wordprocessingml.document",
    "xls": "application/vnd.ms-excel",
    "xlsx": f"{_OFFICE}.spreadsheetml.sheet",
    "ppt": "application/vnd.ms-powerpoint",
    "pptx": f"{_OFFICE}.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "txt": "text/plain",
    "csv": "text/csv",
    "html": _PAGE,
    "rtf": "application/rtf",
    "zip": "application/zip",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "mp4": "video/mp4",
}
"""The same on every computer; all are codes of the list FileFormat (a test looks)."""
_ADDRESS = re.compile(r"https?://[^\s<>\"{}|\\^`]+").fullmatch


def documents(out: Lines, one: Activity, labels: Mapping[str, Label]) -> None:
    """Documents and knowledge products that can be named by an address or by their contents."""
    for entity in ("document", "knowledge_product"):
        rest: list[Record] = []
        for id, fields in one.parts.get(entity, ()):
            address = _address(fields)
            if address is None or "title" not in fields:
                rest.append((id, fields))
            else:
                _document(out, entity, id, fields, address)
        one.parts[entity] = rest


def _address(fields: Fields) -> tuple[str, str] | None:
    """(URL, media type). A file that is nowhere on the web is named by the SHA-256 of its bytes."""
    website, file = fields.get("website"), fields.get("file")
    if isinstance(website, str) and _ADDRESS(website):
        return website, _PAGE
    if isinstance(file, str):
        sha256, _, name = file.partition(" ")
        ending = name.rpartition(".")[2].lower()
        return f"urn:x-aps-desktop:sha256:{sha256}", _MEDIA.get(ending, _UNKNOWN)
    return None


def _document(out: Lines, entity: str, id: str, fields: Fields, address: tuple[str, str]) -> None:
    url, media = address
    out.open("document-link", {"format": media, "url": url, "aps:record": f"{entity} {id}"})
    out.told("title", str(fields["title"]))
    code = names.DOCUMENT_CODES.get(str(fields.get("type")), names.OTHER_DOCUMENT)
    out.empty("category", {"code": "A12" if media == _PAGE else code})
    dated = fields.get("dated")
    if isinstance(dated, str):
        out.empty("document-date", {"iso-date": dated})
    out.fields(entity, fields)
    out.close("document-link")


def conditions(out: Lines, one: Activity) -> None:
    """The conditions that stand; those waived are no longer attached."""
    rest: list[Record] = []
    attached: list[Record] = []
    for id, fields in one.parts.get("condition", ()):
        (rest if fields.get("status") == "waived" else attached).append((id, fields))
    if attached:
        out.open("conditions", {"attached": "1"})
        for id, fields in attached:
            out.open("condition", {"type": names.PERFORMANCE})
            out.leaf("narrative", str(fields.get("title", "")))
            out.record("condition", id, fields, of_element=True)
            out.close("condition")
        out.close("conditions")
    one.parts["condition"] = rest
