"""What an officer chooses when making a bundle, and the files that come of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from aps_desktop.db.connection import Connection
from aps_desktop.db.engine import Database
from aps_desktop.db.queries.labels import label_sql
from aps_desktop.db.store import this_device
from aps_desktop.domain.entities import entity
from aps_desktop.domain.errors import UserError
from aps_desktop.services import bundle_files, bundle_scope, bundles, trusting
from aps_desktop.services.bundles import Exported

SCOPES = ("body", "pillar", "programme")


@dataclass(frozen=True)
class Choices:
    """What can be chosen: offices with computers that can open a bundle, and roots of a part."""

    own: str
    offices: tuple[str, ...]
    roots: dict[str, tuple[tuple[str, str], ...]]
    sequence: int


@dataclass(frozen=True)
class Wanted:
    """What was chosen. `megabytes` 0 leaves the bundle whole."""

    folder: Path
    name: str
    offices: tuple[str, ...] = ()
    scope: tuple[str, ...] = ()
    max_class: str = ""
    full: bool = False
    megabytes: int = 0


@dataclass(frozen=True)
class Made:
    """The bundle that was written, and its file or files."""

    exported: Exported
    files: tuple[Path, ...]


def choices(db: Database) -> Choices:
    """What the dialog offers."""
    devices = trusting.store(db).devices()
    c = db.reader()
    device, own, _ = this_device(c)
    offices = {one.office for one in devices if not one.revoked and one.device != device.hex}
    last = c.value(
        "SELECT max(sequence) FROM bundle_log WHERE direction = 'out' AND device = ?",
        (device.bytes,),
    )
    roots = {kind: _records(c, kind) for kind in ("body", "programme")}
    roots["pillar"] = _pillars(c)
    return Choices(own, tuple(sorted(offices)), roots, (last or 0) + 1)


def file_name(choices: Choices, offices: Sequence[str], at: datetime) -> str:
    """A name that says what the bundle is: "LA to ASEC 3 2026-11-23.apsync"."""
    whom = f" to {'+'.join(offices)}" if 0 < len(offices) <= 4 else ""
    return f"{choices.own}{whom} {choices.sequence} {at:%Y-%m-%d}{bundle_files.SUFFIX}"


def make(db: Database, wanted: Wanted) -> Made:
    """Writes the bundle; in parts where a part limit was given and it is larger than that."""
    target = wanted.folder / wanted.name
    if target.suffix.lower() != bundle_files.SUFFIX:
        target = target.with_name(target.name + bundle_files.SUFFIX)
    if not wanted.folder.is_dir():
        raise UserError("There is no such folder.", "Choose a folder or put the stick in.")
    scope = bundle_scope.parse(list(wanted.scope), wanted.max_class)
    exported = bundles.export(
        db, target, offices=wanted.offices, scope=scope, full=wanted.full, news=not wanted.full
    )
    files = bundle_files.split(target, wanted.megabytes) if wanted.megabytes else [target]
    return Made(exported, tuple(files))


def _records(c: Connection, name: str) -> tuple[tuple[str, str], ...]:
    """(id, label) of the records that a part can be made of."""
    kind = entity(name)
    rows = c.all(f"SELECT t.id, t.code, {label_sql(kind, 't')} FROM {kind.name} t")
    named = (
        (str(UUID(bytes=bytes(id))), f"{code} · {label}" if code else str(label))
        for id, code, label in rows
    )
    return tuple(sorted(named, key=lambda one: one[1].casefold()))  # as they are read: by code


def _pillars(c: Connection) -> tuple[tuple[str, str], ...]:
    """The pillars that something belongs to."""
    used = {row[0] for name in ("body", "project") for row in c.all(
        f"SELECT DISTINCT pillar FROM {entity(name).name} WHERE pillar IS NOT NULL")}  # fmt: skip
    return tuple(pair for pair in entity("project").field("pillar").choices if pair[0] in used)
