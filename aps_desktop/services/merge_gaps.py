"""Which bundles one that arrived builds on, and this database lacks."""

from __future__ import annotations

from aps_desktop.db.connection import Connection
from aps_desktop.domain.office_names import the_office
from aps_desktop.sync.container import OpenedBundle


def gaps(c: Connection, bundle: OpenedBundle) -> tuple[str, ...]:
    """Which bundles the bundle builds on and this database lacks."""
    m = bundle.manifest
    if m.scope.kind != "all":
        return ()
    waiting = []
    for device, (low, _) in m.covers.items():
        id = bytes.fromhex(device)
        row = c.one("SELECT max_seq, office, name FROM device WHERE uuid = ?", (id,))
        end = c.value("SELECT upto FROM revoked WHERE uuid = ?", (id,))
        if (low if end is None else min(low, end)) > (row[0] if row else 0):
            who = f"{the_office(row[1])} ({row[2]})" if row else "a computer that is new here"
            own = device == m.sender.device
            which = _missing(c, device, m.sequence) if own else ""
            waiting.append(
                f"{which} of {who}" if which else f"an earlier bundle with changes of {who}"
            )
    return tuple(waiting)


def _missing(c: Connection, device: str, before: int) -> str:
    """Which of a device's own bundles before one were not merged here: "bundles 4 to 6"."""
    last = c.value(
        "SELECT max(sequence) FROM bundle_log WHERE direction = 'in' AND state = 'merged' "
        "AND device = ? AND sequence < ?",
        (bytes.fromhex(device), before),
    )
    first = (last or 0) + 1
    if first >= before:
        return ""
    return f"bundle {first}" if first == before - 1 else f"bundles {first} to {before - 1}"
