"""Whom and what a merge believes: the newest list, revoked computers' good work, others' seals."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from aps_desktop.db import chain
from aps_desktop.db.connection import Connection
from aps_desktop.domain.ids import shipped_ids
from aps_desktop.services import reference_data, trusting
from aps_desktop.services.merge_forks import Apart
from aps_desktop.sync import payload, proofs, seals, step_check
from aps_desktop.sync.bundle_errors import WrongSigner
from aps_desktop.sync.container import OpenedBundle
from aps_desktop.sync.revoked import Settled
from aps_desktop.sync.step_check import StepCheck
from aps_desktop.sync.trust import TrustStore

SPARE_PROCESSOR = (os.cpu_count() or 1) > 2
"""Whether something can run beside a merge without slowing it down."""


def trust(c: Connection, bundle: OpenedBundle) -> TrustStore:
    """Whom this office believes by the newest list that is known, the bundle's own included.

    The first list is taken that way which grants this computer's own request.
    """
    kept = trusting.kept(c)
    if kept.root and bundle.judgement.newer_list is not None:
        return kept.take(bundle.judgement.newer_list)
    if not kept.root and bundle.offices is not None and kept.names_us(bundle.offices):
        return kept.adopt(bundle.offices)
    return kept


def take_list(c: Connection, bundle: OpenedBundle) -> Settled:
    """Keeps the office list that a bundle brings, where it is newer; what that does to the state.

    Our own first one too, which grants our request. And where the list in force has not yet been
    followed (an older program did not), it is now.
    """
    present, newest = trusting.kept(c), trust(c, bundle)
    return trusting.keep(c, newest) if newest != present else trusting.settle(c, present)


def offices(c: Connection, bundle: OpenedBundle) -> dict[bytes, str]:
    """Whose the computers on the list are, and the sender's, by device id."""
    listed = {bytes.fromhex(one.device): one.office for one in trust(c, bundle).devices()}
    return {**listed, bytes.fromhex(bundle.manifest.sender.device): bundle.judgement.office}


def refuse_impostor(c: Connection, bundle: OpenedBundle) -> None:
    """A computer keeps its key: WrongSigner for a bundle in the name of one that has another.

    Only one that is on no list (a restored database goes on under a new id) can be claimed so.
    """
    sender = bundle.manifest.sender
    row = c.one(
        "SELECT d.public_key, d.status, s.step, s.upto, s.chain, s.signature FROM device d "
        "LEFT JOIN seal s ON s.device = d.ord WHERE d.uuid = ?",
        (bytes.fromhex(sender.device),),
    )
    if row is None:
        return
    known, status, step, upto, chain, signature = row
    own = trusting.kept(c).own
    if status in ("self", "retired"):
        right = own is None or own.key == sender.key
    elif known is not None:
        right = bytes(known).hex() == sender.key
    else:
        right = signature is None or seals.is_by(
            sender.key, (sender.device, step, upto, bytes(chain).hex()), bytes(signature)
        )
    if not right:
        raise WrongSigner(
            bundle.path,
            "is sent in the name of a computer that signs with another key.",
            "Ask the office that the computer belongs to, and tell the secretariat.",
        )


def limits(c: Connection, bundle: OpenedBundle) -> dict[bytes, int]:
    """Up to which change the work of revoked devices is good.

    Lists of a newer program come with it, not from whoever says that he has them.
    """
    newer = {id: 0 for id in shipped_ids() if id not in reference_data.issues()}
    return newer | trusting.last_changes(trust(c, bundle))


@contextmanager
def beside(bundle: OpenedBundle) -> Iterator[Callable[[], str] | None]:
    """Where a sender brings very much of its own: what a process finds of it during the merge.

    With two processors that would cost the merge a quarter more: there its signature is believed.
    """
    m = bundle.manifest
    low, to = m.covers.get(m.sender.device, (0, 0))
    if to - low <= seals.LOOKED_AT or m.scope.kind != "all" or m.format < seals.FORMAT:
        yield None
        return
    if not SPARE_PROCESSOR:
        yield lambda: step_check.RIGHT
        return
    packed = ((member, bundle.packed(member)) for member in payload.MEMBERS)
    check = StepCheck(m.sender.device, packed)
    try:
        yield check.verdict
    finally:
        check.close()


def unsealed(
    c: Connection,
    bundle: OpenedBundle,
    limits: Mapping[bytes, int],
    apart: Apart,
    own_steps: Callable[[], str] | None = None,
) -> dict[str, int]:
    """By office: what came by way of another one without its seal. Altered where seals do not fit.

    `limits` are the last changes that were taken of some devices, those set `apart` among them.
    A device that is not on the list is a restored or copied database of its office. The hashes of
    an older program are of another kind: its steps get theirs here, and its seals say nothing.
    """
    listed = trust(c, bundle).devices()

    def keys(device: str, office: str) -> list[str]:
        own = [one.key for one in listed if one.device == device]
        return own or [one.key for one in listed if one.office == office]

    m = bundle.manifest
    found, nodes = [], {}
    if m.format < seals.FORMAT:
        chain.fill(c)
    else:
        found = seals.read(bundle.blocks(seals.MEMBER))
        nodes = seals.read_nodes(bundle.blocks(proofs.MEMBER))
    whole, cut = m.scope.kind == "all", {id.hex() for id in limits}
    covers = {id: span for id, span in m.covers.items() if whole and id not in cut}
    forked = apart.forks.keys() | apart.yielding.keys()
    sent = seals.Sent(
        bytes.fromhex(m.sender.device), whole, covers, limits, forked, apart.unsealed,
        own_steps,
    )  # fmt: skip
    return seals.check(c, found, nodes, sent, keys, {one.device for one in listed})
