"""Making bundles: which changes a receiver lacks, in one signed file, encrypted where it can be."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import msgspec

from aps_desktop import __version__
from aps_desktop.db import interrupted, log
from aps_desktop.db.connection import Connection
from aps_desktop.db.engine import Database, crash_point
from aps_desktop.db.layout import field_columns
from aps_desktop.db.store import SCHEMA_VERSION
from aps_desktop.domain.entities import ENTITIES
from aps_desktop.domain.errors import UserError
from aps_desktop.domain.fields import Kind
from aps_desktop.domain.office_names import the_office
from aps_desktop.services import bundle_scope, trusting, updates, working
from aps_desktop.services.bundle_scope import Scope
from aps_desktop.sync import payload, proofs, seals
from aps_desktop.sync.container_write import BundleWriter, WrittenBundle
from aps_desktop.sync.keys import DeviceKeys
from aps_desktop.sync.manifest import Manifest
from aps_desktop.sync.manifest import Scope as ScopeLine
from aps_desktop.sync.trust import TrustStore


@dataclass(frozen=True)
class Exported:
    """A bundle that was written: how much is in it, and for whom it can be read."""

    path: Path
    changes: int
    files: int
    bytes: int
    sequence: int
    encrypted: bool
    vector: dict[str, int]


def export(
    db: Database,
    target: Path,
    *,
    offices: Sequence[str] = (),
    scope: Scope | None = None,
    full: bool = False,
    news: bool = False,
) -> Exported:
    """Writes a bundle: what the receiving offices are not known to have, or everything.

    What they have is what they said themselves in bundles that came from them, never what was
    sent: a stick can be lost. One for everybody (no `offices`) holds everything, or with `news`
    what not all others on the office list are known to have.
    """
    scope = scope or Scope()
    keys, trust = trusting.keys(db), trusting.store(db)
    _refuse_strangers(trust, offices)
    with interrupted.exporting(db, target):
        connection = db.connect()
        try:
            connection.run("BEGIN ISOLATION LEVEL REPEATABLE READ" if db.postgres else "BEGIN")
            written, files = _write(
                db, connection, target, list(offices), scope, keys, trust, full=full, news=news
            )
        finally:
            connection.close()
        crash_point("bundle-written")
        _note(db, written, scope)
    manifest = written.manifest
    return Exported(
        target, manifest.counts["changes"], files, written.size, manifest.sequence,
        written.encrypted, dict(manifest.knowledge),
    )  # fmt: skip


def _refuse_strangers(trust: TrustStore, offices: Sequence[str]) -> None:
    missing = trust.without_computers(tuple(offices))
    if missing:
        raise UserError(
            f"No computer of {', '.join(map(the_office, missing))} is on the office list here.",
            "Merge a newer bundle of the secretariat first, or make the bundle for everybody.",
        )


def _write(
    db: Database, c: Connection, target: Path, offices: list[str], scope: Scope,
    keys: DeviceKeys, trust: TrustStore, *, full: bool, news: bool,
) -> tuple[WrittenBundle, int]:  # fmt: skip
    records = "" if scope.whole else bundle_scope.fill(c, scope)
    knowledge = payload.knowledge(c)
    # Knowledge is of everything: a bundle that leaves records out sends its part in full.
    known = {} if full or records else known_to(c, trust, offices, news=news)
    payload.chosen(c, known, records)
    sealed = seals.lines(c, keys.signing)
    shown = proofs.gather(c, seals.reach(c, sealed))
    sequence, previous = _next_number(c)
    with BundleWriter() as writer:
        writer.add_lines("devices.jsonl", payload.device_lines(c))
        writer.add_lines("records.jsonl", payload.record_lines(c))
        writer.add_lines("steps.jsonl", payload.step_lines(c, hide_labels=bool(records)))
        changes = writer.add_lines("changes.jsonl", payload.change_lines(c, shown.salts))
        writer.add_lines(seals.MEMBER, map(msgspec.json.encode, sealed))
        writer.add_lines(proofs.MEMBER, shown.lines)
        crash_point("bundle-lines")
        files = _add_files(c, writer)
        if trust.signed is not None:
            writer.add_offices(trust.signed.to_bytes())
        manifest = Manifest(
            app=__version__, newest_app=updates.newest_known(c), schema=SCHEMA_VERSION,
            bundle=uuid4().hex,
            sender=trusting.sender(db), sequence=sequence, previous=previous,
            made=db.clock.millis(), for_offices=tuple(offices),
            scope=_scope_line(scope),
            max_class=scope.max_class,
            covers={d.hex(): (known.get(d, 0), n) for d, n in knowledge.items()},
            knowledge={d.hex(): n for d, n in knowledge.items()},
            counts={"changes": changes, "files": files},
        )  # fmt: skip
        recipients = trust.recipients(tuple(offices) or None)
        return writer.finish(target, manifest, keys, recipients), files


def _scope_line(scope: Scope) -> ScopeLine:
    roots = tuple(f"{kind}:{code}" for kind, code in scope.roots)
    return ScopeLine("all" if scope.whole else "part", roots)


def known_to(
    c: Connection, trust: TrustStore, offices: Sequence[str], *, news: bool = False
) -> dict[bytes, int]:
    """What every computer of these offices has said it holds; nothing where one never said.

    With `news` and no offices: every other computer on the list.
    """
    own = trust.own.device if trust.own else ""
    peers = [
        bytes.fromhex(d.device)
        for d in trust.devices()
        if d.office in offices or (news and not offices and not d.revoked and d.device != own)
    ]
    vectors = [
        {
            bytes(uuid): upto
            for uuid, upto in c.all(
                "SELECT d.uuid, k.upto FROM known k JOIN device d ON d.ord = k.device "
                "WHERE k.peer = ?",
                (peer,),
            )
        }
        for peer in peers
    ]
    if not vectors or not all(vectors):
        return {}
    return {d: min(v.get(d, 0) for v in vectors) for d in vectors[0]}


def _next_number(c: Connection) -> tuple[int, str]:
    row = c.one(
        "SELECT sequence, report FROM bundle_log WHERE direction = 'out' AND device = "
        "(SELECT d.uuid FROM local_state l JOIN device d ON d.ord = l.device) "
        "ORDER BY sequence DESC LIMIT 1"
    )
    return (row[0] + 1, json.loads(row[1])["manifest"]) if row else (1, "")


def _add_files(c: Connection, writer: BundleWriter) -> int:
    """The files that the sent changes attach, each once."""
    wanted: set[str] = set()
    for kind in ENTITIES:
        for field in kind.columns:
            if field.kind is Kind.FILE:
                column = field_columns(field)[0]
                rows = c.all(
                    f"SELECT DISTINCT substr(t.{column}, 1, 64) FROM {kind.name} t "
                    f"WHERE t.{column} IS NOT NULL AND t.rid IN (SELECT rid FROM sent_record)"
                )
                wanted.update(row[0] for row in rows)
    for wire in _not_shown(c):
        wanted.add(wire[:64])
    sent = 0
    for sha256 in sorted(wanted):
        data = c.value("SELECT data FROM file_blob WHERE sha256 = ?", (sha256,))
        if data is not None:
            writer.add_file(sha256, bytes(data))
            sent += 1
    return sent


def _not_shown(c: Connection) -> list[str]:
    """Files that are not shown: a conflict's other ones, and those that are only proposed.

    Whoever decides shall be able to open them all.
    """
    numbers = {(k.number, f.number) for k in ENTITIES for f in k.columns if f.kind is Kind.FILE}
    places = ", ".join(str(number) for number in sorted({number for _, number in numbers}))
    found = []
    for tid, cell, val, at in c.all(
        # CROSS JOIN: from the few that are about a file, not from all records.
        "SELECT r.tid, e.cell, o.val, o.cell FROM cell_extra e CROSS JOIN sent_record s "
        "CROSS JOIN op o CROSS JOIN record r WHERE s.rid = (e.cell >> 10) AND o.dot = e.dot "
        f"AND r.rid = s.rid AND (e.cell & 1023) IN ({places}) "
        "UNION ALL SELECT r.tid, o.cell, o.val, o.cell FROM op_proposal p CROSS JOIN op o "
        "CROSS JOIN sent_record s CROSS JOIN record r WHERE o.dot = p.dot "
        f"AND s.rid = (o.cell >> 10) AND r.rid = s.rid AND (o.cell & 1023) IN ({places})"
    ):
        number = log.field_of_cell(cell)
        wire = log.wire_in(val, at, number) if (tid, number) in numbers else None
        if wire:
            found.append(wire)
    return found


def _note(db: Database, written: WrittenBundle, scope: Scope) -> None:
    """Keeps for good that this bundle was made, for whom, and what was in it."""
    manifest = written.manifest
    report = {"manifest": written.manifest_sha256, "offices": list(manifest.for_offices),
              "bytes": written.size, "encrypted": written.encrypted}  # fmt: skip
    with db.writing() as c:
        report["officer"] = working.officer(c)
        c.run(
            "INSERT INTO bundle_log(n, direction, bundle, device, sequence, at, changes, state, "
            "file, scope, report) VALUES "
            "((SELECT coalesce(max(n), 0) + 1 FROM bundle_log), 'out', ?, ?, ?, ?, ?, 'written', "
            "?, ?, ?)",
            (
                bytes.fromhex(manifest.bundle), bytes.fromhex(manifest.sender.device),
                manifest.sequence, manifest.made, manifest.counts["changes"],
                written.path.name, str(scope), json.dumps(report, sort_keys=True),
            ),
        )  # fmt: skip
