"""Looks a workbook's container over before any reader sees it: sizes, bombs, far-off cells.

A file of 5 KB with one cell at XFD1048576 makes a reader ask for hundreds of gigabytes; the cell
references are therefore read first, as plain bytes, whatever the sheet declares about its size.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from aps_desktop.domain.errors import UserError
from aps_desktop.exchange.cells import NO_RESULT, column_index, column_letters
from aps_desktop.exchange.limits import MEBIBYTE, Limits

_CHUNK = MEBIBYTE
_OVERLAP = 1024
_SMALL = 16 * 1024
_HEAD = 64 * 1024
_CHOOSE = "Choose an .xlsx, .xls, .ods or .csv file."
_TEXT_FILES = ("", ".csv", ".txt", ".tsv", ".tab")
CONSTANTS = {b"TRUE()": "#TRUE", b"FALSE()": "#FALSE", b"TRUE": "#TRUE", b"FALSE": "#FALSE"}
"""Formulas that LibreOffice writes for yes and no; other programs drop the result beside them."""
Marks = dict[tuple[int, int], str]


def refuse(reason: str, hint: str = "") -> UserError:
    """The one form in which a workbook is refused."""
    return UserError(f"This workbook cannot be read: {reason}", hint)


def check_start(path: Path) -> str:
    """The container by its first bytes: "zip", "ole" or "text"."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head:
        raise refuse("the file is empty.", "Ask for the file again.")
    if head.startswith(b"PK"):
        return "zip"
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        if "EncryptedPackage".encode("utf-16le") in head:
            raise refuse("it is protected by a password.", "Save a copy without password.")
        return "ole"
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise refuse(
            "it is a web page or XML under the name of a workbook.",
            "Open it in a spreadsheet program and save it as .xlsx.",
        )
    if b"\0" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise refuse("it is not a workbook.", _CHOOSE)
    if head.startswith((b"%PDF", b"{\\rtf")) or path.suffix.casefold() not in _TEXT_FILES:
        raise refuse("it is not a workbook, whatever its name says.", _CHOOSE)
    return "text"


def check_zip(archive: zipfile.ZipFile, limits: Limits) -> None:
    """Member count, sizes, ratios, overlaps and encryption, all from the directory."""
    members = sorted(archive.infolist(), key=lambda m: m.header_offset)
    if len(members) > limits.members:
        raise refuse(f"it has {len(members):,} parts.")
    if sum(m.file_size for m in members) > limits.unpacked:
        raise refuse(
            f"unpacked it is larger than {limits.unpacked // MEBIBYTE} MB.", "Split the workbook."
        )
    end = 0
    for member in members:
        if member.header_offset < end:
            raise refuse("its parts overlap, as in a file made to do harm.")
        end = member.header_offset + 30 + len(member.orig_filename) + member.compress_size
        if member.flag_bits & 1:
            raise refuse("it is protected by a password.", "Save a copy without password.")
        if member.file_size > MEBIBYTE and member.file_size > limits.ratio * member.compress_size:
            raise refuse("a part of it unpacks to many times its size.")


def check_xml(archive: zipfile.ZipFile) -> None:
    """No part may carry a document type: entities are for attacks, never for workbooks."""
    for member in archive.infolist():
        if member.filename.endswith((".xml", ".rels")):
            with archive.open(member) as part:
                head = part.read(_SMALL)
            if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
                raise refuse("it declares XML entities, as in a file made to do harm.")


