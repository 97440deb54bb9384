"""What is not taken: a revoked computer's later work, copies that do not know it, newer bundles."""

import os
import shutil
from functools import partial
from pathlib import Path

import pytest

from aps_desktop.db import store
from aps_desktop.services import bundles
from aps_desktop.sync import manifest
from tests.acceptance.desks import Desk, converged, exchange


@pytest.fixture
def revoked(asec: Desk, lao: Desk, khm: Desk, project: str) -> dict[str, str]:
    """The Lao computer's first bundle is good; what it did after that came to the secretariat."""
    task = lao.new("task", project=project, title="Good task")
    good = lao.export()
    for desk in (asec, khm):
        desk.merge(good)
    lao.put("project", project, title="Bad title", description="Bad words")
    lao.done("record", "delete", "task", task)
    made = lao.new("project", code="P-BAD", title="Bad project")
    asec.merge(lao.export())
    sequence = asec.done("bundle", "inspect", good)["sequence"]
    return {"project": project, "task": task, "made": made, "after": str(sequence)}


def test_later_work_of_a_revoked_computer_is_refused_whoever_brings_it(
    asec: Desk, lao: Desk, khm: Desk, revoked: dict[str, str]
) -> None:
    before = asec.export()
    assert asec.done("trust", "revoke", "lao", "--after", revoked["after"])["left"] == 4
    asec.put("project", revoked["project"], justification="Good words")
    khm.merge(asec.export())
    code, report = khm.run("bundle", "merge", before)
    assert code == 3
    assert report["refused_changes"] == 4
    converged(asec, khm)
    assert khm.title(revoked["project"]) == "Flood warning"
    assert khm.get("project", revoked["project"])["justification"] == "Good words"
    assert khm.has("task", revoked["task"])
    assert not khm.has("project", revoked["made"])
    khm.sound()
    lao.put("project", revoked["project"], title="Worse")
    worse = lao.export()
    found = khm.done("bundle", "inspect", worse)
    assert (found["trusted"], found["problems"]) == (
        False,
        ["The secretariat has revoked this computer."],
    )
    code, report = khm.run("bundle", "merge", worse)
    assert code == 1
    assert "revoked" in report["problems"][0]["error"]


@pytest.mark.parametrize("name", ["Siti\nSecretary-General", "Siti\u202e", "Siti\x1b[2J"])
def test_a_name_that_would_mislead_whoever_reads_it_is_not_taken(
    asec: Desk, lao: Desk, project: str, name: str
) -> None:
    db = store.open_database(str(lao.file))
    with db.writing() as c:
        store.put_setting(c, "officer", name)
    db.close()
    lao.put("project", project, title="Flood warnings")
    code, report = asec.run("bundle", "merge", lao.export())
    assert code == 1
    assert "its words cannot be kept" in report["problems"][0]["error"]
    assert asec.title(project) == "Flood warning"


def test_the_secretariat_takes_back_what_it_did(
    asec: Desk, lao: Desk, khm: Desk, revoked: dict[str, str]
) -> None:
    asec.put("project", revoked["project"], description="Written since")
    before = asec.digest()
    asec.done("trust", "revert", "lao", "--after", revoked["after"])
    assert asec.title(revoked["project"]) == "Flood warning"
    assert asec.get("project", revoked["project"])["description"] == "Written since"
    assert asec.has("task", revoked["task"])
    assert not asec.has("project", revoked["made"])
    asec.sound()
    again = asec.done("trust", "revert", "lao", "--after", revoked["after"])
    assert again["change_set"] == 0
    khm.merge(asec.export())
    assert khm.title(revoked["project"]) == "Flood warning"
    khm.sound()
    asec.done("undo")
    assert asec.digest() == before


def test_only_the_secretariat_takes_back(lao: Desk, khm: Desk, project: str) -> None:
    code, document = khm.run("trust", "revert", "lao", "--after", "0")
    assert code == 1
    assert "secretariat" in document["error"]


# Forks ------------------------------------------------------------------------------------------


def test_a_restored_disk_that_goes_on_under_the_same_name_is_told(
    asec: Desk, lao: Desk, khm: Desk, project: str, tmp_path: Path
) -> None:
    """The database and the notes beside it are old together, so the computer cannot know."""
    data = Path(os.environ["APS_DATA_DIR"])
    shutil.copyfile(lao.file, tmp_path / "old.aps")
    shutil.copytree(data, tmp_path / "old-data")
    lao.put("project", project, title="On the first")
    first = lao.export()
    shutil.copyfile(tmp_path / "old.aps", lao.file)
    shutil.rmtree(data)
    shutil.copytree(tmp_path / "old-data", data)
    lao.put("project", project, title="On the second")
    second = lao.export()
    asec.merge(first)
    before = asec.digest()
    code, report = asec.run("bundle", "merge", second)
    assert code == 1
    (problem,) = report["problems"]
    assert "“lao”" in problem["error"]
    assert "Nothing was merged" in problem["hint"]
    assert asec.digest() == before
    asec.sound()
    khm.merge(second)  # elsewhere the other came first: the same is told there
    assert khm.run("bundle", "merge", first)[0] == 1


