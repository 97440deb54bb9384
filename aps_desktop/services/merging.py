"""Merging bundles: look first, back up, all in one transaction, a report; and taking it back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from aps_desktop.db import interrupted
from aps_desktop.db.connection import Connection
from aps_desktop.db.engine import Database, crash_point
from aps_desktop.db.layout import MEMBER
from aps_desktop.db.store import SCHEMA_VERSION
from aps_desktop.domain.changes import Applied
from aps_desktop.domain.errors import NotFound, UserError
from aps_desktop.services import (
    backup,
    files,
    merge_differences,
    merge_forks,
    merge_gaps,
    merge_trust,
    queued_bundles,
    reporting_answers,
    sync_status,
    trusting,
    updates,
    working,
)
from aps_desktop.services.merge_differences import Difference
from aps_desktop.sync import revoked, unmerge
from aps_desktop.sync.bundle_errors import NewerFormat
from aps_desktop.sync.container import Judge, Judgement, OpenedBundle, Verdict, open_bundle
from aps_desktop.sync.keys import fingerprint
from aps_desktop.sync.manifest import Manifest, Sender
from aps_desktop.sync.merge import Outcome, merge
from aps_desktop.sync.trust import TrustStore


@dataclass(frozen=True)
class Inspected:
    """What a bundle says about itself, verified, nothing merged."""

    file: str
    bundle: str
    office: str
    device: str
    name: str
    sequence: int
    made: int
    trusted: bool
    encrypted: bool
    changes: int
    scope: str
    state: str
    problems: tuple[str, ...]
    waiting_for: tuple[str, ...]
    sender: Sender | None = None
    seen: tuple[int, int, int | None] = (0, 0, None)
    """(our changes, how many the sender had not seen, since when)."""
    revoked: bool = False
    first_list: str = ""
    """Whose list this computer is about to believe: the fingerprint of the key that signs it."""

    @property
    def fingerprint(self) -> str:
        """Of the computer that made it: to be compared by phone when nobody has confirmed it."""
        return fingerprint(self.sender.key, self.sender.recipient) if self.sender else ""


@dataclass
class Report:
    """What merging one bundle did, or would do."""

    bundle: Inspected
    merge: int = 0
    merged: int = 0
    already_had: int = 0
    held: int = 0
    conflicts: int = 0
    parallel: int = 0
    refused: int = 0
    proposals: int = 0
    second_births: int = 0
    """Records that the bundle says were made by another computer than their own: passed over."""
    misnamed: int = 0
    """Changes that say of a record that it is of another kind than it is: passed over."""
    left: int = 0
    """Changes of revoked computers that were here and count no more, by the list it brought."""
    back: int = 0
    """Those that count again by it."""
    not_taken: tuple[str, ...] = ()
    """In words: what computers wrote in two versions, or is passed on without their seal."""
    renewed: bool = False
    """This database turned out to be an older state of itself, and has a new device name."""
    unsealed: dict[str, int] = field(default_factory=dict)
    """By office: changes that came by way of another one without the seal of their own."""
    entities: dict[str, dict[str, int]] = field(default_factory=dict)
    list_version: int = 0
    """Of the office list that comes with it, where that is newer than the one here."""
    files: int = 0
    backup: str = ""
    upto: int = 0
    """How far the sender's own changes went."""
    done: int = 0
    """When it was merged, in milliseconds since 1970."""
    touched: dict[str, frozenset[int]] = field(default_factory=dict)
    differences: tuple[Difference, ...] = ()
    """The first of them, those in conflict before all others."""

    @property
    def restored(self) -> int:
        """Records that had been deleted and came back, since somebody edited them elsewhere."""
        return sum(n.get("restored", 0) for name, n in self.entities.items() if name != MEMBER.name)


def inspect(db: Database, path: Path) -> Inspected:
    """Reads and verifies a bundle. BundleError says why when it is not sound."""
    with _opened(db, path) as bundle:
        return _inspected(db.reader(), bundle)


def preview(db: Database, path: Path) -> Report:
    """What merging the bundle would do: it is done, counted, and rolled back."""
    (found,) = preview_all(db, [path])
    if isinstance(found, UserError):
        raise found
    return found


def preview_all(db: Database, paths: Sequence[Path]) -> list[Report | UserError]:
    """What merging these bundles one after another would do, each on top of those before it.

    All is done, counted and rolled back at once, so that the counts add up: what two bundles both
    bring counts once, and a gap that an earlier one closes is none.
    """
    found: list[Report | UserError] = []
    trusting.store(db)  # the keys are made when they are first asked for
    try:
        with db.writing() as c:
            for at, path in enumerate(paths):
                c.run("SAVEPOINT looked")
                try:
                    found.append(_tried(db, c, path, 0x7FFFFFFF - len(paths) + at))
                    c.run("RELEASE SAVEPOINT looked")
                except UserError as error:
                    c.run("ROLLBACK TO SAVEPOINT looked")
                    found.append(error)
            raise _OnlyLooking
    except _OnlyLooking:
        return found


