"""Three offices that believe each other, and bundles between them, for tests of what people see."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from aps_desktop.db import store
from aps_desktop.db.digest import digest
from aps_desktop.db.engine import Database
from aps_desktop.services import bundles, merging, records, trusting
from aps_desktop.services.merging import Report


@dataclass
class Offices:
    """The secretariat, the Lao PDR office and the Cambodia office."""

    folder: Path
    asec: Database
    la: Database
    kh: Database
    _sent: int = field(default=0)

    def bundle(self, sender: Database, *, full: bool = False) -> Path:
        """A bundle of everything that one office has."""
        self._sent += 1
        target = self.folder / f"bundle {self._sent}.apsync"
        bundles.export(sender, target, full=full)
        return target

    def send(self, sender: Database, *receivers: Database) -> list[Report]:
        file = self.bundle(sender)
        return [merging.merge_file(receiver, file) for receiver in receivers]

    def all_equal(self) -> bool:
        return len({digest(db.reader())[0] for db in (self.asec, self.la, self.kh)}) == 1

    def in_conflict(self) -> Path:
        """Two fields of one Lao project are edited apart; the secretariat's bundle."""
        id = records.new(
            self.la,
            "project",
            {
                "code": "P1",
                "title": "Flood early warning",
                "description": "Gauges stand along the river. Officers are trained.",
            },
        )
        self.send(self.la, self.asec, self.kh)
        records.put(
            self.asec,
            "project",
            id,
            {
                "title": "Title of the secretariat",
                "description": "Sixty gauges stand along the river. Officers are trained.",
            },
        )
        records.put(
            self.la,
            "project",
            id,
            {
                "title": "Title of the Lao office",
                "description": "Gauges stand along the river. Forty officers are trained.",
            },
        )
        return self.bundle(self.asec)

    def close(self) -> None:
        for db in (self.asec, self.la, self.kh):
            db.close()


def office(folder: Path, code: str) -> Database:
    """A new database of an office."""
    store.create(str(folder / f"{code}.aps"), office=code, device=f"Laptop of {code}").close()
    return store.open_database(str(folder / f"{code}.aps"))


def three_offices(folder: Path) -> Offices:
    """All three stand on the secretariat's list and have it."""
    made = Offices(folder, *(office(folder, code) for code in ("ASEC", "LA", "KH")))
    for db, name in ((made.la, "la"), (made.kh, "kh")):
        request = folder / f"{name}.apsrequest"
        trusting.write_request(db, request)
        trusting.add(made.asec, request)
    made.send(made.asec, made.la, made.kh)
    return made
