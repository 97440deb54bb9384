"""Checks a database against its own log, and mends what can be worked out from the log."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from aps_desktop.db import births, lives, log, namesakes, rebuild, summaries, title_index, united
from aps_desktop.db import chain as chains
from aps_desktop.db.connection import Connection, DatabaseFault, Row
from aps_desktop.db.layout import field_columns, follows
from aps_desktop.db.titles import fold_title
from aps_desktop.domain.fields import Entity, Kind

Progress = Callable[[int, int, str], None]
"""(done, of how many, what is being done)."""

_STEPS = (
    *("file", "links", "change log", "history", "heads", "owners", "united"),
    *("records", "counts", "figures", "files"),
)
_MOST = 500
"""More problems than this say no more; the check stops counting there."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong: of what kind, where, in words. `mendable` by rebuilding from the log."""

    kind: str
    message: str
    table: str = ""
    record: str = ""
    field: str = ""
    mendable: bool = False


class TooMany(Exception):
    """So many problems that listing more helps nobody."""


def check(c: Connection, progress: Progress | None = None) -> list[Problem]:
    """Everything that is wrong with a database, in one reading transaction of the caller."""
    found: list[Problem] = []
    checks = (
        *(_file, _links, _chains, _history, _heads, _owners, _united),
        *(_records, _counts, _summaries, _files),
    )
    try:
        for number, (name, one) in enumerate(zip(_STEPS, checks, strict=True)):
            if progress:
                progress(number, len(_STEPS), name)
            for problem in one(c):
                found.append(problem)
                if len(found) >= _MOST:
                    raise TooMany
            if number == 0 and found:
                break  # a damaged file answers nothing else truly
    except TooMany:
        found.append(Problem("more", f"There are more than {_MOST} problems."))
    except DatabaseFault as fault:
        found.append(Problem("file", fault.message))
    if progress:
        progress(len(_STEPS), len(_STEPS), "")
    return found


def _file(c: Connection) -> Iterator[Problem]:
    if c.postgres:
        return
    for (text,) in c.all("PRAGMA cipher_integrity_check"):
        yield Problem("file", f"A page of the file is damaged: {text}")
    title_index.look_again(c)
    for (text,) in c.all("PRAGMA integrity_check"):
        if text != "ok":
            yield Problem("file", f"The file is damaged: {text}")


def _links(c: Connection) -> Iterator[Problem]:
    if c.postgres:
        return  # the server holds its foreign keys itself
    for table, rid, _, number in c.all("PRAGMA foreign_key_check"):
        names = {row[0]: row[3] for row in c.all(f"PRAGMA foreign_key_list({table})")}
        field = str(names.get(number, ""))
        id = c.value(f"SELECT id FROM {table} WHERE rid = ?", (rid,))
        yield Problem(
            "link", f"{table}: {field} refers to a record that is not there.",
            table, _hex(id), field, mendable=True,
        )  # fmt: skip


def _chains(c: Connection) -> Iterator[Problem]:
    """Each of a device's transactions has a hash over what it changed."""
    names: dict[int, str] = dict(c.all("SELECT ord, name FROM device"))
    for device, name in names.items():
        for step, here in chains.leaves(c, chains.steps(c, device)):
            if len(here) < step.count or not step.link:
                continue
            if chains.computed(step, here, {})[0] != step.link:
                yield Problem(
                    "log",
                    f"Step {step.n} of {name} in the change log is not what was written then.",
                    "txn",
                )
    rows = c.all(
        "SELECT o.dot FROM op o LEFT JOIN txn t ON t.device = (o.dot >> 40) AND t.n = o.txn "
        f"WHERE t.n IS NULL LIMIT {_MOST}"
    )
    for (dot,) in rows:
        name = names.get(log.device_of(dot), "?")
        yield Problem("log", f"Change {log.sequence_of(dot)} of {name} belongs to no step.", "op")


def _history(c: Connection) -> Iterator[Problem]:
    """Every change is filed under its field, and no more are said to be here than there are."""
    lost = c.value(
        "SELECT count(*) FROM op o WHERE NOT EXISTS "
        "(SELECT 1 FROM history h WHERE h.cell = o.cell AND h.dot = o.dot)"
    )
    filed, written = c.one("SELECT (SELECT count(*) FROM history), (SELECT count(*) FROM op)") or ()
    if wrong := lost + filed - (written - lost):
        words = f"{wrong:,} entries of the history of fields are not those of the change log."
        yield Problem("history", words, "history", mendable=True)
    for device, name, seq in c.all("SELECT ord, name, max_seq FROM device WHERE max_seq > 0"):
        if rebuild.reach(c, device, seq) < seq:
            words = f"Changes of {name} are said to be here up to {seq:,}, but some are missing."
            yield Problem("history", words, "device", mendable=True)


