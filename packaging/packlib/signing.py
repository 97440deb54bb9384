"""The release key: Ed25519. Signs SHA256SUMS (as minisign does) and update files.

APS_RELEASE_KEY names a file with the 32 secret bytes in hexadecimal. Without it a test key is made
in build/ and the build says so: what it signs is for trials only.
"""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from packlib.common import BUILD, say, stop

TEST_KEY = BUILD / "test-release.key"


@cache
def private_key() -> Ed25519PrivateKey:
    """The release key, or the test key of this build folder."""
    named = os.environ.get("APS_RELEASE_KEY")
    if not named:
        if not TEST_KEY.exists():
            TEST_KEY.parent.mkdir(exist_ok=True)
            TEST_KEY.touch(mode=0o600)
            TEST_KEY.write_text(secrets.token_hex(32), "ascii")
        say("!! no APS_RELEASE_KEY: signed with a TEST KEY, not for release")
    try:
        text = Path(named or TEST_KEY).read_text("ascii")
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(text.strip()))
    except (OSError, ValueError) as error:
        stop(f"the release key cannot be used: {error}")


def is_test_key() -> bool:
    return not os.environ.get("APS_RELEASE_KEY")


def public_key() -> str:
    """The public key as 64 hexadecimal digits."""
    return private_key().public_key().public_bytes_raw().hex()


def sign(data: bytes) -> bytes:
    """64 bytes."""
    return private_key().sign(data)


def _key_number() -> bytes:
    return hashlib.sha256(bytes.fromhex(public_key())).digest()[:8]


def minisign_public_key() -> str:
    """The key file that minisign -V -p takes."""
    data = base64.b64encode(b"Ed" + _key_number() + bytes.fromhex(public_key())).decode()
    return f"untrusted comment: APS Desktop release key\n{data}\n"


def minisign(file: Path, comment: str) -> Path:
    """Writes FILE.minisig as `minisign -S` would (over the BLAKE2b hash); its path."""
    signature = sign(hashlib.blake2b(file.read_bytes()).digest())
    first = base64.b64encode(b"ED" + _key_number() + signature).decode()
    second = base64.b64encode(sign(signature + comment.encode())).decode()
    text = f"untrusted comment: signature by the APS Desktop release key\n{first}\n"
    text += f"trusted comment: {comment}\n{second}\n"
    target = file.with_name(f"{file.name}.minisig")
    target.write_text(text, "ascii")
    return target
