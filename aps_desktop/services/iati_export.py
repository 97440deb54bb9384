"""Exports projects, programmes and funds as IATI 2.03: read here, written and checked in a child.

The file is written beside its place and takes it at the end; one batch of activities is in memory
at a time. What may not leave is counted, and what is wrong with the file is listed with the record
that it comes from.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from aps_desktop.children import write_frame
from aps_desktop.db import store
from aps_desktop.db.connection import Connection, placeholders
from aps_desktop.db.engine import Database
from aps_desktop.domain.clock import today
from aps_desktop.domain.entities import entity
from aps_desktop.domain.errors import UserError
from aps_desktop.exchange import iati_process
from aps_desktop.exchange.iati_problem import ERROR, Problem
from aps_desktop.exchange.iati_source import Activity, Head, Reporter, identifier
from aps_desktop.services import iati_scope, importing_base
from aps_desktop.services.iati_records import RecordReader, class_sql
from aps_desktop.services.iati_scope import KINDS, SUPPORT, Chosen, Scope
from aps_desktop.services.importing_types import Cancelled, Progress, never, no_progress

_BATCH = 100
_SETTING = "iati reporter"
_LABELLED = {
    "partner": ("code", "name", "iati_identifier"),
    "member_state": ("code", "name", ""),
    "body": ("code", "name", ""),
    "fund": ("code", "name", "modality"),
    "classification": ("code", "label", "scheme"),
    "disaggregation_dimension": ("", "name", ""),
    "programme": ("code", "title", ""),
}
"""What a reference shows: code, name, and what else; a programme's identifier is worked out."""


@dataclass(frozen=True)
class Exported:
    """What an export wrote. `left_out` says what stayed out and how many; `problems` are listed
    up to a limit, `problem_count` counts all. A `public` file has neither notes nor persons."""

    file: Path
    activities: int
    left_out: dict[str, int]
    problems: tuple[Problem, ...]
    problem_count: int
    public: bool = False

    @property
    def valid(self) -> bool:
        return not any(problem.level == ERROR for problem in self.problems)

    def as_json(self) -> dict[str, Any]:
        """The document of `iati export --json`."""
        return {
            "file": str(self.file),
            "activities": self.activities,
            "left_out": self.left_out,
            "valid": self.valid,
            "problems": [msgspec.structs.asdict(one) for one in self.problems],
            "problem_count": self.problem_count,
        }


def reporter(c: Connection) -> Reporter:
    """Who publishes: what the office has set, or the secretariat without a registration."""
    kept = store.setting(c, _SETTING)
    return msgspec.json.decode(kept, type=Reporter) if kept else Reporter()


def set_reporter(db: Database, told: Reporter) -> None:
    """Keeps who publishes, for this database on this computer. UserError on an unusable one."""
    if not told.ref.strip() or any(c in "/&|? " for c in told.ref):
        raise UserError(
            f"“{told.ref}” cannot be an organisation identifier.",
            "It has no blanks and none of / & | ?, such as XM-DAC-47005.",
        )
    if not told.name.strip():
        raise UserError("The publisher has no name.", "Type the name of the secretariat.")
    with db.writing() as c:
        store.put_setting(c, _SETTING, msgspec.json.encode(told).decode())


def preview(c: Connection, scope: Scope) -> Chosen:
    """What an export would take and leave out; nothing is written."""
    chosen = iati_scope.choose(c, scope)
    for kind in KINDS:
        for rids in _batches(chosen.activities.get(kind, [])):
            iati_scope.parts(c, chosen, kind, rids, scope)
    return chosen


def export(
    db: Database,
    path: Path,
    scope: Scope,
    progress: Progress = no_progress,
    cancelled: Cancelled = never,
) -> Exported:
    """Writes the file. UserError, and no file, when there is nothing that may leave."""
    path = Path(path)
    if not path.parent.is_dir():
        raise UserError(f"There is no folder “{path.parent.name}”.", "Choose another folder.")
    c = db.reader()
    chosen = iati_scope.choose(c, scope)
    if not chosen.count:
        raise UserError(
            f"Nothing of {scope} may leave in a file of the class {scope.max_class}.",
            "Set the class of the records that may be published, or choose a higher one.",
        )
    draft = path.with_name(f".{path.name}.part")
    source = _Source(db, c, scope, chosen, progress, cancelled)
    try:
        with iati_process.writing(draft, today(db.clock)) as child:
            with contextlib.suppress(BrokenPipeError):
                for frame in source.frames():
                    write_frame(child.input, frame)
                child.input.close()
            count, total, told = iati_process.checked(child)
        os.replace(draft, path)
    except OSError as error:
        raise UserError(
            f"“{path.name}” could not be written.",
            "Close it if it is open elsewhere, and check that there is room.",
        ) from error
    finally:
        draft.unlink(missing_ok=True)
    return Exported(path, count, chosen.left_out, tuple(told), total, scope.public)