def _owners(c: Connection) -> Iterator[Problem]:
    """Whose a record is: of the office of its birth, or of its whole. Several births: `_heads`."""
    rows = c.each(
        f"SELECT tid, uuid FROM record WHERE birth IS NOT NULL AND rid NOT IN ({births.SEVERAL}) "
        f"AND coalesce(office, '') <> coalesce({rebuild.OFFICE_SQL}, '')"
    )
    for tid, uuid in rows:
        yield _wrong(c, tid, uuid, "", "it is taken for another office's than its maker's")


def _heads(c: Connection) -> Iterator[Problem]:
    """What is kept about births, lives and heads, against the log."""
    for what, sql in (("birth", lives.BIRTH_SQL), ("life", lives.ALIVE_SQL)):
        column = "birth" if what == "birth" else "alive"
        rows = c.each(
            f"SELECT uuid, tid FROM record WHERE {column} <> {sql} "
            f"OR ({column} IS NULL) <> ({sql} IS NULL)"
        )
        for uuid, tid in rows:
            yield _wrong(c, tid, uuid, "", f"its {what} is not what the change log says")
    for rid, (dot, office) in births.chosen(c).items():
        row = c.one("SELECT tid, uuid, birth, office FROM record WHERE rid = ?", (rid,))
        if row is not None and row[2:] != (dot, office):
            yield _wrong(c, row[0], row[1], "", "it is taken for another one's than its maker's")
    for rid, _ in namesakes.misplaced(c):
        row = c.one("SELECT tid, uuid FROM record WHERE rid = ?", (rid,)) or (0, bytes(16))
        yield _wrong(c, row[0], row[1], "", "its birth says that it is of another kind")
    extra = _grouped(c.each("SELECT cell, dot, hlc FROM cell_extra ORDER BY cell, dot"))
    computed = dict(rebuild.settled_cells(c))
    for cell, dot, hlc, number in c.each("SELECT cell, dot, hlc, extra FROM cell ORDER BY cell"):
        others = extra.pop(cell, [])
        if cell not in computed:  # a cell without ops of its own may be kept: it shows the birth
            birth = c.value("SELECT birth FROM record WHERE rid = ?", (log.rid_of_cell(cell),))
            right = dot == birth and not others
        else:
            heads = computed.pop(cell)
            right = heads[0] == (dot, hlc) and sorted(heads[1:]) == others == others[:number]
        if not right:
            yield _wrong_cell(c, cell)
    for cell in computed.keys() | extra.keys():
        yield _wrong_cell(c, cell)


def _united(c: Connection) -> Iterator[Problem]:
    """Which record stands for which duplicate, against the members that say so."""
    kept: dict[int, int] = dict(c.all("SELECT rid, survivor FROM united"))
    true = united.survivors(c)
    for rid in sorted(kept.keys() ^ true.keys() | {r for r in kept if kept[r] != true.get(r)}):
        row = c.one("SELECT tid, uuid FROM record WHERE rid = ?", (rid,)) or (0, bytes(16))
        yield _wrong(c, row[0], row[1], "", "what it was united with is not what the log says")


def _grouped(rows: Iterator[Row]) -> dict[int, rebuild.Heads]:
    found: dict[int, rebuild.Heads] = {}
    for cell, dot, hlc in rows:
        found.setdefault(cell, []).append((dot, hlc))
    return found


def _records(c: Connection) -> Iterator[Problem]:
    """Each row, title and owner against what the log says of the record."""
    kinds = rebuild.known_kinds()
    stands = {
        _hex(old): _hex(new)
        for old, new in c.all(
            "SELECT o.uuid, s.uuid FROM united u JOIN record o ON o.rid = u.rid "
            "JOIN record s ON s.rid = u.survivor"
        )
    }
    rows = {n: _rows(c, kind) for n, kind in kinds.items()}
    waiting = {n: next(stream, None) for n, stream in rows.items()}
    for rid, uuid, tid, image in log.all_images(c):
        kind = kinds.get(tid)
        if kind is None:
            continue
        row = waiting[tid]
        while row is not None and row[0] < rid:
            yield _wrong(c, tid, row[1], "", "it is listed but not in the change log")
            row = next(rows[tid], None)
        if row is None or row[0] > rid:
            yield _wrong(c, tid, uuid, "", "it is in the change log but not listed")
            waiting[tid] = row
            continue
        waiting[tid] = next(rows[tid], None)
        yield from _compared(c, kind, uuid, _followed(kind, image, stands), row)
    for tid, row in waiting.items():
        for one in (row, *rows[tid]) if row is not None else ():
            yield _wrong(c, tid, one[1], "", "it is listed but not in the change log")


def _followed(kind: Entity, image: log.Image, stands: dict[str, str]) -> log.Image:
    """What the row must say: references name what stands for their targets."""
    if not stands:
        return image
    followed = {
        f.number: stands[image[f.number]]
        for f in kind.columns
        if f.kind is Kind.REFERENCE and follows(kind, f, image)
        and image.get(f.number) in stands
    }  # fmt: skip
    return {**image, **followed}


