"""Codes for new records, from a block of each office's own: two offices never give the same one.

"ACP-2026-LA-0007": what it is, the year, the office's number block, the next number in it. Two
computers of one office may still give the same; `duplicates` lists what then has to be settled.
"""

from __future__ import annotations

from datetime import date

from aps_desktop.db.connection import Connection
from aps_desktop.domain.entities import entity
from aps_desktop.domain.fields import BIRTH

PREFIXES = {
    "project": "ACP", "work_plan": "WP", "circulation": "AR", "document": "DOC",
    "knowledge_product": "KP", "vacancy": "VA",
}  # fmt: skip


def next_code(c: Connection, name: str, today: date) -> str | None:
    """The next code of this office for an entity; None where codes are not given out."""
    prefix = PREFIXES.get(name)
    block = _block(c)
    if prefix is None or not block:
        return None
    start = f"{prefix}-{today.year}-{block}-"
    return f"{start}{_highest(c, name, start) + 1:04}"


def filled(c: Connection, name: str, given: frozenset[str], today: date) -> dict[str, str]:
    """The code for a new record that was given none, by field name; nothing where there is none."""
    field = entity(name).code
    code = next_code(c, name, today) if field and field not in given else None
    return {field: code} if code else {}


def _block(c: Connection) -> str:
    """What this office puts into its codes: its number block, else its own code."""
    office = c.value("SELECT d.office FROM local_state l JOIN device d ON d.ord = l.device")
    block = c.value("SELECT number_block FROM office WHERE lower(code) = lower(?)", (office,))
    return str(block or office or "")


def _highest(c: Connection, name: str, start: str) -> int:
    """The highest number given with this beginning, also to records that were deleted since."""
    kind = entity(name)
    field = kind.by_name[kind.code]
    rows = c.all(
        f"SELECT {field.name} FROM {kind.name} WHERE {field.name} LIKE ?", (f"{start}%",)
    ) + c.all(
        f"SELECT {c.json_text('o.val', field.number)} FROM record r JOIN op o ON o.dot = r.birth "
        f"WHERE r.tid = ? AND r.alive = 0 AND (o.cell & 1023) = {BIRTH}",
        (kind.number,),
    )
    numbers = [
        int(tail)
        for (code,) in rows
        if code and code.startswith(start) and (tail := code[len(start) :]).isdecimal()
    ]
    return max((n for n in numbers if n < 10**9), default=0)
