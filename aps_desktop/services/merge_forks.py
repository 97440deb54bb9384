"""A computer with two versions of its work keeps nobody from merging the work of others.

Such a bundle is merged but for what that computer wrote from the fork on: the version that is here
stays until the secretariat revokes the computer from before the fork (`sync/revoked`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from aps_desktop.db import identity
from aps_desktop.db.connection import Connection
from aps_desktop.sync.bundle_lines import Forked

Forks = Mapping[bytes, Forked]
"""By device: where its two versions part."""
_T = TypeVar("_T")


def but_for_forks(sender: str, attempt: Callable[[Forks], _T], again: Callable[[], object]) -> _T:
    """What an attempt at a merge gives, made once more without what is found to have two versions.

    `again` comes before each further one. What the forked computer itself sent is refused: Forked.
    """
    forks: dict[bytes, Forked] = {}
    while True:
        try:
            return attempt(forks)
        except Forked as fork:
            known = forks.get(fork.device)
            if fork.device.hex() == sender or (known and known.after <= fork.after):
                raise
            forks[fork.device] = fork
            again()


def limits(good: Mapping[bytes, int], forks: Forks) -> dict[bytes, int]:
    """Up to which change the work of devices is taken: that of revoked ones, and before a fork."""
    return {
        **good,
        **{device: min(one.after, good.get(device, one.after)) for device, one in forks.items()},
    }


def told(c: Connection, forks: Forks) -> tuple[str, ...]:
    """The forks in words. Where this very computer is one of two, it goes on under a new name."""
    found = []
    for device, fork in forks.items():
        own = c.value("SELECT status FROM device WHERE uuid = ?", (device,)) == "self"
        if own:
            identity.renew(c)
        found.append(
            f"There are two versions of what was done on {fork.who} from change {fork.after + 1:,} "
            "on. The version that is here stays, the one in the bundle was not taken. Mostly that "
            "computer’s file was copied and both copies are in use; but what was passed on may "
            "also have been altered by somebody else. "
            + ("This computer has a new device name from now on. " if own else "")
            + "Tell the secretariat: it decides up to which bundle that computer’s work counts."
        )
    return tuple(found)
