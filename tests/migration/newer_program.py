"""A program of the next version, for tests: run with a task and a database.

It knows a field and an entity that this version does not know, and format 3.
"""

import json
import sys
from dataclasses import replace
from typing import Any

from aps_desktop.domain import entities
from aps_desktop.domain.fields import Area, Entity, Field, Kind

NEW_FIELD = Field(900, "nickname", "Nickname", Kind.TEXT, listed=True)
NEW_ENTITY = Entity(
    900,
    "sticker",
    "Sticker",
    "Stickers",
    Area.OUTREACH,
    (
        Field(1, "name", "Name", required=True),
        Field(2, "project", "Project", Kind.REFERENCE, target="project"),
        Field(3, "worth", "Worth", Kind.MONEY),
    ),
    title=("name",),
    order=("name",),
)


def become_newer() -> None:
    """Before anything reads the entities: the project gets a field, and there is one more."""
    project = entities.BY_NAME["project"]
    changed = replace(project, fields=(project.fields[0], NEW_FIELD, *project.fields[1:]))
    entities.ENTITIES = (
        *(changed if e is project else e for e in entities.ENTITIES), NEW_ENTITY,
    )  # fmt: skip
    for one in (changed, NEW_ENTITY):
        entities.BY_NAME[one.name] = one
        entities.BY_NUMBER[one.number] = one


def main(task: str, location: str) -> Any:
    become_newer()
    from aps_desktop.db import check, digest, store
    from aps_desktop.services import records

    store.SCHEMA_VERSION = 3
    if task == "create":
        db = store.create(location, office="KH", device="Newer")
        project = records.new(db, "project", {"code": "N-1", "title": "N", "nickname": "Nick"})
        records.new(db, "sticker", {"name": "Round", "project": project})
    else:
        db = store.open_database(location)
    c = db.reader()
    found = {
        "digest": digest.digest(c)[0],
        "problems": [problem.message for problem in check.check(c)],
        "schema": sorted(
            " ".join(row[0].split())
            for row in c.all("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")
        ),
        "format": c.value("SELECT value FROM meta WHERE name = 'schema'"),
        "user_version": c.value("PRAGMA user_version"),
        "nicknames": [row[0] for row in c.all("SELECT nickname FROM project ORDER BY rid")],
        "stickers": c.value("SELECT count(*) FROM sticker"),
    }
    db.close()
    return found


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
