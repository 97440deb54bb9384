"""Keys: what a device signs with, what bundles are encrypted to, and how people compare keys."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import msgspec
import pyrage
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from aps_desktop.domain.errors import InvalidValue

# Each kind of signed text begins with its own words: none can be passed off as another.
FOR_MANIFEST = b"APS bundle manifest 1\n"
FOR_LIST = b"APS office list 1\n"
FOR_ADDITION = b"APS office list addition 1\n"
FOR_REQUEST = b"APS device request 1\n"
FOR_SEAL = b"APS origin seal 2\n"

_GROUPS = 6
_DIGITS = 5


@dataclass(frozen=True)
class SigningKey:
    """An Ed25519 private key by its 32-byte seed: of a device, or of the secretariat's list."""

    seed: bytes

    def __post_init__(self) -> None:
        if len(self.seed) != 32:
            raise InvalidValue("The stored key is damaged.", "Restore a backup.")

    def __repr__(self) -> str:
        return f"SigningKey(public={self.public})"

    @classmethod
    def generate(cls) -> Self:
        return cls(Ed25519PrivateKey.generate().private_bytes_raw())

    @cached_property
    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    @cached_property
    def public(self) -> str:
        """The public key as 64 hexadecimal digits."""
        return self._private.public_key().public_bytes_raw().hex()

    def sign(self, purpose: bytes, data: bytes) -> bytes:
        """The 64-byte signature over purpose and data."""
        return self._private.sign(purpose + data)


def verify(public: str, purpose: bytes, data: bytes, signature: bytes) -> bool:
    """Whether the owner of a public key has signed this data for this purpose."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public))
        key.verify(signature, purpose + data)
    except (InvalidSignature, ValueError):
        return False
    return True


class _Stored(msgspec.Struct, forbid_unknown_fields=True):
    seed: str
    identity: str


@dataclass(frozen=True)
class DeviceKeys:
    """What one installation keeps to itself: its signing key and its age identity."""

    signing: SigningKey
    identity: pyrage.x25519.Identity

    def __repr__(self) -> str:
        return f"DeviceKeys({self.fingerprint})"

    @classmethod
    def generate(cls) -> Self:
        return cls(SigningKey.generate(), pyrage.x25519.Identity.generate())

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Keys as `to_bytes` stored them. InvalidValue when they are damaged."""
        try:
            stored = msgspec.json.decode(data, type=_Stored)
            identity = pyrage.x25519.Identity.from_str(stored.identity)
            return cls(SigningKey(bytes.fromhex(stored.seed)), identity)
        except (msgspec.MsgspecError, ValueError, pyrage.IdentityError) as error:
            raise InvalidValue("The stored key is damaged.", "Restore a backup.") from error

    def to_bytes(self) -> bytes:
        """Secret: belongs into the database and nowhere else."""
        return msgspec.json.encode(_Stored(self.signing.seed.hex(), str(self.identity)))

    @property
    def public(self) -> str:
        return self.signing.public

    @cached_property
    def recipient(self) -> str:
        """What others encrypt to: age1…"""
        return str(self.identity.to_public())

    @cached_property
    def fingerprint(self) -> str:
        return fingerprint(self.public, self.recipient)


def fingerprint(public: str, recipient: str = "") -> str:
    """Six groups of five digits to read over the phone; digits are the same in every script."""
    digest = hashlib.sha256(f"APS fingerprint 1\n{public}\n{recipient}\n".encode()).digest()
    digits = f"{int.from_bytes(digest, 'big') % 10 ** (_GROUPS * _DIGITS):0{_GROUPS * _DIGITS}d}"
    return " ".join(digits[at : at + _DIGITS] for at in range(0, len(digits), _DIGITS))


def same_fingerprint(typed: str, shown: str) -> bool:
    """Whether what somebody typed in is that fingerprint, however it is grouped."""
    digits = "".join(str(int(sign)) for sign in typed if sign.isdecimal())  # also Thai, Khmer ...
    return digits == shown.replace(" ", "")
