"""Two offices that edited the same records apart, and the bundle between them: for pictures."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from aps_desktop.db.engine import Database
from aps_desktop.domain.money import Money
from aps_desktop.services import bundles, merging, offices, records, trusting, working

_TEXT = "Gauges stand along the river. Officers are trained. Villages are warned by radio."
_THEIRS = {
    "title": "Mekong early warning, phase one",
    "description": _TEXT.replace("Gauges", "Sixty gauges"),
    "budget": Money.of(300_000, "USD"),
    "status": "under_appraisal",
}
_OURS = {
    "title": "Flood warning for Lao villages, phase 1",
    "description": _TEXT.replace("Officers", "Forty officers").replace("radio", "radio and drum"),
    "budget": Money.of(260_000, "USD"),
}


def prepare(folder: Path) -> tuple[str, Path]:
    """The database of the Lao PDR office, and a bundle of the secretariat that waits for it."""
    made = {
        code: offices.start(str(folder / f"{code}.aps"), office=code, device=name)
        for code, name in (("ASEC", "Jakarta desktop"), ("LA", "Vientiane laptop"))
    }
    asec, la = made["ASEC"], made["LA"]
    working.name_officer(asec, "Siti Rahayu")
    working.name_officer(la, "Bounmy Keomany")
    request = folder / "la.apsrequest"
    trusting.write_request(la, request)
    trusting.add(asec, request)
    _send(asec, la, folder / "one.apsync")
    id = _project(la)
    _send(la, asec, folder / "two.apsync")
    records.put(asec, "project", id, _THEIRS)
    records.put(la, "project", id, _OURS)
    for db in (asec, la):
        records.new(db, "partner", {"code": "MRC", "name": "Mekong River Commission"})
        records.new(db, "body", {"code": "XWG", "name": f"Working group, made by {db.path.stem}"})
    bundle = folder / "ASEC 2 2026-11-26.apsync"
    bundles.export(asec, bundle, offices=["LA"])
    for db in (asec, la):
        db.close()
    return str(la.path), bundle


def _send(sender: Database, receiver: Database, file: Path) -> None:
    bundles.export(sender, file)
    merging.merge_file(receiver, file)


def _project(db: Database) -> UUID:
    values = {"code": "LA-2026-001", "title": "Flood early warning on the Mekong, phase 1",
              "description": _TEXT, "budget": Money.of(250_000, "USD")}  # fmt: skip
    return records.new(db, "project", values)