def test_a_restored_backup_goes_on_under_another_name(
    asec: Desk, lao: Desk, project: str, tmp_path: Path
) -> None:
    lao.done("backup", tmp_path / "copy.aps")
    lao.put("project", project, title="Lost at the desk, known elsewhere")
    asec.merge(lao.export())
    lao.done("restore", tmp_path / "copy.aps")
    lao.put("project", project, title="After the restore")
    assert asec.merge(lao.export())["conflicts"] == 1
    lao.merge(asec.export())
    converged(asec, lao)


def go_on_restored(lao: Desk, folder: Path) -> None:
    lao.done("backup", folder / "copy.aps")
    lao.done("restore", folder / "copy.aps")


def test_a_revoked_computer_counts_no_more_under_the_id_of_its_restored_database(
    asec: Desk, lao: Desk, khm: Desk, project: str, tmp_path: Path
) -> None:
    go_on_restored(lao, tmp_path)
    lao.put("project", project, title="Good, after the restore")
    good = lao.export()
    for desk in (asec, khm):
        desk.merge(good)
    asec.done("trust", "revoke", "lao", "--after", "99")  # all that had come was good
    lao.put("project", project, title="Worse")
    khm.merge(lao.export())  # which does not have the new list yet
    assert khm.title(project) == "Worse"
    report = asec.merge(khm.export())
    assert report["refused_changes"] == 1
    khm.merge(asec.export())
    for desk in (asec, khm):
        assert desk.title(project) == "Good, after the restore"
        desk.sound()
    converged(asec, khm)


def test_an_id_that_the_secretariat_learns_of_after_the_revocation_counts_nothing(
    asec: Desk, lao: Desk, khm: Desk, project: str, tmp_path: Path
) -> None:
    before = asec.title(project)
    go_on_restored(lao, tmp_path)
    lao.put("project", project, title="Worse")
    khm.merge(lao.export())
    version = asec.done("trust", "revoke", "lao", "--after", "99")["version"]
    assert asec.merge(khm.export())["left"] == 1
    assert asec.done("trust", "list")["version"] == version + 1
    khm.merge(asec.export())
    for desk in (asec, khm):
        assert desk.title(project) == before
        desk.sound()
    converged(asec, khm)


# Newer programs ---------------------------------------------------------------------------------


def newer_schema(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(bundles, "SCHEMA_VERSION", 99)


def newer_format(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(manifest, "FORMAT", 3)
    patch.setattr(bundles, "Manifest", partial(manifest.Manifest, format=3, min_reader=3))


@pytest.mark.parametrize("newer", [newer_schema, newer_format])
def test_a_bundle_of_a_newer_program_waits(
    asec: Desk, lao: Desk, project: str, monkeypatch: pytest.MonkeyPatch, newer
) -> None:
    lao.put("project", project, title="By a newer program")
    with monkeypatch.context() as patch:
        newer(patch)
        patch.setattr(bundles, "__version__", "9.1")
        bundle = lao.export()
    before = asec.digest()
    for _ in range(2):
        code, report = asec.run("bundle", "merge", bundle)
        assert code == 1
        assert "newer program (version 9.1)" in report["problems"][0]["error"]
    assert asec.digest() == before
    (waiting,) = asec.done("bundle", "status")["queued"]
    assert (waiting["file"], waiting["made_by"]) == (bundle.name, "9.1")
    with monkeypatch.context() as patch:  # the program was updated
        patch.setattr("aps_desktop.services.merging.SCHEMA_VERSION", 99)
        patch.setattr(manifest, "FORMAT", 3)
        asec.merge(bundle)
    assert asec.title(project) == "By a newer program"
    assert asec.done("bundle", "status")["queued"] == []


def test_a_computer_put_back_as_a_whole_gets_its_own_later_work_and_goes_on(
    asec: Desk, lao: Desk, project: str, tmp_path: Path
) -> None:
    """The disk's image comes back, with what the program noted beside the database."""
    saved = tmp_path / "image"
    shutil.copytree(tmp_path / "data", saved / "data")
    shutil.copy(lao.file, saved / "office.aps")
    lao.put("project", project, title="Written after the image was made")
    asec.merge(lao.export())
    shutil.rmtree(tmp_path / "data")
    shutil.copytree(saved / "data", tmp_path / "data")
    shutil.copy(saved / "office.aps", lao.file)
    report = lao.merge(asec.export())
    assert report["merged"] >= 1
    assert lao.title(project) == "Written after the image was made"
    lao.put("project", project, title="Written after it was put back")
    lao.put("project", project, description="And one more")
    exchange(asec, lao)
    assert asec.title(project) == "Written after it was put back"
    converged(asec, lao)
