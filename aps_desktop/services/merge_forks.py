"""What one computer did wrong keeps nobody from merging the work of others.

A bundle in which a part is not to be taken is tried once more without that part: what a computer
wrote from the moment on of which it has sealed two versions (the one that is here stays until the
secretariat revokes it from before that on: `sync/revoked`), and what is passed on of a computer
without a seal that covers it. What only somebody else's word spoke for here gives way to what its
computer has sealed. Where nothing is left to be taken, the whole bundle is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from aps_desktop.db import identity
from aps_desktop.db.connection import Connection
from aps_desktop.sync.bundle_lines import Forked
from aps_desktop.sync.merge import Outcome
from aps_desktop.sync.seals import Altered

_T = TypeVar("_T")


@dataclass(frozen=True)
class Apart:
    """By device: what is known to be wrong with a bundle, or here."""

    forks: Mapping[bytes, Forked] = field(default_factory=dict)
    """Two sealed versions: the bundle's is not taken."""
    yielding: Mapping[bytes, Forked] = field(default_factory=dict)
    """Two versions, of which ours is not sealed: it goes, if the bundle's is."""
    unsealed: Mapping[bytes, Altered] = field(default_factory=dict)
    """Nothing new is taken of these."""

    def with_fork(self, fork: Forked, sender: bytes) -> Apart:
        """What to try next. Raises the error where nothing helps."""
        device, known = fork.device, self.forks.get(fork.device)
        if not fork.sealed and device not in self.yielding:
            return replace(self, yielding={**self.yielding, device: fork})
        if device == sender or (known and known.after <= fork.after):
            raise fork
        return replace(self, forks={**self.forks, device: fork})

    def with_altered(self, error: Altered, sender: bytes) -> Apart:
        """What to try next. Raises the error where nothing helps."""
        if sender in error.devices and sender in self.yielding:
            raise self.yielding[sender]
        if not error.devices or sender in error.devices or error.devices & self.unsealed.keys():
            raise error
        found = {**self.unsealed, **dict.fromkeys(error.devices, error)}
        rest = {device: fork for device, fork in self.forks.items() if device not in found}
        ours = {device: fork for device, fork in self.yielding.items() if device not in found}
        return Apart(rest, ours, found)

    def limits(self, c: Connection, good: Mapping[bytes, int]) -> dict[bytes, int]:
        """Up to which change the work of devices is taken: `good` says it of revoked ones."""
        ends = {device: fork.after for device, fork in self.forks.items()}
        for device in self.unsealed:
            ends[device] = c.value("SELECT max_seq FROM device WHERE uuid = ?", (device,)) or 0
        return {**good, **{d: min(end, good.get(d, end)) for d, end in ends.items()}}

    def refuse_nothing_left(self, outcome: Outcome) -> None:
        """The error itself where the rest of a bundle brings nothing."""
        if self.unsealed and not outcome.merged:
            raise next(iter(self.unsealed.values()))

    def told(self, c: Connection) -> tuple[str, ...]:
        """In words what was not taken. A computer that is one of two goes on under a new name."""
        instead = "They were not taken: a bundle of that office itself brings them."
        found = [f"{one.message} {instead}" for one in self.unsealed.values()]
        for device, fork in self.forks.items():
            own = c.value("SELECT status FROM device WHERE uuid = ?", (device,)) == "self"
            if own:
                identity.renew(c)
            found.append(
                f"There are two versions of what was done on {fork.who} from change "
                f"{fork.after + 1:,} on. The version that is here stays, the one in the bundle was "
                "not taken. Mostly that computer’s file was copied and both copies are in use; but "
                "what was passed on may also have been altered by somebody else. "
                + ("This computer has a new device name from now on. " if own else "")
                + "Tell the secretariat: it decides up to which bundle that computer’s work counts."
            )
        found += [
            f"What was here of {fork.who} from change {fork.after + 1:,} on was not by that "
            "computer, as its seal shows now: it has given way to what is."
            for fork in self.yielding.values()
        ]
        return tuple(dict.fromkeys(found))


def but_for(sender: str, attempt: Callable[[Apart], _T], again: Callable[[], object]) -> _T:
    """What an attempt at a merge gives, made once more without what is found to be wrong.

    `again` comes before each further one. Forked or Altered where nothing is left, or where the
    sender itself did it.
    """
    apart = Apart()
    while True:
        try:
            return attempt(apart)
        except Forked as fork:
            apart = apart.with_fork(fork, bytes.fromhex(sender))
        except Altered as error:
            apart = apart.with_altered(error, bytes.fromhex(sender))
        again()
