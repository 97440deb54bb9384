"""One number for the whole replicated state: equal on every database that has converged."""

from __future__ import annotations

import hashlib
from collections import defaultdict

import msgspec

from aps_desktop.db import log
from aps_desktop.db.connection import Connection
from aps_desktop.db.layout import MEMBER
from aps_desktop.domain.entities import BY_NUMBER
from aps_desktop.domain.fields import SAME_AS

_SEPARATOR = b"\x1f"


def digest(c: Connection) -> tuple[str, dict[str, int]]:
    """(SHA-256 in hex, live records by entity name) of what the records show and disagree about.

    It depends on the log's ops alone, not on row numbers, device numbers or the order of arrival:
    live records by id, each with its entity number, its canonical texts by field number, and the
    texts of a conflicted field that are not the one shown.
    """
    hidden = _members_of_nobody(c)
    further = _further_values(c)
    counts: dict[int, int] = defaultdict(int)
    lines: list[bytes] = []
    for rid, uuid, tid, image in log.all_images(c):
        if rid in hidden:
            continue
        line = hashlib.sha256(b"%d" % tid + _SEPARATOR + log.write_image(image).encode())
        other = _other_heads(image, further[rid]) if rid in further else []
        if other:
            line.update(_SEPARATOR + msgspec.json.encode(other))
        lines.append(uuid + line.digest())
        counts[tid] += 1
    lines.sort()
    whole = hashlib.sha256()
    for one in lines:
        whole.update(one)
    names = {BY_NUMBER[tid].name: n for tid, n in counts.items() if tid in BY_NUMBER}
    return whole.hexdigest(), dict(sorted(names.items()))


def _members_of_nobody(c: Connection) -> set[int]:
    """Set members whose record is deleted or not here: they are part of nothing."""
    return {
        row[0]
        for row in c.each(
            "SELECT m.rid FROM record m LEFT JOIN record o ON o.rid = m.parent "
            "WHERE m.tid = ? AND m.alive = 1 AND (o.alive IS NULL OR o.alive = 0) "
            f"AND m.rid NOT IN (SELECT rid FROM set_member WHERE field_number = {SAME_AS})",
            (MEMBER.number,),
        )
    }


def _further_values(c: Connection) -> dict[int, list[tuple[int, str | None]]]:
    """By row number: (field number, text) of each head of a conflicted cell but the shown one."""
    found: dict[int, list[tuple[int, str | None]]] = defaultdict(list)
    for cell, val, at in c.each(
        "SELECT e.cell, o.val, o.cell FROM cell_extra e JOIN op o ON o.dot = e.dot"
    ):
        number = log.field_of_cell(cell)
        found[log.rid_of_cell(cell)].append((number, log.wire_in(val, at, number)))
    return found


def _other_heads(image: log.Image, heads: list[tuple[int, str | None]]) -> list[tuple[int, str]]:
    """Equal texts are no disagreement, and two equal ones are one."""
    return sorted({(number, text or "") for number, text in heads if image.get(number) != text})
