"""Who is believed: the office list only rises, and only its root and administrators change it."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from aps_desktop.domain.errors import InvalidValue
from aps_desktop.sync import bundle_errors
from aps_desktop.sync import trust_list as lists
from aps_desktop.sync.container import Verdict
from aps_desktop.sync.keys import (
    FOR_ADDITION,
    FOR_LIST,
    FOR_MANIFEST,
    FOR_REQUEST,
    SigningKey,
    verify,
)
from aps_desktop.sync.trust import Received, TrustStore
from tests.bundle_kit import NOW, Machine, World


@pytest.fixture
def world() -> World:
    return World()


def test_a_request_is_read_as_it_was_made_and_no_other_way(world: World) -> None:
    data = lists.make_request(
        world.stranger.keys, device="f" * 32, office="LA", office_name="ລາວ", name="PC", made=NOW
    )
    request = lists.read_request(data)
    assert request.office_name == "ລາວ"
    assert request.fingerprint == world.stranger.keys.fingerprint
    swapped = data.replace(world.stranger.keys.public.encode(), world.lao.keys.public.encode())
    for bad in (b"", b"[]", data + b" ", data.replace(b'"LA"', b'"KH"'), swapped, data[:-3]):
        with pytest.raises(lists.BadRequest):
            lists.read_request(bad)
    with pytest.raises(InvalidValue):
        lists.make_request(
            world.stranger.keys, device="f" * 32, office="L A", office_name="", name="", made=NOW
        )


def test_a_granted_request_is_trusted_and_an_office_comes_with_it(world: World) -> None:
    request = replace_office(world, "TL")
    signed = lists.add_request(world.signed, world.root, request, NOW)
    assert signed.list.version == world.signed.list.version + 1
    assert signed.list.offices[-1].code == "TL"
    assert signed.devices[-1].key == request.key
    assert lists.add_request(signed, world.root, request, NOW + 5) is signed
    assert lists.read_list(signed.to_bytes(), world.root.public) == signed


def replace_office(world: World, office: str) -> lists.Request:
    return Machine(office, "9" * 32, world.stranger.keys).request


def test_a_device_or_key_does_not_change_hands(world: World) -> None:
    with pytest.raises(lists.NotAllowed, match="already"):
        lists.add_request(world.signed, world.root, Machine("LA", world.khm.device).request, NOW)
    thief = Machine("LA", "9" * 32, world.khm.keys)
    with pytest.raises(lists.NotAllowed, match="already"):
        lists.add_request(world.signed, world.root, thief.request, NOW)


def test_only_the_root_signs_a_list(world: World) -> None:
    for change in (
        lambda key: lists.add_request(world.signed, key, world.stranger.request, NOW),
        lambda key: lists.revoke(world.signed, key, world.lao.device, 0, NOW),
        lambda key: lists.set_admins(world.signed, key, [], NOW),
    ):
        with pytest.raises(lists.NotAllowed):
            change(world.lao.keys.signing)


def test_a_tampered_list_is_refused(world: World) -> None:
    good = world.signed.to_bytes()
    stranger_key = world.stranger.keys.public.encode()
    for bad in (
        good.replace(world.lao.keys.public.encode(), stranger_key),
        good.replace(b'"version":4', b'"version":9'),
        good.replace(b'"format":1', b'"format":1 '),
        good[:-1],
        b"{}",
        b"[" * 100_000,
        replace(world.signed, signature="0" * 128).to_bytes(),
        lists.new_list(SigningKey.generate(), [], NOW).to_bytes(),
    ):
        assert bad != good
        with pytest.raises(lists.ListRefused):
            world.store.receive(bad)


def test_versions_only_rise(world: World) -> None:
    newer = lists.revoke(world.signed, world.root, world.khm.device, 0, NOW)
    store, received = world.store.receive(newer.to_bytes())
    assert received is Received.NEWER
    assert store.version == world.store.version + 1
    again, received = store.receive(newer.to_bytes())
    assert (again, received) == (store, Received.SAME)
    back, received = store.receive(world.signed.to_bytes())
    assert (back, received) == (store, Received.OLDER)
    with pytest.raises(lists.ListOlder):
        store.take(world.signed.to_bytes())


def test_an_administrator_adds_computers_of_his_own_office_only(world: World) -> None:
    admin = lists.Admin("LA", world.lao.keys.public)
    signed = lists.set_admins(world.signed, world.root, [admin], NOW)
    added = lists.add_request(signed, world.lao.keys.signing, world.stranger.request, NOW)
    assert added.list == signed.list
    store, received = world.store.receive(added.to_bytes())
    assert received is Received.NEWER
    assert store.device(world.stranger.device) is not None
    other = Machine("KH", "9" * 32)
    with pytest.raises(lists.NotAllowed, match="administrator"):
        lists.add_request(signed, world.lao.keys.signing, other.request, NOW)
    with pytest.raises(lists.NotAllowed):
        lists.add_request(signed, world.khm.keys.signing, world.stranger.request, NOW)

    # A forged addition is left out; the list itself stays right.
    one = added.additions[0]
    forged = replace(one, device=replace(one.device, office="KH"))
    read = lists.read_list(replace(added, additions=(forged, one)).to_bytes(), world.root.public)
    assert read.additions == (one,)

    # The next version takes it over; without the administrator it no longer stands by itself.
    folded = lists.revoke(added, world.root, world.khm.device, 0, NOW)
    assert world.stranger.device in {device.device for device in folded.list.devices}
    assert folded.additions == ()
    bare = lists.set_admins(signed, world.root, [], NOW)
    assert lists.unite(added, bare).additions == ()


def test_lists_unite_the_same_way_round(world: World) -> None:
    admins = [lists.Admin(one.office, one.keys.public) for one in (world.lao, world.khm)]
    signed = lists.set_admins(world.signed, world.root, admins, NOW)
    first = lists.add_request(signed, world.lao.keys.signing, world.stranger.request, NOW)
    other = Machine("KH", "9" * 32)
    second = lists.add_request(signed, world.khm.keys.signing, other.request, NOW)
    united = lists.unite(first, second)
    assert len(united.additions) == 2
    assert united == lists.unite(second, first) == lists.unite(united, first)
    # Two lists of one version (a list key used in two places): the same one everywhere.
    left = lists.revoke(signed, world.root, world.lao.device, 1, NOW)
    right = lists.revoke(signed, world.root, world.khm.device, 1, NOW)
    assert lists.unite(left, right) == lists.unite(right, left)


def test_an_unknown_computer_is_readable_and_not_merged(world: World, tmp_path: Path) -> None:
    path = world.write(tmp_path / "a.apsync", world.stranger).path
    with world.open(path) as bundle:
        assert bundle.verdict is Verdict.UNKNOWN
        assert bundle.problems == ("Nobody has confirmed this computer yet.",)
        assert len(list(bundle.lines("changes.jsonl"))) == 39
        with pytest.raises(bundle_errors.UnknownDevice, match="nobody has confirmed"):
            bundle.require_trusted()
        sender = bundle.manifest.sender
    with pytest.raises(lists.NotAllowed, match="fingerprint"):
        world.store.confirm(sender, "11111 " * 6, NOW)
    confirmed = world.store.confirm(sender, world.stranger.keys.fingerprint, NOW)
    with world.open(path, confirmed) as bundle:
        bundle.require_trusted()
    with pytest.raises(lists.NotAllowed, match="known already"):
        confirmed.confirm(sender, world.stranger.keys.fingerprint, NOW)


def test_a_bundle_may_bring_the_list_that_names_its_sender(world: World, tmp_path: Path) -> None:
    newer = lists.add_request(world.signed, world.root, world.stranger.request, NOW)
    path = world.write(tmp_path / "a.apsync", world.stranger, offices=newer.to_bytes()).path
    with world.open(path) as bundle:
        bundle.require_trusted()
        assert bundle.judgement.newer_list == newer.to_bytes()
    older = world.store.receive(newer.to_bytes())[0]
    path = world.write(tmp_path / "b.apsync", world.lao, offices=world.signed.to_bytes()).path
    with world.open(path, older) as bundle:
        bundle.require_trusted()
        assert bundle.judgement.newer_list is None


def test_earlier_work_of_a_revoked_computer_stays_good(world: World, tmp_path: Path) -> None:
    signed = lists.revoke(world.signed, world.root, world.lao.device, 3, NOW, after_change=39)
    store = world.store.receive(signed.to_bytes())[0]
    early = world.write(tmp_path / "a.apsync", sequence=3).path
    with world.open(early, store) as bundle:
        bundle.require_trusted()
    lao = world.lao.device
    restored = Machine("LA", "7" * 32, world.lao.keys)
    for path in (
        world.write(tmp_path / "b.apsync", sequence=4).path,
        world.write(tmp_path / "c.apsync", sequence=2, covers={lao: (0, 40)}).path,
        world.write(tmp_path / "d.apsync", sequence=2, knowledge={lao: 40}).path,
        world.write(tmp_path / "e.apsync", restored, sequence=1).path,
    ):
        with world.open(path, store) as bundle:
            assert bundle.verdict is Verdict.REVOKED
            with pytest.raises(bundle_errors.Revoked, match="revoked"):
                bundle.require_trusted()
    assert world.lao.keys.recipient not in store.recipients()
    assert store.without_computers(("LA", "KH", "TL")) == ("LA", "TL")
    with pytest.raises(lists.NotAllowed, match="not on the office list"):
        lists.revoke(world.signed, world.root, "9" * 32, 0, NOW)


def test_a_restored_database_needs_nobody(world: World, tmp_path: Path) -> None:
    restored = Machine("LA", "7" * 32, world.lao.keys)
    path = world.write(tmp_path / "a.apsync", restored, sequence=1).path
    with world.open(path) as bundle:
        bundle.require_trusted()
        assert bundle.problems == ("A restored or copied database of “Laptop of LA”.",)
    assert lists.add_request(world.signed, world.root, restored.request, NOW) is world.signed


def test_a_first_list_is_adopted_on_a_persons_word_only(world: World) -> None:
    fresh = TrustStore(own=world.lao.entry())
    data = world.signed.to_bytes()
    with pytest.raises(lists.ListRefused, match="No secretariat"):
        fresh.receive(data)
    assert fresh.names_us(data)
    assert not TrustStore(own=world.stranger.entry()).names_us(data)
    assert not fresh.names_us(b"nonsense")
    adopted = fresh.adopt(data)
    assert (adopted.root, adopted.version) == (world.root.public, world.signed.list.version)
    other = lists.new_list(SigningKey.generate(), [], NOW)
    with pytest.raises(lists.NotAllowed, match="another secretariat"):
        adopted.adopt(other.to_bytes())


def test_a_store_survives_storage(world: World) -> None:
    store = world.store.confirm(world.stranger.sender, world.stranger.keys.fingerprint, NOW)
    assert TrustStore.from_bytes(store.to_bytes()) == store
    with pytest.raises(InvalidValue):
        TrustStore.from_bytes(b"{")


def test_who_a_bundle_is_encrypted_for(world: World) -> None:
    every = {one.keys.recipient for one in (world.asec, world.lao, world.khm)}
    assert set(world.store.recipients()) == every
    own, khm = world.asec.keys.recipient, world.khm.keys.recipient
    assert set(world.store.recipients(("KH",))) == {own, khm}
    assert world.store.recipients(("ASEC",)) == (own,)
    assert world.store.recipients(("TL",)) == ()
    assert TrustStore(own=world.asec.entry()).recipients() == ()


def test_a_signature_is_good_for_one_purpose_only(world: World) -> None:
    kinds = (FOR_MANIFEST, FOR_LIST, FOR_ADDITION, FOR_REQUEST)
    for kind in kinds:
        signature = world.root.sign(kind, b"{}")
        good = [other for other in kinds if verify(world.root.public, other, b"{}", signature)]
        assert good == [kind]