def _tried(db: Database, c: Connection, path: Path, number: int) -> Report:
    with _opened(db, path, trusting.kept(c)) as bundle:
        bundle.require_trusted()
        found = _inspected(c, bundle)
        if found.state == "merged":
            return Report(found, already_had=found.changes)
        report = merge_forks.but_for(
            found.device,
            lambda apart: _merge(db, c, bundle, found, apart, number=number),
            lambda: c.run("ROLLBACK TO SAVEPOINT looked"),
        )
        report.merge = number
        _note(c, report)
        report.merge = 0
        return report


def merge_file(db: Database, path: Path) -> Report:
    """Backs up and merges a bundle, all or nothing. BundleError when it may not be merged.

    One of a newer program is noted as waiting, to be opened again after an update.
    """
    try:
        bundle = _opened(db, path)
    except NewerFormat as newer:
        queued_bundles.put(db, path, newer.made_by)
        raise
    with bundle:
        bundle.require_trusted()
        found = _inspected(db.reader(), bundle)
        if found.state == "merged":
            return Report(found, already_had=found.changes)
        with interrupted.merging(db, found.file):
            report = _backed_up_and_merged(db, bundle, found)
    received = reporting_answers.note(db)
    if received:
        with db.writing() as c:
            said = json.loads(c.value("SELECT report FROM bundle_log WHERE n = ?", (report.merge,)))
            text = json.dumps({**said, "received": received}, sort_keys=True)
            c.run("UPDATE bundle_log SET report = ? WHERE n = ?", (text, report.merge))
    return report


def _backed_up_and_merged(db: Database, bundle: OpenedBundle, found: Inspected) -> Report:
    saved = backup.before(db, "merge")
    crash_point("merge-backed-up")

    def attempt(apart: merge_forks.Apart) -> Report:
        with db.writing() as c:
            number = c.value("SELECT coalesce(max(n), 0) + 1 FROM bundle_log")
            report = _merge(db, c, bundle, found, apart, number=number)
            report.backup = str(saved or "")
            report.merge, report.done = number, db.clock.millis()
            _note(c, report)
            queued_bundles.opened(c, found.file)
            crash_point("merge-noted")
        return report

    return merge_forks.but_for(found.device, attempt, lambda: None)


def undo_merge(db: Database, number: int) -> Applied:
    """Takes a merge back, recorded in the history of bundles. NotFound for another number."""
    with db.writing() as c:
        row = c.one(
            "SELECT state, file, report FROM bundle_log WHERE n = ? AND direction = 'in'",
            (number,),
        )
        if row is None:
            raise NotFound(f"There is no merge {number}.", "See the history of bundles.")
        if row[0] != "merged":
            raise UserError(f"Merge {number} was taken back already.")
        result = unmerge.take_back(c, number)
        state = "undone" if not result.kept_records else "partly undone"
        said = json.loads(row[2] or "{}")
        undone = {"undone_at": db.clock.millis(), "undone_by": working.officer(c)}
        c.run(
            "UPDATE bundle_log SET state = ?, report = ? WHERE n = ?",
            (state, json.dumps({**said, **undone}, sort_keys=True), number),
        )
    reporting_answers.reopen(db, said.get("received", {}))
    skipped = (_left(result.kept_records),) if result.kept_records else ()
    return Applied(number, f"undo the merge of {row[1]}", result.touched, skipped)


def _left(number: int) -> str:
    if number == 1:
        return "1 record that was edited since"
    return f"{number:,} records that were edited since"


def bundles_in(paths: Sequence[Path]) -> list[Path]:
    """The bundles among files and folders (a stick), by name."""
    found: list[Path] = []
    for path in paths:
        found += sorted(path.glob("*.apsync")) if path.is_dir() else [path]
    if not found:
        raise UserError("There is no bundle (.apsync) here.", "Choose another folder or file.")
    return found


class _OnlyLooking(Exception):
    """No error: it rolls the look back."""


def _opened(db: Database, path: Path, trust: TrustStore | None = None) -> OpenedBundle:
    trust = trust or trusting.store(db)
    bundle = open_bundle(path, _judge(trust), trusting.keys(db))
    manifest = bundle.manifest
    if manifest.schema > SCHEMA_VERSION and bundle.verdict is Verdict.TRUSTED:
        bundle.close()
        raise NewerFormat(path, manifest.app, manifest.format)
    return bundle


def _judge(trust: TrustStore) -> Judge:
    """Our list's word; before we have one, that of a list which grants our own request."""

    def judge(manifest: Manifest, offices: bytes | None) -> Judgement:
        if not trust.root and offices is not None and trust.names_us(offices):
            adopted = trust.adopt(offices)
            judgement = adopted.judge(manifest, offices)
            return replace(
                judgement, list_version=adopted.version, first_list=fingerprint(adopted.root)
            )
        return trust.judge(manifest, offices)

    return judge


