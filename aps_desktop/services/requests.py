"""Request files and office lists that somebody handed over: read first, taken only then."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from aps_desktop.domain.errors import UserError
from aps_desktop.sync import trust_list
from aps_desktop.sync.keys import fingerprint

_LIMIT = 5 * 2**20


@dataclass(frozen=True, slots=True)
class Handed:
    """What a file is: a computer's request, or an office list; and what to compare by phone."""

    is_list: bool
    office: str
    name: str
    fingerprint: str
    version: int = 0
    computers: int = 0
    made: int = 0


def read(source: Path) -> Handed:
    """Reads a request or an office list. UserError when it is neither, or damaged."""
    try:
        if source.stat().st_size > _LIMIT:
            raise UserError(f"{source.name} is neither a request nor an office list.")
        data = source.read_bytes()
    except OSError as error:
        raise UserError(
            f"{source.name} could not be read.", "Check that the stick is still connected."
        ) from error
    try:
        asked = trust_list.read_request(data)
    except trust_list.BadRequest as bad:
        try:
            signed = trust_list.read_list(data)
        except trust_list.ListRefused:
            raise bad from None
        bare = signed.list
        return Handed(
            True, "", "", fingerprint(bare.root), bare.version, len(signed.devices), bare.made
        )
    return Handed(False, asked.office, asked.name, asked.fingerprint)
