"""What the tests of IATI share: offices, small files made by code, how records compare."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from aps_desktop.db import log, store
from aps_desktop.db.connection import Connection
from aps_desktop.db.engine import Database
from aps_desktop.domain.entities import BY_NUMBER
from aps_desktop.services import demo, reference_data

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<iati-activities version="2.03">\n'
TAIL = "</iati-activities>\n"
CORE = """<iati-identifier>{id}</iati-identifier>
<reporting-org ref="XM-DAC-701" type="10"><narrative>Ministry of Tests</narrative></reporting-org>
<title><narrative>{title}</narrative></title>
<description type="1"><narrative>What it is about.</narrative></description>
<participating-org role="1" type="10"><narrative>Ministry of Tests</narrative></participating-org>
<activity-status code="2"/>
<activity-date type="2" iso-date="2024-03-01"/>
"""
PLACE = """<recipient-country code="KH" percentage="60"/>
<recipient-country code="LA" percentage="40"/>
<sector vocabulary="1" code="11110" percentage="100"/>
"""
ATTRIBUTES = 'xml:lang="en" default-currency="USD" hierarchy="2"'


def activity(
    more: str = "",
    *,
    id: str = "XM-DAC-701-A1",
    title: str = "An activity",
    place: str = PLACE,
    core: str = CORE,
    attributes: str = ATTRIBUTES,
) -> str:
    """One activity; `more` stands behind its sectors."""
    inner = core.format(id=id, title=title)
    return f"<iati-activity {attributes}>\n{inner}{place}{more}</iati-activity>\n"


def transaction(
    code: str = "3", value: str = "1000", day: str = "2025-01-31", more: str = ""
) -> str:
    return (
        f'<transaction ref="T-{code}">\n<transaction-type code="{code}"/>\n'
        f'<transaction-date iso-date="{day}"/>\n<value value-date="{day}">{value}</value>\n'
        f"{more}</transaction>\n"
    )


def write(folder: Path, *activities: str, name: str = "file.xml") -> Path:
    path = folder / name
    path.write_text(HEAD + "".join(activities) + TAIL, encoding="utf-8")
    return path


@cache
def _template() -> bytes:
    """A database of the secretariat with the shipped lists: made once, copied for each test."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "office.aps")
        db = store.create(str(path), office="ASEC", device="office")
        reference_data.load(db)
        db.close()
        return path.read_bytes()


def office(folder: Path, name: str = "office") -> Database:
    """A new database of the secretariat, with the shipped lists."""
    path = folder / f"{name}.aps"
    path.write_bytes(_template())
    return store.open_database(str(path))


def filled(folder: Path) -> Database:
    """An office with the small set of fictitious data."""
    db = office(folder, "filled")
    demo.fill(db, "small")
    return db


def images(c: Connection, names: Iterable[str]) -> dict[tuple[str, str], dict[int, str]]:
    """(entity, id) -> canonical texts by field number of all live records; sets under -number."""
    wanted = set(names)
    found: dict[tuple[str, str], dict[int, str]] = {}
    members: dict[str, dict[int, list[str]]] = {}
    for _, uuid, tid, image in log.all_images(c):
        kind = BY_NUMBER.get(tid)
        if kind is None:
            word = image.get(3) or image.get(4) or ""
            members.setdefault(image[1], {}).setdefault(-int(image[2]), []).append(word)
        elif kind.name in wanted:
            found[kind.name, bytes(uuid).hex()] = dict(image)
    for (_, id), image in found.items():
        image.update(
            {number: " ".join(sorted(ones)) for number, ones in members.get(id, {}).items()}
        )
    return found
