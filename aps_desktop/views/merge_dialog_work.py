"""What the merge dialog does in the background: look, confirm, merge, take back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from aps_desktop.db import store
from aps_desktop.db.engine import Database
from aps_desktop.domain.changes import Applied
from aps_desktop.domain.errors import UserError
from aps_desktop.services import bundle_files, merging, quarantine, queued_bundles, trusting
from aps_desktop.services.bundle_files import Gathered
from aps_desktop.services.merging import Inspected, Report
from aps_desktop.services.quarantine import Content
from aps_desktop.sync.bundle_errors import NewerFormat, NotForUs
from aps_desktop.sync.manifest import Sender
from aps_desktop.tasks.jobs import Cancelled, Progress

READY, KNOWN, QUARANTINE, REFUSED, DONE = "ready", "known", "quarantine", "refused", "done"
QUEUED = "queued"


@dataclass
class Item:
    """One bundle in the dialog, and how far it is."""

    path: Path
    state: str
    bundle: Inspected | None = None
    report: Report | None = None
    content: Content | None = None
    error: UserError | None = None

    @property
    def for_others(self) -> bool:
        """Encrypted, and not to this computer: it has to be on the office list first."""
        return isinstance(self.error, NotForUs)


Looked = tuple[Gathered, list[Item]]


def look(paths: Sequence[Path], db: Database, progress: Progress, cancelled: Cancelled) -> Looked:
    """Verifies the bundles and tries their merge out; what is refused says why."""
    gathered = bundle_files.gather(paths)
    items = [Item(Path(name), REFUSED, error=error) for name, error in gathered.refused]
    for at, path in enumerate(gathered.bundles):
        if cancelled():
            break
        progress(at, len(gathered.bundles), f"Reading {path.name}")
        items.append(_verified(db, path))
    items.sort(key=_order)
    _try_out(db, items)
    return gathered, items


def _verified(db: Database, path: Path) -> Item:
    bundle = None
    try:
        bundle = merging.inspect(db, path)
        if not bundle.trusted and not bundle.revoked:
            return Item(path, QUARANTINE, bundle, content=quarantine.look(db, path))
    except NewerFormat as newer:
        if not db.read_only:
            queued_bundles.put(db, path, newer.made_by)
        return Item(path, QUEUED, bundle, error=newer)
    except UserError as error:
        return Item(path, REFUSED, bundle, error=error)
    return Item(path, READY, bundle)


def _try_out(db: Database, items: Sequence[Item]) -> None:
    """One preview of all that can be merged, each bundle on top of those made before it."""
    wanted = [item for item in items if item.state == READY]
    found = merging.preview_all(db, [item.path for item in wanted])
    here = store.this_device(db.reader())[0].hex
    for item, one in zip(wanted, found, strict=True):
        if isinstance(one, UserError):
            item.state, item.error = REFUSED, one
            continue
        item.report, item.bundle = one, one.bundle
        receipt = one.bundle.state == "new" and one.bundle.device != here
        item.state = READY if one.merged or receipt else KNOWN


def _order(item: Item) -> tuple[bool, int, int]:
    """As they were made, those that cannot be read last."""
    b = item.bundle
    return (b is None, b.made if b else 0, b.sequence if b else 0)


def merge(
    items: Sequence[Item], db: Database, progress: Progress, cancelled: Cancelled
) -> tuple[list[Item], Applied]:
    """Merges what is ready, one bundle after another; each is all or nothing."""
    done: list[Item] = []
    ready = [item for item in items if item.state == READY]
    for item in items:
        if item.state != READY:
            done.append(item)
            continue
        progress(ready.index(item), len(ready), f"Merging {item.path.name}")
        try:
            report = merging.merge_file(db, item.path)
        except UserError as error:
            done.append(Item(item.path, REFUSED, item.bundle, error=error))
        else:
            done.append(Item(item.path, DONE, item.bundle, report))
    return done, _applied(done)


def _applied(items: Sequence[Item]) -> Applied:
    reports = [item.report for item in items if item.report and item.report.merge]
    touched: dict[str, frozenset[int]] = {}
    for report in reports:
        for name, rids in report.touched.items():
            touched[name] = touched.get(name, frozenset()) | rids
    number = max((report.merge for report in reports), default=0)
    return Applied(number, "merge", touched)


def undo(numbers: Sequence[int], db: Database) -> Applied:
    """Takes merges back, the last one first."""
    touched: dict[str, frozenset[int]] = {}
    skipped: list[str] = []
    for number in sorted(numbers, reverse=True):
        applied = merging.undo_merge(db, number)
        skipped += applied.skipped
        for name, rids in applied.touched.items():
            touched[name] = touched.get(name, frozenset()) | rids
    return Applied(max(numbers, default=0), "undo a merge", touched, tuple(skipped))


def confirm(sender: Sender, db: Database) -> tuple[str, Applied]:
    """Believes a computer; its words, and that the office list may be another now."""
    return trusting.confirm(db, sender), Applied(0, "", {})
