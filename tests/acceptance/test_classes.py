"""T19: nothing restricted is ever in a bundle of a lower class, wherever one looks."""

import zipfile
from pathlib import Path

import pytest
import zstandard

from aps_desktop.db import store
from aps_desktop.db.unit_of_work import Work
from aps_desktop.domain.changes import Why
from aps_desktop.domain.entities import ENTITIES
from aps_desktop.domain.fields import Kind
from tests.acceptance.desks import Desk, NewDesk, converged

MARK = "zarathustra"
"""In every text that must not leave."""


def unpacked(bundle: Path) -> bytes:
    """All that is in an unencrypted bundle: names and contents, decompressed."""
    found = [bundle.name.encode()]
    with zipfile.ZipFile(bundle) as archive:
        for info in archive.infolist():
            data = archive.read(info)
            found.append(info.filename.encode() + info.comment + info.extra)
            if info.filename.endswith(".zst"):
                data = zstandard.ZstdDecompressor().decompressobj().decompress(data)
            found.append(data)
    return b"\n".join(found)


@pytest.fixture
def alone(new_desk: NewDesk) -> Desk:
    """A secretariat that knows no receiver yet, so that its bundles are not encrypted."""
    return new_desk("ASEC", "alone")


@pytest.fixture
def secrets(alone: Desk, tmp_path: Path) -> dict[str, str]:
    """Restricted records of several kinds with parts, sets, files, edits and deletions."""
    paper = tmp_path / f"{MARK}.txt"
    paper.write_text(f"the {MARK} paper")
    ids = {
        "open": alone.new("project", code="P-1", title="Open project", tags="shown"),
        "closed": alone.new(
            "project", code=f"{MARK}-2", title=f"The {MARK} project", tags=f"{MARK}-tag",
            document_class="restricted", description=f"{MARK} {MARK}",
        ),
        "meeting": alone.new("meeting", title="Open meeting", starts_on="2026-11-02"),
    }  # fmt: skip
    alone.new("task", project=ids["closed"], title=f"{MARK} task")
    alone.new(
        "decision", meeting=ids["meeting"], item="1", text=f"{MARK} decided",
        document_class="confidential",
    )  # fmt: skip
    alone.new("decision", meeting=ids["meeting"], item="2", text="Said openly")
    alone.new(
        "document", number="D-1", title=f"{MARK} paper", file=str(paper),
        document_class="restricted",
    )  # fmt: skip
    alone.put("project", ids["closed"], title=f"The {MARK} project, renamed")
    # Born open, closed later: what it says by now must not leave.
    ids["later"] = alone.new("project", code="P-3", title="Was open")
    alone.put("project", ids["later"], document_class="restricted")
    alone.put("project", ids["later"], title=f"{MARK} by now")
    gone = alone.new("project", code="P-4", title=f"{MARK}, gone", document_class="restricted")
    alone.done("record", "delete", "project", gone)
    alone.put("project", ids["closed"], title=f"{MARK} taken back")
    alone.done("undo")
    return ids


@pytest.fixture
def about(alone: Desk, secrets: dict[str, str]) -> None:
    """Records of kinds without a class of their own, which are only about restricted ones."""
    closed = secrets["closed"]
    result = alone.new("result", project=closed, title=f"{MARK} result")
    deeper = alone.new("result", parent=result, title=f"{MARK} deeper")
    alone.new("indicator", result=deeper, title=f"{MARK} indicator")
    tranche = alone.new("tranche", project=closed, title=f"{MARK} tranche")
    alone.new("condition", tranche=tranche, title=f"{MARK} condition")
    alone.new("reporting_request", project=closed, title=f"{MARK} request")
    alone.new("dissemination", document="D-1", channel="website", notes=f"{MARK} sent")
    alone.new("participation_count", project=closed, people="3", notes=f"{MARK} three")
    twin = alone.new("result", project=closed, title=f"{MARK} twin")
    alone.done("record", "unite", "result", twin, result)
    alone.new("result", project=secrets["open"], title="Open result")
    paid = alone.new("tranche", project=closed, title=f"{MARK} paid")
    met = alone.new("condition", tranche=paid, title=f"{MARK} met")
    alone.done("record", "delete", "condition", met)
    alone.done("record", "delete", "tranche", paid)


@pytest.mark.usefixtures("about")
@pytest.mark.parametrize("scope", [(), ("--scope", "pillar:AEC"), ("--full",)])
def test_no_trace_of_restricted_records(
    alone: Desk, secrets: dict[str, str], scope: tuple[str, ...]
) -> None:
    alone.put("project", "P-1", pillar="AEC")
    alone.put("project", secrets["closed"], pillar="AEC")
    for highest in ("public", "limited"):
        bundle = alone.export(*scope, "--max-class", highest)
        assert MARK.encode() not in unpacked(bundle).lower()
        assert b"Open result" in unpacked(bundle) or highest == "public"
    assert MARK.encode() in unpacked(alone.export()).lower()  # so the search would find it


def test_what_is_open_arrives_and_the_rest_follows_by_a_full_bundle(
    alone: Desk, secrets: dict[str, str], new_desk: NewDesk
) -> None:
    other = new_desk("LA", "lao")
    request = other.folder / "request"
    other.done("trust", "request", request)
    alone.done("trust", "add", request)
    other.merge(alone.export("--max-class", "limited"))
    assert other.has("project", secrets["open"])
    assert not other.has("project", secrets["closed"])
    assert [row["label"] for row in other.done("record", "list", "document")] == []
    other.sound()
    other.merge(alone.export())
    assert other.has("project", secrets["closed"])
    converged(alone, other)


def test_a_class_that_is_in_conflict_holds_back_what_one_of_them_closed(
    house: tuple[Desk, Desk, Desk],
) -> None:
    asec, lao, khm = house
    id = lao.new("project", code="P-9", title="Ours", document_class="limited")
    asec.merge(lao.export())
    lao.put("project", id, document_class="restricted", title="Closed")
    asec.put("project", id, document_class="public")
    asec.merge(lao.export())
    assert asec.get("project", id)["document_class"] == "public"  # for the time being
    khm.merge(asec.export("--max-class", "limited"))
    assert not khm.has("project", id)
    (conflict,) = asec.conflicts()
    asec.done("conflicts", "resolve", conflict["id"], "--take", "mine")
    khm.merge(asec.export("--max-class", "limited"))
    assert khm.has("project", id)


def test_every_entity_with_a_class_is_held_back(alone: Desk) -> None:
    """Whatever entity gets a class one day is under the rule from then on."""
    db = store.open_database(str(alone.file))
    try:
        for kind in ENTITIES:
            if "document_class" not in kind.by_name:
                continue
            text = next(f for f in kind.columns if f.kind in (Kind.TEXT, Kind.LONG_TEXT))
            values = {text.name: f"{MARK} {kind.name}", "document_class": "restricted"}
            with db.writing() as c:
                work = Work(db, c, f"{MARK} {kind.name}", Why.EDIT)
                work.create(kind, db.ids.new(), values)
                work.finish()
    finally:
        db.close()
    bundle = alone.export("--max-class", "limited")
    assert MARK.encode() not in unpacked(bundle).lower()