def _batches(rids: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(rids), _BATCH):
        yield rids[start : start + _BATCH]


class _Source:
    """The frames for the writing child, batch by batch."""

    def __init__(
        self, db: Database, c: Connection, scope: Scope, chosen: Chosen, progress: Progress,
        cancelled: Cancelled,
    ) -> None:  # fmt: skip
        self._c = c
        self._scope = scope
        self._chosen = chosen
        self._progress = progress
        self._cancelled = cancelled
        self._reader = RecordReader(c, scope.max_class, scope.withheld)
        self._reporter = reporter(c)
        self._labelled: dict[str, set[str]] = {}
        self._written: dict[str, set[str]] = {kind: set() for kind in KINDS}
        now = datetime.fromtimestamp(db.clock.millis() / 1000, UTC)
        self._generated = now.strftime("%Y-%m-%dT%H:%M:%SZ")

    def frames(self) -> Iterator[list[Any]]:
        """First the head; labels before the activities that show them; the lists at the end."""
        mark = importing_base.mark(self._c)
        yield ["head", Head(self._generated, self._reporter, mark, self._scope.withheld)]
        done = 0
        for kind in KINDS:
            for rids in _batches(self._chosen.activities.get(kind, [])):
                if self._cancelled():
                    raise UserError("The export was cancelled.", "No file was written.")
                activities = self._activities(kind, rids)
                yield ["labels", self._labels()]
                for one in activities:
                    yield ["activity", one]
                done += len(rids)
                self._progress(done, self._chosen.count, "Writing activities")
        if not self._scope.public:
            yield from self._support()
        yield ["end"]

    def _activities(self, kind: str, rids: list[int]) -> list[Activity]:
        by_rid = {}
        for rid, (id, fields) in self._reader.of(kind, rids):
            own = fields.get("iati_identifier")
            named = identifier(
                self._reporter.ref, str(fields.get("code", "")), str(own) if own else None
            )
            by_rid[rid] = Activity(kind, id, named, fields, {})
            self._written[kind].add(id)
        for name, pairs in iati_scope.parts(
            self._c, self._chosen, kind, list(by_rid), self._scope
        ).items():
            owner = dict(pairs)
            for rid, record in self._reader.of(name, owner):
                by_rid[owner[rid]].parts.setdefault(name, []).append(record)
        if kind == "programme":
            self._children(by_rid)
        return list(by_rid.values())

    def _children(self, by_rid: dict[int, Activity]) -> None:
        """The projects and programmes below, where they are in the file too."""
        for name, column in (("programme", "parent"), ("project", "programme")):
            listed = self._chosen.activities.get(name, [])
            own = "iati_identifier" if name == "project" else "NULL"
            for part in _batches(listed):
                marks = placeholders(part)
                sql = (
                    f"SELECT {column}, code, {own} FROM {name} "
                    f"WHERE rid IN ({marks}) AND {column} IS NOT NULL ORDER BY code"
                )
                for above, code, told in self._c.all(sql, part):
                    if above in by_rid:
                        named = identifier(self._reporter.ref, code, told)
                        by_rid[above].children.append(named)

    def _labels(self) -> dict[str, list[str]]:
        """What the references read so far show, each once."""
        found: dict[str, list[str]] = {}
        for name, columns in _LABELLED.items():
            known = self._labelled.setdefault(name, set())
            new = [id for id in self._reader.referred.get(name, ()) if id not in known]
            known.update(new)
            listed = ", ".join(column or "NULL" for column in columns)
            for part in _id_batches(new):
                marks = placeholders(part)
                sql = f"SELECT id, {listed} FROM {name} WHERE id IN ({marks})"
                for id, code, label, extra in self._c.all(sql, part):
                    programme = name == "programme"
                    named = identifier(self._reporter.ref, code, None) if programme else extra
                    found[bytes(id).hex()] = [code or "", label or "", named or ""]
        return found

    def _support(self) -> Iterator[list[Any]]:
        """The lists that the records refer to, and what those refer to in turn."""
        new = True
        while new:
            new = False
            for name in SUPPORT:
                written = self._written.setdefault(name, set())
                wanted = [id for id in self._reader.referred.get(name, ()) if id not in written]
                written.update(wanted)
                for record in self._by_id(name, wanted):
                    new = True
                    yield ["record", name, record]

    def _by_id(self, name: str, ids: list[str]) -> Iterator[Any]:
        rule = class_sql(entity(name), "t", self._scope.max_class)
        for part in _id_batches(ids):
            marks = placeholders(part)
            rows = self._c.all(
                f"SELECT t.rid FROM {name} t WHERE t.id IN ({marks}) AND {rule}", part
            )
            yield from (record for _, record in self._reader.of(name, [row[0] for row in rows]))


def _id_batches(ids: list[str]) -> Iterator[list[bytes]]:
    for start in range(0, len(ids), _BATCH):
        yield [bytes.fromhex(id) for id in ids[start : start + _BATCH]]