class SheetScan:
    """Reads the cell references of one sheet's XML, as bytes."""

    def __init__(self, limits: Limits, styles: dict[str, str]) -> None:
        self._limits = limits
        self._styles = styles
        last = column_letters(limits.columns - 1)
        a, b = last[0], last[1]
        wide = rf"{a}[{chr(ord(b) + 1)}-Z]|[{chr(ord(a) + 1)}-Z][A-Z]|[A-Z]{{3,}}"
        self._far = re.compile(rf"r=[\"'](?:(?:{wide})\d|[A-Z]*\d{{6,}})[^\"']*".encode())
        wanted = "|".join(sorted(styles)).encode()
        self._wrong = re.compile(
            rb'<c r="([A-Z]+)(\d+)"[^>]* t="e"[^>]*>'
            rb"(?:<f[^>]*(?:/>|>[^<]*</f>))?<v>(#[^<]{1,16})</v>"
        )
        self._bare = re.compile(
            # An empty text, as of =IF(A1="","",...), is a result: its type is "str".
            rb'<c r="([A-Z]{1,3})(\d{1,7})"(?![^<>]*\bt="str")[^<>]*><f[^<>]*(?:/>|>([^<]*)</f>)'
            rb"(?:<v ?/>|<v></v>)?</c>"
        )
        self._marked = re.compile(rb'<c r="([A-Z]+)(\d+)" s="(' + wanted + rb')"(?! t="s)')
        self.marks: Marks = {}

    def run(self, chunks: Iterator[bytes], name: str) -> None:
        """Raises UserError on a cell beyond the limits; gathers the marks."""
        tail = b""
        for chunk in chunks:
            data = tail + chunk
            for match in self._far.finditer(data):
                self._check(match[0][3:].decode("ascii", "replace"), name)
            if self._styles:
                for letters, digits, style in self._marked.findall(data):
                    place = int(digits) - 1, column_index(letters.decode())
                    self.marks[place] = self._styles[style.decode()]
            for letters, digits, error in self._wrong.findall(data) if b't="e"' in data else ():
                place = int(digits) - 1, column_index(letters.decode())
                self.marks[place] = error.decode("ascii", "replace")
            for letters, digits, formula in self._bare.findall(data) if b"<f" in data else ():
                place = int(digits) - 1, column_index(letters.decode())
                self.marks[place] = CONSTANTS.get(formula.upper(), NO_RESULT)
            tail = data[-_OVERLAP:]

    def _check(self, reference: str, name: str) -> None:
        m = re.fullmatch(r"([A-Z]*)(\d+)", reference)
        if not m:
            raise refuse(f"sheet “{name}” has a cell at “{reference[:20]}”.")
        if len(m[2]) > 7 or int(m[2]) > self._limits.rows:
            raise refuse(
                f"sheet “{name}” has a cell in row {int(m[2][:12]):,}; "
                f"at most {self._limits.rows:,} rows can be read.",
                "Delete the empty rows below the list, or split the sheet.",
            )
        if m[1] and (len(m[1]) > 3 or column_index(m[1]) >= self._limits.columns):
            raise refuse(
                f"sheet “{name}” has a cell in column {m[1][:6]}; "
                f"at most {self._limits.columns} columns can be read.",
                "Delete the empty columns to the right of the list.",
            )


def stream(archive: zipfile.ZipFile, member: str, limits: Limits) -> Iterator[bytes]:
    """A member's bytes in chunks, never more than the limit."""
    total = 0
    with archive.open(member) as part:
        while chunk := part.read(_CHUNK):
            total += len(chunk)
            if total > limits.unpacked:
                raise refuse("a part of it is too large.", "Split the workbook.")
            yield chunk


def scan_xlsx(path: Path, limits: Limits) -> dict[str, Marks]:
    """Checks the whole file; sheet name -> what number formats say about its cells."""
    from aps_desktop.exchange.number_formats import sheet_parts, style_marks

    with zipfile.ZipFile(path) as archive:
        check_zip(archive, limits)
        check_xml(archive)
        styles = style_marks(archive)
        names = {part: name for name, part in sheet_parts(archive).items()}
        found: dict[str, Marks] = {}
        for member in archive.namelist():
            in_folder = member.startswith("xl/worksheets/") and member.endswith(".xml")
            if member in names or in_folder:
                scan = SheetScan(limits, styles)
                name = names.get(member, member)
                scan.run(stream(archive, member, limits), name)
                found[name] = scan.marks
        return found


def scan_ods(path: Path, limits: Limits) -> None:
    """Checks an OpenDocument file; repeated cells are left to the memory limit."""
    with zipfile.ZipFile(path) as archive:
        check_zip(archive, limits)
        check_xml(archive)
