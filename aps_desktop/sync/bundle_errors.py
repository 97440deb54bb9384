"""Why a bundle file was not taken: a closed set, whatever goes wrong below it."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import zstandard

from aps_desktop.domain.errors import UserError
from aps_desktop.domain.values import clean_text

SAFE = "Nothing in your database was changed."


def shown_name(path: Path) -> str:
    """A file's name as text that cannot turn the line around or break it."""
    return clean_text(path.name)[:120] or "file"


class BundleError(UserError):
    """A bundle that cannot be merged; the database is as it was."""

    def __init__(self, path: Path, what: str, hint: str) -> None:
        super().__init__(f"“{shown_name(path)}” {what}", f"{SAFE} {hint}")
        self.path = path


class NotABundle(BundleError):
    """Some other file."""


class OnePart(BundleError):
    """A part of a bundle that was split for e-mail."""


class Truncated(BundleError):
    """The end of the file is missing, or something hangs on it."""


class Altered(BundleError):
    """Content and signature do not belong together, or the content breaks the format."""


class WrongSigner(Altered):
    """It names a device whose key has not signed it."""


class UnknownDevice(BundleError):
    """Whole, but from a device that nobody has confirmed: readable, never merged."""


class Revoked(BundleError):
    """Made by a revoked device after the point up to which its work is good."""


class NewerFormat(BundleError):
    """Made by a newer program: it waits until this one is updated."""

    def __init__(self, path: Path, made_by: str, format_number: int) -> None:
        super().__init__(
            path,
            f"was made by a newer program (version {clean_text(made_by)[:40] or 'unknown'}).",
            "Keep the file and open it again when this program has been updated.",
        )
        self.made_by = made_by
        self.format = format_number


class NotForUs(BundleError):
    """Encrypted for other offices."""


class TooLarge(BundleError):
    """Beyond what a bundle may hold."""


class Unreadable(BundleError):
    """The medium failed while the file was being read."""


class MissingParts(BundleError):
    """Not all parts of a split bundle are there."""


class PartDamaged(BundleError):
    """One part of a split bundle is not as it was made."""


RESEND = "Ask the sender to copy or send it once more."


def truncated(path: Path) -> Truncated:
    return Truncated(path, "is not complete: it was cut while being copied or sent.", RESEND)


def altered(path: Path, reason: str) -> Altered:
    return Altered(path, f"is damaged or was changed on its way ({reason}).", RESEND)


def too_large(path: Path, reason: str) -> TooLarge:
    return TooLarge(
        path,
        f"is larger than a bundle may be ({reason}).",
        "If it comes from a colleague, ask for it in several smaller bundles.",
    )


def not_a_bundle(path: Path) -> NotABundle:
    return NotABundle(
        path,
        "is not a bundle of this program.",
        "Choose a file whose name ends in .apsync; if it does, ask the sender to send it again.",
    )


_BROKEN = (
    zlib.error,
    zstandard.ZstdError,
    struct.error,
    msgspec.MsgspecError,
    ValueError,  # also UnicodeError
    LookupError,
    OverflowError,
    RecursionError,
    NotImplementedError,
)


@contextmanager
def refusals(path: Path) -> Iterator[None]:
    """Whatever fails while a foreign file is read becomes one of the errors above."""
    try:
        yield
    except UserError:
        raise
    except EOFError as error:
        raise truncated(path) from error
    except _BROKEN as error:
        raise altered(path, "it does not follow the format") from error
    except MemoryError as error:
        raise too_large(path, "it does not fit into memory") from error
    except OSError as error:
        raise Unreadable(
            path,
            "could not be read.",
            "Check that the stick or folder is still connected, then try again.",
        ) from error