def _inspected(c: Connection, bundle: OpenedBundle) -> Inspected:
    m = bundle.manifest
    row = c.one(
        # Of that computer: else who gives his bundle the number of another one's hides that.
        "SELECT state FROM bundle_log WHERE bundle = ? AND device = ? AND direction = 'in' "
        "ORDER BY n DESC LIMIT 1",
        (bytes.fromhex(m.bundle), bytes.fromhex(m.sender.device)),
    )
    scope = "all" if m.scope.kind == "all" else ", ".join(m.scope.ids) or "part"
    return Inspected(
        bundle.path.name, m.bundle, bundle.judgement.office, m.sender.device, m.sender.name,
        m.sequence, m.made, bundle.verdict is Verdict.TRUSTED, bundle.encrypted,
        m.changes, scope, row[0] if row else "new", bundle.problems,
        merge_gaps.gaps(c, bundle), m.sender, sync_status.seen_of_ours(c, dict(m.knowledge)),
        bundle.verdict is Verdict.REVOKED, bundle.judgement.first_list,
    )  # fmt: skip


def _merge(
    db: Database, c: Connection, bundle: OpenedBundle, found: Inspected, apart: merge_forks.Apart,
    *, number: int,
) -> Report:  # fmt: skip
    """Inside the write transaction: changes, files, receipts; not what is known to be wrong."""
    m = bundle.manifest
    merge_trust.refuse_impostor(c, bundle)
    listed = merge_trust.take_list(c, bundle)
    knows = {bytes.fromhex(d): n for d, n in m.knowledge.items()}
    for device, fork in apart.yielding.items():
        unmerge.forget(c, device, fork.after)
    limits = apart.limits(c, merge_trust.limits(c, bundle))
    offices = merge_trust.offices(c, bundle)
    now = db.clock.millis() << 16
    with merge_trust.beside(bundle) as own_steps:
        outcome: Outcome = merge(c, bundle.blocks, number, now, knows, limits, offices)
        crash_point("merge-changes")
        apart.refuse_nothing_left(outcome)
        seen = outcome.merged or apart.forks or apart.yielding
        unsealed = merge_trust.unsealed(c, bundle, limits, apart, own_steps) if seen else {}
    conflicts = outcome.conflicts > 0
    differences = merge_differences.just_merged(c, conflicts=conflicts) if outcome.merged else ()
    for sha256 in bundle.files:
        files.keep_bytes(c, bundle.file(sha256))
    _note_sender(c, bundle, knows)
    later = trusting.follow_revoked(c, db.clock.millis())
    crash_point("merge-files")
    return Report(
        found, merged=outcome.merged, already_had=outcome.already, held=outcome.held,
        conflicts=outcome.conflicts, parallel=outcome.parallel, proposals=outcome.proposals,
        entities=outcome.entities, files=len(bundle.files),
        touched=revoked.united(revoked.united(outcome.touched, listed.touched), later.touched),
        unsealed=unsealed, renewed=outcome.renewed, differences=differences,
        refused=outcome.refused, second_births=outcome.second_births, misnamed=outcome.misnamed,
        list_version=bundle.judgement.list_version,
        upto=m.covers.get(m.sender.device, (0, 0))[1],
        left=listed.left + later.left, back=listed.back, not_taken=apart.told(c),
    )  # fmt: skip


def _note_sender(c: Connection, bundle: OpenedBundle, knows: dict[bytes, int]) -> None:
    """Receipts: what the sender says it holds, unless a later bundle of it said so already."""
    m = bundle.manifest
    updates.heard_of(c, m.app, m.newest_app)
    peer = bytes.fromhex(m.sender.device)
    latest = c.value(
        "SELECT max(sequence) FROM bundle_log WHERE direction = 'in' AND device = ?", (peer,)
    )
    if latest is None or m.sequence >= latest:
        c.run("DELETE FROM known WHERE peer = ?", (peer,))
        for device, upto in knows.items():
            c.run(
                "INSERT INTO known SELECT ?, ord, ? FROM device WHERE uuid = ?",
                (peer, upto, device),
            )
    c.run(
        "UPDATE device SET public_key = ?, recipient = ? WHERE uuid = ? AND status <> 'self'",
        (bytes.fromhex(m.sender.key), m.sender.recipient, peer),
    )


def _note(c: Connection, report: Report) -> None:
    numbers = {k: v for k, v in asdict(report).items() if k not in ("bundle", "touched")}
    numbers["officer"] = working.officer(c)
    b = report.bundle
    c.run(
        "INSERT INTO bundle_log(n, direction, bundle, device, sequence, at, changes, state, file, "
        "scope, report, backup) VALUES (?, 'in', ?, ?, ?, ?, ?, 'merged', ?, ?, ?, ?)",
        (
            report.merge, bytes.fromhex(b.bundle), bytes.fromhex(b.device), b.sequence, b.made,
            report.merged, b.file, b.scope, json.dumps(numbers, sort_keys=True), report.backup,
        ),
    )  # fmt: skip
