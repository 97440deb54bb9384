"""Whatever a project and what belongs to it hold, IATI with `aps:` brings it back whole."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aps_desktop.db import store
from aps_desktop.db.unit_of_work import apply
from aps_desktop.domain.changes import ChangeSet, Create
from aps_desktop.domain.entities import entity
from aps_desktop.domain.rules import check_record
from aps_desktop.services import frozen, iati_export, iati_import
from aps_desktop.services.iati_scope import PARTS, Scope
from aps_desktop.services.importing_types import Verdict
from tests.iati_kit import images, office
from tests.property.test_excel_round_trip import NO_SHRINKING, values_of

KINDS = ("project", *(name for name, _ in PARTS["project"] if name != "project_alignment"))
OWNERS = dict(PARTS["project"])
SCOPE = Scope(max_class="confidential")


def lawful(name: str, values: dict[str, object]) -> dict[str, object]:
    """Without the values that the rules refuse: such a record could not have been made."""
    kept = dict(values)
    while errors := [p for p in check_record(entity(name), kept) if p.severity == "error"]:
        kept.pop(errors[0].field)
    return kept


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office with nothing but the shipped lists, to be copied."""
    folder = tmp_path_factory.mktemp("empty")
    office(folder).close()
    return folder / "office.aps"


def opened(empty: Path, folder: Path, name: str) -> object:
    shutil.copy(empty, folder / name)
    return store.open_database(str(folder / name))


@settings(
    max_examples=12, phases=NO_SHRINKING, deadline=None, suppress_health_check=list(HealthCheck)
)
@given(data=st.data())
def test_it_comes_back_whole(
    empty: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("trip")
    here, there = (opened(empty, folder, name) for name in ("here.aps", "there.aps"))
    try:
        made: dict[str, list[UUID]] = {}
        changes = []
        for name in KINDS:
            for _ in range(2):
                id = here.ids.new()
                values = data.draw(values_of(_without_owner(name)))
                owner = OWNERS.get(name)
                if owner:
                    values[owner] = data.draw(st.sampled_from(made[owner]))
                if name == "indicator":
                    values["result"] = data.draw(st.sampled_from(made["result"]))
                saved = frozen.made(here.reader(), name, lawful(name, values))
                changes.append(Create(name, id, saved))
                made.setdefault(name, []).append(id)
        apply(here, ChangeSet("some", tuple(changes)))
        file = folder / "out.xml"
        iati_export.export(here, file, SCOPE)
        again = iati_import.plan(here, file)
        told = [problem for problem in again.problems if problem.kind == "import"]
        assert told == []
        assert again.plan.empty
        done = iati_import.import_file(there, file)
        assert done.count(Verdict.REFUSED) == done.count(Verdict.WAITING) == 0
        sent, came = (images(db.reader(), KINDS) for db in (here, there))
        assert sent.keys() == came.keys()
        for key, image in sent.items():
            assert came[key] == image, key
    finally:
        here.close()
        there.close()


def _without_owner(name: str) -> object:
    """The entity as far as it can be drawn: what it belongs to is chosen by the test."""
    kind = entity(name)
    return replace(kind, fields=tuple(f for f in kind.fields if f.name != OWNERS.get(name)))
