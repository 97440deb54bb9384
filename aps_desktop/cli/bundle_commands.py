"""Commands about bundles, conflicts and the office list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from aps_desktop.cli.session import DONE, NEEDS_A_PERSON, REFUSED, Session
from aps_desktop.db.engine import Database
from aps_desktop.domain.errors import UserError
from aps_desktop.services import (
    bundle_files,
    bundle_scope,
    bundles,
    merging,
    queued_bundles,
    revocation,
    sync_status,
    trusting,
)
from aps_desktop.services.merge_report import many, passed_over


def export(session: Session) -> int:
    """Write a signed bundle (encrypted when receivers are known)."""
    a = session.arguments
    scope = bundle_scope.parse(a.scope, a.max_class or "")
    with session.database() as db:
        made = bundles.export(db, Path(a.out), offices=a.offices, scope=scope, full=a.full)
    parts = bundle_files.split(made.path, a.split) if a.split else [made.path]
    document = {
        "changes": made.changes,
        "files": made.files,
        "bytes": made.bytes,
        "vector": made.vector,
        "sequence": made.sequence,
        "encrypted": made.encrypted,
        "file": str(parts[0]),
        "files_written": [str(part) for part in parts],
    }
    lock = "encrypted" if made.encrypted else "not encrypted: no receiver is known yet"
    session.answer(
        document,
        f"Bundle {made.sequence}: {many(made.changes, 'change')}, {many(made.files, 'file')}, "
        f"{many(made.bytes, 'byte')}, {lock}.",
    )
    return DONE


def inspect(session: Session) -> int:
    """Read and verify a bundle; merge nothing."""
    gathered = bundle_files.gather([Path(session.arguments.file)])
    try:
        for _, error in gathered.refused:
            raise error
        with session.database() as db:
            found = merging.inspect(db, gathered.bundles[0])
    finally:
        gathered.clean()
    document = _bundle(found)
    trust = "trusted" if found.trusted else "revoked" if found.revoked else "NOT confirmed"
    session.answer(
        document,
        f"Bundle {found.sequence} of {found.office} ({found.name}), {trust}: "
        f"{many(found.changes, 'change')}, {found.state}."
        + "".join(f"\n{p}" for p in found.problems),
    )
    return DONE


_NEEDS_A_PERSON = ("conflicts", "held", "proposals", "restored", "refused", "refused_changes",
                   "second_births", "misnamed", "left", "back", "not_taken")  # fmt: skip


def merge(session: Session) -> int:
    """Preview, back up, merge in one transaction."""
    a = session.arguments
    reports: list[merging.Report] = []
    refused: list[dict[str, str]] = []
    with session.database() as db:
        gathered = bundle_files.gather([Path(name) for name in a.files])
        found: list[tuple[Path, merging.Report | UserError]] = [
            (Path(name), error) for name, error in gathered.refused
        ]
        run = merging.preview_all if a.dry_run else _merge_all
        found += zip(gathered.bundles, run(db, gathered.bundles), strict=True)
        gathered.clean()
    for path, one in found:
        if isinstance(one, UserError):
            refused.append({"file": path.name, "error": one.message, "hint": one.hint})
            session.say(f"{one.message} {one.hint}".strip())
        else:
            reports.append(one)
    document = _merged(reports, refused)
    session.answer(document, _merged_words(reports))
    if not reports:
        return REFUSED
    needs = any(document[n] for n in _NEEDS_A_PERSON)
    return NEEDS_A_PERSON if needs else DONE


def _merge_all(db: Database, paths: Sequence[Path]) -> list[merging.Report | UserError]:
    """One bundle after another; one that cannot be merged does not keep the others away."""
    done: list[merging.Report | UserError] = []
    for path in paths:
        try:
            done.append(merging.merge_file(db, path))
        except UserError as error:
            done.append(error)
    return done


def status(session: Session) -> int:
    """Who has confirmed what of this computer's changes, and which bundles are missing."""
    with session.database() as db:
        c = db.reader()
        peers, waiting = sync_status.peers(c), sync_status.waiting(c)
        queued = queued_bundles.waiting(c)
    document = {
        "peers": [{**asdict(p), "unconfirmed": p.lacks} for p in peers],
        "waiting": [asdict(w) for w in waiting],
        "queued": [asdict(q) for q in queued],
    }
    words = [
        f"{p.office} ({p.name}): {p.lacks:,} of {many(p.ours, 'change')} unconfirmed"
        + (f" since {moment(p.since)}" if p.since else "")
        for p in peers
    ]
    words += [
        f"{many(w.changes, 'change')} {'waits' if w.changes == 1 else 'wait'} "
        f"for the {w.office} office ({w.name})"
        for w in waiting
    ]
    words += [f"{q.file} was made by version {q.made_by}: open it after an update" for q in queued]
    session.answer(document, "\n".join(words) or "No other computer is known yet.")
    return DONE


def undo(session: Session) -> int:
    """Take one merge back."""
    with session.database() as db:
        applied = merging.undo_merge(db, session.arguments.merge)
    session.answer(
        {"merge": applied.number, "kept": list(applied.skipped)},
        f"Took back merge {applied.number}." + "".join(f"\nLeft: {s}" for s in applied.skipped),
    )
    return NEEDS_A_PERSON if applied.skipped else DONE


