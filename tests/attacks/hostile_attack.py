"""What an attack of the corpus is, and the list that each of them joins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from aps_desktop.sync import bundle_errors as errors
from aps_desktop.sync.bundle_errors import BundleError
from tests.bundle_kit import (
    Forge,
)


@dataclass(frozen=True)
class Attack:
    """A file, and how it must be refused."""

    make: Callable[[Forge], bytes]
    expected: tuple[type[BundleError], ...]


ATTACKS: dict[str, Attack] = {}
Make = Callable[[Forge], bytes]


def attack(*expected: type[BundleError]) -> Callable[[Make], Make]:
    def remember(make: Make) -> Make:
        add(make.__name__, make, *expected)
        return make

    return remember


def add(name: str, make: Make, *expected: type[BundleError]) -> None:
    assert name not in ATTACKS
    ATTACKS[name] = Attack(make, expected or (errors.Altered,))


def good(forge: Forge) -> bytes:
    return forge.bundle()
