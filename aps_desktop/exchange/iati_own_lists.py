"""Newer code lists, rules and schemas from a file: what an office puts beside the shipped ones.

Taken are a code list as the standard publishes it (XML), or an archive of such lists, of the three
schema files of version 2.03, and of `standard_ruleset.json`.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from aps_desktop.domain.errors import UserError
from aps_desktop.exchange import iati_lists
from aps_desktop.exchange.iati_names import VERSION, XML_LANG

_MOST_BYTES = 20 << 20
_MOST_FILES = 500
_FROM_NETWORK = re.compile(rb'<(?:\w+:)?(?:include|import|redefine)\b[^>]*schemaLocation="http')


def take(path: Path, folder: Path) -> list[str]:
    """Puts what the file holds into the folder; the names of the lists and files taken.

    UserError, and nothing changed, when it holds nothing of the kind or something broken.
    """
    lists: dict[str, dict[str, Any]] = {}
    files: dict[str, bytes] = {}
    for name, data in _members(path):
        if name in iati_lists.SCHEMAS:
            files[name] = data
        elif name == "standard_ruleset.json":
            files[iati_lists.RULES] = _rules(name, data)
        elif name.endswith(".xml"):
            lists.update(_code_list(name, data))
    _whole_schema(files)
    if lists:
        files[iati_lists.LISTS] = _merged(lists)
    if not files:
        raise UserError(
            f"“{path.name}” holds no code list of IATI.",
            "Choose a code list as the standard publishes it (XML), or a .zip of them.",
        )
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / f"{name}.part").write_bytes(data)
    for name in files:  # all of them or, where it is stopped before, none
        os.replace(folder / f"{name}.part", folder / name)
    return sorted([*lists, *(name for name in files if name != iati_lists.LISTS)])


def _members(path: Path) -> Iterator[tuple[str, bytes]]:
    if not zipfile.is_zipfile(path):
        if path.stat().st_size > _MOST_BYTES:
            raise UserError(f"“{path.name}” is too large for a code list.")
        yield path.name, path.read_bytes()
        return
    with zipfile.ZipFile(path) as archive:
        members = [m for m in archive.infolist() if not m.is_dir()]
        if len(members) > _MOST_FILES or sum(m.file_size for m in members) > _MOST_BYTES:
            raise UserError(f"“{path.name}” is too large for code lists.")
        for member in members:
            yield Path(member.filename).name, archive.read(member)


def _code_list(name: str, data: bytes) -> dict[str, dict[str, Any]]:
    from defusedxml import ElementTree
    from defusedxml.common import DefusedXmlException

    try:
        root = ElementTree.fromstring(data, forbid_dtd=True)
    except (ElementTree.ParseError, DefusedXmlException, ValueError) as error:
        raise UserError(f"“{name}” is not XML that can be read.", "Ask for it again.") from error
    if root.tag != "codelist" or not root.get("name"):
        return {}
    codes = {}
    for item in root.iter("codelist-item"):
        code = (item.findtext("code") or "").strip()
        narratives = item.findall("name/narrative") or item.findall("name")
        english = [n.text for n in narratives if n.get(XML_LANG, "en") == "en" and n.text]
        if code:
            codes[code] = (english or [code])[0].strip()
    if not codes:
        raise UserError(f"The code list “{name}” has no codes.", "Ask for it again.")
    known = iati_lists.code_lists().get(root.get("name"))
    complete = root.get("complete", "1") in ("1", "true")
    fixed = known.fixed if known else False
    return {root.get("name"): {"complete": complete, "fixed": fixed, "codes": codes}}


def _merged(lists: dict[str, dict[str, Any]]) -> bytes:
    """The new lists beside those that the office has put there before."""
    own = iati_lists.own_folder() / iati_lists.LISTS
    before = json.loads(own.read_text(encoding="utf-8"))["lists"] if own.is_file() else {}
    return json.dumps({"lists": {**before, **lists}}, ensure_ascii=False).encode()


def _rules(name: str, data: bytes) -> bytes:
    try:
        if isinstance(json.loads(data), dict):
            return data
    except ValueError:
        pass
    raise UserError(f"“{name}” is not a rule set.", "Ask for it again.")


def _whole_schema(files: dict[str, bytes]) -> None:
    """Refuses a schema that is not whole, is of another version or cannot be used."""
    given = [name for name in iati_lists.SCHEMAS if name in files]
    if not given:
        return
    if len(given) < len(iati_lists.SCHEMAS):
        missing = ", ".join(name for name in iati_lists.SCHEMAS if name not in files)
        raise UserError(f"The schema lacks {missing}.", "Take all three files together.")
    if f'version="{VERSION}"'.encode() not in files[iati_lists.SCHEMAS[0]]:
        raise UserError(f"This is not the schema of version {VERSION}.")
    if any(_FROM_NETWORK.search(files[name]) for name in given):
        raise UserError("The schema asks for files from the network.", "Take all files together.")
    _compile(files)


def _compile(files: dict[str, bytes]) -> None:
    from lxml import etree

    with tempfile.TemporaryDirectory() as folder:
        for name in iati_lists.SCHEMAS:
            Path(folder, name).write_bytes(files[name])
        try:
            etree.XMLSchema(etree.parse(str(Path(folder, iati_lists.SCHEMAS[0]))))
        except (etree.XMLSchemaParseError, etree.XMLSyntaxError) as error:
            raise UserError("The schema is broken.", "Ask for the three files again.") from error