def trust_request(session: Session) -> int:
    """Write the file by which this computer asks to be put on the office list."""
    with session.database() as db:
        request = trusting.write_request(db, Path(session.arguments.out))
    session.answer(
        {"device": request.device, "office": request.office, "fingerprint": request.fingerprint},
        f"Send this file to the secretariat, and read them this fingerprint by phone:\n"
        f"{request.fingerprint}",
    )
    return DONE


def trust_list(session: Session) -> int:
    """The computers whose bundles are believed here."""
    with session.database() as db:
        store = trusting.store(db)
    document = {
        "version": store.version,
        "root": store.root,
        "devices": [
            {
                "device": d.device,
                "office": d.office,
                "name": d.name,
                "fingerprint": d.fingerprint,
                "revoked_after": d.revoked_after,
            }
            for d in store.devices()
        ],
    }
    words = [f"{d.office}  {d.name}  {d.fingerprint}" for d in store.devices()]
    session.answer(document, f"Office list, version {store.version}\n" + "\n".join(words))
    return DONE


def trust_add(session: Session) -> int:
    """Take a computer's request, or an office list of the secretariat."""
    with session.database() as db:
        words = trusting.add(db, Path(session.arguments.request))
        version = trusting.store(db).version
    session.answer({"done": words, "version": version}, words)
    return DONE


def trust_revoke(session: Session) -> int:
    """End a computer's work after one of its bundles."""
    a = session.arguments
    with session.database() as db:
        version, settled = trusting.revoke(db, a.device, a.after)
    words = f"Revoked; the office list is version {version} now."
    if settled.left:
        verb = "counts" if settled.left == 1 else "count"
        words += f" {many(settled.left, 'change')} made after that bundle {verb} no more."
    session.answer({"version": version, "left": settled.left, "back": settled.back}, words)
    return DONE


def trust_revert(session: Session) -> int:
    """Put back what a computer changed after one of its bundles."""
    a = session.arguments
    with session.database() as db:
        applied = revocation.revert(db, a.device, a.after)
    done = applied.label if applied.number else "There is nothing to take back."
    session.answer({"change_set": applied.number, "label": applied.label}, done)
    return DONE


def moment(millis: int) -> str:
    """An ISO moment; a laptop's clock may say anything, so one out of range shows as a number."""
    try:
        return datetime.fromtimestamp(millis / 1000, UTC).isoformat(timespec="seconds")
    except (OverflowError, OSError, ValueError):
        return str(millis)


def _bundle(found: merging.Inspected) -> dict[str, Any]:
    return {
        "file": found.file,
        "bundle": str(UUID(found.bundle)),
        "office": found.office,
        "device": found.device,
        "name": found.name,
        "sequence": found.sequence,
        "made": moment(found.made),
        "trusted": found.trusted,
        "encrypted": found.encrypted,
        "changes": found.changes,
        "scope": found.scope,
        "state": found.state,
        "problems": list(found.problems),
        "waiting_for": list(found.waiting_for),
    }


def _merged(reports: list[merging.Report], refused: list[dict[str, str]]) -> dict[str, Any]:
    numbers = ("merged", "already_had", "held", "conflicts", "parallel", "proposals", "files")
    document: dict[str, Any] = {n: sum(getattr(r, n) for r in reports) for n in numbers}
    document["unsealed"] = sum(sum(r.unsealed.values()) for r in reports)
    document["restored"] = sum(r.restored for r in reports)
    document["refused"] = len(refused)
    document["refused_changes"] = sum(r.refused for r in reports)
    document["second_births"] = sum(r.second_births for r in reports)
    document["misnamed"] = sum(r.misnamed for r in reports)
    document["left"] = sum(r.left for r in reports)
    document["back"] = sum(r.back for r in reports)
    document["not_taken"] = [words for r in reports for words in r.not_taken]
    document["problems"] = refused
    document["merge"] = next((r.merge for r in reversed(reports) if r.merge), None)
    document["bundles"] = [
        {
            **_bundle(r.bundle),
            **{n: getattr(r, n) for n in numbers},
            "entities": r.entities,
            "differences": [asdict(one) for one in r.differences],
            "merge": r.merge or None,
            "backup": r.backup,
        }
        for r in reports
    ]
    return document


def _merged_words(reports: list[merging.Report]) -> str:
    lines = []
    for r in reports:
        lines.append(
            f"{r.bundle.file} of {r.bundle.office}: {many(r.merged, 'change')} merged, "
            f"{r.already_had:,} known already, {r.held:,} waiting, "
            f"{many(r.conflicts, 'conflict')}, {many(r.parallel, 'record')} edited side by side, "
            f"{many(r.proposals, 'proposal')}." + (f" Merge {r.merge}." if r.merge else "")
        )
        lines += [f"  waiting for {words}" for words in r.bundle.waiting_for]
        lines += [
            f"  {many(number, 'change')} of {office} came without its own seal"
            for office, number in r.unsealed.items()
        ]
        lines += [f"  {words}" for _, words in passed_over(vars(r))]
    return "\n".join(lines)