def _rows(c: Connection, kind: Entity) -> Iterator[Row]:
    """(rid, id, folded title, owner's id, columns with references as ids), in order of rid."""
    parts = []
    for field in kind.columns:
        for name in field_columns(field):
            if field.kind is Kind.REFERENCE:
                parts.append(f"(SELECT uuid FROM record x WHERE x.rid = t.{name})")
            else:
                parts.append(f"t.{name}")
    return c.each(
        "SELECT t.rid, t.id, (SELECT s.folded FROM search_title s WHERE s.tid = "
        f"{kind.number} AND s.rid = t.rid), (SELECT p.uuid FROM record r JOIN record p "
        f"ON p.rid = r.parent WHERE r.rid = t.rid), {', '.join(parts)} "
        f"FROM {kind.name} t ORDER BY t.rid"
    )


def _compared(
    c: Connection, kind: Entity, uuid: bytes, image: log.Image, row: Row
) -> Iterator[Problem]:
    if bytes(row[1]) != uuid:
        yield _wrong(c, kind.number, uuid, "", "its id is not the one of the change log")
    at = 4
    for field in kind.columns:
        width = len(field_columns(field))
        if _wire(field.kind, row[at : at + width]) != image.get(field.number):
            yield _wrong(c, kind.number, uuid, field.name, "differs from the change log")
        at += width
    if (row[2] or "") != fold_title(kind, image):
        yield _wrong(c, kind.number, uuid, "", "it would not be found by its name")
    owner = image.get(kind.owner.number) if kind.owner else None
    if _hex(row[3]) != (owner or ""):
        yield _wrong(c, kind.number, uuid, "", "it is not filed under what it is a part of")


def _wire(kind: Kind, stored: tuple[Any, ...]) -> str | None:
    """Stored columns as canonical text, without going through Python values."""
    if stored[0] is None:
        return None
    if kind is Kind.MONEY:
        return f"{stored[1]} {stored[0]}"
    return _hex(stored[0]) if kind is Kind.REFERENCE else str(stored[0])


def _counts(c: Connection) -> Iterator[Problem]:
    kept: dict[int, int] = dict(c.all("SELECT tid, n FROM entity_count"))
    for number, kind in rebuild.known_kinds().items():
        true = c.value(f"SELECT count(*) FROM {kind.name}")
        if kept.get(number, 0) != true:
            message = f"{kind.plural}: {kept.get(number, 0)} are counted, but there are {true}."
            yield Problem("count", message, kind.name, mendable=True)
    orphans = c.all(
        "SELECT s.tid, s.rid FROM search_title s LEFT JOIN record r ON r.rid = s.rid "
        "AND (r.alive = 1 OR r.rid IN (SELECT rid FROM united)) "
        f"WHERE r.rid IS NULL LIMIT {_MOST}"
    )
    for tid, _ in orphans:
        found = rebuild.known_kinds().get(tid)
        name = found.name if found else ""
        yield Problem("title", f"{name}: a deleted record is still found.", name, mendable=True)
    if lost := title_index.missing(c):
        words = f"Titles: {lost:,} of those looked at are not found by their letters."
        yield Problem("title", words, "title_index", mendable=True)


def _summaries(c: Connection) -> Iterator[Problem]:
    """The sums that are kept, against the records."""
    for table, number in summaries.differences(c):
        message = f"Kept figures ({table}): {number:,} differ from the records."
        yield Problem("summary", message, table, mendable=True)


def _files(c: Connection) -> Iterator[Problem]:
    for sha256, size in c.all("SELECT sha256, size FROM file_blob"):
        data = c.value("SELECT data FROM file_blob WHERE sha256 = ?", (sha256,))
        if data is None:
            continue  # known by its hash only: the bytes have not arrived yet
        if hashlib.sha256(data).hexdigest() != sha256 or len(data) != size:
            message = f"The file {sha256[:12]}… is not what was put in."
            yield Problem("file_content", message, "file_blob")


def _wrong(c: Connection, tid: int, uuid: Any, field: str, what: str) -> Problem:
    kind = rebuild.known_kinds().get(tid)
    table = kind.name if kind else str(tid)
    title = c.value(
        "SELECT s.folded FROM record r JOIN search_title s ON s.tid = r.tid AND s.rid = r.rid "
        "WHERE r.uuid = ?",
        (bytes(uuid),),
    )
    name = f"“{str(title)[:60]}”" if title else _hex(uuid)
    words = f"{kind.label if kind else table} {name}: {f'{field} ' if field else ''}{what}."
    return Problem("record", words, table, _hex(uuid), field, mendable=True)


def _wrong_cell(c: Connection, cell: int) -> Problem:
    rid, number = log.rid_of_cell(cell), log.field_of_cell(cell)
    row = c.one("SELECT tid, uuid FROM record WHERE rid = ?", (rid,))
    if row is None:
        return Problem("heads", f"Row {rid} is not known.", mendable=True)
    kind = rebuild.known_kinds().get(row[0])
    field = kind.by_number.get(number) if kind else None
    what = "does not show the newest change of the change log"
    return _wrong(c, row[0], row[1], field.name if field else str(number), what)


def _hex(uuid: Any) -> str:
    return namesakes.id_of(uuid).hex() if uuid is not None else ""
