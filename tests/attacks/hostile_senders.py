"""Of the corpus: bundles of somebody else, and what encryption hides."""

from __future__ import annotations

import pyrage

from aps_desktop.sync import bundle_errors as errors
from aps_desktop.sync import manifest as m
from aps_desktop.sync import trust_list as lists
from aps_desktop.sync.keys import FOR_LIST, SigningKey
from tests.attacks.hostile_attack import attack, good
from tests.bundle_kit import (
    NOW,
    Forge,
    Machine,
    Piece,
    World,
    pieces,
    zip_of,
)

# Who signed


def _resigned(forge: Forge, machine: Machine, **changes: object) -> bytes:
    return forge.bundle(key=machine.keys.signing, **changes)


@attack()
def unsigned(forge: Forge) -> bytes:
    entries = [(p.name, p.data) for p in pieces()]
    return zip_of([*entries, (m.MANIFEST, forge.text(pieces()))])


@attack(errors.WrongSigner)
def signature_empty(forge: Forge) -> bytes:
    return forge.bundle(signature=b"")


@attack(errors.WrongSigner)
def signature_of_zeros(forge: Forge) -> bytes:
    return forge.bundle(signature=bytes(64))


@attack(errors.TooLarge)
def signature_too_long(forge: Forge) -> bytes:
    return forge.bundle(signature=bytes(65))


@attack(errors.WrongSigner)
def signed_by_a_stranger(forge: Forge) -> bytes:
    return _resigned(forge, forge.world.stranger)


@attack(errors.WrongSigner)
def signed_by_another_office(forge: Forge) -> bytes:
    return _resigned(forge, forge.world.khm)


@attack(errors.WrongSigner)
def known_device_with_a_new_key(forge: Forge) -> bytes:
    stranger = Machine("LA", forge.world.lao.device, forge.world.stranger.keys)
    draft = forge.world.draft(stranger)
    return _resigned(forge, stranger, sender=draft.sender)


@attack(errors.WrongSigner)
def claims_another_office(forge: Forge) -> bytes:
    khm = forge.world.khm
    sender = Machine("ASEC", khm.device, khm.keys).sender
    return _resigned(forge, khm, sender=sender)


@attack(errors.WrongSigner)
def new_device_of_another_office_with_its_own_key(forge: Forge) -> bytes:
    khm = forge.world.khm
    sender = Machine("ASEC", "9" * 32, khm.keys).sender
    return _resigned(forge, khm, sender=sender)


@attack(errors.WrongSigner)
def stranger_not_even_signing_himself(forge: Forge) -> bytes:
    return forge.bundle(sender=forge.world.stranger.sender, signature=bytes(64))


@attack(errors.WrongSigner)
def signature_made_for_a_list(forge: Forge) -> bytes:
    text = forge.text(pieces())
    return forge.bundle(signature=forge.world.lao.keys.signing.sign(FOR_LIST, text))


@attack(errors.WrongSigner)
def manifest_changed_after_signing(forge: Forge) -> bytes:
    world = forge.world
    signature = world.lao.keys.signing.sign(b"APS bundle manifest 1\n", forge.text(pieces()))
    return forge.bundle(signature=signature, sequence=4)


@attack(errors.UnknownDevice)
def honest_stranger(forge: Forge) -> bytes:
    return _resigned(forge, forge.world.stranger, sender=forge.world.stranger.sender)


@attack(errors.UnknownDevice)
def stranger_with_a_list_of_his_own(forge: Forge) -> bytes:
    stranger = forge.world.stranger
    root = SigningKey.generate()
    signed = lists.add_request(lists.new_list(root, [], NOW), root, stranger.request, NOW)
    offices = Piece(m.OFFICES, signed.to_bytes())
    return _resigned(forge, stranger, members=[*pieces(), offices], sender=stranger.sender)


@attack(errors.UnknownDevice)
def stranger_with_our_list_tampered(forge: Forge) -> bytes:
    stranger = forge.world.stranger
    ours = forge.world.signed.to_bytes()
    lao = forge.world.lao
    theirs = ours.replace(lao.keys.public.encode(), stranger.keys.public.encode())
    theirs = theirs.replace(lao.device.encode(), stranger.device.encode())
    offices = Piece(m.OFFICES, theirs)
    return _resigned(forge, stranger, members=[*pieces(), offices], sender=stranger.sender)


@attack(errors.Revoked)
def revoked_by_the_list_it_brings(forge: Forge) -> bytes:
    world = forge.world
    signed = lists.revoke(world.signed, world.root, world.lao.device, 2, NOW)
    return forge.bundle([*pieces(), Piece(m.OFFICES, signed.to_bytes())])


# Encryption


def _encrypted(data: bytes, world: World) -> bytes:
    return pyrage.encrypt(data, [world.asec.keys.identity.to_public()])


@attack(errors.NotForUs)
def for_another_office(forge: Forge) -> bytes:
    return pyrage.encrypt(good(forge), [forge.world.khm.keys.identity.to_public()])


@attack(errors.NotForUs)
def for_a_passphrase(forge: Forge) -> bytes:
    return pyrage.passphrase.encrypt(good(forge), "four words or more")


@attack()
def encrypted_and_cut(forge: Forge) -> bytes:
    return _encrypted(good(forge), forge.world)[:-20]


@attack()
def encrypted_with_something_behind(forge: Forge) -> bytes:
    return _encrypted(good(forge), forge.world) + b"more"


@attack(errors.NotABundle)
def encrypted_twice(forge: Forge) -> bytes:
    return _encrypted(_encrypted(good(forge), forge.world), forge.world)


@attack(errors.NotABundle)
def encrypted_text(forge: Forge) -> bytes:
    return _encrypted(b"good morning", forge.world)


@attack(errors.NotABundle, errors.Truncated)
def encrypted_nothing(forge: Forge) -> bytes:
    return _encrypted(b"", forge.world)


@attack(errors.WrongSigner)
def encrypted_by_a_stranger_for_us(forge: Forge) -> bytes:
    """age says nothing about who encrypted: the signature inside must."""
    return _encrypted(signed_by_a_stranger(forge), forge.world)
